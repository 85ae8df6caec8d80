/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_io - a guest's disk and NIC under load, both at once: what it reads is what it wrote, what comes in and
 * goes out by TCP is right byte by byte at both ends; its counters tell of what was done, and nothing was
 * copied that need not be. The image is then looked at from the host, block by block: what is outside of the
 * guest's partition is as it was. The same streams between two guests, of which one may send only so much a
 * second, and requests to vmk0. Now and then the guest is paused in the middle of it.
 *
 *   vm_io VCPUS MEMORY_MIB DISK_MIB STREAM_MIB
 */
#include "block_table.h"
#include "disks.h"
#include "gpt_image.h"
#include "guest.h"
#include "stream.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB           (1ull << 20)
#define DISK          "t10.NVMe____QEMU_NVMe_Ctrl__________________________nvme0"
#define BLOCK         BLOCK_TABLE_BLOCK
#define DISK_SEED     7
#define DISK_DEPTH    48
#define REGION_MAX    (512 * MIB)
#define GAP_BLOCKS    2000 /* Before and behind the guest's partition, and not empty. */
#define LOAD_S        14000
#define WAIT_S        3000 /* Of LOAD_S, at a time. */
#define TOLD_BYTES    1000
#define PEER_PORT     5001
#define PEER_MIB      256
#define PEER_BYTES_S  (2 * MIB) /* It may send: less than it could, unless the host is busy... */
#define PEER_BURST_S  0.2       /* ...and in a burst what comes in this time. */
#define PAUSES        5
#define PAUSE_CHAINS  20 /* Requests of its disk's from one pause to the next, at least. */
#define LOOK_EACH_MS  100
#define KERNEL_MIB    512
#define HTTP_REQUESTS 20
#define ABOVE_4G_MIB  4096

static unsigned vcpus = 2;
static uint64_t memory_mib = 256, disk_bytes = 64 * MIB, stream_bytes = 32 * MIB;

static struct machine *machine;
static unsigned host_port;
static char folder[512], *image;
static struct {
    uint64_t first, blocks, region_blocks;
} part;
static uint8_t *outside; /* A copy of the image, before the guest. */

/* The image. */

static void fill_gap(struct gpt_image *gpt, uint64_t first, uint64_t blocks)
{
    for (uint64_t i = 0; i < blocks; i++) {
        memset(gpt_at(gpt, first + i, 0), (int)(1 + i % 255), BLOCK);
    }
}

/* A partition, of which the guest works on the beginning, leaves its table behind that, and nothing in the
 * rest. */
static void make_image(void)
{
    struct gpt_image gpt = {.block_size = BLOCK};
    size_t len;

    part.region_blocks = (disk_bytes / 2 < REGION_MAX ? disk_bytes / 2 : REGION_MAX) / BLOCK;
    part.blocks = part.region_blocks + part.region_blocks / 32;
    uint64_t bytes = (part.blocks + 2 * GAP_BLOCKS + 256) * BLOCK;
    char name[64];
    snprintf(name, sizeof name, "vm_io.%u.%u", vcpus, (unsigned)memory_mib);
    image = strdup(disks_image(name, bytes));
    gpt.bytes = disks_map(image, &len);
    gpt.num_blocks = len / BLOCK;
    gpt_make(&gpt);
    gpt_put(&gpt, 1, GAP_BLOCKS, GAP_BLOCKS + part.blocks - 1, "guest");
    gpt_seal(&gpt, 0);
    gpt_seal(&gpt, 1);
    uint64_t usable = gpt_array_block(&gpt, 0) + GPT_ENTRIES * 128 / BLOCK;
    part.first = usable + GAP_BLOCKS;
    fill_gap(&gpt, usable, GAP_BLOCKS);
    fill_gap(&gpt, part.first + part.blocks, GAP_BLOCKS);
    outside = malloc(len);
    ck_assert_ptr_nonnull(outside);
    memcpy(outside, gpt.bytes, len);
    disks_unmap(gpt.bytes, len);
}

