/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_vswitch.c - a switch with clients and two pretended uplinks: learning, flooding, VLANs, teaming,
 * counters.
 */
#include "machine.h"
#include "nics.h"
#include "run.h"

#include <string.h>

#include <core/account.h>
#include <core/pkt.h>
#include <core/vswitch.h>
#include <vmkapi/base/bottom_half.h>

#define CLIENTS 4
#define MODULE  5u

/* Clients. */

static vmk_Port ports[CLIENTS];
static struct vmk_PktListInt delivered[CLIENTS];
static unsigned deliveries;
static unsigned events[CLIENTS];

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    ck_assert_uint_ne(VMK_THIS_PCPU->preempt_count, 0);
    for (const vmk_PktHandle *pkt = list->first; pkt; pkt = pkt->next) {
        ck_assert_uint_eq(pkt->holder, MODULE);
    }
    deliveries++;
    vmk_PktListAppend(&delivered[data.u32], list);
}

static void event(vmk_AddrCookie data, vmk_PortEvent what)
{
    events[data.u32] |= 1u << what;
}

static vmk_StatusValue connect_client(unsigned n, const char *group)
{
    static const char *const names[CLIENTS] = {"c0", "c1", "c2", "c3"};
    vmk_PortProps props = {.moduleID = MODULE,
                           .name = names[n],
                           .portGroup = group,
                           .clientData.u32 = n,
                           .deliver = deliver,
                           .event = event};

    mac_of(n, props.mac);
    return vmk_PortConnect(&props, &ports[n]);
}

static void start(void)
{
    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    vswitch_init();
}

static void start_with(unsigned clients, unsigned uplinks)
{
    start();
    if (uplinks > 1) {
        ck_assert_int_eq(vswitch_uplink_add("vSwitch0", "vmnic1"), VMK_OK);
    }
    for (unsigned i = 0; i < uplinks; i++) {
        add_nic(i);
    }
    for (unsigned i = 0; i < clients; i++) {
        ck_assert_int_eq(connect_client(i, "VM Network"), VMK_OK);
    }
}

/* Frames. */

static vmk_PktHandle *frame(const vmk_uint8 *dst, const vmk_uint8 *src, unsigned len)
{
    vmk_PktHandle *pkt;

    ck_assert_int_eq(vmk_PktAlloc(len, &pkt), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, len), VMK_OK);
    memset(pkt->frame, 0, len);
    memcpy(pkt->frame, dst, 6);
    memcpy(pkt->frame + 6, src, 6);
    memcpy(pkt->frame + 12, "\x08\x00", 2);
    return pkt;
}

/** A frame between numbered addresses; 255 is broadcast. */
static vmk_PktHandle *numbered(unsigned dst, unsigned src)
{
    vmk_uint8 to[6], from[6];

    mac_of(dst, to);
    mac_of(src, from);
    if (dst == 255) {
        memset(to, 0xff, 6);
    }
    return frame(to, from, 60);
}

static void from_client(unsigned n, vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    vmk_PortInput(ports[n], list);
    ck_assert(vmk_PktListIsEmpty(list));
}

static void from_wire(unsigned n, vmk_PktHandle *pkt)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    vmk_PktListAppendPkt(list, pkt);
    vmk_BottomHalfDisable();
    vswitch_input(nics[n].port, list);
    vmk_BottomHalfEnable();
}

/** Expect exactly @p count frames at @p list, and release them. */
static void expect(vmk_PktList list, unsigned count)
{
    ck_assert_uint_eq(list->count, count);
    vmk_PktListReleaseAllPkts(list);
}

static void expect_all(const unsigned *clients, const unsigned *uplinks)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        expect(&delivered[i], clients[i]);
    }
    for (unsigned i = 0; i < UPLINKS; i++) {
        expect(&wire[i], uplinks[i]);
    }
    ck_assert_uint_eq(vmk_PktHeldByModule(VMK_VMKERNEL_MODULE_ID), 0);
    ck_assert_uint_eq(vmk_PktHeldByModule(MODULE), 0);
    ck_assert_uint_eq(vmk_PktHeldByModule(NICS_MODULE), 0);
}

#define EXPECT(c0, c1, c2, c3, u0, u1) expect_all((unsigned[]){c0, c1, c2, c3}, (unsigned[]){u0, u1})

