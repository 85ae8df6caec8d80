/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vga.c - the VGA text screen (IBM VGA technical reference; FreeVGA names the registers the same).
 */
#include "vga.h"

#include <vmkapi/core/machine_memory.h>
#include <vmkapi/platform/x86/ioport.h>

#define TEXT_MA 0xb8000ul
#define COLUMNS 80
#define ROWS    25
/** Rows in the 32 KiB window; the screen shows ROWS of them from `top` on. */
#define WINDOW_ROWS 204
#define BLANK       0x0720 /* Light grey on black, space. */
#define TAB         8

enum {
    GRAPHICS_INDEX = 0x3ce,
    GRAPHICS_DATA = 0x3cf,
    CRTC_INDEX = 0x3d4,
    CRTC_DATA = 0x3d5,
};

#define GRAPHICS_MISC      6
#define MISC_MODE_MASK     0x0d /* Graphics mode; the memory window in bits 2-3. */
#define MISC_TEXT_AT_B8000 0x0c
#define CRTC_START_HIGH    0x0c
#define CRTC_START_LOW     0x0d
#define CRTC_CURSOR_HIGH   0x0e
#define CRTC_CURSOR_LOW    0x0f

static volatile vmk_uint16 *screen; /* NULL: there is none. */
static unsigned top, column, row;
static vmk_Bool in_escape;

static void write_crtc(vmk_uint8 reg, unsigned value)
{
    vmk_IOPortWrite8(CRTC_INDEX, reg);
    vmk_IOPortWrite8(CRTC_DATA, (vmk_uint8)value);
}

static void show_window(void)
{
    write_crtc(CRTC_START_HIGH, (top * COLUMNS) >> 8);
    write_crtc(CRTC_START_LOW, top * COLUMNS);
}

static void clear_row(unsigned r)
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        screen[(top + r) * COLUMNS + c] = BLANK;
    }
}

vmk_Bool vga_init(void)
{
    vmk_IOPortWrite8(GRAPHICS_INDEX, GRAPHICS_MISC);
    /* Reads as all ones where there is no VGA. */
    if ((vmk_IOPortRead8(GRAPHICS_DATA) & MISC_MODE_MASK) != MISC_TEXT_AT_B8000) {
        return VMK_FALSE;
    }
    screen = vmk_MA2Ptr(TEXT_MA);
    for (unsigned r = 0; r < ROWS; r++) {
        clear_row(r);
    }
    show_window();
    return VMK_TRUE;
}

/* Move the screen down the window: copying it for each line would cost milliseconds with interrupts off. */
static void scroll(void)
{
    if (top + ROWS < WINDOW_ROWS) {
        top++;
    } else {
        for (unsigned i = 0; i < (ROWS - 1) * COLUMNS; i++) {
            screen[i] = screen[(top + 1) * COLUMNS + i];
        }
        top = 0;
    }
    clear_row(ROWS - 1);
    show_window();
}

static void new_line(void)
{
    column = 0;
    if (row < ROWS - 1) {
        row++;
    } else {
        scroll();
    }
}

static void put_printable(char c)
{
    screen[(top + row) * COLUMNS + column] = (vmk_uint16)((BLANK & 0xff00) | (vmk_uint8)c);
    if (++column == COLUMNS) {
        new_line();
    }
}

static void put(char c)
{
    if (in_escape) {
        in_escape = !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
        return;
    }
    switch (c) {
    case '\033':
        in_escape = VMK_TRUE;
        break;
    case '\n':
        new_line();
        break;
    case '\r':
        column = 0;
        break;
    case '\b':
        column -= column > 0;
        break;
    case '\t':
        do {
            put_printable(' ');
        } while (column % TAB != 0);
        break;
    default:
        put_printable(c);
        break;
    }
}

void vga_write(const char *text, vmk_ByteCount len_bytes)
{
    unsigned cursor;

    if (screen == NULL) {
        return;
    }
    for (vmk_ByteCount i = 0; i < len_bytes; i++) {
        put(text[i]);
    }
    cursor = (top + row) * COLUMNS + column;
    write_crtc(CRTC_CURSOR_HIGH, cursor >> 8);
    write_crtc(CRTC_CURSOR_LOW, cursor);
}
