/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_pkt.h - packets.
 *
 * A packet is one page:
 *
 *   0                256                512                        VMK_PKT_BUFFER_END      4096
 *   | vmk_PktHandle  | driver area      | buffer: headroom, frame  | driver tail           |
 *
 * so that any pointer into it finds the packet by masking (vmk_PktFromAddr). What does not fit the buffer
 * lies in page fragments. The driver area and tail belong to whoever drives the packet through a NIC
 * (vmklinux keeps its sk_buff and skb_shared_info there); their contents do not survive a hand-over.
 *
 * Packets are recycled in per-CPU caches: allocation and release touch no heap, no lock and run no locked
 * instruction as long as a packet is not shared. Each is charged to the module that holds it at the moment:
 * the one it was allocated for, then that of the port it was delivered to: a client's, or a NIC's driver.
 *
 * Ownership: a function that takes a packet and does not say otherwise leaves it to its caller.
 * Context:   world or bottom half, never interrupt, unless said otherwise.
 */
#ifndef VMKAPI_NET_PKT_H
#define VMKAPI_NET_PKT_H

#include <vmkapi/base/status.h>
#include <vmkapi/net/net_eth.h>

#define VMK_PKT_DRIVER_AREA      256 /**< Offset of the driver area. */
#define VMK_PKT_DRIVER_AREA_SIZE 256
#define VMK_PKT_BUFFER           512 /**< Offset of the buffer. */
#define VMK_PKT_DRIVER_TAIL_SIZE 384
#define VMK_PKT_BUFFER_END       (VMK_PAGE_SIZE - VMK_PKT_DRIVER_TAIL_SIZE) /**< Also the driver tail's offset. */
#define VMK_PKT_BUFFER_SIZE      (VMK_PKT_BUFFER_END - VMK_PKT_BUFFER)
#define VMK_PKT_HEADROOM         64 /**< Kept before the frame by vmk_PktAlloc, for headers pushed later. */
#define VMK_PKT_MAX_MAPPED       (VMK_PKT_BUFFER_SIZE - VMK_PKT_HEADROOM) /**< Longest frame without fragments. */
#define VMK_PKT_MAX_FRAGS        17 /**< 64 KiB in pages, start and end unaligned. */

enum vmk_PktFlags {
    VMK_PKT_FLAG_MUST_CSUM = 1u << 0, /**< Send: the checksum at csumStart is still to be computed. */
    VMK_PKT_FLAG_CSUM_VFD = 1u << 1,  /**< Received: the transport checksum has been verified. */
    VMK_PKT_FLAG_VLAN = 1u << 2,      /**< vlanTag is valid; the frame itself is untagged. */
    VMK_PKT_FLAG_LARGE_TCP = 1u << 3, /**< Send: to be cut into segments of mss bytes (implies MUST_CSUM). */
    VMK_PKT_FLAG_IPV6 = 1u << 4,      /**< With MUST_CSUM or LARGE_TCP: the frame is IPv6. */
    VMK_PKT_FLAG_RSS_HASH = 1u << 5,  /**< hash is valid. */
    VMK_PKT_FLAG_EXTERNAL = 1u << 6,  /**< `released` is called at the end; fragments, if any, are its. */
    /* Kept by the functions that make clones and fragments, so that one look at the flags tells all. */
    VMK_PKT_FLAG_CLONE = 1u << 7, /**< storage is valid: the bytes lie in that packet. */
    VMK_PKT_FLAG_FRAGS = 1u << 8, /**< numFrags is not 0. */
};

/** Flags of a packet that is more than its own page: releasing it takes more than recycling that. */
#define VMK_PKT_FLAGS_PARTS (VMK_PKT_FLAG_EXTERNAL | VMK_PKT_FLAG_CLONE | VMK_PKT_FLAG_FRAGS)

/** A piece of the frame outside the buffer: @p length bytes at @p offset of page @p mpn. */
typedef struct vmk_PktFrag {
    vmk_uint32 mpn; /**< Machine page number (32 bits: 16 TiB). */
    vmk_uint16 offset;
    vmk_uint16 length; /**< May run on into the next machine pages. */
} vmk_PktFrag;

