/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.c - clocks that run by shares.
 */
#include <core/share.h>

void share_charge(struct share *share, vmk_uint64 ran_ns)
{
    share->virtual_ns += share_virtual(share->shares, ran_ns);
}

void share_catch_up(struct share *share, vmk_uint64 virtual_ns)
{
    if (share_is_before(share->virtual_ns, virtual_ns)) {
        share->virtual_ns = virtual_ns;
    }
}
