/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nics.h - what a switch needs of the rest of the network layer: pretended uplinks, and the time.
 */
#ifndef TESTS_NICS_H
#define TESTS_NICS_H

#include <core/uplink.h>

#define UPLINKS     2
#define NICS_MODULE 6u /**< The driver of all. */

extern vmk_uint64 now_s; /**< The clock. */
extern struct vmk_UplinkInt nics[UPLINKS];
extern struct vmk_PktListInt wire[UPLINKS]; /**< What was sent by each. */

/** The address numbered @p n. */
void mac_of(unsigned n, vmk_uint8 *mac);

/** Let "vmnic<n>" appear, with link and the address 100 + @p n. */
void add_nic(unsigned n);

#endif