/**
 * A packet's head, at the start of its page. Readable and writable by its owner; drivers on the packet path
 * use the fields directly.
 */
typedef struct vmk_PktHandle {
    struct vmk_PktHandle *next;    /**< Link in a vmk_PktList. */
    vmk_uint8 *frame;              /**< First byte of the Ethernet header. */
    vmk_uint32 frameLen;           /**< Whole frame, without FCS. */
    vmk_uint32 mappedLen;          /**< Of it, at `frame`; the rest is in frags. */
    vmk_uint32 flags;              /**< enum vmk_PktFlags. */
    vmk_uint32 refs;               /**< Users of this page: the packet and its clones. Atomic when above 1. */
    vmk_uint32 srcPortID;          /**< Switch port it came from; set by the switch. */
    vmk_uint32 hash;               /**< Receive hash (flag RSS_HASH). */
    vmk_uint16 vlanTag;            /**< Priority, DEI and VLAN id (flag VLAN). */
    vmk_uint16 mss;                /**< Segment payload (flag LARGE_TCP). */
    vmk_uint16 csumStart;          /**< Offset in the frame from which on to sum (flag MUST_CSUM). */
    vmk_uint16 csumOffset;         /**< Where to store the sum, from csumStart (flag MUST_CSUM). */
    vmk_uint16 queueID;            /**< Uplink queue it came by or goes to. */
    vmk_uint16 numFrags;           /**< Set by vmk_PktNumFragsSet(). */
    vmk_ModuleID holder;           /**< The module it is charged to; set by the functions below. */
    struct vmk_PktHandle *storage; /**< The packet whose bytes a clone shows (flag CLONE). */
    void (*released)(struct vmk_PktHandle *pkt); /**< Called as the last user lets go (flag EXTERNAL). */
    void *releaseData;                           /**< For `released`. */
    vmk_uint64 holderData[4];                    /**< Scratch for the present owner. */
    vmk_PktFrag frags[VMK_PKT_MAX_FRAGS];
} vmk_PktHandle;

VMK_STATIC_ASSERT(sizeof(vmk_PktHandle) <= VMK_PKT_DRIVER_AREA, "the head must end before the driver area");

/** The packet that @p addr, an address within a packet's page, belongs to. */
VMK_ALWAYS_INLINE vmk_PktHandle *vmk_PktFromAddr(const void *addr)
{
    return (vmk_PktHandle *)((vmk_VA)addr & ~VMK_PAGE_MASK);
}

/** The packet's driver area, VMK_PKT_DRIVER_AREA_SIZE bytes, cache-line aligned. */
VMK_ALWAYS_INLINE void *vmk_PktDriverArea(vmk_PktHandle *pkt)
{
    return (vmk_uint8 *)pkt + VMK_PKT_DRIVER_AREA;
}

/** The packet's driver tail, VMK_PKT_DRIVER_TAIL_SIZE bytes, cache-line aligned. */
VMK_ALWAYS_INLINE void *vmk_PktDriverTail(vmk_PktHandle *pkt)
{
    return (vmk_uint8 *)pkt + VMK_PKT_BUFFER_END;
}

/** First byte of the packet's buffer. */
VMK_ALWAYS_INLINE vmk_uint8 *vmk_PktBuffer(vmk_PktHandle *pkt)
{
    return (vmk_uint8 *)pkt + VMK_PKT_BUFFER;
}

/** Say that @p pkt has @p count fragments. */
VMK_ALWAYS_INLINE void vmk_PktNumFragsSet(vmk_PktHandle *pkt, vmk_uint32 count)
{
    pkt->numFrags = (vmk_uint16)count;
    if (count != 0)
        pkt->flags |= VMK_PKT_FLAG_FRAGS;
    else
        pkt->flags &= ~(vmk_uint32)VMK_PKT_FLAG_FRAGS;
}

