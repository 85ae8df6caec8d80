/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_virtio_window.c - a virtio device driven through configuration space alone, its BARs decoded by
 * nobody: as firmware does it.
 */
#include "run.h"
#include "vm_host.h"

#include <string.h>

#include "virtio/virtio_pci.h"

#define SLOT     3u
#define COMMAND  0x04u
#define BAR_KICK 0u
#define BAR_MSIX 1u
#define BAR_REGS 4u
#define QUEUES   0x12u /* In BAR_REGS. */
#define STATUS   0x14u
#define ISR      0x100u
#define CONFIG   0x200u

static struct vm vm;
static struct vpci_bus bus;
static struct virtio_device device;
static struct virtio_queue queue;
static unsigned kicks, window;

void virtio_flush_later(struct virtio_queue *unused)
{
}

void virtio_idle_wake(struct virtio_device *unused)
{
}

static void kick(struct virtio_queue *unused)
{
    ck_assert(!vmk_SpinlockIsLocked(&vm.device_lock));
    kicks++;
}

static const struct virtio_device_ops ops = {.kind = "test", .id = VIRTIO_ID_ENTROPY, .kick = kick};

static uint64_t read_config(unsigned at, unsigned size)
{
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80000000u | SLOT << 11 | (at & 0xfcu));
    return io_bus_read(&vm.ports, 0xcfc + (at & 3), size);
}

static void write_config(unsigned at, unsigned size, uint64_t value)
{
    io_bus_write(&vm.ports, 0xcf8, 4, 0x80000000u | SLOT << 11 | (at & 0xfcu));
    io_bus_write(&vm.ports, 0xcfc + (at & 3), size, value);
}

/** The capability's offset, by the list of capabilities. */
static unsigned find_window(void)
{
    for (unsigned at = (unsigned)read_config(0x34, 1); at != 0; at = (unsigned)read_config(at + 1, 1)) {
        if (read_config(at, 1) == 9 && read_config(at + 3, 1) == 5) {
            return at;
        }
    }
    return 0;
}

static void make(void)
{
    static const char config[10] = "0123456789";

    vm_host_init(&vm, 0x10000);
    io_bus_init(&vm.ports, 0x10000);
    io_bus_init(&vm.mmio, ~0ul);
    vm.pci = &bus;
    ck_assert_int_eq(vpci_bus_init(&bus, &vm), VMK_OK);
    memset(&device, 0, sizeof(device));
    memset(&queue, 0, sizeof(queue));
    kicks = 0;
    virtio_device_init(&device, &(struct virtio_device_props){
                                    .vm = &vm, .ops = &ops, .config = config, .config_len = sizeof(config)});
    vmk_SpinlockInit(&queue.lock, "queue", VMK_RANK_VM_QUEUE);
    virtio_queue_init(&queue, &device, 16);
    virtio_pci_init(&device);
    ck_assert_int_eq(vpci_plug(&device.function, SLOT), VMK_OK);
    window = find_window();
    ck_assert_uint_ne(window, 0);
    ck_assert_uint_eq(read_config(window + 2, 1), 20);
}

static void aim(unsigned bar, unsigned offset, unsigned size)
{
    write_config(window + 4, 1, bar);
    write_config(window + 8, 4, offset);
    write_config(window + 12, 4, size);
}

static uint64_t get(unsigned bar, unsigned offset, unsigned size)
{
    aim(bar, offset, size);
    return read_config(window + 16, size);
}

static void put(unsigned bar, unsigned offset, unsigned size, uint64_t value)
{
    aim(bar, offset, size);
    write_config(window + 16, size, value);
}

