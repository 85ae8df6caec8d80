/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * faults - each fault point armed in turn while the driver is loaded and unloaded, packets flow and commands
 * run: anything may fail, nothing crashes, and with the point disarmed everything works and all modules hold
 * what they held before. A transmitter that hangs is recovered by the driver's watchdog.
 */
#include "boot.h"
#include "fetch.h"
#include "holdings.h"
#include "peer.h"

#include <stdlib.h>
#include <string.h>

#define TRIES          5
#define TX_TIMEOUT_S   60
#define FLOW_OUT       1
#define FRAMES         1000
#define WINDOW         1000 /* More than the ring takes. */
#define COMMAND_TIME_S 30
#define LEASE_TIME_S   60

static struct machine *machine;
static struct peer *peer;
static unsigned port;
static json_t *without_driver;

static const struct {
    const char *point;
    unsigned every;
} faults[] = {
    {"heap_no_memory", 2},      {"heap_no_memory", 7},  {"heap_no_memory", 33},  {"heap_no_memory", 150},
    {"page_no_memory", 1},      {"page_no_memory", 5},  {"packet_no_memory", 1}, {"packet_no_memory", 3},
    {"packet_no_memory", 50},   {"dma_no_mapping", 1},  {"dma_no_mapping", 20},  {"dma_no_mapping", 300},
    {"interrupt_none_left", 1}, {"world_no_memory", 1}, {"module_no_memory", 1},
};

/* What is done under each fault; how it ends is not asked. */
static const char *const commands[] = {
    "network diag ping --host 10.0.2.2 --count 2 --wait 200",
    "system module unload e1000",
    "system module load e1000",
    "network nic list",
    "network nic up -n vmnic0",
    "network nic set -n vmnic0 --mtu 4000",
    "network nic get -n vmnic0",
    "system module list",
    "system heap list --formatter=json",
    "network ip connection list",
    "system stats get --formatter=csv",
    "system module unload tcpip",
    "system module load tcpip",
    "system module unload e1000",
    "system module load e1000",
};

/* Run a command whose failure is nobody's fault. */
static void run_somehow(const char *command)
{
    int status = machine_command(machine, command, COMMAND_TIME_S, NULL);
    ck_assert_msg(status >= 0, "'%s': %s", command, machine_error(machine));
}

static void set_point(const char *point, unsigned every)
{
    char command[128];
    snprintf(command, sizeof command, "system stress set -n %s -e %u", point, every);
    int status = -1;
    /* Saying so may need what there is none of. */
    for (int i = 0; i < TRIES && status != 0; i++) {
        status = machine_command(machine, command, COMMAND_TIME_S, NULL);
    }
    ck_assert_msg(status == 0, "'%s' gave status %d: %s", command, status, machine_error(machine));
}

/* How often a point has hit; -1 when even that cannot be told for lack of something. */
static long long hits_of(const char *point)
{
    for (int i = 0; i < TRIES; i++) {
        char *output = NULL;
        if (machine_command(machine, "system stress list --formatter=json", COMMAND_TIME_S, &output) == 0) {
            json_t *list = json_loads(output, 0, NULL);
            long long hits = json_integer_value(json_object_get(boot_row(list, "Name", point), "Hits"));
            json_decref(list);
            free(output);
            return hits;
        }
        free(output);
    }
    return -1;
}

static void start_machine(void)
{
    struct machine_options options = boot_options("faults");
    options.http_port = port = fetch_free_port();
    machine = boot_up(&options);
    free(boot_run(machine, "system module unload e1000"));
    without_driver = holdings_take(machine);
    free(boot_run(machine, "system module load e1000"));
}

static void stop_machine(void)
{
    boot_down(machine);
    json_decref(without_driver);
}

static bool has_address(void)
{
    json_t *list = boot_json(machine, "network ip interface ipv4 get");
    const char *address = json_string_value(json_object_get(boot_row(list, "Name", "vmk0"), "IPv4Address"));
    bool has = strcmp(address, "0.0.0.0") != 0;
    json_decref(list);
    return has;
}

/* From a state nobody knows to one where TCP/IP has had a lease: its DHCP client then keeps a socket. */
static void recover(void)
{
    run_somehow("system module unload e1000");
    run_somehow("system module unload tcpip");
    free(boot_run(machine, "system module load tcpip"));
    free(boot_run(machine, "system module load e1000"));
    for (int tries = 0; !has_address(); tries++) {
        ck_assert_msg(tries < LEASE_TIME_S * 10, "vmk0 gets no address");
        machine_run_for(machine, 100);
    }
    free(boot_run(machine, "system module unload e1000"));
}

