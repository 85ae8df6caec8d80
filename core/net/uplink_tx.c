/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_tx.c - from the switch into the driver, or into the backlog while the driver's queue is stopped.
 */
#include <core/uplink.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/rcu.h>

#define GATE_CLOSED (UPLINK_GATE_DOWN | UPLINK_GATE_NO_LINK)

static vmk_uint32 gate(const struct uplink_txq *txq)
{
    return __atomic_load_n(&txq->gate, __ATOMIC_ACQUIRE);
}

/* Both return the gate as it was. Each is one locked instruction: whoever sets one bit and then finds another
 * clear knows that the other's setter will see his. */
static vmk_uint32 gate_set(struct uplink_txq *txq, enum uplink_gate bit)
{
    return __atomic_fetch_or(&txq->gate, bit, __ATOMIC_SEQ_CST);
}

static vmk_uint32 gate_clear(struct uplink_txq *txq, enum uplink_gate bit)
{
    return __atomic_fetch_and(&txq->gate, ~bit, __ATOMIC_SEQ_CST);
}

static void drop(struct uplink_txq *txq, vmk_PktList list) VMK_REQUIRES(&txq->lock)
{
    txq->tx_dropped += list->count;
    vmk_PktListReleaseAllPkts(list);
}

/** What the driver left of a list: to the front of the backlog if it is busy, else it is lost. */
static void keep(struct uplink_txq *txq, vmk_PktList list, vmk_StatusValue status) VMK_REQUIRES(&txq->lock)
{
    if (status != VMK_BUSY) {
        drop(txq, list);
        return;
    }
    txq->tx_busy++;
    vmk_PktListPrepend(&txq->backlog, list);
}

/** Send the backlog, until the driver has had enough. */
static void drain(struct vmk_UplinkInt *uplink, struct uplink_txq *txq) VMK_REQUIRES(&txq->lock)
{
    vmk_PktHandle *before = NULL;

    while ((gate(txq) & ~(vmk_uint32)UPLINK_GATE_WAITING) == 0 && !vmk_PktListIsEmpty(&txq->backlog)) {
        struct vmk_PktListInt list = txq->backlog;
        vmk_StatusValue status;

        if (list.first == before) {
            /* Busy, yet not stopped: the driver has just started its queue again. Give it time. */
            uplink_kick(uplink);
            break;
        }
        before = list.first;
        vmk_PktListInit(&txq->backlog);
        status = uplink->reg.ops->uplinkTx(uplink->reg.driverData, &list);
        if (!vmk_PktListIsEmpty(&list)) {
            keep(txq, &list, status);
        }
    }
    if (gate(txq) & GATE_CLOSED) {
        drop(txq, &txq->backlog);
    }
    if (vmk_PktListIsEmpty(&txq->backlog)) {
        (void)gate_clear(txq, UPLINK_GATE_WAITING);
    }
}

