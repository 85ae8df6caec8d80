/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pic.c - the two legacy 8259A interrupt controllers (Intel 8259A data sheet, initialisation command words).
 */
#include "pic.h"
#include "vector.h"

#include <vmkapi/platform/x86/ioport.h>

enum {
    PORT_MASTER_COMMAND = 0x20,
    PORT_MASTER_DATA = 0x21,
    PORT_SLAVE_COMMAND = 0xa0,
    PORT_SLAVE_DATA = 0xa1,
};

static void disable_one(vmk_IOPortAddr command, vmk_IOPortAddr data, vmk_uint8 vector, vmk_uint8 cascade)
{
    vmk_IOPortWrite8(command, 0x11); /* ICW1: edge-triggered, cascaded, ICW4 follows. */
    vmk_IOPortWrite8(data, vector);
    vmk_IOPortWrite8(data, cascade);
    vmk_IOPortWrite8(data, 0x01); /* ICW4: 8086 mode. */
    vmk_IOPortWrite8(data, 0xff);
}

void pic_disable(void)
{
    disable_one(PORT_MASTER_COMMAND, PORT_MASTER_DATA, VECTOR_PIC_FIRST, 1u << 2);
    disable_one(PORT_SLAVE_COMMAND, PORT_SLAVE_DATA, VECTOR_PIC_FIRST + 8, 2);
}
