/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_disks [SMP MEMORY] - machines with many kinds of disks: each is there as what it is, with its size,
 * its blocks and its protection, gives up room that is not needed, and a disk that grows is seen to have
 * grown.
 */
#include "disks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MIB               (1ull << 20)
#define NAMESPACES        8
#define SIZE(n)           ((16 + (n)) * MIB) /* Of namespace or disk n, so that no two are alike. */
#define LARGE_BLOCKS      3                  /* The namespace with blocks of 4096 bytes. */
#define PROTECTED         5                  /* The one that is read-only. */
#define LATER_SIZE        (40 * MIB)
#define CD                (NAMESPACES + 2) /* Its place among the disks. */
#define MEDIUM_PATIENCE_S 60
#define EXPECTED_DISKS    (NAMESPACES + 1 + 3 + 1) /* With the CD. */

static unsigned smp = 2;
static const char *memory = "512M";
static struct machine *machine;
static const char *images[MACHINE_MAX_DISKS];

static void describe(struct machine_options *options)
{
    struct machine_disk *disk = options->disks;
    char name[64];

    for (unsigned n = 0; n < NAMESPACES; n++) {
        snprintf(name, sizeof name, "storage_disks-ns%u", n);
        *disk++ = (struct machine_disk){.kind = MACHINE_DISK_NVME,
                                        .file = disks_image(name, SIZE(n)),
                                        .serial = "eight",
                                        .block_size = n == LARGE_BLOCKS ? 4096 : 512,
                                        .read_only = n == PROTECTED};
    }
    *disk++ = (struct machine_disk){.kind = MACHINE_DISK_NVME,
                                    .adapter = 1,
                                    .file = disks_image("storage_disks-nvme1", SIZE(20)),
                                    .serial = "alone"};
    *disk++ =
        (struct machine_disk){.kind = MACHINE_DISK_AHCI, .file = disks_image("storage_disks-a0", SIZE(30))};
    *disk++ =
        (struct machine_disk){.kind = MACHINE_DISK_CDROM, .file = disks_image("storage_disks-cd", SIZE(31))};
    *disk++ = (struct machine_disk){.kind = MACHINE_DISK_AHCI,
                                    .file = disks_image("storage_disks-a1", SIZE(32)),
                                    .device_more = "physical_block_size=4096,discard_granularity=0"};
    *disk++ = (struct machine_disk){
        .kind = MACHINE_DISK_AHCI, .adapter = 1, .file = disks_image("storage_disks-b0", SIZE(33))};
    for (unsigned i = 0; i < EXPECTED_DISKS; i++) {
        images[i] = options->disks[i].file;
    }
}

static void start_machine(void)
{
    static char name[64];
    snprintf(name, sizeof name, "storage_disks.smp%u.%s", smp, memory);
    struct machine_options options = boot_options(name);
    options.smp = smp;
    options.memory = memory;
    describe(&options);
    machine = boot_up(&options);
    disks_wait(machine, EXPECTED_DISKS);
}

static void stop_machine(void)
{
    boot_down(machine);
}

static json_t *get(const char *disk)
{
    char command[256];
    snprintf(command, sizeof command, "storage core device get -d %s", disk);
    return boot_json(machine, command);
}

static void assert_disk(const char *disk, uint64_t bytes, long long block, const char *serial)
{
    json_t *device = get(disk);
    ck_assert_str_eq(json_string_value(json_object_get(device, "DeviceType")), "disk");
    ck_assert_str_eq(json_string_value(json_object_get(device, "SerialNumber")), serial);
    ck_assert_int_eq(json_integer_value(json_object_get(device, "BlockSize")), block);
    ck_assert_int_eq(json_integer_value(json_object_get(device, "Blocks")) * block, (long long)bytes);
    ck_assert_str_eq(json_string_value(json_object_get(device, "Status")), "on");
    ck_assert_int_eq(json_integer_value(json_object_get(device, "Paths")), 1);
    json_decref(device);
}

static bool flag(const char *disk, const char *heading)
{
    json_t *device = get(disk);
    json_t *value = json_object_get(device, heading);
    ck_assert_msg(json_is_boolean(value), "%s: no %s", disk, heading);
    bool set = json_is_true(value);
    json_decref(device);
    return set;
}

