/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sch_generic.c - the transmit side of a device as the layer above sees it: queues stopped and going, the
 * carrier, and the watchdog that tells a driver of a transmitter that hangs.
 */
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <vmklinux/netdev.h>

/* --- queues --- */

void vmklinux_queue_go(struct netdev_queue *dev_queue)
{
    struct net_device *dev = dev_queue->dev;
    vmk_Uplink uplink = READ_ONCE(dev->uplink);

    if (uplink && xchg(&dev_queue->uplink_stopped, false))
        vmk_UplinkQueueStart(uplink, (vmk_uint32)(dev_queue - dev->_tx));
}
EXPORT_SYMBOL(vmklinux_queue_go);

void netif_tx_start_all_queues(struct net_device *dev)
{
    for (unsigned int i = 0; i < dev->num_tx_queues; i++)
        netif_tx_start_queue(&dev->_tx[i]);
}
EXPORT_SYMBOL(netif_tx_start_all_queues);

void netif_tx_wake_all_queues(struct net_device *dev)
{
    netif_tx_start_all_queues(dev);
}
EXPORT_SYMBOL(netif_tx_wake_all_queues);

void netif_tx_stop_all_queues(struct net_device *dev)
{
    for (unsigned int i = 0; i < dev->num_tx_queues; i++)
        netif_tx_stop_queue(&dev->_tx[i]);
}
EXPORT_SYMBOL(netif_tx_stop_all_queues);

void netif_tx_disable(struct net_device *dev)
{
    local_bh_disable();
    for (unsigned int i = 0; i < dev->num_tx_queues; i++) {
        struct netdev_queue *txq = &dev->_tx[i];

        __netif_tx_lock(txq, smp_processor_id());
        netif_tx_stop_queue(txq);
        __netif_tx_unlock(txq);
    }
    local_bh_enable();
}
EXPORT_SYMBOL(netif_tx_disable);

/* --- carrier --- */

static void report_link(struct work_struct *work)
{
    struct net_device *dev = container_of(work, struct net_device, link_work);
    vmk_LinkStatus status;

    rtnl_lock();
    if (!dev->leaving) {
        vmklinux_ethtool_link_status(dev, &status);
        vmk_UplinkUpdateLinkState(dev->uplink, &status);
    }
    rtnl_unlock();
}

void vmklinux_dev_configured(struct net_device *dev)
{
    rtnl_unlock();
    flush_work(&dev->link_work);
}

void netif_carrier_on(struct net_device *dev)
{
    if (!test_and_clear_bit(__LINK_STATE_NOCARRIER, &dev->state))
        return;
    for (unsigned int i = 0; i < dev->num_tx_queues; i++)
        txq_trans_cond_update(&dev->_tx[i]);
    if (dev->uplink)
        schedule_work(&dev->link_work);
}
EXPORT_SYMBOL(netif_carrier_on);

void netif_carrier_off(struct net_device *dev)
{
    if (!test_and_set_bit(__LINK_STATE_NOCARRIER, &dev->state) && dev->uplink)
        schedule_work(&dev->link_work);
}
EXPORT_SYMBOL(netif_carrier_off);

void netif_device_detach(struct net_device *dev)
{
    if (test_and_clear_bit(__LINK_STATE_PRESENT, &dev->state) && netif_running(dev))
        netif_tx_stop_all_queues(dev);
}
EXPORT_SYMBOL(netif_device_detach);

void netif_device_attach(struct net_device *dev)
{
    if (!test_and_set_bit(__LINK_STATE_PRESENT, &dev->state) && netif_running(dev)) {
        netif_tx_wake_all_queues(dev);
        vmklinux_watchdog_up(dev);
    }
}
EXPORT_SYMBOL(netif_device_attach);

/* --- watchdog --- */

static bool has_timed_out(struct net_device *dev, const struct netdev_queue *txq)
{
    return netif_xmit_stopped(txq) &&
           time_after(jiffies, READ_ONCE(txq->trans_start) + (unsigned long)dev->watchdog_timeo);
}

/* Nothing is being transmitted when this returns, nor will be until it is undone. */
static void freeze_queues(struct net_device *dev)
{
    for (unsigned int i = 0; i < dev->num_tx_queues; i++) {
        struct netdev_queue *txq = &dev->_tx[i];

        __netif_tx_lock(txq, smp_processor_id());
        set_bit(__QUEUE_STATE_FROZEN, &txq->state);
        __netif_tx_unlock(txq);
    }
}

static void thaw_queues(struct net_device *dev)
{
    for (unsigned int i = 0; i < dev->num_tx_queues; i++) {
        struct netdev_queue *txq = &dev->_tx[i];

        clear_bit(__QUEUE_STATE_FROZEN, &txq->state);
        smp_mb__after_atomic();
        if (!netif_xmit_stopped(txq))
            vmklinux_queue_go(txq);
    }
}

/* Tell the driver of the first queue that hangs. */
static void check_queues(struct net_device *dev)
{
    unsigned int i = 0;

    while (i < dev->num_tx_queues && !has_timed_out(dev, &dev->_tx[i]))
        i++;
    if (i == dev->num_tx_queues)
        return;
    dev->_tx[i].trans_timeout++;
    netdev_warn(dev, "transmit queue %u timed out (%u ms)\n", i,
                jiffies_to_msecs(jiffies - dev->_tx[i].trans_start));
    freeze_queues(dev);
    dev->netdev_ops->ndo_tx_timeout(dev, i);
    thaw_queues(dev);
}

static void watchdog(struct timer_list *t)
{
    struct net_device *dev = from_timer(dev, t, watchdog_timer);

    if (!netif_device_present(dev) || !netif_running(dev))
        return;
    if (netif_carrier_ok(dev))
        check_queues(dev);
    mod_timer(&dev->watchdog_timer, jiffies + (unsigned long)dev->watchdog_timeo);
}

void vmklinux_watchdog_up(struct net_device *dev)
{
    if (!dev->netdev_ops->ndo_tx_timeout)
        return;
    if (dev->watchdog_timeo <= 0)
        dev->watchdog_timeo = 5 * HZ;
    mod_timer(&dev->watchdog_timer, jiffies + (unsigned long)dev->watchdog_timeo);
}

void vmklinux_watchdog_down(struct net_device *dev)
{
    del_timer_sync(&dev->watchdog_timer);
}

void vmklinux_sched_init(struct net_device *dev)
{
    vmklinux_timer_init(dev->module, &dev->watchdog_timer, watchdog, 0);
    INIT_WORK(&dev->link_work, report_link);
}