/**
 * Allocate a packet able to hold a frame of @p len bytes, charged to @p module.
 *
 * Up to VMK_PKT_MAX_MAPPED bytes lie in the buffer, behind VMK_PKT_HEADROOM; beyond, fragments are appended.
 * The frame's length is 0 until vmk_PktFrameLenSet, and no flag is set but FRAGS; the contents are undefined,
 * as is metadata whose flag is not set.
 *
 * @return VMK_OK, VMK_NO_MEMORY, or VMK_LIMIT_EXCEEDED (more than VMK_PKT_MAX_FRAGS pages).
 */
VMK_ReturnStatus vmk_PktAllocForModule(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt);

/** As vmk_PktAllocForModule, where bottom halves are off. */
VMK_ReturnStatus vmk_PktAllocForModuleBH(vmk_ModuleID module, vmk_uint32 len, vmk_PktHandle **pkt);

/** As vmk_PktAllocForModule, charged to the kernel. */
VMK_ReturnStatus vmk_PktAlloc(vmk_uint32 len, vmk_PktHandle **pkt);

/**
 * Let go of a packet. Its page is recycled with the last of its clones; fragments are freed with it.
 */
void vmk_PktRelease(vmk_PktHandle *pkt);

/** As vmk_PktRelease, where bottom halves are off: in one of them, or between disabling and enabling them. */
void vmk_PktReleaseBH(vmk_PktHandle *pkt);

/** As vmk_PktRelease, from any context: in interrupt context the release itself happens in a bottom half. */
void vmk_PktReleaseIRQ(vmk_PktHandle *pkt);

/** Charge @p pkt to @p module instead of its present holder. */
void vmk_PktHolderSet(vmk_PktHandle *pkt, vmk_ModuleID module);

/** Packets charged to @p module at the moment. */
vmk_uint64 vmk_PktHeldByModule(vmk_ModuleID module);

/**
 * Make a second packet that shows the same bytes, with its own head, driver area and metadata.
 *
 * Both are read-only from now on (vmk_PktIsWritable) until one of them is released.
 *
 * @return VMK_OK or VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_PktClone(vmk_PktHandle *pkt, vmk_PktHandle **clone);

/**
 * Make an independent copy: bytes and metadata, @p headroomLen bytes of room before the frame.
 *
 * @return VMK_OK, VMK_NO_MEMORY or VMK_LIMIT_EXCEEDED.
 */
VMK_ReturnStatus vmk_PktCopyWithHeadroom(vmk_PktHandle *pkt, vmk_uint32 headroomLen, vmk_PktHandle **copy);

/** As vmk_PktCopyWithHeadroom with VMK_PKT_HEADROOM. */
VMK_ReturnStatus vmk_PktCopy(vmk_PktHandle *pkt, vmk_PktHandle **copy);

/** Whether nobody else sees the frame's bytes, so that they may be changed. */
VMK_ALWAYS_INLINE vmk_Bool vmk_PktIsWritable(const vmk_PktHandle *pkt)
{
    return !(pkt->flags & VMK_PKT_FLAG_CLONE) && __atomic_load_n(&pkt->refs, __ATOMIC_ACQUIRE) == 1;
}

/**
 * Copy @p len bytes from @p offset of the frame, wherever they lie, to @p dst.
 *
 * @return VMK_OK or VMK_BAD_PARAM (beyond the frame's end).
 */
VMK_ReturnStatus vmk_PktCopyBytesOut(void *dst, vmk_uint32 len, vmk_uint32 offset, const vmk_PktHandle *pkt);

/**
 * Copy @p len bytes from @p src to @p offset of the frame, wherever they lie.
 *
 * @return VMK_OK or VMK_BAD_PARAM (beyond the frame's end).
 */
VMK_ReturnStatus vmk_PktCopyBytesIn(const void *src, vmk_uint32 len, vmk_uint32 offset, vmk_PktHandle *pkt);