START_TEST(test_namespaces)
{
    for (unsigned n = 0; n < NAMESPACES; n++) {
        const char *path = disks_path(machine, "nvme", 0, n);
        assert_disk(path, SIZE(n), n == LARGE_BLOCKS ? 4096 : 512, "eight");
        ck_assert(!flag(path, "IsRemovable"));
        ck_assert(flag(path, "IsSSD"));
    }
    assert_disk(disks_path(machine, "nvme", 1, 0), SIZE(20), 512, "alone");
}
END_TEST

/*
 * QEMU 7.2 does not say that a namespace is read-only, but fails what writes to it: the caller is told, and
 * the disk goes on.
 */
START_TEST(test_read_only)
{
    const char *path = disks_path(machine, "nvme", 0, PROTECTED), *cd = disks_path(machine, "ahci", 1, 1);
    char text[128];
    snprintf(text, sizeof text, "storage disk write -d %s --yes --block 7 --data ff", path);
    boot_run_failing(machine, text, "writing 1 blocks from block 7");
    snprintf(text, sizeof text, "storage disk read -d %s --block 7", path);
    char *contents = boot_run(machine, text);
    ck_assert_msg(strstr(contents, "ff ff") == NULL, "a read-only disk was written: %s", contents);
    free(contents);
    snprintf(text, sizeof text, "storage disk write -d %s --yes --block 7 --data ff", cd);
    boot_run_failing(machine, text, "ead-only");
}
END_TEST

/* A disk on the first, the second and the third of six ports, the second being a CD-ROM: no path without one.
 */
START_TEST(test_ports)
{
    json_t *adapters = boot_json(machine, "storage core adapter list");
    const char *first = disks_adapter(machine, "ahci", 1), *second = disks_adapter(machine, "ahci", 0);
    json_t *with_three = boot_row(adapters, "HBAName", first),
           *with_one = boot_row(adapters, "HBAName", second);
    ck_assert_int_eq(json_integer_value(json_object_get(with_three, "Paths")), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(with_one, "Paths")), 1);
    json_decref(adapters);

    assert_disk(disks_path(machine, "ahci", 1, 0), SIZE(30), 512, "disk9");
    assert_disk(disks_path(machine, "ahci", 1, 2), SIZE(32), 512, "disk11");
    assert_disk(disks_path(machine, "ahci", 0, 0), SIZE(33), 512, "disk12");
}
END_TEST

/* A disk of 512-byte blocks that are parts of larger ones says so. */
START_TEST(test_physical_blocks)
{
    static const long long sizes[] = {512, 4096};
    for (unsigned i = 0; i < 2; i++) {
        json_t *device = get(disks_path(machine, "ahci", 1, i * 2));
        ck_assert_int_eq(json_integer_value(json_object_get(device, "PhysicalBlockSize")), sizes[i]);
        json_decref(device);
    }
}
END_TEST

START_TEST(test_cdrom)
{
    const char *path = disks_path(machine, "ahci", 1, 1);
    json_t *device = get(path);
    ck_assert_str_eq(json_string_value(json_object_get(device, "DeviceType")), "cdrom");
    ck_assert_int_eq(json_integer_value(json_object_get(device, "BlockSize")), 2048);
    ck_assert_int_eq(json_integer_value(json_object_get(device, "Blocks")) * 2048, (long long)SIZE(31));
    json_decref(device);
    ck_assert(flag(path, "IsReadOnly"));
    ck_assert(flag(path, "IsRemovable"));
}
END_TEST

static void tell_drive(const char *execute, const char *more)
{
    char text[256];
    snprintf(text, sizeof text, "{\"execute\": \"%s\", \"arguments\": {\"id\": \"disk%u-dev\"%s}}", execute,
             CD, more);
    ck_assert_msg(machine_qmp(machine, text, NULL), "%s: %s", execute, machine_error(machine));
}

