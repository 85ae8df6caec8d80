/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_io.c - the model's NVM commands (NVMe 6).
 */
#include "nvme_controller.h"

#include <stdlib.h>
#include <vmkapi/base/assert.h>

#define NSID_ALL       0xffffffffu
#define CDW12_FUA      (1u << 30)
#define DATASET_RANGE  16
#define DATASET_RANGES 256
#define DATASET_UNMAP  4u
#define TRANSFER_MAX   ((vmk_ByteCount)NVME_PAGE << NVME_MDTS)

struct range {
    vmk_uint32 attributes, blocks;
    vmk_uint64 first;
};

static vmk_uint64 first_of(const struct nvme_sqe *sqe)
{
    return sqe->cdw10 | (vmk_uint64)sqe->cdw11 << 32;
}

static vmk_uint64 blocks_of(const struct nvme_sqe *sqe)
{
    return (sqe->cdw12 & 0xffff) + 1;
}

static vmk_uint16 read_blocks(struct nvme_command *command, struct nvme_namespace *ns, void *data)
{
    const struct nvme_sqe *sqe = &command->sqe;
    vmk_ByteCount bytes = blocks_of(sqe) * ns->medium.block_bytes;

    medium_read(&ns->medium, first_of(sqe), blocks_of(sqe), data);
    return nvme_to_host(command, data, bytes) ? NVME_OK : NVME_INTERNAL;
}

static vmk_uint16 write_blocks(struct nvme_command *command, struct nvme_namespace *ns, void *data)
{
    const struct nvme_sqe *sqe = &command->sqe;
    vmk_ByteCount bytes = blocks_of(sqe) * ns->medium.block_bytes;

    medium_read(&ns->medium, first_of(sqe), blocks_of(sqe), data);
    if (!nvme_from_host(command, data, bytes)) {
        return NVME_INTERNAL;
    }
    medium_write(&ns->medium, first_of(sqe), blocks_of(sqe), data, (sqe->cdw12 & CDW12_FUA) != 0);
    return NVME_OK;
}

/* A read or write, through memory of the process's. */
static vmk_uint16 transfer(struct nvme_command *command, struct nvme_namespace *ns)
{
    vmk_ByteCount bytes = blocks_of(&command->sqe) * ns->medium.block_bytes;
    vmk_uint16 status;
    void *data;

    NVME_DRIVER_MUST(bytes <= TRANSFER_MAX, "more data than MDTS allows");
    data = malloc(bytes);
    VMK_VERIFY(data != NULL);
    status =
        command->sqe.opcode == NVME_READ ? read_blocks(command, ns, data) : write_blocks(command, ns, data);
    free(data);
    return status;
}

static vmk_uint16 write_zeroes(const struct nvme_sqe *sqe, struct nvme_namespace *ns)
{
    medium_zero(&ns->medium, first_of(sqe), blocks_of(sqe), (sqe->cdw12 & CDW12_FUA) != 0);
    return NVME_OK;
}

/* 6.7. What is deallocated reads as zeroes, as identify says. */
static vmk_uint16 manage_dataset(struct nvme_command *command, struct nvme_namespace *ns)
{
    const struct nvme_sqe *sqe = &command->sqe;
    struct range ranges[DATASET_RANGES];
    unsigned count = (sqe->cdw10 & 0xff) + 1;

    VMK_STATIC_ASSERT(sizeof(ranges[0]) == DATASET_RANGE, "as the specification has it");
    if (!nvme_from_host(command, ranges, count * DATASET_RANGE)) {
        return NVME_INTERNAL;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!medium_has(&ns->medium, ranges[i].first, ranges[i].blocks)) {
            return NVME_LBA_RANGE | NVME_DO_NOT_RETRY;
        }
        if (sqe->cdw11 & DATASET_UNMAP) {
            medium_zero(&ns->medium, ranges[i].first, ranges[i].blocks, VMK_FALSE);
        }
    }
    return NVME_OK;
}

static vmk_uint16 flush(struct nvme *nvme, vmk_uint32 nsid)
{
    for (vmk_uint32 i = 1; i <= NVME_NAMESPACES; i++) {
        struct nvme_namespace *ns = nvme_namespace_of(nvme, i);

        if (ns != NULL && (nsid == i || nsid == NSID_ALL)) {
            medium_flush(&ns->medium);
        }
    }
    return NVME_OK;
}

static vmk_Bool writes(unsigned opcode)
{
    return opcode == NVME_WRITE || opcode == NVME_WRITE_ZEROES || opcode == NVME_DATASET_MANAGEMENT;
}

static vmk_Bool has_range(unsigned opcode)
{
    return opcode == NVME_READ || opcode == NVME_WRITE || opcode == NVME_WRITE_ZEROES;
}

vmk_uint16 nvme_io(struct nvme *nvme, struct nvme_command *command)
{
    const struct nvme_sqe *sqe = &command->sqe;
    struct nvme_namespace *ns = nvme_namespace_of(nvme, sqe->nsid);

    if (sqe->opcode == NVME_FLUSH && (ns != NULL || sqe->nsid == NSID_ALL)) {
        return flush(nvme, sqe->nsid);
    }
    if (ns == NULL) {
        return NVME_INVALID_NAMESPACE | NVME_DO_NOT_RETRY;
    }
    if (ns->read_only && writes(sqe->opcode)) {
        return NVME_READ_ONLY_RANGE | NVME_DO_NOT_RETRY;
    }
    if (has_range(sqe->opcode) && !medium_has(&ns->medium, first_of(sqe), blocks_of(sqe))) {
        return NVME_LBA_RANGE | NVME_DO_NOT_RETRY;
    }
    switch (sqe->opcode) {
    case NVME_READ:
    case NVME_WRITE:
        return transfer(command, ns);
    case NVME_WRITE_ZEROES:
        return write_zeroes(sqe, ns);
    case NVME_DATASET_MANAGEMENT:
        return manage_dataset(command, ns);
    default:
        return NVME_INVALID_OPCODE | NVME_DO_NOT_RETRY;
    }
}
