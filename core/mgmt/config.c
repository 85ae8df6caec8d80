/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.c - options, and the kernel command line they can come from.
 */
#define VMK_LOG_MODULE "Config"
#include <core/config.h>

#include <core/boot_info.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

#include "config_table.h"
#include "words.h"

#define CMDLINE_WORDS 64

static struct {
    char text[BOOT_CMDLINE_MAX];
    char *word[CMDLINE_WORDS];
    bool asked_for[CMDLINE_WORDS];
    unsigned count;
} cmdline;

/** Guards the texts; numbers are single loads and stores. */
static vmk_SpinlockObject text_lock = VMK_SPINLOCK_INITIALIZER("config texts", VMK_RANK_COMMAND);

/* The kernel command line. */

/** The value of word @p i if it is `name` or `name=value`; NULL otherwise. */
static const char *word_value(unsigned i, const char *name)
{
    vmk_ByteCount len = vmk_Strlen(name);
    const char *word = cmdline.word[i];

    if (vmk_Strncmp(word, name, len) != 0 || (word[len] != '=' && word[len] != '\0')) {
        return NULL;
    }
    return word[len] == '=' ? word + len + 1 : word + len;
}

static const char *find_value(const char *name)
{
    const char *found = NULL;
    unsigned i;

    for (i = 0; i < cmdline.count; i++) {
        const char *value = word_value(i, name);

        if (value != NULL) {
            cmdline.asked_for[i] = true;
            found = value;
        }
    }
    return found;
}

bool config_cmdline(const char *name, char *value, vmk_ByteCount size)
{
    const char *found = find_value(name);

    if (found != NULL) {
        vmk_Strlcpy(value, found, size);
    }
    return found != NULL;
}

bool config_cmdline_is(const char *name, const char *value)
{
    const char *found = find_value(name);

    return found != NULL && vmk_Strcmp(found, value) == 0;
}

vmk_uint64 config_cmdline_uint(const char *name, vmk_uint64 otherwise)
{
    const char *found = find_value(name);
    vmk_uint64 value;

    if (found == NULL) {
        return otherwise;
    }
    if (vmk_StringToUint64(found, 0, &value) != VMK_OK) {
        vmk_WarningMessage("kernel option %s takes a number, not '%s'; using %lu", name, found, otherwise);
        return otherwise;
    }
    return value;
}

/** Set option /Group/Name from a word `Group.Name=value`; other words are left alone. */
static void set_from_word(unsigned i)
{
    const char *word = cmdline.word[i];
    const char *dot = vmk_Strchr(word, '.'), *equals = vmk_Strchr(word, '=');
    char path[64];
    vmk_StatusValue status;

    if (dot == NULL || equals == NULL || dot > equals) {
        return;
    }
    cmdline.asked_for[i] = true;
    vmk_Snprintf(path, sizeof(path), "/%.*s/%.*s", (int)(dot - word), word, (int)(equals - dot - 1), dot + 1);
    status = config_set(path, equals + 1);
    if (status != VMK_OK) {
        vmk_WarningMessage("kernel option %s: %s; 'system settings advanced list' shows what there is", word,
                           vmk_StatusToString(status));
    }
}

void config_init(const char *line)
{
    vmk_StatusValue status =
        words_split(line, cmdline.text, sizeof(cmdline.text), cmdline.word, CMDLINE_WORDS, &cmdline.count);
    unsigned i;

    if (status != VMK_OK) {
        vmk_WarningMessage("kernel command line: %s", status == VMK_BAD_FORMAT
                                                          ? "a quote is left open"
                                                          : "too long, the rest is ignored");
    }
    for (i = 0; i < cmdline.count; i++) {
        set_from_word(i);
    }
}

void config_report_unknown(void)
{
    /* Options that nobody asks for before the end. */
    static const char *const for_the_end[] = {"exit", "panic"};
    unsigned i;

    for (i = 0; i < VMK_ARRAY_SIZE(for_the_end); i++) {
        (void)find_value(for_the_end[i]);
    }
    for (i = 0; i < cmdline.count; i++) {
        if (!cmdline.asked_for[i]) {
            vmk_WarningMessage("kernel option '%s' means nothing to this kernel", cmdline.word[i]);
        }
    }
}

/* Options. */

unsigned config_count(void)
{
    return (unsigned)(vmk_config_end - vmk_config_start);
}

struct vmk_ConfigOption *config_at(unsigned n)
{
    return vmk_config_start[n];
}

static struct vmk_ConfigOption *find_option(const char *path)
{
    unsigned i;

    for (i = 0; i < config_count(); i++) {
        if (vmk_Strcmp(config_at(i)->path, path) == 0) {
            return config_at(i);
        }
    }
    return NULL;
}

static VMK_ReturnStatus set_number(struct vmk_ConfigOption *option, const char *text)
{
    vmk_uint64 value;
    vmk_StatusValue status = vmk_StringToUint64(text, 0, &value);

    if (status == VMK_OK && (value < option->min || value > option->max)) {
        status = VMK_LIMIT_EXCEEDED;
    }
    if (status == VMK_OK) {
        option->value = value;
    }
    return status;
}

static VMK_ReturnStatus set_text(struct vmk_ConfigOption *option, const char *text)
{
    if (vmk_Strlen(text) >= option->size) {
        return VMK_LIMIT_EXCEEDED;
    }
    vmk_SpinlockLock(&text_lock);
    vmk_Strcpy(option->text, text);
    vmk_SpinlockUnlock(&text_lock);
    return VMK_OK;
}

VMK_ReturnStatus config_set(const char *path, const char *value)
{
    struct vmk_ConfigOption *option = find_option(path);

    if (option == NULL) {
        return VMK_NOT_FOUND;
    }
    return option->text != NULL ? set_text(option, value) : set_number(option, value);
}

VMK_ReturnStatus vmk_ConfigParamOpen(const char *group, const char *name, vmk_ConfigParamHandle *handle)
{
    char path[64];

    vmk_Snprintf(path, sizeof(path), "/%s/%s", group, name);
    *handle = find_option(path);
    return *handle != NULL ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamOpen);

VMK_ReturnStatus vmk_ConfigParamClose(vmk_ConfigParamHandle handle)
{
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamClose);

VMK_ReturnStatus vmk_ConfigParamGetUint(vmk_ConfigParamHandle handle, vmk_uint64 *value)
{
    if (handle->text != NULL) {
        return VMK_BAD_PARAM;
    }
    *value = handle->value;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetUint);

VMK_ReturnStatus vmk_ConfigParamGetStringSize(vmk_ConfigParamHandle handle, vmk_ByteCount *size)
{
    if (handle->text == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&text_lock);
    *size = vmk_Strlen(handle->text) + 1;
    vmk_SpinlockUnlock(&text_lock);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetStringSize);

VMK_ReturnStatus vmk_ConfigParamGetString(vmk_ConfigParamHandle handle, char *text, vmk_ByteCount size)
{
    vmk_ByteCount len;

    if (handle->text == NULL) {
        return VMK_BAD_PARAM;
    }
    vmk_SpinlockLock(&text_lock);
    len = vmk_Strlcpy(text, handle->text, size);
    vmk_SpinlockUnlock(&text_lock);
    return len < size ? VMK_OK : VMK_BUF_TOO_SMALL;
}
VMK_EXPORT_SYMBOL(vmk_ConfigParamGetString);
