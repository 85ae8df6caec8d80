/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_stats_commands.c - network nic stats: the counters every uplink has, and its driver's own.
 */
#include "nic_commands.h"

#include <core/heap.h>

/* network nic stats get, list */

static VMK_ReturnStatus format_stats(struct format *f, struct vmk_UplinkInt *uplink)
{
    vmk_UplinkStats s = {0};
    vmk_StatusValue status = uplink->reg.ops->uplinkStatsGet(uplink->reg.driverData, &s);
    const vmk_uint64 cells[] = {
        s.rxPkts,          s.txPkts,           s.rxBytes,           s.txBytes,
        s.rxDrops,         s.txDrops,          s.rxMulticastPkts,   s.rxErrors,
        s.rxLengthErrors,  s.rxOverflowErrors, s.rxCRCErrors,       s.rxFrameAlignErrors,
        s.rxFifoErrors,    s.rxMissErrors,     s.txErrors,          s.txAborted,
        s.txCarrierErrors, s.txFifoErrors,     s.txHeartbeatErrors, s.txWindowErrors,
        s.collisions};

    if (status != VMK_OK) {
        return status;
    }
    format_row(f);
    format_string(f, uplink->name.string);
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(cells); i++) {
        format_uint(f, cells[i]);
    }
    return VMK_OK;
}

static VMK_ReturnStatus stats_get(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    return status == VMK_OK ? nic_done(call, uplink, format_stats(&call->format, uplink)) : status;
}

static VMK_ReturnStatus stats_list(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 number = 0; status == VMK_OK && uplink_claim_next(number, &uplink) == VMK_OK;) {
        number = uplink->number + 1;
        status = nic_done(call, uplink, format_stats(&call->format, uplink));
    }
    return status;
}

static const struct format_column stats_columns[] = {{"Name", FORMAT_STRING},
                                                     {"Packets Received", FORMAT_UINT},
                                                     {"Packets Sent", FORMAT_UINT},
                                                     {"Bytes Received", FORMAT_UINT},
                                                     {"Bytes Sent", FORMAT_UINT},
                                                     {"Receive Packets Dropped", FORMAT_UINT},
                                                     {"Transmit Packets Dropped", FORMAT_UINT},
                                                     {"Multicast Packets Received", FORMAT_UINT},
                                                     {"Total Receive Errors", FORMAT_UINT},
                                                     {"Receive Length Errors", FORMAT_UINT},
                                                     {"Receive Over Errors", FORMAT_UINT},
                                                     {"Receive CRC Errors", FORMAT_UINT},
                                                     {"Receive Frame Errors", FORMAT_UINT},
                                                     {"Receive FIFO Errors", FORMAT_UINT},
                                                     {"Receive Missed Errors", FORMAT_UINT},
                                                     {"Total Transmit Errors", FORMAT_UINT},
                                                     {"Transmit Aborted Errors", FORMAT_UINT},
                                                     {"Transmit Carrier Errors", FORMAT_UINT},
                                                     {"Transmit FIFO Errors", FORMAT_UINT},
                                                     {"Transmit Heartbeat Errors", FORMAT_UINT},
                                                     {"Transmit Window Errors", FORMAT_UINT},
                                                     {"Collisions", FORMAT_UINT},
                                                     {0}};
COMMAND(network_nic_stats_get, .path = "network nic stats get", .help = "Show an uplink's counters",
        .handler = stats_get, .args = nic_args, .columns = stats_columns, .shape = FORMAT_RECORD);
COMMAND(network_nic_stats_list, .path = "network nic stats list", .help = "Show all uplinks' counters",
        .handler = stats_list, .columns = stats_columns);

/* network nic stats private */

static VMK_ReturnStatus format_private(struct format *f, struct vmk_UplinkInt *uplink,
                                       const vmk_UplinkPrivStatsOps *ops)
{
    vmk_uint32 count;
    vmk_UplinkString *names = NULL;
    vmk_uint64 *values = NULL;
    vmk_StatusValue status = ops->countGet(uplink->reg.driverData, &count);

    if (status != VMK_OK || count == 0) {
        return status;
    }
    names = vmk_HeapZalloc(heap_kernel, count * sizeof(*names));
    values = vmk_HeapZalloc(heap_kernel, count * sizeof(*values));
    status = VMK_NO_MEMORY;
    if (names && values) {
        status = ops->statsGet(uplink->reg.driverData, count, names, values);
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < count; i++) {
        names[i][VMK_UPLINK_STRING_LENGTH - 1] = '\0';
        format_row(f);
        format_string(f, names[i]);
        format_uint(f, values[i]);
    }
    vmk_HeapFree(heap_kernel, names);
    vmk_HeapFree(heap_kernel, values);
    return status;
}

static VMK_ReturnStatus stats_private(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    const void *ops;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_PRIV_STATS, &uplink, &ops);

    return status == VMK_OK ? nic_done(call, uplink, format_private(&call->format, uplink, ops)) : status;
}

static const struct format_column private_columns[] = {{"Name", FORMAT_STRING}, {"Value", FORMAT_UINT}, {0}};
COMMAND(network_nic_stats_private_get, .path = "network nic stats private get",
        .help = "Show the counters an uplink's driver has of its own", .handler = stats_private,
        .args = nic_args, .columns = private_columns);