/**
 * Append @p length bytes at @p offset of page @p mpn to the frame; frameLen grows by it.
 *
 * The packet takes over one reference to the page and drops it on release (unless flag EXTERNAL is set).
 *
 * @return VMK_OK or VMK_LIMIT_EXCEEDED (no fragment left; the page stays the caller's).
 */
VMK_ReturnStatus vmk_PktPageAppend(vmk_PktHandle *pkt, vmk_MPN mpn, vmk_uint32 offset, vmk_uint32 length);

/** Allocate a page for vmk_PktPageAppend, reachable by 32-bit devices. @return VMK_OK or VMK_NO_MEMORY. */
VMK_ReturnStatus vmk_PktAllocPage(vmk_MPN *mpn);

/** Drop a reference to a page from vmk_PktAllocPage that no packet took over. */
void vmk_PktFreePage(vmk_MPN mpn);

/**
 * Set the frame's length. With fragments, the mapped part stays and the fragments are cut or must suffice;
 * without, all of it is mapped.
 *
 * @return VMK_OK or VMK_BAD_PARAM (more than there is room for).
 */
VMK_ReturnStatus vmk_PktFrameLenSet(vmk_PktHandle *pkt, vmk_uint32 len);

/**
 * Extend a frame shorter than @p minLen with zeroes.
 *
 * @return VMK_OK, or VMK_BUF_TOO_SMALL when there is no room behind it or it is not writable.
 */
VMK_ReturnStatus vmk_PktPadFrame(vmk_PktHandle *pkt, vmk_uint32 minLen);

/** Move the frame's start @p len bytes forward in the mapped part (drop a header). */
VMK_ALWAYS_INLINE void vmk_PktPullHeadroom(vmk_PktHandle *pkt, vmk_uint32 len)
{
    pkt->frame += len;
    pkt->frameLen -= len;
    pkt->mappedLen -= len;
}

/** Bytes free before the frame; 0 for a clone, whose buffer is not its own. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_PktGetHeadroomLen(const vmk_PktHandle *pkt)
{
    return pkt->flags & VMK_PKT_FLAG_CLONE
               ? 0
               : (vmk_uint32)(pkt->frame - ((const vmk_uint8 *)pkt + VMK_PKT_BUFFER));
}

/** Move the frame's start @p len bytes back, into the headroom (make room for a header). */
VMK_ALWAYS_INLINE VMK_ReturnStatus vmk_PktPushHeadroom(vmk_PktHandle *pkt, vmk_uint32 len)
{
    if (vmk_PktGetHeadroomLen(pkt) < len)
        return VMK_BUF_TOO_SMALL;
    pkt->frame -= len;
    pkt->frameLen += len;
    pkt->mappedLen += len;
    return VMK_OK;
}

/** Length of the frame in bytes, without FCS. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_PktFrameLenGet(const vmk_PktHandle *pkt)
{
    return pkt->frameLen;
}

/** The frame's first mapped byte. */
VMK_ALWAYS_INLINE vmk_VA vmk_PktFrameMappedPointerGet(const vmk_PktHandle *pkt)
{
    return (vmk_VA)pkt->frame;
}

