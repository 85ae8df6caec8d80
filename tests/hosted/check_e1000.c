/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_e1000.c - Linux's e1000, unmodified, with a NIC that does what it should: traffic and coming and
 * going.
 */
#include "driver.h"

#include <core/stats.h>
#include <core/vswitch.h>
#include <hosted/machine.h>
#include <run.h>
#include <string.h>

#define FRAMES        1000
#define COPYBREAK     252 /* e1000's 256, unless it is told otherwise, without the FCS. */
#define RESETS_A_LOSS 1

static void check_all_arrived(const struct arrivals *at, unsigned count)
{
    ck_assert_uint_eq(at->count, count);
    ck_assert_uint_eq(at->damaged, 0);
    ck_assert_uint_eq(at->disordered, 0);
}

static void start(void)
{
    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
}

static void stop(void)
{
    driver_port_disconnect();
    ck_assert(driver_unload());
}

START_TEST(leaves_nothing_behind)
{
    driver_machine_start();
    for (unsigned i = 0; i < 10; i++) {
        driver_load_and_wait();
        ck_assert(driver_unload());
    }
}
END_TEST

START_TEST(sends_and_receives)
{
    start();
    for (unsigned len = 60; len < 1514; len += 363) {
        driver_expect(0);
        driver_send(0, FRAMES, len);
        driver_receive(0, FRAMES, len);
        check_all_arrived(&at_wire, FRAMES);
        check_all_arrived(&at_port, FRAMES);
    }
    stop();
}
END_TEST

START_TEST(sends_every_length)
{
    start();
    driver_expect(60);
    for (unsigned len = 60; len <= 1514; len++) {
        driver_send(len, 1, len);
        driver_receive(len, 1, len);
    }
    check_all_arrived(&at_wire, 1514 - 60 + 1);
    check_all_arrived(&at_port, 1514 - 60 + 1);
    stop();
}
END_TEST

START_TEST(carries_jumbo_frames)
{
    start();
    driver_set_mtu(9000);
    for (unsigned len = 1514; len <= 9014; len += 1500) {
        driver_expect(0);
        driver_send(0, 100, len);
        driver_receive(0, 100, len);
        check_all_arrived(&at_wire, 100);
        check_all_arrived(&at_port, 100);
    }
    stop();
}
END_TEST

START_TEST(follows_the_link)
{
    start();
    for (unsigned i = 0; i < 10; i++) {
        nic_set_link(&nic, VMK_FALSE);
        ck_assert(driver_link_becomes(VMK_FALSE));
        nic_set_link(&nic, VMK_TRUE);
        ck_assert(driver_link_becomes(VMK_TRUE));
    }
    driver_expect(0);
    driver_send(0, FRAMES, 600);
    check_all_arrived(&at_wire, FRAMES);
    stop();
}
END_TEST

/*
 * Frames that are on the ring when the link goes make the driver reset the NIC, for it would never send them.
 * No others come behind: one reset a loss, however long clients go on sending.
 */
START_TEST(sends_nothing_without_link)
{
    start();
    for (unsigned i = 0; i < 10; i++) {
        unsigned resets = nic.resets;

        nic_set_link(&nic, VMK_FALSE);
        driver_expect(0);
        driver_send(0, FRAMES, 600);
        for (unsigned n = 0; n < 100; n++) {
            driver_send(0, 1, 600);
            hosted_run_ms(100);
        }
        ck_assert_uint_eq(at_wire.count, 0);
        ck_assert_uint_le(nic.resets - resets, RESETS_A_LOSS);
        nic_set_link(&nic, VMK_TRUE);
        ck_assert(driver_link_becomes(VMK_TRUE));
        driver_send(0, FRAMES, 600);
        check_all_arrived(&at_wire, FRAMES);
    }
    stop();
}
END_TEST

/* What a NIC in no switch receives goes nowhere, and is counted. */
START_TEST(counts_what_no_switch_takes)
{
    vmk_uint64 dropped;

    start();
    ck_assert_int_eq(vswitch_uplink_remove("vSwitch0", "vmnic0"), VMK_OK);
    driver_expect(0);
    driver_receive(0, 100, 600);
    ck_assert_uint_eq(at_port.count, 0);
    ck_assert_int_eq(stats_get("net/vmnic0/rx_no_port", &dropped), VMK_OK);
    ck_assert_uint_eq(dropped, 100);
    stop();
}
END_TEST

/* The next segment of a TCP connection, as one that GRO would join to the last. */
static void receive_segment(unsigned number)
{
    static const vmk_uint8 headers[] = {
        [12] = 0x08, 0x00, 0x45, 0, 0, 140, 0,           0,    0x40, 0,    64,          6,    [26] = 10, 0,
        0,           1,    10,   0, 0, 2,   [34] = 0x04, 0x00, 0x08, 0x00, [46] = 0x50, 0x10, 0x10,      0,
    };
    vmk_uint8 frame[154] = {0};

    memcpy(frame, headers, sizeof(headers));
    memset(frame, 0xff, 6);
    frame[41] = (vmk_uint8)(number * 100); /* Sequence number. */
    nic_receive(&nic, frame, sizeof(frame));
}

/* DEVIATION-010 */
START_TEST(hands_up_each_segment)
{
    start();
    driver_expect(0);
    for (unsigned i = 0; i < 2; i++) {
        receive_segment(i);
    }
    hosted_run_ms(10);
    ck_assert_uint_eq(at_port.count, 2);
    stop();
}
END_TEST

/*
 * From the port to the NIC and back nobody copies a frame: it is read and delivered where it lies. But the
 * driver copies short ones that come in, by its own choice (copybreak), which shows that a copy is seen.
 */
START_TEST(copies_no_frame)
{
    start();
    for (unsigned len = 60; len <= 1514; len++) {
        driver_expect(len);
        driver_send(len, 1, len);
        driver_receive(len, 1, len);
        check_all_arrived(&at_wire, 1);
        check_all_arrived(&at_port, 1);
        ck_assert_uint_eq(at_wire.moved, 0);
        ck_assert_uint_eq(at_port.moved, len <= COPYBREAK);
    }
    stop();
}
END_TEST

RUN_TESTS(leaves_nothing_behind, sends_and_receives, sends_every_length, carries_jumbo_frames,
          follows_the_link, sends_nothing_without_link, copies_no_frame, counts_what_no_switch_takes,
          hands_up_each_segment)
