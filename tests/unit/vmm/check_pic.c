/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include "dev/pic.h"

static struct vm vm;
static struct pic pic;

static void out(const struct io_region *ports, unsigned at, vmk_uint8 value)
{
    vm_host_write(&vm, ports, at, 1, value);
}

static unsigned in(const struct io_region *ports, unsigned at)
{
    return (unsigned)vm_host_read(&vm, ports, at, 1);
}

static void initialize(const struct io_region *ports, vmk_uint8 vector, vmk_uint8 cascade, vmk_uint8 icw4)
{
    out(ports, 0, 0x11);
    out(ports, 1, vector);
    out(ports, 1, cascade);
    out(ports, 1, icw4);
}

static void setup(void)
{
    vm_host_init(&vm, 4096);
    pic_init(&pic, &vm);
    initialize(&pic.master_ports, 0x30, 4, 1);
    initialize(&pic.slave_ports, 0x38, 2, 1);
}

START_TEST(starts_masked)
{
    pic_reset(&pic);
    ck_assert_uint_eq(in(&pic.master_ports, 1), 0xff);
    pic_irq_set(&pic, 1, true);
    ck_assert(!pic_pending(&pic));
    ck_assert_uint_eq(in(&pic.edge_level_ports, 1), 1u << 1); /* The SCI. */
}
END_TEST

START_TEST(serves_by_priority)
{
    pic_irq_set(&pic, 4, true);
    ck_assert_uint_eq(vm.kicks[0], 1);
    pic_irq_set(&pic, 3, true);
    ck_assert(pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x33);
    ck_assert(!pic_pending(&pic)); /* 4 waits for 3's end. */
    pic_irq_set(&pic, 0, true);
    ck_assert(pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x30);
    out(&pic.master_ports, 0, 0x20);
    ck_assert(!pic_pending(&pic));
    out(&pic.master_ports, 0, 0x20);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x34);
    out(&pic.master_ports, 0, 0x64); /* Specific. */
    ck_assert(!pic_pending(&pic));
}
END_TEST

START_TEST(an_edge_interrupts_once)
{
    pic_irq_set(&pic, 1, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x31);
    out(&pic.master_ports, 0, 0x20);
    ck_assert(!pic_pending(&pic));
    pic_irq_set(&pic, 1, false);
    pic_irq_set(&pic, 1, true);
    ck_assert(pic_pending(&pic));
}
END_TEST

START_TEST(a_level_interrupts_while_high)
{
    out(&pic.edge_level_ports, 0, 0xff);
    ck_assert_uint_eq(in(&pic.edge_level_ports, 0), 0xf8);
    pic_irq_set(&pic, 5, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x35);
    out(&pic.master_ports, 0, 0x20);
    ck_assert(pic_pending(&pic));
    pic_irq_set(&pic, 5, false);
    ck_assert(!pic_pending(&pic));
}
END_TEST

START_TEST(what_is_withdrawn_is_spurious)
{
    pic_irq_set(&pic, 3, true);
    pic_irq_set(&pic, 3, false);
    ck_assert(!pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x37);
    out(&pic.master_ports, 0, 0x0b);
    ck_assert_uint_eq(in(&pic.master_ports, 0), 0); /* Nothing is in service. */
}
END_TEST

START_TEST(cascade)
{
    pic_irq_set(&pic, 12, true);
    pic_irq_set(&pic, 10, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3a);
    ck_assert(!pic_pending(&pic));
    out(&pic.slave_ports, 0, 0x20);
    ck_assert(!pic_pending(&pic)); /* The master's 2 is in service. */
    out(&pic.master_ports, 0, 0x20);
    ck_assert(pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3c);
    pic_irq_set(&pic, 10, false);
    pic_irq_set(&pic, 12, false);
    out(&pic.slave_ports, 0, 0x20);
    out(&pic.master_ports, 0, 0x20);
    ck_assert(!pic_pending(&pic));
}
END_TEST

START_TEST(the_slave_does_not_lose_an_edge)
{
    initialize(&pic.slave_ports, 0x38, 2, 3); /* Automatic end: the slave's INT stays for the second. */
    initialize(&pic.master_ports, 0x30, 4, 3);
    pic_irq_set(&pic, 10, true);
    pic_irq_set(&pic, 12, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3a);
    ck_assert(pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3c);
    ck_assert(!pic_pending(&pic));
}
END_TEST

START_TEST(special_fully_nested)
{
    initialize(&pic.master_ports, 0x30, 4, 0x11);
    pic_irq_set(&pic, 12, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3c);
    pic_irq_set(&pic, 10, true); /* Above it, in the same slave. */
    ck_assert(pic_pending(&pic));
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x3a);
}
END_TEST

START_TEST(masks)
{
    out(&pic.master_ports, 1, 0x02);
    pic_irq_set(&pic, 1, true);
    ck_assert(!pic_pending(&pic));
    out(&pic.master_ports, 0, 0x0a);
    ck_assert_uint_eq(in(&pic.master_ports, 0), 0x02);
    out(&pic.master_ports, 1, 0x00);
    ck_assert(pic_pending(&pic));
}
END_TEST

START_TEST(special_mask)
{
    pic_irq_set(&pic, 1, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x31);
    pic_irq_set(&pic, 6, true);
    ck_assert(!pic_pending(&pic));
    out(&pic.master_ports, 1, 0x02);
    out(&pic.master_ports, 0, 0x68);
    ck_assert(pic_pending(&pic)); /* What is masked blocks no one. */
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x36);
}
END_TEST

START_TEST(rotation)
{
    out(&pic.master_ports, 0, 0xc3); /* 3 is lowest: 4 is highest. */
    pic_irq_set(&pic, 0, true);
    pic_irq_set(&pic, 4, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x34);
    out(&pic.master_ports, 0, 0xa0); /* Rotate on end: 4 is lowest. */
    pic_irq_set(&pic, 5, true);
    ck_assert_uint_eq(pic_acknowledge(&pic), 0x35);
}
END_TEST

START_TEST(polling)
{
    pic_irq_set(&pic, 6, true);
    out(&pic.master_ports, 0, 0x0c);
    ck_assert_uint_eq(in(&pic.master_ports, 0), 0x86);
    out(&pic.master_ports, 0, 0x0c);
    ck_assert_uint_eq(in(&pic.master_ports, 0), 0);
    out(&pic.master_ports, 0, 0x0b);
    ck_assert_uint_eq(in(&pic.master_ports, 0), 0x40);
}
END_TEST

RUN_TESTS_AFTER(setup, starts_masked, serves_by_priority, an_edge_interrupts_once,
                a_level_interrupts_while_high, what_is_withdrawn_is_spurious, cascade,
                the_slave_does_not_lose_an_edge, special_fully_nested, masks, special_mask, rotation, polling)
