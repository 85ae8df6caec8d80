/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skbuff.c - sk_buffs in packets: getting, freeing, moving their bytes about.
 *
 * The page of an sk_buff always has room for a linear part of its own, also when the bytes shown lie in
 * another packet's page (a clone's): so pskb_expand_head() moves bytes and allocates nothing.
 */
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <vmklinux/skb_pkt.h>

/* --- getting --- */

static __always_inline bool is_too_deep(const struct module *module)
{
    return WARN_ONCE(in_hardirq(), "%s allocates packet memory in an interrupt\n", module->name);
}

typedef VMK_ReturnStatus pkt_alloc_fn(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt);

static __always_inline struct sk_buff *alloc(struct module *module, struct net_device *dev, unsigned int size,
                                             unsigned int headroom, pkt_alloc_fn *pkt_alloc)
{
    struct sk_buff *skb;
    vmk_PktHandle *pkt;

    /* A size may be what a device has said, less something. */
    if (WARN_ONCE(size > VMK_PKT_BUFFER_SIZE - headroom,
                  "%s asks for an sk_buff of %u bytes and %u before them; %lu is the most\n", module->name,
                  size, headroom, VMK_PKT_BUFFER_SIZE))
        return NULL;
    if (unlikely(pkt_alloc(module->id, 0, &pkt) != VMK_OK))
        return NULL;
    skb = vmklinux_pkt_skb(pkt);
    vmklinux_skb_init(skb, dev);
    skb_reserve(skb, (int)headroom);
    return skb;
}

struct sk_buff *vmklinux_alloc_skb(struct module *module, unsigned int size, unsigned int headroom)
{
    return is_too_deep(module) ? NULL : alloc(module, NULL, size, headroom, vmk_PktAllocForModule);
}
EXPORT_SYMBOL(vmklinux_alloc_skb);

struct sk_buff *vmklinux_netdev_alloc_skb(struct module *module, struct net_device *dev, unsigned int length,
                                          unsigned int headroom)
{
    return is_too_deep(module) ? NULL : alloc(module, dev, length, headroom, vmk_PktAllocForModule);
}
EXPORT_SYMBOL(vmklinux_netdev_alloc_skb);

struct sk_buff *vmklinux_napi_alloc_skb(struct module *module, struct napi_struct *napi, unsigned int length)
{
    return alloc(module, napi->dev, length, NET_SKB_PAD + NET_IP_ALIGN, vmk_PktAllocForModuleBH);
}
EXPORT_SYMBOL(vmklinux_napi_alloc_skb);

void *vmklinux_alloc_frag(struct module *module, unsigned int fragsz)
{
    vmk_PktHandle *pkt;

    if (WARN_ONCE(fragsz > VMK_PKT_BUFFER_SIZE + VMK_PKT_DRIVER_TAIL_SIZE,
                  "%s asks for a receive buffer of %u bytes; there are %lu at most\n", module->name, fragsz,
                  VMK_PKT_BUFFER_SIZE + VMK_PKT_DRIVER_TAIL_SIZE))
        return NULL;
    if (is_too_deep(module))
        return NULL;
    return vmk_PktAllocForModule(module->id, 0, &pkt) == VMK_OK ? vmk_PktBuffer(pkt) : NULL;
}
EXPORT_SYMBOL(vmklinux_alloc_frag);

struct sk_buff *napi_build_skb(void *data, unsigned int frag_size)
{
    vmk_PktHandle *pkt = vmk_PktFromAddr(data);

    if (WARN_ONCE(data != vmk_PktBuffer(pkt), "build_skb() from memory that is no packet's\n"))
        return NULL;
    vmklinux_skb_init(vmklinux_pkt_skb(pkt), NULL);
    return vmklinux_pkt_skb(pkt);
}
EXPORT_SYMBOL(napi_build_skb);

struct sk_buff *build_skb(void *data, unsigned int frag_size)
{
    return napi_build_skb(data, frag_size);
}
EXPORT_SYMBOL(build_skb);

/* --- freeing --- */

/* Whether the pages of the fragments are the shared info's, not the packet's. */
static bool owns_frags(const struct sk_buff *skb)
{
    return vmklinux_skb_pkt(skb)->numFrags == 0;
}

