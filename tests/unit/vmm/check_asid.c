/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_asid.c - address space identifiers against the model of a TLB that forgets nothing: vCPUs of several
 * VMs move about CPUs while their nested tables change, and none is ever entered on stale translations.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/vmm/asid.h>
#include <core/vmm/nested_tlb.h>

#define CPUS  4
#define VMS   3
#define VCPUS 10
#define STEPS 200000

static struct {
    struct asid_pool pool;
    struct nested_tlb tlb;
} cpus[CPUS];
static vmk_uint64 generation[VMS];
static struct asid asids[VCPUS];
static unsigned flushes;

static void begin(vmk_uint32 asid_count)
{
    for (unsigned i = 0; i < CPUS; i++) {
        asid_pool_init(&cpus[i].pool, asid_count);
        /* Whatever was left there. */
        nested_tlb_flush(&cpus[i].tlb);
        for (unsigned tag = 1; tag < NESTED_TLB_TAGS; tag++) {
            ck_assert(nested_tlb_enter(&cpus[i].tlb, tag, ~0ul, 0));
        }
    }
    memset(asids, 0, sizeof(asids));
    flushes = 0;
}

static vmk_uint64 tables_of(unsigned vcpu)
{
    return (vcpu % VMS + 1) * 0x1000ul;
}

/* As a vendor's code enters the guest. @return whether nothing stale can be used. */
static bool enter(unsigned vcpu, unsigned cpu)
{
    vmk_uint64 now = generation[vcpu % VMS];

    if (asid_use(&cpus[cpu].pool, &asids[vcpu], cpu, now)) {
        nested_tlb_flush(&cpus[cpu].tlb);
        flushes++;
    }
    CHECK_THAT(asids[vcpu].number >= 1 && asids[vcpu].number < cpus[cpu].pool.count);
    return nested_tlb_enter(&cpus[cpu].tlb, asids[vcpu].number, tables_of(vcpu), now);
}

static void wander(vmk_uint32 asid_count)
{
    srandom(1);
    begin(asid_count);
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned vcpu = (unsigned)random() % VCPUS;

        if (random() % 16 == 0) {
            generation[vcpu % VMS]++;
        }
        if (random() % 64 == 0) {
            asid_drop(&asids[vcpu]);
        }
        CHECK_THAT(enter(vcpu, (unsigned)random() % CPUS));
    }
    ck_assert_uint_gt(flushes, CPUS);
}

START_TEST(never_stale)
{
    wander(2);
    wander(3);
    wander(16);
    wander(NESTED_TLB_TAGS);
}
END_TEST

START_TEST(a_vcpu_that_stays_keeps_its_asid)
{
    begin(16);
    generation[0] = 5;
    ck_assert(enter(0, 1));
    for (unsigned i = 0; i < 100; i++) {
        vmk_uint32 number = asids[0].number;

        ck_assert(enter(0, 1));
        ck_assert_uint_eq(asids[0].number, number);
    }
    ck_assert_uint_eq(flushes, 1);
}
END_TEST

START_TEST(a_change_takes_a_new_asid_not_a_flush)
{
    vmk_uint32 number;

    begin(16);
    ck_assert(enter(0, 0));
    number = asids[0].number;
    generation[0]++;
    ck_assert(enter(0, 0));
    ck_assert_uint_ne(asids[0].number, number);
    ck_assert_uint_eq(flushes, 1);
}
END_TEST

/* What the model is for. */
START_TEST(the_model_sees_what_is_missing)
{
    struct nested_tlb tlb = {0};

    ck_assert(nested_tlb_enter(&tlb, 1, 0x1000, 7));
    ck_assert(nested_tlb_enter(&tlb, 1, 0x1000, 7));
    ck_assert(!nested_tlb_enter(&tlb, 1, 0x1000, 8)); /* Changed since. */
    ck_assert(nested_tlb_enter(&tlb, 2, 0x2000, 7));
    ck_assert(!nested_tlb_enter(&tlb, 2, 0x1000, 8)); /* Another's. */
    nested_tlb_flush(&tlb);
    ck_assert(nested_tlb_enter(&tlb, 1, 0x2000, 9));
    ck_assert(!nested_tlb_enter(&tlb, NESTED_TLB_TAGS, 0x1000, 1));
}
END_TEST

RUN_TESTS(never_stale, a_vcpu_that_stays_keeps_its_asid, a_change_takes_a_new_asid_not_a_flush,
          the_model_sees_what_is_missing)
