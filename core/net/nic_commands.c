/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_commands.c - network nic list, get, set, up, down, reset, wait; what all commands on a NIC begin with.
 */
#include "nic_commands.h"

#include <vmkapi/base/time.h>
#include <vmkapi/lib/libc.h>

#define WAIT_S 30

bool nic_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct vmk_UplinkInt *uplink;
    vmk_uint32 number = 0;

    while (uplink_claim_next(number, &uplink) == VMK_OK) {
        number = uplink->number + 1;
        (void)vmk_Strlcpy(text, uplink->name.string, len);
        uplink_yield(uplink);
        if (n-- == 0) {
            return true;
        }
    }
    return false;
}

const struct command_arg nic_args[] = {NIC_ARG, {0}};

VMK_ReturnStatus nic_claim(struct command_call *call, struct vmk_UplinkInt **uplink)
{
    const char *name = command_string(call, "nic-name");

    if (uplink_claim(name, uplink) != VMK_OK) {
        return command_fail(call, VMK_NOT_FOUND, "there is no uplink '%s'; 'network nic list' shows them",
                            name);
    }
    return VMK_OK;
}

VMK_ReturnStatus nic_claim_with(struct command_call *call, vmk_UplinkCap cap, struct vmk_UplinkInt **uplink,
                                const void **ops)
{
    vmk_StatusValue status = nic_claim(call, uplink);

    if (status != VMK_OK) {
        return status;
    }
    *ops = uplink_cap_ops(*uplink, cap);
    if (!*ops) {
        status = command_fail(call, VMK_NOT_SUPPORTED, "the driver of %s (%s) does not offer this",
                              (*uplink)->name.string, (*uplink)->reg.driverInfo.driver.string);
        uplink_yield(*uplink);
    }
    return status;
}

vmk_StatusValue nic_done(struct command_call *call, struct vmk_UplinkInt *uplink, vmk_StatusValue status)
{
    if (status != VMK_OK && !call->explained) {
        status = command_fail(call, status, "the driver of %s (%s) refused: %s", uplink->name.string,
                              uplink->reg.driverInfo.driver.string, vmk_StatusToString(status));
    }
    uplink_yield(uplink);
    return status;
}

static const char *link_text(const struct vmk_UplinkInt *uplink)
{
    return uplink->link.state == VMK_LINK_STATE_UP ? "Up" : "Down";
}

/* network nic list */

static VMK_ReturnStatus list(struct command_call *call)
{
    struct format *f = &call->format;
    struct vmk_UplinkInt *uplink;

    for (vmk_uint32 number = 0; uplink_claim_next(number, &uplink) == VMK_OK; uplink_yield(uplink)) {
        number = uplink->number + 1;
        format_row(f);
        format_string(f, uplink->name.string);
        format_string(f, uplink->reg.driverInfo.busAddress.string);
        format_string(f, uplink->reg.driverInfo.driver.string);
        format_string(f, uplink->running ? "Up" : "Down");
        format_string(f, link_text(uplink));
        format_uint(f, uplink->link.speed);
        format_string(f, uplink_duplex_text(uplink->link.duplex));
        format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(uplink->reg.mac));
        format_uint(f, uplink->reg.mtu);
    }
    return VMK_OK;
}

static const struct format_column list_columns[] = {
    {"Name", FORMAT_STRING},        {"PCI Device", FORMAT_STRING},
    {"Driver", FORMAT_STRING},      {"Admin Status", FORMAT_STRING},
    {"Link Status", FORMAT_STRING}, {"Speed", FORMAT_UINT, "Mbps"},
    {"Duplex", FORMAT_STRING},      {"MAC Address", FORMAT_STRING},
    {"MTU", FORMAT_UINT},           {0}};
COMMAND(network_nic_list, .path = "network nic list", .help = "Show the uplinks", .handler = list,
        .columns = list_columns);

/* network nic get */

