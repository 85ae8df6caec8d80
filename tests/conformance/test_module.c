/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_module.c - what a module can ask about modules, and use counts taken on all CPUs at once.
 */
#include "ktap.h"

#include <vmkapi/base/heap.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>
#include <vmkapi/lib/libc.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests modules");

#define WORLDS 4u
#define ROUNDS 20000u

int init_module(void);
void cleanup_module(void);

static vmk_StatusValue revisions(void)
{
    vmk_ModuleID id = VMK_INVALID_MODULE_ID;

    KTAP_CHECK(vmk_ModuleRegister(&id, VMKAPI_REVISION) == VMK_OK);
    KTAP_CHECK(id == vmk_ModuleCurrentID && id > VMK_VMKERNEL_MODULE_ID);
    KTAP_CHECK(vmk_ModuleRegister(&id, VMKAPI_REVISION_MAKE(VMKAPI_REVISION_MAJOR + 1, 0)) ==
               VMK_VERSION_MISMATCH);
    KTAP_CHECK(vmk_ModuleRegister(&id, VMKAPI_REVISION + 1) == VMK_VERSION_MISMATCH);
    return VMK_OK;
}

static vmk_StatusValue names(void)
{
    char name[VMK_MODULE_NAME_MAX], small[4];
    vmk_ModuleID id;

    KTAP_CHECK(vmk_ModuleGetID(VMK_MODULE_NAME, &id) == VMK_OK && id == vmk_ModuleCurrentID);
    KTAP_CHECK(vmk_ModuleGetID("no such module", &id) == VMK_NOT_FOUND && id == VMK_INVALID_MODULE_ID);
    KTAP_CHECK(vmk_ModuleGetName(vmk_ModuleCurrentID, name, sizeof(name)) == VMK_OK);
    KTAP_CHECK(vmk_Strcmp(name, VMK_MODULE_NAME) == 0);
    KTAP_CHECK(vmk_ModuleGetName(VMK_VMKERNEL_MODULE_ID, name, sizeof(name)) == VMK_OK);
    KTAP_CHECK(vmk_Strcmp(name, "vmkernel") == 0);
    KTAP_CHECK(vmk_ModuleGetName(vmk_ModuleCurrentID, small, sizeof(small)) == VMK_BUF_TOO_SMALL);
    KTAP_CHECK(vmk_ModuleGetName(VMK_INVALID_MODULE_ID, name, sizeof(name)) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_ModuleGetName(~0u, name, sizeof(name)) == VMK_NOT_FOUND);
    return VMK_OK;
}

static vmk_StatusValue heaps(void)
{
    vmk_HeapCreateProps props = {.name = {VMK_MODULE_NAME}, .module = vmk_ModuleCurrentID};
    vmk_HeapID heap;

    KTAP_CHECK(vmk_ModuleGetHeapID(vmk_ModuleCurrentID) == VMK_INVALID_HEAP_ID);
    KTAP_CHECK(vmk_HeapCreate(&props, &heap) == VMK_OK);
    KTAP_CHECK(vmk_ModuleSetHeapID(vmk_ModuleCurrentID, heap) == VMK_OK);
    KTAP_CHECK(vmk_ModuleGetHeapID(vmk_ModuleCurrentID) == heap);
    KTAP_CHECK(vmk_ModuleUnregister(vmk_ModuleCurrentID) == VMK_BUSY);
    KTAP_CHECK(vmk_ModuleSetHeapID(vmk_ModuleCurrentID, VMK_INVALID_HEAP_ID) == VMK_OK);
    KTAP_CHECK(vmk_HeapDestroy(heap) == VMK_OK);
    KTAP_CHECK(vmk_ModuleUnregister(vmk_ModuleCurrentID) == VMK_OK);
    KTAP_CHECK(vmk_ModuleUnregister(~0u) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_ModuleSetHeapID(~0u, VMK_INVALID_HEAP_ID) == VMK_NOT_FOUND);
    return VMK_OK;
}

static vmk_StatusValue use_and_release(void *failures)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (vmk_ModuleIncUseCount(vmk_ModuleCurrentID) != VMK_OK ||
            vmk_ModuleDecUseCount(vmk_ModuleCurrentID) != VMK_OK) {
            __atomic_fetch_add((unsigned *)failures, 1, __ATOMIC_RELAXED);
        }
    }
    return VMK_OK;
}

static vmk_StatusValue use_counts(void)
{
    vmk_WorldID worlds[WORLDS];
    unsigned failures = 0;
    vmk_WorldProps props = {.name = VMK_MODULE_NAME,
                            .moduleID = vmk_ModuleCurrentID,
                            .startFunction = use_and_release,
                            .data = &failures};

    for (unsigned i = 0; i < WORLDS; i++) {
        KTAP_CHECK(vmk_WorldCreate(&props, &worlds[i]) == VMK_OK);
    }
    for (unsigned i = 0; i < WORLDS; i++) {
        KTAP_CHECK(vmk_WorldWaitForDeath(worlds[i]) == VMK_OK);
    }
    KTAP_CHECK(failures == 0);
    KTAP_CHECK(vmk_ModuleDecUseCount(vmk_ModuleCurrentID) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_ModuleIncUseCount(~0u) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_ModuleDecUseCount(~0u) == VMK_NOT_FOUND);
    return VMK_OK;
}

int init_module(void)
{
    static const struct ktap_test tests[] = {
        {"revisions", revisions}, {"names", names}, {"heaps", heaps}, {"use counts", use_counts}};

    return ktap_run(tests, VMK_ARRAY_SIZE(tests));
}

void cleanup_module(void)
{
}
