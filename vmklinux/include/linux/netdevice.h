/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netdevice.h - network devices: uplinks of the VMKernel, seen from their driver.
 *
 * register_netdev() makes a vmk_Uplink; its operations come in through net/uplink.c, always under RTNL as in
 * Linux, transmission under the queue's lock. Receive polling is a vmk_NetPoll per napi_struct (net/napi.c).
 */
#ifndef VMKLINUX_LINUX_NETDEVICE_H
#define VMKLINUX_LINUX_NETDEVICE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/device.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/netdev_features.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/net_debug.h>
#include <uapi/linux/netdevice.h>
#include <vmkapi/net/net_poll.h>
#include <vmkapi/base/pcpu_storage.h>
#include <vmkapi/net/net_uplink.h>

struct ethtool_ops;
struct ifreq;
struct net_device;
struct netlink_ext_ack;

#define NET_RX_SUCCESS 0
#define NET_RX_DROP    1

enum netdev_tx {
    __NETDEV_TX_MIN = INT_MIN,
    NETDEV_TX_OK = 0x00,
    NETDEV_TX_BUSY = 0x10,
};
typedef enum netdev_tx netdev_tx_t;

struct net_device_stats {
    unsigned long rx_packets;
    unsigned long tx_packets;
    unsigned long rx_bytes;
    unsigned long tx_bytes;
    unsigned long rx_errors;
    unsigned long tx_errors;
    unsigned long rx_dropped;
    unsigned long tx_dropped;
    unsigned long multicast;
    unsigned long collisions;
    unsigned long rx_length_errors;
    unsigned long rx_over_errors;
    unsigned long rx_crc_errors;
    unsigned long rx_frame_errors;
    unsigned long rx_fifo_errors;
    unsigned long rx_missed_errors;
    unsigned long tx_aborted_errors;
    unsigned long tx_carrier_errors;
    unsigned long tx_fifo_errors;
    unsigned long tx_heartbeat_errors;
    unsigned long tx_window_errors;
    unsigned long rx_compressed;
    unsigned long tx_compressed;
};

/* --- address lists --- */

struct netdev_hw_addr {
    struct list_head list;
    unsigned char addr[MAX_ADDR_LEN];
    unsigned char type;
};

struct netdev_hw_addr_list {
    struct list_head list;
    int count;
};

#define netdev_hw_addr_list_count(l)        ((l)->count)
#define netdev_hw_addr_list_empty(l)        (netdev_hw_addr_list_count(l) == 0)
#define netdev_hw_addr_list_for_each(ha, l) list_for_each_entry (ha, &(l)->list, list)

#define netdev_uc_count(dev)                netdev_hw_addr_list_count(&(dev)->uc)
#define netdev_uc_empty(dev)                netdev_hw_addr_list_empty(&(dev)->uc)
#define netdev_for_each_uc_addr(ha, dev)    netdev_hw_addr_list_for_each(ha, &(dev)->uc)
#define netdev_mc_count(dev)                netdev_hw_addr_list_count(&(dev)->mc)
#define netdev_mc_empty(dev)                netdev_hw_addr_list_empty(&(dev)->mc)
#define netdev_for_each_mc_addr(ha, dev)    netdev_hw_addr_list_for_each(ha, &(dev)->mc)

/* --- NAPI --- */

enum {
    NAPI_STATE_SCHED,   /* a poll is due or running */
    NAPI_STATE_MISSED,  /* scheduled again meanwhile */
    NAPI_STATE_DISABLE, /* to be disabled */
};

enum {
    NAPIF_STATE_SCHED = BIT(NAPI_STATE_SCHED),
    NAPIF_STATE_MISSED = BIT(NAPI_STATE_MISSED),
    NAPIF_STATE_DISABLE = BIT(NAPI_STATE_DISABLE),
};

enum gro_result {
    GRO_MERGED,
    GRO_MERGED_FREE,
    GRO_HELD,
    GRO_NORMAL,
    GRO_CONSUMED,
};
typedef enum gro_result gro_result_t;

#define NAPI_POLL_WEIGHT 64

struct napi_struct {
    struct list_head dev_list; /* in net_device.napi_list */
    unsigned long state;
    int weight;
    int (*poll)(struct napi_struct *, int);
    struct net_device *dev;
    struct sk_buff *skb; /* handed out by napi_get_frags() */
    vmk_NetPoll net_poll;
};

void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi,
                           int (*poll)(struct napi_struct *, int), int weight);
void __netif_napi_del(struct napi_struct *napi);

