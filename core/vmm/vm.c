/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.c - the VMs there are; making and destroying one.
 */
#define VMK_LOG_MODULE "VM"
#include <core/vmm/vm.h>

#include <core/page_alloc.h>
#include <core/sched.h>
#include <core/vmm/vendor.h>
#include <core/vmm/vm_config.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/system.h>
#include <vmkapi/core/memdefs.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

#include "cpu_limit.h"
#include "vm_internal.h"
#include "wall_clock.h"

#define HEAP_BYTES_MAX (16ul << 20)
#define HOST_RESERVE   (32ul << 20) /* What the host keeps of its memory. */

static struct mutex table_lock = MUTEX_INITIALIZER(table_lock, "vm table");
static struct vm *table[VM_MAX] VMK_GUARDED_BY(table_lock); /* Without gaps, in order of creation. */
static unsigned table_count VMK_GUARDED_BY(table_lock);

static vmk_uint64 memory_counter(vmk_AddrCookie cookie, vmk_uint64 offset)
{
    const struct vm *vm = cookie.ptr;
    struct guest_memory_stats stats;

    guest_memory_stats_get(vm->memory, &stats);
    return *(const vmk_uint64 *)((const char *)&stats + offset);
}

#define MEMORY_COUNTER(counter)                                                                              \
    static vmk_uint64 read_##counter(vmk_AddrCookie cookie)                                                  \
    {                                                                                                        \
        return memory_counter(cookie, __builtin_offsetof(struct guest_memory_stats, counter));               \
    }
MEMORY_COUNTER(populated)
MEMORY_COUNTER(large_pages)
MEMORY_COUNTER(table_pages)
MEMORY_COUNTER(faults)

static vmk_uint64 read_heap_bytes(vmk_AddrCookie cookie)
{
    const struct vm *vm = cookie.ptr;
    vmk_HeapGetProps props;

    return vmk_HeapGetProperties(vm->heap, &props) == VMK_OK ? props.cur : 0;
}

static vmk_uint64 read_clock(vmk_AddrCookie cookie)
{
    return vdev_now_ns(cookie.ptr);
}

static vmk_uint64 read_limit_waits(vmk_AddrCookie cookie)
{
    return ((const struct vm *)cookie.ptr)->cpu_limit->waits;
}

static const vmk_StatField fields[] = {
    VMK_STAT_FIELD(struct vm, starts),
    VMK_STAT_FIELD(struct vm, resets),
    VMK_STAT_FIELD(struct vm, pauses),
    VMK_STAT_FIELD(struct vm, msi_dropped),
    {.name = "port_accesses_unclaimed", .offset = __builtin_offsetof(struct vm, ports.unclaimed)},
    {.name = "mmio_accesses_unclaimed", .offset = __builtin_offsetof(struct vm, mmio.unclaimed)},
    VMK_STAT_READ("memory_populated_bytes", read_populated),
    VMK_STAT_READ("memory_large_pages", read_large_pages),
    VMK_STAT_READ("memory_table_pages", read_table_pages),
    VMK_STAT_READ("memory_faults", read_faults),
    VMK_STAT_READ("heap_bytes", read_heap_bytes),
    VMK_STAT_READ("clock_ns", read_clock),
    VMK_STAT_READ("cpu_limit_waits", read_limit_waits),
};

/** The system stops: guests are taken off its disks and NICs first. */
static void stop_all(void *cookie)
{
    struct vm *vm;

    for (unsigned n = 0; (vm = vm_get_nth(n)) != NULL; n++) {
        (void)!vm_stop(vm);
        vm_put(vm);
    }
}

void vmm_init(void)
{
    vmk_StatusValue status;

    vmm_vendor_choose();
    wall_clock_init();
    status = vmk_RegisterRebootHandler(VMK_VMKERNEL_MODULE_ID, stop_all, NULL);
    if (status != VMK_OK) {
        vmk_AlertMessage("virtual machines: %s", vmk_StatusToString(status));
    }
}

