/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pkt_frame.c - a packet's bytes, in its buffer and in fragments: length, copies, clones.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_pkt.h>

static vmk_uint8 *frag_bytes(const vmk_PktFrag *frag)
{
    return (vmk_uint8 *)vmk_MPN2Ptr(frag->mpn) + frag->offset;
}

/** What the frame may grow to: room behind its start in its own buffer, or what is mapped plus fragments. */
static vmk_uint32 capacity(const vmk_PktHandle *pkt)
{
    vmk_uint32 room = pkt->mappedLen;

    if (!(pkt->flags & (VMK_PKT_FLAG_CLONE | VMK_PKT_FLAG_FRAGS))) {
        room = (vmk_uint32)((const vmk_uint8 *)pkt + VMK_PKT_BUFFER_END - pkt->frame);
    }
    for (vmk_uint32 i = 0; i < pkt->numFrags; i++) {
        room += pkt->frags[i].length;
    }
    return room;
}

VMK_ReturnStatus vmk_PktPageAppend(vmk_PktHandle *pkt, vmk_MPN mpn, vmk_uint32 offset, vmk_uint32 length)
{
    if (pkt->numFrags == VMK_PKT_MAX_FRAGS) {
        return VMK_LIMIT_EXCEEDED;
    }
    pkt->frags[pkt->numFrags] = (vmk_PktFrag){
        .mpn = (vmk_uint32)mpn,
        .offset = (vmk_uint16)offset,
        .length = (vmk_uint16)length,
    };
    vmk_PktNumFragsSet(pkt, pkt->numFrags + 1u);
    pkt->frameLen += length;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktPageAppend);

/** Shorten the fragments to @p len bytes in all, giving back pages that hold none of them. */
static void cut_frags(vmk_PktHandle *pkt, vmk_uint32 len)
{
    vmk_Bool owned = !(pkt->flags & (VMK_PKT_FLAG_CLONE | VMK_PKT_FLAG_EXTERNAL));
    vmk_uint32 kept = 0;

    for (vmk_uint32 i = 0; i < pkt->numFrags; i++) {
        vmk_PktFrag *frag = &pkt->frags[i];

        if (len > 0) {
            frag->length = (vmk_uint16)VMK_MIN(frag->length, len);
            len -= frag->length;
            kept++;
        } else if (owned) {
            vmk_PktFreePage(frag->mpn);
        }
    }
    vmk_PktNumFragsSet(pkt, kept);
}

VMK_ReturnStatus vmk_PktFrameLenSet(vmk_PktHandle *pkt, vmk_uint32 len)
{
    if (len > capacity(pkt)) {
        return VMK_BAD_PARAM;
    }
    pkt->frameLen = len;
    if (pkt->numFrags == 0 || pkt->mappedLen > len) {
        pkt->mappedLen = len;
    }
    if (pkt->numFrags != 0) {
        cut_frags(pkt, len - pkt->mappedLen);
    }
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktFrameLenSet);

VMK_ReturnStatus vmk_PktPadFrame(vmk_PktHandle *pkt, vmk_uint32 minLen)
{
    vmk_uint32 len = pkt->frameLen;

    if (len >= minLen) {
        return VMK_OK;
    }
    if (!vmk_PktIsWritable(pkt) || pkt->numFrags != 0 || capacity(pkt) < minLen) {
        return VMK_BUF_TOO_SMALL;
    }
    vmk_Memset(pkt->frame + len, 0, minLen - len);
    pkt->frameLen = minLen;
    pkt->mappedLen = minLen;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktPadFrame);

/** The piece of the frame at @p offset: where it is and how many bytes, up to @p len, are there in a row. */
static vmk_uint8 *piece_at(const vmk_PktHandle *pkt, vmk_uint32 offset, vmk_uint32 len, vmk_uint32 *piece)
{
    vmk_uint32 start = pkt->mappedLen;

    if (offset < start) {
        *piece = VMK_MIN(len, start - offset);
        return pkt->frame + offset;
    }
    for (vmk_uint32 i = 0; i < pkt->numFrags; i++) {
        const vmk_PktFrag *frag = &pkt->frags[i];

        if (offset < start + frag->length) {
            *piece = VMK_MIN(len, start + frag->length - offset);
            return frag_bytes(frag) + (offset - start);
        }
        start += frag->length;
    }
    return NULL;
}

static vmk_Bool in_frame(const vmk_PktHandle *pkt, vmk_uint32 len, vmk_uint32 offset)
{
    return offset <= pkt->frameLen && len <= pkt->frameLen - offset;
}

