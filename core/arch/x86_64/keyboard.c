/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keyboard.c - the PC's own keyboard, behind the 8042 controller (IBM PS/2 technical reference).
 */
#include "keyboard.h"
#include "isa_irq.h"
#include "keymap.h"

#include <vmkapi/platform/x86/ioport.h>

#define KEYBOARD_IRQ 1

enum {
    PORT_DATA = 0x60,
    PORT_STATUS = 0x64,
    PORT_COMMAND = 0x64,
};

#define NOTHING_THERE        0xff
#define STATUS_OUTPUT_FULL   0x01
#define STATUS_INPUT_FULL    0x02
#define COMMAND_READ_CONFIG  0x20
#define COMMAND_WRITE_CONFIG 0x60
#define CONFIG_INTERRUPT     0x01
#define CONFIG_DISABLED      0x10
#define CONFIG_TRANSLATE     0x40 /* To scan code set 1. */
#define PATIENCE             10000

static struct keymap keymap;

static void on_key(void *arg)
{
    while (vmk_IOPortRead8(PORT_STATUS) & STATUS_OUTPUT_FULL) {
        struct key_bytes bytes = keymap_translate(&keymap, vmk_IOPortRead8(PORT_DATA));

        input_queue_put(arg, bytes.text, bytes.len);
    }
}

/* @return whether the status shows @p wanted of @p mask in time. */
static vmk_Bool wait_status(vmk_uint8 mask, vmk_uint8 wanted)
{
    for (unsigned i = 0; i < PATIENCE; i++) {
        if ((vmk_IOPortRead8(PORT_STATUS) & mask) == wanted) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

static vmk_Bool command(vmk_uint8 value)
{
    if (!wait_status(STATUS_INPUT_FULL, 0)) {
        return VMK_FALSE;
    }
    vmk_IOPortWrite8(PORT_COMMAND, value);
    return VMK_TRUE;
}

/* The firmware has brought the keyboard itself up; its interrupt and the translation are ours to choose. */
static vmk_Bool configure(void)
{
    vmk_uint8 config;

    if (vmk_IOPortRead8(PORT_STATUS) == NOTHING_THERE) {
        return VMK_FALSE;
    }
    while (vmk_IOPortRead8(PORT_STATUS) & STATUS_OUTPUT_FULL) {
        (void)vmk_IOPortRead8(PORT_DATA);
    }
    if (!command(COMMAND_READ_CONFIG) || !wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL)) {
        return VMK_FALSE;
    }
    config = vmk_IOPortRead8(PORT_DATA);
    config = (vmk_uint8)((config | CONFIG_INTERRUPT | CONFIG_TRANSLATE) & ~CONFIG_DISABLED);
    if (!command(COMMAND_WRITE_CONFIG) || !wait_status(STATUS_INPUT_FULL, 0)) {
        return VMK_FALSE;
    }
    vmk_IOPortWrite8(PORT_DATA, config);
    return VMK_TRUE;
}

VMK_ReturnStatus keyboard_enable(struct input_queue *queue)
{
    return configure() ? isa_irq_connect(KEYBOARD_IRQ, on_key, queue) : VMK_NOT_FOUND;
}
