/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_data.c - a command's pages (NVMe 4.3): the first entry may begin anywhere, the second is a page, or
 * where a list of pages is; the last entry of a list's page leads to the next page when that is not enough.
 */
#include "nvme_controller.h"

#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/bits.h>

#define PAGE_MASK (NVME_PAGE - 1ul)

/* Where in a command's data one is. */
struct walk {
    struct nvme *nvme;
    vmk_uint64 prp2;
    vmk_uint8 *data;
    vmk_ByteCount left;
    vmk_ByteCount moves; /* So many of them are. */
    vmk_DMADirection direction;
};

static vmk_Bool move(struct walk *walk, vmk_uint64 address)
{
    vmk_ByteCount part = VMK_MIN(walk->left, NVME_PAGE - (address & PAGE_MASK));
    vmk_ByteCount moved = VMK_MIN(part, walk->moves);
    void *memory = hosted_pci_dma(&walk->nvme->pci, address, part, walk->direction);

    if (memory == NULL) {
        return VMK_FALSE;
    }
    if (walk->direction == VMK_DMA_DIRECTION_TO_MEMORY) {
        memcpy(memory, walk->data, moved);
    } else {
        memcpy(walk->data, memory, moved);
    }
    walk->data += part;
    walk->left -= part;
    walk->moves -= moved;
    return VMK_TRUE;
}

static vmk_Bool move_page(struct walk *walk, vmk_uint64 address)
{
    NVME_DRIVER_MUST((address & PAGE_MASK) == 0, "a page in a list that is none");
    return move(walk, address);
}

static vmk_Bool move_list(struct walk *walk, vmk_uint64 list)
{
    NVME_DRIVER_MUST(list % 8 == 0, "a list of pages off eight bytes");
    while (walk->left != 0) {
        const vmk_uint64 *entry = hosted_pci_dma(&walk->nvme->pci, list, 8, VMK_DMA_DIRECTION_FROM_MEMORY);

        if (entry == NULL) {
            return VMK_FALSE;
        }
        if ((list & PAGE_MASK) == NVME_PAGE - 8 && walk->left > NVME_PAGE) {
            NVME_DRIVER_MUST((*entry & PAGE_MASK) == 0, "a list of pages that goes on off a page");
            list = *entry;
        } else if (!move_page(walk, *entry)) {
            return VMK_FALSE;
        } else {
            list += 8;
        }
    }
    return VMK_TRUE;
}

static vmk_Bool walk_pages(struct walk *walk, vmk_uint64 prp1)
{
    NVME_DRIVER_MUST(prp1 % 4 == 0, "data off four bytes");
    if (!move(walk, prp1)) {
        return VMK_FALSE;
    }
    if (walk->left == 0) {
        return VMK_TRUE;
    }
    return walk->left <= NVME_PAGE ? move_page(walk, walk->prp2) : move_list(walk, walk->prp2);
}

static vmk_Bool transfer(const struct nvme_command *command, void *data, vmk_ByteCount bytes,
                         vmk_DMADirection direction)
{
    const struct nvme_sqe *sqe = &command->sqe;
    struct walk walk = {.nvme = command->nvme,
                        .prp2 = sqe->prp2,
                        .data = data,
                        .left = bytes,
                        .moves = command->lie == NVME_SHORT ? bytes / 2 : bytes,
                        .direction = direction};

    NVME_DRIVER_MUST((sqe->flags & 0xc0) == 0, "a scatter-gather list, which the controller does not take");
    return bytes == 0 || walk_pages(&walk, sqe->prp1);
}

vmk_Bool nvme_to_host(const struct nvme_command *command, const void *data, vmk_ByteCount bytes)
{
    return transfer(command, (void *)data, bytes, VMK_DMA_DIRECTION_TO_MEMORY);
}

vmk_Bool nvme_from_host(const struct nvme_command *command, void *data, vmk_ByteCount bytes)
{
    return transfer(command, data, bytes, VMK_DMA_DIRECTION_FROM_MEMORY);
}
