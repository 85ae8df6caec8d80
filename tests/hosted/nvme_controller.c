/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_controller.c - the model's registers (NVMe 3.1), and its coming and going.
 */
#include "nvme_controller.h"

#include <stdio.h>
#include <string.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/bits.h>

enum reg {
    REG_CAP = 0x00,
    REG_CAP_HIGH = 0x04,
    REG_VS = 0x08,
    REG_INTMS = 0x0c,
    REG_INTMC = 0x10,
    REG_CC = 0x14,
    REG_CSTS = 0x1c,
    REG_NSSR = 0x20,
    REG_AQA = 0x24,
    REG_ASQ = 0x28,
    REG_ASQ_HIGH = 0x2c,
    REG_ACQ = 0x30,
    REG_ACQ_HIGH = 0x34,
    REG_DOORBELLS = 0x1000,
    REG_MSIX = 0x2000,
    REG_BYTES = 0x4000,
};

#define CAP_CONTIGUOUS  (1u << 16)  /* CAP.CQR */
#define CAP_TIMEOUT     (20u << 24) /* CAP.TO: 10 s. */
#define CAP_HIGH_NVM    (1u << 5)   /* CAP.CSS: the NVM command set. */
#define VERSION_1_4     0x00010400u
#define CC_ENABLE       1u
#define CC_PAGE(cc)     ((cc) >> 7 & 15)
#define CC_SHUTDOWN(cc) ((cc) >> 14 & 3)
#define CC_SQES(cc)     ((cc) >> 16 & 15)
#define CC_CQES(cc)     ((cc) >> 20 & 15)
#define CSTS_READY      1u
#define CSTS_FATAL      2u
#define CSTS_SHUT_DOWN  (2u << 2)
#define CSTS_SHUTDOWN   (3u << 2)
#define MSIX_AT         0x50

static void become_ready(struct hosted_event *event)
{
    struct nvme *nvme = VMK_CONTAINER_OF(event, struct nvme, ready);

    if (nvme->cc & CC_ENABLE) {
        nvme_start_queues(nvme);
        nvme->csts |= CSTS_READY;
    } else {
        nvme->csts &= ~CSTS_READY;
    }
}

/* CSTS.RDY follows CC.EN, in its time. */
static void change_ready(struct nvme *nvme)
{
    if (nvme->ready_ms != NVME_NEVER_READY) {
        hosted_event_set(&nvme->ready, nvme->ready_ms * VMK_NSEC_PER_MSEC);
    }
}

static void enable(struct nvme *nvme)
{
    nvme->enables++;
    NVME_DRIVER_MUST(!(nvme->csts & CSTS_READY), "enabling a controller that is not done with disabling");
    NVME_DRIVER_MUST(CC_PAGE(nvme->cc) == 0, "a page size the controller does not have");
    change_ready(nvme);
}

/* 7.3.2: all but the admin queues' registers is as at power-on. */
static void disable(struct nvme *nvme)
{
    nvme->resets++;
    nvme_stop_queues(nvme);
    nvme_forget_events(nvme);
    nvme->csts &= CSTS_READY;
    nvme->intms = 0;
    nvme_update_pin(nvme);
    change_ready(nvme);
}

static void shut_down(struct nvme *nvme)
{
    nvme->shutdowns++;
    for (unsigned i = 0; i < NVME_NAMESPACES; i++) {
        medium_flush(&nvme->ns[i].medium);
    }
    nvme->csts = (nvme->csts & ~CSTS_SHUTDOWN) | CSTS_SHUT_DOWN;
}

static void write_cc(struct nvme *nvme, vmk_uint32 value)
{
    vmk_uint32 changed = nvme->cc ^ value;

    nvme->cc = value;
    if (changed & CC_ENABLE) {
        (value & CC_ENABLE ? enable : disable)(nvme);
    }
    if (CC_SHUTDOWN(value) != 0 && CC_SHUTDOWN(changed) != 0) {
        shut_down(nvme);
    }
}

static vmk_uint32 read_register(const struct nvme *nvme, unsigned offset)
{
    switch (offset) {
    case REG_CAP:
        return (vmk_uint32)nvme->cap_flips ^ (CAP_TIMEOUT | CAP_CONTIGUOUS | (NVME_ENTRIES - 1));
    case REG_CAP_HIGH:
        return (vmk_uint32)(nvme->cap_flips >> 32) ^ CAP_HIGH_NVM;
    case REG_VS:
        return VERSION_1_4;
    case REG_INTMS:
    case REG_INTMC:
        return nvme->intms;
    case REG_CC:
        return nvme->cc;
    case REG_CSTS:
        return nvme->csts;
    case REG_AQA:
        return nvme->aqa;
    case REG_ASQ:
        return (vmk_uint32)nvme->asq;
    case REG_ASQ_HIGH:
        return (vmk_uint32)(nvme->asq >> 32);
    case REG_ACQ:
        return (vmk_uint32)nvme->acq;
    case REG_ACQ_HIGH:
        return (vmk_uint32)(nvme->acq >> 32);
    default:
        return 0;
    }
}

