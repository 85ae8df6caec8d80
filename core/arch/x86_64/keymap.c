/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keymap.c - from a PC keyboard's scan codes (IBM PS/2 technical reference, keyboard scan code set 1) to
 * characters.
 */
#include "keymap.h"

#define CODE_EXTENDED 0xe0
#define CODE_RELEASED 0x80

enum {
    KEY_CONTROL = 0x1d,
    KEY_LEFT_SHIFT = 0x2a,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_CAPS_LOCK = 0x3a,
    KEY_KEYPAD_ENTER = 0x1c, /* Extended. */
    KEY_KEYPAD_SLASH = 0x35, /* Extended. */
};

/* By code; 0 for keys that are no character. */
static const char plain[] = "\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* What a terminal sends for keys with the extended prefix (ECMA-48, and xterm's choices). */
static const struct {
    vmk_uint8 code;
    const char *text;
} sequences[] = {
    {0x47, "\033[H"}, {0x48, "\033[A"}, {0x4b, "\033[D"},  {0x4d, "\033[C"},
    {0x4f, "\033[F"}, {0x50, "\033[B"}, {0x53, "\033[3~"},
};

static vmk_Bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static struct key_bytes bytes_of(const char *text)
{
    struct key_bytes bytes = {.len = 0};

    for (; text[bytes.len] != '\0'; bytes.len++) {
        bytes.text[bytes.len] = text[bytes.len];
    }
    return bytes;
}

static struct key_bytes character(const struct keymap *keymap, vmk_uint8 code)
{
    char text[2] = {'\0', '\0'};

    if (code < sizeof(plain)) {
        vmk_Bool upper = is_letter(plain[code]) ? keymap->shift != keymap->caps_lock : keymap->shift;

        text[0] = upper ? shifted[code] : plain[code];
        if (keymap->control && is_letter(plain[code])) {
            text[0] = plain[code] & 0x1f;
        }
    }
    return bytes_of(text);
}

static struct key_bytes extended(vmk_uint8 code)
{
    if (code == KEY_KEYPAD_ENTER) {
        return bytes_of("\r");
    }
    if (code == KEY_KEYPAD_SLASH) {
        return bytes_of("/");
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(sequences); i++) {
        if (sequences[i].code == code) {
            return bytes_of(sequences[i].text);
        }
    }
    return bytes_of("");
}

struct key_bytes keymap_translate(struct keymap *keymap, vmk_uint8 code)
{
    vmk_Bool was_extended = keymap->extended;
    vmk_Bool pressed = !(code & CODE_RELEASED);
    vmk_uint8 key = code & ~CODE_RELEASED;

    keymap->extended = code == CODE_EXTENDED;
    if (keymap->extended) {
        return bytes_of("");
    }
    if (key == KEY_CONTROL) {
        keymap->control = pressed;
    } else if (was_extended) {
        return pressed ? extended(key) : bytes_of("");
    } else if (key == KEY_LEFT_SHIFT || key == KEY_RIGHT_SHIFT) {
        keymap->shift = pressed;
    } else if (key == KEY_CAPS_LOCK) {
        keymap->caps_lock ^= pressed;
    } else if (pressed) {
        return character(keymap, key);
    }
    return bytes_of("");
}
