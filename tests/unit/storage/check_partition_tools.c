/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_partition_tools.c - tables written by sgdisk, sfdisk and fdisk, read by us and by sfdisk: both say
 * the same.
 */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disk.h"
#include "run.h"

#define IMAGE_BYTES (64u << 20)
#define LAYOUTS     6

static char image[64];
static struct disk disk;
static struct partition_table table;

/** Run a command of the shell, which has to succeed. */
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    char command[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    ck_assert_msg(system(command) == 0, "failed: %s", command);
}

static void make_image(void)
{
    int fd;

    /* Behind a name that ends with a digit, tools put a "p" before the number. */
    snprintf(image, sizeof(image), "%s/partitionsXXXXXX.img", P_tmpdir);
    fd = mkostemps(image, (int)strlen(".img"), O_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, IMAGE_BYTES) == 0);
    close(fd);
}

/** Read the image's table; nothing may be remarked. */
static void read_image(uint32_t block_size)
{
    int fd = open(image, O_RDONLY | O_CLOEXEC);
    void *bytes = mmap(NULL, IMAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);

    ck_assert(bytes != MAP_FAILED);
    disk_wrap(&disk, block_size, IMAGE_BYTES / block_size, bytes);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_msg(disk.num_lines == 0, "%s", disk.lines[0]);
    munmap(bytes, IMAGE_BYTES);
    close(fd);
}

/** What sfdisk reads; to be json_decref()ed. */
static json_t *read_by_sfdisk(void)
{
    char command[128];
    json_error_t error;
    FILE *pipe;
    json_t *root;

    snprintf(command, sizeof(command), "/sbin/sfdisk --json %s", image);
    pipe = popen(command, "r");
    root = json_loadf(pipe, 0, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    ck_assert_int_eq(pclose(pipe), 0);
    return root;
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static void compare_partition(json_t *theirs)
{
    const char *node = text_of(theirs, "node");
    unsigned number = (unsigned)atoi(node + strlen(image));
    const struct partition *ours = partition_find(&table, number);
    char guid[PARTITION_GUID_TEXT_MAX];

    ck_assert_msg(ours != NULL, "partition %u is missing", number);
    ck_assert_uint_eq(ours->first_block, (uint64_t)json_integer_value(json_object_get(theirs, "start")));
    ck_assert_uint_eq(ours->num_blocks, (uint64_t)json_integer_value(json_object_get(theirs, "size")));
    if (table.scheme == PARTITION_GPT) {
        ck_assert_str_eq(partition_guid_text(&ours->type_id, guid), text_of(theirs, "type"));
        ck_assert_str_eq(partition_guid_text(&ours->id, guid), text_of(theirs, "uuid"));
        ck_assert_str_eq(ours->name, text_of(theirs, "name"));
    } else {
        ck_assert_uint_eq(ours->type, strtoul(text_of(theirs, "type"), NULL, 16));
        ck_assert_uint_eq(ours->attributes, json_is_true(json_object_get(theirs, "bootable")) ? 4 : 0);
    }
}

/** An extended partition is no partition of ours. */
static bool is_room_only(json_t *theirs)
{
    return table.scheme == PARTITION_MBR &&
           (strcasecmp(text_of(theirs, "type"), "5") == 0 || strcasecmp(text_of(theirs, "type"), "f") == 0);
}

/** Compare, and remove the image. @return partitions */
static unsigned compare(void)
{
    json_t *root, *theirs, *partition;
    unsigned count = 0;
    size_t i;

    read_image(512);
    root = read_by_sfdisk();
    theirs = json_object_get(root, "partitiontable");
    ck_assert_str_eq(text_of(theirs, "label"), table.scheme == PARTITION_GPT ? "gpt" : "dos");
    json_array_foreach(json_object_get(theirs, "partitions"), i, partition)
    {
        if (!is_room_only(partition)) {
            compare_partition(partition);
            count++;
        }
    }
    ck_assert_uint_eq(table.count, count);
    json_decref(root);
    unlink(image);
    return count;
}

START_TEST(gpt_by_sgdisk)
{
    for (unsigned seed = 1; seed <= LAYOUTS; seed++) {
        unsigned parts = 1 + seed * 5 % 20, at = 2048;
        char options[1600] = "";

        srand(seed);
        make_image();
        for (unsigned i = 1; i <= parts; i++) {
            unsigned blocks = 1 + (unsigned)rand() % 4096, number = i * 3 % 61;

            snprintf(options + strlen(options), sizeof(options) - strlen(options),
                     " -n %u:%u:+%u -c %u:'Part \u00e4 %u'", number, at, blocks, number, i);
            at += blocks + 2 + (unsigned)rand() % 300;
        }
        run("/sbin/sgdisk -o -a 1 %s %s >/dev/null", options, image);
        ck_assert_uint_eq(compare(), parts);
    }
}
END_TEST

START_TEST(gpt_by_sfdisk)
{
    make_image();
    run("printf '%%s\\n' 'label: gpt' 'table-length: 200' 'size=1M, type=uefi, name=esp' 'size=7M, "
        "type=linux' "
        "'type=swap, name=\"the rest\"' | /sbin/sfdisk -q %s",
        image);
    ck_assert_uint_eq(compare(), 3);
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[0]), "EFI system");
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[1]), "Linux filesystem");
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[2]), "Linux swap");
}
END_TEST

