/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vga.c - the VGA text screen (IBM VGA technical reference; FreeVGA names the registers the same).
 */
#include "vga.h"

#include <vmkapi/core/machine_memory.h>
#include <vmkapi/platform/x86/ioport.h>

#define TEXT_MA     0xb8000ul
#define COLUMNS     80u
#define ROWS        25u
#define MEMORY_ROWS (0x8000u / (COLUMNS * (unsigned)sizeof(vmk_uint16))) /* 32 KiB: more than a screen. */
#define BLANK       0x0720                                               /* Light grey on black, space. */
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

static volatile vmk_uint16 *memory; /* NULL: there is no such screen. */
static unsigned top;                /* The row of memory that is the screen's first. */
static unsigned column, row;        /* The cursor, in memory. */
static vmk_Bool in_escape;

static void write_crtc(vmk_uint8 reg, unsigned value)
{
    vmk_IOPortWrite8(CRTC_INDEX, reg);
    vmk_IOPortWrite8(CRTC_DATA, (vmk_uint8)value);
}

static void show_position(vmk_uint8 high_reg, vmk_uint8 low_reg, unsigned position)
{
    write_crtc(high_reg, position >> 8);
    write_crtc(low_reg, position & 0xff);
}

static void clear_row(unsigned r)
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        memory[r * COLUMNS + c] = BLANK;
    }
}

vmk_Bool vga_init(void)
{
    vmk_IOPortWrite8(GRAPHICS_INDEX, GRAPHICS_MISC);
    /* Reads as all ones where there is no VGA. */
    if ((vmk_IOPortRead8(GRAPHICS_DATA) & MISC_MODE_MASK) != MISC_TEXT_AT_B8000) {
        return VMK_FALSE;
    }
    memory = vmk_MA2Ptr(TEXT_MA);
    for (unsigned r = 0; r < ROWS; r++) {
        clear_row(r);
    }
    show_position(CRTC_START_HIGH, CRTC_START_LOW, 0);
    return VMK_TRUE;
}

/* Every access goes out to the device: move the screen over its memory, and copy only at the end of that. */
static void scroll(void)
{
    top++;
    if (row == MEMORY_ROWS) {
        for (unsigned i = 0; i < (ROWS - 1) * COLUMNS; i++) {
            memory[i] = memory[top * COLUMNS + i];
        }
        top = 0;
        row = ROWS - 1;
    }
    clear_row(row);
    show_position(CRTC_START_HIGH, CRTC_START_LOW, top * COLUMNS);
}

static void new_line(void)
{
    column = 0;
    if (++row == top + ROWS) {
        scroll();
    }
}

static void put_printable(char c)
{
    memory[row * COLUMNS + column] = (vmk_uint16)((BLANK & 0xff00) | (vmk_uint8)c);
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
    if (memory == NULL) {
        return;
    }
    for (vmk_ByteCount i = 0; i < len_bytes; i++) {
        put(text[i]);
    }
    show_position(CRTC_CURSOR_HIGH, CRTC_CURSOR_LOW, row * COLUMNS + column);
}
