/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_port.h - being a client of a virtual switch.
 *
 * A client connects to a port group, puts packets in and gets packets delivered. Packets move without
 * copying; where several ports get the same frame, each has a packet of its own that is read-only
 * (vmk_PktIsWritable).
 */
#ifndef VMKAPI_NET_PORT_H
#define VMKAPI_NET_PORT_H

#include <vmkapi/net/net_pktlist.h>
#include <vmkapi/net/net_uplink.h>

typedef struct vmk_PortInt *vmk_Port;

/** What has become of a port, for its client. */
typedef enum vmk_PortEvent {
    VMK_PORT_EVENT_LINK_UP,
    VMK_PORT_EVENT_LINK_DOWN,
    VMK_PORT_EVENT_MTU, /**< vmk_PortMTUGet has a new value. */
    VMK_PORT_EVENT_MAC, /**< vmk_PortMACGet has a new value (the client had asked for the uplink's). */
} vmk_PortEvent;

typedef struct vmk_PortProps {
    vmk_ModuleID moduleID;
    const char *name;      /**< Client's name, as in `vmk0`. */
    const char *portGroup; /**< As in `Management Network`. */
    vmk_EthAddress
        mac; /**< All zero: the address of the switch's uplink, or a made-up one while there is none. */
    vmk_AddrCookie clientData;
    /** Take delivered packets; all of @p list changes owner. Context: bottom halves off; must not block. */
    void (*deliver)(vmk_AddrCookie clientData, vmk_PktList list);
    /** Hear of a change. NULL: doesn't care. Context: world, may block. */
    void (*event)(vmk_AddrCookie clientData, vmk_PortEvent event);
} vmk_PortProps;

/**
 * Connect a client. Its address is entered in the switch; unicast for others is not delivered.
 *
 * @return VMK_OK, VMK_NOT_FOUND (port group), VMK_LIMIT_EXCEEDED, VMK_EXISTS (name), VMK_BAD_PARAM,
 * VMK_NO_MEMORY. Context: may block.
 */
VMK_ReturnStatus vmk_PortConnect(const vmk_PortProps *props, vmk_Port *port);

/** Disconnect; on return no callback is running or will be called. Context: may block. */
void vmk_PortDisconnect(vmk_Port port);

/**
 * Put packets into the switch; all of @p list changes owner.
 *
 * What can't be sent is dropped and counted. Context: world or bottom half.
 */
void vmk_PortInput(vmk_Port port, vmk_PktList list);

/** Get everything the switch's VLAN carries (@p on), or the client's own traffic only. Context: may block. */
void vmk_PortPromiscSet(vmk_Port port, vmk_Bool on);

/** Number of the port in its switch; packets from it carry it as source. Context: any. */
vmk_uint32 vmk_PortIDGet(vmk_Port port);

/** The port's address. Context: any. */
void vmk_PortMACGet(vmk_Port port, vmk_EthAddress mac);

/** Largest payload a frame of this port may carry. Context: any. */
vmk_uint32 vmk_PortMTUGet(vmk_Port port);

/** Whether the switch's active uplink has link. Context: any. */
vmk_LinkState vmk_PortLinkStateGet(vmk_Port port);

#endif
