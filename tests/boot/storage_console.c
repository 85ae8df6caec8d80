/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_console - what the console says of disks and does with them, on AHCI and NVMe: every listing in all
 * forms, partition tables whole and damaged, the guards of what overwrites, and that blocks which are not
 * what they should be are told for what they are.
 */
#include "disks.h"
#include "gpt_image.h"

#include <stdlib.h>
#include <string.h>

#define MIB             (1ull << 20)
#define IMAGE_BYTES     (32 * MIB)
#define DISKS           4
#define STOP_PATIENCE_S 60

enum { WHOLE, FIRST_DAMAGED, BOTH_DAMAGED, OVERLAPPING };

static struct machine *machine;
static char *paths[DISKS], *adapters[2];
static const char *images[DISKS];

/** A disk with two partitions; the NVMe ones have blocks of 4096 bytes. */
static const char *make_image(unsigned number)
{
    static const char *const names[] = {"storage_console-whole", "storage_console-first",
                                        "storage_console-both", "storage_console-overlap"};
    unsigned block_size = number < 2 ? 512 : 4096;
    const char *path = disks_image(names[number], IMAGE_BYTES);
    size_t len;
    struct gpt_image image = {disks_map(path, &len), block_size, IMAGE_BYTES / block_size};

    gpt_make(&image);
    gpt_put(&image, 1, 0, 999, "system");
    gpt_put(&image, 2, number == OVERLAPPING ? 999 : 1000, 4999, "data");
    if (number == FIRST_DAMAGED || number == BOTH_DAMAGED) {
        *gpt_at(&image, 1, 60) ^= 1; /* of the disk's GUID, which the checksum covers */
    }
    if (number == BOTH_DAMAGED) {
        *gpt_at(&image, gpt_array_block(&image, 1), 40) ^= 1;
    }
    disks_unmap(image.bytes, len);
    return path;
}

static void start_machine(void)
{
    struct machine_options options = boot_options("storage_console");

    for (unsigned i = 0; i < DISKS; i++) {
        images[i] = make_image(i);
        options.disks[i] = (struct machine_disk){.kind = i < 2 ? MACHINE_DISK_AHCI : MACHINE_DISK_NVME,
                                                 .file = images[i],
                                                 .block_size = i < 2 ? 512 : 4096};
    }
    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    machine = boot_up(&options);
    disks_wait(machine, DISKS);
    adapters[0] = strdup(disks_adapter(machine, "ahci", 0));
    adapters[1] = strdup(disks_adapter(machine, "nvme", 0));
    for (unsigned i = 0; i < DISKS; i++) {
        paths[i] = strdup(disks_path(machine, i < 2 ? "ahci" : "nvme", 0, i % 2));
    }
}

static void stop_machine(void)
{
    boot_down(machine);
    for (unsigned i = 0; i < DISKS; i++) {
        free(paths[i]);
    }
    free(adapters[0]);
    free(adapters[1]);
}

/** Text with `A` and `N` behind a % in place of the adapters, 0 to 3 in place of the disks. Static. */
static const char *fill_in(const char *template)
{
    static char text[512];
    size_t len = 0;

    for (; *template != '\0'; template ++) {
        const char *name = NULL;

        if (*template == '%' && template[1] >= '0' && template[1] < '0' + DISKS) {
            name = paths[template[1] - '0'];
        } else if (*template == '%' && (template[1] == 'A' || template[1] == 'N')) {
            name = adapters[template[1] == 'N'];
        }
        ck_assert_uint_lt(len + 64, sizeof(text));
        if (name != NULL) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", name);
            template ++;
        } else {
            text[len++] = *template;
        }
    }
    text[len] = '\0';
    return text;
}

static char *run(const char *template)
{
    return boot_run(machine, fill_in(template));
}

static json_t *ask(const char *template)
{
    return boot_json(machine, fill_in(template));
}

