/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * napi.c - NAPI on vmk_NetPoll: one poll a napi_struct, in a bottom half of the CPU that took the interrupt.
 *
 * The state bits are Linux's. SCHED belongs to whoever schedules until the driver completes; a schedule
 * meanwhile leaves MISSED, and completing then schedules again. While disabled, SCHED is held, so that nobody
 * can schedule.
 */
#include <linux/atomic.h>
#include <linux/etherdevice.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <vmklinux/netdev.h>
#include <vmklinux/skb_pkt.h>

static vmk_Bool poll(vmk_AddrCookie priv, vmk_uint32 budget)
{
    struct napi_struct *napi = priv.ptr;
    int weight = min(napi->weight, (int)budget);

    if (unlikely(!test_bit(NAPI_STATE_SCHED, &napi->state)))
        return VMK_FALSE;
    if (napi->poll(napi, weight) < weight)
        return VMK_FALSE;
    /* There is more; but not for one about to be disabled. */
    return !test_bit(NAPI_STATE_DISABLE, &napi->state);
}

void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi,
                           int (*poll_fn)(struct napi_struct *, int), int weight)
{
    vmk_NetPollProperties props = {.poll = poll, .priv.ptr = napi, .features = VMK_NETPOLL_NONE};

    napi->dev = dev;
    napi->poll = poll_fn;
    napi->weight = weight;
    napi->skb = NULL;
    napi->state = NAPIF_STATE_SCHED;
    if (vmk_NetPollCreate(&props, VMK_INVALID_SERVICE_ID, dev->module->id, &napi->net_poll) != VMK_OK)
        napi->net_poll = NULL; /* register_netdev() will refuse the device */
    list_add_tail(&napi->dev_list, &dev->napi_list);
    if (dev->uplink)
        vmklinux_napi_register_uplink(napi);
}
EXPORT_SYMBOL(netif_napi_add_weight);

void __netif_napi_del(struct napi_struct *napi)
{
    list_del(&napi->dev_list);
    napi_free_frags(napi);
    if (napi->net_poll)
        vmk_NetPollDestroy(napi->net_poll);
}
EXPORT_SYMBOL(__netif_napi_del);

bool napi_schedule_prep(struct napi_struct *n)
{
    unsigned long new, val = READ_ONCE(n->state);

    do {
        if (unlikely(val & NAPIF_STATE_DISABLE))
            return false;
        new = val | NAPIF_STATE_SCHED;
        if (val & NAPIF_STATE_SCHED)
            new |= NAPIF_STATE_MISSED;
    } while (!try_cmpxchg(&n->state, &val, new));

    return !(val & NAPIF_STATE_SCHED);
}
EXPORT_SYMBOL(napi_schedule_prep);

void __napi_schedule(struct napi_struct *n)
{
    vmk_NetPollActivate(n->net_poll);
}
EXPORT_SYMBOL(__napi_schedule);

bool napi_complete_done(struct napi_struct *n, int work_done)
{
    unsigned long new, val = READ_ONCE(n->state);

    do {
        WARN_ON_ONCE(!(val & NAPIF_STATE_SCHED));
        new = val & ~(NAPIF_STATE_MISSED | NAPIF_STATE_SCHED);
        if (unlikely(val & NAPIF_STATE_MISSED))
            new |= NAPIF_STATE_SCHED;
    } while (!try_cmpxchg(&n->state, &val, new));

    if (unlikely(val & NAPIF_STATE_MISSED)) {
        __napi_schedule(n);
        return false;
    }
    return true;
}
EXPORT_SYMBOL(napi_complete_done);

void napi_disable(struct napi_struct *n)
{
    might_sleep();
    set_bit(NAPI_STATE_DISABLE, &n->state);
    vmk_NetPollDisable(n->net_poll);
    WRITE_ONCE(n->state, NAPIF_STATE_SCHED);
}
EXPORT_SYMBOL(napi_disable);

void napi_enable(struct napi_struct *n)
{
    BUG_ON(!test_bit(NAPI_STATE_SCHED, &n->state));
    WRITE_ONCE(n->state, 0);
    vmk_NetPollEnable(n->net_poll);
}
EXPORT_SYMBOL(napi_enable);

/* Lengths are the device's word: fragments must lie in their pages, and all must be there. */
static bool frags_are_sound(const struct sk_buff *skb)
{
    const struct skb_shared_info *shinfo = skb_shinfo(skb);
    unsigned int bytes = 0;

    for (unsigned int i = 0; i < shinfo->nr_frags; i++) {
        const skb_frag_t *frag = &shinfo->frags[i];
        unsigned int room = (unsigned int)PAGE_SIZE << skb_frag_page(frag)->frame.order;

        if (skb_frag_size(frag) > room || skb_frag_off(frag) > room - skb_frag_size(frag))
            return false;
        bytes += skb_frag_size(frag);
    }
    return bytes == skb->data_len;
}

/* The frame has fragments, or a tag beside it. */
static noinline gro_result_t receive_more(struct napi_struct *napi, struct sk_buff *skb)
{
    vmk_PktHandle *pkt;

    if (!frags_are_sound(skb)) {
        napi->dev->stats.rx_length_errors++;
        if (net_ratelimit())
            netdev_warn(napi->dev, "dropped a frame whose lengths don't fit its buffers\n");
        kfree_skb(skb);
        return GRO_CONSUMED;
    }
    pkt = vmklinux_pkt_from_rx(skb);
    vmklinux_skb_take_more(skb, pkt);
    vmk_NetPollRxPktQueue(napi->net_poll, pkt);
    return GRO_NORMAL;
}

gro_result_t napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
    /* A packet without fragments that a driver has allocated has no flags. */
    if (unlikely(skb->data_len || vmklinux_skb_pkt(skb)->flags || skb->vlan_present))
        return receive_more(napi, skb);
    vmk_NetPollRxPktQueue(napi->net_poll, vmklinux_pkt_from_rx(skb));
    return GRO_NORMAL;
}
EXPORT_SYMBOL(napi_gro_receive);

struct sk_buff *vmklinux_napi_get_frags(struct module *module, struct napi_struct *napi)
{
    if (!napi->skb)
        napi->skb = vmklinux_napi_alloc_skb(module, napi, ETH_HLEN);
    return napi->skb;
}
EXPORT_SYMBOL(vmklinux_napi_get_frags);

gro_result_t napi_gro_frags(struct napi_struct *napi)
{
    struct sk_buff *skb = napi->skb;

    napi->skb = NULL;
    /* The Ethernet header is all that goes into the linear part, as everybody above looks at it. */
    if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
        kfree_skb(skb);
        return GRO_CONSUMED;
    }
    skb->protocol = eth_type_trans(skb, napi->dev);
    return napi_gro_receive(napi, skb);
}
EXPORT_SYMBOL(napi_gro_frags);

void vmklinux_napi_register_uplink(struct napi_struct *napi)
{
    WARN_ON(vmk_NetPollRegisterUplink(napi->net_poll, napi->dev->uplink) != VMK_OK);
}
