/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_slab.c - slabs: objects distinct, constructed once, limited, accounted for; on several CPUs.
 */
#include "machine.h"
#include "run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/slab.h>

#define MODULE 11u

static vmk_SlabCreateProps plain = {.name = {"test"}, .module = MODULE, .objSize = 100};

static void start(void)
{
    machine_describe(64);
    machine_start();
}

static vmk_SlabID create(const vmk_SlabCreateProps *props)
{
    vmk_SlabID slab = VMK_INVALID_SLAB_ID;

    ck_assert_int_eq(vmk_SlabCreate(props, &slab), VMK_OK);
    return slab;
}

static vmk_SlabGetProps props_of(vmk_SlabID slab)
{
    vmk_SlabGetProps props;

    ck_assert_int_eq(vmk_SlabGetProperties(slab, &props), VMK_OK);
    return props;
}

START_TEST(objects_of_every_size_are_distinct)
{
    static const vmk_ByteCountSmall sizes[] = {1, 8, 16, 17, 64, 100, 256, 1000, 2049, 4096, 5000, 8192};
    vmk_SlabCreateProps props = plain;
    unsigned char *objects[300];
    vmk_SlabID slab;

    start();
    props.objSize = sizes[_i];
    slab = create(&props);
    for (unsigned i = 0; i < 300; i++) {
        objects[i] = vmk_SlabAlloc(slab);
        ck_assert_ptr_nonnull(objects[i]);
        memset(objects[i], (int)i, props.objSize);
    }
    for (unsigned i = 0; i < 300; i++) {
        CHECK_THAT(objects[i][0] == (i & 0xff));
        CHECK_THAT(objects[i][props.objSize - 1] == (i & 0xff));
        vmk_SlabFree(slab, objects[i]);
    }
    CHECK_THAT(vmk_SlabDestroy(slab) == VMK_OK);
    CHECK_THAT(account_read(MODULE, ACCOUNT_SLAB_BYTES) == 0);
    CHECK_THAT(account_read(MODULE, ACCOUNT_PAGES) == 0);
    CHECK_THAT(account_read(MODULE, ACCOUNT_SLABS) == 0);
}
END_TEST

START_TEST(alignment_is_kept)
{
    start();
    for (vmk_ByteCountSmall align = 8; align <= 8192; align *= 2) {
        vmk_SlabCreateProps props = plain;
        vmk_SlabID slab;

        props.alignment = align;
        slab = create(&props);
        for (int i = 0; i < 50; i++) {
            ck_assert_uint_eq((vmk_VA)vmk_SlabAlloc(slab) % align, 0);
        }
    }
}
END_TEST

static int constructed, constructions_left = 1000000;

static vmk_StatusValue construct(void *object, vmk_ByteCountSmall size, vmk_AddrCookie arg, int flags)
{
    if (constructions_left-- == 0) {
        return VMK_NO_RESOURCES;
    }
    constructed++;
    *(vmk_uint32 *)object = arg.u32;
    return VMK_OK;
}

static void destruct(void *object, vmk_ByteCountSmall size, vmk_AddrCookie arg)
{
    CHECK_THAT(*(vmk_uint32 *)object == arg.u32);
    constructed--;
}

static vmk_SlabCreateProps with_constructor(void)
{
    vmk_SlabCreateProps props = plain;

    props.constructor = construct;
    props.destructor = destruct;
    props.constructorArg.u32 = 0xc0de;
    return props;
}

START_TEST(objects_stay_constructed)
{
    vmk_SlabCreateProps props = with_constructor();
    vmk_SlabID slab;
    void *live[200] = {0};

    start();
    slab = create(&props);
    for (int round = 0; round < 20000; round++) {
        int i = rand() % 200;

        if (live[i] == NULL) {
            live[i] = vmk_SlabAlloc(slab);
            CHECK_THAT(*(vmk_uint32 *)live[i] == 0xc0de);
        } else {
            vmk_SlabFree(slab, live[i]);
            live[i] = NULL;
        }
    }
    for (int i = 0; i < 200; i++) {
        if (live[i] != NULL) {
            vmk_SlabFree(slab, live[i]);
        }
    }
    CHECK_THAT(constructed > 0);
    CHECK_THAT(vmk_SlabDestroy(slab) == VMK_OK);
    CHECK_THAT(constructed == 0);
}
END_TEST

START_TEST(a_constructor_may_fail)
{
    vmk_SlabCreateProps props = with_constructor();
    vmk_SlabID slab;

    start();
    slab = create(&props);
    constructions_left = 10;
    ck_assert_ptr_null(vmk_SlabAlloc(slab));
    ck_assert_int_eq(constructed, 0);
    ck_assert_uint_eq(props_of(slab).failures, 1);
    constructions_left = 1000;
    ck_assert_ptr_nonnull(vmk_SlabAlloc(slab));
    props.minObj = 5;
    constructions_left = 3;
    ck_assert_int_eq(vmk_SlabCreate(&props, &slab), VMK_NO_RESOURCES);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_SLABS), 1);
}
END_TEST

START_TEST(limits_hold)
{
    vmk_SlabCreateProps props = plain;
    vmk_SlabID slab;
    void *object = NULL;

    start();
    props.minObj = 30;
    props.maxObj = 60;
    slab = create(&props);
    ck_assert_uint_ge(props_of(slab).memory, 30 * 100);
    for (int i = 0; i < 60; i++) {
        object = vmk_SlabAlloc(slab);
        ck_assert_ptr_nonnull(object);
    }
    ck_assert_ptr_null(vmk_SlabAlloc(slab));
    ck_assert_uint_eq(props_of(slab).objects, 60);
    vmk_SlabFree(slab, object);
    ck_assert_ptr_eq(vmk_SlabAlloc(slab), object);
    ck_assert_int_eq(vmk_SlabDestroy(slab), VMK_BUSY);
}
END_TEST

