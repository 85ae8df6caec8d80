/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * board.c - the driver of both kinds of board, and finding them.
 */
#include "board.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>

struct board boards[BOARDS_MAX];
unsigned board_count;
vmk_Driver board_driver;

vmk_Bool wait_until_equal(const volatile unsigned *counter, unsigned wanted)
{
    for (unsigned ms = 0; ms < PATIENCE_MS && *counter != wanted; ms++) {
        if (vmk_WorldSleep(VMK_USEC_PER_MSEC) != VMK_OK) {
            break;
        }
    }
    return *counter == wanted;
}

VMK_ReturnStatus attach_board(vmk_Device device)
{
    struct board *board = &boards[board_count];
    vmk_PCIDeviceID id;
    vmk_AddrCookie data;
    vmk_VA va;

    if (vmk_DeviceGetRegistrationData(device, &data) != VMK_OK ||
        vmk_PCIQueryDeviceID(data.ptr, &id) != VMK_OK ||
        !((id.vendorID == EDU_VENDOR && id.deviceID == EDU_DEVICE) ||
          (id.vendorID == E1000E_VENDOR && id.deviceID == E1000E_DEVICE))) {
        return VMK_NOT_THIS_DEVICE;
    }
    if (board_count == BOARDS_MAX) {
        return VMK_NO_RESOURCES;
    }
    vmk_StatusValue status = vmk_PCIMapIOResource(vmk_ModuleCurrentID, data.ptr, 0, NULL, &va);
    if (status != VMK_OK) {
        return status;
    }
    *board = (struct board){
        .device = device, .pci = data.ptr, .vendor = id.vendorID, .registers = (volatile char *)va};
    board_count++;
    status = vmk_PCIChangeCommand(vmk_ModuleCurrentID, board->pci, 0, VMK_PCI_COMMAND_BUS_MASTER);
    return status == VMK_OK ? vmk_DeviceSetAttachedDriverData(device, (vmk_AddrCookie){.ptr = board})
                            : status;
}

VMK_ReturnStatus detach_board(vmk_Device device)
{
    vmk_AddrCookie data;
    vmk_StatusValue status = vmk_DeviceGetAttachedDriverData(device, &data);

    if (status != VMK_OK) {
        return status;
    }
    struct board *board = data.ptr;
    board_count--;
    return vmk_PCIUnmapIOResource(vmk_ModuleCurrentID, board->pci, 0);
}

static vmk_DriverOps board_ops = {.attachDevice = attach_board, .detachDevice = detach_board};

VMK_ReturnStatus register_boards(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-board"}, .ops = &board_ops};

    return vmk_DriverRegister(&props, &board_driver);
}

struct board *edu(unsigned n)
{
    for (unsigned i = 0; i < board_count; i++) {
        if (boards[i].vendor == EDU_VENDOR && n-- == 0) {
            return &boards[i];
        }
    }
    return NULL;
}

struct board *e1000e(void)
{
    for (unsigned i = 0; i < board_count; i++) {
        if (boards[i].vendor == E1000E_VENDOR) {
            return &boards[i];
        }
    }
    return NULL;
}
