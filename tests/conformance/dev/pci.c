/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.c - configuration space, resources, power states, and walks.
 */
#include "board.h"

#include <vmkapi/base/module.h>

vmk_StatusValue test_registers(void)
{
    struct board *board = edu(0);
    vmk_PCIResource bar[VMK_PCI_NUM_BARS];
    vmk_VA again;

    KTAP_CHECK(board != NULL);
    KTAP_CHECK(vmk_PCIQueryIOResources(board->pci, VMK_PCI_NUM_BARS, bar) == VMK_OK);
    KTAP_CHECK(bar[0].size == 0x100000 && bar[1].size == 0);
    write_register(board, EDU_LIVENESS, 0x12345678);
    KTAP_CHECK(read_register(board, EDU_LIVENESS) == ~0x12345678u);
    KTAP_CHECK(vmk_PCIMapIOResource(vmk_ModuleCurrentID, board->pci, 0, NULL, &again) == VMK_OK);
    KTAP_CHECK(again == (vmk_VA)board->registers);
    KTAP_CHECK(vmk_PCIUnmapIOResource(vmk_ModuleCurrentID, board->pci, 0) == VMK_OK);
    KTAP_CHECK(vmk_PCIMapIOResource(vmk_ModuleCurrentID, board->pci, 1, NULL, &again) == VMK_BAD_PARAM);
    return VMK_OK;
}

/** A register that is writable and without effect (PCI 3.0, 6.2.4), written and read back. */
static vmk_StatusValue write_config(vmk_PCIDevice device)
{
    const vmk_uint16 line_size = 0x0c;
    vmk_uint32 before, after;

    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, device, VMK_PCI_CONFIG_ACCESS_32, line_size, &before) ==
               VMK_OK);
    KTAP_CHECK(vmk_PCIWriteConfig(vmk_ModuleCurrentID, device, VMK_PCI_CONFIG_ACCESS_8, line_size, 0x5a) ==
               VMK_OK);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, device, VMK_PCI_CONFIG_ACCESS_32, line_size, &after) ==
               VMK_OK);
    KTAP_CHECK(after == ((before & ~0xffu) | 0x5a));
    KTAP_CHECK(vmk_PCIWriteConfig(vmk_ModuleCurrentID, device, VMK_PCI_CONFIG_ACCESS_8, line_size,
                                  before & 0xff) == VMK_OK);
    KTAP_CHECK(vmk_PCIWriteConfig(vmk_ModuleCurrentID, device, VMK_PCI_CONFIG_ACCESS_16, line_size + 1, 0) ==
               VMK_BAD_PARAM);
    return VMK_OK;
}

vmk_StatusValue test_config(void)
{
    struct board *board = edu(0);
    vmk_uint32 value, vendor;
    vmk_uint16 offset;

    KTAP_CHECK(board != NULL);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_32, 0, &value) ==
               VMK_OK);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_16, 0, &vendor) ==
               VMK_OK);
    KTAP_CHECK(value == (EDU_DEVICE << 16 | EDU_VENDOR) && vendor == EDU_VENDOR);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_32, 2, &value) ==
               VMK_BAD_PARAM);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_8, 4096, &value) ==
               VMK_BAD_PARAM);
    KTAP_CHECK(write_config(board->pci) == VMK_OK);
    KTAP_CHECK(vmk_PCIFindCapability(board->pci, 0x05, &offset) == VMK_OK && offset >= 0x40);
    KTAP_CHECK(vmk_PCIFindCapability(board->pci, 0x11, &offset) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_PCISaveState(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    KTAP_CHECK(vmk_PCIRestoreState(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    KTAP_CHECK(vmk_PCIRestoreState(vmk_ModuleCurrentID, board->pci) == VMK_NOT_FOUND);
    return VMK_OK;
}

vmk_StatusValue test_power(void)
{
    struct board *board = e1000e();
    vmk_PCIPowerState state;
    vmk_uint16 offset;
    vmk_uint32 bytes;

    KTAP_CHECK(edu(0) != NULL);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D0) == VMK_OK);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D3HOT) ==
               VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIEnablePME(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D3HOT) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIGetMMRBC(edu(0)->pci, &bytes) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCISetMMRBC(vmk_ModuleCurrentID, edu(0)->pci, 777) == VMK_BAD_PARAM);
    if (board == NULL) {
        return VMK_OK;
    }
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D3HOT) == VMK_OK);
    KTAP_CHECK(vmk_PCIGetPowerState(board->pci, &state) == VMK_OK && state == VMK_PCI_POWER_D3HOT);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D0) == VMK_OK);
    KTAP_CHECK(vmk_PCIGetPowerState(board->pci, &state) == VMK_OK && state == VMK_PCI_POWER_D0);
    /* QEMU's has the states, and no events. */
    KTAP_CHECK(vmk_PCIEnablePME(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D3HOT) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIDisablePME(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    /* Error reporting, where extended configuration space is within reach. */
    KTAP_CHECK(vmk_PCIFindExtCapability(board->pci, 1, &offset) == (offset != 0 ? VMK_OK : VMK_NOT_FOUND));
    KTAP_CHECK(offset == 0 || offset >= VMK_PCI_CONFIG_SIZE);
    return VMK_OK;
}

/** Every board is met on a walk, and the walk goes upwards. */
vmk_StatusValue test_iterator(void)
{
    vmk_PCIDevIterator iterator;
    vmk_PCIDeviceAddr addr;
    vmk_PCIDevice device;
    unsigned met = 0;
    int last = -1;

    KTAP_CHECK(vmk_PCIDevIteratorAlloc(vmk_ModuleCurrentID, &iterator) == VMK_OK);
    vmk_StatusValue status = vmk_PCIDevIteratorGetFirst(iterator, &device);
    while (status == VMK_OK) {
        KTAP_CHECK(vmk_PCIQueryDeviceAddr(device, &addr) == VMK_OK);
        int place = addr.seg << 16 | addr.bus << 8 | addr.dev << 3 | addr.fn;
        KTAP_CHECK(place > last);
        last = place;
        for (unsigned i = 0; i < board_count; i++) {
            met += boards[i].pci == device;
        }
        status = vmk_PCIDevIteratorGetNext(iterator, &device);
    }
    vmk_PCIDevIteratorFree(iterator);
    KTAP_CHECK(status == VMK_NOT_FOUND && met == board_count);
    return VMK_OK;
}
