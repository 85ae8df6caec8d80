/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.c - the serial ports (National Semiconductor PC16550D data sheet).
 */
#include "serial.h"

#include <core/clock.h>
#include <core/irq_vector.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/platform/x86/ioport.h>

/* Registers, from the port's base. */
enum {
    DATA = 0,
    DIVISOR_LOW = 0,
    DIVISOR_HIGH = 1,
    INTERRUPT_ENABLE = 1,
    FIFO_CONTROL = 2,
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    SCRATCH = 7,
};

#define LINE_DIVISOR       0x80
#define LINE_8N1           0x03
#define FIFO_ENABLE_CLEAR  0x07
#define MODEM_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt line through. */
#define STATUS_RECEIVED    0x01
#define STATUS_CAN_SEND    0x20
#define SEND_PATIENCE      1000000

#define SERIAL_PORT(port, port_name, port_base, port_irq)                                                    \
    struct serial_port port = {                                                                              \
        .base = port_base,                                                                                   \
        .irq = port_irq,                                                                                     \
        .lock = VMK_SPINLOCK_INITIALIZER(port_name, VMK_RANK_CONSOLE_INPUT),                                 \
        .readers = WAIT_QUEUE_INITIALIZER(port.readers, port_name),                                          \
    }

SERIAL_PORT(serial_com1, "COM1", 0x3f8, 4);
SERIAL_PORT(serial_com2, "COM2", 0x2f8, 3);

static void write_register(const struct serial_port *port, vmk_uint16 offset, vmk_uint8 value)
{
    vmk_IOPortWrite8((vmk_uint16)(port->base + offset), value);
}

static vmk_uint8 read_register(const struct serial_port *port, vmk_uint16 offset)
{
    return vmk_IOPortRead8((vmk_uint16)(port->base + offset));
}

vmk_Bool serial_init(struct serial_port *port)
{
    write_register(port, SCRATCH, 0x5a);
    port->present = read_register(port, SCRATCH) == 0x5a;
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

static void send(const struct serial_port *port, char c)
{
    for (unsigned i = 0; i < SEND_PATIENCE; i++) {
        if (read_register(port, LINE_STATUS) & STATUS_CAN_SEND) {
            write_register(port, DATA, (vmk_uint8)c);
            return;
        }
        vmk_CPURelax();
    }
}

void serial_write(const struct serial_port *port, const char *text, vmk_ByteCount len_bytes)
{
    for (vmk_ByteCount i = 0; port->present && i < len_bytes; i++) {
        send(port, text[i]);
    }
}

int serial_poll(const struct serial_port *port)
{
    return port->present && (read_register(port, LINE_STATUS) & STATUS_RECEIVED) ? read_register(port, DATA)
                                                                                 : -1;
}

/* Whoever sends faster than the port is read loses what is sent last. */
static void on_input(void *arg)
{
    struct serial_port *port = arg;

    vmk_SpinlockLock(&port->lock);
    for (int c = serial_poll(port); c >= 0; c = serial_poll(port)) {
        if (port->head - port->tail < SERIAL_INPUT_SIZE) {
            port->input[port->head++ % SERIAL_INPUT_SIZE] = (char)c;
        }
    }
    vmk_SpinlockUnlock(&port->lock);
    wait_queue_wake_all(&port->readers);
}

VMK_ReturnStatus serial_enable_input(struct serial_port *port)
{
    unsigned flags;
    vmk_uint32 gsi = ioapic_isa_gsi(port->irq, &flags);
    vmk_uint8 vector;
    vmk_StatusValue status;

    if (!port->present) {
        return VMK_NOT_FOUND;
    }
    status = irq_vector_alloc(0, on_input, port, &vector);
    if (status != VMK_OK) {
        return status;
    }
    status = ioapic_route(gsi, 0, vector, flags);
    if (status != VMK_OK) {
        irq_vector_free(0, vector);
        return status;
    }
    port->input_enabled = VMK_TRUE;
    write_register(port, INTERRUPT_ENABLE, 1);
    ioapic_unmask(gsi);
    return VMK_OK;
}

VMK_ReturnStatus serial_read(struct serial_port *port, vmk_uint64 timeout_ns, char *out)
{
    vmk_uint64 deadline = wait_deadline(timeout_ns);
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    if (!port->input_enabled) {
        return VMK_NOT_FOUND;
    }
    vmk_SpinlockLockIRQ(&port->lock, &flags);
    while (port->head == port->tail && status == VMK_OK) {
        vmk_uint64 now = clock_now_ns();

        status = wait_queue_wait_irq(&port->readers, &port->lock, &flags,
                                     deadline == WAIT_FOREVER ? WAIT_FOREVER
                                     : deadline > now         ? deadline - now
                                                              : 0);
    }
    if (port->head != port->tail) {
        *out = port->input[port->tail++ % SERIAL_INPUT_SIZE];
        status = VMK_OK;
    }
    vmk_SpinlockUnlockIRQ(&port->lock, flags);
    return status;
}
