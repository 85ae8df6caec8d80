/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_tune_commands.c - network nic ring, coalesce, pauseParams, offloads.
 */
#include <vmkapi/lib/libc.h>

#include "nic_commands.h"

static vmk_uint32 uint_or(const struct command_call *call, const char *name, vmk_uint32 otherwise)
{
    return (vmk_uint32)command_uint(call, name, otherwise);
}

/* network nic ring */

static VMK_ReturnStatus ring(struct command_call *call, bool preset)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_UplinkRingParams p;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_RING_PARAMS, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    status = ((const vmk_UplinkRingParamsOps *)ops)->ringParamsGet(uplink->reg.driverData, &p);
    if (status == VMK_OK) {
        format_row(&call->format);
        format_uint(&call->format, preset ? p.rxMaxPending : p.rxPending);
        format_uint(&call->format, preset ? p.rxMiniMaxPending : p.rxMiniPending);
        format_uint(&call->format, preset ? p.rxJumboMaxPending : p.rxJumboPending);
        format_uint(&call->format, preset ? p.txMaxPending : p.txPending);
    }
    return nic_done(call, uplink, status);
}

static VMK_ReturnStatus ring_current_get(struct command_call *call)
{
    return ring(call, false);
}

static VMK_ReturnStatus ring_preset_get(struct command_call *call)
{
    return ring(call, true);
}

static const struct format_column ring_columns[] = {
    {"RX", FORMAT_UINT}, {"RX Mini", FORMAT_UINT}, {"RX Jumbo", FORMAT_UINT}, {"TX", FORMAT_UINT}, {0}};
COMMAND(network_nic_ring_current_get, .path = "network nic ring current get",
        .help = "Show the ring sizes in use", .handler = ring_current_get, .args = nic_args,
        .columns = ring_columns, .shape = FORMAT_RECORD);
COMMAND(network_nic_ring_preset_get, .path = "network nic ring preset get",
        .help = "Show the largest ring sizes", .handler = ring_preset_get, .args = nic_args,
        .columns = ring_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus ring_current_set(struct command_call *call)
{
    const vmk_UplinkRingParamsOps *ops;
    const void *cap;
    struct vmk_UplinkInt *uplink;
    vmk_UplinkRingParams p;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_RING_PARAMS, &uplink, &cap);

    if (status != VMK_OK) {
        return status;
    }
    ops = cap;
    status = ops->ringParamsGet(uplink->reg.driverData, &p);
    if (status == VMK_OK) {
        p.rxPending = uint_or(call, "rx", p.rxPending);
        p.rxMiniPending = uint_or(call, "rx-mini", p.rxMiniPending);
        p.rxJumboPending = uint_or(call, "rx-jumbo", p.rxJumboPending);
        p.txPending = uint_or(call, "tx", p.txPending);
        status = ops->ringParamsSet(uplink->reg.driverData, &p);
    }
    return nic_done(call, uplink, status);
}

static const struct command_arg ring_args[] = {
    NIC_ARG,
    {.name = "rx", .letter = 'r', .type = COMMAND_UINT, .help = "Receive descriptors"},
    {.name = "rx-mini", .letter = 'i', .type = COMMAND_UINT, .help = "Receive descriptors for small frames"},
    {.name = "rx-jumbo", .letter = 'j', .type = COMMAND_UINT, .help = "Receive descriptors for jumbo frames"},
    {.name = "tx", .letter = 't', .type = COMMAND_UINT, .help = "Transmit descriptors"},
    {0}};
COMMAND(network_nic_ring_current_set, .path = "network nic ring current set", .help = "Change the ring sizes",
        .handler = ring_current_set, .args = ring_args);

/* network nic coalesce */

static VMK_ReturnStatus coalesce_get(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_UplinkCoalesceParams p = {0};
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_COALESCE_PARAMS, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    status = ((const vmk_UplinkCoalesceParamsOps *)ops)->getParams(uplink->reg.driverData, &p);
    if (status == VMK_OK) {
        format_row(&call->format);
        format_uint(&call->format, p.rxUsecs);
        format_uint(&call->format, p.rxMaxFrames);
        format_uint(&call->format, p.txUsecs);
        format_uint(&call->format, p.txMaxFrames);
        format_bool(&call->format, p.useAdaptiveRx);
        format_bool(&call->format, p.useAdaptiveTx);
    }
    return nic_done(call, uplink, status);
}

