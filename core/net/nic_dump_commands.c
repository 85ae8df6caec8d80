/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_dump_commands.c - network nic register, eeprom, selftest, negotiate, identify.
 */
#include <core/heap.h>
#include <vmkapi/lib/bits.h>

#include "nic_commands.h"

#define LINE_BYTES     16
#define EEPROM_MAX     (1u << 20)
#define IDENTIFY_MAX_S 30

static const struct format_column dump_columns[] = {{"Offset", FORMAT_HEX}, {"Data", FORMAT_STRING}, {0}};

/** Show bytes, 16 a row. */
static void format_bytes(struct format *f, vmk_uint32 offset, const vmk_uint8 *bytes, vmk_uint32 len)
{
    static const char digits[] = "0123456789abcdef";
    char text[LINE_BYTES * 3];

    for (vmk_uint32 at = 0; at < len; at += LINE_BYTES) {
        vmk_uint32 count = VMK_MIN(LINE_BYTES, len - at);

        for (vmk_uint32 i = 0; i < count; i++) {
            text[3 * i] = digits[bytes[at + i] >> 4];
            text[3 * i + 1] = digits[bytes[at + i] & 15];
            text[3 * i + 2] = ' ';
        }
        text[3 * count - 1] = '\0';
        format_row(f);
        format_hex(f, offset + at);
        format_string(f, text);
    }
}

static VMK_ReturnStatus dump_registers(struct format *f, vmk_AddrCookie data, const vmk_UplinkRegDumpOps *ops)
{
    vmk_uint32 size, version;
    vmk_StatusValue status = ops->sizeGet(data, &size);
    void *buffer;

    if (status != VMK_OK) {
        return status;
    }
    buffer = vmk_HeapZalloc(heap_kernel, size);
    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    status = ops->dump(data, size, buffer, &version);
    if (status == VMK_OK) {
        format_bytes(f, 0, buffer, size);
    }
    vmk_HeapFree(heap_kernel, buffer);
    return status;
}

static VMK_ReturnStatus register_dump(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_REG_DUMP, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    return nic_done(call, uplink, dump_registers(&call->format, uplink->reg.driverData, ops));
}

COMMAND(network_nic_register_dump, .path = "network nic register dump", .help = "Show an uplink's registers",
        .handler = register_dump, .args = nic_args, .columns = dump_columns);

static VMK_ReturnStatus dump_eeprom(struct command_call *call, vmk_AddrCookie data,
                                    const vmk_UplinkEEPROMOps *ops)
{
    vmk_uint32 offset = (vmk_uint32)command_uint(call, "offset", 0);
    vmk_uint32 size, len, magic;
    vmk_StatusValue status = ops->sizeGet(data, &size);
    void *buffer;

    if (status != VMK_OK) {
        return status;
    }
    if (offset >= size) {
        return command_fail(call, VMK_BAD_PARAM, "the EEPROM has %u bytes only", size);
    }
    len = VMK_MIN((vmk_uint32)command_uint(call, "length", size), size - offset);
    buffer = vmk_HeapZalloc(heap_kernel, len);
    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    status = ops->read(data, offset, len, buffer, &magic);
    if (status == VMK_OK) {
        format_bytes(&call->format, offset, buffer, len);
    }
    vmk_HeapFree(heap_kernel, buffer);
    return status;
}

static VMK_ReturnStatus eeprom_dump(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_EEPROM, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    return nic_done(call, uplink, dump_eeprom(call, uplink->reg.driverData, ops));
}

static const struct command_arg eeprom_args[] = {
    NIC_ARG,
    {.name = "offset", .letter = 'o', .type = COMMAND_UINT, .help = "First byte"},
    {.name = "length",
     .letter = 'l',
     .type = COMMAND_UINT,
     .min = 1,
     .max = EEPROM_MAX,
     .help = "Number of bytes"},
    {0}};
COMMAND(network_nic_eeprom_dump, .path = "network nic eeprom dump", .help = "Show an uplink's EEPROM",
        .handler = eeprom_dump, .args = eeprom_args, .columns = dump_columns);

/** Write one byte; the driver is given back the magic number it tells when reading. */
static VMK_ReturnStatus change_eeprom(struct command_call *call, vmk_AddrCookie data,
                                      const vmk_UplinkEEPROMOps *ops)
{
    vmk_uint32 offset = (vmk_uint32)command_uint(call, "offset", 0);
    vmk_uint8 value = (vmk_uint8)command_uint(call, "value", 0);
    vmk_uint8 old;
    vmk_uint32 magic;
    vmk_StatusValue status = ops->write ? ops->read(data, offset, 1, &old, &magic) : VMK_NOT_SUPPORTED;

    return status == VMK_OK ? ops->write(data, offset, 1, &value, magic) : status;
}

