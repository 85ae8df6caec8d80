/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logical_bus.h - addresses for the logical devices a driver makes: uplinks, adapters.
 */
#ifndef VMKAPI_CORE_LOGICAL_BUS_H
#define VMKAPI_CORE_LOGICAL_BUS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/device.h>

/** Name of the bus type for devices that drivers make. */
#define VMK_LOGICAL_BUS_NAME "logical"

/**
 * Compose the address of a logical device: its parent's address and a port number.
 *
 * Context: may block. Charged to the driver's module until vmk_LogicalFreeBusAddress().
 * @param[out] busAddress     allocated
 * @param[out] busAddressLen  without NUL
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_LogicalCreateBusAddress(vmk_Driver driver, vmk_Device parent, vmk_uint32 logicalPort,
                                             char **busAddress, vmk_uint32 *busAddressLen);
void vmk_LogicalFreeBusAddress(vmk_Driver driver, char *busAddress);

#endif