void vmklinux_skb_put_frags(vmk_PktHandle *pkt)
{
    const struct skb_shared_info *shinfo = skb_shinfo(vmklinux_pkt_skb(pkt));

    for (unsigned int i = 0; i < shinfo->nr_frags; i++)
        put_page(skb_frag_page(&shinfo->frags[i]));
}
EXPORT_SYMBOL(vmklinux_skb_put_frags);

/* Drop a reference. Returns whether it was the last, so that the packet is the caller's. */
static bool unref(struct sk_buff *skb)
{
    if (unlikely(!skb))
        return false;
    return likely(refcount_read(&skb->users) == 1) || refcount_dec_and_test(&skb->users);
}

void consume_skb(struct sk_buff *skb)
{
    if (unref(skb))
        vmk_PktRelease(vmklinux_skb_pkt(skb));
}
EXPORT_SYMBOL(consume_skb);

void kfree_skb(struct sk_buff *skb)
{
    consume_skb(skb);
}
EXPORT_SYMBOL(kfree_skb);

void __dev_kfree_skb_any(struct sk_buff *skb, int reason)
{
    if (unref(skb))
        vmk_PktReleaseIRQ(vmklinux_skb_pkt(skb));
}
EXPORT_SYMBOL(__dev_kfree_skb_any);

/* --- moving bytes --- */

/* Bytes that are nowhere make the frame unsound (net/napi.c). */
void *vmklinux_skb_overrun(struct sk_buff *skb, unsigned int len)
{
    skb->tail -= len;
    skb->len -= len;
    skb->data_len = UINT_MAX;
    return NULL;
}
EXPORT_SYMBOL(vmklinux_skb_overrun);

void skb_under_panic(struct sk_buff *skb, unsigned int len, void *caller)
{
    vmk_Panic("skb_push of %u bytes by %p: before the buffer (length %u)", len, caller, skb->len);
}
EXPORT_SYMBOL(skb_under_panic);

/* Move the offsets that are counted from head. */
static void shift_headers(struct sk_buff *skb, int by)
{
    skb->tail += (sk_buff_data_t)by;
    skb->transport_header += (__u16)by;
    skb->network_header += (__u16)by;
    skb->mac_header += (__u16)by;
    if (skb->ip_summed == CHECKSUM_PARTIAL)
        skb->csum_start += (__u16)by;
}

int pskb_expand_head(struct sk_buff *skb, int nhead, int ntail, gfp_t gfp_mask)
{
    vmk_PktHandle *pkt = vmklinux_skb_pkt(skb);
    unsigned char *own = vmk_PktBuffer(pkt);
    unsigned int headroom = skb_headroom(skb) + (unsigned int)nhead;

    if (headroom + skb_headlen(skb) + (unsigned int)ntail > VMK_PKT_BUFFER_SIZE)
        return -ENOMEM;
    /* Somebody else shows bytes of this very page: they must stay what they are. */
    if (skb->head == own && __atomic_load_n(&pkt->refs, __ATOMIC_ACQUIRE) != 1)
        return -ENOMEM;
    memmove(own + headroom, skb->data, skb_headlen(skb));
    skb->head = own;
    skb->data = own + headroom;
    skb->end = VMK_PKT_BUFFER_SIZE;
    shift_headers(skb, nhead);
    return 0;
}
EXPORT_SYMBOL(pskb_expand_head);

/* Make the space behind the linear part at least @len bytes, moving it forward over its headroom if that
 * helps. */
static bool make_tailroom(struct sk_buff *skb, unsigned int len)
{
    unsigned int room = skb->end - skb->tail, missing = len > room ? len - room : 0;

    if (!missing && !skb_cloned(skb))
        return true;
    if (missing > skb_headroom(skb))
        return false;
    return pskb_expand_head(skb, -(int)missing, (int)len, GFP_ATOMIC) == 0;
}

int __skb_pad(struct sk_buff *skb, int pad, bool free_on_error)
{
    unsigned int room = skb->end - skb->tail;

    if (skb_is_nonlinear(skb) || ((unsigned int)pad > room && !make_tailroom(skb, (unsigned int)pad))) {
        if (free_on_error)
            kfree_skb(skb);
        return -ENOMEM;
    }
    memset(skb_tail_pointer(skb), 0, (size_t)pad);
    return 0;
}
EXPORT_SYMBOL(__skb_pad);

