/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbuff.h - socket buffers: the driver's view of a VMKernel packet.
 *
 * An sk_buff lives in the driver area of its packet's page and its skb_shared_info in the driver tail, at
 * fixed distances from each other and from the buffer between them (vmkapi/net/net_pkt.h):
 *
 *     page: | vmk_PktHandle | sk_buff | buffer: head ... data ... tail ... | skb_shared_info |
 *
 * so that packet, sk_buff and buffer find each other by arithmetic, and nothing is allocated or copied when a
 * packet passes between the network layer and a driver.
 *
 * Fragments of a packet being sent are the packet's own and only shown in the shared info; those of a packet
 * received or allocated by the driver are references of the shared info's, until it is handed up.
 */
#ifndef VMKLINUX_LINUX_SKBUFF_H
#define VMKLINUX_LINUX_SKBUFF_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/bvec.h>
#include <linux/cache.h>
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/netdev_features.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/processor.h>
#include <vmkapi/net/net_pkt.h>

struct net_device;
struct napi_struct;
struct sock;

#define CHECKSUM_NONE           0
#define CHECKSUM_UNNECESSARY    1
#define CHECKSUM_COMPLETE       2
#define CHECKSUM_PARTIAL        3

#define NET_SKB_PAD             max(32, L1_CACHE_BYTES)
#define SKB_DATA_ALIGN(X)       ALIGN(X, SMP_CACHE_BYTES)
#define SKB_WITH_OVERHEAD(X)    ((X)-SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define SKB_MAX_ORDER(X, ORDER) SKB_WITH_OVERHEAD((PAGE_SIZE << (ORDER)) - (X))
#define SKB_TRUESIZE(X)                                                                                      \
    ((X) + SKB_DATA_ALIGN(sizeof(struct sk_buff)) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))

#define MAX_SKB_FRAGS (65536 / PAGE_SIZE + 1)

enum {
    SKBTX_HW_TSTAMP = 1 << 0,
    SKBTX_SW_TSTAMP = 1 << 1,
    SKBTX_IN_PROGRESS = 1 << 2,
};

enum {
    SKB_GSO_TCPV4 = 1 << 0,
    SKB_GSO_DODGY = 1 << 1,
    SKB_GSO_TCP_ECN = 1 << 2,
    SKB_GSO_TCP_FIXEDID = 1 << 3,
    SKB_GSO_TCPV6 = 1 << 4,
};

typedef unsigned int sk_buff_data_t; /* offset from head */

typedef struct bio_vec skb_frag_t;

struct skb_shared_hwtstamps {
    ktime_t hwtstamp;
};

struct skb_shared_info {
    __u8 flags;
    __u8 meta_len;
    __u8 nr_frags;
    __u8 tx_flags;
    unsigned short gso_size;
    unsigned short gso_segs;
    struct sk_buff *frag_list; /* always NULL: frames have fragments, not lists */
    struct skb_shared_hwtstamps hwtstamps;
    unsigned int gso_type;
    skb_frag_t frags[MAX_SKB_FRAGS];
};

/* What a fresh sk_buff begins with lies in pairs that one store sets: a constant and a zero, or all zeroes.
 */
struct sk_buff {
    struct sk_buff *next;
    struct sk_buff *prev;
    struct net_device *dev;
    unsigned char *head;
    unsigned char *data;
    unsigned int len; /* all of it */
    sk_buff_data_t tail;

    refcount_t users;
    unsigned int data_len; /* of len, in fragments */

    sk_buff_data_t end;
    union {
        __wsum csum;
        struct {
            __u16 csum_start; /* offset from head */
            __u16 csum_offset;
        };
    };

    unsigned int truesize;
    __be16 vlan_proto;
    __u16 vlan_tci;

