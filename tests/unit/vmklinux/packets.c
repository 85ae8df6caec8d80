/* SPDX-License-Identifier: GPL-2.0-only */
/* packets.c - see packets.h. */
#include "packets.h"
#include "linux_test.h"
#include "machine.h"

#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/base/pcpu.h>

void packets_start(void)
{
    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
}

void expect_no_pages_leaked(void)
{
    /* Pages of fragments are charged like packets: the pool's own are the kernel's. */
    EXPECT(account_read(5, ACCOUNT_PAGES) == 0);
}
