/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_net.c - an uplink, a poll and a TCP/IP stack of the test's own: what a driver and a stack ask of the
 * network layer, and what it asks of them.
 *
 * Wants a machine without NIC, so that the uplink is the switch's, and without tcpip, so that the stack is
 * the system's. The stack stays until the module goes.
 */
#include "ktap.h"

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/net/net_ipstack.h>
#include <vmkapi/net/net_poll.h>
#include <vmkapi/net/net_port.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests uplinks, polls, ports, packets and the TCP/IP stack's place");

#define PATIENCE_MS 60000u
#define MTU         1500u
#define FRAME_LEN   60u

int init_module(void);
void cleanup_module(void);

static const vmk_EthAddress first_mac = {0x02, 0, 0, 0, 0, 0x11}, second_mac = {0x02, 0, 0, 0, 0, 0x12};

/** Wait until something has happened that releases @p event. */
static vmk_Bool happens(vmk_SemaphoreObject *event)
{
    vmk_Semaphore sema = event;

    return vmk_SemaLockTimed(&sema, PATIENCE_MS) == VMK_OK;
}

static void has_happened(vmk_SemaphoreObject *event)
{
    vmk_Semaphore sema = event;

    vmk_SemaUnlock(&sema);
}

/** A broadcast frame from nobody, with @p mark in its payload; NULL without memory. */
static vmk_PktHandle *make_frame(vmk_uint8 mark)
{
    vmk_PktHandle *pkt;

    if (vmk_PktAllocForModule(vmk_ModuleCurrentID, FRAME_LEN, &pkt) != VMK_OK) {
        return NULL;
    }
    if (vmk_PktFrameLenSet(pkt, FRAME_LEN) != VMK_OK) {
        vmk_PktRelease(pkt);
        return NULL;
    }
    vmk_Memset(pkt->frame, 0, FRAME_LEN);
    vmk_Memset(pkt->frame, 0xff, VMK_ETH_ADDR_LENGTH);
    pkt->frame[VMK_ETH_ADDR_LENGTH] = 0x02;
    pkt->frame[FRAME_LEN - 1] = mark;
    return pkt;
}

/* Packets. */

static vmk_StatusValue test_packets(void)
{
    vmk_PktHandle *pkt = make_frame(1), *copy;

    KTAP_CHECK(pkt != NULL && vmk_PktHeldByModule(vmk_ModuleCurrentID) == 1);
    KTAP_CHECK(vmk_PktCopy(pkt, &copy) == VMK_OK);
    KTAP_CHECK(copy->frameLen == FRAME_LEN && vmk_PktGetHeadroomLen(copy) == VMK_PKT_HEADROOM);
    pkt->frame[FRAME_LEN - 1] = 2;
    KTAP_CHECK(copy->frame[FRAME_LEN - 1] == 1);
    vmk_PktRelease(copy);
    vmk_PktHolderSet(pkt, VMK_VMKERNEL_MODULE_ID);
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 0);
    vmk_PktHolderSet(pkt, vmk_ModuleCurrentID);
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 1);
    vmk_PktRelease(pkt);
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 0);
    return VMK_OK;
}

static vmk_StatusValue test_packets_bh(void)
{
    vmk_PktHandle *pkt;
    vmk_StatusValue status;
    vmk_uint64 held;

    vmk_BottomHalfDisable();
    status = vmk_PktAllocForModuleBH(vmk_ModuleCurrentID, FRAME_LEN, &pkt);
    held = vmk_PktHeldByModule(vmk_ModuleCurrentID);
    if (status == VMK_OK) {
        vmk_PktReleaseBH(pkt);
    }
    vmk_BottomHalfEnable();
    KTAP_CHECK(status == VMK_OK && held == 1);
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 0);
    return VMK_OK;
}

/* Polls. */

static struct {
    vmk_NetPoll handle;
    vmk_SemaphoreObject done;    /* after each run */
    unsigned runs;               /* left, after which it is idle */
    unsigned delivered, flushed; /* packets, and how many of them before the run's end */
    vmk_Bool knows_itself;
} poll;

static vmk_Bool poll_once(vmk_AddrCookie priv, vmk_uint32 budget)
{
    vmk_PktHandle *pkt = make_frame(3);

    poll.knows_itself = vmk_NetPollGetCurrent() == poll.handle &&
                        vmk_NetPollGetPrivate(poll.handle).ptr == &poll && priv.ptr == &poll &&
                        budget == VMK_NETPOLL_BUDGET;
    if (pkt != NULL) {
        vmk_NetPollRxPktQueue(poll.handle, pkt);
    }
    vmk_NetPollFlushRx(poll.handle);
    poll.flushed = poll.delivered;
    has_happened(&poll.done);
    return --poll.runs != 0;
}

