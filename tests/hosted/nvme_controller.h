/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_controller.h - a model of an NVMe controller as far as drivers can see it.
 *
 * After the NVM Express Base Specification 1.4 ("NVMe"). Commands are fetched when the doorbell is rung and
 * completed later, in any order. The model crashes, and says why, at whatever no driver may do: a doorbell
 * value out of range, a command id that is in use, a page list that is none, memory that is not mapped for
 * the controller (hosted/pci.h). What it does not do: scatter-gather lists, metadata, reservations, host
 * memory buffers.
 *
 * How it misbehaves is chosen while it runs: by rules about single commands (struct nvme_rule), and by the
 * members below.
 */
#ifndef NVME_CONTROLLER_H
#define NVME_CONTROLLER_H

#include "block_medium.h"

#include <hosted/event.h>
#include <hosted/pci.h>

#define NVME_QUEUES      5 /**< Pairs; number 0 is the admin queues. */
#define NVME_ENTRIES     1024
#define NVME_NAMESPACES  8
#define NVME_RULES       4
#define NVME_PAGE        4096
#define NVME_EVENTS      4 /**< Asynchronous event requests it holds. */
#define NVME_MDTS        7 /**< 2^7 pages in a command. */

#define NVME_ANY_OPCODE  0xffff
#define NVME_NEVER_READY ~0u

/* Opcodes (NVMe 5, 6). */
enum nvme_admin_opcode {
    NVME_DELETE_SQ = 0x00,
    NVME_CREATE_SQ = 0x01,
    NVME_GET_LOG = 0x02,
    NVME_DELETE_CQ = 0x04,
    NVME_CREATE_CQ = 0x05,
    NVME_IDENTIFY = 0x06,
    NVME_ABORT = 0x08,
    NVME_SET_FEATURES = 0x09,
    NVME_GET_FEATURES = 0x0a,
    NVME_ASYNC_EVENT = 0x0c,
    NVME_DOORBELL_BUFFER = 0x7c,
};
enum nvme_io_opcode {
    NVME_FLUSH = 0x00,
    NVME_WRITE = 0x01,
    NVME_READ = 0x02,
    NVME_WRITE_ZEROES = 0x08,
    NVME_DATASET_MANAGEMENT = 0x09,
};

/* Status fields, without the phase: code type << 8 | code (NVMe 4.6.1). */
enum nvme_status {
    NVME_OK = 0,
    NVME_INVALID_OPCODE = 0x001,
    NVME_INVALID_FIELD = 0x002,
    NVME_INTERNAL = 0x006,
    NVME_ABORTED = 0x007,
    NVME_ABORTED_SQ_DELETION = 0x008,
    NVME_INVALID_NAMESPACE = 0x00b,
    NVME_LBA_RANGE = 0x080,
    NVME_CAPACITY_EXCEEDED = 0x081,
    NVME_NOT_READY = 0x082,
    NVME_INVALID_CQ = 0x100,
    NVME_INVALID_QUEUE_ID = 0x101,
    NVME_INVALID_QUEUE_SIZE = 0x102,
    NVME_TOO_MANY_EVENTS = 0x105,
    NVME_INVALID_VECTOR = 0x108,
    NVME_INVALID_LOG_PAGE = 0x109,
    NVME_INVALID_DELETION = 0x10c,
    NVME_FEATURE_NOT_SAVEABLE = 0x10d,
    NVME_READ_ONLY_RANGE = 0x182,
    NVME_WRITE_FAULT = 0x280,
    NVME_UNRECOVERED_READ = 0x281,
    NVME_DO_NOT_RETRY = 0x4000,
};

/** How a command that a rule is about ends. */
enum nvme_lie {
    NVME_HONEST,
    NVME_NEVER,       /**< Not at all, not even aborted. */
    NVME_STUCK,       /**< Not until it is aborted. */
    NVME_LATE,        /**< As it should, `argument` milliseconds late. */
    NVME_FAILS,       /**< With status `argument`, nothing done. */
    NVME_FOREIGN_ID,  /**< As it should, after a completion with the id `argument`, which is no command's. */
    NVME_TWICE,       /**< As it should, two times. */
    NVME_STALE_PHASE, /**< As it should, after an entry that has the phase tag of the last round. */
    NVME_WRONG_SQ,    /**< With the number of a submission queue there is not. */
    NVME_WRONG_HEAD,  /**< With a head of its submission queue that cannot be. */
    NVME_SHORT,       /**< As it should, but only the first half of its data was moved. */
};