static void set_half(vmk_uint64 *reg, vmk_Bool high, vmk_uint32 value)
{
    *reg = high ? (*reg & 0xffffffff) | (vmk_uint64)value << 32 : (*reg & ~0xfffffffful) | value;
}

static void write_register(struct nvme *nvme, unsigned offset, vmk_uint32 value)
{
    switch (offset) {
    case REG_INTMS:
        nvme->intms |= value;
        nvme_update_pin(nvme);
        break;
    case REG_INTMC:
        nvme->intms &= ~value;
        nvme_update_pin(nvme);
        break;
    case REG_CC:
        write_cc(nvme, value);
        break;
    case REG_AQA:
        nvme->aqa = value;
        break;
    case REG_ASQ:
    case REG_ASQ_HIGH:
        set_half(&nvme->asq, offset == REG_ASQ_HIGH, value);
        break;
    case REG_ACQ:
    case REG_ACQ_HIGH:
        set_half(&nvme->acq, offset == REG_ACQ_HIGH, value);
        break;
    default:
        if (offset >= REG_DOORBELLS && offset < REG_MSIX) {
            nvme_doorbell(nvme, (offset - REG_DOORBELLS) / 4, value);
        }
    }
}

static vmk_uint64 read_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                           unsigned bytes)
{
    struct nvme *nvme = VMK_CONTAINER_OF(function, struct nvme, pci);
    vmk_uint64 value;

    if (nvme->all_ones) {
        return ~0ul;
    }
    value = read_register(nvme, (unsigned)offset);
    return bytes == 8 ? value | (vmk_uint64)read_register(nvme, (unsigned)offset + 4) << 32 : value;
}

static void write_bar(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                      unsigned bytes, vmk_uint64 value)
{
    struct nvme *nvme = VMK_CONTAINER_OF(function, struct nvme, pci);

    if (nvme->all_ones) {
        return;
    }
    NVME_DRIVER_MUST(bytes >= 4 && offset % bytes == 0, "a register written in part");
    write_register(nvme, (unsigned)offset, (vmk_uint32)value);
    if (bytes == 8) {
        write_register(nvme, (unsigned)offset + 4, (vmk_uint32)(value >> 32));
    }
}

void nvme_fail(struct nvme *nvme)
{
    nvme->csts |= CSTS_FATAL;
    nvme_stop_queues(nvme);
}

void nvme_misbehave(struct nvme *nvme, struct nvme_rule rule)
{
    struct nvme_rule *slot = nvme->rule;

    while (slot->lie != NVME_HONEST) {
        slot++;
        VMK_VERIFY(slot < nvme->rule + NVME_RULES);
    }
    *slot = rule;
}

void nvme_behave(struct nvme *nvme)
{
    memset(nvme->rule, 0, sizeof(nvme->rule));
}

void nvme_add(struct nvme *nvme, vmk_uint8 slot, vmk_uint64 blocks, vmk_uint32 block_bytes)
{
    static const vmk_uint8 ids[] = {0x34, 0x12, 0x56, 0x4e, 0, 0, 0, 0, 2, 2, 8, 1}; /* Nobody's. */

    nvme->pci.slot = slot;
    nvme->pci.bar_size[0] = REG_BYTES;
    nvme->pci.read = read_bar;
    nvme->pci.write = write_bar;
    memcpy(nvme->pci.config, ids, sizeof(ids));
    nvme->pci.config[0x3d] = 1;
    if (!nvme->no_messages) {
        hosted_pci_add_msix(&nvme->pci, MSIX_AT, NVME_QUEUES, 0, REG_MSIX);
    }
    snprintf(nvme->serial, sizeof(nvme->serial), "MODEL%u", slot);
    strcpy(nvme->model, "OpenVMK NVMe model");
    strcpy(nvme->firmware, "1.0");
    nvme->ready.happen = become_ready;
    nvme->ready_ms = 1;
    nvme->latency_us = 50;
    nvme->random = slot;
    nvme_attach(nvme, 1, blocks, block_bytes);
    hosted_pci_add(&nvme->pci);
}