static const char *const listings[] = {
    "storage core adapter list",
    "storage core adapter stats get %A",
    "storage core device list",
    "storage core device list -d %0",
    "storage core device partition list",
    "storage core device partition list %0",
    "storage core device partition showguid",
    "storage core device stats list",
    "storage core device stats error list",
    "storage core device stats latency list -d %2",
    "storage core device smart get -d %0",
    "storage core device smart get %2",
    "storage core path list",
    "storage disk read %0",
    "storage disk read %2 --block 1 --count 2 --all",
    "storage disk read %0:2",
    "storage nvme device list",
    "storage nvme device log get %N 2",
    "storage nvme device log get %N -i 1 -l 64",
    "storage nvme namespace list %N",
};

static const char *const records[] = {
    "storage core adapter get %A",
    "storage core adapter get -A %N",
    "storage core device get %0",
    "storage core device get -d %3",
    "storage core device stats get %0",
    "storage nvme device get %N",
    "storage nvme namespace get %N",
    "storage nvme namespace get %N -n 2",
    "storage disk bench %0 --count 100",
    "storage disk bench %2 --count 100 --size 64K --order sequential --depth 4 --cpus 2",
    "storage disk verify %0:1 --size 64K --yes",
};

static size_t count_lines(const char *text)
{
    size_t lines = 0;

    for (const char *p = strchr(text, '\n'); p != NULL; p = strchr(p + 1, '\n')) {
        lines++;
    }
    return lines;
}

/** CSV's first line is the headings, and each line has as many fields. Only texts of disks could have quotes.
 */
static void check_csv(const char *command, json_t *list)
{
    char line[600];
    const char *key;
    json_t *value;
    char *csv;

    snprintf(line, sizeof(line), "%s --formatter=csv", command);
    csv = boot_run(machine, line);
    ck_assert_uint_eq(count_lines(csv), json_array_size(list) + 1);
    json_object_foreach(json_array_get(list, 0), key, value)
    {
        char *found = strstr(csv, key);
        ck_assert_msg(found != NULL && found < strchr(csv, '\n'), "'%s' has no column %s", line, key);
    }
    free(csv);
}

START_TEST(test_listings_in_all_forms)
{
    const char *command = fill_in(listings[_i]);
    json_t *list = boot_json(machine, command);
    char *table;

    ck_assert_msg(json_is_array(list) && json_array_size(list) > 0, "'%s' lists nothing", command);
    check_csv(command, list);
    table = boot_run(machine, command);
    ck_assert_msg(count_lines(table) >= json_array_size(list) + 2, "'%s' shows little", command);
    free(table);
    json_decref(list);
}
END_TEST

START_TEST(test_records)
{
    json_t *record = ask(records[_i]);

    ck_assert_msg(json_is_object(record) && json_object_size(record) > 3, "'%s' gave no record", records[_i]);
    json_decref(record);
}
END_TEST

