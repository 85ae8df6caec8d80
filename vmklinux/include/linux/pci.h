/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - PCI functions and their drivers.
 *
 * A pci_dev lives from the moment its driver module attaches to the function until it is detached.
 */
#ifndef VMKLINUX_LINUX_PCI_H
#define VMKLINUX_LINUX_PCI_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/pci_ids.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <uapi/linux/pci.h>
#include <vmkapi/hardware/pci.h>
#include <vmkapi/storage/block_path.h>

#define PCI_DEVICE_DATA_ANY 0

typedef dma_addr_t pci_bus_addr_t;

typedef int __bitwise pci_power_t;
#define PCI_D0          ((pci_power_t __force)0)
#define PCI_D1          ((pci_power_t __force)1)
#define PCI_D2          ((pci_power_t __force)2)
#define PCI_D3hot       ((pci_power_t __force)3)
#define PCI_D3cold      ((pci_power_t __force)4)
#define PCI_UNKNOWN     ((pci_power_t __force)5)
#define PCI_POWER_ERROR ((pci_power_t __force)-1)

typedef unsigned int __bitwise pci_channel_state_t;
enum {
    pci_channel_io_normal = (__force pci_channel_state_t)1,
    pci_channel_io_frozen = (__force pci_channel_state_t)2,
    pci_channel_io_perm_failure = (__force pci_channel_state_t)3,
};

typedef unsigned int __bitwise pci_ers_result_t;
enum pci_ers_result {
    PCI_ERS_RESULT_NONE = (__force pci_ers_result_t)1,
    PCI_ERS_RESULT_CAN_RECOVER = (__force pci_ers_result_t)2,
    PCI_ERS_RESULT_NEED_RESET = (__force pci_ers_result_t)3,
    PCI_ERS_RESULT_DISCONNECT = (__force pci_ers_result_t)4,
    PCI_ERS_RESULT_RECOVERED = (__force pci_ers_result_t)5,
    PCI_ERS_RESULT_NO_AER_DRIVER = (__force pci_ers_result_t)6,
};

enum {
    PCI_STD_RESOURCES,
    PCI_STD_RESOURCE_END = PCI_STD_RESOURCES + PCI_STD_NUM_BARS - 1,
    PCI_ROM_RESOURCE,
    /* Virtual functions' and a bridge's: empty here. */
    PCI_IOV_RESOURCES,
    PCI_IOV_RESOURCE_END = PCI_IOV_RESOURCES + PCI_SRIOV_NUM_BARS - 1,
    PCI_BRIDGE_RESOURCES,
    PCI_BRIDGE_RESOURCE_END = PCI_BRIDGE_RESOURCES + 3,
    PCI_NUM_RESOURCES,
    DEVICE_COUNT_RESOURCE = PCI_NUM_RESOURCES,
};

extern struct bus_type pci_bus_type;

struct pci_bus {
    unsigned char number;
    int domain;
};

/* An interrupt message of a function's, and the CPUs whose work it is. */
struct pci_vector {
    unsigned int irq;
    struct cpumask affinity;
};

struct pci_dev {
    struct pci_bus *bus;
    unsigned int devfn;
    unsigned short vendor;
    unsigned short device;
    unsigned short subsystem_vendor;
    unsigned short subsystem_device;
    unsigned int class; /* base class, subclass, programming interface */
    u8 revision;
    u8 pcie_cap;
    u8 msi_cap;
    u8 msix_cap;
    struct pci_driver *driver;
    u64 dma_mask;
    pci_power_t current_state;
    u8 pm_cap;
    unsigned int is_busmaster : 1;
    unsigned int msi_enabled : 1;
    unsigned int msix_enabled : 1;
    pci_channel_state_t error_state;
    struct device dev;
    unsigned int irq; /* INTx, or the MSI once pci_enable_msi() succeeded */
    struct resource resource[DEVICE_COUNT_RESOURCE];
    atomic_t enable_cnt;