static void poll_deliver(vmk_AddrCookie priv, vmk_PktList list)
{
    poll.delivered += vmk_PktListGetCount(list);
    vmk_PktListReleaseAllPkts(list);
}

static vmk_StatusValue test_poll(void)
{
    vmk_NetPollProperties props = {.deliveryCallback = poll_deliver, .priv = {.ptr = &poll}};

    vmk_Memset(&poll, 0, sizeof(poll));
    poll.runs = 3;
    vmk_SemaInit(&poll.done, "polled", 0);
    KTAP_CHECK(vmk_NetPollCreate(&props, VMK_INVALID_SERVICE_ID, vmk_ModuleCurrentID, &poll.handle) ==
               VMK_BAD_PARAM);
    props.poll = poll_once;
    KTAP_CHECK(vmk_NetPollCreate(&props, VMK_INVALID_SERVICE_ID, vmk_ModuleCurrentID, &poll.handle) ==
               VMK_OK);
    KTAP_CHECK(vmk_NetPollCheckState(poll.handle) == VMK_NETPOLL_DISABLED);
    vmk_NetPollActivate(poll.handle); /* Remembered. */
    KTAP_CHECK(poll.runs == 3);
    vmk_NetPollEnable(poll.handle);
    KTAP_CHECK(vmk_NetPollCheckState(poll.handle) == VMK_NETPOLL_ENABLED);
    KTAP_CHECK(happens(&poll.done) && happens(&poll.done) && happens(&poll.done));
    vmk_NetPollDisable(poll.handle);
    KTAP_CHECK(vmk_NetPollCheckState(poll.handle) == VMK_NETPOLL_DISABLED);
    KTAP_CHECK(poll.runs == 0 && poll.knows_itself && poll.delivered == 3 && poll.flushed == 3);
    vmk_NetPollDestroy(poll.handle);
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 0);
    return VMK_OK;
}

/* An uplink whose hardware is this file, and a client of the switch it comes to. */

static struct {
    vmk_Uplink handle;
    vmk_SemaphoreObject started, quiesced, sent; /* `sent` once a frame */
    vmk_uint32 mtu;
} nic;

static struct {
    vmk_Port handle;
    vmk_SemaphoreObject received; /* once a frame */
    vmk_SemaphoreObject heard[VMK_PORT_EVENT_MAC + 1];
} client;

static VMK_ReturnStatus nic_tx(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_PktHandle *pkt;

    if (vmk_UplinkQueueIsStopped(nic.handle, 0)) {
        return VMK_BUSY;
    }
    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktRelease(pkt);
        has_happened(&nic.sent);
    }
    return VMK_OK;
}

static VMK_ReturnStatus nic_mtu(vmk_AddrCookie data, vmk_uint32 mtu)
{
    nic.mtu = mtu;
    return VMK_OK;
}

static VMK_ReturnStatus nic_state(vmk_AddrCookie data, vmk_UplinkState state)
{
    return VMK_OK;
}

static VMK_ReturnStatus nic_stats(vmk_AddrCookie data, vmk_UplinkStats *stats)
{
    return VMK_OK;
}

static VMK_ReturnStatus nic_start(vmk_AddrCookie data)
{
    has_happened(&nic.started);
    return VMK_OK;
}

static VMK_ReturnStatus nic_quiesce(vmk_AddrCookie data)
{
    has_happened(&nic.quiesced);
    return VMK_OK;
}

static const vmk_UplinkOps nic_ops = {.uplinkTx = nic_tx,
                                      .uplinkMTUSet = nic_mtu,
                                      .uplinkStateSet = nic_state,
                                      .uplinkStatsGet = nic_stats,
                                      .uplinkStart = nic_start,
                                      .uplinkQuiesce = nic_quiesce};

static void client_deliver(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktRelease(pkt);
        has_happened(&client.received);
    }
}

static void client_event(vmk_AddrCookie data, vmk_PortEvent event)
{
    has_happened(&client.heard[event]);
}

static vmk_StatusValue register_nic(void)
{
    vmk_UplinkRegData data = {.moduleID = vmk_ModuleCurrentID,
                              .ops = &nic_ops,
                              .driverInfo = {.driver = {"test"}, .busAddress = {"test-net"}},
                              .mtu = MTU,
                              .minMTU = 68,
                              .maxMTU = 9000,
                              .numTxQueues = VMK_UPLINK_MAX_TX_QUEUES + 1};
    vmk_Uplink second;

    vmk_Memset(&nic, 0, sizeof(nic));
    vmk_SemaInit(&nic.started, "started", 0);
    vmk_SemaInit(&nic.quiesced, "quiesced", 0);
    vmk_SemaInit(&nic.sent, "sent", 0);
    vmk_Memcpy(data.mac, first_mac, sizeof(first_mac));
    KTAP_CHECK(vmk_UplinkRegister(&data, &nic.handle) == VMK_BAD_PARAM);
    data.numTxQueues = 1;
    KTAP_CHECK(vmk_UplinkRegister(&data, &nic.handle) == VMK_OK);
    KTAP_CHECK(vmk_UplinkRegister(&data, &second) == VMK_EXISTS);
    return VMK_OK;
}