static const struct format_column coalesce_columns[] = {{"RX Microseconds", FORMAT_UINT},
                                                        {"RX Maximum Frames", FORMAT_UINT},
                                                        {"TX Microseconds", FORMAT_UINT},
                                                        {"TX Maximum Frames", FORMAT_UINT},
                                                        {"Adaptive RX", FORMAT_BOOL},
                                                        {"Adaptive TX", FORMAT_BOOL},
                                                        {0}};
COMMAND(network_nic_coalesce_get, .path = "network nic coalesce get",
        .help = "Show how interrupts are held back", .handler = coalesce_get, .args = nic_args,
        .columns = coalesce_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus coalesce_set(struct command_call *call)
{
    const vmk_UplinkCoalesceParamsOps *ops;
    const void *cap;
    struct vmk_UplinkInt *uplink;
    vmk_UplinkCoalesceParams p = {0};
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_COALESCE_PARAMS, &uplink, &cap);

    if (status != VMK_OK) {
        return status;
    }
    ops = cap;
    status = ops->getParams(uplink->reg.driverData, &p);
    if (status == VMK_OK) {
        p.rxUsecs = uint_or(call, "rx-usecs", p.rxUsecs);
        p.rxMaxFrames = uint_or(call, "rx-max-frames", p.rxMaxFrames);
        p.txUsecs = uint_or(call, "tx-usecs", p.txUsecs);
        p.txMaxFrames = uint_or(call, "tx-max-frames", p.txMaxFrames);
        p.useAdaptiveRx = command_bool(call, "adaptive-rx", p.useAdaptiveRx);
        p.useAdaptiveTx = command_bool(call, "adaptive-tx", p.useAdaptiveTx);
        status = ops->setParams(uplink->reg.driverData, &p);
    }
    return nic_done(call, uplink, status);
}

static const struct command_arg coalesce_args[] = {
    NIC_ARG,
    {.name = "rx-usecs",
     .letter = 'r',
     .type = COMMAND_UINT,
     .help = "Microseconds before a receive interrupt"},
    {.name = "rx-max-frames",
     .letter = 'R',
     .type = COMMAND_UINT,
     .help = "Frames before a receive interrupt"},
    {.name = "tx-usecs",
     .letter = 't',
     .type = COMMAND_UINT,
     .help = "Microseconds before a transmit interrupt"},
    {.name = "tx-max-frames",
     .letter = 'T',
     .type = COMMAND_UINT,
     .help = "Frames before a transmit interrupt"},
    {.name = "adaptive-rx", .letter = 'a', .type = COMMAND_BOOL, .help = "Let the driver adapt receiving"},
    {.name = "adaptive-tx", .letter = 'A', .type = COMMAND_BOOL, .help = "Let the driver adapt transmitting"},
    {0}};
COMMAND(network_nic_coalesce_set, .path = "network nic coalesce set",
        .help = "Change how interrupts are held back", .handler = coalesce_set, .args = coalesce_args);

/* network nic pauseParams */

static VMK_ReturnStatus pause_list(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;

    for (vmk_uint32 number = 0; uplink_claim_next(number, &uplink) == VMK_OK; uplink_yield(uplink)) {
        const vmk_UplinkPauseParamsOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_PAUSE_PARAMS);
        vmk_UplinkPauseParams p = {0};
        bool known = ops && ops->pauseParamsGet(uplink->reg.driverData, &p) == VMK_OK;

        number = uplink->number + 1;
        format_row(&call->format);
        format_string(&call->format, uplink->name.string);
        format_bool(&call->format, known);
        format_bool(&call->format, p.autoNegotiate);
        format_bool(&call->format, p.rxPause);
        format_bool(&call->format, p.txPause);
    }
    return VMK_OK;
}

