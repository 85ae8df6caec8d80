/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch.h - virtual switches: ports, port groups, uplinks, learning and forwarding.
 *
 * Inside a switch every frame has a VLAN, 0 being the untagged one; tags are in the packets' metadata only.
 * A client's port group gives its VLAN (access), or VMK_VLAN_ID_TRUNK: then the client tags. Uplinks are
 * trunks. A client uses one of the switch's uplinks at a time, and frames never go from uplink to uplink: no
 * loops.
 *
 * Locks:   forwarding takes none: ports are found under RCU, with bottom halves off. What configures switches
 *          is serialised by one semaphore, held inside the functions below; it is taken before any uplink's.
 */
#ifndef CORE_VSWITCH_H
#define CORE_VSWITCH_H

#include <stdbool.h>

#include <core/mac_table.h>
#include <core/mutex.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/net/net_port.h>

#define VSWITCHES_MAX          8
#define VSWITCH_PORTS_MAX      64
#define VSWITCH_UPLINKS_MAX    4
#define VSWITCH_PORTGROUPS_MAX 16

/** What has passed a port, counted per CPU; "rx" is from the client or wire into the switch. */
struct port_stats {
    vmk_uint64 rx_packets;
    vmk_uint64 rx_bytes;
    vmk_uint64 rx_dropped; /**< Malformed, wrong VLAN, too long, or nowhere to go. */
    vmk_uint64 tx_packets;
    vmk_uint64 tx_bytes;
    vmk_uint64 tx_dropped; /**< No memory for another receiver's packet. */
};

/** What was last found out about a frame from a port; good for those that follow with the same header. */
struct port_run {
    vmk_uint64 header[2];   /**< Bytes 0 to 7 and 6 to 13 of the frame. */
    struct vmk_PortInt *to; /**< The one port it goes to. */
    vmk_TimerCycles until;  /**< The second ends, and learning goes on; 0: nothing is known. */
    vmk_uint32 version;     /**< Of the switch's addresses then. */
    vmk_uint16 tag;         /**< VLAN tag the frames get, or VMK_VLAN_ID_NONE. */
};

/** What a CPU keeps of a port; only that CPU writes it, bottom halves off. */
struct port_cpu {
    struct port_stats stats;
    struct port_run run;
} VMK_ATTRIBUTE_ALIGN(2 * VMK_L1_CACHELINE_SIZE);

/** What configures switches holds it; forwarding takes no lock. */
extern struct mutex vswitch_config;

struct vswitch_portgroup {
    vmk_Name name;   /**< Empty: unused. */
    vmk_uint16 vlan; /**< 0, 1..4094, or VMK_VLAN_ID_TRUNK. */
};

/** A port: a client's, or an uplink's (then `nic` is set). Constant while in the switch, except as noted. */
struct vmk_PortInt {
    vmk_uint32 id;   /**< Never 0; unique in the system. */
    vmk_uint32 slot; /**< In vswitch->ports. */
    struct vswitch *vswitch;
    struct vmk_UplinkInt *nic;
    struct vmk_PortInt *uplink; /**< A client's: the uplink port it uses, or NULL; RCU. */
    vmk_uint16 vlan;            /**< Changes with its port group. */
    bool promisc;
    vmk_uint32 max_frame; /**< Longest frame a client may send. */
    struct vswitch_portgroup *group;
    vmk_PortProps props; /**< Client's; the texts are `name` and the port group's. */
    vmk_Name name;
    bool mac_follows; /**< The client's address shall be that of its uplink, once it has one. */
    const struct vmk_UplinkInt *mac_of; /**< The NIC it took its address from, or NULL. */
    vmk_ModuleID holder;   /**< Whom packets are charged to that have been delivered to this port. */
    struct port_cpu *cpus; /**< One per CPU. */
    vmk_StatGroup stat_group;
};

struct vswitch {
    vmk_Name name;
    vmk_uint32 mtu;
    vmk_uint32 port_limit;                        /**< Slots from here on are empty. */
    struct vmk_PortInt *ports[VSWITCH_PORTS_MAX]; /**< RCU. */
    vmk_uint32 promisc_ports;
    struct vswitch_portgroup groups[VSWITCH_PORTGROUPS_MAX] VMK_GUARDED_BY(vswitch_config);
    vmk_Name uplinks[VSWITCH_UPLINKS_MAX] VMK_GUARDED_BY(
        vswitch_config); /**< Configured, there or not; empty: unused. */
    struct mac_table macs;
};

