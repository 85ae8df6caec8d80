/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * discard.h - the end of a module.
 */
#ifndef CORE_MODULE_DISCARD_H
#define CORE_MODULE_DISCARD_H

#include "table.h"

/**
 * Free a module whose code is done, however far its loading got, and give its dependencies back.
 *
 * @return VMK_OK: @p module is gone; VMK_BUSY: it holds something still, named in @p why, and is
 * MODULE_STUCK.
 */
VMK_ReturnStatus module_discard(struct module *module, struct diagnosis *why);

#endif