static const uint32_t *find_table(const uint8_t *bytes)
{
    const uint8_t *at = bytes + (part.first + part.region_blocks) * BLOCK;
    struct block_table_header header;

    memcpy(&header, at, sizeof header);
    ck_assert_uint_eq(header.magic, BLOCK_TABLE_MAGIC);
    ck_assert_uint_eq(header.blocks, part.region_blocks);
    ck_assert_uint_eq(header.seed, DISK_SEED);
    const uint32_t *words = (const uint32_t *)(const void *)(at + BLOCK);
    ck_assert_uint_eq(header.sum, block_table_sum(words, header.blocks));
    return words;
}

/* Every block of the image is what the guest says, or what it was. */
static void check_image(void)
{
    size_t len;
    uint8_t *bytes = disks_map(image, &len);
    const uint32_t *table = find_table(bytes);
    uint64_t table_end = part.first + part.region_blocks + block_table_bytes(part.region_blocks) / BLOCK;

    for (uint64_t block = 0; block < len / BLOCK; block++) {
        const uint8_t *at = bytes + block * BLOCK;
        struct pattern_fault fault = {0};
        if (block < part.first || block >= table_end) {
            ck_assert_msg(memcmp(at, outside + block * BLOCK, BLOCK) == 0, "%s: block %lu was written", image,
                          block);
        } else if (block < part.first + part.region_blocks) {
            uint64_t own = block - part.first;
            ck_assert_msg(
                block_table_check(at, DISK_SEED, own, table[own], &fault),
                "%s: the guest's block %lu has fault %d at byte %u: %#lx for %#lx, should be of %#x", image,
                own, (int)fault.verdict, fault.offset, fault.found, fault.expected, table[own]);
        }
    }
    disks_unmap(bytes, len);
}

/* The host's end of the streams. */

static void *serve(void *listener)
{
    stream_serve_all((int)(intptr_t)listener);
    return NULL;
}

static void start_server(void)
{
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    pthread_t thread;
    int listener = stream_listen(INADDR_LOOPBACK, 0);

    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    host_port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, (void *)(intptr_t)listener), 0);
}

/* The machine and its guests. */

/* A VM of Debian's kernel, and its initramfs with the load's program. */
static void describe(const char *vm, uint64_t memory, unsigned processors, const char *more)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s.vmx", folder, vm);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fprintf(file,
            "displayName = \"%s\"\nmemSize = \"%lu\"\nnumvcpus = \"%u\"\nkernel.file = \"/vm/vmlinuz\"\n"
            "kernel.module0 = \"/vm/io.initrd\"\nkernel.cmdline = \"console=ttyS0 panic=-1\"\n"
            "ethernet0.networkName = \"VM Network\"\n%s",
            vm, memory, processors, more);
    fclose(file);
}