static const struct format_column pause_columns[] = {{"NIC", FORMAT_STRING},
                                                     {"Pause Params Supported", FORMAT_BOOL},
                                                     {"Auto Negotiation", FORMAT_BOOL},
                                                     {"Pause RX", FORMAT_BOOL},
                                                     {"Pause TX", FORMAT_BOOL},
                                                     {0}};
COMMAND(network_nic_pause_list, .path = "network nic pauseParams list", .help = "Show flow control",
        .handler = pause_list, .columns = pause_columns);

static VMK_ReturnStatus pause_set(struct command_call *call)
{
    const vmk_UplinkPauseParamsOps *ops;
    const void *cap;
    struct vmk_UplinkInt *uplink;
    vmk_UplinkPauseParams p;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_PAUSE_PARAMS, &uplink, &cap);

    if (status != VMK_OK) {
        return status;
    }
    ops = cap;
    status = ops->pauseParamsGet(uplink->reg.driverData, &p);
    if (status == VMK_OK) {
        p.autoNegotiate = command_bool(call, "auto", p.autoNegotiate);
        p.rxPause = command_bool(call, "rx", p.rxPause);
        p.txPause = command_bool(call, "tx", p.txPause);
        status = ops->pauseParamsSet(uplink->reg.driverData, &p);
    }
    return nic_done(call, uplink, status);
}

static const struct command_arg pause_args[] = {
    NIC_ARG,
    {.name = "auto", .letter = 'a', .type = COMMAND_BOOL, .help = "Negotiate flow control"},
    {.name = "rx", .letter = 'r', .type = COMMAND_BOOL, .help = "Obey pause frames"},
    {.name = "tx", .letter = 't', .type = COMMAND_BOOL, .help = "Send pause frames"},
    {0}};
COMMAND(network_nic_pause_set, .path = "network nic pauseParams set", .help = "Change flow control",
        .handler = pause_set, .args = pause_args);

/* network nic offload, tso, cso, sg */

static const struct {
    const char *name;
    vmk_UplinkCap cap;
} offloads[] = {
    {"sg", VMK_UPLINK_CAP_SG_TX},
    {"high-dma", VMK_UPLINK_CAP_HIGH_DMA},
    {"tx-ipv4-cso", VMK_UPLINK_CAP_IPV4_CSO},
    {"tx-ipv6-cso", VMK_UPLINK_CAP_IPV6_CSO},
    {"rx-cso", VMK_UPLINK_CAP_RX_CSO},
    {"ipv4-tso", VMK_UPLINK_CAP_IPV4_TSO},
    {"ipv6-tso", VMK_UPLINK_CAP_IPV6_TSO},
    {"tx-vlan", VMK_UPLINK_CAP_VLAN_TX_INSERT},
    {"rx-vlan", VMK_UPLINK_CAP_VLAN_RX_STRIP},
};

static VMK_ReturnStatus offload_get(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(offloads); i++) {
        format_row(&call->format);
        format_string(&call->format, offloads[i].name);
        format_bool(&call->format, vmk_UplinkCapIsRegistered(uplink, offloads[i].cap));
        format_bool(&call->format, vmk_UplinkCapIsEnabled(uplink, offloads[i].cap));
    }
    return nic_done(call, uplink, VMK_OK);
}

static const struct format_column offload_columns[] = {
    {"Offload", FORMAT_STRING}, {"Supported", FORMAT_BOOL}, {"Enabled", FORMAT_BOOL}, {0}};
COMMAND(network_nic_offload_get, .path = "network nic offload get",
        .help = "Show what an uplink does by itself", .handler = offload_get, .args = nic_args,
        .columns = offload_columns);

static VMK_ReturnStatus offload_set(struct command_call *call)
{
    const char *name = command_string(call, "offload");
    bool on = command_bool(call, "enable", true);
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(offloads); i++) {
        if (vmk_Strcmp(offloads[i].name, name) == 0) {
            status = uplink_cap_set(uplink, offloads[i].cap, on);
        }
    }
    return nic_done(call, uplink, status);
}

