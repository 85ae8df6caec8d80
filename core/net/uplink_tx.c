/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_tx.c - from the switch into the driver, or into the backlog while the driver's queue is stopped.
 */
#include <core/pkt.h>
#include <core/uplink.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>

static bool is_stopped(const struct uplink_txq *txq)
{
    return __atomic_load_n(&txq->stopped, __ATOMIC_RELAXED);
}

static bool is_closed(const struct uplink_txq *txq)
{
    return __atomic_load_n(&txq->closed, __ATOMIC_RELAXED) != 0;
}

static void close_for(struct uplink_txq *txq, enum uplink_closed reason, bool closed)
{
    if (closed) {
        (void)__atomic_fetch_or(&txq->closed, reason, __ATOMIC_ACQ_REL);
    } else {
        (void)__atomic_fetch_and(&txq->closed, ~reason, __ATOMIC_ACQ_REL);
    }
}

static void drop(struct uplink_txq *txq, vmk_PktList list)
{
    txq->tx_dropped += list->count;
    vmk_PktListReleaseAllPkts(list);
}

/** Offer @p list to the driver; what it can't take goes to the front of the backlog. */
static void transmit(struct vmk_UplinkInt *uplink, struct uplink_txq *txq, vmk_PktList list)
{
    vmk_StatusValue status = uplink->reg.ops->uplinkTx(uplink->reg.driverData, list);

    if (VMK_LIKELY(vmk_PktListIsEmpty(list))) {
        return;
    }
    if (status == VMK_BUSY) {
        txq->tx_busy++;
        vmk_PktListPrepend(&txq->backlog, list);
    } else {
        drop(txq, list);
    }
}

/** Send the backlog, until the driver has had enough. */
static void drain(struct vmk_UplinkInt *uplink, struct uplink_txq *txq)
{
    vmk_PktHandle *before = NULL;

    while (!is_stopped(txq) && !vmk_PktListIsEmpty(&txq->backlog)) {
        struct vmk_PktListInt list = txq->backlog;

        if (list.first == before) {
            /* Busy, yet not stopped: the driver has just started its queue again. Give it time. */
            uplink_kick(uplink);
            break;
        }
        before = list.first;
        vmk_PktListInit(&txq->backlog);
        transmit(uplink, txq, &list);
    }
}

/** Have @p list wait, as much of it as there is room for. */
static void enqueue(struct uplink_txq *txq, vmk_PktList list)
{
    vmk_PktHandle *pkt;

    while (txq->backlog.count < UPLINK_BACKLOG_MAX && (pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktListAppendPkt(&txq->backlog, pkt);
        txq->tx_backlogged++;
    }
    drop(txq, list);
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

void uplink_tx(struct vmk_UplinkInt *uplink, vmk_PktList list)
{
    struct uplink_txq *txq = choose_queue(uplink, list);
    vmk_uint32 unsendable = 0;

    if (VMK_UNLIKELY(uplink_needs_offload(uplink, list))) {
        unsendable = uplink_offload(uplink, list);
    }
    pkt_list_hold(list, uplink->reg.moduleID);
    vmk_SpinlockLock(&txq->lock);
    txq->tx_dropped += unsendable;
    if (VMK_UNLIKELY(is_closed(txq))) {
        drop(txq, list);
        drop(txq, &txq->backlog);
    } else if (VMK_LIKELY(!is_stopped(txq) && vmk_PktListIsEmpty(&txq->backlog))) {
        transmit(uplink, txq, list);
    } else {
        enqueue(txq, list);
    }
    if (VMK_UNLIKELY(!vmk_PktListIsEmpty(&txq->backlog))) {
        /* The queue may have been started before it could be seen that something waits. */
        vmk_CPUMemFenceReadWrite();
        drain(uplink, txq);
    }
    vmk_SpinlockUnlock(&txq->lock);
}

void uplink_drain(struct vmk_UplinkInt *uplink)
{
    for (vmk_uint32 i = 0; i < uplink->reg.numTxQueues; i++) {
        struct uplink_txq *txq = &uplink->txq[i];

        vmk_SpinlockLock(&txq->lock);
        if (is_closed(txq)) {
            drop(txq, &txq->backlog);
        } else {
            drain(uplink, txq);
        }
        vmk_SpinlockUnlock(&txq->lock);
    }
}

void uplink_tx_open(struct vmk_UplinkInt *uplink, bool open)
{
    for (vmk_uint32 i = 0; i < uplink->reg.numTxQueues; i++) {
        struct uplink_txq *txq = &uplink->txq[i];

        vmk_BottomHalfDisable();
        vmk_SpinlockLock(&txq->lock);
        close_for(txq, UPLINK_CLOSED_DOWN, !open);
        drop(txq, &txq->backlog);
        vmk_SpinlockUnlock(&txq->lock);
        vmk_BottomHalfEnable();
    }
}

void uplink_tx_link(struct vmk_UplinkInt *uplink, bool up)
{
    for (vmk_uint32 i = 0; i < uplink->reg.numTxQueues; i++) {
        close_for(&uplink->txq[i], UPLINK_CLOSED_NO_LINK, !up);
    }
    if (!up) {
        uplink_kick(uplink); /* What waits is dropped where the queue's lock may be taken. */
    }
}

void vmk_UplinkQueueStop(vmk_Uplink uplink, vmk_uint32 queue)
{
    __atomic_store_n(&uplink->txq[queue].stopped, true, __ATOMIC_RELAXED);
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueStop);

void vmk_UplinkQueueStart(vmk_Uplink uplink, vmk_uint32 queue)
{
    struct uplink_txq *txq = &uplink->txq[queue];

    if (!is_stopped(txq)) {
        return;
    }
    __atomic_store_n(&txq->stopped, false, __ATOMIC_SEQ_CST);
    vmk_CPUMemFenceReadWrite();
    if (__atomic_load_n(&txq->backlog.first, __ATOMIC_RELAXED)) {
        uplink_kick(uplink);
    }
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueStart);

vmk_Bool vmk_UplinkQueueIsStopped(vmk_Uplink uplink, vmk_uint32 queue)
{
    return is_stopped(&uplink->txq[queue]);
}
VMK_EXPORT_SYMBOL(vmk_UplinkQueueIsStopped);
