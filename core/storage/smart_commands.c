/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smart_commands.c - storage core device smart get: what a disk says of its health.
 *
 * NVMe: log page 2 (NVM Express base specification 1.4, 5.14.1.2). ATA: SMART READ DATA, READ THRESHOLDS and
 * RETURN STATUS, sent through ATA PASS-THROUGH(16) (SAT-4, 12.2); the attributes' layout is the drives' own,
 * as everybody reads it. One table for both, with esxcli's columns.
 */
#include "storage_commands.h"

#include <core/heap.h>
#include <vmkapi/lib/libc.h>

#include "ata_passthrough.h"

/* Rows. */

static void show(struct format *f, const char *parameter, const char *value)
{
    format_row(f);
    format_string(f, parameter);
    format_string(f, value);
    format_none(f);
    format_none(f);
    format_none(f);
}

/** A number; one of more than 64 bits is shown as the largest. */
static void show_number(struct format *f, const char *parameter, const vmk_uint8 *bytes, vmk_uint32 len)
{
    vmk_uint64 value = 0;
    char text[24];

    for (vmk_uint32 i = len; i-- > 0;) {
        value = i >= sizeof(value) ? (bytes[i] != 0 ? ~0ul : value)
                                   : (value == ~0ul ? value : value << 8 | bytes[i]);
    }
    vmk_Snprintf(text, sizeof(text), "%lu", value);
    show(f, parameter, text);
}

/* NVMe. */

#define NVME_GET_LOG_PAGE 0x02
#define NVME_LOG_HEALTH   2u
#define NVME_HEALTH_BYTES 512u
#define NVME_ALL          0xffffffffu

/** Fields of log page 2 that are plain numbers. */
static const struct {
    const char *name;
    vmk_uint16 at;
    vmk_uint16 len;
} nvme_numbers[] = {
    {"Available Spare (%)", 3, 1},
    {"Available Spare Threshold (%)", 4, 1},
    {"Percentage Used (%)", 5, 1},
    {"Data Units Read (512,000 bytes)", 32, 16},
    {"Data Units Written (512,000 bytes)", 48, 16},
    {"Host Read Commands", 64, 16},
    {"Host Write Commands", 80, 16},
    {"Controller Busy Time (minutes)", 96, 16},
    {"Power Cycle Count", 112, 16},
    {"Power-on Hours", 128, 16},
    {"Unsafe Shutdowns", 144, 16},
    {"Media Errors", 160, 16},
    {"Error Log Entries", 176, 16},
};

static void show_nvme(struct format *f, const vmk_uint8 *log)
{
    vmk_uint32 kelvin = log[1] | (vmk_uint32)log[2] << 8;
    char text[24];

    vmk_Snprintf(text, sizeof(text), log[0] == 0 ? "OK" : "WARNING (0x%02x)", log[0]);
    show(f, "Health Status", text);
    vmk_Snprintf(text, sizeof(text), "%d", (vmk_int32)kelvin - 273);
    show(f, "Drive Temperature (Celsius)", text);
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(nvme_numbers); i++) {
        show_number(f, nvme_numbers[i].name, log + nvme_numbers[i].at, nvme_numbers[i].len);
    }
}

static VMK_ReturnStatus smart_nvme(struct command_call *call, struct vmk_BlockPathInt *path, void *buffer)
{
    vmk_NvmeCommand command = {.admin = VMK_TRUE,
                               .opcode = NVME_GET_LOG_PAGE,
                               .nsid = NVME_ALL,
                               .cdw10 = NVME_LOG_HEALTH | (NVME_HEALTH_BYTES / 4 - 1) << 16,
                               .data = buffer,
                               .dataLen = NVME_HEALTH_BYTES};
    vmk_StatusValue status = storage_path_nvme(path, &command);

    if (status == VMK_OK && command.nvmeStatus != 0) {
        return command_fail(call, VMK_IO_ERROR, "the device refused its health log: NVMe status 0x%x",
                            command.nvmeStatus);
    }
    if (status == VMK_OK) {
        show_nvme(&call->format, buffer);
    }
    return status;
}

/* ATA. */

#define ATA_SMART            0xb0
#define SMART_READ_DATA      0xd0
#define SMART_READ_THRESHOLD 0xd1
#define SMART_RETURN_STATUS  0xda
#define SMART_LBA_MID        0x4f
#define SMART_LBA_HIGH       0xc2
#define SMART_LBA_MID_BAD    0xf4 /* with 0x2c: a threshold was exceeded */
#define SMART_LBA_HIGH_BAD   0x2c
#define SMART_BYTES          512u
#define SMART_ATTRIBUTES     30u

/** One of the thirty from byte 2 on; the thresholds have the same places. */
struct smart_attribute {
    vmk_uint8 id; /**< 0: unused. */
    vmk_uint8 flags[2];
    vmk_uint8 value;
    vmk_uint8 worst;
    vmk_uint8 raw[6];
    vmk_uint8 reserved;
};

VMK_STATIC_ASSERT(sizeof(struct smart_attribute) == 12, "this is a layout on the wire");

static const struct {
    vmk_uint8 id;
    const char *name;
} attribute_names[] = {
    {1, "Raw Read Error Rate"},    {3, "Spin-Up Time"},       {4, "Start/Stop Count"},
    {5, "Reallocated Sectors"},    {7, "Seek Error Rate"},    {9, "Power-on Hours"},
    {10, "Spin Retry Count"},      {12, "Power Cycle Count"}, {190, "Airflow Temperature"},
    {194, "Drive Temperature"},    {197, "Pending Sectors"},  {198, "Uncorrectable Sectors"},
    {199, "Interface CRC Errors"}, {231, "SSD Life Left"},    {241, "Total Sectors Written"},
    {242, "Total Sectors Read"},
};

