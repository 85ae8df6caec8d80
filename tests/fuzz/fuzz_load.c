/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_load.c - any bytes as a guest's kernel, with a module beside it, for a guest of 4 MiB.
 */
#include "fuzz.h"
#include "vm_host.h"

#include "load/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char contents[5000] = "module";
    static struct vm machine;
    const struct vm_image module = {"module", contents, sizeof(contents)};
    struct vm_load load = {.vm = &machine,
                           .memory_bytes = 4u << 20,
                           .kernel = {"kernel", data, size},
                           .command_line = "quiet",
                           .modules = &module,
                           .num_modules = 1};
    struct diagnosis why = {.text = ""};
    struct vm_entry entry;

    if (machine.memory == NULL) {
        vm_host_init(&machine, 4u << 20);
    }
    if (vm_load(&load, &entry, &why) != VMK_OK) {
        FUZZ_REQUIRE(why.text[0] != '\0');
    }
    return 0;
}
