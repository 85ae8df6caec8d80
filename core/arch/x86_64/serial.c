/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.c - serial ports (National Semiconductor PC16550D data sheet).
 */
#include "serial.h"
#include "isa_irq.h"

/* Register offsets from the port's base. */
enum {
    DATA = 0,
    DIVISOR_LOW = 0,
    DIVISOR_HIGH = 1,
    INTERRUPT_ENABLE = 1,
    INTERRUPT_CAUSE = 2, /* Read. */
    FIFO_CONTROL = 2,    /* Written. */
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    SCRATCH = 7,
};

#define LINE_DIVISOR       0x80
#define LINE_8N1           0x03
#define FIFO_ENABLE_CLEAR  0x07
#define FIFO_BYTES         16
#define INTERRUPT_RECEIVED 0x01
#define INTERRUPT_CAN_SEND 0x02
#define CAUSE_NONE         0x01
#define MODEM_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt line through. */
#define STATUS_RECEIVED    0x01
#define STATUS_CAN_SEND    0x20 /* The transmitter's queue is empty. */
#define STATUS_ALL_SENT    0x40 /* And so is the register that shifts. */
#define SEND_PATIENCE      1000000
#define PROBE              0x5a

static vmk_uint8 read_register(const struct serial_port *port, unsigned offset)
{
    return vmk_IOPortRead8((vmk_IOPortAddr)(port->base + offset));
}

static void write_register(const struct serial_port *port, unsigned offset, vmk_uint8 value)
{
    vmk_IOPortWrite8((vmk_IOPortAddr)(port->base + offset), value);
}

vmk_Bool serial_init(struct serial_port *port)
{
    write_register(port, SCRATCH, PROBE);
    port->present = read_register(port, SCRATCH) == PROBE;
    if (port->present) {
        write_register(port, INTERRUPT_ENABLE, 0);
        write_register(port, LINE_CONTROL, LINE_DIVISOR);
        write_register(port, DIVISOR_LOW, 1);
        write_register(port, DIVISOR_HIGH, 0);
        write_register(port, LINE_CONTROL, LINE_8N1);
        write_register(port, FIFO_CONTROL, FIFO_ENABLE_CLEAR);
        write_register(port, MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
    }
    return port->present;
}

/* A port whose other end has stopped reading is waited for once, not for every byte. */
static void wait_for_room(struct serial_port *port)
{
    unsigned patience = port->stalled ? 1 : SEND_PATIENCE;

    for (unsigned i = 0; i < patience && port->room == 0; i++) {
        if (read_register(port, LINE_STATUS) & STATUS_CAN_SEND) {
            port->room = FIFO_BYTES;
        }
        vmk_CPURelax();
    }
    port->stalled = port->room == 0;
}

void serial_send(struct serial_port *port, char c)
{
    if (!port->present) {
        return;
    }
    wait_for_room(port);
    if (port->room > 0) {
        port->room--;
        write_register(port, DATA, (vmk_uint8)c);
    }
}

static vmk_Bool can_send(const struct serial_port *port)
{
    return (read_register(port, LINE_STATUS) & STATUS_CAN_SEND) != 0;
}

static void sleep_for_room(struct serial_port *port)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&port->lock, &flags);
    if (!can_send(port)) {
        write_register(port, INTERRUPT_ENABLE, INTERRUPT_RECEIVED | INTERRUPT_CAN_SEND);
        while (!can_send(port) && status == VMK_OK) {
            status = wait_queue_wait(&port->writers, &port->lock, &flags, WAIT_FOREVER);
        }
        write_register(port, INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
    }
    vmk_SpinlockUnlockIRQ(&port->lock, flags);
}

void serial_send_all(struct serial_port *port, const char *bytes, vmk_ByteCount len_bytes)
{
    for (vmk_ByteCount i = 0; i < len_bytes; i++) {
        if (port->present && port->room == 0) {
            sleep_for_room(port);
        }
        serial_send(port, bytes[i]);
    }
}

void serial_drain(struct serial_port *port)
{
    unsigned patience = port->present && !port->stalled ? SEND_PATIENCE : 0;

    for (unsigned i = 0; i < patience && !(read_register(port, LINE_STATUS) & STATUS_ALL_SENT); i++) {
        vmk_CPURelax();
    }
}

/* The next received byte, or -1. */
static int serial_poll(struct serial_port *port)
{
    if (!port->present || !(read_register(port, LINE_STATUS) & STATUS_RECEIVED)) {
        return -1;
    }
    return read_register(port, DATA);
}

static void take_input(struct serial_port *port)
{
    for (int c = serial_poll(port); c >= 0; c = serial_poll(port)) {
        char byte = (char)c;

        input_queue_put(port->input, &byte, 1);
    }
}

/* Whoever has found no room either waits by now, or looks again. */
static void wake_writer(struct serial_port *port)
{
    vmk_SpinlockLock(&port->lock);
    vmk_SpinlockUnlock(&port->lock);
    wait_queue_wake_all(&port->writers);
}

/* The line interrupts by its edges: there is none as long as any cause is left. */
static void on_interrupt(void *arg)
{
    struct serial_port *port = arg;

    while (!(read_register(port, INTERRUPT_CAUSE) & CAUSE_NONE)) {
        take_input(port);
        wake_writer(port);
    }
}

VMK_ReturnStatus serial_enable_input(struct serial_port *port, struct input_queue *queue)
{
    if (!port->present) {
        return VMK_NOT_FOUND;
    }
    port->input = queue;
    write_register(port, INTERRUPT_ENABLE, INTERRUPT_RECEIVED);
    return isa_irq_connect(port->isa_irq, on_interrupt, port);
}
