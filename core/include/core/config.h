/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - the kernel command line, and configuration options defined in the core.
 *
 * The command line is words `name`, `name=value` or `name="value with blanks"`. A word `Group.Name=value`
 * sets option /Group/Name. Options are set later by `system settings advanced set`.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>

#include <vmkapi/base/config.h>
#include <vmkapi/base/types.h>

/** One option: a number, or a text when text is set. */
struct vmk_ConfigOption {
    const char *path; /**< "/Group/Name". */
    const char *help;
    volatile vmk_uint64 value;
    vmk_uint64 fallback, min, max;
    char *text; /**< NULL for a number. */
    vmk_ByteCount size;
};

/** Define a number; read it as config_<ident>.value. */
#define CONFIG_UINT(ident, option_path, initial, least, most, text_help)                                     \
    static struct vmk_ConfigOption config_##ident = {.path = option_path,                                    \
                                                     .help = text_help,                                      \
                                                     .value = initial,                                       \
                                                     .fallback = initial,                                    \
                                                     .min = least,                                           \
                                                     .max = most};                                           \
    static struct vmk_ConfigOption *const config_entry_##ident                                               \
        __attribute__((used, section(".vmk.config"))) = &config_##ident

/** Define a text of at most @p length bytes, NUL included, empty at first; read it as config_<ident>.text. */
#define CONFIG_TEXT(ident, option_path, length, text_help)                                                   \
    static char config_text_##ident[length];                                                                 \
    static struct vmk_ConfigOption config_##ident = {                                                        \
        .path = option_path, .help = text_help, .text = config_text_##ident, .size = length};                \
    static struct vmk_ConfigOption *const config_entry_##ident                                               \
        __attribute__((used, section(".vmk.config"))) = &config_##ident

/** Take the kernel command line: options in it are set, words nobody knows are logged. Context: boot, early.
 */
void config_init(const char *cmdline);

/**
 * Find `name=value` on the kernel command line.
 *
 * @param value receives the text without quotes, cut off at @p size; "" for a bare `name`.
 * @return whether the word is there; the last one counts. Context: any.
 */
bool config_cmdline(const char *name, char *value, vmk_ByteCount size);

/** @return whether the command line says exactly `name=value`. Context: any. */
bool config_cmdline_is(const char *name, const char *value);

/** @return `name=number` of the command line, or @p otherwise. Context: any. */
vmk_uint64 config_cmdline_uint(const char *name, vmk_uint64 otherwise);

/**
 * Set an option from text.
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BAD_PARAM when it isn't a number; VMK_LIMIT_EXCEEDED when out of range
 * or too long.
 */
VMK_ReturnStatus config_set(const char *path, const char *value);

#endif
