/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic - numbered frames through the unmodified driver, both ways at once, against a peer on the host:
 * none lost, none twice, none out of order, none altered. Then the driver is unloaded and loaded, and the
 * link taken down and up, while frames go on; each time every counter of the module is back where it was.
 */
#include "boot.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES    20000
#define FLOW_OUT  1
#define FLOW_IN   2
#define TIMEOUT_S 240
#define REPEATS   20

static const unsigned char traffic_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};

static struct peer *peer;
static struct machine *machine;

static void start_machine(void)
{
    peer = peer_open();
    ck_assert_ptr_nonnull(peer);
    struct machine_options options = boot_options("traffic");
    options.archive = BOOT_TEST_ARCHIVE;
    options.netdev = peer_netdev(peer);
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
    peer_close(peer);
}

START_TEST(test_frames_both_ways)
{
    peer_expect(peer, FLOW_OUT, FRAMES);
    char command[128];
    snprintf(command, sizeof command, "system module load traffic --parameters 'frames=%d'", FRAMES);
    free(boot_run(machine, command));
    peer_send(peer, traffic_mac, FLOW_IN, FRAMES);
    bool whole = peer_wait(peer, FRAMES, TIMEOUT_S);
    struct peer_counters out = peer_read(peer);
    ck_assert_msg(whole && out.received == FRAMES, "of %d frames sent %u reached the peer", FRAMES,
                  out.received);
    ck_assert_uint_eq(out.altered, 0);
    ck_assert_uint_eq(out.duplicated, 0);
    ck_assert_uint_eq(out.reordered, 0);

    /* The peer has written its last frame; the machine may still be taking it in. */
    for (int waited_s = 0; waited_s < 30 && boot_stat(machine, "test/traffic/received") < FRAMES;
         waited_s++) {
        machine_run_for(machine, 1000);
    }
    ck_assert_int_eq(boot_stat(machine, "test/traffic/received"), FRAMES);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/sent"), FRAMES);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/altered"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/duplicated"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/traffic/reordered"), 0);
    free(boot_run(machine, "system module unload traffic"));
}
END_TEST

/* What the shim holds while no driver is loaded, as text: equal texts are equal holdings. */
static char *held_by_shim(void)
{
    json_t *list = boot_json(machine, "system module account list");
    size_t i;
    json_t *row, *held = json_array();
    json_array_foreach(list, i, row)
    {
        const char *module = json_string_value(json_object_get(row, "Module"));
        ck_assert_msg(strcmp(module, "e1000") != 0, "e1000 is unloaded and still holds something");
        if (strcmp(module, "vmklinux-6.1") == 0) {
            json_array_append(held, row);
        }
    }
    char *text = json_dumps(held, JSON_SORT_KEYS);
    json_decref(held);
    json_decref(list);
    return text;
}

START_TEST(test_load_unload_under_traffic)
{
    free(boot_run(machine, "system module load traffic --parameters 'frames=1000 endless=1'"));
    peer_expect(peer, FLOW_OUT, 1000);
    peer_send(peer, traffic_mac, FLOW_IN, 1000000);
    char *first = NULL;
    for (int i = 0; i < REPEATS; i++) {
        free(boot_run(machine, "system module unload e1000"));
        char *now = held_by_shim();
        first = first != NULL ? first : strdup(now);
        ck_assert_str_eq(now, first);
        free(now);
        json_t *nics = boot_json(machine, "network nic list");
        ck_assert_uint_eq(json_array_size(nics), 0);
        json_decref(nics);
        free(boot_run(machine, "system module load e1000"));
        free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
    }
    free(first);
    peer_send(peer, traffic_mac, FLOW_IN, 0);
    free(boot_run(machine, "system module unload traffic"));
}
END_TEST

START_TEST(test_link_flaps)
{
    for (int i = 0; i < REPEATS; i++) {
        ck_assert_msg(
            machine_qmp(machine,
                        "{\"execute\": \"set_link\", \"arguments\": {\"name\": \"nic0\", \"up\": false}}",
                        NULL),
            "%s", machine_error(machine));
        free(boot_run(machine, "network nic wait -n vmnic0 --link down"));
        ck_assert_msg(
            machine_qmp(machine,
                        "{\"execute\": \"set_link\", \"arguments\": {\"name\": \"nic0\", \"up\": true}}",
                        NULL),
            "%s", machine_error(machine));
        free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traffic");
    TCase *tcase = tcase_create("traffic");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_frames_both_ways);
    tcase_add_test(tcase, test_load_unload_under_traffic);
    tcase_add_test(tcase, test_link_flaps);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
