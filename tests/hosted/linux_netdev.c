/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_netdev.c - a network device's configuration and its interrupt, as a driver for two functions without
 * registers finds them.
 */
#include "../unit/vmklinux/linux_test.h"
#include "functions_start.h"

#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <vmklinux/netdev.h>

MODULE_LICENSE("GPL v2");

static struct pci_dev *nic;

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
    nic = nic ? nic : pdev;
    return pci_enable_device(pdev);
}

static void remove(struct pci_dev *pdev)
{
    pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID)}, {}};

static struct pci_driver driver = {.name = "netdev", .id_table = ids, .probe = probe, .remove = remove};
module_pci_driver(driver);

/* What the driver was asked for. */
static unsigned int mtu_changes, fixes, settings, inits, uninits;

static int init(struct net_device *dev)
{
    inits++;
    return 0;
}

static void uninit(struct net_device *dev)
{
    uninits++;
}

static int change_mtu(struct net_device *dev, int mtu)
{
    mtu_changes++;
    dev->mtu = (unsigned int)mtu;
    return 0;
}

/* Tags are stripped and inserted together, as by e1000. */
static netdev_features_t fix(struct net_device *dev, netdev_features_t features)
{
    fixes++;
    return features & NETIF_F_HW_VLAN_CTAG_RX ? features | NETIF_F_HW_VLAN_CTAG_TX
                                              : features & ~NETIF_F_HW_VLAN_CTAG_TX;
}

static int set(struct net_device *dev, netdev_features_t features)
{
    settings++;
    return 0;
}

static const struct net_device_ops ops = {
    .ndo_init = init,
    .ndo_uninit = uninit,
    .ndo_change_mtu = change_mtu,
    .ndo_set_mac_address = eth_mac_addr,
    .ndo_fix_features = fix,
    .ndo_set_features = set,
};

static struct net_device *make_device(void)
{
    struct net_device *dev = alloc_etherdev(0);

    EXPECT(dev && nic);
    dev->netdev_ops = &ops;
    dev->max_mtu = 9000;
    SET_NETDEV_DEV(dev, &nic->dev);
    dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_HW_VLAN_CTAG_RX;
    dev->features = dev->hw_features;
    return dev;
}

static void drop_device(struct net_device *dev)
{
    unregister_netdev(dev);
    free_netdev(dev);
}

static bool set_features(struct net_device *dev, netdev_features_t features, bool on)
{
    int err;

    rtnl_lock();
    err = vmklinux_dev_set_features(dev, features, on);
    rtnl_unlock();
    return err == 0;
}

static void an_mtu_that_stays_is_no_change(void)
{
    struct net_device *dev = make_device();

    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    rtnl_lock();
    EXPECT(vmklinux_dev_set_mtu(dev, 1500) == 0 && mtu_changes == 0);
    EXPECT(vmklinux_dev_set_mtu(dev, 9000) == 0 && mtu_changes == 1);
    EXPECT(vmklinux_dev_set_mtu(dev, 9001) == -EINVAL && mtu_changes == 1);
    rtnl_unlock();
    drop_device(dev);
}

static void features_are_fixed_when_registered(void)
{
    struct net_device *dev = make_device();

    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    EXPECT(fixes == 1 && settings == 1 && (dev->features & NETIF_F_HW_VLAN_CTAG_TX));
    drop_device(dev);
}

static void an_offload_goes_with_what_it_stands_on(void)
{
    struct net_device *dev = make_device();

    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    EXPECT(set_features(dev, NETIF_F_HW_CSUM, false));
    EXPECT(!(dev->features & NETIF_F_ALL_TSO) && (dev->features & NETIF_F_SG));
    EXPECT(set_features(dev, NETIF_F_HW_CSUM, true));
    EXPECT((dev->features & NETIF_F_TSO) && (dev->features & NETIF_F_TSO6));
    EXPECT(set_features(dev, NETIF_F_SG, false) && !(dev->features & NETIF_F_ALL_TSO));
    EXPECT(!set_features(dev, NETIF_F_RXCSUM, true));
    drop_device(dev);
}

static void an_address_tells_where_it_is_from(void)
{
    static const u8 given[ETH_ALEN] = {2, 0, 0, 0, 0, 1}, chosen[ETH_ALEN] = {2, 0, 0, 0, 0, 2};
    static const u8 nothing[ETH_ALEN];
    struct net_device *dev = make_device();

    eth_hw_addr_set(dev, given);
    EXPECT(register_netdev(dev) == 0);
    EXPECT(dev->addr_assign_type == NET_ADDR_PERM && !memcmp(dev->perm_addr, given, ETH_ALEN));
    rtnl_lock();
    EXPECT(vmklinux_dev_set_mac(dev, chosen) == 0 && dev->addr_assign_type == NET_ADDR_SET);
    netif_device_detach(dev);
    EXPECT(vmklinux_dev_set_mac(dev, given) == -ENODEV);
    rtnl_unlock();
    EXPECT(!memcmp(dev->dev_addr, chosen, ETH_ALEN) && !memcmp(dev->perm_addr, given, ETH_ALEN));
    drop_device(dev);

    dev = make_device();
    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    EXPECT(dev->addr_assign_type == NET_ADDR_RANDOM && !memcmp(dev->perm_addr, nothing, ETH_ALEN));
    drop_device(dev);
}

