/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_uplink.h - physical NICs as the network layer sees them: vmnic0, vmnic1, ...
 *
 * A driver registers an uplink with the operations every NIC has (vmk_UplinkOps), then says what else it can
 * do, one capability at a time (vmk_UplinkCapRegister), each with an ops struct of its own.
 *
 * Locks:   transmit is called by one CPU at a time per queue, bottom halves off. All other operations of an
 * uplink are called one at a time, in a world that may block, without a spinlock held. Life:    after
 * vmk_UplinkUnregister has returned no operation is running or will be called.
 */
#ifndef VMKAPI_NET_UPLINK_H
#define VMKAPI_NET_UPLINK_H

#include <vmkapi/net/net_pktlist.h>

typedef struct vmk_UplinkInt *vmk_Uplink;

#define VMK_UPLINK_MAX_TX_QUEUES 16

typedef enum vmk_LinkState {
    VMK_LINK_STATE_DOWN,
    VMK_LINK_STATE_UP,
} vmk_LinkState;

typedef enum vmk_LinkDuplex {
    VMK_LINK_DUPLEX_UNKNOWN,
    VMK_LINK_DUPLEX_HALF,
    VMK_LINK_DUPLEX_FULL,
} vmk_LinkDuplex;

#define VMK_LINK_SPEED_AUTO 0 /**< As a request: negotiate. As a report: unknown. */

typedef struct vmk_LinkStatus {
    vmk_LinkState state;
    vmk_uint32 speed; /**< Mbps, or VMK_LINK_SPEED_AUTO. */
    vmk_LinkDuplex duplex;
} vmk_LinkStatus;

/** What the receive filter lets through; a set of these. Own unicast address always. */
typedef enum vmk_UplinkState {
    VMK_UPLINK_STATE_ENABLED = 1u << 0, /**< Administratively up. */
    VMK_UPLINK_STATE_BROADCAST = 1u << 1,
    VMK_UPLINK_STATE_MULTICAST = 1u << 2, /**< All multicast. */
    VMK_UPLINK_STATE_PROMISC = 1u << 3,   /**< Everything. */
} vmk_UplinkState;

/** Counters since the NIC was attached, as the driver knows them. */
typedef struct vmk_UplinkStats {
    vmk_uint64 rxPkts;
    vmk_uint64 txPkts;
    vmk_uint64 rxBytes;
    vmk_uint64 txBytes;
    vmk_uint64 rxErrors;
    vmk_uint64 txErrors;
    vmk_uint64 rxDrops;
    vmk_uint64 txDrops;
    vmk_uint64 rxMulticastPkts;
    vmk_uint64 collisions;
    vmk_uint64 rxLengthErrors;
    vmk_uint64 rxOverflowErrors;
    vmk_uint64 rxCRCErrors;
    vmk_uint64 rxFrameAlignErrors;
    vmk_uint64 rxFifoErrors;
    vmk_uint64 rxMissErrors;
    vmk_uint64 txAborted;
    vmk_uint64 txCarrierErrors;
    vmk_uint64 txFifoErrors;
    vmk_uint64 txHeartbeatErrors;
    vmk_uint64 txWindowErrors;
} vmk_UplinkStats;

typedef struct vmk_UplinkDriverInfo {
    vmk_Name driver; /**< As in `e1000`. */
    vmk_Name version;
    vmk_Name firmwareVersion; /**< Empty when there is none. */
    vmk_Name busAddress;      /**< As in `0000:00:02.0`; unique among uplinks. */
} vmk_UplinkDriverInfo;

