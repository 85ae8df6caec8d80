/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parameters.c - a module with a parameter of every kind, which it logs.
 */
#include <vmkapi/base/logging.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Logs its parameters");

static int count = -1;
VMK_MODPARAM(count, VMK_MODPARAM_INT, "A number");
static vmk_uint8 tiny;
VMK_MODPARAM(tiny, VMK_MODPARAM_BYTE, "A number from 0 to 255");
static vmk_Bool enabled;
VMK_MODPARAM(enabled, VMK_MODPARAM_BOOL, "Yes or no");
static char *label = "none";
VMK_MODPARAM(label, VMK_MODPARAM_CHARP, "A text");
static vmk_uint32 sizes[4], nsizes;
VMK_MODPARAM_ARRAY(sizes, VMK_MODPARAM_UINT, &nsizes, "Up to four numbers");
static char word[8] = "";
VMK_MODPARAM_TEXT(word, "Up to seven characters");

int init_module(void);
void cleanup_module(void);

int init_module(void)
{
    vmk_LogMessage("count=%d tiny=%u enabled=%u label=%s sizes=%u:%u,%u word=%s", count, tiny, enabled, label,
                   nsizes, sizes[0], sizes[1], word);
    return VMK_OK;
}

void cleanup_module(void)
{
}