/* The drive is asked every two seconds. */
static void await_blocks(const char *path, long long blocks)
{
    for (int i = 0; i < MEDIUM_PATIENCE_S * 10; i++) {
        json_t *device = get(path);
        bool there = json_integer_value(json_object_get(device, "Blocks")) == blocks;
        json_decref(device);
        if (there) {
            return;
        }
        machine_run_for(machine, 100);
    }
    ck_abort_msg("%s has not got %lld blocks", path, blocks);
}

START_TEST(test_media_come_and_go)
{
    const char *path = disks_path(machine, "ahci", 1, 1);
    char text[256];
    tell_drive("blockdev-open-tray", ", \"force\": true");
    tell_drive("blockdev-remove-medium", "");
    await_blocks(path, 0);
    snprintf(text, sizeof text, "storage disk read -d %s --block 16", path);
    ck_assert_int_ne(machine_command(machine, text, 30, NULL), 0);
    snprintf(text, sizeof text, ", \"node-name\": \"disk%u\"", CD);
    tell_drive("blockdev-insert-medium", text);
    tell_drive("blockdev-close-tray", "");
    await_blocks(path, (long long)(SIZE(31) / 2048));
    snprintf(text, sizeof text, "storage disk read -d %s --block 16", path);
    free(boot_run(machine, text));
}
END_TEST

/* What is not needed any more. */

/** Run `storage disk @p command` on blocks of @p disk; @return its status. */
static int on_blocks(const char *command, const char *disk, unsigned first, unsigned end)
{
    char text[256];
    snprintf(text, sizeof text, "storage disk %s -d %s --yes --block %u --count %u", command, disk, first,
             end - first);
    int status = machine_command(machine, text, BOOT_COMMAND_TIMEOUT_S, NULL);
    ck_assert_msg(status >= 0, "'%s': %s", text, machine_error(machine));
    return status;
}

/** Each byte of the blocks is @p value, in the image and as the machine reads them. */
static void assert_blocks(const char *image, const char *disk, unsigned block, unsigned first, unsigned end,
                          uint8_t value)
{
    char text[128], byte[8];
    size_t len;
    uint8_t *bytes = disks_map(image, &len);
    for (size_t i = (size_t)first * block; i < (size_t)end * block; i++) {
        if (bytes[i] != value) {
            ck_abort_msg("byte %zu of block %zu of %s is %#x, not %#x", i % block, i / block, disk, bytes[i],
                         value);
        }
    }
    disks_unmap(bytes, len);
    for (unsigned at = first; at < end; at += end - first - 1) {
        snprintf(text, sizeof text, "storage disk read -d %s --block %u", disk, at);
        snprintf(byte, sizeof byte, " %02x %02x ", value, value);
        char *output = boot_run(machine, text);
        ck_assert_msg(strstr(output, byte) != NULL, "'%s' does not show %s: %s", text, byte, output);
        free(output);
    }
}

static long long room_of(const char *image)
{
    struct stat status;
    ck_assert_int_eq(stat(image, &status), 0);
    return status.st_blocks * 512ll;
}

enum { FIRST = 1024, HOLE = 1280, HOLE_END = 1792, ZEROES = 2048, ZEROES_END = 2560, END = 3072 };

/** Blocks from FIRST to END are written, some of them discarded and some zeroed; then all are discarded. */
static void give_up(const char *image, const char *disk, unsigned block)
{
    ck_assert_int_eq(on_blocks("write --data a5", disk, FIRST, END), 0);
    long long written = room_of(image);
    ck_assert_int_eq(on_blocks("discard", disk, HOLE, HOLE_END), 0);
    ck_assert_int_le(room_of(image), written - (HOLE_END - HOLE) * (long long)block);
    ck_assert_int_eq(on_blocks("zero", disk, ZEROES, ZEROES_END), 0);
    assert_blocks(image, disk, block, FIRST, HOLE, 0xa5);
    assert_blocks(image, disk, block, HOLE, HOLE_END, 0);
    assert_blocks(image, disk, block, HOLE_END, ZEROES, 0xa5);
    assert_blocks(image, disk, block, ZEROES, ZEROES_END, 0);
    assert_blocks(image, disk, block, ZEROES_END, END, 0xa5);
    ck_assert_int_eq(on_blocks("discard", disk, FIRST, END), 0);
    ck_assert_int_le(room_of(image), written - (END - FIRST) * (long long)block);
    assert_blocks(image, disk, block, FIRST, END, 0);
}