/* A command, and what its error must name. */
static const char *const wrong[][2] = {
    {"storage core adapter get vmhba9", "there is no adapter 'vmhba9'; 'storage core adapter list'"},
    {"storage core adapter rescan", "--all"},
    {"storage core adapter rescan -A %A --all", "say which adapter"},
    {"storage core adapter reset", "--adapter"},
    {"storage core device get nosuch", "there is no device 'nosuch'"},
    {"storage core device list nosuch", "there is no device 'nosuch'"},
    {"storage core device partition check nosuch", "nosuch"},
    {"storage nvme device get %A", "is no NVMe controller"},
    {"storage nvme device log get %N 2 -l 3", "--length"},
    {"storage nvme device log get %N 2 -l 6", "multiples of 4"},
    {"storage nvme device log get %N 0xee", "refused: NVMe status"},
    {"storage nvme namespace get %N -n 9", "has no namespace 9"},
    {"storage disk read nosuch", "there is no device or partition 'nosuch'"},
    {"storage disk read %0:9", "there is no device or partition"},
    {"storage disk read %0 --block 65536", "block 65536 is not one of"},
    {"storage disk read %0 --block 65535 --count 2", "are not within"},
    {"storage disk read %0 --count 0", "--count takes from 1"},
    {"storage disk read %0 --count 1000", "--count takes from 1 to 128 blocks"},
    {"storage disk read %0:1 --block 1000", "which has 1000"},
    {"storage disk write %0 --block 1", "this overwrites"},
    {"storage disk write %0 --data 5 --yes", "hexadecimal"},
    {"storage disk write %0 --data xy --yes", "hexadecimal"},
    {"storage disk write %0 --count 65537 --yes", "--count takes from 1 to 65536"},
    {"storage disk discard %0 --block 1", "this overwrites"},
    {"storage disk zero %0 --block 65535 --count 2 --yes", "are not within"},
    {"storage disk verify %0", "this overwrites"},
    {"storage disk verify %0 --mode flush", "this overwrites"},
    {"storage disk verify %0 --mode erase --yes", "--mode"},
    {"storage disk verify %0 --block-size 1000 --yes", "multiples of 512"},
    {"storage disk verify %2 --block-size 512 --yes", "multiples of 4096"},
    {"storage disk verify %0 --block-size 8K-4K --yes", "--block-size"},
    {"storage disk verify %0 --block-size 16M --yes", "--block-size"},
    {"storage disk verify %0 --size 1.5M --yes", "--size takes a number of bytes"},
    {"storage disk verify %0 --size 0 --yes", "--size takes a number of bytes"},
    {"storage disk verify %0 --size 64M --yes", "are not within"},
    {"storage disk verify %0 --size 1000 --yes", "no whole number of blocks"},
    {"storage disk verify %0 --depth 0 --yes", "--depth"},
    {"storage disk verify %0 --cpus 9 --yes", "--cpus"},
    {"storage disk verify %0 --fua 101 --yes", "--fua"},
    {"storage disk bench %0 --op write", "this overwrites"},
    {"storage disk bench %0 --size 100", "--size takes multiples"},
    {"storage disk bench %0 --size 1G", "--size takes multiples"},
};

START_TEST(test_wrong_commands)
{
    const char *command = fill_in(wrong[_i][0]);
    char *output;

    ck_assert_int_gt(machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, &output), 0);
    ck_assert_msg(strstr(output, wrong[_i][1]) != NULL, "'%s' said: %s", command, output);
    ck_assert_msg(count_lines(output) == 1, "'%s' said more than a line: %s", command, output);
    free(output);
}
END_TEST

/* Partitions. */

static void expect_partition(json_t *list, const char *name, long long number, long long start,
                             long long sectors)
{
    json_t *row = boot_row(list, "Name", name);

    ck_assert_int_eq(json_integer_value(json_object_get(row, "Partition")), number);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "StartSector")), start);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "EndSector")), start + sectors - 1);
    ck_assert_int_eq(json_integer_value(json_object_get(row, "Sectors")), sectors);
}

START_TEST(test_partitions)
{
    for (unsigned i = WHOLE; i <= FIRST_DAMAGED; i++) {
        json_t *list = ask(i == WHOLE ? "storage core device partition list %0"
                                      : "storage core device partition list %1");

        ck_assert_uint_eq(json_array_size(list), 2);
        expect_partition(list, "system", 1, 6, 1000);
        expect_partition(list, "data", 2, 1006, 4000);
        json_decref(list);
    }
    for (unsigned i = BOTH_DAMAGED; i <= OVERLAPPING; i++) {
        json_t *list = ask(i == BOTH_DAMAGED ? "storage core device partition list %2"
                                             : "storage core device partition list %3");

        ck_assert_uint_eq(json_array_size(list), 0);
        json_decref(list);
    }
}
END_TEST

/** The line is told by the command that looks again, and its beginning is in the log, whose lines are
 * shorter. */
static void expect_remark(const char *command, bool fails, const char *line)
{
    char *output, begin[64];

    snprintf(begin, sizeof(begin), "%s", line);

    ck_assert_int_eq(machine_command(machine, fill_in(command), BOOT_COMMAND_TIMEOUT_S, &output) != 0, fails);
    ck_assert_msg(strstr(output, line) != NULL, "'%s' said: %s", command, output);
    ck_assert_msg(strstr(machine_console(machine), begin) != NULL, "the log does not say: %s", line);
    free(output);
}

