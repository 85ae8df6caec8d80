/* SPDX-License-Identifier: GPL-2.0-only */
#include "pic.h"

#include <core/vmm/platform.h>

#define NONE          8u
#define CASCADE       2u /**< The master's line that the slave drives. */
#define SPURIOUS      7u
#define LINES         8u

#define ICW1          0x10u
#define ICW1_ICW4     0x01u
#define ICW1_SINGLE   0x02u
#define ICW4_AUTO_EOI 0x02u
#define ICW4_NESTED   0x10u
#define OCW3          0x08u
#define OCW3_POLL     0x04u
#define OCW3_READ     0x02u
#define OCW3_READ_ISR 0x01u
#define OCW3_MASK_SET 0x40u
#define OCW3_MASK     0x20u

/* Lines that are always edge-triggered: timer, keyboard, cascade; clock, coprocessor. */
#define MASTER_LEVEL 0xf8u
#define SLAVE_LEVEL  0xdeu

static vmk_uint8 bit(unsigned line)
{
    return (vmk_uint8)(1u << line);
}

/** The line of highest priority that is to interrupt; NONE. */
static unsigned chip_pending(const struct pic_chip *chip, bool is_master)
{
    vmk_uint8 requests = (vmk_uint8)(chip->irr & ~chip->imr);
    vmk_uint8 blocking = chip->special_mask ? (vmk_uint8)(chip->isr & ~chip->imr) : chip->isr;

    for (unsigned i = 0; i < LINES; i++) {
        unsigned line = (chip->first + i) % LINES;
        bool from_slave = is_master && chip->nested && line == CASCADE;

        if ((requests & bit(line)) != 0 && ((blocking & bit(line)) == 0 || from_slave)) {
            return line;
        }
        if ((blocking & bit(line)) != 0) {
            return NONE;
        }
    }
    return NONE;
}

static void chip_line(struct pic_chip *chip, unsigned line, bool high)
{
    bool rises = high && (chip->lines & bit(line)) == 0;

    chip->lines = high ? chip->lines | bit(line) : chip->lines & (vmk_uint8)~bit(line);
    if (rises) {
        chip->irr |= bit(line);
    }
    /* A request that is withdrawn before its acknowledge is none: "must remain high until after the falling
     * edge of the first INTA". */
    if (!high) {
        chip->irr &= (vmk_uint8)~bit(line);
    }
}

/** Look again at what is pending. */
static void update(struct pic *pic)
{
    bool output;

    chip_line(&pic->master, CASCADE, chip_pending(&pic->slave, false) != NONE);
    output = chip_pending(&pic->master, true) != NONE;
    if (output != pic->output) {
        __atomic_store_n(&pic->output, output, __ATOMIC_SEQ_CST);
        if (output) {
            vdev_cpu_kick(pic->vm, 0);
        }
    }
}

static void rotate_below(struct pic_chip *chip, unsigned line)
{
    chip->first = (vmk_uint8)((line + 1) % LINES);
}

/** @return the line acknowledged, as its vector counts it. */
static unsigned chip_acknowledge(struct pic_chip *chip, bool is_master)
{
    unsigned line = chip_pending(chip, is_master);

    if (line == NONE) {
        return SPURIOUS;
    }
    if ((chip->level & bit(line)) == 0) {
        chip->irr &= (vmk_uint8)~bit(line);
    }
    if (!chip->auto_eoi) {
        chip->isr |= bit(line);
    } else if (chip->rotates) {
        rotate_below(chip, line);
    }
    return line;
}

vmk_uint8 pic_acknowledge(struct pic *pic)
{
    bool from_slave = chip_pending(&pic->master, true) == CASCADE;
    unsigned line = chip_acknowledge(&pic->master, true);
    vmk_uint8 vector = (vmk_uint8)(pic->master.vector + line);

    if (from_slave) {
        vector = (vmk_uint8)(pic->slave.vector + chip_acknowledge(&pic->slave, false));
        /* Its INT falls with the acknowledge, so that the next request is an edge again. */
        chip_line(&pic->master, CASCADE, false);
    }
    update(pic);
    return vector;
}

bool pic_pending(const struct pic *pic)
{
    return __atomic_load_n(&pic->output, __ATOMIC_SEQ_CST);
}

void pic_irq_set(struct pic *pic, unsigned irq, bool high)
{
    chip_line(irq < LINES ? &pic->master : &pic->slave, irq % LINES, high);
    update(pic);
}

static void begin_initialization(struct pic_chip *chip, vmk_uint8 value)
{
    vmk_uint8 lines = chip->lines, level = chip->level;

    *chip = (struct pic_chip){.lines = lines, .level = level, .irr = lines & level, .next_icw = 2};
    chip->single = (value & ICW1_SINGLE) != 0;
    chip->wants_icw4 = (value & ICW1_ICW4) != 0;
}

static void initialization_word(struct pic_chip *chip, vmk_uint8 value)
{
    switch (chip->next_icw) {
    case 2:
        chip->vector = value & 0xf8u;
        chip->next_icw = chip->single ? 4 : 3;
        break;
    case 3: /* Which line the cascade is on: the board has it soldered. */
        chip->next_icw = 4;
        break;
    default:
        chip->auto_eoi = (value & ICW4_AUTO_EOI) != 0;
        chip->nested = (value & ICW4_NESTED) != 0;
        chip->next_icw = 0;
        return;
    }
    if (chip->next_icw == 4 && !chip->wants_icw4) {
        chip->next_icw = 0;
    }
}

