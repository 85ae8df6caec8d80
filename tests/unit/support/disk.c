/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.c - the layouts are written down here again, from the specification: what the kernel reads is checked
 * against something that is not its own.
 */
#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES 128u

#define REQUIRE(cond)                                                                                        \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond);                        \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

static struct disk *disk_of(struct partition_source *source)
{
    return (struct disk *)((char *)source - offsetof(struct disk, source));
}

static VMK_ReturnStatus read_blocks(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                                    void *buffer)
{
    struct disk *disk = disk_of(source);

    disk->reads++;
    REQUIRE(count != 0 && block < source->num_blocks && count <= source->num_blocks - block);
    REQUIRE(buffer == disk->buffer && (uint64_t)count * source->block_size <= sizeof(disk->buffer));
    if (block <= disk->unreadable && disk->unreadable - block < count) {
        return VMK_READ_ERROR;
    }
    memcpy(buffer, disk_at(disk, block, 0), (size_t)count * source->block_size);
    return VMK_OK;
}

static void tell(struct partition_source *source, const char *line)
{
    struct disk *disk = disk_of(source);

    REQUIRE(disk->num_lines < DISK_LINES && strchr(line, '\n') == NULL);
    REQUIRE(strncmp(line, "disk: ", 6) == 0 && strlen(line) > 20);
    snprintf(disk->lines[disk->num_lines++], sizeof(disk->lines[0]), "%s", line);
}

void disk_wrap(struct disk *disk, uint32_t block_size, uint64_t num_blocks, void *bytes)
{
    memset(disk, 0, sizeof(*disk));
    disk->source = (struct partition_source){.name = "disk",
                                             .block_size = block_size,
                                             .num_blocks = num_blocks,
                                             .buffer = disk->buffer,
                                             .read = read_blocks,
                                             .tell = tell};
    disk->bytes = bytes;
    disk->unreadable = DISK_READABLE;
}

void disk_make(struct disk *disk, uint32_t block_size, uint64_t num_blocks)
{
    disk_wrap(disk, block_size, num_blocks, calloc(num_blocks, block_size));
}

void disk_free(struct disk *disk)
{
    free(disk->bytes);
    disk->bytes = NULL;
}

bool disk_told(const struct disk *disk, const char *text)
{
    for (unsigned i = 0; i < disk->num_lines; i++) {
        if (strstr(disk->lines[i], text) != NULL) {
            return true;
        }
    }
    return false;
}

uint8_t *disk_at(const struct disk *disk, uint64_t block, size_t offset)
{
    return disk->bytes + block * disk->source.block_size + offset;
}

static uint64_t last_of(const struct partition *p)
{
    return p->first_block + p->num_blocks - 1;
}

static bool name_is_printable(const char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name < ' ' || *name == 0x7f) {
            return false;
        }
    }
    return true;
}

VMK_ReturnStatus disk_read_table(struct disk *disk, struct partition_table *table)
{
    vmk_StatusValue status;

    disk->num_lines = disk->reads = 0;
    memset(table, 0xa5, sizeof(*table));
    status = partition_table_read(&disk->source, table);
    REQUIRE(table->count <= PARTITION_MAX && (status == VMK_OK || table->count == 0));
    REQUIRE(table->remarks >= disk->num_lines && (table->remarks != 0) == (disk->num_lines != 0));
    REQUIRE(status == VMK_OK || disk->num_lines != 0);
    for (uint32_t i = 0; i < table->count; i++) {
        const struct partition *p = &table->partitions[i];

        REQUIRE(p->num_blocks != 0 && p->first_block != 0 && p->first_block < disk->source.num_blocks);
        REQUIRE(p->num_blocks <= disk->source.num_blocks - p->first_block);
        REQUIRE(partition_find(table, p->number) == p && p->number != 0);
        REQUIRE(memchr(p->name, '\0', sizeof(p->name)) != NULL && name_is_printable(p->name));
        for (uint32_t j = 0; j < i; j++) {
            const struct partition *q = &table->partitions[j];

            REQUIRE(q->number < p->number);
            REQUIRE(last_of(p) < q->first_block || last_of(q) < p->first_block);
        }
    }
    return status;
}