static void attribute_name(vmk_uint8 id, char *text, vmk_ByteCount len)
{
    for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(attribute_names); i++) {
        if (attribute_names[i].id == id) {
            (void)vmk_Strlcpy(text, attribute_names[i].name, len);
            return;
        }
    }
    vmk_Snprintf(text, len, "Attribute %u", id);
}

static const vmk_uint8 *find_threshold(const vmk_uint8 *thresholds, vmk_uint8 id)
{
    for (vmk_uint32 i = 0; i < SMART_ATTRIBUTES; i++) {
        const vmk_uint8 *entry = thresholds + 2 + i * sizeof(struct smart_attribute);

        if (entry[0] == id) {
            return entry + 1;
        }
    }
    return NULL;
}

static void show_attributes(struct format *f, const vmk_uint8 *data, const vmk_uint8 *thresholds)
{
    struct smart_attribute attribute;
    const vmk_uint8 *threshold;
    char name[40];

    for (vmk_uint32 i = 0; i < SMART_ATTRIBUTES; i++) {
        vmk_Memcpy(&attribute, data + 2 + i * sizeof(attribute), sizeof(attribute));
        if (attribute.id == 0) {
            continue;
        }
        threshold = find_threshold(thresholds, attribute.id);
        attribute_name(attribute.id, name, sizeof(name));
        format_row(f);
        format_string(f, name);
        format_stringf(f, "%u", attribute.value);
        if (threshold) {
            format_uint(f, *threshold);
        } else {
            format_none(f);
        }
        format_uint(f, attribute.worst);
        format_uint(f, attribute.raw[0] | (vmk_uint64)attribute.raw[1] << 8 |
                           (vmk_uint64)attribute.raw[2] << 16 | (vmk_uint64)attribute.raw[3] << 24 |
                           (vmk_uint64)attribute.raw[4] << 32 | (vmk_uint64)attribute.raw[5] << 40);
    }
}

static VMK_ReturnStatus smart_command(struct vmk_BlockPathInt *path, vmk_uint8 feature, void *data,
                                      struct ata_registers *answer)
{
    struct ata_command command = {.command = ATA_SMART,
                                  .feature = feature,
                                  .count = data ? 1 : 0,
                                  .lba_mid = SMART_LBA_MID,
                                  .lba_high = SMART_LBA_HIGH,
                                  .data = data,
                                  .data_len = data ? SMART_BYTES : 0,
                                  .want_registers = !data};

    return ata_pass_through(path, &command, answer);
}

static VMK_ReturnStatus smart_ata(struct command_call *call, struct vmk_BlockPathInt *path, vmk_uint8 *buffer)
{
    vmk_uint8 *thresholds = buffer + SMART_BYTES;
    struct ata_registers answer;
    const char *health = "unknown";
    vmk_StatusValue status = smart_command(path, SMART_READ_DATA, buffer, &answer);

    if (status == VMK_OK) {
        status = smart_command(path, SMART_READ_THRESHOLD, thresholds, &answer);
    }
    if (status != VMK_OK) {
        return status;
    }
    if (smart_command(path, SMART_RETURN_STATUS, NULL, &answer) == VMK_OK) {
        if (answer.lba_mid == SMART_LBA_MID && answer.lba_high == SMART_LBA_HIGH) {
            health = "OK";
        } else if (answer.lba_mid == SMART_LBA_MID_BAD && answer.lba_high == SMART_LBA_HIGH_BAD) {
            health = "WARNING";
        }
    }
    show(&call->format, "Health Status", health);
    show_attributes(&call->format, buffer, thresholds);
    return VMK_OK;
}

/* storage core device smart get */

static VMK_ReturnStatus smart_path(struct command_call *call, struct vmk_BlockPathInt *path,
                                   const char *device)
{
    vmk_uint8 *buffer = vmk_HeapZalloc(heap_kernel, 2 * SMART_BYTES);
    vmk_StatusValue status = VMK_NOT_SUPPORTED;

    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    if (path->reg.ops->nvmeCommand) {
        status = smart_nvme(call, path, buffer);
    } else if (path->reg.ops->scsiCommand) {
        status = smart_ata(call, path, buffer);
    }
    vmk_HeapFree(heap_kernel, buffer);
    if (status != VMK_OK && !call->explained) {
        status = command_fail(call, status, "%s tells nothing of its health: %s", device,
                              vmk_StatusToString(status));
    }
    return status;
}

static VMK_ReturnStatus smart_get(struct command_call *call)
{
    struct vmk_BlockDeviceInt *device;
    struct vmk_BlockPathInt *path;
    vmk_StatusValue status = storage_device_named(call, &device);

    if (status != VMK_OK) {
        return status;
    }
    path = storage_device_path(device);
    status = path ? smart_path(call, path, device->name)
                  : command_fail(call, VMK_NO_CONNECT, "no path to %s can be used", device->name);
    if (path) {
        storage_path_put(path);
    }
    storage_device_put(device);
    return status;
}

static const struct format_column smart_columns[] = {{"Parameter", FORMAT_STRING}, {"Value", FORMAT_STRING},
                                                     {"Threshold", FORMAT_UINT},   {"Worst", FORMAT_UINT},
                                                     {"Raw", FORMAT_UINT},         {0}};
COMMAND(storage_core_device_smart_get, .path = "storage core device smart get",
        .help = "Show what a disk says of its health", .handler = smart_get, .args = storage_device_args,
        .columns = smart_columns);