static inline void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
                                  int (*poll)(struct napi_struct *, int))
{
    netif_napi_add_weight(dev, napi, poll, NAPI_POLL_WEIGHT);
}

static inline void netif_napi_del(struct napi_struct *napi)
{
    __netif_napi_del(napi);
}

bool napi_schedule_prep(struct napi_struct *n);
void __napi_schedule(struct napi_struct *n);
#define __napi_schedule_irqoff(n) __napi_schedule(n)

static inline void napi_schedule(struct napi_struct *n)
{
    if (napi_schedule_prep(n))
        __napi_schedule(n);
}

/* As napi_schedule(), with interrupts off. */
static inline void napi_schedule_irqoff(struct napi_struct *n)
{
    napi_schedule(n);
}

bool napi_complete_done(struct napi_struct *n, int work_done);

static inline bool napi_complete(struct napi_struct *n)
{
    return napi_complete_done(n, 0);
}

void napi_disable(struct napi_struct *n);
void napi_enable(struct napi_struct *n);

/*
 * DEVIATION-010 (napi_gro_receive, napi_gro_frags): frames are handed up as they were received; GRO merges
 * none, as a switch must pass them on unchanged.
 */

/* Hand a received frame up, without its Ethernet header as eth_type_trans() leaves it. Context: the poll. */
gro_result_t napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb);

/* An sk_buff to hang page fragments on, Ethernet header included, and handing it up. Context: the poll. */
struct sk_buff *vmklinux_napi_get_frags(struct module *module, struct napi_struct *napi);
gro_result_t napi_gro_frags(struct napi_struct *napi);

static inline struct sk_buff *napi_get_frags(struct napi_struct *napi)
{
    return vmklinux_napi_get_frags(THIS_MODULE, napi);
}

static inline void napi_free_frags(struct napi_struct *napi)
{
    kfree_skb(napi->skb);
    napi->skb = NULL;
}

/* --- transmit queues --- */

enum netdev_queue_state_t {
    __QUEUE_STATE_DRV_XOFF,
    __QUEUE_STATE_FROZEN,
};
#define QUEUE_STATE_DRV_XOFF (1 << __QUEUE_STATE_DRV_XOFF)
#define QUEUE_STATE_FROZEN   (1 << __QUEUE_STATE_FROZEN)

struct netdev_queue {
    struct net_device *dev;
    unsigned long trans_timeout; /* timeouts so far */
    spinlock_t _xmit_lock ____cacheline_aligned_in_smp;
    unsigned long trans_start; /* jiffies of the last transmission */
    unsigned long state;
    bool uplink_stopped; /* the uplink keeps packets back until vmklinux_queue_go() */
} ____cacheline_aligned_in_smp;

/* --- devices --- */

enum netdev_priv_flags {
    IFF_TX_SKB_SHARING = 1 << 11,
    IFF_UNICAST_FLT = 1 << 12,
    IFF_SUPP_NOFCS = 1 << 14,
    IFF_LIVE_ADDR_CHANGE = 1 << 15,
};

enum netdev_state_t {
    __LINK_STATE_START,
    __LINK_STATE_PRESENT,
    __LINK_STATE_NOCARRIER,
};

/*
 * DEVIATION-018 (net_device_ops.ndo_eth_ioctl, net_device_ops.ndo_do_ioctl): never called: there are no
 * sockets to ask through; what can be asked of a NIC, ethtool's operations answer.
 */
/*
 * DEVIATION-019 (net_device_ops.ndo_features_check, net_device_ops.ndo_select_queue): never called: a
 * driver's features hold for all frames alike, and queues are chosen above, by flow.
 */
struct net_device_ops {
    int (*ndo_init)(struct net_device *dev);
    void (*ndo_uninit)(struct net_device *dev);
    int (*ndo_open)(struct net_device *dev);
    int (*ndo_stop)(struct net_device *dev);
    netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
    netdev_features_t (*ndo_features_check)(struct sk_buff *skb, struct net_device *dev,
                                            netdev_features_t features);
    u16 (*ndo_select_queue)(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);
    void (*ndo_change_rx_flags)(struct net_device *dev, int flags);
    void (*ndo_set_rx_mode)(struct net_device *dev);
    int (*ndo_set_mac_address)(struct net_device *dev, void *addr);
    int (*ndo_validate_addr)(struct net_device *dev);
    int (*ndo_do_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);
    int (*ndo_eth_ioctl)(struct net_device *dev, struct ifreq *ifr, int cmd);
    int (*ndo_change_mtu)(struct net_device *dev, int new_mtu);
    void (*ndo_tx_timeout)(struct net_device *dev, unsigned int txqueue);
    void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *storage);
    struct net_device_stats *(*ndo_get_stats)(struct net_device *dev);
    int (*ndo_vlan_rx_add_vid)(struct net_device *dev, __be16 proto, u16 vid);
    int (*ndo_vlan_rx_kill_vid)(struct net_device *dev, __be16 proto, u16 vid);
    netdev_features_t (*ndo_fix_features)(struct net_device *dev, netdev_features_t features);
    int (*ndo_set_features)(struct net_device *dev, netdev_features_t features);
};

