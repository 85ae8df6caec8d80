/* SPDX-License-Identifier: GPL-2.0-only */
#include "uart.h"

#include "period.h"

#define DATA              0u
#define IER               1u
#define IIR_FCR           2u
#define LCR               3u
#define MCR               4u
#define LSR               5u
#define MSR               6u
#define SCR               7u

#define IER_RECEIVED      0x01u
#define IER_TRANSMIT      0x02u
#define IER_LINE          0x04u
#define IER_MODEM         0x08u
#define IIR_NONE          0x01u
#define IIR_MODEM         0x00u
#define IIR_TRANSMIT      0x02u
#define IIR_RECEIVED      0x04u
#define IIR_LINE          0x06u
#define IIR_TIMEOUT       0x0cu
#define IIR_FIFOS         0xc0u
#define FCR_ENABLE        0x01u
#define FCR_CLEAR_RECEIVE 0x02u
#define FCR_KEPT          0xc9u
#define LCR_DIVISOR       0x80u
#define MCR_WRITABLE      0x1fu
#define MCR_OUT2          0x08u /* Lets the interrupt out, on PCs. */
#define MCR_LOOP          0x10u
#define LSR_RECEIVED      0x01u
#define LSR_OVERRUN       0x02u
#define LSR_EMPTY         0x60u /* Holding register and transmitter. */
#define MSR_CONNECTED     0xb0u /* CTS, DSR, DCD. */

#define CHARACTER_BITS    10ul
#define BAUD_MAX          115200ul

static bool has_fifo(const struct uart *uart)
{
    return (uart->fcr & FCR_ENABLE) != 0;
}

static unsigned capacity(const struct uart *uart)
{
    return has_fifo(uart) ? UART_FIFO_BYTES : 1;
}

static unsigned trigger(const struct uart *uart)
{
    static const vmk_uint8 levels[4] = {1, 4, 8, 14};

    return has_fifo(uart) ? levels[uart->fcr >> 6] : 1;
}

/** The interrupt of highest priority (table 4). */
static vmk_uint8 identify(const struct uart *uart)
{
    if ((uart->ier & IER_LINE) != 0 && uart->line_errors != 0) {
        return IIR_LINE;
    }
    if ((uart->ier & IER_RECEIVED) != 0 && uart->count >= trigger(uart)) {
        return IIR_RECEIVED;
    }
    if ((uart->ier & IER_RECEIVED) != 0 && uart->timed_out) {
        return IIR_TIMEOUT;
    }
    if ((uart->ier & IER_TRANSMIT) != 0 && uart->transmit_pending) {
        return IIR_TRANSMIT;
    }
    return (uart->ier & IER_MODEM) != 0 && uart->msr_deltas != 0 ? IIR_MODEM : IIR_NONE;
}

