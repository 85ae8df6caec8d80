/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_poll.h - polling a NIC queue in bottom halves.
 *
 * An interrupt handler activates a poll; its callback then runs in a bottom half of the same CPU, again and
 * again while it says that there is more. After each run the packets it queued are delivered in one list. A
 * CPU's polls take turns; when they go on for long, the bottom half moves to its world and shares the CPU
 * with others.
 */
#ifndef VMKAPI_NET_POLL_H
#define VMKAPI_NET_POLL_H

#include <vmkapi/net/net_pktlist.h>
#include <vmkapi/net/net_uplink.h>

typedef struct vmk_NetPollInt *vmk_NetPoll;

/** Whom polling time is charged to. Services are not kept apart yet: pass VMK_INVALID_SERVICE_ID. */
typedef vmk_uint64 vmk_ServiceID;
#define VMK_INVALID_SERVICE_ID ((vmk_ServiceID)0)

/** Packets a callback is asked to handle at most in one run. */
#define VMK_NETPOLL_BUDGET 64

/**
 * Poll a queue: handle at most @p budget received packets, queue them with vmk_NetPollRxPktQueue, and
 * complete what was sent.
 *
 * @return VMK_TRUE to be called again, VMK_FALSE when idle and the interrupt has been enabled again.
 * Context: bottom half; not re-entered for the same poll.
 */
typedef vmk_Bool (*vmk_NetPollFunc)(vmk_AddrCookie priv, vmk_uint32 budget);

/** Take the packets of one run; all of @p list changes owner. Context: bottom half. */
typedef void (*vmk_NetPollDeliveryFunc)(vmk_AddrCookie priv, vmk_PktList list);

typedef enum vmk_NetPollFeatures {
    VMK_NETPOLL_NONE = 0,
} vmk_NetPollFeatures;

typedef enum vmk_NetPollState {
    VMK_NETPOLL_DISABLED, /**< Never runs; activations are remembered until it is enabled. */
    VMK_NETPOLL_ENABLED,
} vmk_NetPollState;

typedef struct vmk_NetPollProperties {
    vmk_NetPollFunc poll;
    vmk_NetPollDeliveryFunc deliveryCallback; /**< NULL: packets go to the registered uplink. */
    vmk_AddrCookie priv;                      /**< For both callbacks. */
    vmk_NetPollFeatures features;
} vmk_NetPollProperties;

/**
 * Create a poll, disabled.
 *
 * @return VMK_OK, VMK_BAD_PARAM (no callback) or VMK_NO_MEMORY.
 * Context: may block.
 */
VMK_ReturnStatus vmk_NetPollCreate(const vmk_NetPollProperties *props, vmk_ServiceID service,
                                   vmk_ModuleID module, vmk_NetPoll *poll);

/** Destroy a poll: disabled first if it is not; packets queued and not delivered are released. Context: may
 * block. */
void vmk_NetPollDestroy(vmk_NetPoll poll);

/** Let a poll run. An activation that came while it was disabled takes effect. Context: any but interrupt. */
void vmk_NetPollEnable(vmk_NetPoll poll);

/**
 * Keep a poll from running and wait until a run under way has ended.
 *
 * Must not be called from the callback. Context: may block.
 */
void vmk_NetPollDisable(vmk_NetPoll poll);

/** The state of a poll. Context: any. */
vmk_NetPollState vmk_NetPollCheckState(vmk_NetPoll poll);

/**
 * Have the callback run soon on this CPU. Activating an active poll does nothing, except from within
 * its own callback: then it is called once more. Context: any.
 */
void vmk_NetPollActivate(vmk_NetPoll poll);

/** The poll whose callback runs on this CPU; NULL if none does. Context: bottom half. */
vmk_NetPoll vmk_NetPollGetCurrent(void);

/** The private data given at creation. Context: any. */
vmk_AddrCookie vmk_NetPollGetPrivate(vmk_NetPoll poll);

/**
 * Name the uplink received packets of @p poll belong to, and thread the poll into its life: packets
 * are dropped and counted while there is none.
 *
 * @return VMK_OK or VMK_BUSY (has one). Context: any but interrupt.
 */
VMK_ReturnStatus vmk_NetPollRegisterUplink(vmk_NetPoll poll, vmk_Uplink uplink);

/** Undo vmk_NetPollRegisterUplink. The poll must be disabled. Context: any but interrupt. */
void vmk_NetPollUnregisterUplink(vmk_NetPoll poll);

/** The beginning of every poll object, so that queueing a packet is an inline. */
struct vmk_NetPollInt {
    struct vmk_PktListInt rx; /**< Queued by the run under way. */
};

/** Queue a received packet for delivery after this run; it changes owner. Context: the poll's own callback.
 */
VMK_ALWAYS_INLINE void vmk_NetPollRxPktQueue(vmk_NetPoll poll, vmk_PktHandle *pkt)
{
    vmk_PktListAppendPkt(&poll->rx, pkt);
}

/** Deliver now what has been queued. Context: the poll's own callback. */
void vmk_NetPollFlushRx(vmk_NetPoll poll);

#endif