struct net_device {
    char name[IFNAMSIZ];
    unsigned long state;
    unsigned int flags;
    unsigned long long priv_flags;
    const struct net_device_ops *netdev_ops;
    const struct ethtool_ops *ethtool_ops;
    unsigned int mtu;
    netdev_features_t features;
    netdev_features_t hw_features;
    netdev_features_t wanted_features;
    netdev_features_t vlan_features;
    netdev_features_t hw_enc_features;
    const unsigned char *dev_addr;

    struct netdev_queue *_tx;
    unsigned int num_tx_queues;
    unsigned int real_num_tx_queues;
    unsigned int num_rx_queues;
    unsigned int real_num_rx_queues;

    unsigned int min_mtu;
    unsigned int max_mtu;
    unsigned short type;
    unsigned short hard_header_len;
    unsigned char addr_len;
    unsigned char addr_assign_type;
    unsigned char perm_addr[MAX_ADDR_LEN];
    unsigned char broadcast[MAX_ADDR_LEN];
    unsigned char if_port;
    unsigned char dma;
    int irq;
    int ifindex;
    unsigned long base_addr;
    unsigned long mem_start;
    unsigned long mem_end;

    struct netdev_hw_addr_list uc;
    struct netdev_hw_addr_list mc;
    spinlock_t addr_list_lock;

    struct net_device_stats stats;
    struct list_head napi_list;
    struct timer_list watchdog_timer;
    int watchdog_timeo;
    unsigned int tx_queue_len;
    struct device dev;

    /* vmklinux's own */
    struct list_head dev_list;
    struct module *module;                      /* the driver's */
    vmk_Uplink uplink;                          /* from register_netdev() to unregister_netdev() */
    bool leaving VMK_GUARDED_BY(vmklinux_rtnl); /* unregister_netdev() has begun */
    struct work_struct link_work; /* reports the carrier with speed and duplex, which need RTNL to be asked */
    unsigned char mac_shadow[MAX_ADDR_LEN];
};

#define NETDEV_ALIGN 32

static __always_inline void *netdev_priv(const struct net_device *dev)
{
    return (char *)dev + ALIGN(sizeof(struct net_device), NETDEV_ALIGN);
}

#define SET_NETDEV_DEV(net, pdev) ((net)->dev.parent = (pdev))
#define to_net_dev(d)             container_of(d, struct net_device, dev)

struct net_device *vmklinux_alloc_netdev(struct module *module, int sizeof_priv, unsigned int txqs,
                                         unsigned int rxqs);
void free_netdev(struct net_device *dev);
/*
 * DEVIATION-005 (register_netdev, net_device.name): a device gets its uplink's name (vmnic0), whatever
 * pattern (eth%d) the driver asks for: an operator knows uplinks.
 */
int register_netdev(struct net_device *dev);
void unregister_netdev(struct net_device *dev);

static inline const char *netdev_name(const struct net_device *dev)
{
    return dev->name[0] && !strchr(dev->name, '%') ? dev->name : "(unnamed net_device)";
}

int dev_open(struct net_device *dev, struct netlink_ext_ack *extack) VMK_REQUIRES(vmklinux_rtnl);
void dev_close(struct net_device *dev) VMK_REQUIRES(vmklinux_rtnl);
int netif_set_real_num_tx_queues(struct net_device *dev, unsigned int txq);
int netif_set_real_num_rx_queues(struct net_device *dev, unsigned int rxq);
void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len);

static inline void __dev_addr_set(struct net_device *dev, const void *addr, size_t len)
{
    dev_addr_mod(dev, 0, addr, len);
}

static inline bool netif_running(const struct net_device *dev)
{
    return test_bit(__LINK_STATE_START, &dev->state);
}

static inline bool netif_device_present(const struct net_device *dev)
{
    return test_bit(__LINK_STATE_PRESENT, &dev->state);
}

static inline bool netif_carrier_ok(const struct net_device *dev)
{
    return !test_bit(__LINK_STATE_NOCARRIER, &dev->state);
}

