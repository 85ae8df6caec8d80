/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic - a client of the virtual switch that sends numbered frames to the peer on the host and checks
 * those the peer sends. Statistics under test/traffic tell how it went.
 *
 * Back-pressure: at most `window` frames are on their way to the wire at a time; the driver's release of a
 * frame makes room for the next, as a virtual machine's ring would. QEMU drops what waits too long behind the
 * wire: at most `ack_window` frames are on their way to the peer, who says how many it has.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_port.h>

#include <frame.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("Test traffic through an uplink");

static vmk_uint32 frames = 1000;
VMK_MODPARAM(frames, VMK_MODPARAM_UINT, "frames to send and to expect");
static vmk_uint32 flow_out = 1;
VMK_MODPARAM(flow_out, VMK_MODPARAM_UINT, "flow number of what is sent");
static vmk_uint32 flow_in = 2;
VMK_MODPARAM(flow_in, VMK_MODPARAM_UINT, "flow number of what is expected");
static vmk_uint32 window = 128;
VMK_MODPARAM(window, VMK_MODPARAM_UINT, "frames on their way at a time");
static vmk_uint32 ack_window = 0;
VMK_MODPARAM(ack_window, VMK_MODPARAM_UINT, "frames that the peer may not have acknowledged yet; 0: any");
static vmk_Bool endless = VMK_FALSE;
VMK_MODPARAM(endless, VMK_MODPARAM_BOOL, "start again at frame 0 after the last, until unloaded");
static vmk_Bool blind = VMK_FALSE;
VMK_MODPARAM(blind, VMK_MODPARAM_BOOL, "send without a link, too");

#define BATCH 32

int init_module(void);
void cleanup_module(void);

static const vmk_EthAddress peer_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
static const vmk_EthAddress own_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};

struct traffic_stats {
    vmk_uint64 sent;     /* handed to the switch */
    vmk_uint64 released; /* given back after sending, or dropped on the way */
    vmk_uint64 received; /* good frames of the expected flow, each counted once */
    vmk_uint64 altered;
    vmk_uint64 duplicated;
    vmk_uint64 reordered;
    vmk_uint64 foreign;
};

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct traffic_stats, sent),       VMK_STAT_FIELD(struct traffic_stats, released),
    VMK_STAT_FIELD(struct traffic_stats, received),   VMK_STAT_FIELD(struct traffic_stats, altered),
    VMK_STAT_FIELD(struct traffic_stats, duplicated), VMK_STAT_FIELD(struct traffic_stats, reordered),
    VMK_STAT_FIELD(struct traffic_stats, foreign),
};

static struct {
    vmk_SpinlockObject lock;
    struct traffic_stats stats VMK_GUARDED_BY(lock);
    vmk_StatGroup group;
    vmk_Port port;
    vmk_WorldID sender;
    vmk_HeapID heap;
    vmk_uint32 acknowledged VMK_GUARDED_BY(lock); /* frames that the peer has */
    vmk_uint8 *seen VMK_GUARDED_BY(lock);         /* one byte a frame number */
    vmk_uint32 highest VMK_GUARDED_BY(lock);
} traffic;

/* Bottom halves release and deliver frames while worlds send: the lock keeps both out. */
static vmk_uint64 lock_traffic(void) VMK_ACQUIRE(&traffic.lock)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&traffic.lock, &flags);
    return flags;
}

static void unlock_traffic(vmk_uint64 flags) VMK_RELEASE(&traffic.lock)
{
    vmk_SpinlockUnlockIRQ(&traffic.lock, flags);
}

