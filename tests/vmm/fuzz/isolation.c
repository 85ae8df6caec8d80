/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * isolation - a guest does at random what a guest can do, and nothing but its own VM is the worse for it.
 *
 * For each seed a VM of its own is made, runs until it has done all its accesses or has come to its end, and
 * is destroyed. Meanwhile a second VM looks at its own memory and disk, and the host serves its status page.
 * After each seed the witness has seen nothing wrong and goes on, what the host's modules hold is what they
 * held before, what was logged is of the fuzzer, and of the disk only both VMs' partitions have changed.
 *
 * usage: isolation SEED COUNT TAME WILD [FROM [1]]   seeds SEED to SEED + COUNT - 1, each with so many
 * accesses
 *
 * What a seed does comes of the seed and of the numbers of the accesses alone: FROM begins at that
 * number. With 1 behind it the console of the fuzzer tells each access before it is done.
 * With 1 behind it the console of the fuzzer tells each access before it is done.
 */
#include "boot.h"

#include <disks.h>
#include <fetch.h>
#include <gpt_image.h>
#include <holdings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER          BOOT_LOG_DIR "/vmm_fuzz"
#define DISK            "t10.NVMe____QEMU_NVMe_Ctrl__________________________nvme0"
#define MIB             (1ull << 20)
#define DISK_MIB        64
#define PARTITION_MIB   16
#define BLOCK           512
#define ALIGNMENT       2048 /* Blocks. */
#define FETCH_S         60

#define LOOK_EVERY_MS   250
#define STALL_LOOKS     240 /* In a row, without the witness doing anything: it is kept from running. */
#define HANG_LOOKS      20  /* In a row, without an exit: the fuzzer hangs by its own doing. */
#define EXITS_AN_ACCESS 100 /* It is not worth waiting for an end any longer. */
#define WITNESS_STEPS   20  /* Of its requests, by which it goes on. */

static struct {
    unsigned long seed, count, tame, wild, from, trace;
} options = {.seed = 1, .count = 1, .tame = 10000};

static struct machine *machine;
static unsigned port;
static json_t *before;
static uint8_t *disk_before;
static uint64_t first_partition; /* Its first block. */
static const char *disk;
static unsigned long long exits, ends_by_command;

/* Making. */

static void write_file(const char *name, const char *text)
{
    char path[512];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
}

static void describe_fuzzer(unsigned long seed)
{
    static const char format[] = "displayName = \"fuzz\"\nmemSize = \"64\"\nnumvcpus = \"2\"\n"
                                 "kernel.file = \"/vm/fuzz.elf\"\n"
                                 "kernel.cmdline = \"seed=%lu tame=%lu wild=%lu from=%lu trace=%lu\"\n"
                                 "disk0.device = \"" DISK ":1\"\n"
                                 "disk1.device = \"" DISK ":2\"\ndisk1.readOnly = \"TRUE\"\n"
                                 "ethernet0.networkName = \"VM Network\"\n"
                                 "console.present = \"TRUE\"\nonReset = \"stop\"\n";
    char name[64], text[1024];

    snprintf(text, sizeof text, format, seed, options.tame, options.wild, options.from, options.trace);
    snprintf(name, sizeof name, "fuzz-%lu.vmx", seed);
    write_file(name, text);
}

static const char *make_archive(void)
{
    static char command[4096];
    FILE *list;

    ck_assert_int_eq(system("rm -rf " FOLDER " && mkdir -p " FOLDER), 0);
    write_file("witness.vmx",
               "displayName = \"witness\"\nmemSize = \"64\"\nkernel.file = \"/vm/witness.elf\"\n"
               "disk0.device = \"" DISK ":3\"\nrng.present = \"FALSE\"\nonReset = \"stop\"\n");
    list = fopen(FOLDER "/list", "w");
    ck_assert_ptr_nonnull(list);
    fprintf(list, "vm/fuzz.elf=%s/fuzz.elf\nvm/witness.elf=%s/witness.elf\nvm/witness.vmx=%s/witness.vmx\n",
            FUZZ_KERNELS, FUZZ_KERNELS, FOLDER);
    for (unsigned long seed = options.seed; seed < options.seed + options.count; seed++) {
        describe_fuzzer(seed);
        fprintf(list, "vm/fuzz-%lu.vmx=%s/fuzz-%lu.vmx\n", seed, FOLDER, seed);
    }
    fclose(list);
    snprintf(command, sizeof command, "xargs %s %s/guests <%s/list && cat %s %s/guests >%s/archive",
             MKARCHIVE, FOLDER, FOLDER, BOOT_ARCHIVE, FOLDER, FOLDER);
    ck_assert_int_eq(system(command), 0);
    return FOLDER "/archive";
}