START_TEST(test_faults)
{
    set_point(faults[_i].point, faults[_i].every);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        run_somehow(commands[i]);
    }
    free(fetch(port, "/status.json", 1));
    ck_assert_msg(hits_of(faults[_i].point) != 0, "%s was set and never hit", faults[_i].point);
    set_point(faults[_i].point, 0);
    recover();
    holdings_expect(machine, without_driver, NULL);
    free(boot_run(machine, "system module load e1000"));
}
END_TEST

/* After all of that. */
START_TEST(test_everything_works)
{
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
    free(boot_run(machine, "network diag ping --host 10.0.2.2 --count 10"));
    char *page = fetch(port, "/status.json", 30);
    ck_assert_msg(page != NULL, "the status page does not answer");
    free(page);
}
END_TEST

static void start_machine_with_peer(void)
{
    peer = peer_open();
    ck_assert_ptr_nonnull(peer);
    struct machine_options options = boot_options("faults.tx");
    options.archive = BOOT_TEST_ARCHIVE;
    options.netdev = peer_netdev(peer);
    machine = boot_up(&options);
    free(boot_run(machine, "system module unload e1000"));
    without_driver = holdings_take(machine);
    free(boot_run(machine, "system module load e1000"));
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
}

static void stop_machine_with_peer(void)
{
    boot_down(machine);
    json_decref(without_driver);
    peer_close(peer);
}

/* Nobody takes completions off the transmit ring, which fills up: the watchdog has the driver start anew. */
START_TEST(test_transmit_timeout)
{
    char command[128];
    snprintf(command, sizeof command,
             "system module load traffic --parameters 'frames=%d window=%d endless=1'", FRAMES, WINDOW);
    set_point("poll_lost", 1);
    free(boot_run(machine, command));
    ck_assert_msg(machine_wait_console(machine, "transmit queue 0 timed out", TX_TIMEOUT_S),
                  "the watchdog did not strike: %s", machine_error(machine));
    set_point("poll_lost", 0);
    free(boot_run(machine, "network nic wait -n vmnic0 --link up"));
    peer_expect(peer, FLOW_OUT, FRAMES);
    ck_assert_msg(peer_wait_received(peer, FRAMES, TX_TIMEOUT_S), "frames do not flow again");
    free(boot_run(machine, "system module unload traffic"));
    free(boot_run(machine, "system module unload e1000"));
    holdings_expect(machine, without_driver, NULL);
}
END_TEST

/* A driver that fails to open its device, and the power goes: what was never started is not stopped. */
START_TEST(test_shutdown_while_opening)
{
    struct machine_options options = boot_options("faults.shutdown");
    machine = boot_up(&options);
    free(boot_run(machine, "system module unload e1000"));
    set_point("interrupt_none_left", 1);
    free(boot_run(machine, "system module load e1000"));
    boot_down(machine);
}
END_TEST

/* Without ACPI nobody says where the NIC's pin leads, nor how to switch off: both are said in a line. */
START_TEST(test_no_acpi)
{
    struct machine_options options = boot_options("faults.no-acpi");
    options.type = "pc,acpi=off";
    options.append = "run=\"network nic list\"";
    machine = machine_start(&options);
    ck_assert_ptr_nonnull(machine);
    ck_assert_msg(machine_wait_console(machine, "The machine does not switch off", COMMAND_TIME_S), "%s",
                  machine_error(machine));
    ck_assert_ptr_nonnull(strstr(machine_console(machine), "the driver could not start it"));
    machine_stop(machine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *points = tcase_create("points"), *timeout = tcase_create("timeout"), *down = tcase_create("down");
    tcase_add_unchecked_fixture(points, start_machine, stop_machine);
    tcase_add_loop_test(points, test_faults, 0, sizeof faults / sizeof *faults);
    tcase_add_test(points, test_everything_works);
    suite_add_tcase(suite, points);
    tcase_add_unchecked_fixture(timeout, start_machine_with_peer, stop_machine_with_peer);
    tcase_add_test(timeout, test_transmit_timeout);
    suite_add_tcase(suite, timeout);
    tcase_add_test(down, test_shutdown_while_opening);
    tcase_add_test(down, test_no_acpi);
    suite_add_tcase(suite, down);
    return boot_main(suite);
}