static vmk_StatusValue test_capabilities(void)
{
    static const vmk_UplinkMACOps mac_ops;

    KTAP_CHECK(vmk_UplinkCapRegister(nic.handle, VMK_UPLINK_CAP_SG_TX, &mac_ops) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_UplinkCapRegister(nic.handle, VMK_UPLINK_CAP_MAC_SET, NULL) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_UplinkCapRegister(nic.handle, VMK_UPLINK_CAP_COUNT, &mac_ops) == VMK_BAD_PARAM);
    KTAP_CHECK(!vmk_UplinkCapIsRegistered(nic.handle, VMK_UPLINK_CAP_SG_TX));
    KTAP_CHECK(vmk_UplinkCapRegister(nic.handle, VMK_UPLINK_CAP_SG_TX, NULL) == VMK_OK);
    KTAP_CHECK(vmk_UplinkCapRegister(nic.handle, VMK_UPLINK_CAP_SG_TX, NULL) == VMK_EXISTS);
    KTAP_CHECK(vmk_UplinkCapIsRegistered(nic.handle, VMK_UPLINK_CAP_SG_TX) &&
               vmk_UplinkCapIsEnabled(nic.handle, VMK_UPLINK_CAP_SG_TX));
    vmk_UplinkCapUpdate(nic.handle, VMK_UPLINK_CAP_SG_TX, VMK_FALSE);
    KTAP_CHECK(vmk_UplinkCapIsRegistered(nic.handle, VMK_UPLINK_CAP_SG_TX) &&
               !vmk_UplinkCapIsEnabled(nic.handle, VMK_UPLINK_CAP_SG_TX));
    return VMK_OK;
}

static vmk_StatusValue connect_client(void)
{
    vmk_PortProps props = {.moduleID = vmk_ModuleCurrentID,
                           .name = "test-net",
                           .portGroup = "VM Network",
                           .deliver = client_deliver,
                           .event = client_event};

    vmk_SemaInit(&client.received, "received", 0);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(client.heard); i++) {
        vmk_SemaInit(&client.heard[i], "heard", 0);
    }
    return vmk_PortConnect(&props, &client.handle);
}

/** What the driver reports reaches the client of its switch. */
static vmk_StatusValue test_reports(void)
{
    vmk_LinkStatus up = {.state = VMK_LINK_STATE_UP, .speed = 1000, .duplex = VMK_LINK_DUPLEX_FULL};
    vmk_EthAddress mac;

    vmk_PortMACGet(client.handle, mac);
    KTAP_CHECK(vmk_Memcmp(mac, first_mac, sizeof(mac)) == 0);
    KTAP_CHECK(vmk_PortLinkStateGet(client.handle) == VMK_LINK_STATE_DOWN);
    vmk_UplinkUpdateLinkState(nic.handle, &up);
    KTAP_CHECK(happens(&client.heard[VMK_PORT_EVENT_LINK_UP]));
    KTAP_CHECK(vmk_PortLinkStateGet(client.handle) == VMK_LINK_STATE_UP);
    KTAP_CHECK(vmk_SemaIsLocked(&client.heard[VMK_PORT_EVENT_MAC]));
    vmk_UplinkUpdateMAC(nic.handle, second_mac);
    KTAP_CHECK(happens(&client.heard[VMK_PORT_EVENT_MAC]));
    vmk_PortMACGet(client.handle, mac);
    KTAP_CHECK(vmk_Memcmp(mac, second_mac, sizeof(mac)) == 0);
    vmk_UplinkUpdateMTU(nic.handle, MTU + 4);
    KTAP_CHECK(happens(&client.heard[VMK_PORT_EVENT_MTU]));
    return VMK_OK;
}