/* The GPT. */

static void put(uint8_t *at, size_t width, uint64_t value)
{
    memcpy(at, &value, width);
}

static uint64_t get(const uint8_t *at, size_t width)
{
    uint64_t value = 0;

    memcpy(&value, at, width);
    return value;
}

static uint64_t array_blocks(const struct disk *disk)
{
    return (GPT_ENTRIES * ENTRY_BYTES + disk->source.block_size - 1) / disk->source.block_size;
}

uint64_t gpt_header_block(const struct disk *disk, unsigned copy)
{
    return copy == 0 ? 1 : disk->source.num_blocks - 1;
}

uint64_t gpt_array_block(const struct disk *disk, unsigned copy)
{
    return copy == 0 ? 2 : disk->source.num_blocks - 1 - array_blocks(disk);
}

/** The checksum, from a table that is made bit by bit. */
static uint32_t crc32(const uint8_t *bytes, size_t len)
{
    static uint32_t table[256];
    uint32_t crc = ~0u;

    for (uint32_t i = 0; table[255] == 0; i++) {
        table[i] = i;
        for (unsigned bit = 0; bit < 8; bit++) {
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0u);
        }
    }
    for (size_t i = 0; i < len; i++) {
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    }
    return ~crc;
}

void gpt_seal(struct disk *disk, unsigned copy)
{
    uint8_t *h = disk_at(disk, gpt_header_block(disk, copy), 0);
    uint64_t size = (uint64_t)disk->source.num_blocks * disk->source.block_size, header = get(h + 12, 4);
    uint64_t array = get(h + 72, 8), len = get(h + 80, 4) * get(h + 84, 4);

    if (array < disk->source.num_blocks && len <= size - array * disk->source.block_size) {
        put(h + 88, 4, crc32(disk_at(disk, array, 0), len));
    }
    put(h + 16, 4, 0);
    if (header <= disk->source.block_size) {
        put(h + 16, 4, crc32(h, header));
    }
}

void gpt_make(struct disk *disk)
{
    uint64_t usable = gpt_array_block(disk, 0) + array_blocks(disk);

    put(disk_at(disk, 0, 446 + 4), 1, 0xee);
    put(disk_at(disk, 0, 446 + 8), 4, 1);
    put(disk_at(disk, 0, 446 + 12), 4, disk->source.num_blocks - 1);
    put(disk_at(disk, 0, 510), 2, 0xaa55);
    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *h = disk_at(disk, gpt_header_block(disk, copy), 0);

        memcpy(h, "EFI PART", 8);
        put(h + 8, 4, 0x10000);
        put(h + 12, 4, 92);
        put(h + 24, 8, gpt_header_block(disk, copy));
        put(h + 32, 8, gpt_header_block(disk, !copy));
        put(h + 40, 8, usable);
        put(h + 48, 8, gpt_array_block(disk, 1) - 1);
        memcpy(h + 56, "a disk's own id.", 16);
        put(h + 72, 8, gpt_array_block(disk, copy));
        put(h + 80, 4, GPT_ENTRIES);
        put(h + 84, 4, ENTRY_BYTES);
        gpt_seal(disk, copy);
    }
}

void gpt_put(struct disk *disk, unsigned number, uint64_t first, uint64_t last, const char *name)
{
    uint64_t usable = gpt_array_block(disk, 0) + array_blocks(disk);

    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *e = disk_at(disk, gpt_array_block(disk, copy), (number - 1) * ENTRY_BYTES);

        memcpy(e, "Linux filesystem", 16);
        put(e + 16, 8, 0x1122334455667788 + number);
        put(e + 32, 8, usable + first);
        put(e + 40, 8, usable + last);
        for (size_t i = 0; i < 36; i++) {
            put(e + 56 + 2 * i, 2, i < strlen(name) ? (unsigned char)name[i] : 0u);
        }
        gpt_seal(disk, copy);
    }
}