START_TEST(bad_properties_are_refused)
{
    vmk_SlabCreateProps props = plain;
    vmk_SlabID slab;
    vmk_ByteCount bytes;

    start();
    props.objSize = 0;
    ck_assert_int_eq(vmk_SlabCreate(&props, &slab), VMK_BAD_PARAM);
    props.objSize = 8193;
    ck_assert_int_eq(vmk_SlabCreate(&props, &slab), VMK_BAD_PARAM);
    props = plain;
    props.alignment = 12;
    ck_assert_int_eq(vmk_SlabCreate(&props, &slab), VMK_BAD_PARAM);
    props = plain;
    props.minObj = 2;
    props.maxObj = 1;
    ck_assert_int_eq(vmk_SlabCreate(&props, &slab), VMK_BAD_PARAM);
    props = plain;
    ck_assert_int_eq(vmk_SlabGetMemSize(&props, &bytes), VMK_BAD_PARAM);
    props.maxObj = 1000;
    ck_assert_int_eq(vmk_SlabGetMemSize(&props, &bytes), VMK_OK);
    ck_assert_uint_ge(bytes, 100 * 1000);
    ck_assert_uint_le(bytes, 130 * 1000);
}
END_TEST

START_TEST(pages_go_back)
{
    vmk_SlabID slab;
    void *objects[1000];
    vmk_ByteCount most;

    start();
    slab = create(&plain);
    for (int i = 0; i < 1000; i++) {
        objects[i] = vmk_SlabAlloc(slab);
    }
    most = props_of(slab).memory;
    for (int i = 0; i < 1000; i++) {
        vmk_SlabFree(slab, objects[i]);
    }
    ck_assert_uint_lt(props_of(slab).memory, most / 8);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_SLAB_BYTES), (vmk_int64)props_of(slab).memory);
}
END_TEST

static void *churn(void *arg)
{
    vmk_SlabID slab = arg;
    unsigned self = (unsigned)pthread_self(), seed = self;
    unsigned *live[100] = {0};

    for (int round = 0; round < 100000; round++) {
        unsigned i = (unsigned)rand_r(&seed) % 100;

        if (live[i] != NULL) {
            if (*live[i] != i + self) {
                return "an object was given to two";
            }
            vmk_SlabFree(slab, live[i]);
            live[i] = NULL;
        } else {
            live[i] = vmk_SlabAlloc(slab);
            *live[i] = i + self;
        }
    }
    for (int i = 0; i < 100; i++) {
        if (live[i] != NULL) {
            vmk_SlabFree(slab, live[i]);
        }
    }
    return NULL;
}

START_TEST(cpus_share_a_slab)
{
    pthread_t threads[4];
    vmk_SlabID slab;

    start();
    slab = create(&plain);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, slab), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *complaint;

        pthread_join(threads[i], &complaint);
        ck_assert_ptr_null(complaint);
    }
    ck_assert_uint_eq(props_of(slab).objects, props_of(slab).cached);
    ck_assert_int_eq(vmk_SlabDestroy(slab), VMK_OK);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
}
END_TEST

START_TEST(slabs_are_listed)
{
    vmk_SlabGetProps props;
    vmk_SlabID slab;

    start();
    slab = create(&plain);
    ck_assert_int_eq(slab_get_nth(0, &props), VMK_OK);
    ck_assert_str_eq(props.name.string, "test");
    ck_assert_int_eq(slab_get_nth(1, &props), VMK_NOT_FOUND);
    ck_assert_int_eq(vmk_SlabDestroy(slab), VMK_OK);
    ck_assert_int_eq(slab_get_nth(0, &props), VMK_NOT_FOUND);
}
END_TEST

START_TEST(double_free_crashes)
{
    vmk_SlabID slab;
    void *object;

    start();
    slab = create(&plain);
    object = vmk_SlabAlloc(slab);
    vmk_SlabFree(slab, object);
    vmk_SlabFree(slab, object);
    ck_assert_int_eq(vmk_SlabDestroy(slab), VMK_OK); /* when the magazine is emptied, at the latest */
}
END_TEST

START_TEST(free_to_another_slab_crashes)
{
    vmk_SlabID one, other;

    start();
    one = create(&plain);
    other = create(&plain);
    vmk_SlabFree(other, vmk_SlabAlloc(one));
    ck_assert_int_eq(vmk_SlabDestroy(other), VMK_OK);
}
END_TEST

int main(void)
{
    const TTest *tests[] = {alignment_is_kept,          objects_stay_constructed,
                            a_constructor_may_fail,     limits_hold,
                            bad_properties_are_refused, pages_go_back,
                            cpus_share_a_slab,          slabs_are_listed};
    const TTest *crashes[] = {double_free_crashes, free_to_another_slab_crashes};
    Suite *suite = suite_create("slab");
    TCase *sizes = tcase_create("sizes");

    tcase_add_loop_test(sizes, objects_of_every_size_are_distinct, 0, 12);
    suite_add_tcase(suite, sizes);
    run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);
    run_add(suite, "crashes", crashes, sizeof(crashes) / sizeof(crashes[0]), SIGABRT);
    return run_suite(suite);
}
