/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gpt_image.c - the layout is written down here again, from the specification (UEFI 2.10, 5.3): what the
 * kernel reads is checked against something that is not its own.
 */
#include "gpt_image.h"

#include <string.h>

#define ENTRY_BYTES 128u

uint8_t *gpt_at(const struct gpt_image *image, uint64_t block, size_t offset)
{
    return image->bytes + block * image->block_size + offset;
}

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

static uint64_t array_blocks(const struct gpt_image *image)
{
    return (GPT_ENTRIES * ENTRY_BYTES + image->block_size - 1) / image->block_size;
}

uint64_t gpt_header_block(const struct gpt_image *image, unsigned copy)
{
    return copy == 0 ? 1 : image->num_blocks - 1;
}

uint64_t gpt_array_block(const struct gpt_image *image, unsigned copy)
{
    return copy == 0 ? 2 : image->num_blocks - 1 - array_blocks(image);
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

void gpt_seal(struct gpt_image *image, unsigned copy)
{
    uint8_t *h = gpt_at(image, gpt_header_block(image, copy), 0);
    uint64_t size = (uint64_t)image->num_blocks * image->block_size, header = get(h + 12, 4);
    uint64_t array = get(h + 72, 8), len = get(h + 80, 4) * get(h + 84, 4);

    if (array < image->num_blocks && len <= size - array * image->block_size) {
        put(h + 88, 4, crc32(gpt_at(image, array, 0), len));
    }
    put(h + 16, 4, 0);
    if (header <= image->block_size) {
        put(h + 16, 4, crc32(h, header));
    }
}

void gpt_make(struct gpt_image *image)
{
    uint64_t usable = gpt_array_block(image, 0) + array_blocks(image);

    put(gpt_at(image, 0, 446 + 4), 1, 0xee);
    put(gpt_at(image, 0, 446 + 8), 4, 1);
    put(gpt_at(image, 0, 446 + 12), 4, image->num_blocks - 1);
    put(gpt_at(image, 0, 510), 2, 0xaa55);
    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *h = gpt_at(image, gpt_header_block(image, copy), 0);

        memcpy(h, "EFI PART", 8);
        put(h + 8, 4, 0x10000);
        put(h + 12, 4, 92);
        put(h + 24, 8, gpt_header_block(image, copy));
        put(h + 32, 8, gpt_header_block(image, !copy));
        put(h + 40, 8, usable);
        put(h + 48, 8, gpt_array_block(image, 1) - 1);
        memcpy(h + 56, "a disk's own id.", 16);
        put(h + 72, 8, gpt_array_block(image, copy));
        put(h + 80, 4, GPT_ENTRIES);
        put(h + 84, 4, ENTRY_BYTES);
        gpt_seal(image, copy);
    }
}

void gpt_put(struct gpt_image *image, unsigned number, uint64_t first, uint64_t last, const char *name)
{
    uint64_t usable = gpt_array_block(image, 0) + array_blocks(image);

    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *e = gpt_at(image, gpt_array_block(image, copy), (number - 1) * ENTRY_BYTES);

        memcpy(e, "Linux filesystem", 16);
        put(e + 16, 8, 0x1122334455667788 + number);
        put(e + 32, 8, usable + first);
        put(e + 40, 8, usable + last);
        for (size_t i = 0; i < 36; i++) {
            put(e + 56 + 2 * i, 2, i < strlen(name) ? (unsigned char)name[i] : 0u);
        }
        gpt_seal(image, copy);
    }
}