static const struct command_arg offload_args[] = {
    NIC_ARG,
    {.name = "offload",
     .letter = 'o',
     .type = COMMAND_CHOICE,
     .flags = COMMAND_REQUIRED,
     .choices = "sg|high-dma|tx-ipv4-cso|tx-ipv6-cso|rx-cso|ipv4-tso|ipv6-tso|tx-vlan|rx-vlan",
     .help = "Which one"},
    {.name = "enable", .letter = 'e', .type = COMMAND_BOOL, .flags = COMMAND_REQUIRED, .help = "On or off"},
    {0}};
COMMAND(network_nic_offload_set, .path = "network nic offload set", .help = "Switch an offload on or off",
        .handler = offload_set, .args = offload_args);

/** Show one capability of all uplinks. */
static VMK_ReturnStatus list_cap(struct command_call *call, vmk_UplinkCap cap)
{
    struct vmk_UplinkInt *uplink;

    for (vmk_uint32 number = 0; uplink_claim_next(number, &uplink) == VMK_OK; uplink_yield(uplink)) {
        number = uplink->number + 1;
        format_row(&call->format);
        format_string(&call->format, uplink->name.string);
        format_string(&call->format, vmk_UplinkCapIsEnabled(uplink, cap) ? "on" : "off");
    }
    return VMK_OK;
}

static VMK_ReturnStatus tso_get(struct command_call *call)
{
    return list_cap(call, VMK_UPLINK_CAP_IPV4_TSO);
}

static VMK_ReturnStatus cso_get(struct command_call *call)
{
    return list_cap(call, VMK_UPLINK_CAP_IPV4_CSO);
}

static VMK_ReturnStatus sg_get(struct command_call *call)
{
    return list_cap(call, VMK_UPLINK_CAP_SG_TX);
}

static const struct format_column cap_columns[] = {{"NIC", FORMAT_STRING}, {"Value", FORMAT_STRING}, {0}};
COMMAND(network_nic_tso_get, .path = "network nic tso get", .help = "Show TCP segmentation offload",
        .handler = tso_get, .columns = cap_columns);
COMMAND(network_nic_cso_get, .path = "network nic cso get", .help = "Show checksum offload",
        .handler = cso_get, .columns = cap_columns);
COMMAND(network_nic_sg_get, .path = "network nic sg get", .help = "Show scatter-gather", .handler = sg_get,
        .columns = cap_columns);

static VMK_ReturnStatus set_caps(struct command_call *call, vmk_UplinkCap first, vmk_UplinkCap second)
{
    bool on = command_bool(call, "enable", true);
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    status = uplink_cap_set(uplink, first, on);
    if (status == VMK_OK && vmk_UplinkCapIsRegistered(uplink, second)) {
        status = uplink_cap_set(uplink, second, on);
    }
    return nic_done(call, uplink, status);
}

static VMK_ReturnStatus tso_set(struct command_call *call)
{
    return set_caps(call, VMK_UPLINK_CAP_IPV4_TSO, VMK_UPLINK_CAP_IPV6_TSO);
}

static VMK_ReturnStatus cso_set(struct command_call *call)
{
    return set_caps(call, VMK_UPLINK_CAP_IPV4_CSO, VMK_UPLINK_CAP_IPV6_CSO);
}

static VMK_ReturnStatus sg_set(struct command_call *call)
{
    return set_caps(call, VMK_UPLINK_CAP_SG_TX, VMK_UPLINK_CAP_SG_TX);
}

static const struct command_arg cap_args[] = {
    NIC_ARG,
    {.name = "enable", .letter = 'e', .type = COMMAND_BOOL, .flags = COMMAND_REQUIRED, .help = "On or off"},
    {0}};
COMMAND(network_nic_tso_set, .path = "network nic tso set", .help = "Switch TCP segmentation offload",
        .handler = tso_set, .args = cap_args);
COMMAND(network_nic_cso_set, .path = "network nic cso set", .help = "Switch checksum offload",
        .handler = cso_set, .args = cap_args);
COMMAND(network_nic_sg_set, .path = "network nic sg set", .help = "Switch scatter-gather", .handler = sg_set,
        .args = cap_args);