START_TEST(known_unicast_goes_to_its_port_without_copy)
{
    vmk_PktHandle *pkt;

    start_with(3, 1);
    pkt = numbered(1, 0);
    from_client(0, pkt);
    ck_assert_ptr_eq(delivered[1].first, pkt);
    ck_assert(vmk_PktIsWritable(pkt));
    ck_assert_uint_eq(pkt->srcPortID, vmk_PortIDGet(ports[0]));
    EXPECT(0, 1, 0, 0, 0, 0);
    from_wire(0, numbered(2, 50));
    EXPECT(0, 0, 1, 0, 0, 0);
    from_client(0, numbered(0, 0));
    EXPECT(0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(unknown_unicast_goes_out_only)
{
    start_with(3, 1);
    from_client(0, numbered(77, 0));
    EXPECT(0, 0, 0, 0, 1, 0);
    from_wire(0, numbered(78, 77));
    EXPECT(0, 0, 0, 0, 0, 0);
    from_client(0, numbered(77, 0));
    EXPECT(0, 0, 0, 0, 1, 0);
}
END_TEST

START_TEST(broadcast_reaches_everybody_else)
{
    start_with(4, 1);
    from_client(0, numbered(255, 0));
    ck_assert(!vmk_PktIsWritable(delivered[1].first));
    EXPECT(0, 1, 1, 1, 1, 0);
    from_wire(0, numbered(255, 50));
    EXPECT(1, 1, 1, 1, 0, 0);
}
END_TEST

START_TEST(a_batch_keeps_its_order)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_PktHandle *pkt;
    unsigned next[2] = {0, 0};

    start_with(3, 1);
    for (unsigned i = 0; i < 64; i++) {
        pkt = numbered(i % 5 < 2 ? 1 : 2, 0);
        pkt->frame[20] = (vmk_uint8)i;
        vmk_PktListAppendPkt(list, pkt);
    }
    vmk_PortInput(ports[0], list);
    ck_assert_uint_eq(delivered[1].count + delivered[2].count, 64);
    for (unsigned c = 0; c < 2; c++) {
        for (pkt = delivered[1 + c].first; pkt; pkt = pkt->next) {
            ck_assert_uint_ge(pkt->frame[20], next[c]);
            next[c] = pkt->frame[20] + 1u;
        }
        vmk_PktListReleaseAllPkts(&delivered[1 + c]);
    }
}
END_TEST

/** A list of frames from address 0, to the numbered addresses in @p text, a digit each. */
static void numbered_list(const char *text, vmk_PktList list)
{
    for (; *text; text++) {
        vmk_PktListAppendPkt(list, numbered((unsigned)(*text - '0'), 0));
    }
}

START_TEST(runs_are_handed_on_whole_and_cut_where_they_end)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    struct port_stats stats;

    start_with(3, 1);
    numbered_list("1111", list);
    vmk_PortInput(ports[0], list);
    ck_assert_uint_eq(deliveries, 1);
    EXPECT(0, 4, 0, 0, 0, 0);
    numbered_list("111", list); /* goes on */
    vmk_PortInput(ports[0], list);
    ck_assert_uint_eq(deliveries, 2);
    EXPECT(0, 3, 0, 0, 0, 0);
    numbered_list("11122911", list); /* ends within */
    vmk_PortInput(ports[0], list);
    ck_assert(vmk_PktListIsEmpty(list));
    ck_assert_uint_eq(deliveries, 5);
    EXPECT(0, 5, 2, 0, 1, 0);
    port_stats_get(ports[0], &stats);
    ck_assert_uint_eq(stats.rx_packets, 15);
    ck_assert_uint_eq(stats.rx_bytes, 15 * 60);
    port_stats_get(ports[1], &stats);
    ck_assert_uint_eq(stats.tx_packets, 12);
    ck_assert_uint_eq(stats.tx_bytes, 12 * 60);
}
END_TEST

