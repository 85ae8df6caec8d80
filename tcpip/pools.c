/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pools.c - one group a pool, on the counters that lwIP keeps.
 */
#include "pools.h"

#include <lwip/memp.h>
#include <lwip/stats.h>
#include <vmkapi/base/module.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/bits.h>

static const struct {
    memp_t pool;
    const char *name;
} pools[] = {
    {MEMP_TCP_PCB, "tcp_pcb"},     {MEMP_TCP_PCB_LISTEN, "tcp_listener"},
    {MEMP_TCP_SEG, "tcp_segment"}, {MEMP_UDP_PCB, "udp_pcb"},
    {MEMP_RAW_PCB, "raw_pcb"},     {MEMP_PBUF, "buffer"},
    {MEMP_REASSDATA, "datagram"},  {MEMP_FRAG_PBUF, "fragment"},
    {MEMP_ARP_QUEUE, "arp_queue"},
};

static const vmk_StatField fields[] = {
    VMK_STAT_FIELD(struct stats_mem, used),
    VMK_STAT_FIELD(struct stats_mem, max),
};
VMK_STATIC_ASSERT(sizeof(mem_size_t) == sizeof(vmk_uint64), "lwIP's counters are read as they are");

static vmk_StatGroup groups[VMK_ARRAY_SIZE(pools)];

static void hide(vmk_uint32 count)
{
    while (count-- > 0) {
        vmk_StatGroupUnregister(&groups[count]);
    }
}

VMK_ReturnStatus pools_show(void)
{
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(pools); i++) {
        vmk_StatusValue status;

        vmk_StatGroupInit(&groups[i], vmk_ModuleCurrentID, fields, VMK_ARRAY_SIZE(fields), "tcpip/%s",
                          pools[i].name);
        groups[i].base = memp_pools[pools[i].pool]->stats;
        status = vmk_StatGroupRegister(&groups[i]);
        if (status != VMK_OK) {
            hide(i);
            return status;
        }
    }
    return VMK_OK;
}

void pools_hide(void)
{
    hide(VMK_ARRAY_SIZE(pools));
}
