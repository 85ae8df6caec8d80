/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_partition_tools.c - tables written by sgdisk, sfdisk and fdisk, read by us and by sfdisk: both say
 * the same.
 */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "disk.h"
#include "run.h"

#define IMAGE_BYTES (64u << 20)
#define LAYOUTS     6

/* To tell the kernel it would flush all of the host's disks first. */
#define SFDISK "/sbin/sfdisk -q --no-tell-kernel $IMAGE"

/** A file that a tool writes a table to. */
struct image {
    char path[64];
    FILE *tool; /**< While it is at work. */
};

static struct image images[LAYOUTS];
static struct disk disk;
static struct partition_table table;

/** Let a command of the shell write to a new image, $IMAGE. Tools wait for disks and let them settle: several
 * do so at a time. */
static void image_begin(struct image *image, const char *command)
{
    int fd;

    /* Behind a name that ends with a digit, tools put a "p" before the number. */
    snprintf(image->path, sizeof(image->path), "%s/partitionsXXXXXX.img", P_tmpdir);
    fd = mkostemps(image->path, (int)strlen(".img"), O_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, IMAGE_BYTES) == 0);
    close(fd);
    setenv("IMAGE", image->path, 1);
    image->tool = popen(command, "re");
    ck_assert_ptr_nonnull(image->tool);
}

/** Wait for it; it has to succeed. */
static void image_end(struct image *image)
{
    ck_assert_msg(pclose(image->tool) == 0, "no table was written to %s", image->path);
}

static void image_make(struct image *image, const char *command)
{
    image_begin(image, command);
    image_end(image);
}

/** Read the image's table; nothing may be remarked. */
static void read_image(const struct image *image, uint32_t block_size)
{
    int fd = open(image->path, O_RDONLY | O_CLOEXEC);
    void *bytes = mmap(NULL, IMAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);

    ck_assert(bytes != MAP_FAILED);
    disk_wrap(&disk, block_size, IMAGE_BYTES / block_size, bytes);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_msg(disk.num_lines == 0, "%s", disk.lines[0]);
    munmap(bytes, IMAGE_BYTES);
    close(fd);
}

/** What sfdisk reads; to be json_decref()ed. */
static json_t *read_by_sfdisk(const struct image *image)
{
    char command[128];
    json_error_t error;
    FILE *pipe;
    json_t *root;

    snprintf(command, sizeof(command), "/sbin/sfdisk --json %s", image->path);
    pipe = popen(command, "re");
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

static void compare_partition(const struct image *image, json_t *theirs)
{
    const char *node = text_of(theirs, "node");
    unsigned number = (unsigned)atoi(node + strlen(image->path));
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
static unsigned compare(const struct image *image)
{
    json_t *root, *theirs, *partition;
    unsigned count = 0;
    size_t i;

    read_image(image, 512);
    root = read_by_sfdisk(image);
    theirs = json_object_get(root, "partitiontable");
    ck_assert_str_eq(text_of(theirs, "label"), table.scheme == PARTITION_GPT ? "gpt" : "dos");
    json_array_foreach(json_object_get(theirs, "partitions"), i, partition)
    {
        if (!is_room_only(partition)) {
            compare_partition(image, partition);
            count++;
        }
    }
    ck_assert_uint_eq(table.count, count);
    json_decref(root);
    unlink(image->path);
    return count;
}

START_TEST(gpt_by_sgdisk)
{
    unsigned parts[LAYOUTS];

    for (unsigned layout = 0; layout < LAYOUTS; layout++) {
        unsigned at = 2048;
        char command[1600] = "/sbin/sgdisk -o -a 1";

        parts[layout] = 1 + (layout + 1) * 5 % 20;
        srand(layout + 1);
        for (unsigned i = 1; i <= parts[layout]; i++) {
            unsigned blocks = 1 + (unsigned)rand() % 4096, number = i * 3 % 61;

            snprintf(command + strlen(command), sizeof(command) - strlen(command),
                     " -n %u:%u:+%u -c %u:'Part \u00e4 %u'", number, at, blocks, number, i);
            at += blocks + 2 + (unsigned)rand() % 300;
        }
        strcat(command, " $IMAGE >/dev/null");
        image_begin(&images[layout], command);
    }
    for (unsigned layout = 0; layout < LAYOUTS; layout++) {
        image_end(&images[layout]);
        ck_assert_uint_eq(compare(&images[layout]), parts[layout]);
    }
}
END_TEST

START_TEST(gpt_by_sfdisk)
{
    image_make(images, "printf '%s\\n' 'label: gpt' 'table-length: 200' 'size=1M, type=uefi, name=esp' "
                       "'size=7M, type=linux' 'type=swap, name=\"the rest\"' | " SFDISK);
    ck_assert_uint_eq(compare(images), 3);
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[0]), "EFI system");
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[1]), "Linux filesystem");
    ck_assert_str_eq(partition_type_name(&table, &table.partitions[2]), "Linux swap");
}
END_TEST

START_TEST(mbr_by_sfdisk)
{
    for (unsigned seed = 1; seed <= LAYOUTS; seed++) {
        unsigned logicals = seed * 7 % 26;
        char command[1600] = "printf '%s\\n' 'label: dos' 'size=1M, type=83, bootable' 'size=2M, type=c' "
                             "'size=1M, type=82' 'type=5'";

        srand(seed);
        for (unsigned i = 0; i < logicals; i++) {
            snprintf(command + strlen(command), sizeof(command) - strlen(command), " 'size=%u, type=83'",
                     1 + (unsigned)rand() % 500);
        }
        strcat(command, " | " SFDISK);
        image_make(images, command);
        ck_assert_uint_eq(compare(images), 3 + logicals);
    }
}
END_TEST

/* Logical partitions that were deleted and made again leave a chain that goes to and fro. */
START_TEST(mbr_after_deletions)
{
    image_make(images, "printf '%s\\n' 'label: dos' 'size=1M, type=83' 'type=f' 'size=4M, type=83' "
                       "'size=4M, type=83' 'size=4M, type=83' | " SFDISK
                       " && printf 'd\\n5\\nn\\nl\\n\\n+1M\\nw\\n' | /sbin/fdisk $IMAGE >/dev/null 2>&1");
    ck_assert_uint_eq(compare(images), 4);
}
END_TEST

/* Only fdisk can be told a file's block size. */
START_TEST(gpt_of_4096_byte_blocks)
{
    unsigned long start, sectors;
    FILE *pipe;

    image_make(
        images,
        "printf 'g\\nn\\n1\\n\\n+8M\\nn\\n2\\n\\n\\nw\\n' | /sbin/fdisk -b 4096 $IMAGE >/dev/null 2>&1");
    read_image(images, 4096);
    ck_assert_int_eq(table.scheme, PARTITION_GPT);
    ck_assert_uint_eq(table.count, 2);
    pipe = popen("/sbin/fdisk -b 4096 -l -o Start,Sectors $IMAGE | sed -n '/^ *[0-9]/p'", "re");
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(fscanf(pipe, "%lu %lu", &start, &sectors), 2);
        ck_assert_uint_eq(table.partitions[i].first_block, start);
        ck_assert_uint_eq(table.partitions[i].num_blocks, sectors);
    }
    ck_assert_int_eq(pclose(pipe), 0);
    unlink(images->path);
}
END_TEST

RUN_TESTS(gpt_by_sgdisk, gpt_by_sfdisk, mbr_by_sfdisk, mbr_after_deletions, gpt_of_4096_byte_blocks)