void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
void netif_device_detach(struct net_device *dev);
void netif_device_attach(struct net_device *dev);

static inline struct netdev_queue *netdev_get_tx_queue(const struct net_device *dev, unsigned int index)
{
    return &dev->_tx[index];
}

/* Have the uplink offer packets again for a queue it was told to stop. Context: any. */
void vmklinux_queue_go(struct netdev_queue *dev_queue);

static inline void netif_tx_stop_queue(struct netdev_queue *dev_queue)
{
    set_bit(__QUEUE_STATE_DRV_XOFF, &dev_queue->state);
}

static inline void netif_tx_start_queue(struct netdev_queue *dev_queue)
{
    clear_bit(__QUEUE_STATE_DRV_XOFF, &dev_queue->state);
    if (unlikely(READ_ONCE(dev_queue->uplink_stopped)))
        vmklinux_queue_go(dev_queue);
}

static inline void netif_tx_wake_queue(struct netdev_queue *dev_queue)
{
    netif_tx_start_queue(dev_queue);
}

static inline bool netif_tx_queue_stopped(const struct netdev_queue *dev_queue)
{
    return test_bit(__QUEUE_STATE_DRV_XOFF, &dev_queue->state);
}

static inline bool netif_xmit_stopped(const struct netdev_queue *dev_queue)
{
    return dev_queue->state & QUEUE_STATE_DRV_XOFF;
}

static inline bool netif_xmit_frozen_or_stopped(const struct netdev_queue *dev_queue)
{
    return dev_queue->state & (QUEUE_STATE_DRV_XOFF | QUEUE_STATE_FROZEN);
}

static inline void netif_start_queue(struct net_device *dev)
{
    netif_tx_start_queue(netdev_get_tx_queue(dev, 0));
}

static inline void netif_stop_queue(struct net_device *dev)
{
    netif_tx_stop_queue(netdev_get_tx_queue(dev, 0));
}

static inline void netif_wake_queue(struct net_device *dev)
{
    netif_tx_wake_queue(netdev_get_tx_queue(dev, 0));
}

static inline bool netif_queue_stopped(const struct net_device *dev)
{
    return netif_tx_queue_stopped(netdev_get_tx_queue(dev, 0));
}

static inline bool __netif_subqueue_stopped(const struct net_device *dev, u16 queue_index)
{
    return netif_tx_queue_stopped(netdev_get_tx_queue(dev, queue_index));
}

static inline void netif_stop_subqueue(struct net_device *dev, u16 queue_index)
{
    netif_tx_stop_queue(netdev_get_tx_queue(dev, queue_index));
}

static inline void netif_wake_subqueue(struct net_device *dev, u16 queue_index)
{
    netif_tx_wake_queue(netdev_get_tx_queue(dev, queue_index));
}

void netif_tx_start_all_queues(struct net_device *dev);
void netif_tx_stop_all_queues(struct net_device *dev);
void netif_tx_wake_all_queues(struct net_device *dev);
/* As netif_tx_stop_all_queues(); on return no transmission is under way. */
void netif_tx_disable(struct net_device *dev);

static inline void __netif_tx_lock(struct netdev_queue *txq, int cpu) VMK_ACQUIRE(&txq->_xmit_lock)
{
    spin_lock(&txq->_xmit_lock);
}

static inline void __netif_tx_unlock(struct netdev_queue *txq) VMK_RELEASE(&txq->_xmit_lock)
{
    spin_unlock(&txq->_xmit_lock);
}

static inline void txq_trans_cond_update(struct netdev_queue *txq)
{
    if (txq->trans_start != jiffies)
        WRITE_ONCE(txq->trans_start, jiffies);
}

static inline void netif_trans_update(struct net_device *dev)
{
    txq_trans_cond_update(netdev_get_tx_queue(dev, 0));
}

/* Whether more packets for the same queue follow at once: a bool a CPU, set around ndo_start_xmit. */
extern vmk_PCPUStorage vmklinux_xmit_more;

static inline bool netdev_xmit_more(void)
{
    return *VMK_PCPU_HERE(bool, vmklinux_xmit_more);
}

/*
 * --- byte queue limits: none ---
 *
 * They keep frames out of the hardware's queue so that a scheduler can still reorder them. The uplink's
 * backlog is first in, first out.
 */

static inline void netdev_tx_sent_queue(struct netdev_queue *dev_queue, unsigned int bytes)
{
}

static inline void netdev_sent_queue(struct net_device *dev, unsigned int bytes)
{
}