    /*
     * DEVIATION-015 (type of sk_buff.ip_summed, sk_buff.pkt_type, sk_buff.vlan_present, sk_buff.no_fcs,
     * sk_buff.csum_level, sk_buff.csum_valid, sk_buff.l4_hash, sk_buff.encapsulation): whole bytes, where
     * Linux has bit-fields, because they are read and written for each frame: a value too large for Linux's
     * is kept.
     */
    __u8 ip_summed;
    __u8 pkt_type;
    __u8 vlan_present;
    __u8 no_fcs;
    __u8 csum_level;
    __u8 csum_valid;
    __u8 l4_hash;
    __u8 encapsulation;

    union {
        struct {
            __u16 queue_mapping;
            __u16 mac_len;
            __u32 hash;
        };
        u64 vmklinux_queue; /* queue_mapping, and the others 0 */
    };

    /* offsets from head, but for the protocol */
    union {
        struct {
            __be16 protocol;
            __u16 transport_header;
        };
        u32 vmklinux_protocol; /* protocol, and the other 0 */
    };
    __u16 network_header;
    __u16 mac_header;

    struct sock *sk; /* always NULL: there are no sockets at this level */
    ktime_t tstamp;
    __u32 priority;
    char cb[48] __aligned(8);
};

static_assert(sizeof(struct sk_buff) <= VMK_PKT_DRIVER_AREA_SIZE, "an sk_buff fits the packet's driver area");
static_assert(sizeof(struct skb_shared_info) <= VMK_PKT_DRIVER_TAIL_SIZE,
              "the shared info fits the driver tail");

/* Packet, sk_buff and shared info from each other. */
static __always_inline vmk_PktHandle *vmklinux_skb_pkt(const struct sk_buff *skb)
{
    return (vmk_PktHandle *)((char *)skb - VMK_PKT_DRIVER_AREA);
}

static __always_inline struct sk_buff *vmklinux_pkt_skb(vmk_PktHandle *pkt)
{
    return vmk_PktDriverArea(pkt);
}

/* The shared info lies at the fixed end of the buffer, whatever size the driver asked for. */
#define skb_shinfo(SKB) ((struct skb_shared_info *)vmk_PktDriverTail(vmklinux_skb_pkt(SKB)))

/* What is the same in every fresh sk_buff, whose frame goes or came by queue @queue; the caller sets len and
 * where the bytes are. */
static __always_inline void vmklinux_skb_clear(struct sk_buff *skb, struct net_device *dev,
                                               unsigned int queue)
{
    struct skb_shared_info *shinfo = skb_shinfo(skb);

    skb->next = NULL;
    skb->dev = dev;
    skb->users = (refcount_t)REFCOUNT_INIT(1);
    skb->data_len = 0;
    skb->end = VMK_PKT_BUFFER_SIZE;
    skb->csum = 0;
    skb->truesize = PAGE_SIZE;
    skb->vlan_proto = 0;
    skb->vlan_tci = 0;
    memset(&skb->ip_summed, 0, offsetof(struct sk_buff, queue_mapping) - offsetof(struct sk_buff, ip_summed));
    skb->vmklinux_queue = queue;
    skb->sk = NULL;
    /* up to frag_list; the rest counts only with fragments, segments or time stamps */
    memset(shinfo, 0, offsetof(struct skb_shared_info, hwtstamps));
}

/* Make @skb an empty buffer over all of its page. */
static __always_inline void vmklinux_skb_init(struct sk_buff *skb, struct net_device *dev)
{
    vmklinux_skb_clear(skb, dev, 0);
    skb->head = vmk_PktBuffer(vmklinux_skb_pkt(skb));
    skb->data = skb->head;
    skb->len = 0;
    skb->tail = 0;
    skb->protocol = 0;
    skb->transport_header = 0;
    skb->network_header = 0;
    skb->mac_header = 0;
}

/* --- geometry of the linear part --- */

static inline unsigned char *skb_tail_pointer(const struct sk_buff *skb)
{
    return skb->head + skb->tail;
}

static inline void skb_reset_tail_pointer(struct sk_buff *skb)
{
    skb->tail = (sk_buff_data_t)(skb->data - skb->head);
}

