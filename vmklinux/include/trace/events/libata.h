/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libata.h - libata's trace points. Where one says that a step against a failure is taken, it is counted for
 * the adapter; the others say nothing to anybody.
 */
#ifndef VMKLINUX_TRACE_EVENTS_LIBATA_H
#define VMKLINUX_TRACE_EVENTS_LIBATA_H

#include <linux/libata.h>
#include <linux/tracepoint.h>
#include <vmklinux/scsi.h>

#define trace_ata_link_hardreset_begin(link, class, deadline)                                                \
    vmklinux_scsi_event((link)->ap->scsi_host, VMK_STORAGE_EVENT_BUS_RESET)
#define trace_ata_slave_hardreset_begin(link, class, deadline)                                               \
    vmklinux_scsi_event((link)->ap->scsi_host, VMK_STORAGE_EVENT_BUS_RESET)
#define trace_ata_link_softreset_begin(link, class, deadline)                                                \
    vmklinux_scsi_event((link)->ap->scsi_host, VMK_STORAGE_EVENT_DEVICE_RESET)

#define trace_ata_eh_about_to_do(link, devno, action)  ((void)0)
#define trace_ata_eh_done(link, devno, action)         ((void)0)
#define trace_ata_eh_link_autopsy(dev, action, mask)   ((void)0)
#define trace_ata_eh_link_autopsy_qc(qc)               ((void)0)
#define trace_ata_exec_command(ap, tf, tag)            ((void)0)
#define trace_ata_link_hardreset_end(link, class, rc)  ((void)0)
#define trace_ata_link_postreset(link, class, rc)      ((void)0)
#define trace_ata_link_softreset_end(link, class, rc)  ((void)0)
#define trace_ata_port_freeze(ap)                      ((void)0)
#define trace_ata_port_thaw(ap)                        ((void)0)
#define trace_ata_qc_complete_done(qc)                 ((void)0)
#define trace_ata_qc_complete_failed(qc)               ((void)0)
#define trace_ata_qc_complete_internal(qc)             ((void)0)
#define trace_ata_qc_issue(qc)                         ((void)0)
#define trace_ata_qc_prep(qc)                          ((void)0)
#define trace_ata_slave_hardreset_end(link, class, rc) ((void)0)
#define trace_ata_slave_postreset(link, class, rc)     ((void)0)
#define trace_ata_std_sched_eh(ap)                     ((void)0)

#endif
