/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msi.c - a function's interrupts: its INTx pin, or messages. No handler may be attached while one is
 * exchanged for the other.
 */
#include <linux/export.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <vmklinux/status.h>

static int allocate_pin(struct pci_dev *dev)
{
    vmk_IntrCookie cookie = 0;
    int err = vmklinux_errno(vmk_PCIAllocIntrCookie(
        dev->module->id, dev->vmk_pci, VMK_PCI_INTERRUPT_TYPE_LEGACY, 1, 1, NULL, &cookie, NULL));

    dev->irq = err ? 0 : cookie;
    return err;
}

static int free_all(struct pci_dev *dev)
{
    return vmklinux_errno(vmk_PCIFreeIntrCookie(dev->module->id, dev->vmk_pci));
}

/* Messages in place of the pin. Returns how many, or a negative errno: the pin is back then. */
static int allocate_messages(struct pci_dev *dev, vmk_PCIInterruptType type, unsigned int min_vecs,
                             unsigned int max_vecs, vmk_IntrCookie *cookies)
{
    vmk_uint32 count = 0;
    int err = free_all(dev);

    if (err)
        return err;
    err = vmklinux_errno(vmk_PCIAllocIntrCookie(dev->module->id, dev->vmk_pci, type, max_vecs, min_vecs, NULL,
                                                cookies, &count));
    if (!err)
        return (int)count;
    (void)allocate_pin(dev);
    return err;
}

static int enable_messages(struct pci_dev *dev, vmk_PCIInterruptType type, unsigned int min_vecs,
                           unsigned int max_vecs)
{
    vmk_IntrCookie *cookies = vmklinux_kmalloc(dev->module, max_vecs * sizeof(*cookies), GFP_KERNEL);
    struct pci_vector *vectors =
        vmklinux_kmalloc(dev->module, max_vecs * sizeof(*vectors), GFP_KERNEL | __GFP_ZERO);
    int count = -ENOMEM;

    if (cookies && vectors)
        count = allocate_messages(dev, type, min_vecs, max_vecs, cookies);
    if (count > 0) {
        for (int i = 0; i < count; i++)
            vectors[i].irq = cookies[i];
        dev->vectors = vectors;
        dev->nr_vectors = (unsigned int)count;
        dev->msi_enabled = type == VMK_PCI_INTERRUPT_TYPE_MSI;
        dev->msix_enabled = type == VMK_PCI_INTERRUPT_TYPE_MSIX;
    } else {
        kfree(vectors);
    }
    kfree(cookies);
    return count;
}

void pci_free_irq_vectors(struct pci_dev *dev)
{
    if (!dev->nr_vectors || WARN_ON(free_all(dev)))
        return;
    kfree(dev->vectors);
    dev->vectors = NULL;
    dev->nr_vectors = 0;
    dev->msi_enabled = dev->msix_enabled = false;
    (void)allocate_pin(dev);
}
EXPORT_SYMBOL(pci_free_irq_vectors);

/* Give each CPU to one of @count vectors; where there are more vectors than CPUs, they share. */
static void spread_set(struct pci_vector *vectors, unsigned int count)
{
    unsigned int cpus = num_possible_cpus();

    for (unsigned int i = 0; i < max(count, cpus); i++)
        cpumask_set_cpu(i % cpus, &vectors[count >= cpus ? i : i * count / cpus].affinity);
    for (unsigned int i = 0; i < count; i++)
        WARN_ON(vmk_IntrSetAffinity(vectors[i].irq, cpumask_first(&vectors[i].affinity)) != VMK_OK);
}

/* Have the driver divide @nvecs vectors into sets. Returns how many are not spread, in front. */
static void calculate_sets(struct irq_affinity *affd, unsigned int nvecs)
{
    unsigned int reserved = affd->pre_vectors + affd->post_vectors;
    unsigned int spread = nvecs > reserved ? nvecs - reserved : 0;

    if (affd->calc_sets) {
        affd->calc_sets(affd, spread);
    } else {
        affd->nr_sets = 1;
        affd->set_size[0] = spread;
    }
}