static inline void skb_set_tail_pointer(struct sk_buff *skb, const int offset)
{
    skb_reset_tail_pointer(skb);
    skb->tail += (sk_buff_data_t)offset;
}

static inline unsigned char *skb_end_pointer(const struct sk_buff *skb)
{
    return skb->head + skb->end;
}

static inline unsigned int skb_end_offset(const struct sk_buff *skb)
{
    return skb->end;
}

static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
    return skb->data_len;
}

static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
    return skb->len - skb->data_len;
}

static inline unsigned int skb_headroom(const struct sk_buff *skb)
{
    return (unsigned int)(skb->data - skb->head);
}

static inline int skb_tailroom(const struct sk_buff *skb)
{
    return skb_is_nonlinear(skb) ? 0 : (int)(skb->end - skb->tail);
}

static inline void skb_reserve(struct sk_buff *skb, int len)
{
    skb->data += len;
    skb->tail += (sk_buff_data_t)len;
}

/*
 * DEVIATION-014 (skb_put): beyond the buffer it returns NULL and leaves a frame that napi_gro_receive()
 * drops, where Linux stops the system: the length is often a device's word.
 */
void *vmklinux_skb_overrun(struct sk_buff *skb, unsigned int len) __cold;

/* A driver that writes before its buffer is stopped here. */
void skb_under_panic(struct sk_buff *skb, unsigned int len, void *caller) __noreturn __cold;

static inline void *__skb_put(struct sk_buff *skb, unsigned int len)
{
    void *tmp = skb_tail_pointer(skb);

    skb->tail += len;
    skb->len += len;
    return tmp;
}

static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
    void *tmp = __skb_put(skb, len);

    return likely(skb->tail <= skb->end) ? tmp : vmklinux_skb_overrun(skb, len);
}

static inline void *skb_put_data(struct sk_buff *skb, const void *data, unsigned int len)
{
    return memcpy(skb_put(skb, len), data, len);
}

static inline void *skb_put_zero(struct sk_buff *skb, unsigned int len)
{
    return memset(skb_put(skb, len), 0, len);
}

static inline void *__skb_pull(struct sk_buff *skb, unsigned int len)
{
    skb->len -= len;
    BUG_ON(skb->len < skb->data_len);
    return skb->data += len;
}

static inline void *skb_pull(struct sk_buff *skb, unsigned int len)
{
    return unlikely(len > skb->len) ? NULL : __skb_pull(skb, len);
}

static inline void *skb_push(struct sk_buff *skb, unsigned int len)
{
    skb->data -= len;
    skb->len += len;
    if (unlikely(skb->data < skb->head))
        skb_under_panic(skb, len, __builtin_return_address(0));
    return skb->data;
}

static inline void __skb_trim(struct sk_buff *skb, unsigned int len)
{
    if (WARN_ON(skb_is_nonlinear(skb)))
        return;
    skb->len = len;
    skb_set_tail_pointer(skb, (int)len);
}

static inline void skb_trim(struct sk_buff *skb, unsigned int len)
{
    if (skb->len > len)
        __skb_trim(skb, len);
}

extern int ___pskb_trim(struct sk_buff *skb, unsigned int len);

/* Shorten to @len, fragments included. Returns 0. */
static inline int pskb_trim(struct sk_buff *skb, unsigned int len)
{
    return len < skb->len ? ___pskb_trim(skb, len) : 0;
}

/* --- headers --- */

static inline unsigned char *skb_transport_header(const struct sk_buff *skb)
{
    return skb->head + skb->transport_header;
}

static inline void skb_reset_transport_header(struct sk_buff *skb)
{
    skb->transport_header = (__u16)(skb->data - skb->head);
}

static inline void skb_set_transport_header(struct sk_buff *skb, const int offset)
{
    skb->transport_header = (__u16)(skb->data - skb->head + offset);
}

static inline int skb_transport_offset(const struct sk_buff *skb)
{
    return (int)(skb_transport_header(skb) - skb->data);
}