static void drive(struct uart *uart)
{
    bool out = (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;

    vdev_irq_set(uart->vm, PLATFORM_GSI_UART, out && identify(uart) != IIR_NONE);
}

static void timeout(void *device, vmk_uint64 now_ns)
{
    struct uart *uart = device;

    uart->timed_out = uart->count != 0;
    drive(uart);
}

/** Bytes below the trigger level are told of when four characters' time has passed without another. */
static void restart_timeout(struct uart *uart)
{
    vmk_uint64 character_ns =
        CHARACTER_BITS * NS_PER_SECOND * (uart->divisor != 0 ? uart->divisor : 1) / BAUD_MAX;
    bool waits = has_fifo(uart) && uart->count != 0;

    uart->timed_out = false;
    vdev_timer_arm(uart->vm, &uart->timeout, waits ? vdev_now_ns(uart->vm) + 4 * character_ns : VDEV_NEVER);
}

static bool push(struct uart *uart, vmk_uint8 byte)
{
    if (uart->count >= capacity(uart)) {
        return false;
    }
    uart->fifo[(uart->first + uart->count++) % UART_FIFO_BYTES] = byte;
    return true;
}

/** Whoever has bytes that were not taken may try again. */
static void tell_room(struct uart *uart)
{
    if (uart->console.room != NULL) {
        uart->console.room(uart->console.console);
    }
}

static vmk_uint8 pop(struct uart *uart)
{
    vmk_uint8 byte = uart->fifo[uart->first];

    if (uart->count == 0) {
        return 0;
    }
    uart->first = (uart->first + 1) % UART_FIFO_BYTES;
    uart->count--;
    restart_timeout(uart);
    if (uart->count == 0) {
        tell_room(uart);
    }
    return byte;
}

static void clear_fifo(struct uart *uart)
{
    bool had_some = uart->count != 0;

    uart->first = uart->count = 0;
    restart_timeout(uart);
    if (had_some) {
        tell_room(uart);
    }
}

vmk_ByteCount uart_receive(struct uart *uart, const vmk_uint8 *bytes, vmk_ByteCount len)
{
    vmk_ByteCount taken = 0;

    if ((uart->mcr & MCR_LOOP) != 0) {
        return 0; /* The line is disconnected. */
    }
    while (taken < len && push(uart, bytes[taken])) {
        taken++;
    }
    if (taken != 0) {
        restart_timeout(uart);
        drive(uart);
    }
    return taken;
}

static void transmit(struct uart *uart, vmk_uint8 byte)
{
    uart->transmit_pending = true;
    if ((uart->mcr & MCR_LOOP) == 0) {
        uart->console.output(uart->console.console, byte);
    } else if (push(uart, byte)) {
        restart_timeout(uart);
    } else {
        uart->line_errors |= LSR_OVERRUN;
    }
}

/** In loopback the four outputs are the four inputs (8.0, MCR bit 4). */
static vmk_uint8 modem_lines(const struct uart *uart)
{
    vmk_uint8 mcr = uart->mcr;

    if ((mcr & MCR_LOOP) == 0) {
        return MSR_CONNECTED;
    }
    return (vmk_uint8)((mcr & 2u) << 3 | (mcr & 1u) << 5 | (mcr & 0xcu) << 4);
}

static void modem_control(struct uart *uart, vmk_uint8 value)
{
    vmk_uint8 before = modem_lines(uart), changed;
    bool connects = (uart->mcr & ~value & MCR_LOOP) != 0;

    uart->mcr = value & MCR_WRITABLE;
    if (connects) {
        tell_room(uart);
    }
    changed = (before ^ modem_lines(uart)) >> 4;
    /* RI tells its end only: the others tell every change. */
    uart->msr_deltas |= (changed & 0xbu) | (changed & before >> 4 & 4u);
}

static void fifo_control(struct uart *uart, vmk_uint8 value)
{
    bool switched = ((uart->fcr ^ value) & FCR_ENABLE) != 0;

    uart->fcr = (value & FCR_ENABLE) != 0 ? value & FCR_KEPT : 0;
    if (switched || (value & FCR_CLEAR_RECEIVE) != 0) {
        clear_fifo(uart);
    }
}

static void interrupt_enable(struct uart *uart, vmk_uint8 value)
{
    if ((value & ~uart->ier & IER_TRANSMIT) != 0) {
        uart->transmit_pending = true; /* It is empty, always. */
    }
    uart->ier = value & 0xfu;
}

static vmk_uint8 identification_read(struct uart *uart)
{
    vmk_uint8 id = identify(uart);

    if (id == IIR_TRANSMIT) {
        uart->transmit_pending = false;
    }
    return (vmk_uint8)(id | (has_fifo(uart) ? IIR_FIFOS : 0));
}

static vmk_uint8 line_status_read(struct uart *uart)
{
    vmk_uint8 status = (vmk_uint8)(LSR_EMPTY | uart->line_errors | (uart->count != 0 ? LSR_RECEIVED : 0));

    uart->line_errors = 0;
    return status;
}

static vmk_uint8 modem_status_read(struct uart *uart)
{
    vmk_uint8 status = modem_lines(uart) | uart->msr_deltas;

    uart->msr_deltas = 0;
    return status;
}

static vmk_uint8 register_read(struct uart *uart, unsigned at)
{
    bool divisor = (uart->lcr & LCR_DIVISOR) != 0;

    switch (at) {
    case DATA:
        return divisor ? (vmk_uint8)uart->divisor : pop(uart);
    case IER:
        return divisor ? (vmk_uint8)(uart->divisor >> 8) : uart->ier;
    case IIR_FCR:
        return identification_read(uart);
    case LCR:
        return uart->lcr;
    case MCR:
        return uart->mcr;
    case LSR:
        return line_status_read(uart);
    case MSR:
        return modem_status_read(uart);
    default:
        return uart->scr;
    }
}

static void divisor_write(struct uart *uart, unsigned at, vmk_uint8 value)
{
    unsigned shift = at == DATA ? 0 : 8;

    uart->divisor = (vmk_uint16)((uart->divisor & ~(0xffu << shift)) | (unsigned)value << shift);
}

static void register_write(struct uart *uart, unsigned at, vmk_uint8 value)
{
    if ((uart->lcr & LCR_DIVISOR) != 0 && at <= IER) {
        divisor_write(uart, at, value);
        return;
    }
    switch (at) {
    case DATA:
        transmit(uart, value);
        break;
    case IER:
        interrupt_enable(uart, value);
        break;
    case IIR_FCR:
        fifo_control(uart, value);
        break;
    case LCR:
        uart->lcr = value;
        break;
    case MCR:
        modem_control(uart, value);
        break;
    case SCR:
        uart->scr = value;
        break;
    default:
        break;
    }
}

static vmk_uint64 ports_read(void *device, vmk_uint64 offset, unsigned size)
{
    vmk_uint8 value = register_read(device, (unsigned)offset);

    drive(device);
    return value;
}

static void ports_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct uart *uart = device;

    if (offset == DATA && (uart->lcr & LCR_DIVISOR) == 0) {
        /* Full for a moment: the interrupt's line falls, so that its being empty again is an edge. */
        uart->transmit_pending = false;
        drive(uart);
    }
    register_write(uart, (unsigned)offset, (vmk_uint8)value);
    drive(uart);
}

static const struct io_ops ports_ops = {.read = ports_read, .write = ports_write, .max_size = 1};

void uart_reset(struct uart *uart)
{
    uart->ier = uart->fcr = uart->lcr = uart->scr = 0;
    uart->divisor = 1;
    modem_control(uart, 0);
    uart->line_errors = uart->msr_deltas = 0;
    uart->transmit_pending = false;
    clear_fifo(uart);
}

void uart_init(struct uart *uart, struct vm *vm, const struct platform_console *console)
{
    *uart = (struct uart){.vm = vm, .console = *console};
    uart->timeout = (struct vdev_timer){.fire = timeout, .device = uart, .deadline_ns = VDEV_NEVER};
    uart->ports = (struct io_region){"uart", PLATFORM_UART_BASE, 8, &ports_ops, uart, vdev_device_lock(vm)};
    uart_reset(uart);
}