static const char *const mode_names[] = {
    [VMK_UPLINK_MODE_10_HALF] = "10/Half",       [VMK_UPLINK_MODE_10_FULL] = "10/Full",
    [VMK_UPLINK_MODE_100_HALF] = "100/Half",     [VMK_UPLINK_MODE_100_FULL] = "100/Full",
    [VMK_UPLINK_MODE_1000_HALF] = "1000/Half",   [VMK_UPLINK_MODE_1000_FULL] = "1000/Full",
    [VMK_UPLINK_MODE_2500_FULL] = "2500/Full",   [VMK_UPLINK_MODE_5000_FULL] = "5000/Full",
    [VMK_UPLINK_MODE_10000_FULL] = "10000/Full", [VMK_UPLINK_MODE_25000_FULL] = "25000/Full",
    [VMK_UPLINK_MODE_40000_FULL] = "40000/Full", [VMK_UPLINK_MODE_100000_FULL] = "100000/Full",
};

static void format_modes(struct format *f, vmk_uint32 modes)
{
    char text[160] = "";

    for (vmk_uint32 mode = 0; mode < VMK_ARRAY_SIZE(mode_names); mode++) {
        if (modes & 1u << mode) {
            (void)vmk_Strlcat(text, text[0] != '\0' ? " " : "", sizeof(text));
            (void)vmk_Strlcat(text, mode_names[mode], sizeof(text));
        }
    }
    format_string(f, text);
}

static void format_nones(struct format *f, unsigned count)
{
    while (count-- > 0) {
        format_none(f);
    }
}

/* What a driver doesn't tell is left empty. */

static void format_link_settings(struct format *f, const struct vmk_UplinkInt *uplink)
{
    static const char *const ports[] = {"TP", "FIBRE", "OTHER"};
    const vmk_UplinkLinkSettingsOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_LINK_SETTINGS);
    vmk_UplinkLinkSettings s;

    if (!ops || ops->linkSettingsGet(uplink->reg.driverData, &s) != VMK_OK) {
        format_nones(f, 5);
        return;
    }
    format_bool(f, s.autoNegotiate);
    format_modes(f, s.advertisedModes);
    format_modes(f, s.supportedModes);
    format_string(f, ports[s.port]);
    format_uint(f, s.phyAddress);
}

static void format_pause(struct format *f, const struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkPauseParamsOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_PAUSE_PARAMS);
    vmk_UplinkPauseParams p;

    if (!ops || ops->pauseParamsGet(uplink->reg.driverData, &p) != VMK_OK) {
        format_nones(f, 3);
        return;
    }
    format_bool(f, p.autoNegotiate);
    format_bool(f, p.rxPause);
    format_bool(f, p.txPause);
}

static void format_message_level(struct format *f, const struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkMessageLevelOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_MESSAGE_LEVEL);
    vmk_uint32 level;

    if (ops && ops->levelGet(uplink->reg.driverData, &level) == VMK_OK) {
        format_hex(f, level);
    } else {
        format_none(f);
    }
}

/** Wake-up causes by letter, in the order of their bits; as ethtool spells them. */
static const char wol_letters[] = "pumbag";

static void format_wol_causes(struct format *f, vmk_uint32 set)
{
    char text[sizeof(wol_letters)];
    vmk_uint32 len = 0;

    for (vmk_uint32 i = 0; i < sizeof(wol_letters) - 1; i++) {
        if (set & 1u << i) {
            text[len++] = wol_letters[i];
        }
    }
    text[len] = '\0';
    format_string(f, text);
}

static void format_wol(struct format *f, const struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkWOLOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_WAKE_ON_LAN);
    vmk_UplinkWOLState wol;

    if (!ops || ops->wolStateGet(uplink->reg.driverData, &wol) != VMK_OK) {
        wol = (vmk_UplinkWOLState){0};
    }
    format_wol_causes(f, wol.supported);
    format_wol_causes(f, wol.enabled);
}

static VMK_ReturnStatus get(struct command_call *call)
{
    struct format *f = &call->format;
    const vmk_UplinkDriverInfo *info;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    info = &uplink->reg.driverInfo;
    format_row(f);
    format_string(f, uplink->name.string);
    format_string(f, info->driver.string);
    format_string(f, info->version.string);
    format_string(f, info->firmwareVersion.string);
    format_string(f, info->busAddress.string);
    format_stringf(f, VMK_ETH_ADDR_FMT_STR, VMK_ETH_ADDR_FMT_ARGS(uplink->reg.mac));
    format_uint(f, uplink->reg.mtu);
    format_string(f, uplink->running ? "Up" : "Down");
    format_string(f, link_text(uplink));
    format_uint(f, uplink->link.speed);
    format_string(f, uplink_duplex_text(uplink->link.duplex));
    format_link_settings(f, uplink);
    format_pause(f, uplink);
    format_message_level(f, uplink);
    format_wol(f, uplink);
    uplink_yield(uplink);
    return VMK_OK;
}

