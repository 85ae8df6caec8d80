/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_hba.h - a model of an AHCI host bus adapter as far as drivers can see it, and what is on its ports.
 *
 * After "Serial ATA AHCI 1.3.1 Specification" ("AHCI") and "Serial ATA Revision 3.1" ("SATA"). Commands are
 * fetched when they are issued and done later; queued ones in any order. The model crashes, and says why, at
 * whatever no driver may do: a slot that is in use, queued and other commands at a time, a table out of
 * alignment, memory that is not mapped for the adapter (hosted/pci.h). What it does not do: port multipliers,
 * command completion coalescing, enclosures, power management of the link.
 *
 * How it misbehaves is chosen while it runs: by rules about single commands (struct ahci_rule), and by the
 * members below.
 */
#ifndef AHCI_HBA_H
#define AHCI_HBA_H

#include <hosted/event.h>
#include <hosted/pci.h>

#define AHCI_PORTS       4
#define AHCI_SLOTS       32
#define AHCI_RULES       4

#define AHCI_ANY_COMMAND 0

/* Of the task file's status and error. */
#define ATA_BUSY      0x80u
#define ATA_READY     0x40u
#define ATA_SEEK_DONE 0x10u
#define ATA_REQUEST   0x08u
#define ATA_ERROR     0x01u
#define ATA_GOOD      (ATA_READY | ATA_SEEK_DONE)
#define ATA_UNC       0x40u
#define ATA_IDNF      0x10u
#define ATA_ABORTED   0x04u

/** How a command that a rule is about ends. */
enum ahci_lie {
    AHCI_HONEST,
    AHCI_NEVER,        /**< Not at all: the device stays busy, or the tag active. */
    AHCI_LATE,         /**< As it should, `argument` milliseconds late. */
    AHCI_FAILS,        /**< With an error, whose register is `argument`; nothing done. */
    AHCI_FOREIGN_TAGS, /**< As it should, after a Set Device Bits FIS for the tags in mask `argument`. */
    AHCI_UNASKED_D2H,  /**< As it should, after a Register FIS for nothing, with status `argument`. */
    AHCI_WRONG_COUNT,  /**< As it should, with `argument` for the bytes moved. */
    AHCI_SHORT,        /**< As it should, but only the first half of its data was moved. */
    AHCI_WRONG_FIS,    /**< As it should, after a FIS of type `argument`. */
    AHCI_LINK_LOST,    /**< The link goes, and comes back. */
};

/** The commands `skip` to `skip + times - 1` of those that match. */
struct ahci_rule {
    enum ahci_lie lie;
    vmk_uint32 argument;
    unsigned port;
    vmk_uint8 command;            /**< AHCI_ANY_COMMAND. */
    vmk_uint8 packet;             /**< Of PACKET commands: the first byte of the packet; 0: any. */
    vmk_uint64 first_lba, blocks; /**< The range it touches; 0 blocks: any. */
    unsigned skip, times;         /**< 0 times: for ever. */
    unsigned matched;             /**< So far. */
};

struct ahci;
struct ahci_port;
struct sata_device;

/** A command: what came in its FIS, and what the device says to it. */
struct sata_command {
    struct hosted_event event; /* It is done. */
    struct ahci_port *port;
    unsigned slot;
    vmk_Bool used, queued;
    enum ahci_lie lie;
    vmk_uint32 argument;

    vmk_uint8 command, device, control;
    vmk_uint16 features, count;
    vmk_uint64 lba;
    vmk_uint8 packet[16];

    /* The answer: from sata_device.execute. */
    vmk_uint8 status, error;
    vmk_uint8 interrupt_reason; /* ATAPI: what is in the count. */
    vmk_Bool pio;               /* Data was moved to memory by PIO. */
    vmk_uint64 lba_out;
};

/** What is on a port; the model's own state is around it. */
struct sata_device {
    vmk_uint32 signature;
    /** Do a command: move its data, set its answer. */
    void (*execute)(struct sata_device *device, struct sata_command *command);
    /** A reset has come by the link (hard) or by the device control register. */
    void (*reset)(struct sata_device *device);
    /** The queued command that failed last, for its log page 10h; the adapter model's to set. */
    struct sata_queue_error {
        vmk_uint8 tag, status, error;
        vmk_uint64 lba;
    } queue_error;
};

struct ahci_port {
    struct ahci *hba;
    unsigned number;
    struct sata_device *device; /**< NULL: none. Use ahci_plug(). */

    /* How it behaves. */
    vmk_Bool mute;         /**< The device never sends its signature: it stays busy. */
    vmk_Bool engine_stuck; /**< PxCMD.CR never goes. */
    unsigned link_ms;      /**< From a reset to the link. */
    unsigned latency_us;   /**< Of a command, at most; the least is a tenth of it. */

    /* What has happened. */
    vmk_uint64 commands[256]; /**< By command. */
    unsigned link_resets, soft_resets, engine_stops;

