/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skb_alloc.h - getting and freeing sk_buffs, and memory that becomes one: part of linux/skbuff.h.
 */
#ifndef VMKLINUX_SKB_ALLOC_H
#define VMKLINUX_SKB_ALLOC_H

#include <linux/skbuff.h>

/*
 * DEVIATION-002 (alloc_skb, netdev_alloc_skb, napi_alloc_skb, netdev_alloc_frag, napi_alloc_frag): an
 * sk_buff's linear part holds at most VMK_PKT_BUFFER_SIZE (3200) bytes, headroom included, because it lives
 * in its packet's page; asking for more fails. Longer frames have fragments.
 */
struct sk_buff *vmklinux_alloc_skb(struct module *module, unsigned int size, unsigned int headroom);
void *vmklinux_alloc_frag(struct module *module, unsigned int fragsz);

/*
 * DEVIATION-006 (alloc_skb, netdev_alloc_skb, netdev_alloc_frag): sk_buffs and frame memory are allocated in
 * worlds and bottom halves only; in an interrupt NULL is returned, with a warning, because the packet pools
 * of a CPU are not guarded against those.
 */
static inline struct sk_buff *alloc_skb(unsigned int size, gfp_t priority)
{
    return vmklinux_alloc_skb(THIS_MODULE, size, 0);
}

struct sk_buff *vmklinux_netdev_alloc_skb(struct module *module, struct net_device *dev, unsigned int length,
                                          unsigned int headroom);

static inline struct sk_buff *__netdev_alloc_skb(struct net_device *dev, unsigned int length, gfp_t gfp_mask)
{
    return vmklinux_netdev_alloc_skb(THIS_MODULE, dev, length, NET_SKB_PAD);
}

static inline struct sk_buff *netdev_alloc_skb(struct net_device *dev, unsigned int length)
{
    return __netdev_alloc_skb(dev, length, GFP_ATOMIC);
}

static inline struct sk_buff *__netdev_alloc_skb_ip_align(struct net_device *dev, unsigned int length,
                                                          gfp_t gfp)
{
    return vmklinux_netdev_alloc_skb(THIS_MODULE, dev, length, NET_SKB_PAD + NET_IP_ALIGN);
}
#define netdev_alloc_skb_ip_align(dev, length) __netdev_alloc_skb_ip_align(dev, length, GFP_ATOMIC)

struct sk_buff *vmklinux_napi_alloc_skb(struct module *module, struct napi_struct *napi, unsigned int length);

static inline struct sk_buff *napi_alloc_skb(struct napi_struct *napi, unsigned int length)
{
    return vmklinux_napi_alloc_skb(THIS_MODULE, napi, length);
}

/* Memory for a received frame: the buffer of a packet. It becomes an sk_buff by build_skb(), or is freed. */
static inline void *netdev_alloc_frag(unsigned int fragsz)
{
    return vmklinux_alloc_frag(THIS_MODULE, fragsz);
}
#define napi_alloc_frag(fragsz) netdev_alloc_frag(fragsz)

static inline void skb_free_frag(void *addr)
{
    vmk_PktRelease(vmk_PktFromAddr(addr));
}

/*
 * DEVIATION-003 (build_skb, napi_build_skb): the memory given must come from netdev_alloc_frag() or
 * napi_alloc_frag(), which is a packet already; any other, as of a page, is refused with a warning and NULL.
 */
struct sk_buff *build_skb(void *data, unsigned int frag_size);
struct sk_buff *napi_build_skb(void *data, unsigned int frag_size);

/* Drop a reference; the last one gives the packet back. Context: any. */
extern void consume_skb(struct sk_buff *skb);
extern void kfree_skb(struct sk_buff *skb);
extern void __dev_kfree_skb_any(struct sk_buff *skb, int reason);

/* The same on a transmit completion, in a bottom half unless @budget is 0. */
static inline void napi_consume_skb(struct sk_buff *skb, int budget)
{
    if (unlikely(!budget))
        __dev_kfree_skb_any(skb, 0);
    else if (unlikely(!skb || refcount_read(&skb->users) != 1))
        consume_skb(skb);
    else
        vmk_PktReleaseBH(vmklinux_skb_pkt(skb));
}

static inline void dev_kfree_skb_any(struct sk_buff *skb)
{
    __dev_kfree_skb_any(skb, 0);
}

#define dev_kfree_skb(a)           consume_skb(a)
#define kfree_skb_reason(skb, why) kfree_skb(skb)
#define dev_kfree_skb_irq(skb)     __dev_kfree_skb_any(skb, 0)
#define dev_consume_skb_any(skb)   __dev_kfree_skb_any(skb, 0)
#define dev_consume_skb_irq(skb)   __dev_kfree_skb_any(skb, 0)

#endif