    /* vmklinux's own */
    vmk_PCIDevice vmk_pci;
    struct module *module; /* the driver's */
    struct pci_bus bus_object;
    u32 regions;                    /* BARs requested */
    bool released;                  /* remove has been called, by device_release_driver() */
    vmk_StorageAdapter adapter;     /* if it is mass storage (block/adapter.c) */
    struct list_head adapter_entry; /* then, among them */
    unsigned int adapter_served;    /* times its driver said that it is in service */
    struct completion unreferenced; /* the last reference has gone */
    struct pci_vector *vectors;     /* of MSI or MSI-X */
    unsigned int nr_vectors;
    unsigned int state_saved : 1;
    char name[VMK_PCI_ADDRESS_NAME_MAX];
};

/*
 * DEVIATION-017 (pci_error_handlers, pci_driver.err_handler, pci_driver.sriov_configure): never called:
 * errors of the bus are not recovered from, a device that stops answering is taken from its driver; nor are
 * virtual functions made.
 */
struct pci_error_handlers {
    pci_ers_result_t (*error_detected)(struct pci_dev *dev, pci_channel_state_t error);
    pci_ers_result_t (*mmio_enabled)(struct pci_dev *dev);
    pci_ers_result_t (*slot_reset)(struct pci_dev *dev);
    void (*reset_prepare)(struct pci_dev *dev);
    void (*reset_done)(struct pci_dev *dev);
    void (*resume)(struct pci_dev *dev);
};

struct pci_driver {
    struct list_head node;
    const char *name;
    const struct pci_device_id *id_table;
    int (*probe)(struct pci_dev *dev, const struct pci_device_id *id);
    void (*remove)(struct pci_dev *dev);
    int (*suspend)(struct pci_dev *dev, pm_message_t state);
    int (*resume)(struct pci_dev *dev);
    void (*shutdown)(struct pci_dev *dev);
    int (*sriov_configure)(struct pci_dev *dev, int num_vfs);
    const struct pci_error_handlers *err_handler;
    const struct attribute_group **groups;
    const struct attribute_group **dev_groups;
    struct device_driver driver;

    vmk_Driver vmk_driver;
    struct module *module;
};

#define to_pci_dev(n)    container_of(n, struct pci_dev, dev)
#define dev_is_pci(d)    ((d)->bus == &pci_bus_type)
#define to_pci_driver(d) ((d) ? container_of(d, struct pci_driver, driver) : NULL)

#define PCI_DEVICE(vend, dev)                                                                                \
    .vendor = (vend), .device = (dev), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_DEVICE_SUB(vend, dev, subvend, subdev)                                                           \
    .vendor = (vend), .device = (dev), .subvendor = (subvend), .subdevice = (subdev)
#define PCI_DEVICE_CLASS(dev_class, dev_class_mask)                                                          \
    .class = (dev_class), .class_mask = (dev_class_mask), .vendor = PCI_ANY_ID, .device = PCI_ANY_ID,        \
    .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID
#define PCI_VDEVICE(vend, dev)                                                                               \
    .vendor = PCI_VENDOR_ID_##vend, .device = (dev), .subvendor = PCI_ANY_ID, .subdevice = PCI_ANY_ID, 0, 0

#define pci_resource_start(dev, bar) ((dev)->resource[(bar)].start)
#define pci_resource_end(dev, bar)   ((dev)->resource[(bar)].end)
#define pci_resource_flags(dev, bar) ((dev)->resource[(bar)].flags)
#define pci_resource_len(dev, bar)                                                                           \
    ((pci_resource_end((dev), (bar)) == 0)                                                                   \
         ? 0                                                                                                 \
         : (pci_resource_end((dev), (bar)) - pci_resource_start((dev), (bar)) + 1))

static inline const char *pci_name(const struct pci_dev *pdev)
{
    return dev_name(&pdev->dev);
}