static VMK_ReturnStatus eeprom_change(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_EEPROM, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    return nic_done(call, uplink, change_eeprom(call, uplink->reg.driverData, ops));
}

static const struct command_arg change_args[] = {
    NIC_ARG,
    {.name = "offset", .letter = 'o', .type = COMMAND_UINT, .flags = COMMAND_REQUIRED, .help = "Which byte"},
    {.name = "value",
     .letter = 'v',
     .type = COMMAND_UINT,
     .flags = COMMAND_REQUIRED,
     .max = 255,
     .help = "To what"},
    {0}};
COMMAND(network_nic_eeprom_change, .path = "network nic eeprom change",
        .help = "Change a byte of an uplink's EEPROM", .handler = eeprom_change, .args = change_args);

/* network nic selftest run */

static VMK_ReturnStatus run_tests(struct command_call *call, vmk_AddrCookie data,
                                  const vmk_UplinkSelfTestOps *ops)
{
    vmk_uint32 count;
    vmk_UplinkString *names;
    vmk_uint64 *results;
    vmk_Bool passed = VMK_FALSE;
    vmk_StatusValue status = ops->countGet(data, &count);

    if (status != VMK_OK || count == 0) {
        return status;
    }
    names = vmk_HeapZalloc(heap_kernel, count * sizeof(*names));
    results = vmk_HeapZalloc(heap_kernel, count * sizeof(*results));
    status = VMK_NO_MEMORY;
    if (names && results) {
        status = ops->run(data, command_bool(call, "online", false), count, names, results, &passed);
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < count; i++) {
        names[i][VMK_UPLINK_STRING_LENGTH - 1] = '\0';
        format_row(&call->format);
        format_string(&call->format, names[i]);
        format_string(&call->format, results[i] == 0 ? "pass" : "fail");
        format_uint(&call->format, results[i]);
    }
    vmk_HeapFree(heap_kernel, names);
    vmk_HeapFree(heap_kernel, results);
    if (status == VMK_OK && !passed) {
        status = command_fail(call, VMK_FAILURE, "the self test failed");
    }
    return status;
}

static VMK_ReturnStatus selftest_run(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_SELF_TEST, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    return nic_done(call, uplink, run_tests(call, uplink->reg.driverData, ops));
}

static const struct command_arg selftest_args[] = {
    NIC_ARG,
    {.name = "online", .letter = 'o', .type = COMMAND_FLAG, .help = "Only tests that do not disturb traffic"},
    {0}};
static const struct format_column selftest_columns[] = {
    {"Test", FORMAT_STRING}, {"Result", FORMAT_STRING}, {"Code", FORMAT_UINT}, {0}};
COMMAND(network_nic_selftest_run, .path = "network nic selftest run", .help = "Run an uplink's self test",
        .handler = selftest_run, .args = selftest_args, .columns = selftest_columns);

/* network nic negotiate restart, identify */

static VMK_ReturnStatus negotiate_restart(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_RESTART_NEG, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    status = ((const vmk_UplinkRestartNegOps *)ops)->restartNeg(uplink->reg.driverData);
    return nic_done(call, uplink, status);
}

COMMAND(network_nic_negotiate_restart, .path = "network nic negotiate restart",
        .help = "Negotiate speed and duplex anew", .handler = negotiate_restart, .args = nic_args);

static VMK_ReturnStatus identify(struct command_call *call)
{
    const void *ops;
    struct vmk_UplinkInt *uplink;
    vmk_StatusValue status = nic_claim_with(call, VMK_UPLINK_CAP_IDENTIFY, &uplink, &ops);

    if (status != VMK_OK) {
        return status;
    }
    status = ((const vmk_UplinkIdentifyOps *)ops)
                 ->identify(uplink->reg.driverData, (vmk_uint32)command_uint(call, "seconds", 2));
    return nic_done(call, uplink, status);
}

static const struct command_arg identify_args[] = {NIC_ARG,
                                                   {.name = "seconds",
                                                    .letter = 's',
                                                    .type = COMMAND_UINT,
                                                    .min = 1,
                                                    .max = IDENTIFY_MAX_S,
                                                    .help = "For how long"},
                                                   {0}};
COMMAND(network_nic_identify, .path = "network nic identify", .help = "Blink an uplink's LED",
        .handler = identify, .args = identify_args);