VMK_ReturnStatus vmk_PktCopyBytesOut(void *dst, vmk_uint32 len, vmk_uint32 offset, const vmk_PktHandle *pkt)
{
    if (!in_frame(pkt, len, offset)) {
        return VMK_BAD_PARAM;
    }
    for (vmk_uint32 done = 0, piece; done < len; done += piece) {
        vmk_uint8 *bytes = piece_at(pkt, offset + done, len - done, &piece);

        if (!bytes) {
            return VMK_BAD_PARAM;
        }
        vmk_Memcpy((vmk_uint8 *)dst + done, bytes, piece);
    }
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktCopyBytesOut);

VMK_ReturnStatus vmk_PktCopyBytesIn(const void *src, vmk_uint32 len, vmk_uint32 offset, vmk_PktHandle *pkt)
{
    if (!in_frame(pkt, len, offset)) {
        return VMK_BAD_PARAM;
    }
    for (vmk_uint32 done = 0, piece; done < len; done += piece) {
        vmk_uint8 *bytes = piece_at(pkt, offset + done, len - done, &piece);

        if (!bytes) {
            return VMK_BAD_PARAM;
        }
        vmk_Memcpy(bytes, (const vmk_uint8 *)src + done, piece);
    }
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktCopyBytesIn);

/** All that describes the frame; what the packet is made of stays @p to's own. */
static void copy_metadata(vmk_PktHandle *to, const vmk_PktHandle *from)
{
    to->flags = (to->flags & VMK_PKT_FLAGS_PARTS) | (from->flags & ~VMK_PKT_FLAGS_PARTS);
    to->srcPortID = from->srcPortID;
    to->hash = from->hash;
    to->vlanTag = from->vlanTag;
    to->mss = from->mss;
    to->csumStart = from->csumStart;
    to->csumOffset = from->csumOffset;
    to->queueID = from->queueID;
}

VMK_ReturnStatus vmk_PktClone(vmk_PktHandle *pkt, vmk_PktHandle **clone)
{
    vmk_PktHandle *storage = pkt->flags & VMK_PKT_FLAG_CLONE ? pkt->storage : pkt;
    vmk_PktHandle *new;
    vmk_StatusValue status = vmk_PktAlloc(0, &new);

    if (status != VMK_OK) {
        return status;
    }
    (void)__atomic_add_fetch(&storage->refs, 1, __ATOMIC_RELAXED);
    copy_metadata(new, pkt);
    new->flags |= VMK_PKT_FLAG_CLONE;
    new->storage = storage;
    new->frame = pkt->frame;
    new->frameLen = pkt->frameLen;
    new->mappedLen = pkt->mappedLen;
    vmk_PktNumFragsSet(new, pkt->numFrags);
    vmk_Memcpy(new->frags, pkt->frags, pkt->numFrags * sizeof(pkt->frags[0]));
    *clone = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktClone);

/** Copy the whole frame into @p to, which has room for it, front to back. */
static VMK_ReturnStatus copy_frame(vmk_PktHandle *to, const vmk_PktHandle *from)
{
    for (vmk_uint32 done = 0, piece; done < from->frameLen; done += piece) {
        vmk_uint8 *bytes = piece_at(from, done, from->frameLen - done, &piece);
        vmk_StatusValue status;

        if (!bytes) {
            return VMK_BAD_PARAM;
        }
        status = vmk_PktCopyBytesIn(bytes, piece, done, to);
        if (status != VMK_OK) {
            return status;
        }
    }
    return VMK_OK;
}

VMK_ReturnStatus vmk_PktCopyWithHeadroom(vmk_PktHandle *pkt, vmk_uint32 headroomLen, vmk_PktHandle **copy)
{
    vmk_uint32 extra = headroomLen > VMK_PKT_HEADROOM ? headroomLen - VMK_PKT_HEADROOM : 0;
    vmk_PktHandle *new;
    vmk_StatusValue status;

    if (headroomLen > VMK_PKT_BUFFER_SIZE) {
        return VMK_LIMIT_EXCEEDED;
    }
    status = vmk_PktAlloc(pkt->frameLen + extra, &new);
    if (status != VMK_OK) {
        return status;
    }
    new->frame = vmk_PktBuffer(new) + headroomLen;
    if (new->numFrags != 0) {
        new->mappedLen = (vmk_uint32)((vmk_uint8 *)new + VMK_PKT_BUFFER_END - new->frame);
    }
    status = vmk_PktFrameLenSet(new, pkt->frameLen);
    if (status == VMK_OK) {
        status = copy_frame(new, pkt);
    }
    if (status != VMK_OK) {
        vmk_PktRelease(new);
        return status;
    }
    copy_metadata(new, pkt);
    *copy = new;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PktCopyWithHeadroom);

VMK_ReturnStatus vmk_PktCopy(vmk_PktHandle *pkt, vmk_PktHandle **copy)
{
    return vmk_PktCopyWithHeadroom(pkt, VMK_PKT_HEADROOM, copy);
}
VMK_EXPORT_SYMBOL(vmk_PktCopy);
