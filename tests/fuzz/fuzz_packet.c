/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_packet.c - a frame to be cut into segments, copied and cloned, and its sum.
 */
#include "fuzz.h"
#include "machine.h"

#include <core/account.h>
#include <core/pkt.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/net/net_csum.h>
#include <vmkapi/net/net_pktlist.h>

#define MODULE    5u
#define FRAME_MAX 16384u

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    return 0;
}

/** The Internet checksum as RFC 1071 words it. */
static uint16_t plain_sum(const uint8_t *bytes, size_t len)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < len; i++) {
        sum += i % 2 == 0 ? (uint64_t)bytes[i] : (uint64_t)bytes[i] << 8;
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static void check_copies(vmk_PktHandle *pkt, const struct fuzz_input *frame, uint16_t headroom)
{
    uint8_t *bytes = malloc(frame->len);
    vmk_PktHandle *copy, *clone;

    FUZZ_REQUIRE(vmk_PktClone(pkt, &clone) == VMK_OK);
    if (vmk_PktCopyWithHeadroom(clone, headroom, &copy) == VMK_OK) {
        FUZZ_REQUIRE(vmk_PktCopyBytesOut(bytes, (vmk_uint32)frame->len, 0, copy) == VMK_OK);
        FUZZ_REQUIRE(memcmp(bytes, frame->bytes, frame->len) == 0);
        vmk_PktRelease(copy);
    }
    vmk_PktRelease(clone);
    free(bytes);
}

/** The segments carry the payload, all of it, in order: it is the end of the frame. */
static void check_segments(vmk_PktHandle *pkt, const struct fuzz_input *frame)
{
    VMK_PKTLIST_STACK_DEF_INIT(segments);
    uint8_t bytes[VMK_PAGE_SIZE];
    vmk_uint32 headers, done;

    if (vmk_PktTcpSegmentation(pkt, segments) != VMK_OK) {
        return;
    }
    if (segments->count == 1) {
        FUZZ_REQUIRE(vmk_PktListGetFirstPkt(segments)->frameLen == frame->len);
        vmk_PktListReleaseAllPkts(segments);
        return;
    }
    headers = done = vmk_PktListGetFirstPkt(segments)->frameLen - pkt->mss;
    while (!vmk_PktListIsEmpty(segments)) {
        vmk_PktHandle *segment = vmk_PktListPopFirstPkt(segments);
        vmk_uint32 payload = segment->frameLen - headers;

        FUZZ_REQUIRE(payload <= pkt->mss && done + payload <= frame->len);
        FUZZ_REQUIRE(vmk_PktCopyBytesOut(bytes, payload, headers, segment) == VMK_OK);
        FUZZ_REQUIRE(memcmp(bytes, frame->bytes + done, payload) == 0);
        done += payload;
        vmk_PktRelease(segment);
    }
    FUZZ_REQUIRE(done == frame->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input frame = {bytes, len};
    vmk_uint16 mss, headroom;
    vmk_PktHandle *pkt;

    fuzz_take(&frame, &mss, sizeof(mss));
    fuzz_take(&frame, &headroom, sizeof(headroom));
    if (frame.len == 0 || frame.len > FRAME_MAX) {
        return 0;
    }
    FUZZ_REQUIRE(vmk_NetCsumDataFinal(frame.bytes, (vmk_uint32)frame.len) ==
                 plain_sum(frame.bytes, frame.len));
    FUZZ_REQUIRE(vmk_PktAllocForModule(MODULE, (vmk_uint32)frame.len, &pkt) == VMK_OK);
    FUZZ_REQUIRE(vmk_PktFrameLenSet(pkt, (vmk_uint32)frame.len) == VMK_OK);
    FUZZ_REQUIRE(vmk_PktCopyBytesIn(frame.bytes, (vmk_uint32)frame.len, 0, pkt) == VMK_OK);
    pkt->mss = mss;
    check_copies(pkt, &frame, headroom);
    check_segments(pkt, &frame);
    vmk_PktRelease(pkt);
    FUZZ_REQUIRE(vmk_PktHeldByModule(MODULE) == 0);
    return 0;
}
