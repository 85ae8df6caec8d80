/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mac_table.c - a set-associative table with lock-free readers.
 */
#include <core/mac_table.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/lib/libc.h>

static vmk_uint32 set_of(mac_key_t key)
{
    return (vmk_uint32)(key * 0x9e3779b97f4a7c15ul >> 56);
}

VMK_STATIC_ASSERT(MAC_TABLE_SETS == 256, "set_of() yields 8 bits");

static vmk_Bool alive(const struct mac_entry *entry, vmk_uint32 now)
{
    vmk_uint32 seen = __atomic_load_n(&entry->seen, __ATOMIC_RELAXED);

    return seen == MAC_SEEN_PINNED || now - seen <= MAC_AGE_S;
}

void mac_table_init(struct mac_table *table)
{
    vmk_Memset(table, 0, sizeof(*table));
    vmk_SpinlockInit(&table->lock, "mac-table", VMK_RANK_PORT);
}

static struct mac_entry *lookup(const struct mac_table *table, mac_key_t key)
{
    const struct mac_entry *set = table->entries[set_of(key)];

    for (vmk_uint32 way = 0; way < MAC_TABLE_WAYS; way++) {
        if (__atomic_load_n(&set[way].key, __ATOMIC_ACQUIRE) == key) {
            return (struct mac_entry *)&set[way];
        }
    }
    return NULL;
}

vmk_uint32 mac_table_find(const struct mac_table *table, mac_key_t key, vmk_uint32 now)
{
    const struct mac_entry *entry = lookup(table, key);
    vmk_uint32 port;

    if (!entry || !alive(entry, now)) {
        return MAC_PORT_NONE;
    }
    port = __atomic_load_n(&entry->port, __ATOMIC_ACQUIRE);
    /* The entry may have been given to another address between the two reads. */
    return __atomic_load_n(&entry->key, __ATOMIC_RELAXED) == key ? port : MAC_PORT_NONE;
}

/** The entry to give to a new address: a free or dead one, else the oldest; NULL when all are pinned. */
static struct mac_entry *victim(struct mac_entry *set, vmk_uint32 now)
{
    struct mac_entry *oldest = NULL;

    for (vmk_uint32 way = 0; way < MAC_TABLE_WAYS; way++) {
        struct mac_entry *entry = &set[way];

        if (entry->key == 0 || !alive(entry, now)) {
            return entry;
        }
        if (entry->seen != MAC_SEEN_PINNED && (!oldest || now - entry->seen > now - oldest->seen)) {
            oldest = entry;
        }
    }
    return oldest;
}

/** Write an entry so that a reader sees it whole or not at all. */
static void replace(struct mac_table *table, struct mac_entry *entry, mac_key_t key, vmk_uint32 port,
                    vmk_uint32 seen) VMK_REQUIRES(&table->lock)
{
    __atomic_store_n(&entry->key, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->port, port, __ATOMIC_RELEASE);
    __atomic_store_n(&entry->seen, seen, __ATOMIC_RELAXED);
    __atomic_store_n(&entry->key, key, __ATOMIC_RELEASE);
    mac_table_outdate(table);
}

/* Learning happens in bottom halves, pinning and forgetting in worlds. */
static void lock_table(struct mac_table *table) VMK_ACQUIRE(&table->lock)
    VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&table->lock);
}

static void unlock_table(struct mac_table *table) VMK_RELEASE(&table->lock)
    VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
{
    vmk_SpinlockUnlock(&table->lock);
    vmk_BottomHalfEnable();
}

/** Enter or move @p key, unless it is pinned and @p seen would unpin it. */
static vmk_Bool enter(struct mac_table *table, mac_key_t key, vmk_uint32 port, vmk_uint32 seen,
                      vmk_uint32 now)
{
    struct mac_entry *entry;

    lock_table(table);
    entry = lookup(table, key);
    if (!entry) {
        entry = victim(table->entries[set_of(key)], now);
    } else if (entry->seen == MAC_SEEN_PINNED && seen != MAC_SEEN_PINNED) {
        entry = NULL;
    }
    if (entry) {
        replace(table, entry, key, port, seen);
    }
    unlock_table(table);
    return entry != NULL;
}

void mac_table_learn(struct mac_table *table, mac_key_t key, vmk_uint32 port, vmk_uint32 now)
{
    struct mac_entry *entry = lookup(table, key);
    vmk_uint32 seen = entry ? __atomic_load_n(&entry->seen, __ATOMIC_RELAXED) : now;

    if (seen == MAC_SEEN_PINNED) {
        return;
    }
    if (!entry || entry->port != port) {
        (void)enter(table, key, port, now, now);
    } else if (seen != now) {
        /* Unless it has been pinned or given away meanwhile; at most once a second. */
        (void)__atomic_compare_exchange_n(&entry->seen, &seen, now, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}

vmk_Bool mac_table_pin(struct mac_table *table, mac_key_t key, vmk_uint32 port)
{
    return enter(table, key, port, MAC_SEEN_PINNED, 0);
}

void mac_table_forget_port(struct mac_table *table, vmk_uint32 port)
{
    struct mac_entry *entry = &table->entries[0][0];

    lock_table(table);
    for (vmk_uint32 i = 0; i < MAC_TABLE_SETS * MAC_TABLE_WAYS; i++, entry++) {
        if (entry->port == port) {
            replace(table, entry, 0, MAC_PORT_NONE, 0);
        }
    }
    unlock_table(table);
}

void mac_table_walk(const struct mac_table *table, vmk_uint32 now,
                    void (*visit)(void *arg, const struct mac_entry *entry), void *arg)
{
    const struct mac_entry *entry = &table->entries[0][0];

    for (vmk_uint32 i = 0; i < MAC_TABLE_SETS * MAC_TABLE_WAYS; i++, entry++) {
        struct mac_entry copy = *entry;

        if (copy.key != 0 && alive(&copy, now)) {
            visit(arg, &copy);
        }
    }
}
