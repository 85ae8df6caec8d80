/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_deviations.c - what is not as in Linux, as a driver finds it (vmklinux/DEVIATIONS.md).
 */
#include "../unit/vmklinux/linux_test.h"
#include "functions_start.h"
#include "logged.h"

#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

MODULE_LICENSE("GPL v2");

#define MANY 64

static struct pci_dev *nic, *neighbour;
static unsigned int never; /* calls of what is never called */

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
    if (nic)
        neighbour = pdev;
    else
        nic = pdev;
    return pci_enable_device(pdev);
}

static void remove(struct pci_dev *pdev)
{
    pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID)}, {}};

static int never_pm(struct device *dev)
{
    return (int)++never;
}

static int never_sleep(struct pci_dev *pdev, pm_message_t state)
{
    return (int)++never;
}

static int never_wake(struct pci_dev *pdev)
{
    return (int)++never;
}

static int never_virtual(struct pci_dev *pdev, int num_vfs)
{
    return (int)++never;
}

static pci_ers_result_t never_error(struct pci_dev *pdev, pci_channel_state_t state)
{
    never++;
    return PCI_ERS_RESULT_NONE;
}

/* DEVIATION-016 */
static const struct dev_pm_ops pm_ops = {SET_SYSTEM_SLEEP_PM_OPS(never_pm, never_pm)
                                             SET_RUNTIME_PM_OPS(never_pm, never_pm, never_pm)};

/* DEVIATION-017 */
static const struct pci_error_handlers error_handlers = {.error_detected = never_error};

static struct pci_driver driver = {
    .name = "deviations",
    .id_table = ids,
    .probe = probe,
    .remove = remove,
    .suspend = never_sleep,
    .resume = never_wake,
    .sriov_configure = never_virtual,
    .err_handler = &error_handlers,
    .driver.pm = &pm_ops,
};

static int start(void)
{
    return pci_register_driver(&driver);
}
module_init(start);

static void stop(void)
{
    pci_unregister_driver(&driver);
    EXPECT(never == 0);
}
module_exit(stop);

/* DEVIATION-001 */
static void memory_is_refused_at_once(void)
{
    static struct page *pages[MANY];
    unsigned long before = jiffies;
    unsigned int count = 0;

    while (count < MANY && (pages[count] = alloc_pages(GFP_KERNEL, 9)) != NULL)
        count++;
    EXPECT(count > 0 && count < MANY);
    EXPECT(jiffies == before);
    while (count > 0)
        __free_pages(pages[--count], 9);
}

static void log_in_two_parts(void)
{
    pr_info("one ");
    pr_cont("two\n");
}

/* DEVIATION-004 */
static void what_continues_a_line_is_one(void)
{
    EXPECT(logged_lines(log_in_two_parts) == 2);
}

/* DEVIATION-005 */
static void a_device_is_named_by_its_uplink(void)
{
    static const struct net_device_ops ops;
    struct net_device *dev = alloc_etherdev(0);

    EXPECT(dev);
    dev->netdev_ops = &ops;
    SET_NETDEV_DEV(dev, &nic->dev);
    strscpy(dev->name, "eth%d", sizeof(dev->name));
    eth_hw_addr_random(dev);
    EXPECT(register_netdev(dev) == 0);
    EXPECT(!strcmp(dev->name, "vmnic0"));
    unregister_netdev(dev);
    free_netdev(dev);
}

static bool was_here;
static void *frag;
static struct sk_buff *skbs[2];

static irqreturn_t allocate(int irq, void *cookie)
{
    was_here = in_hardirq();
    raise_line(false);
    skbs[0] = alloc_skb(64, GFP_ATOMIC);
    skbs[1] = netdev_alloc_skb(NULL, 64);
    frag = netdev_alloc_frag(64);
    return IRQ_HANDLED;
}

/* DEVIATION-006 */
static void an_interrupt_gets_no_frame_memory(void)
{
    struct sk_buff *skb;

    EXPECT(nic && request_irq(nic->irq, allocate, 0, "deep", nic) == 0);
    raise_line(true);
    EXPECT(was_here && !skbs[0] && !skbs[1] && !frag);
    free_irq(nic->irq, nic);
    skb = alloc_skb(64, GFP_ATOMIC);
    EXPECT(skb);
    kfree_skb(skb);
}

static irqreturn_t ignore(int irq, void *cookie)
{
    return IRQ_NONE;
}

/* DEVIATION-007: what one has for itself, the other can still have. */
static void neighbours_on_a_line_have_their_own_interrupt(void)
{
    EXPECT(nic && neighbour && nic->irq != neighbour->irq);
    EXPECT(request_irq(nic->irq, ignore, 0, "one", nic) == 0);
    EXPECT(request_irq(neighbour->irq, ignore, 0, "other", neighbour) == 0);
    free_irq(nic->irq, nic);
    free_irq(neighbour->irq, neighbour);
}

/* DEVIATION-008 */
static void nothing_is_time_stamped(void)
{
    struct ethtool_ts_info info = {.so_timestamping = ~0u};

    EXPECT(ethtool_op_get_ts_info(NULL, &info) == 0);
    EXPECT(info.so_timestamping == 0 && info.phc_index == -1);
}

static struct work_struct works[4];
static unsigned int running;

static void work(struct work_struct *unused)
{
    running++;
    msleep(10);
}

/* DEVIATION-009: items of all system queues wait for the same worlds. */
static void the_system_queues_are_one(void)
{
    struct workqueue_struct *queues[] = {system_wq, system_highpri_wq, system_long_wq, system_unbound_wq};

    for (unsigned int i = 0; i < ARRAY_SIZE(works); i++) {
        INIT_WORK(&works[i], work);
        EXPECT(queues[i] == system_wq && queue_work(queues[i], &works[i]));
    }
    flush_workqueue(system_highpri_wq);
    EXPECT(running == ARRAY_SIZE(works));
}

