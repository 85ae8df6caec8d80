/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic [FRAMES LOADS FLAPS] - numbered frames through the unmodified driver, both ways at once, against a
 * peer on the host: none lost, none twice, none out of order, none altered. Then the driver is unloaded and
 * loaded, and the link taken down and up, while frames go on. Each time all modules hold what they held.
 */
#include "boot.h"
#include "holdings.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#define FLOW_OUT       1
#define FLOW_IN        2
#define ACK_WINDOW     4096 /* Of QEMU's 10,000. */
#define ENDLESS        1000000000
#define FLOW_TIMEOUT_S 60

static const unsigned char traffic_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};

static int frames = 20000, loads = 20, flaps = 20;

static struct peer *peer;
static struct machine *machine;
static json_t *without_driver;

static void load_driver(const char *parameters)
{
    char command[128];
    snprintf(command, sizeof command, "system module load e1000 --parameters '%s'", parameters);
    free(boot_run(machine, command));
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
}

/* Unloaded, it leaves what there was before it came, timers included. */
static void unload_driver(void)
{
    free(boot_run(machine, "system module unload e1000"));
    holdings_expect(machine, without_driver, NULL);
}

static void start_machine(void)
{
    peer = peer_open();
    ck_assert_ptr_nonnull(peer);
    struct machine_options options = boot_options("traffic");
    options.archive = BOOT_TEST_ARCHIVE;
    options.netdev = peer_netdev(peer);
    machine = boot_up(&options);
    free(boot_run(machine, "system module unload e1000"));
    without_driver = holdings_take(machine);
    load_driver("");
}

static void stop_machine(void)
{
    boot_down(machine);
    peer_close(peer);
    json_decref(without_driver);
}

START_TEST(test_frames_both_ways)
{
    peer_expect(peer, FLOW_OUT, frames);
    char command[128];
    snprintf(command, sizeof command, "system module load traffic --parameters 'frames=%d ack_window=%d'",
             frames, ACK_WINDOW);
    free(boot_run(machine, command));
    peer_send(peer, traffic_mac, FLOW_IN, frames);
    unsigned patience_s = 120 + (unsigned)frames / 100;
    bool whole = peer_wait_received(peer, (unsigned)frames, patience_s) && peer_wait_sent(peer, patience_s);
    struct peer_counters out = peer_read(peer);
    ck_assert_msg(whole && out.received == (unsigned)frames, "of %d frames sent %u reached the peer", frames,
                  out.received);
    ck_assert_uint_eq(out.altered, 0);
    ck_assert_uint_eq(out.duplicated, 0);
    ck_assert_uint_eq(out.reordered, 0);

    /* The peer has written its last frame; the machine may still be taking it in. */
    for (int waited_s = 0; waited_s < 30 && boot_stat(machine, "test/traffic/received") < frames;
         waited_s++) {
        machine_run_for(machine, 1000);
    }
    ck_assert_int_eq(boot_stat(machine, "test/traffic/received"), frames);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/sent"), frames);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/altered"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/duplicated"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/reordered"), 0);
    free(boot_run(machine, "system module unload traffic"));
    unload_driver();
    load_driver("");
}
END_TEST

START_TEST(test_load_unload_under_traffic)
{
    free(boot_run(machine, "system module load traffic --parameters 'frames=1000 endless=1'"));
    peer_expect(peer, FLOW_OUT, 1000);
    peer_send(peer, traffic_mac, FLOW_IN, ENDLESS);
    json_t *without = NULL;
    for (int i = 0; i < loads; i++) {
        free(boot_run(machine, "system module unload e1000"));
        if (without == NULL) {
            without = holdings_take(machine);
            ck_assert(holdings_lack(without, "e1000"));
        }
        holdings_expect(machine, without, NULL);
        json_t *nics = boot_json(machine, "network nic list");
        ck_assert_uint_eq(json_array_size(nics), 0);
        json_decref(nics);
        load_driver("");
    }
    json_decref(without);
    peer_send(peer, traffic_mac, FLOW_IN, 0);
    free(boot_run(machine, "system module unload traffic"));
    unload_driver();
}
END_TEST

static void set_link(bool up)
{
    char json[128];
    snprintf(json, sizeof json,
             "{\"execute\": \"set_link\", \"arguments\": {\"name\": \"nic0\", \"up\": %s}}",
             up ? "true" : "false");
    ck_assert_msg(machine_qmp(machine, json, NULL), "%s", machine_error(machine));
    free(boot_run(machine,
                  up ? "network nic wait -n vmnic0 --link up" : "network nic wait -n vmnic0 --link down"));
}

/* How often the driver has reset the NIC to be rid of frames that would never have left it. */
static long long count_resets(void)
{
    json_t *counters = boot_json(machine, "network nic stats private get -n vmnic0");
    long long count =
        json_integer_value(json_object_get(boot_row(counters, "Name", "tx_timeout_count"), "Value"));
    json_decref(counters);
    return count;
}

/*
 * The module sends whether there is a link or not, and the peer does; then both stop, for the counting. Where
 * the driver copies short frames, its ring has one buffer more after a short one than after a long one: here
 * it does not copy.
 */
START_TEST(test_link_flaps_under_traffic)
{
    load_driver("copybreak=0");
    json_t *before = holdings_take(machine);
    long long resets = count_resets();
    for (int i = 0; i < flaps; i++) {
        free(boot_run(machine, "system module load traffic --parameters 'frames=1000 endless=1 blind=1'"));
        peer_expect(peer, FLOW_OUT, 1000);
        peer_send(peer, traffic_mac, FLOW_IN, ENDLESS);
        ck_assert(peer_wait_received(peer, 1000, FLOW_TIMEOUT_S));
        set_link(false);
        set_link(true);
        peer_expect(peer, FLOW_OUT, 1000);
        ck_assert_msg(peer_wait_received(peer, 1000, FLOW_TIMEOUT_S), "frames do not flow after flap %d", i);
        peer_send(peer, traffic_mac, FLOW_IN, 0);
        free(boot_run(machine, "system module unload traffic"));
        holdings_expect(machine, before, "e1000");
    }
    ck_assert_int_le(count_resets() - resets, flaps);
    json_decref(before);
    unload_driver();
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 4) {
        frames = atoi(argv[1]);
        loads = atoi(argv[2]);
        flaps = atoi(argv[3]);
    }
    Suite *suite = suite_create("traffic");
    TCase *tcase = tcase_create("traffic");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_frames_both_ways);
    tcase_add_test(tcase, test_load_unload_under_traffic);
    tcase_add_test(tcase, test_link_flaps_under_traffic);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