START_TEST(test_room_is_given_up)
{
    const char *sata = disks_path(machine, "ahci", 1, 0);
    give_up(images[0], disks_path(machine, "nvme", 0, 0), 512);
    give_up(images[LARGE_BLOCKS], disks_path(machine, "nvme", 0, LARGE_BLOCKS), 4096);
    give_up(images[NAMESPACES + 1], sata, 512);
    /* SATA disks have no command for zeroes: they are written. */
    ck_assert_int_eq(disks_stat(machine, sata, "ZeroesWritten"), (ZEROES_END - ZEROES) * 512);
}
END_TEST

/* On one that can't discard, it fails and nothing is changed; zeroes are had of any. */
START_TEST(test_discard_is_refused)
{
    const char *sata = disks_path(machine, "ahci", 1, 2), *cd = disks_path(machine, "ahci", 1, 1);
    char text[128];
    ck_assert(!flag(sata, "Discard"));
    ck_assert_int_eq(on_blocks("write --data a5", sata, 0, 64), 0);
    snprintf(text, sizeof text, "storage disk discard -d %s --yes --block 8 --count 8", sata);
    boot_run_failing(machine, text, "discarding 8 blocks from block 8");
    assert_blocks(images[NAMESPACES + 3], sata, 512, 0, 64, 0xa5);
    ck_assert_int_eq(on_blocks("zero", sata, 8, 16), 0);
    assert_blocks(images[NAMESPACES + 3], sata, 512, 8, 16, 0);
    assert_blocks(images[NAMESPACES + 3], sata, 512, 16, 64, 0xa5);
    ck_assert_int_ne(on_blocks("discard", cd, 0, 1), 0);
    ck_assert_int_ne(on_blocks("zero", cd, 0, 1), 0);
    snprintf(text, sizeof text, "storage disk zero -d %s", sata);
    boot_run_failing(machine, text, "--yes");
}
END_TEST

/* Names are of the disks, not of their places. */
START_TEST(test_names)
{
    json_t *list = boot_json(machine, "storage core device list"), *row, *other;
    size_t i, k;
    json_array_foreach(list, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "Device"));
        ck_assert_msg(strncmp(name, "t10.", 4) == 0 || strncmp(name, "eui.", 4) == 0 ||
                          strncmp(name, "naa.", 4) == 0 || strncmp(name, "uuid.", 5) == 0,
                      "%s is no lasting name", name);
        json_array_foreach(list, k, other)
        {
            ck_assert(k == i || strcmp(name, json_string_value(json_object_get(other, "Device"))) != 0);
        }
    }
    json_decref(list);
}
END_TEST

START_TEST(test_a_disk_grows)
{
    const char *path = disks_path(machine, "ahci", 0, 0);
    char text[256];
    snprintf(text, sizeof text,
             "{\"execute\": \"block_resize\", \"arguments\": {\"node-name\": \"disk12\", \"size\": %llu}}",
             LATER_SIZE);
    ck_assert_msg(machine_qmp(machine, text, NULL), "%s", machine_error(machine));
    snprintf(text, sizeof text, "storage core adapter rescan -A %s", disks_adapter(machine, "ahci", 0));
    free(boot_run(machine, text));
    assert_disk(path, LATER_SIZE, 512, "disk12");
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3) {
        smp = (unsigned)atoi(argv[1]);
        memory = argv[2];
    }
    Suite *suite = suite_create("storage_disks");
    TCase *tcase = tcase_create("storage_disks");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_test(tcase, test_namespaces);
    tcase_add_test(tcase, test_read_only);
    tcase_add_test(tcase, test_ports);
    tcase_add_test(tcase, test_physical_blocks);
    tcase_add_test(tcase, test_cdrom);
    tcase_add_test(tcase, test_room_is_given_up);
    tcase_add_test(tcase, test_discard_is_refused);
    tcase_add_test(tcase, test_media_come_and_go);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_a_disk_grows);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
