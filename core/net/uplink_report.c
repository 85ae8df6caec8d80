/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_report.c - what drivers report of their uplinks, and who is told: ports, waiters, startup.
 */
#define VMK_LOG_MODULE "Net"

#include <core/uplink.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/mark.h>
#include <vmkapi/base/system.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

static vmk_SpinlockObject link_lock = VMK_SPINLOCK_INITIALIZER("uplink-links", VMK_RANK_LINK);
/** Counts changes of any uplink's link; who waits for one waits for its address. */
static vmk_uint64 link_changes VMK_GUARDED_BY(link_lock);

/* Startup waits for each uplink's first link, and then for what the ports make of it. */

void uplink_startup_hold(struct vmk_UplinkInt *uplink)
{
    __atomic_store_n(&uplink->awaited, true, __ATOMIC_RELEASE);
    vmk_StartupHold("a NIC's link");
}

void uplink_startup_release(struct vmk_UplinkInt *uplink)
{
    if (__atomic_exchange_n(&uplink->awaited, false, __ATOMIC_ACQ_REL)) {
        vmk_StartupRelease();
    }
}

/* Changes passed on to the ports. */

static void tell_ports(vmk_AddrCookie data)
{
    struct vmk_UplinkInt *uplink = data.ptr;
    vmk_uint32 events = __atomic_exchange_n(&uplink->announcements, 0, __ATOMIC_ACQ_REL);

    if (events & (1u << VMK_PORT_EVENT_LINK_UP | 1u << VMK_PORT_EVENT_LINK_DOWN)) {
        vswitch_announce(uplink, uplink->link.state == VMK_LINK_STATE_UP ? VMK_PORT_EVENT_LINK_UP
                                                                         : VMK_PORT_EVENT_LINK_DOWN);
        if (uplink->link.state == VMK_LINK_STATE_UP) {
            vmk_Mark(VMK_MARK_LINK_UP);
            uplink_startup_release(uplink);
        }
    }
    if (events & 1u << VMK_PORT_EVENT_MTU) {
        vswitch_announce(uplink, VMK_PORT_EVENT_MTU);
    }
    if (events & 1u << VMK_PORT_EVENT_MAC) {
        vswitch_announce(uplink, VMK_PORT_EVENT_MAC);
    }
}

static void announce(struct vmk_UplinkInt *uplink, vmk_PortEvent event)
{
    if (__atomic_fetch_or(&uplink->announcements, 1u << event, __ATOMIC_ACQ_REL) == 0 &&
        !uplink_submit(uplink, tell_ports)) {
        /* Nobody will come for them: the next change must ask anew. */
        __atomic_store_n(&uplink->announcements, 0, __ATOMIC_RELEASE);
    }
}

/* Links. */

const char *uplink_duplex_text(vmk_LinkDuplex duplex)
{
    switch (duplex) {
    case VMK_LINK_DUPLEX_HALF:
        return "Half";
    case VMK_LINK_DUPLEX_FULL:
        return "Full";
    default:
        return "Unknown";
    }
}

/** Note a link's state. @return whether it is news. */
static bool note_link(struct vmk_UplinkInt *uplink, const vmk_LinkStatus *status)
{
    vmk_LinkStatus old;
    vmk_uint64 flags;
    bool changed;

    vmk_SpinlockLockIRQ(&link_lock, &flags);
    old = uplink->link;
    changed = old.state != status->state || old.speed != status->speed || old.duplex != status->duplex;
    uplink->link = *status;
    link_changes += changed;
    if (old.state != status->state) {
        uplink_tx_link(uplink, status->state == VMK_LINK_STATE_UP);
    }
    vmk_SpinlockUnlockIRQ(&link_lock, flags);
    if (changed) {
        (void)vmk_WorldWakeup((vmk_WorldEventID)&link_changes);
    }
    return changed;
}

static vmk_uint64 count_link_changes(void)
{
    vmk_uint64 flags, count;

    vmk_SpinlockLockIRQ(&link_lock, &flags);
    count = link_changes;
    vmk_SpinlockUnlockIRQ(&link_lock, flags);
    return count;
}

/** Sleep until a link has changed since there were @p seen changes. */
static VMK_ReturnStatus wait_for_change(vmk_uint64 seen, vmk_uint32 timeout_ms)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&link_lock, &flags);
    if (link_changes != seen) {
        vmk_SpinlockUnlockIRQ(&link_lock, flags);
    } else {
        status = vmk_WorldWaitIRQ((vmk_WorldEventID)&link_changes, &link_lock, flags, timeout_ms, "link");
    }
    return status;
}

VMK_ReturnStatus uplink_wait_link(const char *name, vmk_LinkState state, vmk_uint32 timeout_ms)
{
    vmk_uint64 end = vmk_GetTimerCycles() + timeout_ms * VMK_NSEC_PER_MSEC;
    vmk_StatusValue status = VMK_OK;

    while (status == VMK_OK) {
        vmk_uint64 seen = count_link_changes(), now = vmk_GetTimerCycles();

        if (uplink_link_is(name, state)) {
            return VMK_OK;
        }
        status = now < end ? wait_for_change(seen, (vmk_uint32)((end - now) / VMK_NSEC_PER_MSEC) + 1)
                           : VMK_TIMEOUT;
    }
    return status;
}

void vmk_UplinkUpdateLinkState(vmk_Uplink uplink, const vmk_LinkStatus *status)
{
    if (!note_link(uplink, status)) {
        return;
    }
    if (status->state == VMK_LINK_STATE_UP) {
        vmk_LogMessage("%s: %s, link up, %u Mbps %s Duplex", uplink->name.string,
                       uplink->reg.driverInfo.driver.string, status->speed,
                       uplink_duplex_text(status->duplex));
        announce(uplink, VMK_PORT_EVENT_LINK_UP);
    } else {
        vmk_LogMessage("%s: link down", uplink->name.string);
        announce(uplink, VMK_PORT_EVENT_LINK_DOWN);
    }
}
VMK_EXPORT_SYMBOL(vmk_UplinkUpdateLinkState);

/* Other changes. */

void vmk_UplinkUpdateMTU(vmk_Uplink uplink, vmk_uint32 mtu)
{
    uplink->reg.mtu = mtu;
    announce(uplink, VMK_PORT_EVENT_MTU);
}
VMK_EXPORT_SYMBOL(vmk_UplinkUpdateMTU);

void vmk_UplinkUpdateMAC(vmk_Uplink uplink, const vmk_uint8 *mac)
{
    vmk_Memcpy(uplink->reg.mac, mac, VMK_ETH_ADDR_LENGTH);
    announce(uplink, VMK_PORT_EVENT_MAC);
}
VMK_EXPORT_SYMBOL(vmk_UplinkUpdateMAC);