/* Look-up. */

static unsigned find(const char *name) VMK_REQUIRES(&table_lock)
{
    unsigned i = 0;

    while (i < table_count && vmk_Strcmp(table[i]->name.string, name) != 0) {
        i++;
    }
    return i;
}

static struct vm *get_at(unsigned i) VMK_REQUIRES(&table_lock)
{
    if (i >= table_count) {
        return NULL;
    }
    table[i]->references++;
    return table[i];
}

struct vm *vm_get(const char *name)
{
    struct vm *vm;

    mutex_lock(&table_lock);
    vm = get_at(find(name));
    mutex_unlock(&table_lock);
    return vm;
}

struct vm *vm_get_nth(unsigned n)
{
    struct vm *vm;

    mutex_lock(&table_lock);
    vm = get_at(n);
    mutex_unlock(&table_lock);
    return vm;
}

void vm_put(struct vm *vm)
{
    mutex_lock(&table_lock);
    vm->references--;
    mutex_unlock(&table_lock);
}

/* Making. */

/** What all VMs may still come to ask for: memory that is theirs but not populated yet. */
static vmk_uint64 memory_promised(void) VMK_REQUIRES(&table_lock)
{
    vmk_uint64 promised = 0;

    for (unsigned i = 0; i < table_count; i++) {
        struct guest_memory_stats stats;

        guest_memory_stats_get(table[i]->memory, &stats);
        promised += stats.bytes - stats.populated;
    }
    return promised;
}

/** A guest must find all the memory it was told of: what is promised is there. */
static VMK_ReturnStatus check_memory(const struct vm_config *config, struct diagnosis *why)
    VMK_REQUIRES(&table_lock)
{
    struct memory_stats stats;
    vmk_uint64 wanted = config->memory_bytes + memory_promised() + HOST_RESERVE, free_bytes;

    memory_stats_get(&stats);
    free_bytes = vmk_Pages2Bytes(stats.free);
    if (wanted > free_bytes) {
        return diagnose(
            why, VMK_NO_MEMORY,
            "%s wants %lu MiB; the host has %lu MiB free, of which %lu are promised to VMs or its own",
            config->name, config->memory_bytes >> 20, free_bytes >> 20,
            (wanted - config->memory_bytes) >> 20);
    }
    return VMK_OK;
}

static VMK_ReturnStatus check(const struct vm_config *config, struct diagnosis *why) VMK_REQUIRES(&table_lock)
{
    if (vmm_vendor == NULL) {
        return diagnose(why, VMK_NOT_SUPPORTED, "this machine runs no VMs: %s", vmm_vendor_missing());
    }
    if (find(config->name) < table_count) {
        return diagnose(why, VMK_EXISTS, "there is a VM '%s' already", config->name);
    }
    if (table_count == VM_MAX) {
        return diagnose(why, VMK_LIMIT_EXCEEDED, "there are %u VMs already, as many as can be", VM_MAX);
    }
    return check_memory(config, why);
}

/** The heap, and in it the VM and its configuration. */
static VMK_ReturnStatus make(const struct vm_config *config, struct vm **vm)
{
    vmk_HeapCreateProps props = {.module = VMK_VMKERNEL_MODULE_ID, .max = HEAP_BYTES_MAX};
    vmk_HeapID heap;
    vmk_StatusValue status = vmk_NameFormat(&props.name, "vm.%s", config->name);

    if (status != VMK_OK && status != VMK_NAME_TOO_LONG) {
        return status;
    }
    status = vmk_HeapCreate(&props, &heap);
    if (status != VMK_OK) {
        return status;
    }
    *vm = vmk_HeapZalloc(heap, sizeof(**vm));
    if (*vm == NULL) {
        VMK_VERIFY(vmk_HeapDestroy(heap) == VMK_OK);
        return VMK_NO_MEMORY;
    }
    (*vm)->heap = heap;
    (*vm)->config = vmk_HeapAlloc(heap, sizeof(*config));
    if ((*vm)->config == NULL) {
        vmk_HeapFree(heap, *vm);
        VMK_VERIFY(vmk_HeapDestroy(heap) == VMK_OK);
        return VMK_NO_MEMORY;
    }
    *(*vm)->config = *config;
    vmk_Strlcpy((*vm)->name.string, config->name, sizeof((*vm)->name.string));
    (*vm)->world = VMK_INVALID_WORLD_ID;
    mutex_init(&(*vm)->life, "vm life");
    wait_queue_init(&(*vm)->ends, "vm ends");
    return VMK_OK;
}

