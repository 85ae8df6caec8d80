/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account.c - the counters behind account.h.
 */
#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/lib/libc.h>

static account_slots boot_slots;
account_slots *account_cpu[VMK_MAX_PCPUS] = {[0 ... VMK_MAX_PCPUS - 1] = &boot_slots};

static const char *const kind_names[] = {
#define ACCOUNT_KIND(constant, counter, text) [constant] = text,
    ACCOUNT_KINDS(ACCOUNT_KIND)
#undef ACCOUNT_KIND
};

static account_source sources[ACCOUNT_KIND_COUNT];

void account_set_source(enum account_kind kind, account_source source)
{
    sources[kind] = source;
}

vmk_int64 account_read(vmk_ModuleID module, enum account_kind kind)
{
    vmk_int64 sum = __atomic_load_n(&boot_slots[kind][module], __ATOMIC_RELAXED);

    if (sources[kind] != NULL) {
        sum += sources[kind](module);
    }
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        account_slots *slots = __atomic_load_n(&account_cpu[cpu], __ATOMIC_ACQUIRE);

        if (slots != &boot_slots) {
            sum += __atomic_load_n(&(*slots)[kind][module], __ATOMIC_RELAXED);
        }
    }
    return sum;
}

vmk_Bool account_is_clear(vmk_ModuleID module, char *text, vmk_ByteCount len)
{
    vmk_Bool clear = VMK_TRUE;
    vmk_ByteCount used = 0;

    text[0] = '\0';
    for (unsigned kind = 0; kind < ACCOUNT_KIND_COUNT; kind++) {
        vmk_int64 count = account_read(module, kind);

        if (count != 0) {
            used += (vmk_ByteCount)vmk_Scnprintf(text + used, len - used, "%s%ld %s", clear ? "" : ", ",
                                                 count, kind_names[kind]);
            clear = VMK_FALSE;
        }
    }
    return clear;
}

const char *account_kind_name(enum account_kind kind)
{
    return kind_names[kind];
}

void account_init(unsigned cpus)
{
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        account_slots *slots = vmk_HeapZalloc(heap_kernel, sizeof(*slots));

        if (slots != NULL) {
            __atomic_store_n(&account_cpu[cpu], slots, __ATOMIC_RELEASE);
        }
    }
}