START_TEST(what_does_not_fit_a_run_is_looked_at)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);
    struct port_stats stats;

    start_with(3, 1);
    from_client(0, numbered(1, 0));
    numbered_list("1111", list);
    ck_assert_int_eq(vmk_PktFrameLenSet(list->first->next, 13), VMK_OK);         /* no header */
    ck_assert_int_eq(vmk_PktFrameLenSet(list->first->next->next, 1600), VMK_OK); /* too long */
    vmk_PktVlanIDSet(list->last, 20);
    vmk_PortInput(ports[0], list);
    ck_assert_uint_eq(delivered[1].last->flags & VMK_PKT_FLAG_VLAN, 0);
    EXPECT(0, 3, 0, 0, 0, 0);
    port_stats_get(ports[0], &stats);
    ck_assert_uint_eq(stats.rx_dropped, 2);
    vmk_PortPromiscSet(ports[2], VMK_TRUE); /* from now on more than one wants them */
    from_client(0, numbered(1, 0));
    EXPECT(0, 1, 1, 0, 0, 0);
    vmk_PortPromiscSet(ports[2], VMK_FALSE);
    from_client(0, numbered(1, 0));
    vmk_PortDisconnect(ports[1]);
    from_client(0, numbered(1, 0));
    EXPECT(0, 1, 0, 0, 1, 0);
}
END_TEST

START_TEST(a_run_is_tagged_for_a_trunk)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    start_with(0, 1);
    ck_assert_int_eq(vswitch_portgroup_add("vSwitch0", "ten"), VMK_OK);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("ten", 10), VMK_OK);
    ck_assert_int_eq(connect_client(0, "ten"), VMK_OK);
    for (unsigned round = 0; round < 2; round++) {
        numbered_list("777", list);
        vmk_PortInput(ports[0], list);
        for (const vmk_PktHandle *pkt = wire[0].first; pkt; pkt = pkt->next) {
            ck_assert_uint_eq(vmk_PktVlanIDGet(pkt), 10);
        }
        EXPECT(0, 0, 0, 0, 3, 0);
    }
}
END_TEST

START_TEST(vlans_are_kept_apart)
{
    vmk_PktHandle *pkt;

    start_with(0, 1);
    ck_assert_int_eq(vswitch_portgroup_add("vSwitch0", "ten"), VMK_OK);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("ten", 10), VMK_OK);
    ck_assert_int_eq(vswitch_portgroup_add("vSwitch0", "trunk"), VMK_OK);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("trunk", VMK_VLAN_ID_TRUNK), VMK_OK);
    ck_assert_int_eq(connect_client(0, "VM Network"), VMK_OK);
    ck_assert_int_eq(connect_client(1, "ten"), VMK_OK);
    ck_assert_int_eq(connect_client(2, "ten"), VMK_OK);
    ck_assert_int_eq(connect_client(3, "trunk"), VMK_OK);

    from_client(1, numbered(255, 1));
    ck_assert_uint_eq(vmk_PktVlanIDGet(wire[0].first), 10);
    ck_assert_uint_eq(vmk_PktVlanIDGet(delivered[3].first), 10);
    ck_assert(!vmk_PktMustVlanTag(delivered[2].first));
    EXPECT(0, 0, 1, 1, 1, 0);

    from_client(0, numbered(1, 0)); /* another VLAN: unknown there */
    ck_assert(!vmk_PktMustVlanTag(wire[0].first));
    EXPECT(0, 0, 0, 0, 1, 0);

    pkt = numbered(1, 50);
    vmk_PktVlanIDSet(pkt, 10);
    from_wire(0, pkt);
    ck_assert(!vmk_PktMustVlanTag(delivered[1].first));
    EXPECT(0, 1, 0, 0, 0, 0);
    from_wire(0, numbered(1, 50)); /* untagged */
    EXPECT(0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(tags_in_frames_are_understood)
{
    vmk_PktHandle *pkt;
    vmk_uint8 dst[6], src[6];

    start_with(0, 1);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("VM Network", 10), VMK_OK);
    ck_assert_int_eq(connect_client(0, "VM Network"), VMK_OK);
    mac_of(0, dst);
    mac_of(50, src);
    pkt = frame(dst, src, 64);
    memcpy(pkt->frame + 12, "\x81\x00\x60\x0a\x86\xdd", 6);
    from_wire(0, pkt);
    ck_assert_uint_eq(delivered[0].first->frameLen, 60);
    ck_assert_mem_eq(delivered[0].first->frame, dst, 6);
    ck_assert_mem_eq(delivered[0].first->frame + 6, src, 6);
    ck_assert_mem_eq(delivered[0].first->frame + 12, "\x86\xdd", 2);
    EXPECT(1, 0, 0, 0, 0, 0);
    pkt = frame(src, dst, 64); /* an access port does not tag */
    memcpy(pkt->frame + 12, "\x81\x00\x60\x0a", 4);
    from_client(0, pkt);
    EXPECT(0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(malformed_frames_are_dropped_and_counted)
{
    struct port_stats stats;
    vmk_PktHandle *pkt;

    start_with(2, 1);
    pkt = numbered(1, 0);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, 13), VMK_OK);
    from_client(0, pkt);
    pkt = numbered(1, 0);
    memset(pkt->frame + 6, 0xff, 6);
    from_client(0, pkt);
    ck_assert_int_eq(vmk_PktAlloc(3000, &pkt), VMK_OK);
    ck_assert_int_eq(vmk_PktFrameLenSet(pkt, 1519), VMK_OK);
    mac_of(1, pkt->frame);
    mac_of(0, pkt->frame + 6);
    from_client(0, pkt);
    EXPECT(0, 0, 0, 0, 0, 0);
    port_stats_get(ports[0], &stats);
    ck_assert_uint_eq(stats.rx_packets, 3);
    ck_assert_uint_eq(stats.rx_dropped, 3);
    ck_assert_uint_eq(stats.rx_bytes, 13 + 60 + 1519);
}
END_TEST

