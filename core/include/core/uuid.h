/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uuid.h - the machine's identity.
 */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include <vmkapi/base/types.h>

#define UUID_TEXT_MAX 37 /**< "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" and NUL. */

/** @return the SMBIOS system UUID, or, where there is none, a random one that holds for this boot. Context:
 * any. */
const char *uuid_system(void);

/** @return where uuid_system() has it from: "SMBIOS" or "random". Context: any. */
const char *uuid_source(void);

/** Find or make the UUID. Context: boot, after the direct map. */
void uuid_init(void);

#endif