/** The commands `skip` to `skip + times - 1` of those that match. */
struct nvme_rule {
    enum nvme_lie lie;
    vmk_uint32 argument;
    vmk_Bool admin;
    vmk_uint16 opcode;            /**< NVME_ANY_OPCODE. */
    vmk_uint64 first_lba, blocks; /**< The range it touches; 0 blocks: any. */
    unsigned skip, times;         /**< 0 times: for ever. */
    unsigned matched;             /**< So far. */
};

struct nvme_sq {
    vmk_Bool live;
    vmk_MA base;
    unsigned entries, head, tail, cq;
    unsigned under_way; /* Commands fetched and not completed. */
};

struct nvme_cq {
    vmk_Bool live, interrupts;
    vmk_MA base;
    unsigned entries, head, tail, vector, users;
    vmk_Bool phase;
};

/** A submission queue entry (NVMe 4.2). */
struct nvme_sqe {
    vmk_uint8 opcode, flags;
    vmk_uint16 id;
    vmk_uint32 nsid, cdw2, cdw3;
    vmk_uint64 metadata, prp1, prp2;
    vmk_uint32 cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

/** A completion queue entry (NVMe 4.6). */
struct nvme_cqe {
    vmk_uint32 result, reserved;
    vmk_uint16 sq_head, sq_id, id, status;
};

struct nvme;

/** A command the controller has fetched. */
struct nvme_command {
    struct hosted_event event; /* It is done. */
    struct nvme *nvme;
    vmk_Bool used;
    unsigned sq;
    struct nvme_sqe sqe;
    enum nvme_lie lie;
    vmk_uint32 argument;
    vmk_uint32 result; /* Of the completion. */
};

struct nvme_namespace {
    vmk_Bool attached;
    vmk_Bool read_only; /**< Write protected. */
    struct block_medium medium;
};

/** Change what an identify command with @p cns is about to return. */
typedef void (*nvme_tamper)(struct nvme *nvme, unsigned cns, vmk_uint32 nsid, vmk_uint8 *data);

struct nvme {
    struct hosted_pci_function pci;
    vmk_Bool no_messages; /**< It has its pin only. Set before nvme_add(). */
    vmk_Bool has_shadow;  /**< It takes doorbells in memory; with messages only. */
    char serial[21], model[41], firmware[9];
    struct nvme_namespace ns[NVME_NAMESPACES]; /**< Namespace 1 and up. */

    /* How it behaves; may be changed while it runs. */
    struct nvme_rule rule[NVME_RULES];
    vmk_Bool all_ones;       /**< Every register reads so. */
    unsigned ready_ms;       /**< From CC.EN to CSTS.RDY, either way; NVME_NEVER_READY. */
    unsigned latency_us;     /**< Of a command, at most; the least is a tenth of it. */
    unsigned interrupt_nth;  /**< Only every nth interrupt is sent; 0: each. */
    vmk_Bool mute;           /**< No interrupt is sent. */
    unsigned queues_granted; /**< Pairs of I/O queues, at most; 0: what there are. */
    vmk_uint64 cap_flips;    /**< Bits of CAP that are others. */
    nvme_tamper tamper;

    /* What has happened. */
    vmk_uint64 commands[2][256]; /**< Of the admin and the I/O queues, by opcode. */
    vmk_uint64 completions;
    unsigned resets, enables, shutdowns, aborts;