static inline void *pci_get_drvdata(struct pci_dev *pdev)
{
    return dev_get_drvdata(&pdev->dev);
}

static inline void pci_set_drvdata(struct pci_dev *pdev, void *data)
{
    dev_set_drvdata(&pdev->dev, data);
}

static inline int pci_channel_offline(struct pci_dev *pdev)
{
    return (pdev->error_state != pci_channel_io_normal);
}

static inline bool pci_is_pcie(struct pci_dev *dev)
{
    return dev->pcie_cap != 0;
}

/* Offer the driver every matching function, now and later. Returns 0 or a negative errno. Context: may block.
 */
int __must_check __pci_register_driver(struct pci_driver *, struct module *, const char *mod_name);
#define pci_register_driver(driver) __pci_register_driver(driver, THIS_MODULE, KBUILD_MODNAME)
void pci_unregister_driver(struct pci_driver *dev);
const struct pci_device_id *pci_match_id(const struct pci_device_id *ids, struct pci_dev *dev);

#define module_pci_driver(__pci_driver)                                                                      \
    static int __init __pci_driver##_init(void)                                                              \
    {                                                                                                        \
        return pci_register_driver(&(__pci_driver));                                                         \
    }                                                                                                        \
    module_init(__pci_driver##_init);                                                                        \
    static void __exit __pci_driver##_exit(void)                                                             \
    {                                                                                                        \
        pci_unregister_driver(&(__pci_driver));                                                              \
    }                                                                                                        \
    module_exit(__pci_driver##_exit);

#define PCIBIOS_SUCCESSFUL 0x00

static inline int pci_is_enabled(struct pci_dev *pdev)
{
    return (atomic_read(&pdev->enable_cnt) > 0);
}

/* Whether the function still answers. */
bool pci_device_is_present(struct pci_dev *pdev);

/* Devices see memory and registers where the CPU does. */
static inline pci_bus_addr_t pci_bus_address(struct pci_dev *pdev, int bar)
{
    return pci_resource_start(pdev, bar);
}

/* As without CONFIG_PCIEASPM: links are left as firmware set them up. */
static inline bool pcie_aspm_enabled(struct pci_dev *pdev)
{
    return false;
}

/*
 * DEVIATION-027 (type of pci_sriov_configure_simple): NULL, as without CONFIG_PCI_IOV: no virtual functions
 * are made.
 */
#define pci_sriov_configure_simple NULL

int __must_check pci_enable_device(struct pci_dev *dev);
int __must_check pci_enable_device_mem(struct pci_dev *dev);
void pci_disable_device(struct pci_dev *dev);
void pci_set_master(struct pci_dev *dev);
void pci_clear_master(struct pci_dev *dev);
int __must_check pci_set_mwi(struct pci_dev *dev);
void pci_clear_mwi(struct pci_dev *dev);

int pci_select_bars(struct pci_dev *dev, unsigned long flags);
int pci_request_selected_regions(struct pci_dev *, int, const char *);
void pci_release_selected_regions(struct pci_dev *, int);
int __must_check pci_request_regions(struct pci_dev *, const char *);
void pci_release_regions(struct pci_dev *);

static inline int pci_request_mem_regions(struct pci_dev *pdev, const char *name)
{
    return pci_request_selected_regions(pdev, pci_select_bars(pdev, IORESOURCE_MEM), name);
}

static inline void pci_release_mem_regions(struct pci_dev *pdev)
{
    pci_release_selected_regions(pdev, pci_select_bars(pdev, IORESOURCE_MEM));
}

void __iomem *pci_ioremap_bar(struct pci_dev *pdev, int bar);

int pci_read_config_byte(const struct pci_dev *dev, int where, u8 *val);
int pci_read_config_word(const struct pci_dev *dev, int where, u16 *val);
int pci_read_config_dword(const struct pci_dev *dev, int where, u32 *val);
int pci_write_config_byte(const struct pci_dev *dev, int where, u8 val);
int pci_write_config_word(const struct pci_dev *dev, int where, u16 val);
int pci_write_config_dword(const struct pci_dev *dev, int where, u32 val);
u8 pci_find_capability(struct pci_dev *dev, int cap);
u16 pci_find_ext_capability(struct pci_dev *dev, int cap);

int __must_check pcim_enable_device(struct pci_dev *pdev);
void pcim_pin_device(struct pci_dev *pdev);
void __iomem *const *pcim_iomap_table(struct pci_dev *pdev);
int pcim_iomap_regions(struct pci_dev *pdev, int mask, const char *name);
int pcim_iomap_regions_request_all(struct pci_dev *pdev, int mask, const char *name);
void pcim_iounmap_regions(struct pci_dev *pdev, int mask);
/* Let the function use its INTx pin, or keep it from that. */
void pci_intx(struct pci_dev *dev, int enable);

int pci_save_state(struct pci_dev *dev);
void pci_restore_state(struct pci_dev *dev);
struct pci_saved_state;
/* Forget what is saved; @state is NULL. */
int pci_load_saved_state(struct pci_dev *dev, struct pci_saved_state *state);
/* DEVIATION-012 (pci_set_power_state): D3cold is taken for D3hot: power is not cut here. */
int pci_set_power_state(struct pci_dev *dev, pci_power_t state);
int pci_enable_wake(struct pci_dev *dev, pci_power_t state, bool enable);
int pci_wake_from_d3(struct pci_dev *dev, bool enable);
int pcix_get_mmrbc(struct pci_dev *dev);
int pcix_set_mmrbc(struct pci_dev *dev, int mmrbc);

int pci_enable_msi(struct pci_dev *dev);
void pci_disable_msi(struct pci_dev *dev);

#define PCI_IRQ_LEGACY    (1 << 0)
#define PCI_IRQ_MSI       (1 << 1)
#define PCI_IRQ_MSIX      (1 << 2)
#define PCI_IRQ_AFFINITY  (1 << 3)
#define PCI_IRQ_ALL_TYPES (PCI_IRQ_LEGACY | PCI_IRQ_MSI | PCI_IRQ_MSIX)

/*
 * Allocate from @min_vecs to @max_vecs interrupts of the best kind in @flags that the function has.
 *
 * With PCI_IRQ_AFFINITY those beyond affd->pre_vectors and before affd->post_vectors are spread over the
 * CPUs. Returns how many; -ENOSPC or another negative errno. Context: may block, no handler attached.
 */
int pci_alloc_irq_vectors_affinity(struct pci_dev *dev, unsigned int min_vecs, unsigned int max_vecs,
                                   unsigned int flags, struct irq_affinity *affd);
void pci_free_irq_vectors(struct pci_dev *dev);
/* The number of the @nr-th one, for request_irq(); -EINVAL. */
int pci_irq_vector(struct pci_dev *dev, unsigned int nr);
/* The CPUs it is spread to; all of them if it is not; NULL: no such interrupt. */
const struct cpumask *pci_irq_get_affinity(struct pci_dev *pdev, int vec);

static inline int pci_alloc_irq_vectors(struct pci_dev *dev, unsigned int min_vecs, unsigned int max_vecs,
                                        unsigned int flags)
{
    return pci_alloc_irq_vectors_affinity(dev, min_vecs, max_vecs, flags, NULL);
}

/* request_threaded_irq() of the @nr-th interrupt, under a name made of @fmt. */
__printf(6, 7) int vmklinux_pci_request_irq(struct pci_dev *dev, unsigned int nr, irq_handler_t handler,
                                            irq_handler_t thread_fn, void *dev_id, const char *fmt, ...);
#define pci_request_irq vmklinux_pci_request_irq
void pci_free_irq(struct pci_dev *dev, unsigned int nr, void *dev_id);

#include <linux/dma-mapping.h>
#include <linux/dmapool.h>

#endif