    /* Inside. */
    vmk_uint64 clb, fb;
    vmk_uint32 is, ie, cmd, tfd, sig, ssts, sctl, serr, sact, ci;
    vmk_uint32 fetched; /* Slots whose command is at the device. */
    vmk_Bool halted;    /* By an error, until the engine is stopped. */
    vmk_Bool in_soft_reset;
    struct sata_command slot[AHCI_SLOTS];
    struct hosted_event link, signature;
};

struct ahci {
    struct hosted_pci_function pci;
    struct ahci_port port[AHCI_PORTS];

    /* How it behaves; may be changed while it runs. */
    struct ahci_rule rule[AHCI_RULES];
    vmk_Bool all_ones;    /**< Every register reads so. */
    vmk_Bool reset_stuck; /**< GHC.HR never goes. */
    vmk_Bool silent;      /**< No interrupt is sent. */

    unsigned resets;

    /* Inside. */
    vmk_uint32 ghc, is;
    unsigned random;
};

/** Make an adapter with nothing on its ports, and plug it in. */
void ahci_add(struct ahci *hba, vmk_uint8 slot);

/** Plug a device in on a port, or out (NULL): a link that is there comes or goes. */
void ahci_plug(struct ahci *hba, unsigned port, struct sata_device *device);

/** Have a rule hold, beside those that do. */
void ahci_misbehave(struct ahci *hba, struct ahci_rule rule);
/** Forget all rules. */
void ahci_behave(struct ahci *hba);

/** Send a Set Device Bits FIS for the tags in @p tags, out of nowhere. */
void ahci_send_bits(struct ahci_port *port, vmk_uint32 tags);
/** Send a Register FIS with @p status, out of nowhere. */
void ahci_send_register(struct ahci_port *port, vmk_uint8 status);
/** Have the link lost and come back by itself. */
void ahci_lose_link(struct ahci_port *port);
/** Raise the interrupt, though there is no cause. */
void ahci_interrupt(struct ahci *hba);

/** @return commands at the device of a port. */
unsigned ahci_under_way(const struct ahci_port *port);

/* For devices: */

/** Move data between a command's PRD table and @p data. @return VMK_FALSE when the adapter is no bus master.
 */
vmk_Bool sata_to_host(struct sata_command *command, const void *data, vmk_ByteCount bytes);
vmk_Bool sata_from_host(struct sata_command *command, void *data, vmk_ByteCount bytes);

/** Let a command end well, or with an error. */
void sata_succeed(struct sata_command *command);
void sata_fail(struct sata_command *command, vmk_uint8 error);

/* Between the model's files. */

/* ahci_port.c */
vmk_uint32 ahci_port_read(const struct ahci_port *port, unsigned offset);
void ahci_port_write(struct ahci_port *port, unsigned offset, vmk_uint32 value);
void ahci_port_init(struct ahci_port *port, struct ahci *hba, unsigned number);
void ahci_port_reset(struct ahci_port *port);
void ahci_port_signature(struct ahci_port *port);
void ahci_port_drop_commands(struct ahci_port *port);

/* ahci_command.c: take what is issued, if it can be taken. */
void ahci_pump(struct ahci_port *port);

/* ahci_fis.c: FISes that come in, and what of them is in registers. */
void ahci_receive_register(struct ahci_port *port, const struct sata_command *command, vmk_Bool interrupts);
void ahci_receive_pio_setup(struct ahci_port *port, const struct sata_command *command);
void ahci_receive_bits(struct ahci_port *port, vmk_uint32 tags, vmk_uint8 status, vmk_uint8 error);
void ahci_receive_unknown(struct ahci_port *port, vmk_uint8 type);

/* ahci_hba.c */
void ahci_port_interrupts(struct ahci_port *port, vmk_uint32 causes);

/* Port registers' bits (AHCI 3.3). */
enum {
    AHCI_IS_D2H = 1u << 0,
    AHCI_IS_PIO_SETUP = 1u << 1,
    AHCI_IS_BITS = 1u << 3,
    AHCI_IS_UNKNOWN = 1u << 4,
    AHCI_IS_CONNECT = 1u << 6,
    AHCI_IS_PHY = 1u << 22,
    AHCI_IS_ERROR = 1u << 30,
    AHCI_CMD_START = 1u << 0,
    AHCI_CMD_SPIN_UP = 1u << 1,
    AHCI_CMD_POWER = 1u << 2,
    AHCI_CMD_OVERRIDE = 1u << 3,
    AHCI_CMD_FIS = 1u << 4,
    AHCI_CMD_FIS_RUNS = 1u << 14,
    AHCI_CMD_RUNS = 1u << 15,
    AHCI_SERR_PHY = 1u << 16,
    AHCI_SERR_EXCHANGED = 1u << 26,
};

/** The driver did what no driver may do. */
#define AHCI_DRIVER_MUST(condition, what)                                                                    \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            vmk_Panic("ahci model: the driver's mistake: %s", what);                                         \
        }                                                                                                    \
    } while (0)

#endif