/* DEVIATION-011 */
static void nothing_is_interrupted(void)
{
    static DEFINE_MUTEX(mutex);
    DECLARE_WAIT_QUEUE_HEAD(queue);
    unsigned long before = jiffies;

    EXPECT(mutex_lock_interruptible(&mutex) == 0);
    mutex_unlock(&mutex);
    EXPECT(msleep_interruptible(100) == 0 && schedule_timeout_interruptible(HZ / 10) == 0);
    EXPECT(wait_event_interruptible_timeout(queue, false, HZ / 10) == 0);
    EXPECT(time_after_eq(jiffies, before + 3 * HZ / 10));
}

/* DEVIATION-012 */
static void power_is_not_cut(void)
{
    EXPECT(nic);
    EXPECT(pci_set_power_state(nic, PCI_D3cold) == 0);
    EXPECT(nic->current_state == PCI_D3hot);
    EXPECT(pci_set_power_state(nic, PCI_D0) == 0);
}

/* DEVIATION-013 */
static void memory_for_old_dma_is_any_memory(void)
{
    static void *memory[MANY];
    bool beyond = false;
    unsigned int count = 0;

    while (count < MANY && !beyond && (memory[count] = kmalloc(1 << 20, GFP_KERNEL | GFP_DMA)) != NULL)
        beyond = virt_to_phys(memory[count++]) >= 16 << 20;
    EXPECT(beyond);
    while (count > 0)
        kfree(memory[--count]);
}

/* DEVIATION-018 */
static int never_ioctl(struct net_device *dev, struct ifreq *ifr, int cmd)
{
    return (int)++never;
}

/* DEVIATION-019 */
static netdev_features_t never_features(struct sk_buff *skb, struct net_device *dev,
                                        netdev_features_t features)
{
    never++;
    return features;
}

static u16 never_select(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
    never++;
    return 0;
}

/* DEVIATION-020 */
static u32 never_flags(struct net_device *dev)
{
    return ++never;
}

static int never_time(struct net_device *dev, struct ethtool_ts_info *info)
{
    return (int)++never;
}

static int never_energy(struct net_device *dev, struct ethtool_eee *eee)
{
    return (int)++never;
}

static unsigned int transmitted;

static netdev_tx_t transmit(struct sk_buff *skb, struct net_device *dev)
{
    transmitted++;
    dev_kfree_skb_any(skb);
    return NETDEV_TX_OK;
}

static const struct net_device_ops uncalled_ops = {.ndo_start_xmit = transmit,
                                                   .ndo_features_check = never_features,
                                                   .ndo_select_queue = never_select,
                                                   .ndo_do_ioctl = never_ioctl,
                                                   .ndo_eth_ioctl = never_ioctl};

static const struct ethtool_ops uncalled_ethtool = {.get_link = never_flags,
                                                    .get_priv_flags = never_flags,
                                                    .get_ts_info = never_time,
                                                    .get_eee = never_energy,
                                                    .set_eee = never_energy};

/* A life of a device: its link comes up, a frame goes out, its power changes. */
static void some_functions_are_never_called(void)
{
    struct net_device *dev = alloc_etherdev_mq(0, 2);

    EXPECT(dev);
    dev->netdev_ops = &uncalled_ops;
    dev->ethtool_ops = &uncalled_ethtool;
    SET_NETDEV_DEV(dev, &nic->dev);
    eth_hw_addr_random(dev);
    netif_carrier_off(dev);
    EXPECT(register_netdev(dev) == 0);
    use_uplink(true);
    netif_carrier_on(dev);
    netif_tx_start_all_queues(dev);
    for (unsigned int i = 0; i < MANY && !transmitted; i++)
        use_uplink(true);
    EXPECT(transmitted > 0);
    EXPECT(pci_set_power_state(nic, PCI_D3hot) == 0 && pci_set_power_state(nic, PCI_D0) == 0);
    use_uplink(false);
    unregister_netdev(dev);
    free_netdev(dev);
    stop();
    EXPECT(never == 0);
}

/* DEVIATION-015: Linux's have two bits, three and one. */
static void what_a_frame_says_of_itself_is_kept_whole(void)
{
    struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);

    EXPECT(skb);
    skb->ip_summed = 4;
    skb->pkt_type = 8;
    skb->no_fcs = 2;
    EXPECT(skb->ip_summed == 4 && skb->pkt_type == 8 && skb->no_fcs == 2);
    kfree_skb(skb);
}

const struct linux_case linux_cases[] = {
    {"memory is refused at once", memory_is_refused_at_once},
    {"what continues a line is one", what_continues_a_line_is_one},
    {"a device is named by its uplink", a_device_is_named_by_its_uplink},
    {"an interrupt gets no frame memory", an_interrupt_gets_no_frame_memory},
    {"neighbours on a line have their own interrupt", neighbours_on_a_line_have_their_own_interrupt},
    {"nothing is time-stamped", nothing_is_time_stamped},
    {"the system queues are one", the_system_queues_are_one},
    {"nothing is interrupted", nothing_is_interrupted},
    {"power is not cut", power_is_not_cut},
    {"memory for old DMA is any memory", memory_for_old_dma_is_any_memory},
    {"some functions are never called", some_functions_are_never_called},
    {"what a frame says of itself is kept whole", what_a_frame_says_of_itself_is_kept_whole},
    {NULL, NULL}};
