/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_pci_decode.c - capability lists, good and broken; BARs; names.
 */
#include <run.h>
#include <stdlib.h>
#include <string.h>

#include <core/pci_decode.h>
#include <core/pci_regs.h>

struct space {
    vmk_uint8 bytes[VMK_PCI_EXT_CONFIG_SIZE];
    unsigned reads;
};

static vmk_uint32 read_space(const void *arg, unsigned offset)
{
    struct space *space = (struct space *)arg;
    vmk_uint32 word;

    ck_assert_uint_eq(offset % 4, 0);
    space->reads++;
    if (offset + 4 > sizeof(space->bytes)) {
        return ~0u;
    }
    memcpy(&word, space->bytes + offset, 4);
    return word;
}

static void put_capability(struct space *space, unsigned at, unsigned id, unsigned next)
{
    space->bytes[at] = (vmk_uint8)id;
    space->bytes[at + 1] = (vmk_uint8)next;
}

static void put_ext(struct space *space, unsigned at, vmk_uint32 id, vmk_uint32 next)
{
    vmk_uint32 word = id | 1u << 16 | next << 20;
    memcpy(space->bytes + at, &word, 4);
}

static struct space with_list(unsigned first)
{
    struct space space = {0};

    space.bytes[PCI_REG_STATUS] = PCI_STATUS_CAPABILITIES;
    space.bytes[PCI_REG_CAPABILITIES] = (vmk_uint8)first;
    return space;
}

START_TEST(finds_capabilities)
{
    struct space space = with_list(0x50);

    put_capability(&space, 0x50, PCI_CAP_POWER, 0x70);
    put_capability(&space, 0x70, PCI_CAP_MSI, 0xa0);
    put_capability(&space, 0xa0, PCI_CAP_EXPRESS, 0);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_POWER), 0x50);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_MSI), 0x70);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_EXPRESS), 0xa0);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_MSIX), 0);
}
END_TEST

START_TEST(minds_the_status_bit_and_reserved_pointer_bits)
{
    struct space space = with_list(0x53);

    put_capability(&space, 0x50, PCI_CAP_POWER, 0);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_POWER), 0x50);
    space.bytes[PCI_REG_STATUS] = 0;
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_POWER), 0);
}
END_TEST

START_TEST(survives_loops)
{
    struct space space = with_list(0x40);

    put_capability(&space, 0x40, PCI_CAP_POWER, 0x44);
    put_capability(&space, 0x44, PCI_CAP_MSI, 0x40);
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_MSIX), 0);
    ck_assert_uint_le(space.reads, PCI_CAPABILITY_STEPS_MAX + 2);

    put_ext(&space, 0x100, 1, 0x200);
    put_ext(&space, 0x200, 2, 0x100);
    space.reads = 0;
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 3), 0);
    ck_assert_uint_le(space.reads, PCI_EXT_CAPABILITY_STEPS_MAX + 1);
}
END_TEST

START_TEST(ends_at_pointers_into_the_header_and_at_a_gone_device)
{
    struct space space = with_list(0x10);

    ck_assert_uint_eq(pci_find_capability(read_space, &space, 0), 0);
    memset(space.bytes, 0xff, sizeof(space.bytes));
    ck_assert_uint_eq(pci_find_capability(read_space, &space, PCI_CAP_MSI), 0);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 1), 0);
    put_ext(&space, 0x100, 1, 0x40);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 2), 0);
}
END_TEST

START_TEST(finds_extended_capabilities)
{
    struct space space = {0};

    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 1), 0);
    put_ext(&space, 0x100, 0x0001, 0x148);
    put_ext(&space, 0x148, 0x0003, 0xffc);
    put_ext(&space, 0xffc, 0x0010, 0);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 0x0001), 0x100);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 0x0003), 0x148);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 0x0010), 0xffc);
    ck_assert_uint_eq(pci_find_ext_capability(read_space, &space, 0x0002), 0);
}
END_TEST

