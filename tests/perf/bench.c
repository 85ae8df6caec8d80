/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench - a client of the virtual switch that sends, or receives, a window of frames between two marks.
 *
 * One load is one window, and is over when init_module() returns. Sending is counted from the allocation of
 * a frame's packet to its release after the driver has seen it sent; receiving from the interrupt to
 * the release by this port.
 *
 * Back-pressure: the last frame of each STRIDE tells of its release, and at most IN_FLIGHT frames are not yet
 * told of.
 */
#include <vmkapi/base/mark.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_port.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("What a frame costs");

static vmk_uint32 size = VMK_ETH_MIN_FRAME;
VMK_MODPARAM(size, VMK_MODPARAM_UINT, "length of a frame sent, without FCS");
static vmk_uint32 burst = 32;
VMK_MODPARAM(burst, VMK_MODPARAM_UINT, "frames handed to the switch at a time");
static vmk_uint32 frames = 50000;
VMK_MODPARAM(frames, VMK_MODPARAM_UINT, "frames in the window");
static vmk_Bool receive = VMK_FALSE;
VMK_MODPARAM(receive, VMK_MODPARAM_BOOL, "receive instead of sending");

#define WARM_UP    4096 /* Frames before the window. */
#define STRIDE     32
#define IN_FLIGHT  192 /* Less than an e1000 ring has room for. */
#define TIMEOUT_MS 60000

int init_module(void);
void cleanup_module(void);

static const vmk_EthAddress own_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};
static const vmk_EthHdr header = {.daddr = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01},
                                  .saddr = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02},
                                  .type = 0xb588 /* 0x88b5: local experiments, IEEE 802 */};

static vmk_Port port;
static vmk_SpinlockObject lock;
static vmk_uint32 sent; /* by the sending world */
static vmk_uint32 released VMK_GUARDED_BY(lock);
static vmk_uint32 received VMK_GUARDED_BY(lock);

/* The lock orders a look at a counter with the wait for its change. Bottom halves take it too. */
static vmk_uint64 lock_counters(void) VMK_ACQUIRE(&lock)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&lock, &flags);
    return flags;
}

static void unlock_counters(vmk_uint64 flags) VMK_RELEASE(&lock)
{
    vmk_SpinlockUnlockIRQ(&lock, flags);
}

/* --- sending --- */

static void stride_released(vmk_PktHandle *pkt)
{
    vmk_uint64 flags = lock_counters();

    released += STRIDE;
    unlock_counters(flags);
    vmk_WorldWakeup((vmk_WorldEventID)&released);
}

/* Without the lock, for the frames whose release need not be waited for. */
static vmk_uint32 released_so_far(void) VMK_NO_THREAD_SAFETY_ANALYSIS("one load")
{
    return __atomic_load_n(&released, __ATOMIC_RELAXED);
}

/* Wait until at most @limit frames are under way. */
static VMK_ReturnStatus wait_for_room(vmk_uint32 limit)
{
    vmk_StatusValue status = VMK_OK;

    while (sent - released_so_far() > limit && status == VMK_OK) {
        vmk_uint64 flags = lock_counters();
        if (sent - released <= limit) {
            unlock_counters(flags);
            break;
        }
        status = vmk_WorldWaitIRQ((vmk_WorldEventID)&released, &lock, flags, TIMEOUT_MS, "room to send");
    }
    return status;
}

static void fill_frame(vmk_PktHandle *pkt)
{
    vmk_Memcpy(pkt->frame, &header, sizeof(header));
    pkt->frameLen = pkt->mappedLen = size;
    if (++sent % STRIDE == 0) {
        pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
        pkt->released = stride_released;
    }
}

static VMK_ReturnStatus send_burst(vmk_uint32 count)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_StatusValue status = vmk_PktListAlloc(vmk_ModuleCurrentID, size, count, list);

    if (status != VMK_OK) {
        return status;
    }
    for (vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        fill_frame(pkt);
    }
    vmk_PortInput(port, list);
    return wait_for_room(IN_FLIGHT);
}

static VMK_ReturnStatus send_frames(vmk_uint32 count)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 n; count > 0 && status == VMK_OK; count -= n) {
        n = VMK_MIN(burst, count);
        status = send_burst(n);
    }
    return status;
}

static VMK_ReturnStatus send_window(void)
{
    vmk_StatusValue status = send_frames(WARM_UP);

    if (status == VMK_OK) {
        vmk_Mark(VMK_MARK_WINDOW_START);
        status = send_frames(frames);
        vmk_Mark(VMK_MARK_WINDOW_END);
    }
    /* Whoever tells of a release must stay until the last one. */
    return status == VMK_OK ? wait_for_room(STRIDE - 1) : status;
}

/* --- receiving --- */

static void count_frame(void) VMK_REQUIRES(&lock)
{
    received++;
    if (received == WARM_UP) {
        vmk_Mark(VMK_MARK_WINDOW_START);
    } else if (received == WARM_UP + frames) {
        vmk_Mark(VMK_MARK_WINDOW_END);
    }
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_uint64 flags = lock_counters();
    vmk_Bool all;

    for (vmk_uint32 count = list->count; count > 0; count--) {
        count_frame();
    }
    all = received >= WARM_UP + frames;
    unlock_counters(flags);
    vmk_PktListReleaseAllPkts(list);
    if (all) {
        vmk_WorldWakeup((vmk_WorldEventID)&received);
    }
}

static VMK_ReturnStatus receive_window(void)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags = lock_counters();

    while (received < WARM_UP + frames && status == VMK_OK) {
        status = vmk_WorldWaitIRQ((vmk_WorldEventID)&received, &lock, flags, TIMEOUT_MS, "frames");
        flags = lock_counters();
    }
    unlock_counters(flags);
    return status;
}

int init_module(void)
{
    vmk_PortProps props = {
        .moduleID = vmk_ModuleCurrentID, .name = "bench", .portGroup = "VM Network", .deliver = deliver};

    if (size < sizeof(header) || size > VMK_PKT_MAX_MAPPED || burst == 0 || frames % STRIDE != 0) {
        return VMK_BAD_PARAM;
    }
    /* No rank: a delivery or a release comes with whatever locks its sender holds. */
    vmk_SpinlockInit(&lock, "bench", VMK_SPINLOCK_UNRANKED);
    vmk_Memcpy(props.mac, own_mac, sizeof(own_mac));
    vmk_StatusValue status = vmk_PortConnect(&props, &port);
    if (status == VMK_OK) {
        status = receive ? receive_window() : send_window();
        vmk_PortDisconnect(port);
    }
    return status;
}

void cleanup_module(void)
{
}