    /* Inside. */
    vmk_uint32 cc, csts, aqa, intms;
    vmk_uint64 asq, acq;
    vmk_MA shadow, event; /* Doorbells in memory, and their event indices; 0: none. */
    struct nvme_sq sq[NVME_QUEUES];
    struct nvme_cq cq[NVME_QUEUES];
    struct nvme_command command[NVME_ENTRIES * 2];
    struct hosted_event ready;
    unsigned interrupts_due;
    vmk_uint32 feature[32];
    struct nvme_command *waiting[NVME_EVENTS]; /* Asynchronous event requests. */
    vmk_uint32 changed_namespaces;             /* A bit each. */
    unsigned random;
};

/** Make a controller with one namespace of @p blocks blocks, and plug it in. */
void nvme_add(struct nvme *nvme, vmk_uint8 slot, vmk_uint64 blocks, vmk_uint32 block_bytes);

/** Attach a namespace, or detach it; a controller that runs says so. */
void nvme_attach(struct nvme *nvme, vmk_uint32 nsid, vmk_uint64 blocks, vmk_uint32 block_bytes);
void nvme_detach(struct nvme *nvme, vmk_uint32 nsid);

/** Change a namespace's size, and say so. */
void nvme_resize(struct nvme *nvme, vmk_uint32 nsid, vmk_uint64 blocks);

/** Have a rule hold, beside those that do. */
void nvme_misbehave(struct nvme *nvme, struct nvme_rule rule);
/** Forget all rules. */
void nvme_behave(struct nvme *nvme);

/** Fail for good (CSTS.CFS): nothing completes until a reset. */
void nvme_fail(struct nvme *nvme);

/** Post a completion out of nowhere, with @p id, to completion queue @p queue. */
void nvme_phantom(struct nvme *nvme, unsigned queue, vmk_uint16 id, vmk_uint16 status);

/** Send the interrupt of completion queue @p queue, though nothing has completed. */
void nvme_interrupt(struct nvme *nvme, unsigned queue);

/** @return commands fetched and not completed, but for asynchronous event requests. */
unsigned nvme_under_way(const struct nvme *nvme);

/* Between the model's files. */

/** nvme_data.c: move data of a command between its pages and @p data. VMK_FALSE when the function is no bus
 * master. */
vmk_Bool nvme_to_host(const struct nvme_command *command, const void *data, vmk_ByteCount bytes);
vmk_Bool nvme_from_host(const struct nvme_command *command, void *data, vmk_ByteCount bytes);

/** nvme_admin.c, nvme_io.c: do a command. @return its status. */
vmk_uint16 nvme_admin(struct nvme *nvme, struct nvme_command *command);
vmk_uint16 nvme_io(struct nvme *nvme, struct nvme_command *command);

/** nvme_identify.c: fill in the 4096 bytes of an identify command. @return its status. */
vmk_uint16 nvme_identify(struct nvme *nvme, const struct nvme_sqe *sqe, vmk_uint8 *data);

/** nvme_queues.c: start and stop the queues. */
void nvme_start_queues(struct nvme *nvme);
void nvme_stop_queues(struct nvme *nvme);
void nvme_doorbell(struct nvme *nvme, unsigned number, vmk_uint32 value);
/** End a command. */
void nvme_complete(struct nvme *nvme, struct nvme_command *command, vmk_uint16 status);
/** End command @p id of queue @p sq by itself. @return VMK_FALSE when there is none, or it cannot be. */
vmk_Bool nvme_abort(struct nvme *nvme, unsigned sq, vmk_uint16 id);
/** End all commands of a queue that goes. */
void nvme_abort_all(struct nvme *nvme, unsigned sq);
/** Set the interrupt pin as the queues and masks have it. */
void nvme_update_pin(struct nvme *nvme);

/** nvme_shadow.c: do a Doorbell Buffer Config command. @return its status. */
vmk_uint16 nvme_shadow_set(struct nvme *nvme, const struct nvme_sqe *sqe);
/** Look where a queue's doorbell is in memory, if it is there. */
void nvme_shadow_look_sq(struct nvme *nvme, unsigned queue);
void nvme_shadow_look_cq(struct nvme *nvme, unsigned queue);

/** nvme_admin.c: an asynchronous event (NVMe 5.2). */
void nvme_event(struct nvme *nvme, unsigned type, unsigned info, unsigned log_page);
void nvme_forget_events(struct nvme *nvme);
struct nvme_namespace *nvme_namespace_of(struct nvme *nvme, vmk_uint32 nsid);

/** The driver did what no driver may do. */
#define NVME_DRIVER_MUST(condition, what)                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            vmk_Panic("nvme model: the driver's mistake: %s", what);                                         \
        }                                                                                                    \
    } while (0)

#endif