static void spread_vectors(struct pci_dev *dev, struct irq_affinity *affd)
{
    unsigned int first = affd->pre_vectors;

    calculate_sets(affd, dev->nr_vectors);
    for (unsigned int set = 0; set < affd->nr_sets; set++) {
        unsigned int count = affd->set_size[set];

        if (count && !WARN_ON(first + count > dev->nr_vectors))
            spread_set(&dev->vectors[first], count);
        first += count;
    }
}

int pci_alloc_irq_vectors_affinity(struct pci_dev *dev, unsigned int min_vecs, unsigned int max_vecs,
                                   unsigned int flags, struct irq_affinity *affd)
{
    struct irq_affinity everything = {0};
    int count = -ENOSPC;

    if (dev->nr_vectors || min_vecs == 0 || max_vecs < min_vecs)
        return -EINVAL;
    if (!(flags & PCI_IRQ_AFFINITY))
        affd = NULL;
    else if (!affd)
        affd = &everything;
    if ((flags & PCI_IRQ_MSIX) && dev->msix_cap)
        count = enable_messages(dev, VMK_PCI_INTERRUPT_TYPE_MSIX, min_vecs, max_vecs);
    if (count <= 0 && (flags & PCI_IRQ_MSI) && dev->msi_cap)
        count = enable_messages(dev, VMK_PCI_INTERRUPT_TYPE_MSI, min_vecs, max_vecs);
    if (count > 0 && affd)
        spread_vectors(dev, affd);
    if (count > 0)
        return count;
    if (!(flags & PCI_IRQ_LEGACY) || min_vecs > 1 || dev->irq == 0)
        return count;
    if (affd)
        calculate_sets(affd, 1);
    return 1;
}
EXPORT_SYMBOL(pci_alloc_irq_vectors_affinity);

int pci_irq_vector(struct pci_dev *dev, unsigned int nr)
{
    if (dev->nr_vectors)
        return nr < dev->nr_vectors ? (int)dev->vectors[nr].irq : -EINVAL;
    return nr == 0 ? (int)dev->irq : -EINVAL;
}
EXPORT_SYMBOL(pci_irq_vector);

const struct cpumask *pci_irq_get_affinity(struct pci_dev *pdev, int nr)
{
    if (!pdev->nr_vectors || nr < 0 || (unsigned int)nr >= pdev->nr_vectors)
        return NULL;
    return &pdev->vectors[nr].affinity;
}
EXPORT_SYMBOL(pci_irq_get_affinity);

int vmklinux_pci_request_irq(struct pci_dev *dev, unsigned int nr, irq_handler_t handler,
                             irq_handler_t thread_fn, void *dev_id, const char *fmt, ...)
{
    char *name;
    va_list args;
    int ret;

    va_start(args, fmt);
    name = vmklinux_kvasprintf(dev->module, GFP_KERNEL, fmt, args);
    va_end(args);
    if (!name)
        return -ENOMEM;
    ret = vmklinux_request_irq(dev->module, (unsigned int)pci_irq_vector(dev, nr), handler, thread_fn,
                               IRQF_SHARED, name, dev_id);
    if (ret)
        kfree(name);
    return ret;
}
EXPORT_SYMBOL(vmklinux_pci_request_irq);

void pci_free_irq(struct pci_dev *dev, unsigned int nr, void *dev_id)
{
    kfree(free_irq((unsigned int)pci_irq_vector(dev, nr), dev_id));
}
EXPORT_SYMBOL(pci_free_irq);

int pci_enable_msi(struct pci_dev *dev)
{
    int count;

    if (dev->msi_enabled || !dev->msi_cap)
        return -EINVAL;
    count = enable_messages(dev, VMK_PCI_INTERRUPT_TYPE_MSI, 1, 1);
    if (count < 0)
        return count;
    dev->irq = dev->vectors[0].irq;
    return 0;
}
EXPORT_SYMBOL(pci_enable_msi);

void pci_disable_msi(struct pci_dev *dev)
{
    if (dev->msi_enabled)
        pci_free_irq_vectors(dev);
}
EXPORT_SYMBOL(pci_disable_msi);