static void note_good(vmk_uint32 number) VMK_REQUIRES(&traffic.lock)
{
    if (number >= frames) {
        traffic.stats.foreign++;
    } else if (traffic.seen[number]) {
        traffic.stats.duplicated++;
    } else {
        traffic.seen[number] = 1;
        traffic.stats.received++;
        traffic.stats.reordered += number < traffic.highest;
        traffic.highest = number > traffic.highest ? number : traffic.highest;
    }
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_Bool acknowledged = VMK_FALSE;
    vmk_PktHandle *pkt;

    for (pkt = vmk_PktListGetFirstPkt(list); pkt != NULL; pkt = pkt->next) {
        vmk_uint32 flow, number;
        enum frame_verdict verdict = vmk_PktIsFullyMapped(pkt)
                                         ? frame_check(pkt->frame, pkt->frameLen, &flow, &number)
                                         : FRAME_ALTERED;

        vmk_uint64 flags = lock_traffic();
        if (verdict == FRAME_GOOD && flow == flow_in) {
            note_good(number);
        } else if (verdict == FRAME_GOOD && flow == FRAME_FLOW_ACK) {
            traffic.acknowledged = number;
            acknowledged = VMK_TRUE;
        } else if (verdict == FRAME_ALTERED) {
            traffic.stats.altered++;
        } else {
            traffic.stats.foreign++;
        }
        unlock_traffic(flags);
    }
    vmk_PktListReleaseAllPkts(list);
    if (acknowledged) {
        vmk_WorldWakeup((vmk_WorldEventID)&traffic);
    }
}

/* The last user of a frame has let go of it: there is room for another. */
static void frame_released(vmk_PktHandle *pkt)
{
    vmk_uint64 flags = lock_traffic();

    traffic.stats.released++;
    unlock_traffic(flags);
    vmk_WorldWakeup((vmk_WorldEventID)&traffic);
}

/* How many frames may be sent now. By lock. */
static vmk_uint32 room(void) VMK_REQUIRES(&traffic.lock)
{
    vmk_uint64 under_way = traffic.stats.sent - traffic.stats.released;
    vmk_uint64 unheard = traffic.stats.sent - traffic.acknowledged;

    if (under_way >= window || (ack_window != 0 && unheard >= ack_window) ||
        (!blind && vmk_PortLinkStateGet(traffic.port) != VMK_LINK_STATE_UP)) {
        return 0;
    }
    return window - (vmk_uint32)under_way;
}

/* As many, but waits until it is at least one. 0: the world is to end. */
static vmk_uint32 wait_for_room(void)
{
    for (;;) {
        vmk_uint64 flags = lock_traffic();
        vmk_uint32 now = room();
        if (now > 0) {
            unlock_traffic(flags);
            return now;
        }
        vmk_StatusValue status = vmk_WorldWaitIRQ((vmk_WorldEventID)&traffic, &traffic.lock, flags,
                                                  VMK_TIMEOUT_UNLIMITED_MS, "traffic window");
        if (status == VMK_DEATH_PENDING) {
            return 0;
        }
    }
}

/* Put frame @number on @list. */
static VMK_ReturnStatus add_frame(vmk_PktList list, vmk_uint32 number)
{
    vmk_PktHandle *pkt;
    vmk_StatusValue status = vmk_PktAllocForModule(vmk_ModuleCurrentID, FRAME_MAX, &pkt);

    if (status != VMK_OK) {
        return status;
    }
    vmk_uint32 len = frame_make(pkt->frame, peer_mac, own_mac, flow_out, number);
    status = vmk_PktFrameLenSet(pkt, len);
    if (status != VMK_OK) {
        vmk_PktRelease(pkt);
        return status;
    }
    pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
    pkt->released = frame_released;
    vmk_PktListAppendPkt(list, pkt);
    return VMK_OK;
}

static vmk_StatusValue sender_world(void *data)
{
    vmk_uint32 number = 0;

    while (number < frames && !vmk_WorldIsDeathPending()) {
        VMK_PKTLIST_STACK_DEF_INIT(list);
        vmk_uint32 room = wait_for_room();

        for (vmk_uint32 n = 0; n < room && n < BATCH && number < frames; n++) {
            vmk_StatusValue status = add_frame(list, number);
            if (status != VMK_OK) {
                break; /* memory comes back as frames are released */
            }
            number++;
        }
        vmk_uint64 flags = lock_traffic();
        traffic.stats.sent += vmk_PktListGetCount(list);
        unlock_traffic(flags);
        vmk_PortInput(traffic.port, list);
        if (endless && number == frames) {
            number = 0;
        }
    }
    return VMK_OK;
}