START_TEST(survives_random_bytes)
{
    struct space space;

    srand(1);
    for (int round = 0; round < 2000; round++) {
        for (unsigned i = 0; i < sizeof(space.bytes); i++) {
            space.bytes[i] = (vmk_uint8)rand();
        }
        space.reads = 0;
        unsigned at = pci_find_capability(read_space, &space, (vmk_uint8)rand());
        ck_assert(at == 0 || (at >= 0x40 && at < 0x100));
        at = pci_find_ext_capability(read_space, &space, (vmk_uint16)rand());
        ck_assert(at == 0 || (at >= 0x100 && at < 0x1000));
        ck_assert_uint_le(space.reads, PCI_CAPABILITY_STEPS_MAX + PCI_EXT_CAPABILITY_STEPS_MAX + 3);
    }
}
END_TEST

static vmk_PCIResource decode(vmk_uint64 value, vmk_uint64 sized)
{
    vmk_PCIResource bar;

    pci_decode_bar(value, sized, &bar);
    return bar;
}

static void expect_bar(vmk_PCIResource bar, vmk_uint64 start, vmk_ByteCount size, vmk_uint32 flags)
{
    ck_assert_uint_eq(bar.start, start);
    ck_assert_uint_eq(bar.size, size);
    ck_assert_uint_eq(bar.flags, flags);
}

START_TEST(decodes_bars)
{
    expect_bar(decode(0xfeac0000, 0xfffe0000), 0xfeac0000, 0x20000, 0);
    expect_bar(decode(0xfd000008, 0xff000008), 0xfd000000, 0x1000000, VMK_PCI_BAR_FLAGS_MEM_PREFETCH);
    expect_bar(decode(0xc001, 0xffffffc1), 0xc000, 64, VMK_PCI_BAR_FLAGS_IO);
    expect_bar(decode(0xe081, 0x0000ffe1), 0xe080, 32, VMK_PCI_BAR_FLAGS_IO);
    expect_bar(decode(0x1, 0xfffffffd), 0, 4, VMK_PCI_BAR_FLAGS_IO);
    expect_bar(decode(0x80fe60000cul, 0xffffffffffffc00cul), 0x80fe600000, 0x4000,
               VMK_PCI_BAR_FLAGS_MEM_64_BITS | VMK_PCI_BAR_FLAGS_MEM_PREFETCH);
    expect_bar(decode(0x800000000cul, 0xffffff000000000cul), 0x8000000000, 1ul << 40,
               VMK_PCI_BAR_FLAGS_MEM_64_BITS | VMK_PCI_BAR_FLAGS_MEM_PREFETCH);
    expect_bar(decode(0x4, 0xffffffff00000004ul), 0, 1ul << 32, VMK_PCI_BAR_FLAGS_MEM_64_BITS);
}
END_TEST

START_TEST(refuses_bars_that_make_no_sense)
{
    expect_bar(decode(0, 0), 0, 0, 0);
    expect_bar(decode(0x4, 0x4), 0, 0, 0);               /* 64 bits, none of them writable */
    expect_bar(decode(0xfe000000, 0xff0f0000), 0, 0, 0); /* a gap among the writable bits */
    expect_bar(decode(0xfe000000, 0x00ff0000), 0, 0, 0); /* the upper ones are missing */
}
END_TEST

START_TEST(formats_names)
{
    vmk_PCIDeviceAddr addr = {.seg = 0x12, .bus = 0xfe, .dev = 31, .fn = 7};
    vmk_PCIDeviceID id = {.vendorID = 0x8086,
                          .deviceID = 0x100e,
                          .subVendorID = 0x1af4,
                          .subDeviceID = 0x1100,
                          .classCode = 0x0200,
                          .progIF = 0xab};
    char text[PCI_MODALIAS_MAX];

    pci_format_address(&addr, text, VMK_PCI_ADDRESS_NAME_MAX);
    ck_assert_str_eq(text, "0012:fe:1f.7");
    pci_format_modalias(&id, text, sizeof(text));
    ck_assert_str_eq(text, "pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00iAB");
    ck_assert_str_eq(pci_class_name(0x0200), "Ethernet controller");
    ck_assert_str_eq(pci_class_name(0x02fe), "Network controller");
    ck_assert_str_eq(pci_class_name(0xff00), "Unclassified device");
}
END_TEST

RUN_TESTS(finds_capabilities, minds_the_status_bit_and_reserved_pointer_bits, survives_loops,
          ends_at_pointers_into_the_header_and_at_a_gone_device, finds_extended_capabilities,
          survives_random_bytes, decodes_bars, refuses_bars_that_make_no_sense, formats_names)