/** Three partitions: the fuzzer's, one it may read, the witness's; all the rest of the disk is noise. */
static void make_disk(void)
{
    struct gpt_image image = {.block_size = BLOCK, .num_blocks = DISK_MIB * MIB / BLOCK};
    uint64_t blocks = PARTITION_MIB * MIB / BLOCK;
    size_t len;

    disk = disks_image("vmm_fuzz", DISK_MIB * MIB);
    image.bytes = disks_map(disk, &len);
    for (size_t i = 0; i < len; i++) {
        image.bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    memset(image.bytes, 0, MIB);
    memset(image.bytes + len - MIB, 0, MIB);
    gpt_make(&image);
    for (unsigned i = 0; i < 3; i++) {
        gpt_put(&image, i + 1, ALIGNMENT + i * blocks, ALIGNMENT + (i + 1) * blocks - 1, "part");
    }
    memcpy(&first_partition, gpt_at(&image, gpt_array_block(&image, 0), 32), sizeof first_partition);
    disk_before = malloc(len);
    ck_assert_ptr_nonnull(disk_before);
    memcpy(disk_before, image.bytes, len);
    disks_unmap(image.bytes, len);
}

/* Looking. */

static void run(const char *verb, const char *name)
{
    char command[256];

    snprintf(command, sizeof command, "vm %s %s", verb, name);
    free(boot_run(machine, command));
}

/** Its state; *end is what it was stopped by, or "". Both in static memory. */
static const char *state_of(const char *name, const char **end)
{
    static char state[32], by[256];
    json_t *list = boot_json(machine, "vm list"), *row = boot_row(list, "Name", name);
    const char *text = json_string_value(json_object_get(row, "StoppedBy"));

    snprintf(state, sizeof state, "%s", json_string_value(json_object_get(row, "State")));
    snprintf(by, sizeof by, "%s", text != NULL ? text : "");
    json_decref(list);
    *end = by;
    return state;
}

static char *console_of(const char *name)
{
    char command[256];

    snprintf(command, sizeof command, "vm console %s --last", name);
    return boot_run(machine, command);
}

static long long witness_steps(void)
{
    const char *end;

    if (strcmp(state_of("witness", &end), "running") != 0) {
        ck_abort_msg("the witness has ended by '%s': %s", end, console_of("witness"));
    }
    return boot_stat(machine, "vm/witness/disk.1/chains");
}

static void expect_witness(void)
{
    long long first = witness_steps(), now = first;

    for (unsigned looks = 0; now < first + WITNESS_STEPS; looks++) {
        ck_assert_msg(looks < STALL_LOOKS, "the witness stands still, at %lld requests", now);
        machine_run_for(machine, LOOK_EVERY_MS);
        now = witness_steps();
    }
}

static void expect_host(void)
{
    char *page = fetch(port, "/status.json", FETCH_S);

    ck_assert_msg(page != NULL, "the status page does not come");
    free(page);
}

/** Have the witness do nothing, so that what is held for it does not change. */
static void pause_witness(void)
{
    static unsigned pauses;
    char command[256];

    free(boot_run(machine, "vm console witness --type p"));
    snprintf(command, sizeof command, "vm console witness --until \"paused %08x\"", ++pauses);
    free(boot_run(machine, command));
}

static void resume_witness(void)
{
    free(boot_run(machine, "vm console witness --type g"));
}

static void expect_holdings(void)
{
    holdings_wait_for_connections(machine);
    pause_witness();
    if (before == NULL) {
        before = holdings_settle(machine);
    } else {
        holdings_expect(machine, before, "e1000");
    }
    resume_witness();
}

/** Each warning since the machine's start names the fuzzer. */
static void expect_log(void)
{
    const char *at = machine_console(machine);

    while ((at = strpbrk(at, "WA")) != NULL) {
        size_t len = strcspn(at, "\r\n");
        bool warns = strncmp(at, "WARNING: ", 9) == 0 || strncmp(at, "ALERT: ", 7) == 0;

        if (warns && memmem(at, len, "fuzz", 4) == NULL) {
            ck_abort_msg("the host warns: %.*s", (int)len, at);
        }
        at += warns ? len : 1;
    }
}

static void expect_same(const uint8_t *now, size_t first, size_t end)
{
    size_t at = first;

    if (memcmp(now + first, disk_before + first, end - first) != 0) {
        while (now[at] == disk_before[at]) {
            at++;
        }
        ck_abort_msg("byte %zu of the disk, which is no guest's to write, has changed", at);
    }
}

/** All but the first and the third partition. */
static void expect_disk(void)
{
    size_t len, first = first_partition * BLOCK, bytes = PARTITION_MIB * MIB;
    uint8_t *now = disks_map(disk, &len);

    expect_same(now, 0, first);
    expect_same(now, first + bytes, first + 2 * bytes);
    expect_same(now, first + 3 * bytes, len);
    disks_unmap(now, len);
}

/* Running. */

/** Its exits by its own doing: not those for the host's interrupts, which come to a guest that hangs, too. */
static unsigned long long exits_of_fuzzer(void)
{
    json_t *list = boot_json(machine, "vm stats fuzz"), *row;
    unsigned long long sum = 0;
    size_t i;

    json_array_foreach(list, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "Counter"));

        if (strstr(name, "/exits/") != NULL && strstr(name, "/interrupt") == NULL) {
            sum += (unsigned long long)json_integer_value(json_object_get(row, "Value"));
        }
    }
    json_decref(list);
    return sum;
}

