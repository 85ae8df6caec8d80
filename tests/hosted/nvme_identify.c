/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_identify.c - what the model says of itself and its namespaces (NVMe 5.15).
 */
#include "nvme_controller.h"

#include <string.h>

enum cns {
    CNS_NAMESPACE = 0x00,
    CNS_CONTROLLER = 0x01,
    CNS_ACTIVE_LIST = 0x02,
    CNS_DESCRIPTORS = 0x03,
};

#define NSID_ALL          0xffffffffu
#define DESCRIPTOR_EUI64  1
#define OACS_SHADOW       (1u << 8)
#define ONCS_DATASET      (1u << 2)
#define ONCS_WRITE_ZEROES (1u << 3)
#define OAES_NAMESPACE    (1u << 8)
#define NSATTR_PROTECTED  1

static void put(vmk_uint8 *at, vmk_uint64 value, unsigned bytes)
{
    memcpy(at, &value, bytes);
}

/* Text is padded with blanks (1.5). */
static void put_text(vmk_uint8 *at, const char *text, unsigned bytes)
{
    memset(at, ' ', bytes);
    memcpy(at, text, strlen(text) < bytes ? strlen(text) : bytes);
}

/* Figure 247. */
static void controller(const struct nvme *nvme, vmk_uint8 *data)
{
    put(data + 0, 0x1b36, 2); /* VID */
    put(data + 2, 0x1af4, 2); /* SSVID */
    put_text(data + 4, nvme->serial, 20);
    put_text(data + 24, nvme->model, 40);
    put_text(data + 64, nvme->firmware, 8);
    data[77] = NVME_MDTS;
    put(data + 78, nvme->pci.slot, 2); /* CNTLID */
    put(data + 80, 0x00010400, 4);     /* VER */
    put(data + 92, OAES_NAMESPACE, 4); /* OAES */
    put(data + 256, nvme->has_shadow ? OACS_SHADOW : 0, 2);
    data[258] = 3;                       /* ACL: aborts at a time, less one */
    data[259] = NVME_EVENTS - 1;         /* AERL */
    data[260] = 0x03;                    /* FRMW: one slot, read only */
    put(data + 266, 343, 2);             /* WCTEMP, kelvins */
    put(data + 268, 373, 2);             /* CCTEMP */
    data[512] = 0x66;                    /* SQES */
    data[513] = 0x44;                    /* CQES */
    put(data + 516, NVME_NAMESPACES, 4); /* NN */
    put(data + 520, ONCS_DATASET | ONCS_WRITE_ZEROES, 2);
    data[525] = 1; /* VWC */
    strcpy((char *)data + 768, "nqn.2014-08.org.nvmexpress:uuid:00000000-0000-0000-0000-000000000000");
    data[768 + 32] = (vmk_uint8)('0' + nvme->pci.slot % 10);
}

static vmk_uint8 log2_of(vmk_uint32 value)
{
    return (vmk_uint8)__builtin_ctz(value);
}

static void put_eui64(const struct nvme *nvme, vmk_uint32 nsid, vmk_uint8 *at)
{
    const vmk_uint8 eui64[] = {0x52, 0x54, 0x00, nvme->pci.slot, 0, 0, 0, (vmk_uint8)nsid};

    memcpy(at, eui64, sizeof(eui64));
}

/* Figure 245. */
static void describe_namespace(struct nvme *nvme, vmk_uint32 nsid, vmk_uint8 *data)
{
    const struct nvme_namespace *ns = nvme_namespace_of(nvme, nsid);

    if (ns == NULL) {
        return; /* An inactive namespace is all zeroes. */
    }
    put(data + 0, ns->medium.blocks, 8);  /* NSZE */
    put(data + 8, ns->medium.blocks, 8);  /* NCAP */
    put(data + 16, ns->medium.blocks, 8); /* NUSE */
    data[33] = 1;                         /* DLFEAT: deallocated blocks read as zeroes */
    data[99] = ns->read_only ? NSATTR_PROTECTED : 0;
    put_eui64(nvme, nsid, data + 120);
    data[128 + 2] = log2_of(ns->medium.block_bytes); /* LBAF0.LBADS */
}

static void active_list(struct nvme *nvme, vmk_uint32 after, vmk_uint8 *data)
{
    for (vmk_uint32 nsid = after + 1; nsid <= NVME_NAMESPACES; nsid++) {
        if (nvme_namespace_of(nvme, nsid) != NULL) {
            put(data, nsid, 4);
            data += 4;
        }
    }
}

/* Figure 246. */
static void descriptors(const struct nvme *nvme, vmk_uint32 nsid, vmk_uint8 *data)
{
    data[0] = DESCRIPTOR_EUI64;
    data[1] = 8;
    put_eui64(nvme, nsid, data + 4);
}

vmk_uint16 nvme_identify(struct nvme *nvme, const struct nvme_sqe *sqe, vmk_uint8 *data)
{
    unsigned cns = sqe->cdw10 & 0xff;

    switch (cns) {
    case CNS_NAMESPACE:
        if (sqe->nsid == 0 || (sqe->nsid > NVME_NAMESPACES && sqe->nsid != NSID_ALL)) {
            return NVME_INVALID_NAMESPACE | NVME_DO_NOT_RETRY;
        }
        describe_namespace(nvme, sqe->nsid, data);
        break;
    case CNS_CONTROLLER:
        controller(nvme, data);
        break;
    case CNS_ACTIVE_LIST:
        active_list(nvme, sqe->nsid, data);
        break;
    case CNS_DESCRIPTORS:
        if (nvme_namespace_of(nvme, sqe->nsid) == NULL) {
            return NVME_INVALID_NAMESPACE | NVME_DO_NOT_RETRY;
        }
        descriptors(nvme, sqe->nsid, data);
        break;
    default:
        return NVME_INVALID_FIELD | NVME_DO_NOT_RETRY;
    }
    if (nvme->tamper != NULL) {
        nvme->tamper(nvme, cns, sqe->nsid, data);
    }
    return NVME_OK;
}
