/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nicbench - a client of the virtual switch that does nothing but send, or receive and drop, so that what a
 * frame costs can be counted from outside: the window of interest lies between two marker instructions that
 * do nothing.
 */
#include <vmkapi/base/logging.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_port.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("What a frame costs");

static vmk_uint32 frames = 20000;
VMK_MODPARAM(frames, VMK_MODPARAM_UINT, "frames in the window");
static vmk_uint32 burst = 32;
VMK_MODPARAM(burst, VMK_MODPARAM_UINT, "frames handed over at a time");
static vmk_uint32 size = 60;
VMK_MODPARAM(size, VMK_MODPARAM_UINT, "length of a frame, without FCS");
static vmk_Bool receive = VMK_FALSE;
VMK_MODPARAM(receive, VMK_MODPARAM_BOOL, "count received frames instead of sending");

#define WARM_UP      2048
#define STRIDE       32  /* Every so many frames one tells that it has been sent. */
#define WINDOW       128 /* Frames on their way at a time. */
#define LINK_WAIT_MS 30000

int init_module(void);
void cleanup_module(void);

static const vmk_EthAddress own_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};
static const vmk_EthAddress peer_mac = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};

static vmk_Port port;
static vmk_WorldID sender;
static vmk_uint64 received; /* bottom halves of one CPU only */
static vmk_uint32 sent;     /* the sender only */
static vmk_uint32 strides;  /* of frames sent and let go of; bottom halves of one CPU only */

/* A no-operation whose bytes say "start" or "end" to who counts instructions. */
static void mark_start(void)
{
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x01, 0x4d, 0x41, 0x52" ::: "memory");
}

static void mark_end(void)
{
    __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x02, 0x4d, 0x41, 0x52" ::: "memory");
}

static void report(void)
{
    vmk_LogMessage("nicbench: %s, %u frames of %u bytes, bursts of %u", receive ? "received" : "sent", frames,
                   size, burst);
}

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_uint64 before = received;

    received += vmk_PktListGetCount(list);
    vmk_PktListReleaseAllPkts(list);
    if (before < WARM_UP && received >= WARM_UP) {
        received = WARM_UP;
        mark_start();
    } else if (before < WARM_UP + frames && received >= WARM_UP + frames) {
        mark_end();
        report();
    }
}

/* The last of a stride of frames is no longer the driver's. */
static void stride_sent(vmk_PktHandle *pkt)
{
    strides++;
    vmk_WorldWakeup((vmk_WorldEventID)&strides);
}

static vmk_Bool window_is_full(void)
{
    return sent - __atomic_load_n(&strides, __ATOMIC_RELAXED) * STRIDE >= WINDOW;
}

/* Sleep until there is room. A wake-up between the two looks costs a millisecond, nothing else. */
static void wait_for_room(void)
{
    while (window_is_full()) {
        vmk_StatusValue status = vmk_WorldWait((vmk_WorldEventID)&strides, VMK_LOCK_INVALID, 1, "nicbench");

        if (status == VMK_DEATH_PENDING) {
            return;
        }
    }
}

static VMK_ReturnStatus send_burst(vmk_uint32 count)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    for (vmk_uint32 i = 0; i < count; i++) {
        vmk_PktHandle *pkt;
        vmk_StatusValue status = vmk_PktAllocForModule(vmk_ModuleCurrentID, size, &pkt);

        if (status != VMK_OK) {
            vmk_PktListReleaseAllPkts(list);
            return status;
        }
        pkt->frameLen = pkt->mappedLen = size;
        vmk_Memcpy(pkt->frame, peer_mac, sizeof(peer_mac));
        vmk_Memcpy(pkt->frame + sizeof(peer_mac), own_mac, sizeof(own_mac));
        if (++sent % STRIDE == 0) {
            pkt->flags |= VMK_PKT_FLAG_EXTERNAL;
            pkt->released = stride_sent;
        }
        vmk_PktListAppendPkt(list, pkt);
    }
    vmk_PortInput(port, list);
    wait_for_room();
    return VMK_OK;
}

static VMK_ReturnStatus send_frames(vmk_uint32 count)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 done = 0; done < count && status == VMK_OK; done += burst) {
        status = send_burst(burst);
    }
    return status;
}

static vmk_StatusValue run(void *data)
{
    vmk_StatusValue status = VMK_OK;

    while (vmk_PortLinkStateGet(port) != VMK_LINK_STATE_UP && status != VMK_DEATH_PENDING &&
           status != VMK_TIMEOUT) {
        status = vmk_WorldWait((vmk_WorldEventID)&port, VMK_LOCK_INVALID, LINK_WAIT_MS, "link");
    }
    status = send_frames(WARM_UP);
    if (status == VMK_OK) {
        mark_start();
        status = send_frames(frames);
        mark_end();
        report();
    }
    return status;
}

static void port_event(vmk_AddrCookie data, vmk_PortEvent event)
{
    vmk_WorldWakeup((vmk_WorldEventID)&port);
}

int init_module(void)
{
    vmk_PortProps props = {.moduleID = vmk_ModuleCurrentID,
                           .name = "nicbench",
                           .portGroup = "VM Network",
                           .deliver = deliver,
                           .event = port_event};
    vmk_WorldProps world = {.name = "nicbench", .moduleID = vmk_ModuleCurrentID, .startFunction = run};
    vmk_StatusValue status;

    vmk_Memcpy(props.mac, own_mac, sizeof(own_mac));
    status = vmk_PortConnect(&props, &port);
    if (status == VMK_OK && !receive) {
        status = vmk_WorldCreate(&world, &sender);
        if (status != VMK_OK) {
            vmk_PortDisconnect(port);
        }
    }
    return status;
}

void cleanup_module(void)
{
    if (!receive) {
        while (vmk_WorldWaitForDeath(sender) != VMK_OK) {
            vmk_WorldYield();
        }
    }
    vmk_PortDisconnect(port);
}
