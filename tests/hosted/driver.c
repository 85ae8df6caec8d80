/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.c - loading, traffic, and what is asked of both.
 */
#include "driver.h"

#include <core/uplink.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/net/net_pkt.h>
#include <vmkapi/net/net_port.h>

#define LINK_PATIENCE_MS 20000
#define BURST            32
#define HEADER           18 /* Addresses, type, number. */
#define PLACES           16384

vmk_ModuleID hosted_vmklinux_id, hosted_e1000_id;
int hosted_vmklinux_init(void);
void hosted_vmklinux_exit(void);
int hosted_e1000_init(void);
void hosted_e1000_exit(void);

struct nic nic;
struct arrivals at_wire, at_port;

static vmk_Port port;
static vmk_ModuleID test_id;
static const vmk_uint8 peer_mac[6] = {0x02, 0, 0, 0, 0, 0x99};

/* Fill @frame with what frame @number of @len bytes is. */
static void compose(vmk_uint8 *frame, unsigned number, unsigned len, vmk_Bool from_wire)
{
    vmk_EthAddress mac;

    vmk_PortMACGet(port, mac);
    memcpy(frame, from_wire ? mac : peer_mac, 6);
    memcpy(frame + 6, from_wire ? peer_mac : mac, 6);
    frame[12] = 0x88; /* Local experimental (IEEE 802). */
    frame[13] = 0xb5;
    memcpy(frame + 14, &number, 4);
    for (unsigned i = HEADER; i < len; i++) {
        frame[i] = (vmk_uint8)(number * 7 + i * 13);
    }
}

/* Where each frame began in memory, by its number: sent by the port, stored by the NIC, come to the port. */
static const void *sent_from[PLACES], *stored_at[PLACES], *delivered_at[PLACES];

static unsigned arrive(struct arrivals *at, const vmk_uint8 *frame, unsigned len, vmk_Bool from_wire)
{
    vmk_uint8 expected[NIC_FRAME_MAX];
    unsigned number;

    memcpy(&number, frame + 14, 4);
    at->count++;
    at->disordered += number != at->next;
    at->next = number + 1;
    compose(expected, number, len, from_wire);
    at->damaged += memcmp(frame, expected, len) != 0;
    return number % PLACES;
}

static void on_transmitted(struct nic *from, const vmk_uint8 *frame, unsigned len)
{
    unsigned place = arrive(&at_wire, frame, len, VMK_FALSE);

    at_wire.moved += from->tx_at != sent_from[place];
}

static void on_delivered(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_uint8 frame[NIC_FRAME_MAX];
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        unsigned len = pkt->frameLen;

        if (len > sizeof(frame) || vmk_PktCopyBytesOut(frame, len, 0, pkt) != VMK_OK) {
            at_port.damaged++;
        } else {
            delivered_at[arrive(&at_port, frame, len, VMK_TRUE)] = pkt->frame;
        }
        vmk_PktRelease(pkt);
    }
}

void driver_machine_start(void)
{
    hosted_start();
    test_id = hosted_module_add("test");
    hosted_vmklinux_id = hosted_module_add("vmklinux");
    hosted_e1000_id = hosted_module_add("e1000");
    nic_add(&nic, 2, on_transmitted);
    VMK_VERIFY(hosted_vmklinux_init() == 0);
    hosted_pci_start();
}

int driver_vmklinux_init(void)
{
    return hosted_vmklinux_init();
}

void driver_vmklinux_exit(void)
{
    hosted_vmklinux_exit();
}

vmk_Bool driver_vmklinux_is_clear(void)
{
    return hosted_module_is_clear(hosted_vmklinux_id);
}

int driver_load(void)
{
    return hosted_e1000_init();
}

vmk_Bool driver_link_becomes(vmk_Bool up)
{
    return uplink_wait_link("vmnic0", up ? VMK_LINK_STATE_UP : VMK_LINK_STATE_DOWN, LINK_PATIENCE_MS) ==
           VMK_OK;
}

void driver_load_and_wait(void)
{
    VMK_VERIFY(driver_load() == 0 && driver_link_becomes(VMK_TRUE));
}

VMK_ReturnStatus driver_up(void)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = uplink_claim("vmnic0", &uplink);

    if (status == VMK_OK) {
        status = uplink_up(uplink);
        uplink_yield(uplink);
    }
    return status;
}

vmk_Bool driver_is_clear(void)
{
    return hosted_module_is_clear(hosted_e1000_id);
}

vmk_Bool driver_unload(void)
{
    hosted_e1000_exit();
    return driver_is_clear();
}

void driver_port_connect(void)
{
    vmk_PortProps props = {
        .moduleID = test_id, .name = "test", .portGroup = "VM Network", .deliver = on_delivered};

    props.mac[0] = 0x02;
    props.mac[5] = 0x01;
    VMK_VERIFY(vmk_PortConnect(&props, &port) == VMK_OK);
}

void driver_port_disconnect(void)
{
    vmk_PortDisconnect(port);
}

void driver_expect(unsigned next)
{
    at_wire = at_port = (struct arrivals){.next = next};
}

static void send_one(vmk_PktList list, unsigned number, unsigned len)
{
    vmk_uint8 frame[NIC_FRAME_MAX];
    vmk_PktHandle *pkt;

    compose(frame, number, len, VMK_FALSE);
    VMK_VERIFY(vmk_PktAllocForModule(test_id, len, &pkt) == VMK_OK);
    VMK_VERIFY(vmk_PktFrameLenSet(pkt, len) == VMK_OK && vmk_PktCopyBytesIn(frame, len, 0, pkt) == VMK_OK);
    sent_from[number % PLACES] = pkt->frame;
    vmk_PktListAppendPkt(list, pkt);
}

void driver_send(unsigned first, unsigned count, unsigned len)
{
    VMK_PKTLIST_STACK_DEF_INIT(list);

    for (unsigned i = 0; i < count; i++) {
        send_one(list, first + i, len);
        if (i % BURST == BURST - 1 || i == count - 1) {
            vmk_PortInput(port, list);
            hosted_run_ms(1);
        }
    }
}

void driver_receive(unsigned first, unsigned count, unsigned len)
{
    vmk_uint8 frame[NIC_FRAME_MAX];

    for (unsigned i = 0; i < count; i++) {
        compose(frame, first + i, len, VMK_TRUE);
        nic_receive(&nic, frame, len);
        stored_at[(first + i) % PLACES] = nic.rx_at;
        if (i % BURST == BURST - 1) {
            hosted_run_ms(1);
        }
    }
    hosted_run_ms(10);
    for (unsigned i = 0; i < count; i++) {
        at_port.moved += delivered_at[(first + i) % PLACES] != stored_at[(first + i) % PLACES];
    }
}

void driver_set_mtu(unsigned mtu)
{
    VMK_VERIFY(vswitch_mtu_set("vSwitch0", mtu) == VMK_OK);
    /* The driver has reset the NIC: the link is known to be gone, and comes back. */
    VMK_VERIFY(uplink_link_is("vmnic0", VMK_LINK_STATE_DOWN));
    VMK_VERIFY(driver_link_becomes(VMK_TRUE));
}