/** How far it has told that it is; the line may be among anything. */
static unsigned long progress(void)
{
    char *text = console_of("fuzz");
    unsigned long number = 0;

    for (const char *at = text; (at = strstr(at, "\nat ")) != NULL; at++) {
        number = strtoul(at + 4, NULL, 10);
    }
    if (options.trace != 0) {
        printf("%s\n", text);
    }
    free(text);
    return number;
}

/** Until it ends, hangs by its own doing, or is for ever at something that leaves the guest. */
static void run_to_end(unsigned long seed)
{
    unsigned long long enough = EXITS_AN_ACCESS * (options.tame + options.wild), last = 0, now = 0;
    unsigned looks = 0, stalled = 0;
    long long steps = 0;
    const char *end;

    while (strcmp(state_of("fuzz", &end), "running") == 0) {
        long long now_steps = witness_steps();

        now = exits_of_fuzzer();
        looks = now != last ? 0 : looks + 1;
        stalled = now_steps != steps ? 0 : stalled + 1;
        last = now;
        steps = now_steps;
        ck_assert_msg(stalled < STALL_LOOKS, "the witness stands still beside seed %lu", seed);
        if (looks == HANG_LOOKS || now > enough) {
            (void)machine_command(machine, "vm stop fuzz", BOOT_COMMAND_TIMEOUT_S, NULL);
            ends_by_command++;
        }
        machine_run_for(machine, LOOK_EVERY_MS);
    }
    now = exits_of_fuzzer();
    exits += now;
    printf("seed %lu: %llu exits, told of access %lu, ended by: %s\n", seed, now, progress(), end);
    fflush(stdout);
}

static void run_seed(unsigned long seed)
{
    char command[256];

    snprintf(command, sizeof command, "vm create /vm/fuzz-%lu.vmx", seed);
    free(boot_run(machine, command));
    run("start", "fuzz");
    run_to_end(seed);
    run("destroy", "fuzz");
}

static void start_machine(void)
{
    struct machine_options machine_options = boot_options("vmm_fuzz");

    make_disk();
    machine_options.archive = make_archive();
    machine_options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = disk};
    machine_options.http_port = port = fetch_free_port();
    machine_options.memory = "1G";
    machine = boot_up(&machine_options);
    free(boot_run(machine, "vm create /vm/witness.vmx"));
    run("start", "witness");
    free(boot_run(machine, "vm console witness --until looking"));
    expect_host();
    expect_holdings();
}

static void stop_machine(void)
{
    run("stop", "witness");
    run("destroy", "witness");
    boot_down(machine);
    json_decref(before);
    free(disk_before);
}

START_TEST(nothing_else_is_affected)
{
    unsigned long seed = options.seed + (unsigned long)_i;

    printf("seed %lu; alone: %s %lu 1 %lu %lu\n", seed, FUZZ_PROGRAM, seed, options.tame, options.wild);
    fflush(stdout);
    run_seed(seed);
    expect_witness();
    expect_host();
    expect_log();
    expect_holdings();
    expect_disk();
}
END_TEST

/* Seeds that end at once would test nothing. */
START_TEST(much_was_done)
{
    printf("%llu exits; %llu seeds were stopped by command\n", exits, ends_by_command);
    ck_assert_uint_ge(exits, options.tame * options.count / 4);
}
END_TEST

int main(int argc, char **argv)
{
    unsigned long *const numbers[] = {&options.seed, &options.count, &options.tame,
                                      &options.wild, &options.from,  &options.trace};
    Suite *suite = suite_create("vmm.fuzz");
    TCase *tests = tcase_create("vmm.fuzz");

    for (int i = 1; i < argc && i <= 6; i++) {
        *numbers[i - 1] = strtoul(argv[i], NULL, 10);
    }
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_loop_test(tests, nothing_else_is_affected, 0, (int)options.count);
    tcase_add_test(tests, much_was_done);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