START_TEST(test_damage_is_told)
{
    char *output = run("storage core device partition check %0");

    ck_assert_str_eq(output, "");
    free(output);
    expect_remark(
        "storage core device partition check %1", false,
        "the GPT's first copy, at block 1, is damaged: its checksum is wrong. The second, at block 65535, "
        "is used; have a partitioning tool write the first anew");
    expect_remark(
        "storage core device partition check %2", true,
        "so is the second, at block 8191: the checksum of its entries, from block 8190 on, is wrong. No "
        "partition is used: write a new table");
    expect_remark(
        "storage core device partition check %3", false,
        "partitions 1 (blocks 3 to 1002) and 2 (blocks 1002 to 5002) overlap; neither is used: correct the "
        "table");
}
END_TEST

/* What is written. */

START_TEST(test_write_and_read)
{
    size_t len;
    uint8_t *bytes;
    char *text;

    free(run("storage disk write %0:2 --block 3 --count 2 --data cafe01 --yes"));
    text = run("storage disk read %0:2 --block 3");
    ck_assert_msg(strstr(text, "ca fe 01 ca fe 01 ca") != NULL, "not what was written: %s", text);
    free(text);
    free(run("storage disk flush %0"));
    bytes = disks_map(images[WHOLE], &len);
    ck_assert_mem_eq(bytes + (1006 + 3) * 512, "\xca\xfe\x01\xca", 4);
    ck_assert_uint_eq(bytes[(1006 + 5) * 512], 0);
    ck_assert_uint_eq(bytes[(1006 + 3) * 512 - 1], 0);
    disks_unmap(bytes, len);
}
END_TEST

/** Write the region well, spoil a block, and see what a check says of it. */
static void expect_fault(const char *spoil, const char *told)
{
    free(run("storage disk verify %0:2 --mode write --size 256K --seed 5 --generation 3 --yes"));
    free(run("storage disk verify %0:2 --mode check --size 256K --seed 5 --generation 3"));
    free(run(spoil));
    boot_run_failing(
        machine, fill_in("storage disk verify %0:2 --mode check --size 256K --seed 5 --generation 3"), told);
}

START_TEST(test_wrong_blocks_are_told_for_what_they_are)
{
    /* Blocks count from the disk's beginning: the partition is at 1006. */
    expect_fault("storage disk write %0:2 --block 100 --generation 2 --seed 5 --yes",
                 "block 1106 should be of generation 3, but it is of generation 2: a write was lost");
    expect_fault("storage disk write %0:2 --block 100 --generation 4 --seed 5 --yes",
                 "it was written too early");
    expect_fault("storage disk write %0:2 --block 511 --generation 3 --seed 6 --yes",
                 "block 1517 should be of generation 3, but it is of a run with seed 0x6, not 0x5");
    expect_fault("storage disk write %0:2 --block 0 --data 00 --yes",
                 "block 1006 should be of generation 3, but it "
                 "is all zeroes");
    expect_fault("storage disk write %0:2 --block 7 --data 0102030405060708 --yes", "it is no pattern block");
    boot_run_failing(machine,
                     fill_in("storage disk verify %0:2 --mode check --size 256K --seed 5 --generation 9"),
                     "of generation 9, but it");
}
END_TEST

/** What a verify counts is what it was asked for. */
static void verify(const char *command, long long bytes, bool reads)
{
    json_t *record = ask(command);

    ck_assert_int_eq(json_integer_value(json_object_get(record, "BytesWritten")), bytes);
    ck_assert_int_eq(json_integer_value(json_object_get(record, "BytesRead")), reads ? bytes : 0);
    json_decref(record);
}

START_TEST(test_verify_in_all_modes)
{
    json_t *record;

    verify("storage disk verify %0 --size 4M --yes --block-size 512-1M --cpus 2 --depth 32", 4 * MIB, true);
    verify("storage disk verify %2 --size 4M --yes --block-size 4K-64K --cpus 2 --depth 256", 4 * MIB, true);
    verify("storage disk verify %3 --size 2M --total 6M --yes --mode write --depth 1 --cpus 1", 6 * MIB,
           false);
    verify("storage disk verify %2 --size 1M --total 3M --yes --fua 100 --depth 7", 3 * MIB, true);
    record =
        ask("storage disk verify %0 --size 4M --yes --mode flush --flush-every 4 --block-size 4K --depth 4");
    ck_assert_int_gt(json_integer_value(json_object_get(record, "Flushes")), 20);
    ck_assert_int_gt(json_integer_value(json_object_get(record, "StableWrites")), 0);
    json_decref(record);
    record = ask("storage disk verify %3 --size 2M --mode check --generation 3");
    ck_assert_int_eq(json_integer_value(json_object_get(record, "BytesRead")), 2 * MIB);
    json_decref(record);
}
END_TEST

