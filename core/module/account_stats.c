/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account_stats.c - what each module holds, in the statistics tree: module/e1000/heap_bytes.
 */
#define VMK_LOG_MODULE "Module"

#include "account_stats.h"

#include <core/account.h>
#include <vmkapi/base/logging.h>

#define ACCOUNT_KIND(constant, counter, text)                                                                \
    static vmk_uint64 read_##counter(vmk_AddrCookie module)                                                  \
    {                                                                                                        \
        return (vmk_uint64)account_read((vmk_ModuleID)module.u64, constant);                                 \
    }
ACCOUNT_KINDS(ACCOUNT_KIND)
#undef ACCOUNT_KIND

static const vmk_StatField fields[] = {
#define ACCOUNT_KIND(constant, counter, text) VMK_STAT_READ(#counter, read_##counter),
    ACCOUNT_KINDS(ACCOUNT_KIND)
#undef ACCOUNT_KIND
};

void account_stats_show(vmk_StatGroup *group, vmk_ModuleID module, const char *name)
{
    vmk_StatusValue status;

    /* The group is the kernel's: a module can't be kept from unloading by what counts it. */
    vmk_StatGroupInit(group, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "module/%s", name);
    group->cookie.u64 = module;
    status = vmk_StatGroupRegister(group);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s is not shown: %s", group->path, vmk_StatusToString(status));
    }
}