/** What every NIC can do. */
typedef struct vmk_UplinkOps {
    /**
     * Send the packets of @p list, all for the queue in their queueID.
     *
     * Packets taken are removed from the list, belong to the driver, and are released once sent (or not
     * sendable). Fragments are DMA-ready pages. Packets ask only for offloads the uplink has registered;
     * those to be segmented are writable.
     *
     * @return VMK_OK (list empty), or VMK_BUSY: the queue is full and has been stopped with
     *         vmk_UplinkQueueStop; what is left on the list will be offered again after vmk_UplinkQueueStart.
     * Context: bottom halves off; must not block. CPUs may be in it at the same time, for the same queue too.
     */
    VMK_ReturnStatus (*uplinkTx)(vmk_AddrCookie driverData, vmk_PktList list);
    /** Set the MTU. @return VMK_OK, VMK_BAD_PARAM or the driver's failure (MTU unchanged). */
    VMK_ReturnStatus (*uplinkMTUSet)(vmk_AddrCookie driverData, vmk_uint32 mtu);
    /** Set the receive filter: a set of vmk_UplinkState. @return VMK_OK or the driver's failure. */
    VMK_ReturnStatus (*uplinkStateSet)(vmk_AddrCookie driverData, vmk_UplinkState state);
    /** Fill in the counters the driver keeps. */
    VMK_ReturnStatus (*uplinkStatsGet)(vmk_AddrCookie driverData, vmk_UplinkStats *stats);
    /** Bring the NIC up: receive, transmit, watch the link. Queues start out stopped or started as the driver
     * says. */
    VMK_ReturnStatus (*uplinkStart)(vmk_AddrCookie driverData);
    /** Bring it down. On return no packet handed to uplinkTx is held and none is delivered any more. */
    VMK_ReturnStatus (*uplinkQuiesce)(vmk_AddrCookie driverData);
    /** Reset the NIC, keeping its configuration. NULL: cannot. */
    VMK_ReturnStatus (*uplinkReset)(vmk_AddrCookie driverData);
    /** Switch a registered offload (capability below VMK_UPLINK_CAP_FIRST_WITH_OPS) on or off. NULL: fixed.
     */
    VMK_ReturnStatus (*uplinkCapSet)(vmk_AddrCookie driverData, vmk_uint32 cap, vmk_Bool on);
} vmk_UplinkOps;

/** A capability. The first ones are offloads, without operations; each other has an ops struct, named beside
 * it. */
typedef enum vmk_UplinkCap {
    VMK_UPLINK_CAP_SG_TX,    /**< Fragments. */
    VMK_UPLINK_CAP_HIGH_DMA, /**< Pages above 4 GiB. */
    VMK_UPLINK_CAP_IPV4_CSO, /**< Checksums of TCP and UDP over IPv4. */
    VMK_UPLINK_CAP_IPV6_CSO,
    VMK_UPLINK_CAP_IPV4_TSO,
    VMK_UPLINK_CAP_IPV6_TSO,
    VMK_UPLINK_CAP_VLAN_TX_INSERT,
    VMK_UPLINK_CAP_VLAN_RX_STRIP,
    VMK_UPLINK_CAP_RX_CSO, /**< Verifies received checksums. */
    VMK_UPLINK_CAP_FIRST_WITH_OPS,
    VMK_UPLINK_CAP_VLAN_FILTER = VMK_UPLINK_CAP_FIRST_WITH_OPS, /**< vmk_UplinkVLANFilterOps */
    VMK_UPLINK_CAP_MULTICAST_FILTER,                            /**< vmk_UplinkMulticastFilterOps */
    VMK_UPLINK_CAP_MAC_SET,                                     /**< vmk_UplinkMACOps */
    VMK_UPLINK_CAP_LINK_SETTINGS,                               /**< vmk_UplinkLinkSettingsOps */
    VMK_UPLINK_CAP_RESTART_NEG,                                 /**< vmk_UplinkRestartNegOps */
    VMK_UPLINK_CAP_PRIV_STATS,                                  /**< vmk_UplinkPrivStatsOps */
    VMK_UPLINK_CAP_REG_DUMP,                                    /**< vmk_UplinkRegDumpOps */
    VMK_UPLINK_CAP_EEPROM,                                      /**< vmk_UplinkEEPROMOps */
    VMK_UPLINK_CAP_SELF_TEST,                                   /**< vmk_UplinkSelfTestOps */
    VMK_UPLINK_CAP_RING_PARAMS,                                 /**< vmk_UplinkRingParamsOps */
    VMK_UPLINK_CAP_COALESCE_PARAMS,                             /**< vmk_UplinkCoalesceParamsOps */
    VMK_UPLINK_CAP_PAUSE_PARAMS,                                /**< vmk_UplinkPauseParamsOps */
    VMK_UPLINK_CAP_WAKE_ON_LAN,                                 /**< vmk_UplinkWOLOps */
    VMK_UPLINK_CAP_MESSAGE_LEVEL,                               /**< vmk_UplinkMessageLevelOps */
    VMK_UPLINK_CAP_IDENTIFY,                                    /**< vmk_UplinkIdentifyOps */
    VMK_UPLINK_CAP_COUNT,
} vmk_UplinkCap;

typedef struct vmk_UplinkVLANFilterOps {
    /** Let @p vlanID through the receive filter (@p on) or not. */
    VMK_ReturnStatus (*vlanSet)(vmk_AddrCookie driverData, vmk_uint16 vlanID, vmk_Bool on);
} vmk_UplinkVLANFilterOps;

