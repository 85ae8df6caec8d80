/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_mac_table.c - learning, ageing, pinning, crowding; readers beside a writer.
 */
#include "run.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include <core/mac_table.h>

static struct mac_table table;

static mac_key_t key(unsigned n, unsigned vlan)
{
    vmk_uint8 mac[6] = {0x02,        0, (vmk_uint8)(n >> 24), (vmk_uint8)(n >> 16), (vmk_uint8)(n >> 8),
                        (vmk_uint8)n};

    return mac_key(mac, (vmk_uint16)vlan);
}

START_TEST(finds_what_was_learned)
{
    mac_table_init(&table);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 100), MAC_PORT_NONE);
    mac_table_learn(&table, key(1, 0), 7, 100);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 100), 7);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 5), 100), MAC_PORT_NONE);
    ck_assert_uint_eq(mac_table_find(&table, key(2, 0), 100), MAC_PORT_NONE);
    mac_table_learn(&table, key(1, 0), 9, 101);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 101), 9);
}
END_TEST

START_TEST(forgets_what_is_not_seen)
{
    mac_table_init(&table);
    mac_table_learn(&table, key(1, 0), 7, 100);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 100 + MAC_AGE_S), 7);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 101 + MAC_AGE_S), MAC_PORT_NONE);
    mac_table_learn(&table, key(1, 0), 7, 101 + MAC_AGE_S);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 101 + 2 * MAC_AGE_S), 7);
    mac_table_pin(&table, key(2, 0), 3);
    ck_assert_uint_eq(mac_table_find(&table, key(2, 0), 1u << 30), 3);
}
END_TEST

START_TEST(a_pinned_address_cannot_be_stolen)
{
    mac_table_init(&table);
    ck_assert(mac_table_pin(&table, key(1, 0), 7));
    mac_table_learn(&table, key(1, 0), 8, 5);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 5), 7);
    mac_table_forget_port(&table, 8);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 5), 7);
    mac_table_forget_port(&table, 7);
    ck_assert_uint_eq(mac_table_find(&table, key(1, 0), 5), MAC_PORT_NONE);
}
END_TEST

/* A storm of addresses pushes out old ones, never pinned ones, and never invents any. */
START_TEST(stands_a_storm_of_addresses)
{
    unsigned known = 0, wrong = 0;

    mac_table_init(&table);
    for (unsigned n = 0; n < 20; n++) {
        ck_assert(mac_table_pin(&table, key(n, 0), 1000 + n));
    }
    for (unsigned n = 20; n < 100000; n++) {
        mac_table_learn(&table, key(n, 0), n, n / 1000);
        wrong += mac_table_find(&table, key(n, 0), n / 1000) != n;
    }
    for (unsigned n = 0; n < 20; n++) {
        ck_assert_uint_eq(mac_table_find(&table, key(n, 0), 100), 1000 + n);
    }
    for (unsigned n = 20; n < 100000; n++) {
        vmk_uint32 port = mac_table_find(&table, key(n, 0), 100);

        wrong += port != MAC_PORT_NONE && port != n;
        known += port == n;
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_ge(known, MAC_TABLE_SETS * MAC_TABLE_WAYS / 2);
    ck_assert_uint_le(known, MAC_TABLE_SETS * MAC_TABLE_WAYS);
}
END_TEST

static bool stop;

static void *churn(void *arg)
{
    for (unsigned n = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); n++) {
        mac_table_learn(&table, key(n % 50000, 0), n % 50000 + 1, n / 50000);
    }
    return NULL;
}

/* A reader never gets one address's port for another. */
START_TEST(readers_see_whole_entries)
{
    pthread_t writers[2];
    unsigned wrong = 0;

    mac_table_init(&table);
    for (unsigned i = 0; i < 2; i++) {
        pthread_create(&writers[i], NULL, churn, NULL);
    }
    for (unsigned round = 0; round < 500000; round++) {
        unsigned n = round * 7919u % 50000;
        vmk_uint32 port = mac_table_find(&table, key(n, 0), 0);

        wrong += port != MAC_PORT_NONE && port != n + 1;
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(writers[i], NULL);
    }
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

struct count {
    unsigned entries;
    unsigned pinned;
};

static void visit(void *arg, const struct mac_entry *entry)
{
    struct count *count = arg;

    count->entries++;
    count->pinned += entry->seen == MAC_SEEN_PINNED;
}

START_TEST(lists_what_is_alive)
{
    struct count count = {0};

    mac_table_init(&table);
    mac_table_learn(&table, key(1, 0), 1, 0);
    mac_table_learn(&table, key(2, 0), 2, 500);
    ck_assert(mac_table_pin(&table, key(3, 0), 3));
    mac_table_walk(&table, 500, visit, &count);
    ck_assert_uint_eq(count.entries, 2);
    ck_assert_uint_eq(count.pinned, 1);
}
END_TEST

RUN_TESTS(finds_what_was_learned, forgets_what_is_not_seen, a_pinned_address_cannot_be_stolen,
          stands_a_storm_of_addresses, readers_see_whole_entries, lists_what_is_alive)
