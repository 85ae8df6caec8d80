/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_pktlist.h - lists of packets, the unit in which packets move between layers.
 *
 * A list owns its packets. A packet is on one list at most. Nothing here locks: a list has one user at a
 * time. Context: any.
 */
#ifndef VMKAPI_NET_PKTLIST_H
#define VMKAPI_NET_PKTLIST_H

#include <vmkapi/net/net_pkt.h>

/** Embed this, or define one on the stack with VMK_PKTLIST_STACK_DEF_INIT. */
struct vmk_PktListInt {
    vmk_PktHandle *first;
    vmk_PktHandle *last; /**< Undefined when the list is empty. */
    vmk_uint32 count;
};

typedef struct vmk_PktListInt *vmk_PktList;

/** Define an empty list @p name that lives until the end of the block. */
#define VMK_PKTLIST_STACK_DEF_INIT(name)                                                                     \
    struct vmk_PktListInt name##Object = {NULL, NULL, 0};                                                    \
    vmk_PktList name = &name##Object

/** A position in a list; survives removal of the packet it is at. */
struct vmk_PktListIterInt {
    vmk_PktList list;
    vmk_PktHandle *prev; /**< Packet before the position, NULL at the front. */
    vmk_PktHandle *pkt;  /**< Packet at the position, NULL at the end. */
};

typedef struct vmk_PktListIterInt *vmk_PktListIter;

#define VMK_PKTLIST_ITER_STACK_DEF(name)                                                                     \
    struct vmk_PktListIterInt name##Object;                                                                  \
    vmk_PktListIter name = &name##Object

/** Make @p list empty, forgetting what was on it. */
VMK_ALWAYS_INLINE void vmk_PktListInit(vmk_PktList list)
{
    list->first = NULL;
    list->last = NULL;
    list->count = 0;
}

VMK_ALWAYS_INLINE vmk_uint32 vmk_PktListGetCount(vmk_PktList list)
{
    return list->count;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_PktListIsEmpty(vmk_PktList list)
{
    return list->first == NULL;
}

/** First packet, left on the list; NULL when empty. */
VMK_ALWAYS_INLINE vmk_PktHandle *vmk_PktListGetFirstPkt(vmk_PktList list)
{
    return list->first;
}

/** Last packet, left on the list; NULL when empty. */
VMK_ALWAYS_INLINE vmk_PktHandle *vmk_PktListGetLastPkt(vmk_PktList list)
{
    return list->first ? list->last : NULL;
}

VMK_ALWAYS_INLINE void vmk_PktListAppendPkt(vmk_PktList list, vmk_PktHandle *pkt)
{
    pkt->next = NULL;
    if (list->first)
        list->last->next = pkt;
    else
        list->first = pkt;
    list->last = pkt;
    list->count++;
}

VMK_ALWAYS_INLINE void vmk_PktListPrependPkt(vmk_PktList list, vmk_PktHandle *pkt)
{
    pkt->next = list->first;
    if (!list->first)
        list->last = pkt;
    list->first = pkt;
    list->count++;
}

/** Take the first packet off; NULL when empty. */
VMK_ALWAYS_INLINE vmk_PktHandle *vmk_PktListPopFirstPkt(vmk_PktList list)
{
    vmk_PktHandle *pkt = list->first;

    if (pkt) {
        list->first = pkt->next;
        list->count--;
    }
    return pkt;
}

/** Move all of @p from behind the packets of @p list; @p from is empty afterwards. */
VMK_ALWAYS_INLINE void vmk_PktListAppend(vmk_PktList list, vmk_PktList from)
{
    if (!from->first)
        return;
    if (list->first)
        list->last->next = from->first;
    else
        list->first = from->first;
    list->last = from->last;
    list->count += from->count;
    vmk_PktListInit(from);
}

/** Move all of @p from before the packets of @p list; @p from is empty afterwards. */
VMK_ALWAYS_INLINE void vmk_PktListPrepend(vmk_PktList list, vmk_PktList from)
{
    vmk_PktListAppend(from, list);
    *list = *from;
    vmk_PktListInit(from);
}

/**
 * Allocate @p count packets as vmk_PktAllocForModule does, for frames without fragments (@p len at most
 * VMK_PKT_MAX_MAPPED), and append them to @p list.
 *
 * @return VMK_OK; VMK_NO_MEMORY or VMK_LIMIT_EXCEEDED: nothing was appended. Context: world or bottom half.
 */
VMK_ReturnStatus vmk_PktListAlloc(vmk_ModuleID module, vmk_uint32 len, vmk_uint32 count, vmk_PktList list);

/** Release every packet; the list is empty afterwards. Context: world or bottom half. */
void vmk_PktListReleaseAllPkts(vmk_PktList list);

/**
 * Cut a large TCP packet (flag LARGE_TCP) into frames of at most mss payload bytes, appended to @p list.
 *
 * For uplinks that can't. Checksums are computed. The packet itself stays the caller's.
 *
 * @return VMK_OK, VMK_NO_MEMORY (nothing was appended) or VMK_BAD_FORMAT (not TCP over IP).
 */
VMK_ReturnStatus vmk_PktTcpSegmentation(vmk_PktHandle *pkt, vmk_PktList list);

/** Put @p iter at the first packet of @p list. */
VMK_ALWAYS_INLINE void vmk_PktListIterStart(vmk_PktListIter iter, vmk_PktList list)
{
    iter->list = list;
    iter->prev = NULL;
    iter->pkt = list->first;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_PktListIterIsAtEnd(vmk_PktListIter iter)
{
    return iter->pkt == NULL;
}

/** The packet at @p iter; NULL at the end. */
VMK_ALWAYS_INLINE vmk_PktHandle *vmk_PktListIterGetPkt(vmk_PktListIter iter)
{
    return iter->pkt;
}

/** Go to the next packet; not at the end. */
VMK_ALWAYS_INLINE void vmk_PktListIterMove(vmk_PktListIter iter)
{
    iter->prev = iter->pkt;
    iter->pkt = iter->pkt->next;
}

/** Take the packet at @p iter off its list into @p pkt and go to the next; not at the end. */
VMK_ALWAYS_INLINE void vmk_PktListIterRemovePkt(vmk_PktListIter iter, vmk_PktHandle **pkt)
{
    vmk_PktHandle *gone = iter->pkt;

    iter->pkt = gone->next;
    if (iter->prev)
        iter->prev->next = iter->pkt;
    else
        iter->list->first = iter->pkt;
    if (!iter->pkt)
        iter->list->last = iter->prev;
    iter->list->count--;
    *pkt = gone;
}

/** Insert @p pkt before the position; the position does not change. */
VMK_ALWAYS_INLINE void vmk_PktListIterInsertPktBefore(vmk_PktListIter iter, vmk_PktHandle *pkt)
{
    pkt->next = iter->pkt;
    if (iter->prev)
        iter->prev->next = pkt;
    else
        iter->list->first = pkt;
    if (!iter->pkt)
        iter->list->last = pkt;
    iter->list->count++;
    iter->prev = pkt;
}

#endif