typedef struct vmk_UplinkMulticastFilterOps {
    /** Let these multicast addresses through, instead of the present ones. */
    VMK_ReturnStatus (*addrsSet)(vmk_AddrCookie driverData, vmk_uint32 count, const vmk_EthAddress *addrs);
} vmk_UplinkMulticastFilterOps;

typedef struct vmk_UplinkMACOps {
    VMK_ReturnStatus (*macSet)(vmk_AddrCookie driverData, const vmk_uint8 *mac);
} vmk_UplinkMACOps;

typedef enum vmk_UplinkPort {
    VMK_UPLINK_PORT_TWISTED_PAIR,
    VMK_UPLINK_PORT_FIBRE,
    VMK_UPLINK_PORT_OTHER,
} vmk_UplinkPort;

/** A link mode of 10 Mbps x @p speed's list; bit numbers of the mode sets below. */
enum vmk_UplinkLinkMode {
    VMK_UPLINK_MODE_10_HALF,
    VMK_UPLINK_MODE_10_FULL,
    VMK_UPLINK_MODE_100_HALF,
    VMK_UPLINK_MODE_100_FULL,
    VMK_UPLINK_MODE_1000_HALF,
    VMK_UPLINK_MODE_1000_FULL,
    VMK_UPLINK_MODE_2500_FULL,
    VMK_UPLINK_MODE_5000_FULL,
    VMK_UPLINK_MODE_10000_FULL,
    VMK_UPLINK_MODE_25000_FULL,
    VMK_UPLINK_MODE_40000_FULL,
    VMK_UPLINK_MODE_100000_FULL,
};

typedef struct vmk_UplinkLinkSettings {
    vmk_uint32 speed; /**< Mbps, or VMK_LINK_SPEED_AUTO when unknown. */
    vmk_LinkDuplex duplex;
    vmk_Bool autoNegotiate;
    vmk_UplinkPort port;
    vmk_uint32 phyAddress;
    vmk_uint32 supportedModes; /**< Bits by enum vmk_UplinkLinkMode. */
    vmk_uint32 advertisedModes;
} vmk_UplinkLinkSettings;

typedef struct vmk_UplinkLinkSettingsOps {
    VMK_ReturnStatus (*linkSettingsGet)(vmk_AddrCookie driverData, vmk_UplinkLinkSettings *settings);
    /** Force speed and duplex, or negotiate (autoNegotiate, with advertisedModes; 0: all supported). */
    VMK_ReturnStatus (*linkSettingsSet)(vmk_AddrCookie driverData, const vmk_UplinkLinkSettings *settings);
} vmk_UplinkLinkSettingsOps;

typedef struct vmk_UplinkRestartNegOps {
    VMK_ReturnStatus (*restartNeg)(vmk_AddrCookie driverData);
} vmk_UplinkRestartNegOps;

#define VMK_UPLINK_STRING_LENGTH 32 /**< Of a counter's or a test's name, NUL included. */
typedef char vmk_UplinkString[VMK_UPLINK_STRING_LENGTH];

typedef struct vmk_UplinkPrivStatsOps {
    /** How many counters there are. */
    VMK_ReturnStatus (*countGet)(vmk_AddrCookie driverData, vmk_uint32 *count);
    /** Name and read @p count counters. */
    VMK_ReturnStatus (*statsGet)(vmk_AddrCookie driverData, vmk_uint32 count, vmk_UplinkString *names,
                                 vmk_uint64 *values);
} vmk_UplinkPrivStatsOps;

typedef struct vmk_UplinkRegDumpOps {
    /** Size of a dump in bytes. */
    VMK_ReturnStatus (*sizeGet)(vmk_AddrCookie driverData, vmk_uint32 *size);
    /** Dump @p size bytes; @p version tells the layout. */
    VMK_ReturnStatus (*dump)(vmk_AddrCookie driverData, vmk_uint32 size, void *buffer, vmk_uint32 *version);
} vmk_UplinkRegDumpOps;

typedef struct vmk_UplinkEEPROMOps {
    VMK_ReturnStatus (*sizeGet)(vmk_AddrCookie driverData, vmk_uint32 *size);
    /** Read @p len bytes at @p offset; @p magic is to be given back when writing. */
    VMK_ReturnStatus (*read)(vmk_AddrCookie driverData, vmk_uint32 offset, vmk_uint32 len, void *buffer,
                             vmk_uint32 *magic);
    /** NULL: read only. */
    VMK_ReturnStatus (*write)(vmk_AddrCookie driverData, vmk_uint32 offset, vmk_uint32 len,
                              const void *buffer, vmk_uint32 magic);
} vmk_UplinkEEPROMOps;