/* Guards. */

START_TEST(test_a_disk_in_use_is_not_overwritten)
{
    static const char *const commands[] = {"storage disk write %1 --yes", "storage disk verify %1 --yes",
                                           "storage disk bench %1 --op write --yes"};

    free(run("system module load disk_user --parameters disk=%1"));
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        boot_run_failing(machine, fill_in(commands[i]), "is in use");
    }
    free(run("storage disk read %1"));
    free(run("system module unload disk_user"));
    free(run("storage disk write %1 --block 40000 --yes"));
}
END_TEST

START_TEST(test_nothing_is_written_without_yes)
{
    json_t *before = ask("storage core device stats get %3"), *after;

    boot_run_failing(machine, fill_in("storage disk write %3"), "--yes");
    boot_run_failing(machine, fill_in("storage disk verify %3 --mode write"), "--yes");
    boot_run_failing(machine, fill_in("storage disk bench %3 --op write"), "--yes");
    after = ask("storage core device stats get %3");
    ck_assert_int_eq(json_integer_value(json_object_get(after, "WriteOperations")),
                     json_integer_value(json_object_get(before, "WriteOperations")));
    json_decref(before);
    json_decref(after);
}
END_TEST

/* Stopping. */

#define CTRL_C "\3"

/** Wait for @p text on the console, behind what was there at @p from. @return where it is. */
static const char *await_on_console(size_t from, const char *text)
{
    const char *found = NULL;

    for (int i = 0; i < STOP_PATIENCE_S * 10 && found == NULL; i++) {
        machine_run_for(machine, 100);
        found = strstr(machine_console(machine) + from, text);
    }
    ck_assert_msg(found != NULL, "the console does not say '%s', but: %s", text,
                  machine_console(machine) + from);
    return found;
}

/** Type a command without end, stop it when it has done something, and look at what it says it has done. */
static void stop(const char *template, const char *disk, const char *operations, const char *done)
{
    long long before = disks_stat(machine, disk, operations);
    size_t from = strlen(machine_console(machine));
    const char *count;

    machine_type(machine, fill_in(template));
    machine_type(machine, "\r");
    for (int i = 0; i < STOP_PATIENCE_S * 10 && disks_stat(machine, disk, operations) < before + 100; i++) {
        machine_run_for(machine, 100);
    }
    machine_type(machine, CTRL_C);
    await_on_console(from, "error: stopped");
    count = await_on_console(from, done);
    ck_assert_msg(atoll(count + strlen(done)) > 0, "'%s' has done nothing: %s", template, count);
    ck_assert_int_ge(disks_stat(machine, disk, operations), before + 100);
}

/** Whether the world @p name waits for @p what. */
static bool waits(const char *name, const char *what)
{
    json_t *list = boot_json(machine, "system world list");
    const char *reason = json_string_value(json_object_get(boot_row(list, "Name", name), "WaitsFor"));
    bool yes = reason != NULL && strcmp(reason, what) == 0;

    json_decref(list);
    return yes;
}

/** One that does nothing but wait, for a NIC that never comes. */
static void stop_waiting(void)
{
    size_t from = strlen(machine_console(machine));

    machine_type(machine, "network nic wait --nic-name vmnic9 --link up --timeout 3600\r");
    for (int i = 0; i < STOP_PATIENCE_S * 10 && !waits("console", "link"); i++) {
        machine_run_for(machine, 100);
    }
    machine_type(machine, CTRL_C);
    await_on_console(from, "error: stopped");
}

