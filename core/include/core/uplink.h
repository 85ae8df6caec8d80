/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink.h - uplinks from inside: names, transmit queues with their backlog, control operations.
 *
 * Transmitting takes no lock: a queue's gate says whether packets go straight to the driver, which serialises
 * what several CPUs send. What it can't take waits in the queue's backlog, up to UPLINK_BACKLOG_MAX packets,
 * then is dropped and counted. Packets of one sender stay in order: while some wait, all that come do.
 *
 * Control operations are done by one world at a time, who has claimed the uplink (uplink_claim).
 *
 * Locks: uplink->control (semaphore), then txq->lock (rank UPLINK), under which the driver's own are taken.
 */
#ifndef CORE_UPLINK_H
#define CORE_UPLINK_H

#include <stdbool.h>

#include <core/vswitch.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/net/net_uplink.h>

#define UPLINK_BACKLOG_MAX 1024
#define UPLINKS_MAX        32

/** What keeps packets from going straight to the driver; a set of these. */
enum uplink_gate {
    UPLINK_GATE_DOWN = 1u << 0,    /**< The NIC does not run: they are dropped. */
    UPLINK_GATE_NO_LINK = 1u << 1, /**< They would wait in it, and be old when they leave: dropped too. */
    UPLINK_GATE_STOPPED = 1u << 2, /**< By the driver. */
    UPLINK_GATE_WAITING = 1u << 3, /**< The backlog is not empty; changes under the lock. */
};

extern vmk_SpinlockObject uplink_table_lock; /**< Rank UPLINK. */

/** VLANs, by number. */
struct vlan_set {
    vmk_uint64 words[(VMK_VLAN_ID_MASK + 1) / 64];
};

VMK_ALWAYS_INLINE bool vlan_set_has(const struct vlan_set *set, vmk_uint16 vlan)
{
    return (set->words[vlan / 64] >> vlan % 64 & 1) != 0;
}