START_TEST(registers_are_reached_without_a_bar)
{
    make();
    ck_assert_uint_eq(read_config(COMMAND, 2), 0);
    ck_assert_uint_eq(get(BAR_REGS, QUEUES, 2), 1);
    ck_assert_uint_eq(get(BAR_REGS, CONFIG, 4), 0x33323130);
    ck_assert_uint_eq(get(BAR_REGS, CONFIG + 9, 1), '9');
    put(BAR_REGS, 0x00, 4, 1); /* Features: their upper half. */
    ck_assert_uint_eq(get(BAR_REGS, 0x04, 4), device.features_offered >> 32);
    put(BAR_REGS, 0x08, 4, 1);
    put(BAR_REGS, 0x0c, 4, 1); /* VERSION_1 */
    for (uint8_t status = 1; status < 0x10; status = (uint8_t)(status << 1 | 1)) {
        put(BAR_REGS, STATUS, 1, status == 7 ? 0xb : status == 0xf ? 0xf : status);
    }
    ck_assert_uint_eq(get(BAR_REGS, STATUS, 1), 0xf);
    put(BAR_KICK, 0, 2, 0);
    ck_assert_uint_eq(kicks, 1);
    virtio_pci_signal(&queue);
    ck_assert(vm.high[16 + SLOT % 4]);
    ck_assert_uint_eq(get(BAR_REGS, ISR, 1), 1);
    ck_assert(!vm.high[16 + SLOT % 4]);
    put(BAR_REGS, STATUS, 1, 0);
    ck_assert_uint_eq(get(BAR_REGS, STATUS, 1), 0);
}
END_TEST

START_TEST(a_vector_is_masked_and_unmasked)
{
    make();
    ck_assert_uint_eq(get(BAR_MSIX, 12, 4), 1);
    put(BAR_MSIX, 12, 4, 0);
    ck_assert_uint_eq(get(BAR_MSIX, 12, 4), 0);
}
END_TEST

START_TEST(each_read_reads_again)
{
    make();
    aim(BAR_REGS, STATUS, 1);
    ck_assert_uint_eq(read_config(window + 16, 1), 0);
    device.status = 3;
    ck_assert_uint_eq(read_config(window + 16, 1), 3);
    ck_assert_uint_eq(io_bus_read(&vm.mmio, VPCI_ECAM_BASE + (SLOT << 15) + window + 16, 4) & 0xff, 3);
    aim(BAR_REGS, CONFIG, 4);
    ck_assert_uint_eq(read_config(window + 18, 1), '2'); /* Any byte of the four. */
    ck_assert_uint_eq(read_config(window + 19, 1), '3');
}
END_TEST

START_TEST(what_no_bar_answers_is_memory)
{
    static const struct {
        unsigned bar, offset, size;
    } wrong[] = {{BAR_REGS, 0, 0},
                 {BAR_REGS, 0, 3},
                 {BAR_REGS, 0, 8},
                 {BAR_REGS, QUEUES - 1, 2},
                 {BAR_REGS, 0x400, 1},
                 {BAR_REGS, ~3u, 4},
                 {2, 0, 4},
                 {3, 0, 1},
                 {5, 0, 4},
                 {6, 0, 4},
                 {0xff, 0, 4},
                 {BAR_KICK, 0x80, 2},
                 {BAR_REGS, 0x3fe, 4},
                 {BAR_REGS, 0, ~0u - 3}};

    make();
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        aim(wrong[i].bar, wrong[i].offset, wrong[i].size);
        write_config(window + 16, 4, 0xdead0000 + i);
        ck_assert_uint_eq(read_config(window + 16, 4), 0xdead0000 + i);
    }
    ck_assert_uint_eq(kicks, 0);
    ck_assert_uint_eq(device.status, 0);
}
END_TEST

START_TEST(a_reset_machine_has_forgotten_where_it_pointed)
{
    make();
    put(BAR_REGS, STATUS, 1, 1);
    vpci_bus_reset(&bus);
    for (unsigned at = 8; at < 20; at += 4) {
        ck_assert_uint_eq(read_config(window + at, 4), 0);
    }
    ck_assert_uint_eq(read_config(window + 4, 1), 0);
    ck_assert_uint_eq(get(BAR_REGS, STATUS, 1), 0);
}
END_TEST

RUN_TESTS(registers_are_reached_without_a_bar, a_vector_is_masked_and_unmasked, each_read_reads_again,
          what_no_bar_answers_is_memory, a_reset_machine_has_forgotten_where_it_pointed)
