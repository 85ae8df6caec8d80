/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * traffic [FRAMES LOADS FLAPS] - numbered frames through the unmodified driver, both ways at once, against a
 * peer on the host: none lost, none twice, none out of order, none altered. Then the driver is unloaded and
 * loaded while frames go on, and the link taken down and up; each time driver and shim hold what they held.
 */
#include "boot.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#define FLOW_OUT 1
#define FLOW_IN  2

static const unsigned char traffic_mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x02};

static int frames = 20000, loads = 20, flaps = 20;

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
    peer_expect(peer, FLOW_OUT, frames);
    char command[128];
    snprintf(command, sizeof command, "system module load traffic --parameters 'frames=%d'", frames);
    free(boot_run(machine, command));
    peer_send(peer, traffic_mac, FLOW_IN, frames);
    bool whole = peer_wait(peer, frames, 120 + frames / 100);
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
}
END_TEST

/*
 * What the driver and the shim hold, as text: equal texts are equal holdings. Timers are left out: a driver
 * that runs has now one more armed, now one less. They count where it is unloaded, and must be none.
 */
static char *held(void)
{
    json_t *list = boot_json(machine, "system module account list");
    size_t i;
    json_t *row, *rows = json_array();
    json_array_foreach(list, i, row)
    {
        const char *module = json_string_value(json_object_get(row, "Module"));
        const char *resource = json_string_value(json_object_get(row, "Resource"));
        if (strcmp(module, "e1000") == 0 || strcmp(module, "vmklinux-6.1") == 0) {
            if (strcmp(resource, "timers") == 0) {
                continue;
            }
            json_array_append(rows, row);
        }
    }
    char *text = json_dumps(rows, JSON_SORT_KEYS);
    json_decref(rows);
    json_decref(list);
    return text;
}

/* Unloading is refused while a timer is armed; that none is left is looked at all the same. */
static void check_no_timers(void)
{
    json_t *list = boot_json(machine, "system module account list");
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        ck_assert_str_ne(json_string_value(json_object_get(row, "Module")), "e1000");
    }
    json_decref(list);
}

START_TEST(test_load_unload_under_traffic)
{
    free(boot_run(machine, "system module load traffic --parameters 'frames=1000 endless=1'"));
    peer_expect(peer, FLOW_OUT, 1000);
    peer_send(peer, traffic_mac, FLOW_IN, 1000000);
    char *first = NULL;
    for (int i = 0; i < loads; i++) {
        free(boot_run(machine, "system module unload e1000"));
        char *now = held();
        ck_assert_msg(strstr(now, "e1000") == NULL, "e1000 is unloaded and holds %s", now);
        check_no_timers();
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

START_TEST(test_link_flaps)
{
    char *before = held();
    for (int i = 0; i < flaps; i++) {
        set_link(false);
        set_link(true);
        char *now = held();
        ck_assert_str_eq(now, before);
        free(now);
    }
    free(before);
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
    tcase_add_test(tcase, test_link_flaps);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
