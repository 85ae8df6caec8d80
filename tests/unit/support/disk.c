/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.c - reads and lines of a disk in memory, and what must hold of any table read from it.
 */
#include "disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    disk->image = (struct gpt_image){bytes, block_size, num_blocks};
    disk->unreadable = DISK_READABLE;
}

void disk_make(struct disk *disk, uint32_t block_size, uint64_t num_blocks)
{
    disk_wrap(disk, block_size, num_blocks, calloc(num_blocks, block_size));
}

void disk_free(struct disk *disk)
{
    free(disk->image.bytes);
    disk->image.bytes = NULL;
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
    return gpt_at(&disk->image, block, offset);
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
