/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-mq-pci.h - each CPU uses the hardware queue whose interrupt comes to it. */
#ifndef VMKLINUX_LINUX_BLK_MQ_PCI_H
#define VMKLINUX_LINUX_BLK_MQ_PCI_H

struct blk_mq_queue_map;
struct pci_dev;

/* Queue n of the map interrupts by vector n + @offset. */
void blk_mq_pci_map_queues(struct blk_mq_queue_map *qmap, struct pci_dev *pdev, int offset);

#endif