/** The line in service of highest priority; NONE. */
static unsigned in_service(const struct pic_chip *chip)
{
    for (unsigned i = 0; i < LINES; i++) {
        unsigned line = (chip->first + i) % LINES;

        if ((chip->isr & bit(line)) != 0) {
            return line;
        }
    }
    return NONE;
}

/** OCW2: end of interrupt, rotation of priorities. */
static void operation(struct pic_chip *chip, vmk_uint8 value)
{
    unsigned named = value & 7u, line = NONE;

    switch (value >> 5) {
    case 0: /* Rotate in automatic EOI mode: clear, set. */
    case 4:
        chip->rotates = value >> 5 == 4;
        return;
    case 1: /* Non-specific EOI; and rotate. */
    case 5:
        line = in_service(chip);
        break;
    case 3: /* Specific EOI; and rotate. */
    case 7:
        line = named;
        break;
    case 6: /* Set priority. */
        rotate_below(chip, named);
        return;
    default:
        return;
    }
    if (line != NONE) {
        chip->isr &= (vmk_uint8)~bit(line);
        if ((value >> 5 & 4u) != 0) {
            rotate_below(chip, line);
        }
    }
}

static void mode_word(struct pic_chip *chip, vmk_uint8 value)
{
    chip->polled = (value & OCW3_POLL) != 0;
    if ((value & OCW3_READ) != 0) {
        chip->reads_isr = (value & OCW3_READ_ISR) != 0;
    }
    if ((value & OCW3_MASK_SET) != 0) {
        chip->special_mask = (value & OCW3_MASK) != 0;
    }
}

static struct pic *owner(struct pic_chip *chip, bool is_master)
{
    return is_master ? VMK_CONTAINER_OF(chip, struct pic, master) : VMK_CONTAINER_OF(chip, struct pic, slave);
}

static void chip_write(struct pic_chip *chip, bool is_master, vmk_uint64 offset, vmk_uint8 value)
{
    if (offset == 1 && chip->next_icw == 0) {
        chip->imr = value;
    } else if (offset == 1) {
        initialization_word(chip, value);
    } else if ((value & ICW1) != 0) {
        begin_initialization(chip, value);
    } else if ((value & OCW3) != 0) {
        mode_word(chip, value);
    } else {
        operation(chip, value);
    }
    update(owner(chip, is_master));
}

static vmk_uint64 chip_read(struct pic_chip *chip, bool is_master, vmk_uint64 offset)
{
    if (chip->polled) {
        bool pending = chip_pending(chip, is_master) != NONE;
        unsigned line = chip_acknowledge(chip, is_master);

        chip->polled = false;
        update(owner(chip, is_master));
        return pending ? 0x80u | line : 0;
    }
    if (offset == 1) {
        return chip->imr;
    }
    return chip->reads_isr ? chip->isr : chip->irr;
}

static vmk_uint64 master_read(void *device, vmk_uint64 offset, unsigned size)
{
    return chip_read(&((struct pic *)device)->master, true, offset);
}

static void master_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    chip_write(&((struct pic *)device)->master, true, offset, (vmk_uint8)value);
}

static vmk_uint64 slave_read(void *device, vmk_uint64 offset, unsigned size)
{
    return chip_read(&((struct pic *)device)->slave, false, offset);
}

static void slave_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    chip_write(&((struct pic *)device)->slave, false, offset, (vmk_uint8)value);
}

static vmk_uint64 edge_level_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct pic *pic = device;

    return offset == 0 ? pic->master.level : pic->slave.level;
}

static void edge_level_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct pic *pic = device;
    struct pic_chip *chip = offset == 0 ? &pic->master : &pic->slave;

    chip->level = (vmk_uint8)(value & (offset == 0 ? MASTER_LEVEL : SLAVE_LEVEL));
    chip->irr |= chip->lines & chip->level;
    update(pic);
}

static const struct io_ops master_ops = {.read = master_read, .write = master_write, .max_size = 1};
static const struct io_ops slave_ops = {.read = slave_read, .write = slave_write, .max_size = 1};
static const struct io_ops edge_level_ops = {
    .read = edge_level_read, .write = edge_level_write, .max_size = 1};

void pic_reset(struct pic *pic)
{
    pic->master = (struct pic_chip){.imr = 0xff};
    pic->slave = (struct pic_chip){.imr = 0xff, .level = bit(PLATFORM_GSI_SCI - LINES)};
    update(pic);
}

void pic_init(struct pic *pic, struct vm *vm)
{
    vmk_Lock lock = vdev_device_lock(vm);

    *pic = (struct pic){.vm = vm};
    pic->master_ports = (struct io_region){"pic", 0x20, 2, &master_ops, pic, lock};
    pic->slave_ports = (struct io_region){"pic", 0xa0, 2, &slave_ops, pic, lock};
    pic->edge_level_ports = (struct io_region){"elcr", 0x4d0, 2, &edge_level_ops, pic, lock};
    pic_reset(pic);
}
