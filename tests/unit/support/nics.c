/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nics.c - uplinks that only keep what is sent, and a clock.
 */
#include "nics.h"

#include <stdio.h>
#include <string.h>

#include <core/vswitch.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>

vmk_uint64 now_s = 1000;
struct vmk_UplinkInt nics[UPLINKS];
struct vmk_PktListInt wire[UPLINKS];

vmk_TimerCycles vmk_GetTimerCycles(void)
{
    return now_s * VMK_NSEC_PER_SEC;
}

vmk_uint32 vmk_GetRandSeed(void)
{
    static vmk_uint32 seed;

    return ++seed;
}

void uplink_tx(struct vmk_UplinkInt *uplink, vmk_PktList list, vmk_uint32 flags)
{
    for (const vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        VMK_VERIFY((pkt->flags & ~flags) == 0);
        VMK_VERIFY(pkt->holder == uplink->reg.moduleID);
    }
    vmk_PktListAppend(&wire[uplink - nics], list);
}

VMK_ReturnStatus uplink_claim(const char *name, struct vmk_UplinkInt **uplink)
{
    for (unsigned i = 0; i < UPLINKS; i++) {
        if (strcmp(nics[i].name.string, name) == 0) {
            *uplink = &nics[i];
            return VMK_OK;
        }
    }
    return VMK_NOT_FOUND;
}

void uplink_yield(struct vmk_UplinkInt *uplink)
{
}

VMK_ReturnStatus uplink_filter_set(struct vmk_UplinkInt *uplink, vmk_UplinkState filter)
{
    uplink->filter = filter;
    return VMK_OK;
}

VMK_ReturnStatus uplink_vlans_set(struct vmk_UplinkInt *uplink, const struct vlan_set *vlans)
{
    uplink->vlans = *vlans;
    return VMK_OK;
}

VMK_ReturnStatus uplink_mtu_set(struct vmk_UplinkInt *uplink, vmk_uint32 mtu)
{
    if (mtu > uplink->reg.maxMTU) {
        return VMK_BAD_PARAM;
    }
    uplink->reg.mtu = mtu;
    return VMK_OK;
}

void mac_of(unsigned n, vmk_uint8 *mac)
{
    memcpy(mac, (vmk_uint8[]){2, 0, 0, 0, 0, (vmk_uint8)n}, 6);
}

void add_nic(unsigned n)
{
    nics[n].reg = (vmk_UplinkRegData){.moduleID = NICS_MODULE, .mtu = 1500, .maxMTU = 9000};
    mac_of(100 + n, nics[n].reg.mac);
    snprintf(nics[n].name.string, sizeof(nics[n].name.string), "vmnic%u", n);
    nics[n].link.state = VMK_LINK_STATE_UP;
    VMK_VERIFY(vswitch_attach(&nics[n]) == VMK_OK);
}
