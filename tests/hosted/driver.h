/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * driver.h - e1000 on a machine with one NIC, between a port of the switch and the wire.
 *
 * Frames carry their number and bytes that follow from it, so that either end can tell what is missing, what
 * came twice or late, and what was changed.
 */
#ifndef HOSTED_DRIVER_H
#define HOSTED_DRIVER_H

#include "nic_8254x.h"

extern struct nic nic;

/** What has arrived at one end. */
struct arrivals {
    unsigned count;
    unsigned damaged;    /**< Not what was sent, by length or content. */
    unsigned disordered; /**< Not the number after the last one's. */
    unsigned moved;      /**< Begun elsewhere in memory than at the other end: copied on the way. */
    unsigned next;       /**< The number expected. */
};
extern struct arrivals at_wire, at_port;

/** Bring machine, NIC and vmklinux up; no driver yet. */
void driver_machine_start(void);

/** Load and unload vmklinux itself, which driver_machine_start() has done; whether it holds nothing. */
int driver_vmklinux_init(void);
void driver_vmklinux_exit(void);
vmk_Bool driver_vmklinux_is_clear(void);

/** Load e1000. @return what its init_module() says. */
int driver_load(void);

/** Load it, and wait for vmnic0's link. */
void driver_load_and_wait(void);

/** Start vmnic0 unless it runs. @return VMK_OK; VMK_NOT_FOUND without a vmnic0; else why it does not start.
 */
VMK_ReturnStatus driver_up(void);

/** @return whether e1000 holds nothing; what it holds is printed. */
vmk_Bool driver_is_clear(void);

/** Unload it. @return whether it left nothing behind. */
vmk_Bool driver_unload(void);

/** @return whether vmnic0's link is @p up within seconds. */
vmk_Bool driver_link_becomes(vmk_Bool up);

/** Connect a port to the switch, and disconnect it. */
void driver_port_connect(void);
void driver_port_disconnect(void);

/** Send frames @p first to @p first + @p count - 1, of @p len bytes, from the port to the wire. */
void driver_send(unsigned first, unsigned count, unsigned len);

/** The same from the wire to the port. */
void driver_receive(unsigned first, unsigned count, unsigned len);

/** Forget what has arrived, and expect number @p next at both ends. */
void driver_expect(unsigned next);

/** Set the switch's MTU, and with it vmnic0's. */
void driver_set_mtu(unsigned mtu);

#endif
