/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.c - the order in which the network layer comes up.
 */
#include <core/ipstack.h>
#include <core/net.h>
#include <core/net_poll.h>
#include <core/pkt.h>
#include <core/uplink.h>
#include <core/vswitch.h>

void net_init(void)
{
    pkt_init();
    net_poll_init();
    vswitch_init();
    uplink_init();
    ipstack_init();
}
