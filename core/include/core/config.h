/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - configuration options defined in the core.
 *
 * Set by words `Group.Name=value` of the kernel command line (cmdline.h) and by `system settings advanced
 * set`.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

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

/**
 * Set an option from text.
 *
 * @return VMK_OK; VMK_NOT_FOUND; VMK_BAD_PARAM when it isn't a number; VMK_LIMIT_EXCEEDED when out of range
 * or too long.
 */
VMK_ReturnStatus config_set(const char *path, const char *value);

#endif
