/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_keymap.c - what typing sends.
 */
#include "run.h"

#include <string.h>

#include "../../../core/arch/x86_64/keymap.h"

static struct keymap keymap;

static void start(void)
{
    keymap = (struct keymap){0};
}

/* Feed codes; return all that they send. */
static const char *type(const char *codes, unsigned n)
{
    static char text[64];
    unsigned len = 0;

    for (unsigned i = 0; i < n; i++) {
        struct key_bytes bytes = keymap_translate(&keymap, (vmk_uint8)codes[i]);

        memcpy(text + len, bytes.text, bytes.len);
        len += bytes.len;
    }
    text[len] = '\0';
    return text;
}
#define TYPE(codes) type(codes, sizeof(codes) - 1)

START_TEST(letters_and_their_release)
{
    ck_assert_str_eq(TYPE("\x23\xa3\x17\x97\x1c\x9c"), "hi\r");
    ck_assert_str_eq(TYPE("\x02\x0b\x0c\x0d\x39\x0e"), "10-= \177");
    ck_assert_str_eq(TYPE("\x2c\x35\x2b\x28"), "z/\\'");
}
END_TEST

START_TEST(shift_holds_and_caps_lock_toggles)
{
    ck_assert_str_eq(TYPE("\x2a\x1e\x03\xaa\x1e"), "A@a");
    ck_assert_str_eq(TYPE("\x3a\xba\x1e\x02\x36\x1e\xb6\x3a\xba\x1e"), "A1aa");
}
END_TEST

START_TEST(control_makes_control_characters)
{
    ck_assert_str_eq(TYPE("\x1d\x2e\x9d\x2e"), "\003c");
    ck_assert_str_eq(TYPE("\xe0\x1d\x16\xe0\x9d\x16"), "\025u");
}
END_TEST

START_TEST(extended_keys_send_sequences)
{
    ck_assert_str_eq(TYPE("\xe0\x48\xe0\xc8\xe0\x53"), "\033[A\033[3~");
    ck_assert_str_eq(TYPE("\xe0\x1c\xe0\x35"), "\r/");
    ck_assert_str_eq(TYPE("\xe0\x5b"), "");
}
END_TEST

START_TEST(any_code_is_harmless)
{
    for (unsigned code = 0; code < 256; code++) {
        struct key_bytes bytes = keymap_translate(&keymap, (vmk_uint8)code);

        ck_assert_uint_le(bytes.len, sizeof(bytes.text));
    }
}
END_TEST

RUN_TESTS_AFTER(start, letters_and_their_release, shift_holds_and_caps_lock_toggles,
                control_makes_control_characters, extended_keys_send_sequences, any_code_is_harmless)