static inline unsigned char *skb_network_header(const struct sk_buff *skb)
{
    return skb->head + skb->network_header;
}

static inline void skb_reset_network_header(struct sk_buff *skb)
{
    skb->network_header = (__u16)(skb->data - skb->head);
}

static inline void skb_set_network_header(struct sk_buff *skb, const int offset)
{
    skb->network_header = (__u16)(skb->data - skb->head + offset);
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
    return (int)(skb_network_header(skb) - skb->data);
}

static inline u32 skb_network_header_len(const struct sk_buff *skb)
{
    return (u32)(skb->transport_header - skb->network_header);
}

static inline unsigned char *skb_mac_header(const struct sk_buff *skb)
{
    return skb->head + skb->mac_header;
}

static inline void skb_reset_mac_header(struct sk_buff *skb)
{
    skb->mac_header = (__u16)(skb->data - skb->head);
}

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
    return skb->csum_start - (int)skb_headroom(skb);
}

static inline void skb_checksum_none_assert(const struct sk_buff *skb)
{
#ifdef DEBUG
    BUG_ON(skb->ip_summed != CHECKSUM_NONE);
#endif
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
    return skb_shinfo(skb)->gso_size;
}

static inline bool skb_is_gso_v6(const struct sk_buff *skb)
{
    return skb_shinfo(skb)->gso_type & SKB_GSO_TCPV6;
}

static inline bool skb_is_gso_tcp(const struct sk_buff *skb)
{
    return skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6);
}

/* --- sharing --- */

static inline struct sk_buff *skb_get(struct sk_buff *skb)
{
    refcount_inc(&skb->users);
    return skb;
}

static inline int skb_shared(const struct sk_buff *skb)
{
    return refcount_read(&skb->users) != 1;
}

/* Whether others see the same bytes. */
static inline int skb_cloned(const struct sk_buff *skb)
{
    return !vmk_PktIsWritable(vmklinux_skb_pkt(skb));
}
#define skb_header_cloned skb_cloned

/*
 * Give @skb @nhead more bytes of headroom and @ntail more of tailroom in bytes of its own. Returns 0 or
 * -ENOMEM; also when the page has no room for that.
 */
int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp_mask);

static inline int skb_cow_head(struct sk_buff *skb, unsigned int headroom)
{
    int delta = headroom > skb_headroom(skb) ? (int)(headroom - skb_headroom(skb)) : 0;

    if (likely(!delta && !skb_cloned(skb)))
        return 0;
    return pskb_expand_head(skb, ALIGN(delta, NET_SKB_PAD), 0, GFP_ATOMIC);
}

/* --- what a frame carries beside its bytes --- */

/* Nobody above a driver asks for time stamps. */
static inline void skb_tx_timestamp(struct sk_buff *skb)
{
}

static inline struct skb_shared_hwtstamps *skb_hwtstamps(struct sk_buff *skb)
{
    return &skb_shinfo(skb)->hwtstamps;
}

enum pkt_hash_types {
    PKT_HASH_TYPE_NONE,
    PKT_HASH_TYPE_L2,
    PKT_HASH_TYPE_L3,
    PKT_HASH_TYPE_L4,
};

static inline void skb_set_hash(struct sk_buff *skb, __u32 hash, enum pkt_hash_types type)
{
    skb->l4_hash = type == PKT_HASH_TYPE_L4;
    skb->hash = hash;
}

static inline void skb_record_rx_queue(struct sk_buff *skb, u16 rx_queue)
{
    skb->queue_mapping = rx_queue + 1;
}

static inline u16 skb_get_queue_mapping(const struct sk_buff *skb)
{
    return skb->queue_mapping;
}

static inline void skb_set_queue_mapping(struct sk_buff *skb, u16 queue_mapping)
{
    skb->queue_mapping = queue_mapping;
}

/* Only now: they build on all of the above. */
#include <vmklinux/skb_alloc.h>
#include <vmklinux/skb_frags.h>

#endif
