/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keymap.h - from a PC keyboard's scan codes (set 1, US layout) to what a terminal would send. Pure logic.
 */
#ifndef ARCH_KEYMAP_H
#define ARCH_KEYMAP_H

#include <vmkapi/base/types.h>

/** What is held down, and what came before. All zero at the start. */
struct keymap {
    vmk_Bool extended; /**< The code before was 0xe0. */
    vmk_Bool shift, control, caps_lock;
};

/** A key's bytes: one character or an escape sequence; empty for none. */
struct key_bytes {
    char text[5];
    unsigned len;
};

/** Take the next scan code. */
struct key_bytes keymap_translate(struct keymap *keymap, vmk_uint8 code);

#endif