/** One transmit queue. */
struct uplink_txq {
    vmk_uint32 gate;         /**< By enum uplink_gate; atomic. */
    vmk_SpinlockObject lock; /**< Held while the backlog is sent; bottom halves off. */
    struct vmk_PktListInt backlog VMK_GUARDED_BY(lock);
    vmk_uint64 tx_busy VMK_GUARDED_BY(lock);       /**< Times the driver could not take all. */
    vmk_uint64 tx_backlogged VMK_GUARDED_BY(lock); /**< Packets that had to wait. */
    vmk_uint64
        tx_dropped VMK_GUARDED_BY(lock); /**< Backlog full, NIC or link down, or packet not sendable. */
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

struct vmk_UplinkInt {
    vmk_Name name;
    vmk_uint32 number;     /**< vmnic<number>. */
    vmk_UplinkRegData reg; /**< As registered, MAC and MTU kept up to date. */
    const void *cap_ops[VMK_UPLINK_CAP_COUNT];
    vmk_uint64 caps;          /**< Registered; bits by vmk_UplinkCap. */
    vmk_uint64 enabled;       /**< Of these, switched on. */
    vmk_uint32 soft_flags[2]; /**< Packet flags that need software help, of other packets and of IPv6 ones. */
    vmk_uint32 look_flags;    /**< Packet flags that may need it. */
    struct vmk_PortInt *port; /**< In its switch; RCU. */
    vmk_SemaphoreObject control; /**< One control operation at a time. */
    vmk_uint32
        users VMK_GUARDED_BY(uplink_table_lock); /**< Claims held or awaited, and 1 while registered. */
    vmk_SemaphoreObject unused;                  /**< Given when users becomes 0. */
    bool dying;                                  /**< Being unregistered; under `control`. */
    bool running;                                /**< Started; under `control`. */
    vmk_UplinkState filter;                      /**< As last set; under `control`. */
    struct vlan_set vlans;                       /**< That the receive filter was told to let through. */
    vmk_LinkStatus link;
    vmk_uint32 announcements; /**< Changes on their way to the ports: bits by vmk_PortEvent; atomic. */
    bool awaited;             /**< Startup is held open until its link is up; atomic. */
    bool kicked;              /**< A queue with a backlog was started; atomic. */
    vmk_uint64 rx_no_port;    /**< Packets received while in no switch, and dropped; atomic. */
    vmk_StatGroup stat_group;
    struct uplink_txq txq[]; /**< reg.numTxQueues of them. */
};

/** Bring the layer up. Context: boot world, once. */
void uplink_init(void);

/**
 * Send packets, which are charged to the driver already; all of @p list changes owner.
 *
 * @param flags of all packets of the list, together.
 * Context: bottom halves off.
 */
void uplink_tx(struct vmk_UplinkInt *uplink, vmk_PktList list, vmk_uint32 flags);

/**
 * Find an uplink by name and keep it, and its control operations, to the caller until uplink_yield().
 *
 * @return VMK_OK or VMK_NOT_FOUND. Context: may block.
 */
VMK_ReturnStatus uplink_claim(const char *name, struct vmk_UplinkInt **uplink);

/** As uplink_claim(), the first uplink with a number of @p number or more; VMK_NOT_FOUND past the last. */
VMK_ReturnStatus uplink_claim_next(vmk_uint32 number, struct vmk_UplinkInt **uplink);

/** End a claim. Context: may block. */
void uplink_yield(struct vmk_UplinkInt *uplink);

/**
 * Wait until there is an uplink called @p name whose link is in @p state.
 *
 * @return VMK_OK, VMK_TIMEOUT, VMK_DEATH_PENDING or VMK_WAIT_INTERRUPTED. Context: may block.
 */
VMK_ReturnStatus uplink_wait_link(const char *name, vmk_LinkState state, vmk_uint32 timeout_ms);

/** "Half", "Full" or "Unknown", static. Context: any. */
const char *uplink_duplex_text(vmk_LinkDuplex duplex);

/* Between the files of the layer: */

/** Have uplink_drain() called for @p uplink in a bottom half. Context: any. */
void uplink_kick(struct vmk_UplinkInt *uplink);

/** Send what waits. Context: bottom half. */
void uplink_drain(struct vmk_UplinkInt *uplink);

/**
 * Let packets through to the driver (@p open), or drop what waits and all that comes: on return none is on
 * its way to the driver. Context: may block.
 */
void uplink_tx_open(struct vmk_UplinkInt *uplink, bool open);

/** The same for a link that comes or goes. Context: any. */
void uplink_tx_link(struct vmk_UplinkInt *uplink, bool up);

/**
 * Do in software what the NIC can't: packets of @p list come out as it can take them; those that can't be are
 * released. @return how many were. Context: bottom halves off.
 */
vmk_uint32 uplink_offload(struct vmk_UplinkInt *uplink, vmk_PktList list);

/** Whether packets with these flags, all of a list's together, may not be fit for the driver. */
VMK_ALWAYS_INLINE bool uplink_needs_offload(const struct vmk_UplinkInt *uplink, vmk_uint32 flags)
{
    return (flags & uplink->look_flags) != 0;
}

/** Work out soft_flags and look_flags from the enabled capabilities. */
void uplink_offload_update(struct vmk_UplinkInt *uplink);

/**
 * Have @p func called with @p uplink in the layer's own world; vmk_UplinkUnregister() cancels it.
 *
 * @return whether it will be; if not, that is logged. Context: any.
 */
bool uplink_submit(struct vmk_UplinkInt *uplink, vmk_HelperRequestFunc func);

/** Hold startup open until the uplink's first link is up and its ports know. Context: any. */
void uplink_startup_hold(struct vmk_UplinkInt *uplink);

/** Let go of that hold, if there still is one. Context: any. */
void uplink_startup_release(struct vmk_UplinkInt *uplink);

/** Whether there is an uplink called @p name whose link is in @p state. Context: world. */
bool uplink_link_is(const char *name, vmk_LinkState state);

/* For the holder of a claim. Context: may block. */

/** Start the NIC if it isn't running. @return VMK_OK or the driver's failure. */
VMK_ReturnStatus uplink_up(struct vmk_UplinkInt *uplink);

/** Stop it if it is; its backlog is dropped. @return VMK_OK or the driver's failure. */
VMK_ReturnStatus uplink_down(struct vmk_UplinkInt *uplink);

/** Set the receive filter, now or when the NIC is started. @return VMK_OK or the driver's failure. */
VMK_ReturnStatus uplink_filter_set(struct vmk_UplinkInt *uplink, vmk_UplinkState filter);

/**
 * Let frames of these VLANs through the receive filter and, unless there are none, of no others. A NIC
 * without such a filter lets all through.
 *
 * @return VMK_OK or the driver's failure: then it has done some of it.
 */
VMK_ReturnStatus uplink_vlans_set(struct vmk_UplinkInt *uplink, const struct vlan_set *vlans);

/** Set the MTU. @return VMK_OK, VMK_BAD_PARAM (out of the NIC's range) or the driver's failure. */
VMK_ReturnStatus uplink_mtu_set(struct vmk_UplinkInt *uplink, vmk_uint32 mtu);

/** Switch an offload. @return VMK_OK, VMK_NOT_SUPPORTED or the driver's failure. */
VMK_ReturnStatus uplink_cap_set(struct vmk_UplinkInt *uplink, vmk_UplinkCap cap, bool on);

/** A capability's ops struct, NULL when it isn't registered. */
VMK_ALWAYS_INLINE const void *uplink_cap_ops(const struct vmk_UplinkInt *uplink, vmk_UplinkCap cap)
{
    return uplink->cap_ops[cap];
}

#endif
