/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * identity.c - names of devices that stay the same whatever slot the device is in.
 */
#include "internal.h"

#include <vmkapi/lib/libc.h>

/** As the T10 vendor identification descriptor has it (SPC-4, 7.8.6.4): padded columns, blanks shown as '_'.
 */
#define VENDOR_WIDTH 8u
#define MODEL_WIDTH  40u

static bool is_graphic(char c)
{
    return c > ' ' && c < 0x7f;
}

void identity_clean(char *text, vmk_ByteCount size)
{
    vmk_ByteCount len, first = 0;

    text[size - 1] = '\0';
    len = vmk_Strlen(text);
    for (vmk_ByteCount i = 0; i < len; i++) {
        text[i] = is_graphic(text[i]) ? text[i] : ' ';
    }
    while (len > 0 && text[len - 1] == ' ') {
        text[--len] = '\0';
    }
    while (text[first] == ' ') {
        first++;
    }
    for (vmk_ByteCount i = 0; first != 0 && i <= len - first; i++) {
        text[i] = text[i + first];
    }
}

bool identity_is_told(const vmk_BlockIdentity *identity)
{
    static const char *const kinds[] = {"naa.", "eui.", "uuid.", "t10."};
    const char *id = identity->uniqueID;

    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(kinds); i++) {
        vmk_ByteCount len = vmk_Strlen(kinds[i]);

        if (vmk_Strncmp(id, kinds[i], len) == 0 && id[len] != '\0') {
            return true;
        }
    }
    return false;
}

/** Append @p text and pad it to @p width with '_'. */
static void append(char *name, const char *text, vmk_ByteCount width)
{
    vmk_ByteCount at = vmk_Strlen(name), end = at + width;

    for (; *text != '\0' && at + 1 < VMK_BLOCK_ID_LENGTH; text++) {
        name[at++] = is_graphic(*text) ? *text : '_';
    }
    while (at < end && at + 1 < VMK_BLOCK_ID_LENGTH) {
        name[at++] = '_';
    }
    name[at] = '\0';
}

bool identity_make_up(const vmk_BlockIdentity *identity, vmk_uint32 lun, char name[VMK_BLOCK_ID_LENGTH])
{
    char unit[16];

    if (identity->serial[0] == '\0') {
        return false;
    }
    vmk_Strlcpy(name, "t10.", VMK_BLOCK_ID_LENGTH);
    append(name, identity->vendor, identity->vendor[0] != '\0' ? VENDOR_WIDTH : 0);
    append(name, identity->model, MODEL_WIDTH);
    append(name, identity->serial, 0);
    if (lun != 0) {
        /* Units of one target have its serial number. */
        vmk_Snprintf(unit, sizeof(unit), "_L%u", lun);
        append(name, unit, 0);
    }
    return true;
}