/* A guest with a disk, and its peer. */
static const char *make_archive(void)
{
    static char path[600];
    char command[4096];

    describe("io", memory_mib, vcpus, "disk0.device = \"" DISK ":1\"\n");
    snprintf(command, sizeof command, "ethernet0.bandwidthLimit = \"%llu\"\n", PEER_BYTES_S);
    describe("peer", PEER_MIB, 1, command);
    snprintf(command, sizeof command,
             "cd %s && " MKARCHIVE " program bin/guestload=" GUESTLOAD " && cat " GUEST_DIR
             "/initrd program >initrd && " MKARCHIVE
             " own vm/io.initrd=initrd vm/io.vmx=io.vmx vm/peer.vmx=peer.vmx && cat " BOOT_ARCHIVE
             " " GUEST_DIR "/guest.archive own >archive",
             folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(path, sizeof path, "%s/archive", folder);
    return path;
}

static void start_guest(const char *vm)
{
    boot_do(machine, "vm create /vm/%s.vmx", vm);
    boot_do(machine, "vm start %s", vm);
}

static void start_machine(void)
{
    static char name[64], memory[32];
    struct machine_options options;
    char command[600];

    snprintf(name, sizeof name, "vm_io.%u.%lu", vcpus, memory_mib);
    snprintf(folder, sizeof folder, BOOT_LOG_DIR "/%s.files", name);
    snprintf(command, sizeof command, "mkdir -p %s", folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(memory, sizeof memory, "%luM", memory_mib + PEER_MIB + KERNEL_MIB);
    make_image();
    start_server();
    options = boot_options(name);
    options.archive = make_archive();
    options.memory = memory;
    options.smp = guest_machine_cpus(2);
    options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = image};
    machine = boot_up(&options);
    disks_wait(machine, 1);
    start_guest("io");
    start_guest("peer");
}

/* The end of what a guest has written, as much as Check takes. */
static const char *end_of(const char *output)
{
    size_t len = output != NULL ? strlen(output) : 0;

    return len == 0 ? "nothing" : output + (len > TOLD_BYTES ? len - TOLD_BYTES : 0);
}

static char *wait_for(const char *vm, const char *text)
{
    char command[256], *output = NULL;

    snprintf(command, sizeof command, "vm console %s --until '%s' --timeout %u", vm, text, WAIT_S);
    for (unsigned waited_s = 0; waited_s < LOAD_S; waited_s += WAIT_S) {
        free(output);
        if (machine_command(machine, command, WAIT_S + BOOT_COMMAND_TIMEOUT_S, &output) == 0) {
            return output;
        }
    }
    ck_abort_msg("%s has not written '%s' but: %s %s", vm, text, end_of(output), machine_error(machine));
    return NULL;
}

/* Have the guest's shell run commands at once, all of which must succeed. @return the run's number. */
static unsigned begin_at_once(const char *vm, const char *const *commands, size_t count)
{
    static unsigned run;
    char line[480];

    run++;
    int len = snprintf(line, sizeof line, "rm -f /bad; ");
    for (size_t i = 0; i < count; i++) {
        len += snprintf(line + len, sizeof line - (size_t)len, "{ %s || touch /bad; } & ", commands[i]);
        ck_assert_int_lt(len, sizeof line);
    }
    len += snprintf(line + len, sizeof line - (size_t)len,
                    "wait; test -e /bad || echo 'good'-%u-; echo 'end'-%u-", run, run);
    ck_assert_int_lt(len, sizeof line);
    guest_type(machine, vm, line);
    return run;
}

/* @return what the guest has written. The marks are put together by its shell, for the line that is typed is
 * on the console too. */
static char *end_at_once(const char *vm, unsigned run)
{
    char mark[32];

    snprintf(mark, sizeof mark, "end-%u-", run);
    char *output = wait_for(vm, mark);
    snprintf(mark, sizeof mark, "good-%u-", run);
    ck_assert_msg(strstr(output, mark) != NULL, "run %u failed: %s", run, end_of(output));
    return output;
}

static char *run_at_once(const char *vm, const char *const *commands, size_t count)
{
    return end_at_once(vm, begin_at_once(vm, commands, count));
}

/* What the guest's program prints as NAME=NUMBER. */
static long long told(const char *output, const char *name)
{
    char key[64];

    snprintf(key, sizeof key, " %s=", name);
    const char *at = strstr(output, key);
    ck_assert_msg(at != NULL, "the guest does not tell its%s: %s", key, end_of(output));
    return atoll(at + strlen(key));
}

static long long stat_of(const char *vm, const char *device, const char *counter)
{
    char path[128];

    snprintf(path, sizeof path, "vm/%s/%s/%s", vm, device, counter);
    return boot_stat(machine, path);
}

/* The tests. */

/* Some of the guest's requests of a kind have reached the disk, if there were any: Linux merges flushes that
 * come together, and neighbours, but drops none. */
static void check_kind(const char *output, const char *kind, const char *heading)
{
    long long count = told(output, kind), seen = disks_stat(machine, DISK, heading);

    ck_assert_msg(count == 0 || seen > 0, "%lld %s, but none at the disk", count, kind);
}

/* What the disk's owner and the kernel have counted; nobody else writes to that disk. */
static void check_disk_counters(const char *output)
{
    long long written = told(output, "writes_blocks") + told(output, "table_blocks");

    ck_assert_int_ge(told(output, "reads_blocks") + told(output, "writes_blocks"), disk_bytes / BLOCK);
    ck_assert_int_eq(disks_stat(machine, DISK, "BlocksWritten"), written);
    ck_assert_int_ge(disks_stat(machine, DISK, "BlocksRead"),
                     told(output, "reads_blocks") + part.region_blocks);
    check_kind(output, "flushes", "FlushOperations");
    check_kind(output, "discards", "DiscardOperations");
    check_kind(output, "zeroes", "WriteZeroesOperations");
    ck_assert_int_eq(disks_stat(machine, DISK, "Copied"), 0);
    ck_assert_int_eq(disks_stat(machine, DISK, "FailedCommands"), 0);
    ck_assert_int_eq(disks_stat(machine, DISK, "Timeouts"), 0);
    ck_assert_int_eq(disks_stat(machine, DISK, "CommandsInFlight"), 0);
    ck_assert_int_gt(stat_of("io", "disk.1", "chains"), 0);
    ck_assert_int_eq(stat_of("io", "disk.1", "errors"), 0);
    ck_assert_int_eq(stat_of("io", "disk.1", "refused"), 0);
    ck_assert_int_eq(stat_of("io", "disk.1", "in_flight"), 0);
    ck_assert_msg(memory_mib < ABOVE_4G_MIB + 512 || told(output, "high_pages") > 0,
                  "no buffer lay above 4 GiB");
}

static void check_nic_counters(const char *vm, const char *nic)
{
    ck_assert_int_ge(stat_of(vm, nic, "tx_bytes"), stream_bytes);
    ck_assert_int_ge(stat_of(vm, nic, "rx_bytes"), stream_bytes);
    ck_assert_int_eq(stat_of(vm, nic, "tx_copied"), 0);
    ck_assert_int_eq(stat_of(vm, nic, "tx_dropped"), 0);
    ck_assert_int_eq(stat_of(vm, nic, "rx_dropped"), 0);
}

/* Wait until @p counter of a device is between @p from and @p to. */
static void wait_stat(const char *vm, const char *device, const char *counter, long long from, long long to)
{
    for (unsigned looks = 0; looks < GUEST_SHELL_S * 1000 / LOOK_EACH_MS; looks++) {
        long long now = stat_of(vm, device, counter);

        if (from <= now && now <= to) {
            return;
        }
        machine_run_for(machine, LOOK_EACH_MS);
    }
    ck_abort_msg("%s of %s's %s is %lld", counter, vm, device, stat_of(vm, device, counter));
}

/* Pause the guest in the middle of its work: what it has asked for may end, and it asks for nothing. */
static void pause_now_and_then(const char *vm, const char *disk)
{
    for (unsigned i = 0; i < PAUSES; i++) {
        long long entries, chains;

        wait_stat(vm, disk, "chains", stat_of(vm, disk, "chains") + PAUSE_CHAINS, LLONG_MAX);
        boot_do(machine, "vm pause %s", vm);
        entries = stat_of(vm, "vcpu0", "entries");
        /* What stood in its ring already is taken as others end. */
        wait_stat(vm, disk, "in_flight", 0, 0);
        chains = stat_of(vm, disk, "chains");
        machine_run_for(machine, LOOK_EACH_MS);
        ck_assert_int_eq(stat_of(vm, "vcpu0", "entries"), entries);
        ck_assert_int_eq(stat_of(vm, disk, "chains"), chains);
        boot_do(machine, "vm resume %s", vm);
    }
}

START_TEST(disk_and_streams_at_once)
{
    char disk[128], out[128], in[128];
    const char *const commands[] = {disk, out, in};

    free(wait_for("io", "guest: ready"));
    snprintf(disk, sizeof disk, "guestload disk /dev/vda %u %lu %lu %u", DISK_SEED,
             part.region_blocks * BLOCK, disk_bytes, DISK_DEPTH);
    snprintf(out, sizeof out, "guestload send 10.0.2.2 %u 11 %lu", host_port, stream_bytes);
    snprintf(in, sizeof in, "guestload receive 10.0.2.2 %u 12 %lu", host_port, stream_bytes);
    unsigned run = begin_at_once("io", commands, 3);
    pause_now_and_then("io", "disk.1");
    char *output = end_at_once("io", run);
    check_disk_counters(output);
    check_nic_counters("io", "nic.2");
    free(output);
}
END_TEST

static void address_of_vmk0(char *address, size_t len)
{
    json_t *list = boot_json(machine, "network ip interface ipv4 get");

    snprintf(address, len, "%s", json_string_value(json_object_get(json_array_get(list, 0), "IPv4Address")));
    json_decref(list);
}

START_TEST(requests_to_vmk0)
{
    char address[32], http[128];
    const char *const commands[] = {http};

    address_of_vmk0(address, sizeof address);
    snprintf(http, sizeof http, "guestload http %s /status.json %u", address, HTTP_REQUESTS);
    free(run_at_once("io", commands, 1));
}
END_TEST

START_TEST(guest_to_guest)
{
    long long sent, from_ns, to_ns;
    char out[128], in[128];
    const char *const commands[] = {out, in};

    free(wait_for("peer", "guest: ready"));
    guest_run(machine, "peer", "ip addr add 192.168.7.2/24 dev eth0 && { guestload serve 5001 & }");
    guest_run(machine, "io", "ip addr add 192.168.7.1/24 dev eth0");
    snprintf(out, sizeof out, "guestload send 192.168.7.2 %u 13 %lu", PEER_PORT, stream_bytes);
    snprintf(in, sizeof in, "guestload receive 192.168.7.2 %u 14 %lu", PEER_PORT, stream_bytes);
    sent = stat_of("peer", "nic.1", "tx_bytes");
    from_ns = boot_stat(machine, "vm/peer/clock_ns");
    free(run_at_once("io", commands, 2));
    to_ns = boot_stat(machine, "vm/peer/clock_ns");
    sent = stat_of("peer", "nic.1", "tx_bytes") - sent;
    check_nic_counters("peer", "nic.1");
    printf("the peer sent %lld bytes in %.3f s\n", sent, (double)(to_ns - from_ns) / 1e9);
    ck_assert_double_le((double)sent,
                        (double)PEER_BYTES_S * ((double)(to_ns - from_ns) / 1e9 + PEER_BURST_S));
}
END_TEST

START_TEST(the_image_has_what_was_written)
{
    guest_type(machine, "io", "poweroff -f");
    guest_expect_end(machine, "io", "power-off");
    free(boot_run(machine, "vm destroy io"));
    check_image();
}
END_TEST

static void stop_machine(void)
{
    boot_down(machine);
    free(image);
    free(outside);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_io");
    TCase *tests = tcase_create("vm_io");

    if (argc == 5) {
        vcpus = (unsigned)atoi(argv[1]);
        memory_mib = strtoull(argv[2], NULL, 0);
        disk_bytes = strtoull(argv[3], NULL, 0) * MIB;
        stream_bytes = strtoull(argv[4], NULL, 0) * MIB;
    }
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, disk_and_streams_at_once);
    tcase_add_test(tests, requests_to_vmk0);
    tcase_add_test(tests, guest_to_guest);
    tcase_add_test(tests, the_image_has_what_was_written);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
