/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vswitch_config.h - what the files that configure switches share.
 */
#ifndef NET_VSWITCH_CONFIG_H
#define NET_VSWITCH_CONFIG_H

#include <core/uplink.h>
#include <core/vswitch.h>

/** Every switch there is, NULL between them. */
extern struct vswitch *vswitches[VSWITCHES_MAX] VMK_GUARDED_BY(vswitch_config);

/** Every switch @p vs there is. */
#define FOR_EACH_VSWITCH(vs, i)                                                                              \
    for (vmk_uint32 i = 0; i < VSWITCHES_MAX; i++)                                                           \
        for (struct vswitch *vs = vswitches[i]; vs; vs = NULL)

/** Every port @p port of switch @p vs. */
#define FOR_EACH_PORT(vs, port, i)                                                                           \
    for (vmk_uint32 i = 0; i < (vs)->port_limit; i++)                                                        \
        for (struct vmk_PortInt *port = (vs)->ports[i]; port; port = NULL)

/* vswitch.c */

/** A switch, a port group and its switch, by name; NULL when there is none. */
struct vswitch *vswitch_find(const char *name) VMK_REQUIRES(&vswitch_config);
struct vswitch_portgroup *vswitch_find_group(const char *name, struct vswitch **vswitch)
    VMK_REQUIRES(&vswitch_config);

/** The entry for uplink @p name in a switch's list; "" finds a free one. */
vmk_Name *vswitch_find_uplink_name(struct vswitch *vs, const char *name) VMK_REQUIRES(&vswitch_config);

/* vswitch_ports.c */

/** Give the port a place and an ID, and let frames reach it. @return VMK_OK or VMK_LIMIT_EXCEEDED. */
VMK_ReturnStatus port_publish(struct vswitch *vs, struct vmk_PortInt *port) VMK_REQUIRES(&vswitch_config);

/** Take the port out and wait until nobody uses it any more. */
void port_withdraw(struct vmk_PortInt *port) VMK_REQUIRES(&vswitch_config);

/** Enter the port's address for good. */
void port_pin_mac(struct vmk_PortInt *port) VMK_REQUIRES(&vswitch_config);

/** The longest frame a client of the switch may send. */
vmk_uint32 port_max_frame(const struct vswitch *vs);

/** Tell a client's port; an uplink's has nobody to be told. */
void port_tell(struct vmk_PortInt *port, vmk_PortEvent event);

/* vswitch_team.c */

/** The uplink a client in @p slot should use; NULL when there is none. */
struct vmk_PortInt *team_choose_uplink(struct vswitch *vs, vmk_uint32 slot) VMK_REQUIRES(&vswitch_config);

/** Give a client the address of its uplink. */
void team_take_mac(struct vmk_PortInt *port) VMK_REQUIRES(&vswitch_config);

/** Set the receive filters of a switch's NICs to what its clients want. */
void team_update_filters(struct vswitch *vs) VMK_REQUIRES(&vswitch_config);

/** Disconnect an uplink from its switch, if it is in one. */
void team_detach(struct vmk_UplinkInt *uplink) VMK_REQUIRES(&vswitch_config);

#endif
