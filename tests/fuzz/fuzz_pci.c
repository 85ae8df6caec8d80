/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_pci.c - capability lists and BARs of a configuration space that is anything at all.
 */
#include "fuzz.h"

#include <core/pci_decode.h>
#include <core/pci_regs.h>

#define FIRST_CAPABILITY 0x40u

static vmk_uint32 read_word(const void *arg, unsigned offset)
{
    const struct fuzz_input *space = arg;
    struct fuzz_input rest = *space;
    vmk_uint32 word = ~0u;

    FUZZ_REQUIRE(offset % sizeof(word) == 0);
    if (offset + sizeof(word) <= space->len) {
        rest.bytes += offset;
        rest.len -= offset;
        fuzz_take(&rest, &word, sizeof(word));
    }
    return word;
}

static void check_capabilities(const struct fuzz_input *space)
{
    for (unsigned id = 0; id < 32; id++) {
        unsigned at = pci_find_capability(read_word, space, (vmk_uint8)id);
        unsigned extended = pci_find_ext_capability(read_word, space, (vmk_uint16)id);

        FUZZ_REQUIRE(at == 0 ||
                     (at >= FIRST_CAPABILITY && at < 0x100 && (vmk_uint8)read_word(space, at) == id));
        FUZZ_REQUIRE(extended == 0 ||
                     (extended >= PCI_REG_EXT_CAPABILITIES && extended < VMK_PCI_EXT_CONFIG_SIZE &&
                      (vmk_uint16)read_word(space, extended) == id));
    }
}

static void check_bar(vmk_uint64 value, vmk_uint64 sized)
{
    vmk_PCIResource bar;

    pci_decode_bar(value, sized, &bar);
    FUZZ_REQUIRE((bar.size & (bar.size - 1)) == 0);
    FUZZ_REQUIRE(bar.size != 0 || bar.start == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input space = {bytes, len}, rest = space;
    char modalias[PCI_MODALIAS_MAX];
    vmk_uint64 value, sized;
    vmk_PCIDeviceID id;

    check_capabilities(&space);
    fuzz_take(&rest, &id, sizeof(id));
    pci_format_modalias(&id, modalias, sizeof(modalias));
    FUZZ_REQUIRE(strlen(modalias) < sizeof(modalias) - 1 && pci_class_name(id.classCode)[0] != '\0');
    while (rest.len != 0) {
        fuzz_take(&rest, &value, sizeof(value));
        fuzz_take(&rest, &sized, sizeof(sized));
        check_bar(value, sized);
    }
    return 0;
}
