/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_pcpu_storage.c - every CPU's bytes: apart from each other, zeroed, given back.
 */
#include "run.h"

#include <pthread.h>

#include <core/account.h>
#include <vmkapi/base/pcpu_storage.h>

#define MODULE  5u
#define THREADS 8
#define ROUNDS  20000

static vmk_PCPUStorage alloc(vmk_ByteCount size)
{
    vmk_PCPUStorage storage;

    ck_assert_int_eq(vmk_PCPUStorageAlloc(MODULE, size, &storage), VMK_OK);
    ck_assert_uint_eq(storage % 8, 0);
    return storage;
}

static vmk_PCPUStorage counter;

static void *count(void *arg)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        vmk_PCPUAdd64(counter, 3);
    }
    *VMK_PCPU_HERE(vmk_int64, counter) -= 2 * ROUNDS;
    return NULL;
}

START_TEST(each_cpu_counts_for_itself)
{
    pthread_t threads[THREADS];

    counter = alloc(sizeof(vmk_int64));
    ck_assert_int_eq(vmk_PCPUSum64(counter), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, count, NULL);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(vmk_PCPUSum64(counter), THREADS * ROUNDS);
}
END_TEST

START_TEST(pieces_do_not_overlap_and_come_zeroed)
{
    vmk_PCPUStorage pieces[16];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 16; i++) {
            pieces[i] = alloc(i + 1);
            for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
                vmk_uint8 *bytes = vmk_PCPUStorageOf(pieces[i], cpu);

                for (unsigned byte = 0; byte <= i; byte++) {
                    ck_assert_uint_eq(bytes[byte], 0);
                    bytes[byte] = 0xa5;
                }
            }
        }
        for (unsigned i = 0; i < 16; i++) {
            vmk_PCPUStorageFree(MODULE, i + 1, pieces[i]);
        }
    }
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PCPU_BYTES), 0);
}
END_TEST

START_TEST(it_runs_out_and_comes_back)
{
    vmk_PCPUStorage storage, all[VMK_PCPU_STORAGE_SIZE / 8];
    unsigned got = 0;

    ck_assert_int_eq(vmk_PCPUStorageAlloc(MODULE, 0, &storage), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_PCPUStorageAlloc(MODULE, VMK_PCPU_STORAGE_SIZE + 1, &storage), VMK_NO_MEMORY);
    while (vmk_PCPUStorageAlloc(MODULE, 8, &storage) == VMK_OK) {
        all[got++] = storage;
    }
    ck_assert_uint_eq(got, VMK_PCPU_STORAGE_SIZE / 8);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PCPU_BYTES), VMK_PCPU_STORAGE_SIZE);
    vmk_PCPUStorageFree(MODULE, 8, all[10]);
    vmk_PCPUStorageFree(MODULE, 8, all[12]);
    ck_assert_int_eq(vmk_PCPUStorageAlloc(MODULE, 16, &storage), VMK_NO_MEMORY); /* not in a row */
    vmk_PCPUStorageFree(MODULE, 8, all[11]);
    ck_assert_uint_eq(alloc(24), all[10]);
    vmk_PCPUStorageFree(MODULE, 8, VMK_PCPU_STORAGE_NONE);
}
END_TEST

RUN_TESTS(each_cpu_counts_for_itself, pieces_do_not_overlap_and_come_zeroed, it_runs_out_and_comes_back)