typedef struct vmk_UplinkSelfTestOps {
    /** How many tests there are. */
    VMK_ReturnStatus (*countGet)(vmk_AddrCookie driverData, vmk_uint32 *count);
    /** Run all (@p online: only those that don't disturb traffic); results[i] is 0 when test i passed. */
    VMK_ReturnStatus (*run)(vmk_AddrCookie driverData, vmk_Bool online, vmk_uint32 count,
                            vmk_UplinkString *names, vmk_uint64 *results, vmk_Bool *passed);
} vmk_UplinkSelfTestOps;

typedef struct vmk_UplinkRingParams {
    vmk_uint32 rxMaxPending; /**< Maxima are ignored by set. */
    vmk_uint32 rxMiniMaxPending;
    vmk_uint32 rxJumboMaxPending;
    vmk_uint32 txMaxPending;
    vmk_uint32 rxPending;
    vmk_uint32 rxMiniPending;
    vmk_uint32 rxJumboPending;
    vmk_uint32 txPending;
} vmk_UplinkRingParams;

typedef struct vmk_UplinkRingParamsOps {
    VMK_ReturnStatus (*ringParamsGet)(vmk_AddrCookie driverData, vmk_UplinkRingParams *params);
    VMK_ReturnStatus (*ringParamsSet)(vmk_AddrCookie driverData, const vmk_UplinkRingParams *params);
} vmk_UplinkRingParamsOps;

typedef struct vmk_UplinkCoalesceParams {
    vmk_uint32 rxUsecs;
    vmk_uint32 rxMaxFrames;
    vmk_uint32 txUsecs;
    vmk_uint32 txMaxFrames;
    vmk_Bool useAdaptiveRx;
    vmk_Bool useAdaptiveTx;
} vmk_UplinkCoalesceParams;

typedef struct vmk_UplinkCoalesceParamsOps {
    VMK_ReturnStatus (*getParams)(vmk_AddrCookie driverData, vmk_UplinkCoalesceParams *params);
    VMK_ReturnStatus (*setParams)(vmk_AddrCookie driverData, const vmk_UplinkCoalesceParams *params);
} vmk_UplinkCoalesceParamsOps;

typedef struct vmk_UplinkPauseParams {
    vmk_Bool autoNegotiate;
    vmk_Bool rxPause;
    vmk_Bool txPause;
} vmk_UplinkPauseParams;

typedef struct vmk_UplinkPauseParamsOps {
    VMK_ReturnStatus (*pauseParamsGet)(vmk_AddrCookie driverData, vmk_UplinkPauseParams *params);
    VMK_ReturnStatus (*pauseParamsSet)(vmk_AddrCookie driverData, const vmk_UplinkPauseParams *params);
} vmk_UplinkPauseParamsOps;

/** Wake-up causes; a set of these. */
enum vmk_UplinkWOLCaps {
    VMK_UPLINK_WAKE_ON_PHY = 1u << 0,
    VMK_UPLINK_WAKE_ON_UCAST = 1u << 1,
    VMK_UPLINK_WAKE_ON_MCAST = 1u << 2,
    VMK_UPLINK_WAKE_ON_BCAST = 1u << 3,
    VMK_UPLINK_WAKE_ON_ARP = 1u << 4,
    VMK_UPLINK_WAKE_ON_MAGIC = 1u << 5,
};

typedef struct vmk_UplinkWOLState {
    vmk_uint32 supported;
    vmk_uint32 enabled;
} vmk_UplinkWOLState;

typedef struct vmk_UplinkWOLOps {
    VMK_ReturnStatus (*wolStateGet)(vmk_AddrCookie driverData, vmk_UplinkWOLState *state);
    VMK_ReturnStatus (*wolStateSet)(vmk_AddrCookie driverData, const vmk_UplinkWOLState *state);
} vmk_UplinkWOLOps;

typedef struct vmk_UplinkMessageLevelOps {
    VMK_ReturnStatus (*levelGet)(vmk_AddrCookie driverData, vmk_uint32 *level);
    VMK_ReturnStatus (*levelSet)(vmk_AddrCookie driverData, vmk_uint32 level);
} vmk_UplinkMessageLevelOps;

typedef struct vmk_UplinkIdentifyOps {
    /** Blink the NIC's LED for @p seconds; returns when done. */
    VMK_ReturnStatus (*identify)(vmk_AddrCookie driverData, vmk_uint32 seconds);
} vmk_UplinkIdentifyOps;