START_TEST(counters_tell_packets_and_bytes)
{
    struct port_stats stats;

    start_with(2, 1);
    from_client(0, numbered(1, 0));
    from_client(0, numbered(255, 0));
    port_stats_get(ports[0], &stats);
    ck_assert_uint_eq(stats.rx_packets, 2);
    ck_assert_uint_eq(stats.rx_bytes, 120);
    port_stats_get(ports[1], &stats);
    ck_assert_uint_eq(stats.tx_packets, 2);
    ck_assert_uint_eq(stats.tx_bytes, 120);
    EXPECT(0, 2, 0, 0, 1, 0);
}
END_TEST

static void expect_vlans(unsigned nic, unsigned count, vmk_uint16 one)
{
    unsigned found = 0;

    for (vmk_uint16 vlan = 0; vlan <= VMK_VLAN_ID_MASK; vlan++) {
        found += vlan_set_has(&nics[nic].vlans, vlan);
    }
    ck_assert_uint_eq(found, count);
    ck_assert(count == 0 || vlan_set_has(&nics[nic].vlans, one));
}

START_TEST(nics_let_the_vlans_of_their_clients_through)
{
    start_with(2, 1);
    expect_vlans(0, 0, 0);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("VM Network", 4094), VMK_OK);
    expect_vlans(0, 1, 4094);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("VM Network", 1), VMK_OK);
    expect_vlans(0, 1, 1);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("VM Network", VMK_VLAN_ID_TRUNK), VMK_OK);
    expect_vlans(0, 0, 0);
    ck_assert_uint_ne(nics[0].filter & VMK_UPLINK_STATE_PROMISC, 0);
    ck_assert_int_eq(vswitch_portgroup_vlan_set("VM Network", 0), VMK_OK);
    expect_vlans(0, 0, 0);
}
END_TEST