/** Frames go out while the queue is started, and in, by the uplink and by a poll. */
static vmk_StatusValue test_frames(void)
{
    vmk_PktHandle *out = make_frame(4), *in = make_frame(5);
    VMK_PKTLIST_STACK_DEF_INIT(list);

    KTAP_CHECK(out != NULL && in != NULL);
    vmk_UplinkQueueStop(nic.handle, 0);
    KTAP_CHECK(vmk_UplinkQueueIsStopped(nic.handle, 0));
    vmk_PktListAppendPkt(list, out);
    vmk_PortInput(client.handle, list);
    KTAP_CHECK(vmk_SemaIsLocked(&nic.sent));
    vmk_UplinkQueueStart(nic.handle, 0);
    KTAP_CHECK(happens(&nic.sent) && !vmk_UplinkQueueIsStopped(nic.handle, 0));
    vmk_PktListAppendPkt(list, in);
    vmk_BottomHalfDisable();
    vmk_UplinkPktListRx(nic.handle, list);
    vmk_BottomHalfEnable();
    KTAP_CHECK(happens(&client.received));
    return VMK_OK;
}

/** A poll without a callback of its own for what was received gives it to its uplink. */
static vmk_StatusValue test_uplink_poll(void)
{
    vmk_NetPollProperties props = {.poll = poll_once, .priv = {.ptr = &poll}};

    vmk_Memset(&poll, 0, sizeof(poll));
    poll.runs = 1;
    vmk_SemaInit(&poll.done, "polled", 0);
    KTAP_CHECK(vmk_NetPollCreate(&props, VMK_INVALID_SERVICE_ID, vmk_ModuleCurrentID, &poll.handle) ==
               VMK_OK);
    KTAP_CHECK(vmk_NetPollRegisterUplink(poll.handle, nic.handle) == VMK_OK);
    KTAP_CHECK(vmk_NetPollRegisterUplink(poll.handle, nic.handle) == VMK_BUSY);
    vmk_NetPollEnable(poll.handle);
    vmk_NetPollActivate(poll.handle);
    KTAP_CHECK(happens(&client.received));
    vmk_NetPollDisable(poll.handle);
    vmk_NetPollUnregisterUplink(poll.handle);
    KTAP_CHECK(vmk_NetPollRegisterUplink(poll.handle, nic.handle) == VMK_OK);
    vmk_NetPollUnregisterUplink(poll.handle);
    vmk_NetPollDestroy(poll.handle);
    return VMK_OK;
}

static vmk_StatusValue test_uplink(void)
{
    KTAP_CHECK(register_nic() == VMK_OK);
    KTAP_CHECK(vmk_Strncmp(vmk_UplinkNameGet(nic.handle).string, "vmnic", 5) == 0);
    KTAP_CHECK(test_capabilities() == VMK_OK);
    vmk_UplinkActivate(nic.handle);
    KTAP_CHECK(happens(&nic.started));
    KTAP_CHECK(connect_client() == VMK_OK);
    KTAP_CHECK(test_reports() == VMK_OK);
    KTAP_CHECK(test_frames() == VMK_OK);
    KTAP_CHECK(test_uplink_poll() == VMK_OK);
    vmk_PortDisconnect(client.handle);
    vmk_UplinkUnregister(nic.handle);
    KTAP_CHECK(happens(&nic.quiesced));
    KTAP_CHECK(vmk_PktHeldByModule(vmk_ModuleCurrentID) == 0);
    return VMK_OK;
}

/* The TCP/IP stack. */

static VMK_ReturnStatus list_interfaces(vmk_AddrCookie data, vmk_IPInterface *list, vmk_uint32 *count)
{
    if (*count > 0) {
        list[0] = (vmk_IPInterface){.name = {"test0"}, .portGroup = {"none"}, .mtu = data.u32};
    }
    *count = 1;
    return VMK_OK;
}

static const vmk_IPStackOps stack_ops = {.interfacesGet = list_interfaces}, other_ops;

static vmk_StatusValue test_stack(void)
{
    KTAP_CHECK(vmk_IPStackRegister(&stack_ops, (vmk_AddrCookie){.u32 = MTU}) == VMK_OK);
    KTAP_CHECK(vmk_IPStackRegister(&other_ops, (vmk_AddrCookie){0}) == VMK_EXISTS);
    vmk_IPStackUnregister(&other_ops); /* Not the one there is. */
    KTAP_CHECK(vmk_IPStackRegister(&other_ops, (vmk_AddrCookie){0}) == VMK_EXISTS);
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"packets are copied and held", test_packets}, {"packets with bottom halves off", test_packets_bh},
    {"a poll runs while it has work", test_poll},  {"an uplink of the test's own", test_uplink},
    {"there is one TCP/IP stack", test_stack},
};

int init_module(void)
{
    vmk_StatusValue status = ktap_run(tests, VMK_ARRAY_SIZE(tests));

    if (status != VMK_OK) {
        vmk_IPStackUnregister(&stack_ops);
    }
    return status;
}

void cleanup_module(void)
{
    vmk_IPStackUnregister(&stack_ops);
}