static void port_event(vmk_AddrCookie data, vmk_PortEvent event)
{
    vmk_WorldWakeup((vmk_WorldEventID)&traffic);
}

static VMK_ReturnStatus start(void) VMK_UNSHARED
{
    vmk_PortProps port_props = {.moduleID = vmk_ModuleCurrentID,
                                .name = "traffic",
                                .portGroup = "VM Network",
                                .deliver = deliver,
                                .event = port_event};
    vmk_WorldProps world_props = {
        .name = "traffic-sender", .moduleID = vmk_ModuleCurrentID, .startFunction = sender_world};

    vmk_Memcpy(port_props.mac, own_mac, sizeof own_mac);
    vmk_StatusValue status = vmk_PortConnect(&port_props, &traffic.port);
    if (status != VMK_OK) {
        return status;
    }
    vmk_StatGroupInit(&traffic.group, vmk_ModuleCurrentID, stat_fields, VMK_ARRAY_SIZE(stat_fields),
                      "test/traffic");
    traffic.group.base = &traffic.stats;
    status = vmk_StatGroupRegister(&traffic.group);
    if (status != VMK_OK) {
        goto disconnect;
    }
    status = vmk_WorldCreate(&world_props, &traffic.sender);
    if (status == VMK_OK) {
        return VMK_OK;
    }
    vmk_StatGroupUnregister(&traffic.group);
disconnect:
    vmk_PortDisconnect(traffic.port);
    return status;
}

int init_module(void) VMK_UNSHARED
{
    vmk_HeapCreateProps heap_props = {
        .type = VMK_HEAP_TYPE_SIMPLE, .module = vmk_ModuleCurrentID, .max = 16 << 20, .name = {"traffic"}};

    /* No rank: a delivery or a release comes with whatever locks its sender holds. */
    vmk_SpinlockInit(&traffic.lock, "traffic", VMK_SPINLOCK_UNRANKED);
    vmk_StatusValue status = vmk_HeapCreate(&heap_props, &traffic.heap);
    if (status != VMK_OK) {
        return status;
    }
    traffic.seen = vmk_HeapAlloc(traffic.heap, frames);
    if (traffic.seen == NULL) {
        status = VMK_NO_MEMORY;
        goto destroy_heap;
    }
    vmk_Memset(traffic.seen, 0, frames);
    status = start();
    if (status == VMK_OK) {
        return VMK_OK;
    }
    vmk_HeapFree(traffic.heap, traffic.seen);
destroy_heap:
    VMK_VERIFY(vmk_HeapDestroy(traffic.heap) == VMK_OK);
    return status;
}

static vmk_Bool all_released(void)
{
    vmk_uint64 flags = lock_traffic();
    vmk_Bool all = traffic.stats.sent == traffic.stats.released;
    if (all) {
        unlock_traffic(flags);
        return VMK_TRUE;
    }
    vmk_StatusValue status = vmk_WorldWaitIRQ((vmk_WorldEventID)&traffic, &traffic.lock, flags,
                                              VMK_TIMEOUT_UNLIMITED_MS, "frames under way");
    return status == VMK_DEATH_PENDING;
}

void cleanup_module(void) VMK_UNSHARED
{
    /* It may have ended by itself. */
    vmk_StatusValue status = vmk_WorldDestroy(traffic.sender);
    status = vmk_WorldWaitForDeath(traffic.sender);
    if (status != VMK_OK) {
        vmk_WarningMessage("the sender did not end: %s", vmk_StatusToString(status));
    }
    vmk_PortDisconnect(traffic.port);
    /* The code that hears of a released frame must stay until the last one. */
    while (!all_released()) {
    }
    vmk_StatGroupUnregister(&traffic.group);
    vmk_HeapFree(traffic.heap, traffic.seen);
    status = vmk_HeapDestroy(traffic.heap);
    if (status != VMK_OK) {
        vmk_WarningMessage("the heap stays: %s", vmk_StatusToString(status));
    }
}