static const struct format_column get_columns[] = {{"Name", FORMAT_STRING},
                                                   {"Driver", FORMAT_STRING},
                                                   {"Version", FORMAT_STRING},
                                                   {"Firmware Version", FORMAT_STRING},
                                                   {"Bus Info", FORMAT_STRING},
                                                   {"MAC Address", FORMAT_STRING},
                                                   {"MTU", FORMAT_UINT},
                                                   {"Admin Status", FORMAT_STRING},
                                                   {"Link Status", FORMAT_STRING},
                                                   {"Speed", FORMAT_UINT, "Mbps"},
                                                   {"Duplex", FORMAT_STRING},
                                                   {"Auto Negotiation", FORMAT_BOOL},
                                                   {"Advertised Link Modes", FORMAT_STRING},
                                                   {"Supported Link Modes", FORMAT_STRING},
                                                   {"Cable Type", FORMAT_STRING},
                                                   {"PHYAddress", FORMAT_UINT},
                                                   {"Pause Autonegotiate", FORMAT_BOOL},
                                                   {"Pause RX", FORMAT_BOOL},
                                                   {"Pause TX", FORMAT_BOOL},
                                                   {"Current Message Level", FORMAT_HEX},
                                                   {"Supports Wakeon", FORMAT_STRING},
                                                   {"Wakeon", FORMAT_STRING},
                                                   {0}};
COMMAND(network_nic_get, .path = "network nic get", .help = "Show one uplink", .handler = get,
        .args = nic_args, .columns = get_columns, .shape = FORMAT_RECORD);

/* network nic set */

/** Set what of the link was asked for: --auto, or --speed with --duplex. */
static VMK_ReturnStatus set_link(struct command_call *call, struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkLinkSettingsOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_LINK_SETTINGS);
    const char *duplex = command_string(call, "duplex");
    vmk_UplinkLinkSettings settings;
    vmk_StatusValue status;

    if (!ops || !ops->linkSettingsSet) {
        return VMK_NOT_SUPPORTED;
    }
    status = ops->linkSettingsGet(uplink->reg.driverData, &settings);
    if (status != VMK_OK) {
        return status;
    }
    settings.autoNegotiate = command_bool(call, "auto", false);
    settings.advertisedModes = 0;
    if (!settings.autoNegotiate) {
        settings.speed = (vmk_uint32)command_uint(call, "speed", settings.speed);
        settings.duplex = duplex && duplex[0] == 'h' ? VMK_LINK_DUPLEX_HALF : VMK_LINK_DUPLEX_FULL;
    }
    return ops->linkSettingsSet(uplink->reg.driverData, &settings);
}

static VMK_ReturnStatus set_message_level(struct command_call *call, struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkMessageLevelOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_MESSAGE_LEVEL);

    if (!ops) {
        return VMK_NOT_SUPPORTED;
    }
    return ops->levelSet(uplink->reg.driverData, (vmk_uint32)command_uint(call, "message-level", 0));
}

static VMK_ReturnStatus set_wol(struct command_call *call, struct vmk_UplinkInt *uplink)
{
    const vmk_UplinkWOLOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_WAKE_ON_LAN);
    vmk_UplinkWOLState state = {0};

    if (!ops) {
        return VMK_NOT_SUPPORTED;
    }
    for (const char *at = command_string(call, "wake-on-lan"); *at != '\0'; at++) {
        const char *letter = vmk_Strchr(wol_letters, *at);

        if (letter) {
            state.enabled |= 1u << (letter - wol_letters);
        } else if (*at != 'd') {
            return command_fail(call, VMK_BAD_PARAM, "'%c' is none of p,u,m,b,a,g,d", *at);
        }
    }
    return ops->wolStateSet(uplink->reg.driverData, &state);
}

static VMK_ReturnStatus set_mtu(struct command_call *call, struct vmk_UplinkInt *uplink)
{
    vmk_uint64 mtu = command_uint(call, "mtu", 0);

    if (mtu < uplink->reg.minMTU || mtu > uplink->reg.maxMTU) {
        return command_fail(call, VMK_BAD_PARAM, "%s takes an mtu from %u to %u, not %lu",
                            uplink->name.string, uplink->reg.minMTU, uplink->reg.maxMTU, mtu);
    }
    return uplink_mtu_set(uplink, (vmk_uint32)mtu);
}