typedef struct vmk_UplinkRegData {
    vmk_ModuleID moduleID;
    const vmk_UplinkOps *ops;  /**< Must outlive the uplink. */
    vmk_AddrCookie driverData; /**< First argument of every operation. */
    vmk_UplinkDriverInfo driverInfo;
    vmk_EthAddress mac;
    vmk_uint32 mtu;
    vmk_uint32 minMTU;
    vmk_uint32 maxMTU;
    vmk_uint32 numTxQueues; /**< 1 .. VMK_UPLINK_MAX_TX_QUEUES. */
    vmk_uint64 caps;        /**< Offloads it starts with: bits by vmk_UplinkCap. */
} vmk_UplinkRegData;

/**
 * Register a NIC; it gets the lowest free name, or the one it last had (by bus address).
 *
 * It is connected to the virtual switch configured for it and started (uplinkStart) by a world of the network
 * layer, soon after vmk_UplinkActivate. Queues count as started. Its link counts as down.
 *
 * @return VMK_OK, VMK_BAD_PARAM, VMK_EXISTS (bus address), VMK_LIMIT_EXCEEDED or VMK_NO_MEMORY.
 * Context: may block.
 */
VMK_ReturnStatus vmk_UplinkRegister(const vmk_UplinkRegData *regData, vmk_Uplink *uplink);

/** Make a registered uplink known, once all its capabilities are registered. Context: may block. */
void vmk_UplinkActivate(vmk_Uplink uplink);

/**
 * Remove an uplink: stopped (uplinkQuiesce) if it runs, disconnected, its backlog dropped.
 *
 * Waits for operations under way. The handle is void afterwards. Context: may block.
 */
void vmk_UplinkUnregister(vmk_Uplink uplink);

/**
 * Say that an uplink can do more; @p ops is the capability's ops struct (NULL for an offload) and must
 * outlive the uplink.
 *
 * @return VMK_OK, VMK_EXISTS or VMK_BAD_PARAM. Context: any but interrupt.
 */
VMK_ReturnStatus vmk_UplinkCapRegister(vmk_Uplink uplink, vmk_UplinkCap cap, const void *ops);

/** Whether @p cap is registered. Context: any. */
vmk_Bool vmk_UplinkCapIsRegistered(vmk_Uplink uplink, vmk_UplinkCap cap);

/** Whether @p cap is registered and, if an offload, switched on. Context: any. */
vmk_Bool vmk_UplinkCapIsEnabled(vmk_Uplink uplink, vmk_UplinkCap cap);

/** Report that the driver has itself switched an offload on or off. Context: any. */
void vmk_UplinkCapUpdate(vmk_Uplink uplink, vmk_UplinkCap cap, vmk_Bool on);

/** The uplink's name, as in `vmnic0`; valid while it is registered. Context: any. */
vmk_Name vmk_UplinkNameGet(vmk_Uplink uplink);

/** Report the state of the link; a change is logged and passed on to the ports. Context: any. */
void vmk_UplinkUpdateLinkState(vmk_Uplink uplink, const vmk_LinkStatus *status);

/** Report a new MTU or MAC address that the driver has set itself. Context: any but interrupt. */
void vmk_UplinkUpdateMTU(vmk_Uplink uplink, vmk_uint32 mtu);
void vmk_UplinkUpdateMAC(vmk_Uplink uplink, const vmk_uint8 *mac);

/**
 * Stop handing packets of transmit queue @p queue to the driver; they wait in the uplink's backlog.
 * Context: any, also within uplinkTx.
 */
void vmk_UplinkQueueStop(vmk_Uplink uplink, vmk_uint32 queue);

/** Go on; waiting packets are sent from a bottom half. Context: any. */
void vmk_UplinkQueueStart(vmk_Uplink uplink, vmk_uint32 queue);

/** Whether @p queue is stopped. Context: any. */
vmk_Bool vmk_UplinkQueueIsStopped(vmk_Uplink uplink, vmk_uint32 queue);

/**
 * More packets for the same queue will follow at once: the driver may put off ringing the doorbell.
 * Valid within uplinkTx: true while the list holds packets. Context: uplinkTx.
 */
VMK_ALWAYS_INLINE vmk_Bool vmk_UplinkTxMore(vmk_PktList list)
{
    return !vmk_PktListIsEmpty(list);
}

/**
 * Deliver received packets to the switch; all of @p list changes owner.
 *
 * Frames start at the Ethernet header, without FCS. Context: bottom half (net poll does this for its
 * packets).
 */
void vmk_UplinkPktListRx(vmk_Uplink uplink, vmk_PktList list);

#endif
