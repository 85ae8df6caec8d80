/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bus.h - bus types: what kinds of device there are.
 *
 * Two are built in: "pci" (hardware/pci.h) and "logical" (core/logical_bus.h).
 */
#ifndef VMKAPI_CORE_BUS_H
#define VMKAPI_CORE_BUS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

typedef const struct vmk_BusTypeInt *vmk_BusType;

/** Find a bus type by name; release it after use. Context: any. @return VMK_OK; VMK_NOT_FOUND. */
VMK_ReturnStatus vmk_BusTypeFind(const vmk_Name *name, vmk_BusType *busType);

/** Give back what vmk_BusTypeFind() yielded. Context: any. */
void vmk_BusTypeRelease(vmk_BusType busType);

/** Tell a bus type's name. Context: any. @return VMK_OK. */
VMK_ReturnStatus vmk_BusTypeGetName(vmk_BusType busType, vmk_Name *name);

#endif