static VMK_ReturnStatus set(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    if (command_string(call, "mtu")) {
        status = set_mtu(call, uplink);
    }
    if (status == VMK_OK && (command_bool(call, "auto", false) || command_string(call, "speed"))) {
        status = set_link(call, uplink);
    }
    if (status == VMK_OK && command_string(call, "message-level")) {
        status = set_message_level(call, uplink);
    }
    if (status == VMK_OK && command_string(call, "wake-on-lan")) {
        status = set_wol(call, uplink);
    }
    return nic_done(call, uplink, status);
}

static const struct command_arg set_args[] = {
    NIC_ARG,
    {.name = "auto", .letter = 'a', .type = COMMAND_FLAG, .help = "Negotiate speed and duplex"},
    {.name = "speed", .letter = 'S', .type = COMMAND_UINT, .help = "Fixed speed in Mbps"},
    {.name = "duplex", .letter = 'D', .type = COMMAND_CHOICE, .choices = "full|half", .help = "With --speed"},
    {.name = "mtu", .letter = 'm', .type = COMMAND_UINT, .help = "Largest payload of a frame"},
    {.name = "message-level",
     .letter = 'l',
     .type = COMMAND_UINT,
     .help = "Driver's message level, a bit set"},
    {.name = "wake-on-lan",
     .letter = 'w',
     .type = COMMAND_STRING,
     .help = "Wake-up causes: of p,u,m,b,a,g; d: none"},
    {0}};
COMMAND(network_nic_set, .path = "network nic set", .help = "Configure an uplink", .handler = set,
        .args = set_args);

/* network nic up, down, reset */

static VMK_ReturnStatus up(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    return status == VMK_OK ? nic_done(call, uplink, uplink_up(uplink)) : status;
}

COMMAND(network_nic_up, .path = "network nic up", .help = "Start an uplink", .handler = up, .args = nic_args);

static VMK_ReturnStatus down(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    return status == VMK_OK ? nic_done(call, uplink, uplink_down(uplink)) : status;
}

COMMAND(network_nic_down, .path = "network nic down", .help = "Stop an uplink", .handler = down,
        .args = nic_args);

static VMK_ReturnStatus reset(struct command_call *call)
{
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim(call, &uplink);

    if (status != VMK_OK) {
        return status;
    }
    status = uplink->reg.ops->uplinkReset ? uplink->reg.ops->uplinkReset(uplink->reg.driverData)
                                          : VMK_NOT_SUPPORTED;
    return nic_done(call, uplink, status);
}

COMMAND(network_nic_reset, .path = "network nic reset", .help = "Reset an uplink's hardware",
        .handler = reset, .args = nic_args);

/* network nic wait */

static VMK_ReturnStatus wait(struct command_call *call)
{
    const char *name = command_string(call, "nic-name"), *link = command_string(call, "link");
    vmk_LinkState state = link[0] == 'u' ? VMK_LINK_STATE_UP : VMK_LINK_STATE_DOWN;
    vmk_uint64 timeout_s = command_uint(call, "timeout", WAIT_S);
    vmk_StatusValue status = uplink_wait_link(name, state, (vmk_uint32)(timeout_s * VMK_MSEC_PER_SEC));

    if (status == VMK_TIMEOUT) {
        return command_fail(call, status, "%s had no link %s within %lu s", name, link, timeout_s);
    }
    return status;
}

static const struct command_arg wait_args[] = {NIC_ARG,
                                               {.name = "link",
                                                .letter = 'l',
                                                .type = COMMAND_CHOICE,
                                                .flags = COMMAND_REQUIRED,
                                                .choices = "up|down",
                                                .help = "For which state of the link"},
                                               {.name = "timeout",
                                                .letter = 't',
                                                .type = COMMAND_UINT,
                                                .min = 1,
                                                .max = 3600,
                                                .help = "Seconds to wait, 30 unless told"},
                                               {0}};
COMMAND(network_nic_wait, .path = "network nic wait", .help = "Wait for an uplink's link", .handler = wait,
        .args = wait_args, .stoppable = true);