START_TEST(test_long_commands_can_be_stopped)
{
    size_t from;

    stop_waiting();
    stop("storage disk verify %0 --total 1024G --yes", paths[0], "WriteOperations", "Bytes Written: ");
    stop("storage disk bench %2 --seconds 86400", paths[2], "ReadOperations", "Requests: ");
    free(run("storage disk write %0 --block 40000 --yes")); /* Nobody uses it any longer. */
    /* The wait for keys was not what has been stopped; and what can't be stopped takes a Ctrl-C as typed. */
    from = strlen(machine_console(machine));
    machine_type(machine, "system version" CTRL_C "system uuid get\r");
    await_on_console(from, "UUID: ");
}
END_TEST

/* Adapters. */

START_TEST(test_rescan_and_reset)
{
    for (unsigned i = 0; i < 2; i++) {
        free(run(i == 0 ? "storage core adapter rescan %A" : "storage core adapter rescan %N"));
        free(run(i == 0 ? "storage core adapter reset %A" : "storage core adapter reset %N"));
    }
    free(run("storage core adapter rescan --all"));
    disks_wait(machine, DISKS);
    for (unsigned i = 0; i < DISKS; i++) {
        static const char *const reads[] = {"storage disk read %0", "storage disk read %1",
                                            "storage disk read %2", "storage disk read %3"};
        free(run(reads[i]));
    }
}
END_TEST

/* Queues that are polled have no interrupt: nothing ends unless somebody looks. */
START_TEST(test_polled_queues)
{
    free(run("system module unload nvme"));
    free(run("system module load nvme --parameters poll_queues=2"));
    disks_wait(machine, DISKS);
    ck_assert_ptr_nonnull(strstr(machine_console(machine), "2/0/2 default/read/poll queues"));
    verify("storage disk verify %2 --size 2M --yes --polled --cpus 2", 2 * MIB, true);
    verify("storage disk verify %2 --size 2M --yes --polled --depth 1 --cpus 1", 2 * MIB, true);
    verify("storage disk verify %0 --size 2M --yes --polled", 2 * MIB, true); /* SATA has none */
}
END_TEST

/** Allocations of the kernel's. What its address space keeps of worlds that were, it keeps until many are. */
static long long allocations(void)
{
    json_t *heaps = boot_json(machine, "system heap list");
    long long count = json_integer_value(json_object_get(boot_row(heaps, "Name", "vmkernel"), "Allocations"));

    json_decref(heaps);
    return count - boot_stat(machine, "memory/mappings/stale_areas");
}

/* What these commands take, they give back. */
START_TEST(test_commands_leak_nothing)
{
    long long before;

    free(run("storage disk verify %0 --size 1M --yes"));
    before = allocations();
    for (unsigned i = 0; i < 20; i++) {
        free(run("storage disk verify %0 --size 1M --yes"));
        free(run("storage disk bench %2 --count 50"));
        free(run("storage core device smart get %0"));
        free(run("storage core device partition check %3"));
        boot_run_failing(machine, fill_in("storage disk verify %0 --mode check --size 1M --generation 7"),
                         "block");
    }
    ck_assert_int_eq(allocations(), before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storage_console");
    TCase *tcase = tcase_create("storage_console");

    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_partitions);
    tcase_add_test(tcase, test_damage_is_told);
    tcase_add_loop_test(tcase, test_listings_in_all_forms, 0, sizeof(listings) / sizeof(listings[0]));
    tcase_add_loop_test(tcase, test_records, 0, sizeof(records) / sizeof(records[0]));
    tcase_add_loop_test(tcase, test_wrong_commands, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tcase, test_nothing_is_written_without_yes);
    tcase_add_test(tcase, test_write_and_read);
    tcase_add_test(tcase, test_wrong_blocks_are_told_for_what_they_are);
    tcase_add_test(tcase, test_verify_in_all_modes);
    tcase_add_test(tcase, test_a_disk_in_use_is_not_overwritten);
    tcase_add_test(tcase, test_long_commands_can_be_stopped);
    tcase_add_test(tcase, test_rescan_and_reset);
    tcase_add_test(tcase, test_polled_queues);
    tcase_add_test(tcase, test_commands_leak_nothing);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