static inline void netdev_tx_completed_queue(struct netdev_queue *dev_queue, unsigned int pkts,
                                             unsigned int bytes)
{
}

static inline void netdev_completed_queue(struct net_device *dev, unsigned int pkts, unsigned int bytes)
{
}

static inline void netdev_tx_reset_queue(struct netdev_queue *q)
{
}

static inline void netdev_reset_queue(struct net_device *dev_queue)
{
}

/* --- messages --- */

enum {
    NETIF_MSG_DRV_BIT,
    NETIF_MSG_PROBE_BIT,
    NETIF_MSG_LINK_BIT,
    NETIF_MSG_TIMER_BIT,
    NETIF_MSG_IFDOWN_BIT,
    NETIF_MSG_IFUP_BIT,
    NETIF_MSG_RX_ERR_BIT,
    NETIF_MSG_TX_ERR_BIT,
    NETIF_MSG_TX_QUEUED_BIT,
    NETIF_MSG_INTR_BIT,
    NETIF_MSG_TX_DONE_BIT,
    NETIF_MSG_RX_STATUS_BIT,
    NETIF_MSG_PKTDATA_BIT,
    NETIF_MSG_HW_BIT,
    NETIF_MSG_WOL_BIT,
};

#define __NETIF_MSG(name)      ((u32)1 << NETIF_MSG_##name##_BIT)
#define NETIF_MSG_DRV          __NETIF_MSG(DRV)
#define NETIF_MSG_PROBE        __NETIF_MSG(PROBE)
#define NETIF_MSG_LINK         __NETIF_MSG(LINK)
#define NETIF_MSG_TIMER        __NETIF_MSG(TIMER)
#define NETIF_MSG_IFDOWN       __NETIF_MSG(IFDOWN)
#define NETIF_MSG_IFUP         __NETIF_MSG(IFUP)
#define NETIF_MSG_RX_ERR       __NETIF_MSG(RX_ERR)
#define NETIF_MSG_TX_ERR       __NETIF_MSG(TX_ERR)
#define NETIF_MSG_TX_QUEUED    __NETIF_MSG(TX_QUEUED)
#define NETIF_MSG_INTR         __NETIF_MSG(INTR)
#define NETIF_MSG_TX_DONE      __NETIF_MSG(TX_DONE)
#define NETIF_MSG_RX_STATUS    __NETIF_MSG(RX_STATUS)
#define NETIF_MSG_PKTDATA      __NETIF_MSG(PKTDATA)
#define NETIF_MSG_HW           __NETIF_MSG(HW)
#define NETIF_MSG_WOL          __NETIF_MSG(WOL)

#define netif_msg_drv(p)       ((p)->msg_enable & NETIF_MSG_DRV)
#define netif_msg_probe(p)     ((p)->msg_enable & NETIF_MSG_PROBE)
#define netif_msg_link(p)      ((p)->msg_enable & NETIF_MSG_LINK)
#define netif_msg_timer(p)     ((p)->msg_enable & NETIF_MSG_TIMER)
#define netif_msg_ifdown(p)    ((p)->msg_enable & NETIF_MSG_IFDOWN)
#define netif_msg_ifup(p)      ((p)->msg_enable & NETIF_MSG_IFUP)
#define netif_msg_rx_err(p)    ((p)->msg_enable & NETIF_MSG_RX_ERR)
#define netif_msg_tx_err(p)    ((p)->msg_enable & NETIF_MSG_TX_ERR)
#define netif_msg_tx_queued(p) ((p)->msg_enable & NETIF_MSG_TX_QUEUED)
#define netif_msg_intr(p)      ((p)->msg_enable & NETIF_MSG_INTR)
#define netif_msg_tx_done(p)   ((p)->msg_enable & NETIF_MSG_TX_DONE)
#define netif_msg_rx_status(p) ((p)->msg_enable & NETIF_MSG_RX_STATUS)
#define netif_msg_pktdata(p)   ((p)->msg_enable & NETIF_MSG_PKTDATA)
#define netif_msg_hw(p)        ((p)->msg_enable & NETIF_MSG_HW)
#define netif_msg_wol(p)       ((p)->msg_enable & NETIF_MSG_WOL)

static inline u32 netif_msg_init(int debug_value, int default_msg_enable_bits)
{
    if (debug_value < 0 || (size_t)debug_value >= sizeof(u32) * 8)
        return (u32)default_msg_enable_bits;
    return ((u32)1 << debug_value) - 1;
}

/* Whether one more message about packets may be logged now. Context: any. */
int net_ratelimit(void);

#endif
