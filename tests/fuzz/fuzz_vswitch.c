/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_vswitch.c - batches of frames into a switch, from clients, a trunk, and the wire.
 */
#include "fuzz.h"
#include "machine.h"
#include "nics.h"

#include <core/account.h>
#include <core/pkt.h>
#include <core/vswitch.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/net/net_pktlist.h>

#define MODULE  5u
#define CLIENTS 3u /* Untagged; VLAN 100; trunk. The wire is the one behind. */
#define BATCH   4u

static vmk_Port ports[CLIENTS];

/** What precedes a frame's bytes in the input. */
struct frame_head {
    uint8_t source, batch_end;
    uint16_t len, vlan, flags;
};

static void deliver(vmk_AddrCookie data, vmk_PktList list)
{
    while (!vmk_PktListIsEmpty(list)) {
        vmk_PktHandle *pkt = vmk_PktListPopFirstPkt(list);

        FUZZ_REQUIRE(pkt->srcPortID != ports[data.u32]->id);
        FUZZ_REQUIRE(pkt->mappedLen >= VMK_ETH_HDR_LENGTH && pkt->mappedLen <= pkt->frameLen);
        FUZZ_REQUIRE(data.u32 == CLIENTS - 1 || !vmk_PktMustVlanTag(pkt));
        vmk_PktRelease(pkt);
    }
}

static void event(vmk_AddrCookie data, vmk_PortEvent what)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char *const names[CLIENTS] = {"plain", "tagged", "trunk"};
    static const vmk_uint16 vlans[CLIENTS] = {0, 100, VMK_VLAN_ID_TRUNK};

    machine_describe(64);
    machine_start();
    account_init(vmk_NumPCPUs());
    pkt_init();
    vswitch_init();
    add_nic(0);
    for (unsigned i = 0; i < CLIENTS; i++) {
        vmk_PortProps props = {.moduleID = MODULE,
                               .name = names[i],
                               .portGroup = names[i],
                               .clientData.u32 = i,
                               .deliver = deliver,
                               .event = event};

        mac_of(i, props.mac);
        FUZZ_REQUIRE(vswitch_portgroup_add("vSwitch0", names[i]) == VMK_OK);
        FUZZ_REQUIRE(vswitch_portgroup_vlan_set(names[i], vlans[i]) == VMK_OK);
        FUZZ_REQUIRE(vmk_PortConnect(&props, &ports[i]) == VMK_OK);
    }
    return 0;
}

static vmk_PktHandle *take_frame(struct fuzz_input *input, const struct frame_head *head)
{
    vmk_uint32 len = head->len % 4096u;
    vmk_PktHandle *pkt;

    FUZZ_REQUIRE(vmk_PktAllocForModule(MODULE, len, &pkt) == VMK_OK);
    FUZZ_REQUIRE(vmk_PktFrameLenSet(pkt, len) == VMK_OK);
    fuzz_take(input, pkt->frame, pkt->mappedLen);
    if (head->flags & 1u) {
        vmk_PktVlanIDSet(pkt, head->vlan % 4095u);
    }
    return pkt;
}

static void send(unsigned source, vmk_PktList batch)
{
    if (source < CLIENTS) {
        vmk_PortInput(ports[source], batch);
    } else {
        vmk_BottomHalfDisable();
        vswitch_input(nics[0].port, batch);
        vmk_BottomHalfEnable();
        FUZZ_REQUIRE(vmk_PktListIsEmpty(&wire[0]));
    }
    vmk_PktListReleaseAllPkts(&wire[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len};
    VMK_PKTLIST_STACK_DEF_INIT(batch);

    now_s += 1000; /* What the last input taught has aged. */
    while (input.len > sizeof(struct frame_head)) {
        struct frame_head head;

        fuzz_take(&input, &head, sizeof(head));
        vmk_PktListAppendPkt(batch, take_frame(&input, &head));
        if (batch->count == BATCH || head.batch_end % 2 == 0 || input.len <= sizeof(head)) {
            send(head.source % (CLIENTS + 1), batch);
        }
    }
    FUZZ_REQUIRE(vmk_PktHeldByModule(MODULE) == 0);
    return 0;
}
