/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * functions_start.c - a machine with two functions on one interrupt line, vmklinux, and a module of Linux's
 * side, whose name MODULE is. The functions have nothing but a configuration space.
 */
#include "../unit/vmklinux/linux_test.h"
#include "functions_start.h"

#include <core/uplink.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <hosted/pci.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/net/net_pkt.h>
#include <vmkapi/net/net_port.h>

#define PASTE(a, b, c)       a##b##c
#define HOSTED(module, what) PASTE(hosted_, module, what)
#define QUOTE(word)          #word
#define NAME_OF(word)        QUOTE(word)

vmk_ModuleID hosted_vmklinux_id, HOSTED(MODULE, _id);
int hosted_vmklinux_init(void);
int HOSTED(MODULE, _init)(void);

#ifndef CLASS_OF_FUNCTIONS
#define CLASS_OF_FUNCTIONS 0x02 /* Network. */
#endif

#define STATUS           0x06
#define STATUS_CAP_LIST  0x10
#define CLASS            0x0b
#define CAPABILITIES     0x34
#define INTERRUPT_PIN    0x3d
#define POWER_MANAGEMENT 0x40 /* Where the capability is; its ID is 1. */

static struct hosted_pci_function functions[2];

static void plug_in(struct hosted_pci_function *function, vmk_uint8 slot)
{
    static const vmk_uint8 ids[] = {0x34, 0x12, 0x78, 0x56};

    function->slot = slot;
    memcpy(function->config, ids, sizeof(ids));
    function->config[STATUS] = STATUS_CAP_LIST;
    function->config[CLASS] = CLASS_OF_FUNCTIONS;
    function->config[CAPABILITIES] = POWER_MANAGEMENT;
    function->config[INTERRUPT_PIN] = 1;
    function->config[POWER_MANAGEMENT] = 1;
    function->config[POWER_MANAGEMENT + 2] = 3; /* The version of its registers. */
    hosted_pci_add(function);
}

void linux_test_start(void)
{
    hosted_start();
    hosted_vmklinux_id = hosted_module_add("vmklinux");
    HOSTED(MODULE, _id) = hosted_module_add(NAME_OF(MODULE));
    /* Four slots apart, their pins meet. */
    plug_in(&functions[0], 2);
    plug_in(&functions[1], 6);
    VMK_VERIFY(hosted_vmklinux_init() == 0);
    hosted_pci_start();
    VMK_VERIFY(HOSTED(MODULE, _init)() == 0);
}

void raise_line(_Bool asserted)
{
    hosted_pci_set_pin(&functions[0], asserted);
    if (asserted) {
        hosted_run_ms(1);
    }
}

static void send_frame(vmk_Port port)
{
    static const vmk_uint8 frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, [12] = 0x88, 0xb5};
    VMK_PKTLIST_STACK_DEF_INIT(list);
    vmk_PktHandle *pkt;

    VMK_VERIFY(vmk_PktAllocForModule(HOSTED(MODULE, _id), sizeof(frame), &pkt) == VMK_OK);
    VMK_VERIFY(vmk_PktFrameLenSet(pkt, sizeof(frame)) == VMK_OK &&
               vmk_PktCopyBytesIn(frame, sizeof(frame), 0, pkt) == VMK_OK);
    vmk_PktListAppendPkt(list, pkt);
    vmk_PortInput(port, list);
    hosted_run_ms(100);
}

static void drop(vmk_AddrCookie data, vmk_PktList list)
{
    vmk_PktHandle *pkt;

    while ((pkt = vmk_PktListPopFirstPkt(list)) != NULL) {
        vmk_PktRelease(pkt);
    }
}

void use_uplink(_Bool on)
{
    static vmk_Port port;
    vmk_PortProps props = {
        .moduleID = HOSTED(MODULE, _id), .name = "test", .portGroup = "VM Network", .deliver = drop};
    struct vmk_UplinkInt *uplink;

    props.mac[0] = 0x02;
    if (!on) {
        vmk_PortDisconnect(port);
        port = NULL;
        return;
    }
    if (port == NULL) {
        VMK_VERIFY(uplink_claim("vmnic0", &uplink) == VMK_OK);
        VMK_VERIFY(uplink_up(uplink) == VMK_OK);
        uplink_yield(uplink);
        VMK_VERIFY(vmk_PortConnect(&props, &port) == VMK_OK);
    }
    send_frame(port);
}