/* Forwarding: vswitch_forward.c. */

/**
 * Take frames in at @p port and deliver them where they belong; all of @p list changes owner.
 *
 * Context: bottom halves off.
 */
void vswitch_input(struct vmk_PortInt *port, vmk_PktList list);

/** The second that learning and ageing go by. */
vmk_uint32 vswitch_now(void);

/* Configuration: vswitch.c. Context: may block. */

/** Make the default switch, `vSwitch0`, with its port groups and `vmnic0`. Context: boot world, once. */
void vswitch_init(void);

/** Create a switch. @return VMK_OK, VMK_EXISTS, VMK_BAD_PARAM, VMK_LIMIT_EXCEEDED or VMK_NO_MEMORY. */
VMK_ReturnStatus vswitch_create(const char *name);

/** Remove a switch without clients. @return VMK_OK, VMK_NOT_FOUND or VMK_BUSY. */
VMK_ReturnStatus vswitch_remove(const char *name);

/** Add or remove an uplink, by name, connected or not yet. @return VMK_OK, VMK_NOT_FOUND, VMK_EXISTS,
 * VMK_LIMIT_EXCEEDED. */
VMK_ReturnStatus vswitch_uplink_add(const char *vswitch, const char *uplink);
VMK_ReturnStatus vswitch_uplink_remove(const char *vswitch, const char *uplink);

/** Add, remove or change the VLAN of a port group. @return VMK_OK, VMK_NOT_FOUND, VMK_EXISTS, VMK_BUSY,
 * VMK_LIMIT_EXCEEDED. */
VMK_ReturnStatus vswitch_portgroup_add(const char *vswitch, const char *group);
VMK_ReturnStatus vswitch_portgroup_remove(const char *vswitch, const char *group);
VMK_ReturnStatus vswitch_portgroup_vlan_set(const char *group, vmk_uint16 vlan);

/** Set a switch's MTU, and that of its uplinks. @return VMK_OK, VMK_NOT_FOUND or the failure of a NIC. */
VMK_ReturnStatus vswitch_mtu_set(const char *vswitch, vmk_uint32 mtu);

/**
 * Connect a new uplink to the switch that lists its name, and set its receive filter.
 *
 * @return VMK_OK, VMK_NOT_FOUND when none lists it, VMK_LIMIT_EXCEEDED, VMK_NO_MEMORY or the driver's
 * failure.
 */
VMK_ReturnStatus vswitch_attach(struct vmk_UplinkInt *uplink);

/** Take an uplink out of its switch; no packet is on its way to it on return. */
void vswitch_detach(struct vmk_UplinkInt *uplink);

/** Tell the clients that use @p uplink about its link, MTU or MAC address. */
void vswitch_announce(struct vmk_UplinkInt *uplink, vmk_PortEvent event);

/**
 * Put a client's port, whose props are complete, into the port group they name.
 *
 * @return VMK_OK, VMK_NOT_FOUND (group), VMK_EXISTS (port name), or VMK_LIMIT_EXCEEDED.
 */
VMK_ReturnStatus vswitch_connect(struct vmk_PortInt *port);

/** Take it out again; no packet is on its way to it on return. */
void vswitch_disconnect(struct vmk_PortInt *port);

/** Let a client's port have all of its VLAN, or not. */
void vswitch_promisc_set(struct vmk_PortInt *port, bool on);

/** Visit all switches, or all ports of one, with the configuration held still. */
void vswitch_walk(void (*visit)(void *arg, const struct vswitch *vswitch), void *arg);
void vswitch_walk_ports(const struct vswitch *vswitch,
                        void (*visit)(void *arg, const struct vmk_PortInt *port), void *arg);

/* Port objects: port.c. Context: may block, but for the counters. */

/** Make a port that is in no switch yet, with counters under `net/port/<name>`. @return VMK_OK or
 * VMK_NO_MEMORY. */
VMK_ReturnStatus port_create(const char *name, struct vmk_PortInt **port);

/** Free a port that is in no switch. */
void port_destroy(struct vmk_PortInt *port);

/** A port's counters, summed over the CPUs. */
void port_stats_get(const struct vmk_PortInt *port, struct port_stats *stats);

#endif
