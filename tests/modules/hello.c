/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hello.c - the smallest native module: it says hello when loaded and goodbye when unloaded.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Says hello");
VMK_MODULE_VERSION("1.0");

int init_module(void);
void cleanup_module(void);
int hello_greet(void);

int hello_greet(void)
{
    vmk_LogMessage("hello from module %u", vmk_ModuleCurrentID);
    return VMK_OK;
}
VMK_EXPORT_RECORD(hello_greet, 1, VMK_EXPORT_FLAG_GPL);

int init_module(void)
{
    vmk_ModuleID id;
    vmk_StatusValue status = vmk_ModuleRegister(&id, VMKAPI_REVISION);

    return status == VMK_OK ? hello_greet() : status;
}

void cleanup_module(void)
{
    vmk_LogMessage("goodbye");
}