/* Drop @delta bytes from the front of the fragments. */
static void eat_frags(struct sk_buff *skb, unsigned int delta)
{
    struct skb_shared_info *shinfo = skb_shinfo(skb);
    unsigned int gone = 0;

    while (gone < shinfo->nr_frags && skb_frag_size(&shinfo->frags[gone]) <= delta) {
        delta -= skb_frag_size(&shinfo->frags[gone]);
        if (owns_frags(skb))
            put_page(skb_frag_page(&shinfo->frags[gone]));
        gone++;
    }
    memmove(shinfo->frags, shinfo->frags + gone, (shinfo->nr_frags - gone) * sizeof(shinfo->frags[0]));
    shinfo->nr_frags -= (__u8)gone;
    if (delta) {
        skb_frag_off_add(&shinfo->frags[0], (int)delta);
        skb_frag_size_sub(&shinfo->frags[0], (int)delta);
    }
}

void *__pskb_pull_tail(struct sk_buff *skb, int delta)
{
    if (delta < 0 || (unsigned int)delta > skb->data_len || !make_tailroom(skb, (unsigned int)delta))
        return NULL;
    if (skb_copy_bits(skb, (int)skb_headlen(skb), skb_tail_pointer(skb), delta))
        return NULL;
    eat_frags(skb, (unsigned int)delta);
    skb->tail += (sk_buff_data_t)delta;
    skb->data_len -= (unsigned int)delta;
    return skb_tail_pointer(skb);
}
EXPORT_SYMBOL(__pskb_pull_tail);

int ___pskb_trim(struct sk_buff *skb, unsigned int len)
{
    struct skb_shared_info *shinfo = skb_shinfo(skb);
    unsigned int offset = skb_headlen(skb), kept = 0;

    while (kept < shinfo->nr_frags && offset < len) {
        skb_frag_t *frag = &shinfo->frags[kept++];

        if (offset + skb_frag_size(frag) > len)
            skb_frag_size_set(frag, len - offset);
        offset += skb_frag_size(frag);
    }
    for (unsigned int i = kept; i < shinfo->nr_frags && owns_frags(skb); i++)
        put_page(skb_frag_page(&shinfo->frags[i]));
    shinfo->nr_frags = (__u8)kept;
    if (len < skb_headlen(skb)) {
        skb->data_len = 0;
        skb->len = len;
        skb_set_tail_pointer(skb, (int)len);
    } else {
        skb->data_len -= skb->len - len;
        skb->len = len;
    }
    return 0;
}
EXPORT_SYMBOL(___pskb_trim);

/* Call for each stretch of [offset, offset + len) in turn. Returns 0, or -EFAULT when it is not all there. */
static int walk(const struct sk_buff *skb, unsigned int offset, unsigned int len, char *other, bool to_skb)
{
    const struct skb_shared_info *shinfo = skb_shinfo(skb);
    unsigned int size = skb_headlen(skb);
    char *piece = (char *)skb->data;

    if (offset > skb->len || len > skb->len - offset)
        return -EFAULT;
    for (unsigned int i = 0; len; i++) {
        unsigned int part = offset < size ? min(size - offset, len) : 0;

        memcpy(to_skb ? piece + offset : other, to_skb ? other : piece + offset, part);
        other += part;
        len -= part;
        offset = offset < size ? 0 : offset - size;
        if (len) {
            piece = skb_frag_address(&shinfo->frags[i]);
            size = skb_frag_size(&shinfo->frags[i]);
        }
    }
    return 0;
}

int skb_copy_bits(const struct sk_buff *skb, int offset, void *to, int len)
{
    return walk(skb, (unsigned int)offset, (unsigned int)len, to, false);
}
EXPORT_SYMBOL(skb_copy_bits);

int skb_store_bits(struct sk_buff *skb, int offset, const void *from, int len)
{
    return walk(skb, (unsigned int)offset, (unsigned int)len, (char *)from, true);
}
EXPORT_SYMBOL(skb_store_bits);
