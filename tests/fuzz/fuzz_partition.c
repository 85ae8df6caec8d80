/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_partition.c - partition tables of a disk that is anything at all, and may change while it is read.
 *
 * An input is four bytes - the block size, what is done to the disk, its blocks less one, the read from which
 * on it is another - and the disk's contents, or what is changed of a GPT, a word at a time. Checksums are
 * made to fit on request: no fuzzer finds them.
 */
#include "fuzz.h"

#include "disk.h"

#define SEAL_FIRST  1u
#define SEAL_SECOND 2u
#define CHANGES     4u
#define EDITS       8u

static struct disk disk;
static VMK_ReturnStatus (*read_plainly)(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                                        void *buffer);
static unsigned changes_at;

static VMK_ReturnStatus read_changing(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                                      void *buffer)
{
    vmk_StatusValue status = read_plainly(source, block, count, buffer);

    for (size_t i = 0; disk.reads > changes_at && i < (size_t)count * source->block_size; i++) {
        disk.buffer[i] = (uint8_t)(disk.buffer[i] + disk.reads + i / 16);
    }
    return status;
}

/** Change 32-bit words of a disk with three partitions: near the beginning, the end, and the largest number.
 */
static void edit(struct fuzz_input *input)
{
    uint64_t blocks = disk.source.num_blocks;
    uint8_t what[4];

    gpt_make(&disk.image);
    gpt_put(&disk.image, 1, 0, 1, "first");
    gpt_put(&disk.image, 2, 3, 3, "second");
    gpt_put(&disk.image, 16, 2, 2, "last");
    while (input->len != 0) {
        fuzz_take(input, what, sizeof(what));
        uint64_t block = what[0] & 0x80 ? blocks - 1 - (what[0] & 0x7fu) % blocks : what[0] % blocks;
        uint32_t words[] = {what[3], (uint32_t)blocks - what[3], UINT32_MAX - what[3], 1u << what[3] % 32};
        memcpy(disk_at(&disk, block, 4 * (what[1] % 128u)), &words[what[2] % 4], sizeof(words[0]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len};
    static struct partition_table table;
    uint8_t head[4];

    fuzz_take(&input, head, sizeof(head));
    disk_make(&disk, 512u << head[0] % 4, head[2] % 64 + 1u);
    if (head[1] & EDITS && disk.source.num_blocks > 16) {
        edit(&input);
    } else {
        fuzz_take(&input, disk.image.bytes, disk.source.num_blocks * disk.source.block_size);
    }
    for (unsigned copy = 0; disk.source.num_blocks > 16 && copy < 2; copy++) {
        if (head[1] & (copy == 0 ? SEAL_FIRST : SEAL_SECOND)) {
            gpt_seal(&disk.image, copy);
        }
    }
    if (head[1] & CHANGES) {
        changes_at = head[3];
        read_plainly = disk.source.read;
        disk.source.read = read_changing;
    }
    (void)!disk_read_table(&disk, &table);
    for (uint32_t i = 0; i < table.count; i++) {
        (void)partition_type_name(&table, &table.partitions[i]);
    }
    FUZZ_REQUIRE(partition_scheme_name(table.scheme) != NULL);
    disk_free(&disk);
    return 0;
}
