/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.c - drivers with children, that fail to start, or leave something behind.
 */
#include "board.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/logical_bus.h>
#include <vmkapi/lib/libc.h>

/* A driver with a logical device below each board; and one that takes those. */

#define PARENT_DATA 0x70617265ul /* The parent driver's own, handed on to its children. */

static volatile unsigned scans;
static unsigned quiesced, children_removed, children_attached, children_detached;
static vmk_Driver parent_driver;

static VMK_ReturnStatus remove_child(vmk_Device child)
{
    vmk_AddrCookie data;
    VMK_ReturnStatus status = vmk_DeviceGetRegisteringDriverData(child, &data);

    children_removed += status == VMK_OK && data.u64 == PARENT_DATA;
    return vmk_DeviceUnregister(child);
}

static vmk_DeviceOps child_device_ops = {.removeDevice = remove_child};

static VMK_ReturnStatus scan_parent(vmk_Device device)
{
    vmk_Name bus = {VMK_LOGICAL_BUS_NAME};
    vmk_DeviceID id = {0};
    vmk_DeviceProps props = {.deviceID = &id, .deviceOps = &child_device_ops};
    vmk_Device child;

    scans++;
    vmk_StatusValue status = vmk_BusTypeFind(&bus, &id.busType);
    if (status != VMK_OK) {
        return status;
    }
    status = vmk_DeviceGetDriver(device, &props.registeringDriver);
    if (status != VMK_OK) {
        return status;
    }
    status =
        vmk_LogicalCreateBusAddress(props.registeringDriver, device, 0, &id.busAddress, &id.busAddressLen);
    if (status != VMK_OK) {
        return status;
    }
    status = vmk_DriverGetPrivateData(props.registeringDriver, &props.registeringDriverData);
    if (status == VMK_OK) {
        status = vmk_DeviceRegister(&props, device, &child);
    }
    vmk_LogicalFreeBusAddress(props.registeringDriver, id.busAddress);
    vmk_BusTypeRelease(id.busType);
    return status == VMK_EXISTS ? VMK_OK : status; /* It is there since the last scan. */
}

static VMK_ReturnStatus quiesce_parent(vmk_Device device)
{
    quiesced++;
    return VMK_OK;
}

static VMK_ReturnStatus attach_child(vmk_Device device)
{
    vmk_DeviceID *id;
    vmk_Name bus;

    if (vmk_DeviceGetDeviceID(heap, device, &id) != VMK_OK) {
        return VMK_NO_MEMORY;
    }
    vmk_StatusValue status = vmk_BusTypeGetName(id->busType, &bus);
    vmk_DevicePutDeviceID(heap, id);
    if (status != VMK_OK || vmk_Strcmp(bus.string, VMK_LOGICAL_BUS_NAME) != 0) {
        return VMK_NOT_THIS_DEVICE;
    }
    children_attached++;
    return VMK_OK;
}

static VMK_ReturnStatus detach_child(vmk_Device device)
{
    children_detached++;
    return VMK_OK;
}

static vmk_DriverOps parent_ops = {.attachDevice = attach_board,
                                   .scanDevice = scan_parent,
                                   .quiesceDevice = quiesce_parent,
                                   .detachDevice = detach_board};
static vmk_DriverOps child_ops = {.attachDevice = attach_child, .detachDevice = detach_child};

vmk_StatusValue test_children(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-child"}, .ops = &child_ops};
    unsigned count = board_count;
    vmk_Driver child_driver;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(board_count == 0);
    KTAP_CHECK(vmk_DriverRegister(&props, &child_driver) == VMK_OK);
    props.ops = &parent_ops;
    KTAP_CHECK(vmk_DriverRegister(&props, &parent_driver) == VMK_EXISTS);
    props.name = (vmk_Name){"test-parent"};
    props.privateData.u64 = PARENT_DATA;
    KTAP_CHECK(vmk_DriverRegister(&props, &parent_driver) == VMK_OK);
    KTAP_CHECK(board_count == count && children_attached == count && scans == count);
    KTAP_CHECK(vmk_DeviceRequestRescan(boards[0].device) == VMK_OK);
    KTAP_CHECK(wait_until_equal(&scans, count + 1));
    KTAP_CHECK(children_attached == count);
    vmk_DriverUnregister(parent_driver);
    KTAP_CHECK(board_count == 0 && quiesced == count && children_removed == count &&
               children_detached == count);
    vmk_DriverUnregister(child_driver);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    return VMK_OK;
}

/* A driver that takes a board and then fails to start it. */

static VMK_ReturnStatus fail_to_start(vmk_Device device)
{
    return VMK_IO_ERROR;
}

static vmk_DriverOps failing_ops = {
    .attachDevice = attach_board, .startDevice = fail_to_start, .detachDevice = detach_board};

vmk_StatusValue test_failing_start(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-failing"}, .ops = &failing_ops};
    unsigned count = board_count;
    vmk_Driver failing;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(vmk_DriverRegister(&props, &failing) == VMK_OK);
    KTAP_CHECK(board_count == 0);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    vmk_DriverUnregister(failing);
    KTAP_CHECK(board_count == count);
    return VMK_OK;
}

/* A driver that fails to attach and leaves what it had so far. */

static VMK_ReturnStatus attach_and_leave(vmk_Device device)
{
    vmk_StatusValue status = attach_board(device);

    if (status != VMK_OK) {
        return status;
    }
    struct board *board = &boards[--board_count];
    status = board->vendor == EDU_VENDOR ? start_interrupt(board, VMK_PCI_INTERRUPT_TYPE_MSI) : VMK_OK;
    return status == VMK_OK ? VMK_IO_ERROR : status;
}

static vmk_DriverOps leaving_ops = {.attachDevice = attach_and_leave, .detachDevice = detach_board};

vmk_StatusValue test_left_behind(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-leaving"}, .ops = &leaving_ops};
    unsigned count = board_count;
    vmk_Driver leaving;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(vmk_DriverRegister(&props, &leaving) == VMK_OK);
    KTAP_CHECK(board_count == 0);
    vmk_DriverUnregister(leaving);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    KTAP_CHECK(edu(0) == NULL || vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, edu(0)->pci) == VMK_OK);
    return test_registers();
}
