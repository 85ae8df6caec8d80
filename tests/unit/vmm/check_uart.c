/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <string.h>

#include "dev/uart.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };
#define FCR IIR

static struct vm vm;
static struct uart uart;
static char sent[64];
static unsigned num_sent, rooms;

static void output(void *console, vmk_uint8 byte)
{
    ck_assert_uint_lt(num_sent, sizeof(sent));
    sent[num_sent++] = (char)byte;
}

static void room(void *console)
{
    rooms++;
}

static void setup(void)
{
    const struct platform_console console = {.output = output, .room = room};

    vm_host_init(&vm, 4096);
    uart_init(&uart, &vm, &console);
}

static unsigned in(unsigned at)
{
    return (unsigned)vm_host_read(&vm, &uart.ports, at, 1);
}

static void out(unsigned at, unsigned value)
{
    vm_host_write(&vm, &uart.ports, at, 1, value);
}

static vmk_ByteCount receive(const char *text)
{
    vmk_ByteCount taken;

    vdev_lock(&vm);
    taken = uart_receive(&uart, (const vmk_uint8 *)text, strlen(text));
    vdev_unlock(&vm);
    return taken;
}

static bool line(void)
{
    return vm.high[PLATFORM_GSI_UART];
}

START_TEST(sends)
{
    ck_assert_uint_eq(in(LSR), 0x60);
    out(DATA, 'h');
    out(DATA, 'i');
    ck_assert_uint_eq(num_sent, 2);
    ck_assert_int_eq(memcmp(sent, "hi", 2), 0);
    out(LCR, 0x83);
    out(DATA, 12); /* The divisor, not a byte. */
    out(IER, 0);
    ck_assert_uint_eq(in(DATA), 12);
    out(LCR, 3);
    ck_assert_uint_eq(num_sent, 2);
}
END_TEST

START_TEST(tells_when_it_is_empty)
{
    out(MCR, 0x0b);
    out(IER, 2);
    ck_assert(line());
    ck_assert_uint_eq(in(IIR), 2);
    ck_assert(!line()); /* Reading has taken it away. */
    ck_assert_uint_eq(in(IIR), 1);
    out(DATA, 'x');
    ck_assert(line());
    out(DATA, 'y');
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_UART], 3); /* An edge each. */
    out(MCR, 0x03);
    ck_assert(!line()); /* OUT2 lets it out. */
}
END_TEST

START_TEST(receives_one_without_fifo)
{
    out(MCR, 8);
    out(IER, 1);
    ck_assert_uint_eq(receive("ab"), 1);
    ck_assert(line());
    ck_assert_uint_eq(in(LSR), 0x61);
    ck_assert_uint_eq(in(IIR), 4);
    ck_assert_uint_eq(receive("b"), 0);
    ck_assert_uint_eq(in(DATA), 'a');
    ck_assert_uint_eq(rooms, 1);
    ck_assert(!line());
    ck_assert_uint_eq(in(LSR), 0x60);
    ck_assert_uint_eq(receive("b"), 1);
}
END_TEST

START_TEST(tells_of_room_however_it_comes)
{
    ck_assert_uint_eq(receive("ab"), 1);
    out(FCR, 3); /* The FIFO is switched on, and what was received is gone. */
    ck_assert_uint_eq(rooms, 1);
    out(MCR, 0x10);
    ck_assert_uint_eq(receive("b"), 0); /* Loopback: the line is disconnected... */
    out(MCR, 0);
    ck_assert_uint_eq(rooms, 2); /* ...and connected. */
    ck_assert_uint_eq(receive("b"), 1);
    out(MCR, 0x10);
    vdev_lock(&vm);
    uart_reset(&uart);
    vdev_unlock(&vm);
    ck_assert_uint_ge(rooms, 3);
    ck_assert_uint_eq(receive("b"), 1);
}
END_TEST

START_TEST(receives_into_its_fifo)
{
    out(MCR, 8);
    out(IER, 1);
    out(FCR, 0x81); /* Trigger level 8. */
    ck_assert_uint_eq(in(IIR), 0xc1);
    ck_assert_uint_eq(receive("0123456"), 7);
    ck_assert(!line());
    vm_host_advance(&vm, 400000); /* Four characters at 115,200 baud are 347 us. */
    ck_assert(line());
    ck_assert_uint_eq(in(IIR), 0xcc);
    ck_assert_uint_eq(in(DATA), '0');
    ck_assert(!line());
    ck_assert_uint_eq(receive("789abcdefghij"), 10);
    ck_assert_uint_eq(in(IIR), 0xc4);
    for (unsigned i = 0; i < 16; i++) {
        ck_assert_uint_eq(in(DATA), (unsigned)"123456789abcdefg"[i]);
    }
    ck_assert_uint_eq(rooms, 1);
    receive("z");
    out(FCR, 0x83);
    ck_assert_uint_eq(in(LSR), 0x60);
}
END_TEST

START_TEST(loops_back)
{
    ck_assert_uint_eq(in(MSR)&0xf0, 0xb0);
    out(MCR, 0x1a); /* As drivers look for it: RTS and OUT2 are CTS and DCD. */
    ck_assert_uint_eq(in(MSR)&0xf0, 0x90);
    out(DATA, 'q');
    ck_assert_uint_eq(num_sent, 0);
    ck_assert_uint_eq(receive("r"), 0);
    out(DATA, 's');
    ck_assert_uint_eq(in(LSR), 0x63); /* Overrun, */
    ck_assert_uint_eq(in(LSR), 0x61); /* told once. */
    ck_assert_uint_eq(in(DATA), 'q');
}
END_TEST

START_TEST(modem_status_interrupts)
{
    out(MCR, 8);
    in(MSR);
    out(IER, 8);
    ck_assert(!line());
    out(MCR, 0x18);
    out(MCR, 8);
    ck_assert(line());
    ck_assert_uint_eq(in(IIR), 0);
    ck_assert_uint_eq(in(MSR)&0x0f, 0x03); /* CTS and DSR went and came; DCD was OUT2. */
    ck_assert(!line());
}
END_TEST

START_TEST(priorities)
{
    out(MCR, 0x18);
    out(IER, 0xf);
    out(DATA, 'a');
    out(DATA, 'b');
    ck_assert_uint_eq(in(IIR), 6);
    in(LSR);
    ck_assert_uint_eq(in(IIR), 4);
    in(DATA);
    ck_assert_uint_eq(in(IIR), 2);
    ck_assert_uint_eq(in(IIR), 0);
    in(MSR);
    ck_assert_uint_eq(in(IIR), 1);
}
END_TEST

START_TEST(registers_keep_what_they_have)
{
    out(SCR, 0x5a);
    out(LCR, 0x1b);
    out(IER, 0xff);
    ck_assert_uint_eq(in(SCR), 0x5a);
    ck_assert_uint_eq(in(LCR), 0x1b);
    ck_assert_uint_eq(in(IER), 0x0f);
    out(MCR, 0xff);
    ck_assert_uint_eq(in(MCR), 0x1f);
}
END_TEST

RUN_TESTS_AFTER(setup, sends, tells_when_it_is_empty, receives_one_without_fifo,
                tells_of_room_however_it_comes, receives_into_its_fifo, loops_back, modem_status_interrupts,
                priorities, registers_keep_what_they_have)