START_TEST(mbr_by_sfdisk)
{
    for (unsigned seed = 1; seed <= LAYOUTS; seed++) {
        unsigned logicals = seed * 7 % 26;
        char script[1600] =
            "label: dos\nsize=1M, type=83, bootable\nsize=2M, type=c\nsize=1M, type=82\ntype=5\n";

        srand(seed);
        make_image();
        for (unsigned i = 0; i < logicals; i++) {
            snprintf(script + strlen(script), sizeof(script) - strlen(script), "size=%u, type=83\n",
                     1 + (unsigned)rand() % 500);
        }
        run("printf '%%s' '%s' | /sbin/sfdisk -q %s", script, image);
        ck_assert_uint_eq(compare(), 3 + logicals);
    }
}
END_TEST

/* Logical partitions that were deleted and made again leave a chain that goes to and fro. */
START_TEST(mbr_after_deletions)
{
    make_image();
    run("printf 'label: dos\\nsize=1M, type=83\\ntype=f\\nsize=4M, type=83\\nsize=4M, type=83\\nsize=4M, "
        "type=83\\n' "
        "| /sbin/sfdisk -q %s",
        image);
    run("printf 'd\\n5\\nn\\nl\\n\\n+1M\\nw\\n' | /sbin/fdisk %s >/dev/null 2>&1", image);
    ck_assert_uint_eq(compare(), 4);
}
END_TEST

/* Only fdisk can be told a file's block size. */
START_TEST(gpt_of_4096_byte_blocks)
{
    unsigned long start, sectors;
    char command[160];
    FILE *pipe;

    make_image();
    run("printf 'g\\nn\\n1\\n\\n+8M\\nn\\n2\\n\\n\\nw\\n' | /sbin/fdisk -b 4096 %s >/dev/null 2>&1", image);
    read_image(4096);
    ck_assert_int_eq(table.scheme, PARTITION_GPT);
    ck_assert_uint_eq(table.count, 2);
    snprintf(command, sizeof(command), "/sbin/fdisk -b 4096 -l -o Start,Sectors %s | sed -n '/^ *[0-9]/p'",
             image);
    pipe = popen(command, "r");
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(fscanf(pipe, "%lu %lu", &start, &sectors), 2);
        ck_assert_uint_eq(table.partitions[i].first_block, start);
        ck_assert_uint_eq(table.partitions[i].num_blocks, sectors);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    unlink(image);
}
END_TEST

RUN_TESTS(gpt_by_sgdisk, gpt_by_sfdisk, mbr_by_sfdisk, mbr_after_deletions, gpt_of_4096_byte_blocks)