/** Free it; that its heap is empty then proves that its parts gave back all they had. */
static void unmake(struct vm *vm)
{
    vmk_HeapID heap = vm->heap;

    vmk_HeapFree(heap, vm->config);
    vmk_HeapFree(heap, vm);
    VMK_VERIFY(vmk_HeapDestroy(heap) == VMK_OK);
}

static VMK_ReturnStatus create(const struct vm_config *config, struct diagnosis *why)
    VMK_REQUIRES(&table_lock)
{
    struct vm *vm = NULL;
    vmk_StatusValue status = check(config, why);

    if (status != VMK_OK) {
        return status;
    }
    status = vmm_vendor_enable();
    if (status == VMK_OK) {
        status = make(config, &vm);
    }
    if (status != VMK_OK) {
        return diagnose(why, status, "%s: %s", config->name, vmk_StatusToString(status));
    }
    status = vm_parts_create(vm, why);
    if (status != VMK_OK) {
        unmake(vm);
        return status;
    }
    vmk_StatGroupInit(&vm->stats, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "vm/%s",
                      vm->name.string);
    vm->stats.base = vm;
    vm->stats.cookie.ptr = vm;
    status = vmk_StatGroupRegister(&vm->stats);
    if (status != VMK_OK) {
        vm_parts_destroy(vm);
        unmake(vm);
        return diagnose(why, status, "%s: its counters: %s", config->name, vmk_StatusToString(status));
    }
    table[table_count++] = vm;
    return VMK_OK;
}

VMK_ReturnStatus vm_create(const struct vm_config *config, struct diagnosis *why)
{
    vmk_StatusValue status;

    mutex_lock(&table_lock);
    status = create(config, why);
    mutex_unlock(&table_lock);
    return status;
}

/* Destroying. */

/** Take it out of the table, so that nobody finds it. */
static VMK_ReturnStatus remove(const char *name, struct vm **vm, struct diagnosis *why)
    VMK_REQUIRES(&table_lock)
{
    unsigned i = find(name);

    if (i == table_count) {
        return diagnose(why, VMK_NOT_FOUND, "there is no VM '%s'; 'vm list' shows them", name);
    }
    if (__atomic_load_n(&table[i]->state, __ATOMIC_ACQUIRE) == VM_RUNNING) {
        return diagnose(why, VMK_BUSY, "%s is running; 'vm stop %s' ends that", name, name);
    }
    if (table[i]->references > 0) {
        return diagnose(why, VMK_BUSY, "another command, or its console, is at work on %s", name);
    }
    *vm = table[i];
    for (table_count--; i < table_count; i++) {
        table[i] = table[i + 1];
    }
    return VMK_OK;
}

VMK_ReturnStatus vm_destroy(const char *name, struct diagnosis *why)
{
    vmk_StatusValue status;
    struct vm *vm = NULL;

    mutex_lock(&table_lock);
    status = remove(name, &vm, why);
    mutex_unlock(&table_lock);
    if (vm == NULL) {
        return status;
    }
    if (vm->world != VMK_INVALID_WORLD_ID) {
        VMK_VERIFY(world_wait_for_death(vm->world, WAITER_UNINTERRUPTIBLE) == VMK_OK);
    }
    vmk_StatGroupUnregister(&vm->stats);
    vm_parts_destroy(vm);
    unmake(vm);
    return VMK_OK;
}