/** How many bytes are mapped there. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_PktFrameMappedLenGet(const vmk_PktHandle *pkt)
{
    return pkt->mappedLen;
}

/** Whether the whole frame is mapped. */
VMK_ALWAYS_INLINE vmk_Bool vmk_PktIsFullyMapped(const vmk_PktHandle *pkt)
{
    return pkt->mappedLen == pkt->frameLen;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_PktIsMustCsum(const vmk_PktHandle *pkt)
{
    return (pkt->flags & VMK_PKT_FLAG_MUST_CSUM) != 0;
}

/** Ask for the checksum over [@p start, end of frame) to be stored at @p start + @p offset by whoever sends.
 */
VMK_ALWAYS_INLINE void vmk_PktSetMustCsum(vmk_PktHandle *pkt, vmk_uint16 start, vmk_uint16 offset)
{
    pkt->flags |= VMK_PKT_FLAG_MUST_CSUM;
    pkt->csumStart = start;
    pkt->csumOffset = offset;
}

VMK_ALWAYS_INLINE void vmk_PktClearMustCsum(vmk_PktHandle *pkt)
{
    pkt->flags &= ~(vmk_uint32)VMK_PKT_FLAG_MUST_CSUM;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_PktGetCsumVfd(const vmk_PktHandle *pkt)
{
    return (pkt->flags & VMK_PKT_FLAG_CSUM_VFD) != 0;
}

VMK_ALWAYS_INLINE void vmk_PktSetCsumVfd(vmk_PktHandle *pkt)
{
    pkt->flags |= VMK_PKT_FLAG_CSUM_VFD;
}

VMK_ALWAYS_INLINE void vmk_PktClearCsumVfd(vmk_PktHandle *pkt)
{
    pkt->flags &= ~(vmk_uint32)VMK_PKT_FLAG_CSUM_VFD;
}

/** Whether a tag is to be put into the frame when it is sent. */
VMK_ALWAYS_INLINE vmk_Bool vmk_PktMustVlanTag(const vmk_PktHandle *pkt)
{
    return (pkt->flags & VMK_PKT_FLAG_VLAN) != 0;
}

/** VLAN id from the metadata, VMK_VLAN_ID_NONE when untagged. */
VMK_ALWAYS_INLINE vmk_uint16 vmk_PktVlanIDGet(const vmk_PktHandle *pkt)
{
    return pkt->flags & VMK_PKT_FLAG_VLAN ? pkt->vlanTag & VMK_VLAN_ID_MASK : VMK_VLAN_ID_NONE;
}

/** Put a VLAN id into the metadata, keeping the priority. */
VMK_ALWAYS_INLINE void vmk_PktVlanIDSet(vmk_PktHandle *pkt, vmk_uint16 vlanID)
{
    if (!(pkt->flags & VMK_PKT_FLAG_VLAN))
        pkt->vlanTag = 0;
    pkt->flags |= VMK_PKT_FLAG_VLAN;
    pkt->vlanTag = (vmk_uint16)((pkt->vlanTag & ~VMK_VLAN_ID_MASK) | (vlanID & VMK_VLAN_ID_MASK));
}

VMK_ALWAYS_INLINE void vmk_PktVlanIDClear(vmk_PktHandle *pkt)
{
    pkt->flags &= ~(vmk_uint32)VMK_PKT_FLAG_VLAN;
}

VMK_ALWAYS_INLINE vmk_Bool vmk_PktIsLargeTcpPacket(const vmk_PktHandle *pkt)
{
    return (pkt->flags & VMK_PKT_FLAG_LARGE_TCP) != 0;
}

VMK_ALWAYS_INLINE void vmk_PktSetLargeTcpPacket(vmk_PktHandle *pkt, vmk_uint16 mss)
{
    pkt->flags |= VMK_PKT_FLAG_LARGE_TCP;
    pkt->mss = mss;
}

VMK_ALWAYS_INLINE vmk_uint16 vmk_PktGetLargeTcpPacketMss(const vmk_PktHandle *pkt)
{
    return pkt->mss;
}

VMK_ALWAYS_INLINE vmk_uint32 vmk_PktRssHashGet(const vmk_PktHandle *pkt)
{
    return pkt->hash;
}

VMK_ALWAYS_INLINE void vmk_PktRssHashSet(vmk_PktHandle *pkt, vmk_uint32 hash)
{
    pkt->flags |= VMK_PKT_FLAG_RSS_HASH;
    pkt->hash = hash;
}

VMK_ALWAYS_INLINE vmk_uint32 vmk_PktSrcPortIDGet(const vmk_PktHandle *pkt)
{
    return pkt->srcPortID;
}

VMK_ALWAYS_INLINE void vmk_PktQueueIDSet(vmk_PktHandle *pkt, vmk_uint16 queueID)
{
    pkt->queueID = queueID;
}

VMK_ALWAYS_INLINE vmk_uint16 vmk_PktQueueIDGet(const vmk_PktHandle *pkt)
{
    return pkt->queueID;
}

#endif
