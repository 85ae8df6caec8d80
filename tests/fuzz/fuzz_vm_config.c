/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_vm_config.c - any bytes as a VM's description.
 */
#include "fuzz.h"

#include <string.h>

#include <core/vmm/vm_config.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vm_config config;
    struct diagnosis why = {.text = ""};
    vmk_StatusValue status = vm_config_parse("f", (const char *)data, size, &config, &why);

    /* What is refused is told; what is not is complete. */
    if (status == VMK_OK) {
        FUZZ_REQUIRE(config.name[0] != '\0' &&
                     strnlen(config.name, sizeof(config.name)) < sizeof(config.name));
        FUZZ_REQUIRE(config.memory_bytes >= 1u << 20 && config.vcpus >= 1 && config.vcpus <= VM_VCPUS_MAX);
        FUZZ_REQUIRE(config.kernel[0] == '/');
    } else {
        FUZZ_REQUIRE(strncmp(why.text, "f:", 2) == 0);
    }
    return 0;
}
