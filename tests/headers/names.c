/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.c - a driver's text that names one thing of each kind that the cross-check of headers compares. It is
 * parsed, never compiled; ci/checks/header-mutants.sh says what is made wrong about each.
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define REGISTER(dev, number)   readw((dev)->base + (number))
#define OF_THE_DEVICE(name)     pci_##name##_master
#define NAME_OF(dev)            netdev_name(dev)
#define WHEN_RUNNING(dev, what) (netif_running(dev) ? (what) : 0)

struct names {
    void __iomem *base;
    struct pci_dev *pdev;
    struct net_device *netdev;
};

static const struct pci_device_id ids[] = {{PCI_VDEVICE(INTEL, 0x100e)}, {}};
MODULE_DEVICE_TABLE(pci, ids);

static pci_ers_result_t error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
    return state == pci_channel_io_perm_failure ? PCI_ERS_RESULT_DISCONNECT : PCI_ERS_RESULT_NEED_RESET;
}

static pci_ers_result_t slot_reset(struct pci_dev *pdev)
{
    return pdev->msi_enabled ? PCI_ERS_RESULT_RECOVERED : PCI_ERS_RESULT_NONE;
}

static const struct pci_error_handlers by_position = {error_detected, slot_reset, slot_reset};

static netdev_tx_t start(struct sk_buff *skb, struct net_device *dev)
{
    struct vlan_ethhdr *header = (struct vlan_ethhdr *)skb->data;

    if (skb->protocol != header->h_vlan_proto)
        dev->features &= ~NETIF_F_ALL_TSO;
    return NETDEV_TX_OK;
}

static const struct net_device_ops ops = {.ndo_start_xmit = start};

static int names(struct names *names, gfp_t flags)
{
    char text[8];
    void *memory = kmalloc(8, flags);
    dma_addr_t address = dma_map_single(&names->pdev->dev, memory, 8, DMA_TO_DEVICE);

    snprintf(text, sizeof(text), "%u", REGISTER(names, 2));
    eth_hw_addr_set(names->netdev, memory);
    OF_THE_DEVICE(set)(names->pdev);
    names->base = ioremap(address, 8);
    names->netdev->netdev_ops = &ops;
    names->pdev->driver->err_handler = &by_position;
    printk(KERN_ERR "%s %lu\n", NAME_OF(names->netdev), jiffies);
    return pci_enable_device(names->pdev) + WHEN_RUNNING(names->netdev, IRQF_SHARED) +
           (int)msecs_to_jiffies(VLAN_HLEN);
}

static int __init names_init(void)
{
    static struct names all;

    return names(&all, GFP_KERNEL);
}
module_init(names_init);
