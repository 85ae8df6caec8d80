/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reboot_handlers.h - calling those who registered by vmk_RegisterRebootHandler() (vmkapi/base/system.h).
 */
#ifndef CORE_MGMT_REBOOT_HANDLERS_H
#define CORE_MGMT_REBOOT_HANDLERS_H

/** Call every handler, latest registered first; none is registered or withdrawn meanwhile. Context: world. */
void reboot_handlers_call(void);

#endif
