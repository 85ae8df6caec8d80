/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skb_frags.h - what of a frame lies outside the linear part, moving it there, and padding: part of
 * linux/skbuff.h.
 */
#ifndef VMKLINUX_SKB_FRAGS_H
#define VMKLINUX_SKB_FRAGS_H

#include <linux/skbuff.h>

static inline struct page *skb_frag_page(const skb_frag_t *frag)
{
    return frag->bv_page;
}

static inline unsigned int skb_frag_size(const skb_frag_t *frag)
{
    return frag->bv_len;
}

static inline void skb_frag_size_set(skb_frag_t *frag, unsigned int size)
{
    frag->bv_len = size;
}

static inline void skb_frag_size_add(skb_frag_t *frag, int delta)
{
    frag->bv_len += (unsigned int)delta;
}

static inline void skb_frag_size_sub(skb_frag_t *frag, int delta)
{
    frag->bv_len -= (unsigned int)delta;
}

static inline unsigned int skb_frag_off(const skb_frag_t *frag)
{
    return frag->bv_offset;
}

static inline void skb_frag_off_add(skb_frag_t *frag, int delta)
{
    frag->bv_offset += (unsigned int)delta;
}

static inline void *skb_frag_address(const skb_frag_t *frag)
{
    return (char *)page_address(frag->bv_page) + frag->bv_offset;
}

static inline void vmklinux_skb_frag_set(struct sk_buff *skb, int i, struct page *page, int off, int size)
{
    skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

    frag->bv_page = page;
    frag->bv_offset = (unsigned int)off;
    frag->bv_len = (unsigned int)size;
    skb_shinfo(skb)->nr_frags = (__u8)(i + 1);
}

/* Drop the references of the shared info's own fragments, as the packet goes. */
void vmklinux_skb_put_frags(vmk_PktHandle *pkt);

/* A fragment too many is let go: a device may say that a frame never ends. What is missing then is noticed
 * when the frame is handed on. */
static inline void skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, int off, int size)
{
    vmk_PktHandle *pkt = vmklinux_skb_pkt(skb);

    if (unlikely(i >= MAX_SKB_FRAGS)) {
        put_page(page);
        return;
    }
    vmklinux_skb_frag_set(skb, i, page, off, size);
    pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
    pkt->released = vmklinux_skb_put_frags;
}

static inline void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int size,
                                   unsigned int truesize)
{
    skb_fill_page_desc(skb, i, page, off, size);
    skb->len += (unsigned int)size;
    skb->data_len += (unsigned int)size;
    skb->truesize += truesize;
}

static inline dma_addr_t skb_frag_dma_map(struct device *dev, const skb_frag_t *frag, size_t offset,
                                          size_t size, enum dma_data_direction dir)
{
    return dma_map_page(dev, skb_frag_page(frag), skb_frag_off(frag) + offset, size, dir);
}

/* Move @delta bytes from the fragments to the end of the linear part. Returns the new tail; NULL if there is
 * no room. */
void *__pskb_pull_tail(struct sk_buff *skb, int delta);

static inline bool pskb_may_pull(struct sk_buff *skb, unsigned int len)
{
    if (likely(len <= skb_headlen(skb)))
        return true;
    if (unlikely(len > skb->len))
        return false;
    return __pskb_pull_tail(skb, (int)(len - skb_headlen(skb))) != NULL;
}

static inline int skb_linearize(struct sk_buff *skb)
{
    return skb_is_nonlinear(skb) && !__pskb_pull_tail(skb, (int)skb->data_len) ? -ENOMEM : 0;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len);
int skb_store_bits(struct sk_buff *skb, int offset, const void *from, int len);

/* Zero-pad to @len bytes; frees the sk_buff if that fails. Returns 0 or -ENOMEM. */
int __skb_pad(struct sk_buff *skb, int pad, bool free_on_error);

static inline int skb_pad(struct sk_buff *skb, int pad)
{
    return __skb_pad(skb, pad, true);
}

static inline int __must_check __skb_put_padto(struct sk_buff *skb, unsigned int len, bool free_on_error)
{
    unsigned int size = skb->len;

    if (unlikely(size < len)) {
        len -= size;
        if (__skb_pad(skb, (int)len, free_on_error))
            return -ENOMEM;
        __skb_put(skb, len);
    }
    return 0;
}

static inline int __must_check skb_put_padto(struct sk_buff *skb, unsigned int len)
{
    return __skb_put_padto(skb, len, true);
}

#endif
