/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mac_table.h - which port of a switch an Ethernet address is at.
 *
 * Addresses are learned per VLAN and forgotten MAC_AGE_S seconds after they were last seen; pinned ones stay.
 * Reading takes no lock: an entry is two words, written so that a reader never pairs one address with
 * another's port. A set that is full gives up its oldest entry.
 *
 * Context: world or bottom half. Locks: table->lock (rank PORT) to change entries.
 */
#ifndef CORE_MAC_TABLE_H
#define CORE_MAC_TABLE_H

#include <vmkapi/core/spinlock.h>
#include <vmkapi/net/net_eth.h>

#define MAC_TABLE_SETS  256
#define MAC_TABLE_WAYS  4
#define MAC_AGE_S       300
#define MAC_PORT_NONE   0u
#define MAC_SEEN_PINNED (~0u)

/** An address in a VLAN, as one number; never 0. */
typedef vmk_uint64 mac_key_t;

struct mac_entry {
    mac_key_t key;   /**< 0: free. */
    vmk_uint32 port; /**< Port ID. */
    vmk_uint32 seen; /**< Second in which it was last seen, or MAC_SEEN_PINNED. */
};

struct mac_table {
    struct mac_entry entries[MAC_TABLE_SETS][MAC_TABLE_WAYS];
    vmk_SpinlockObject lock;
    vmk_uint32 version; /**< Another one whenever an address comes, goes or moves; atomic. */
};

VMK_ALWAYS_INLINE mac_key_t mac_key(const vmk_uint8 *addr, vmk_uint16 vlan)
{
    return vmk_EthAddrToUint(addr) | (mac_key_t)vlan << 48 | 1ul << 63;
}

/** Make an empty table. */
void mac_table_init(struct mac_table *table);

/** The port @p key is at, or MAC_PORT_NONE. @param now in seconds. */
vmk_uint32 mac_table_find(const struct mac_table *table, mac_key_t key, vmk_uint32 now);

/** Note that @p key sent from @p port in second @p now. A pinned entry stays as it is. */
void mac_table_learn(struct mac_table *table, mac_key_t key, vmk_uint32 port, vmk_uint32 now);

/** Enter @p key for good. @return VMK_FALSE when its set is full of pinned entries. */
vmk_Bool mac_table_pin(struct mac_table *table, mac_key_t key, vmk_uint32 port);

/** Forget everything at @p port, pinned or not. */
void mac_table_forget_port(struct mac_table *table, vmk_uint32 port);

/** Have everybody who remembers what was found in the table look again. */
VMK_ALWAYS_INLINE void mac_table_outdate(struct mac_table *table)
{
    __atomic_add_fetch(&table->version, 1, __ATOMIC_RELEASE);
}

/** Visit what is known in second @p now, in no order. Context: world. */
void mac_table_walk(const struct mac_table *table, vmk_uint32 now,
                    void (*visit)(void *arg, const struct mac_entry *entry), void *arg);

#endif