/* A poll that could not be had makes registration fail, after ndo_init. */
static void what_was_begun_is_ended_when_registering_fails(void)
{
    struct net_device *dev = make_device();
    struct napi_struct napi = {.dev = dev};

    eth_hw_addr_random(dev);
    list_add(&napi.dev_list, &dev->napi_list);
    EXPECT(register_netdev(dev) == -ENOMEM);
    EXPECT(inits == 1 && uninits == 1);
    list_del(&napi.dev_list);
    free_netdev(dev);
}

static unsigned int timeouts, unfrozen;

static void time_out(struct net_device *dev, unsigned int queue)
{
    timeouts++;
    EXPECT(queue == 0);
    for (unsigned int i = 0; i < dev->num_tx_queues; i++)
        unfrozen += !test_bit(__QUEUE_STATE_FROZEN, &dev->_tx[i].state);
    /* What a driver does about it, on the spot or later. */
    netif_tx_disable(dev);
}

static netdev_tx_t transmit(struct sk_buff *skb, struct net_device *dev)
{
    dev_kfree_skb_any(skb);
    return NETDEV_TX_OK;
}

static const struct net_device_ops hanging_ops = {.ndo_start_xmit = transmit, .ndo_tx_timeout = time_out};

/* Both queues hang; the driver is told of one, with all of them frozen. */
static void nothing_is_sent_while_a_time_out_is_seen_to(void)
{
    struct net_device *dev = alloc_etherdev_mq(0, 2);

    EXPECT(dev && nic);
    dev->netdev_ops = &hanging_ops;
    dev->watchdog_timeo = HZ / 10;
    SET_NETDEV_DEV(dev, &nic->dev);
    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    use_uplink(true);
    netif_carrier_on(dev);
    netif_tx_stop_all_queues(dev);
    msleep(1000);
    EXPECT(timeouts > 1 && unfrozen == 0);
    netif_carrier_off(dev);
    msleep(200);
    for (unsigned int i = 0; i < dev->num_tx_queues; i++)
        EXPECT(!test_bit(__QUEUE_STATE_FROZEN, &dev->_tx[i].state));
    EXPECT(dev->_tx[0].trans_timeout == timeouts && dev->_tx[1].trans_timeout == 0);
    use_uplink(false);
    drop_device(dev);
}

static unsigned int interrupts, threads;

static irqreturn_t wake(int irq, void *cookie)
{
    interrupts++;
    return IRQ_WAKE_THREAD;
}

static irqreturn_t thread(int irq, void *cookie)
{
    EXPECT(!in_interrupt() && interrupts == 1);
    msleep(20);
    EXPECT(interrupts == 1); /* The line is still up, and held. */
    threads++;
    raise_line(false);
    return IRQ_HANDLED;
}

static void a_threads_line_is_held_until_it_has_run(void)
{
    static const char name[] = "threaded";

    EXPECT(request_threaded_irq(nic->irq, wake, thread, IRQF_ONESHOT, name, nic) == 0);
    raise_line(true);
    msleep(100);
    EXPECT(interrupts == 1 && threads == 1);
    interrupts = 0;
    raise_line(true);
    msleep(100);
    EXPECT(interrupts == 1 && threads == 2);
    EXPECT(free_irq(nic->irq, nic) == name);
}

static void what_cannot_wake_the_system_is_not_told_to(void)
{
    struct device dev = {.power.can_wakeup = false};

    EXPECT(device_set_wakeup_enable(&dev, true) == -EINVAL &&
           device_set_wakeup_enable(&dev, false) == -EINVAL);
    dev.power.can_wakeup = true;
    EXPECT(device_set_wakeup_enable(&dev, true) == 0 && dev.power.wakeup_enabled);
}

static void raw_frames_have_types_of_their_own(void)
{
    static const u8 frames[][16] = {
        {[12] = 0x08, 0x00}, {[12] = 0x00, 0x20, 0xaa, 0xaa}, {[12] = 0x00, 0x20, 0xff, 0xff}};
    static const u16 types[] = {ETH_P_IP, ETH_P_802_2, ETH_P_802_3};
    struct net_device *dev = make_device();

    for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
        struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

        EXPECT(skb);
        skb_put_data(skb, frames[i], sizeof(frames[i]));
        EXPECT(eth_type_trans(skb, dev) == htons(types[i]));
        kfree_skb(skb);
    }
    free_netdev(dev);
}

const struct linux_case linux_cases[] = {
    {"an MTU that stays is no change", an_mtu_that_stays_is_no_change},
    {"features are fixed when registered", features_are_fixed_when_registered},
    {"an offload goes with what it stands on", an_offload_goes_with_what_it_stands_on},
    {"an address tells where it is from", an_address_tells_where_it_is_from},
    {"what was begun is ended when registering fails", what_was_begun_is_ended_when_registering_fails},
    {"nothing is sent while a time-out is seen to", nothing_is_sent_while_a_time_out_is_seen_to},
    {"a thread's line is held until it has run", a_threads_line_is_held_until_it_has_run},
    {"what cannot wake the system is not told to", what_cannot_wake_the_system_is_not_told_to},
    {"raw frames have types of their own", raw_frames_have_types_of_their_own},
    {NULL, NULL}};