/** Have @p list wait, as much of it as there is room for. */
static void enqueue(struct uplink_txq *txq, vmk_PktList list) VMK_REQUIRES(&txq->lock)
{
    vmk_PktHandle *pkt;

    while (txq->backlog.count < UPLINK_BACKLOG_MAX && (pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktListAppendPkt(&txq->backlog, pkt);
        txq->tx_backlogged++;
    }
    drop(txq, list);
    (void)gate_set(txq, UPLINK_GATE_WAITING);
}

/** What doesn't go straight to the driver: it waits, and goes when the gate allows. */
static __attribute__((noinline)) void send_later(struct vmk_UplinkInt *uplink, struct uplink_txq *txq,
                                                 vmk_PktList list)
{
    vmk_SpinlockLock(&txq->lock);
    if (gate(txq) & GATE_CLOSED) {
        drop(txq, list);
    } else {
        enqueue(txq, list);
    }
    drain(uplink, txq);
    vmk_SpinlockUnlock(&txq->lock);
}

/** The driver did not take all of @p list, which was sent past the backlog. */
static __attribute__((noinline)) void send_rest(struct vmk_UplinkInt *uplink, struct uplink_txq *txq,
                                                vmk_PktList list, vmk_StatusValue status)
{
    vmk_SpinlockLock(&txq->lock);
    keep(txq, list, status);
    (void)gate_set(txq, UPLINK_GATE_WAITING);
    drain(uplink, txq);
    vmk_SpinlockUnlock(&txq->lock);
}

/** Have the packets made sendable; those that can't be are dropped. @return whether any is left. */
static __attribute__((noinline)) bool offload(struct vmk_UplinkInt *uplink, vmk_PktList list)
{
    struct uplink_txq *counting = &uplink->txq[0];
    vmk_uint32 unsendable = uplink_offload(uplink, list);

    if (unsendable != 0) {
        vmk_SpinlockLock(&counting->lock);
        counting->tx_dropped += unsendable;
        vmk_SpinlockUnlock(&counting->lock);
    }
    return !vmk_PktListIsEmpty(list);
}

static struct uplink_txq *choose_queue(struct vmk_UplinkInt *uplink, vmk_PktList list)
{
    vmk_uint32 queue;

    if (VMK_LIKELY(uplink->reg.numTxQueues == 1)) {
        return &uplink->txq[0];
    }
    queue = vmk_GetPCPUNum() % uplink->reg.numTxQueues;
    for (vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        vmk_PktQueueIDSet(pkt, (vmk_uint16)queue);
    }
    return &uplink->txq[queue];
}

void uplink_tx(struct vmk_UplinkInt *uplink, vmk_PktList list, vmk_uint32 flags)
{
    struct uplink_txq *txq;
    vmk_StatusValue status;

    if (VMK_UNLIKELY(uplink_needs_offload(uplink, flags)) && !offload(uplink, list)) {
        return;
    }
    txq = choose_queue(uplink, list);
    if (VMK_UNLIKELY(gate(txq) != 0)) {
        send_later(uplink, txq, list);
        return;
    }
    status = uplink->reg.ops->uplinkTx(uplink->reg.driverData, list);
    if (VMK_UNLIKELY(!vmk_PktListIsEmpty(list))) {
        send_rest(uplink, txq, list, status);
    }
}

void uplink_drain(struct vmk_UplinkInt *uplink)
{
    for (vmk_uint32 i = 0; i < uplink->reg.numTxQueues; i++) {
        struct uplink_txq *txq = &uplink->txq[i];

        vmk_SpinlockLock(&txq->lock);
        drain(uplink, txq);
        vmk_SpinlockUnlock(&txq->lock);
    }
}

/** Set or clear a bit in all queues' gates. */
static void switch_gates(struct vmk_UplinkInt *uplink, enum uplink_gate bit, bool set)
{
    for (vmk_uint32 i = 0; i < uplink->reg.numTxQueues; i++) {
        (void)(set ? gate_set : gate_clear)(&uplink->txq[i], bit);
    }
}

void uplink_tx_open(struct vmk_UplinkInt *uplink, bool open)
{
    switch_gates(uplink, UPLINK_GATE_DOWN, !open);
    if (!open) {
        vmk_BottomHalfDisable();
        uplink_drain(uplink);
        vmk_BottomHalfEnable();
        /* Who found a gate open is done with the driver then: bottom halves are off meanwhile. */
        vmk_RCUSynchronize();
    }
}

void uplink_tx_link(struct vmk_UplinkInt *uplink, bool up)
{
    switch_gates(uplink, UPLINK_GATE_NO_LINK, !up);
    if (!up) {
        uplink_kick(uplink); /* What waits is dropped where the queue's lock may be taken. */
    }
}

void vmk_UplinkQueueStop(vmk_Uplink uplink, vmk_uint32 queue)
{
    (void)gate_set(&uplink->txq[queue], UPLINK_GATE_STOPPED);
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueStop);

void vmk_UplinkQueueStart(vmk_Uplink uplink, vmk_uint32 queue)
{
    if (gate_clear(&uplink->txq[queue], UPLINK_GATE_STOPPED) & UPLINK_GATE_WAITING) {
        uplink_kick(uplink);
    }
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueStart);

vmk_Bool vmk_UplinkQueueIsStopped(vmk_Uplink uplink, vmk_uint32 queue)
{
    return (gate(&uplink->txq[queue]) & UPLINK_GATE_STOPPED) != 0;
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueIsStopped);
