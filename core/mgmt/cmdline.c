/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmdline.c - the words of the kernel command line, and who has asked for them.
 */
#define VMK_LOG_MODULE "Config"
#include <core/cmdline.h>

#include <core/boot_info.h>
#include <core/config.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

#include "words.h"

#define CMDLINE_WORDS 64

static struct {
    char text[BOOT_CMDLINE_MAX];
    char *word[CMDLINE_WORDS];
    bool asked_for[CMDLINE_WORDS];
    unsigned count;
} cmdline;

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

bool cmdline_text(const char *name, char *value, vmk_ByteCount size)
{
    const char *found = find_value(name);

    if (found != NULL) {
        vmk_Strlcpy(value, found, size);
    }
    return found != NULL;
}

bool cmdline_is(const char *name, const char *value)
{
    const char *found = find_value(name);

    return found != NULL && vmk_Strcmp(found, value) == 0;
}

vmk_uint64 cmdline_uint(const char *name, vmk_uint64 otherwise)
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

void cmdline_init(const char *line)
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

void cmdline_report_unknown(void)
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
