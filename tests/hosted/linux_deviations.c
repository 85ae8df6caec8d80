/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_deviations.c - what is not as in Linux, as a driver finds it (vmklinux/DEVIATIONS.md).
 */
#include "../unit/vmklinux/linux_test.h"
#include "deviations_start.h"

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

static struct pci_driver driver = {.name = "deviations", .id_table = ids, .probe = probe, .remove = remove};

static int start(void)
{
    return pci_register_driver(&driver);
}
module_init(start);

static void stop(void)
{
    pci_unregister_driver(&driver);
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
    EXPECT(msleep_interruptible(100) == 0);
    EXPECT(wait_event_interruptible_timeout(queue, false, HZ / 10) == 0);
    EXPECT(time_after_eq(jiffies, before + HZ / 5));
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
    {"what a frame says of itself is kept whole", what_a_frame_says_of_itself_is_kept_whole},
    {NULL, NULL}};