START_TEST(a_promiscuous_client_sees_all_of_its_vlan)
{
    start_with(3, 1);
    vmk_PortPromiscSet(ports[2], VMK_TRUE);
    ck_assert_uint_ne(nics[0].filter & VMK_UPLINK_STATE_PROMISC, 0);
    from_client(0, numbered(1, 0));
    EXPECT(0, 1, 1, 0, 0, 0);
    from_wire(0, numbered(99, 98));
    EXPECT(0, 0, 1, 0, 0, 0);
    vmk_PortPromiscSet(ports[2], VMK_FALSE);
    from_wire(0, numbered(99, 98));
    EXPECT(0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(addresses_move_and_age)
{
    start_with(3, 1);
    vmk_PortPromiscSet(ports[0], VMK_TRUE);
    vmk_PortPromiscSet(ports[1], VMK_TRUE);
    from_client(0, numbered(77, 60)); /* 60 is behind c0 now */
    EXPECT(0, 1, 0, 0, 1, 0);
    from_wire(0, numbered(60, 50));
    EXPECT(1, 1, 0, 0, 0, 0);
    vmk_PortPromiscSet(ports[0], VMK_FALSE);
    vmk_PortPromiscSet(ports[1], VMK_FALSE);
    from_client(2, numbered(60, 2));
    EXPECT(1, 0, 0, 0, 0, 0);
    now_s += MAC_AGE_S + 1;
    from_client(2, numbered(60, 2)); /* forgotten: out */
    EXPECT(0, 0, 0, 0, 1, 0);
    from_client(1, numbered(77, 60));
    EXPECT(0, 0, 0, 0, 1, 0);
    from_client(2, numbered(60, 2)); /* behind c1 now */
    EXPECT(0, 1, 0, 0, 0, 0);
}
END_TEST

/* A stranger on the wire can't take over a client's address. */
START_TEST(a_clients_address_cannot_be_taken)
{
    start_with(2, 1);
    from_wire(0, numbered(0, 1));
    EXPECT(1, 0, 0, 0, 0, 0);
    from_client(0, numbered(1, 0));
    EXPECT(0, 1, 0, 0, 0, 0);
}
END_TEST

START_TEST(frames_never_go_from_uplink_to_uplink)
{
    start_with(4, 2);
    from_wire(0, numbered(255, 50));
    from_wire(0, numbered(51, 50));
    from_wire(1, numbered(50, 51));
    ck_assert_uint_eq(wire[0].count + wire[1].count, 0);
    for (unsigned i = 0; i < CLIENTS; i++) {
        /* Each client has one uplink; the broadcast came in by one. */
        expect(&delivered[i], ports[i]->uplink->nic == &nics[0]);
    }
    from_client(0, numbered(50, 0)); /* learned on vmnic1; c0 sends by its own */
    expect(&wire[ports[0]->uplink->nic - nics], 1);
    EXPECT(0, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(clients_move_to_an_uplink_with_link)
{
    start_with(4, 2);
    nics[0].link.state = VMK_LINK_STATE_DOWN;
    vswitch_announce(&nics[0], VMK_PORT_EVENT_LINK_DOWN);
    for (unsigned i = 0; i < CLIENTS; i++) {
        ck_assert_ptr_eq(ports[i]->uplink->nic, &nics[1]);
        ck_assert_int_eq(vmk_PortLinkStateGet(ports[i]), VMK_LINK_STATE_UP);
    }
    from_client(0, numbered(255, 0));
    EXPECT(0, 1, 1, 1, 0, 1);
    vswitch_detach(&nics[1]);
    for (unsigned i = 0; i < CLIENTS; i++) {
        ck_assert_ptr_eq(ports[i]->uplink->nic, &nics[0]);
        ck_assert_int_eq(vmk_PortLinkStateGet(ports[i]), VMK_LINK_STATE_DOWN);
    }
    vswitch_detach(&nics[0]);
    ck_assert_int_eq(vmk_PortLinkStateGet(ports[0]), VMK_LINK_STATE_DOWN);
    from_client(0, numbered(255, 0));
    EXPECT(0, 1, 1, 1, 0, 0);
}
END_TEST

START_TEST(a_client_may_take_its_uplinks_address)
{
    vmk_PortProps props = {.moduleID = MODULE,
                           .name = "vmk0",
                           .portGroup = "Management Network",
                           .clientData.u32 = 0,
                           .deliver = deliver,
                           .event = event};
    vmk_EthAddress mac;

    start();
    ck_assert_int_eq(vmk_PortConnect(&props, &ports[0]), VMK_OK);
    vmk_PortMACGet(ports[0], mac);
    ck_assert_uint_eq(mac[0], 2);
    add_nic(0);
    ck_assert_uint_eq(events[0], 1u << VMK_PORT_EVENT_MAC | 1u << VMK_PORT_EVENT_LINK_UP);
    vmk_PortMACGet(ports[0], mac);
    ck_assert_mem_eq(mac, nics[0].reg.mac, 6);
    ck_assert_uint_eq(nics[0].filter & VMK_UPLINK_STATE_PROMISC, 0);
    from_wire(0, numbered(100, 50));
    EXPECT(1, 0, 0, 0, 0, 0);

    /* The NIC's changes: who has it goes along, who has its own does not hear of it. */
    ck_assert_int_eq(connect_client(1, "VM Network"), VMK_OK);
    events[0] = events[1] = 0;
    mac_of(101, nics[0].reg.mac);
    vswitch_announce(&nics[0], VMK_PORT_EVENT_MAC);
    ck_assert_uint_eq(events[0], 1u << VMK_PORT_EVENT_MAC);
    ck_assert_uint_eq(events[1], 0);
    vmk_PortMACGet(ports[0], mac);
    ck_assert_mem_eq(mac, nics[0].reg.mac, 6);
    from_wire(0, numbered(101, 50));
    EXPECT(1, 0, 0, 0, 0, 0);
}
END_TEST

START_TEST(configuration_errors_are_told)
{
    start_with(1, 1);
    ck_assert_int_eq(connect_client(0, "VM Network"), VMK_EXISTS);
    ck_assert_int_eq(connect_client(1, "nowhere"), VMK_NOT_FOUND);
    ck_assert_int_eq(connect_client(1, ""), VMK_NOT_FOUND);
    ck_assert_int_eq(vswitch_create("vSwitch0"), VMK_EXISTS);
    ck_assert_int_eq(vswitch_create(""), VMK_BAD_PARAM);
    ck_assert_int_eq(vswitch_remove("vSwitch0"), VMK_BUSY);
    ck_assert_int_eq(vswitch_remove("vSwitch9"), VMK_NOT_FOUND);
    ck_assert_int_eq(vswitch_portgroup_remove("vSwitch0", "VM Network"), VMK_BUSY);
    ck_assert_int_eq(vswitch_portgroup_remove("vSwitch0", ""), VMK_NOT_FOUND);
    ck_assert_int_eq(vswitch_uplink_add("vSwitch0", "vmnic0"), VMK_EXISTS);
    ck_assert_int_eq(vswitch_uplink_remove("vSwitch0", ""), VMK_NOT_FOUND);
    ck_assert_int_eq(vswitch_mtu_set("vSwitch0", 9001), VMK_BAD_PARAM);
    ck_assert_uint_eq(vmk_PortMTUGet(ports[0]), 1500);
    ck_assert_int_eq(vswitch_mtu_set("vSwitch0", 9000), VMK_OK);
    ck_assert_uint_eq(nics[0].reg.mtu, 9000);
    ck_assert_uint_eq(events[0] & 1u << VMK_PORT_EVENT_MTU, 1u << VMK_PORT_EVENT_MTU);
    vmk_PortDisconnect(ports[0]);
    ck_assert_int_eq(vswitch_remove("vSwitch0"), VMK_OK);
    ck_assert_ptr_null(nics[0].port);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PORTS), 0);
}
END_TEST

START_TEST(ports_come_and_go)
{
    start_with(0, 1);
    for (unsigned round = 0; round < 200; round++) {
        for (unsigned i = 0; i < CLIENTS; i++) {
            ck_assert_int_eq(connect_client(i, "VM Network"), VMK_OK);
        }
        from_client(round % CLIENTS, numbered((round + 1) % CLIENTS, round % CLIENTS));
        expect(&delivered[(round + 1) % CLIENTS], 1);
        for (unsigned i = 0; i < CLIENTS; i++) {
            vmk_PortDisconnect(ports[i]);
        }
    }
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PORTS), 0);
}
END_TEST

RUN_TESTS(known_unicast_goes_to_its_port_without_copy, unknown_unicast_goes_out_only,
          broadcast_reaches_everybody_else, a_batch_keeps_its_order,
          runs_are_handed_on_whole_and_cut_where_they_end, what_does_not_fit_a_run_is_looked_at,
          a_run_is_tagged_for_a_trunk, vlans_are_kept_apart, tags_in_frames_are_understood,
          malformed_frames_are_dropped_and_counted, counters_tell_packets_and_bytes,
          nics_let_the_vlans_of_their_clients_through, a_promiscuous_client_sees_all_of_its_vlan,
          addresses_move_and_age, a_clients_address_cannot_be_taken, frames_never_go_from_uplink_to_uplink,
          clients_move_to_an_uplink_with_link, a_client_may_take_its_uplinks_address,
          configuration_errors_are_told, ports_come_and_go)
