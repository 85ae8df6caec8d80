/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_commands.c - storage nvme device list, get, log; storage nvme namespace list, get (NVM Express base
 * specification 1.4, 5.15 identify, 5.14 log pages). The words are those of `esxcli nvme`.
 */
#include "storage_commands.h"

#include <core/heap.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define GET_LOG_PAGE      0x02
#define IDENTIFY          0x06

#define CNS_NAMESPACE     0u
#define CNS_CONTROLLER    1u
#define CNS_NAMESPACES    2u
#define IDENTIFY_BYTES    4096u
#define ALL_NAMESPACES    0xffffffffu
#define LOG_LINE_BYTES    16u
#define LOG_MAX           4096u
#define NAMESPACE_FORMATS 16u

/* Little-endian fields. */

static vmk_uint64 field(const vmk_uint8 *bytes, vmk_uint32 at, vmk_uint32 len)
{
    vmk_uint64 value = 0;

    while (len-- > 0) {
        value = value << 8 | bytes[at + len];
    }
    return value;
}

/** A text padded with blanks. */
static void format_padded(struct format *f, const vmk_uint8 *bytes, vmk_uint32 len)
{
    char text[48] = "";

    len = VMK_MIN(len, (vmk_uint32)sizeof(text) - 1);
    for (vmk_uint32 i = 0; i < len; i++) {
        text[i] = vmk_IsPrint(bytes[i]) ? (char)bytes[i] : ' ';
    }
    while (len > 0 && text[len - 1] == ' ') {
        len--;
    }
    text[len] = '\0';
    format_string(f, text);
}

/* Adapters: a controller is asked by any path of its adapter. */

/** A path of @p adapter that takes NVMe commands, referenced; NULL: none. */
static struct vmk_BlockPathInt *nvme_path(const struct vmk_StorageAdapterInt *adapter)
{
    struct vmk_BlockPathInt *path;

    for (path = storage_path_next(NULL); path; path = storage_path_next(path)) {
        if (path->adapter == adapter && path->reg.ops->nvmeCommand) {
            return path;
        }
    }
    return NULL;
}

/** Run an admin command; a refusal of the device's is told. */
static VMK_ReturnStatus admin(struct command_call *call, struct vmk_BlockPathInt *path, vmk_uint8 opcode,
                              vmk_uint32 nsid, vmk_uint32 cdw10, void *data, vmk_uint32 len)
{
    vmk_NvmeCommand command = {
        .admin = VMK_TRUE, .opcode = opcode, .nsid = nsid, .cdw10 = cdw10, .data = data, .dataLen = len};
    vmk_StatusValue status = storage_path_nvme(path, &command);

    if (status != VMK_OK) {
        return command_fail(call, status, "%s did not answer: %s", path->adapter->name.string,
                            vmk_StatusToString(status));
    }
    if (command.nvmeStatus != 0) {
        return command_fail(call, VMK_IO_ERROR, "%s refused: NVMe status type %u, code 0x%02x",
                            path->adapter->name.string, command.nvmeStatus >> 8 & 7,
                            command.nvmeStatus & 0xff);
    }
    return VMK_OK;
}

/** Call @p use with a path to the controller the command names, and a buffer. */
static VMK_ReturnStatus with_controller(struct command_call *call,
                                        VMK_ReturnStatus (*use)(struct command_call *call,
                                                                struct vmk_BlockPathInt *path,
                                                                vmk_uint8 *buffer))
{
    vmk_uint8 *buffer = vmk_HeapZalloc(heap_kernel, IDENTIFY_BYTES);
    struct vmk_StorageAdapterInt *adapter;
    struct vmk_BlockPathInt *path;
    vmk_StatusValue status;

    if (!buffer) {
        return VMK_NO_MEMORY;
    }
    status = storage_adapter_named(call, &adapter);
    if (status == VMK_OK) {
        path = nvme_path(adapter);
        status = path ? use(call, path, buffer)
                      : command_fail(call, VMK_NOT_SUPPORTED, "%s is no NVMe controller with a namespace",
                                     adapter->name.string);
        if (path) {
            storage_path_put(path);
        }
        storage_adapter_put(adapter);
    }
    vmk_HeapFree(heap_kernel, buffer);
    return status;
}

/* storage nvme device list */

static VMK_ReturnStatus device_list(struct command_call *call)
{
    vmk_uint8 *identity = vmk_HeapZalloc(heap_kernel, IDENTIFY_BYTES);
    struct vmk_StorageAdapterInt *adapter;
    vmk_StatusValue status = VMK_OK;

    if (!identity) {
        return VMK_NO_MEMORY;
    }
    for (adapter = storage_adapter_next(NULL); adapter; adapter = storage_adapter_next(adapter)) {
        struct vmk_BlockPathInt *path = nvme_path(adapter);

        if (!path) {
            continue;
        }
        if (admin(call, path, IDENTIFY, 0, CNS_CONTROLLER, identity, IDENTIFY_BYTES) == VMK_OK) {
            format_row(&call->format);
            format_string(&call->format, adapter->name.string);
            format_padded(&call->format, identity + 24, 40);
            format_padded(&call->format, identity + 4, 20);
            format_padded(&call->format, identity + 64, 8);
        } else {
            status = VMK_IO_ERROR;
        }
        storage_path_put(path);
    }
    vmk_HeapFree(heap_kernel, identity);
    return status;
}

static const struct format_column list_columns[] = {{"HBA Name", FORMAT_STRING},
                                                    {"Model Number", FORMAT_STRING},
                                                    {"Serial Number", FORMAT_STRING},
                                                    {"Firmware Revision", FORMAT_STRING},
                                                    {0}};
COMMAND(storage_nvme_device_list, .path = "storage nvme device list", .help = "Show the NVMe controllers",
        .handler = device_list, .columns = list_columns);

/* storage nvme device get */

static VMK_ReturnStatus get(struct command_call *call, struct vmk_BlockPathInt *path, vmk_uint8 *id)
{
    struct format *f = &call->format;
    vmk_StatusValue status = admin(call, path, IDENTIFY, 0, CNS_CONTROLLER, id, IDENTIFY_BYTES);

    if (status != VMK_OK) {
        return status;
    }
    format_row(f);
    format_string(f, path->adapter->name.string);
    format_hex(f, field(id, 0, 2));
    format_hex(f, field(id, 2, 2));
    format_padded(f, id + 4, 20);
    format_padded(f, id + 24, 40);
    format_padded(f, id + 64, 8);
    format_uint(f, field(id, 78, 2));
    format_stringf(f, "%lu.%lu.%lu", field(id, 82, 2), field(id, 81, 1), field(id, 80, 1));
    format_uint(f, field(id, 516, 4));
    /* MDTS is in units of the smallest page, which CAP tells and everybody has at 4 KiB. */
    if (id[77] != 0 && id[77] < 32) {
        format_uint(f, VMK_PAGE_SIZE << id[77]);
    } else {
        format_none(f);
    }
    format_hex(f, field(id, 256, 2));
    format_uint(f, id[258] + 1ul);
    format_uint(f, id[259] + 1ul);
    format_uint(f, id[262] + 1ul);
    format_bool(f, (id[525] & 1) != 0);
    format_bool(f, (field(id, 520, 2) & 1u << 2) != 0);
    format_bool(f, (field(id, 520, 2) & 1u << 3) != 0);
    format_padded(f, id + 768, 47);
    return VMK_OK;
}

static VMK_ReturnStatus device_get(struct command_call *call)
{
    return with_controller(call, get);
}

static const struct format_column get_columns[] = {{"HBA Name", FORMAT_STRING},
                                                   {"PCI VID", FORMAT_HEX},
                                                   {"PCI SSVID", FORMAT_HEX},
                                                   {"Serial Number", FORMAT_STRING},
                                                   {"Model Number", FORMAT_STRING},
                                                   {"Firmware Revision", FORMAT_STRING},
                                                   {"Controller ID", FORMAT_UINT},
                                                   {"NVMe Version", FORMAT_STRING},
                                                   {"Number Of Namespaces", FORMAT_UINT},
                                                   {"Maximum Data Transfer Size", FORMAT_UINT, "bytes"},
                                                   {"Optional Admin Commands", FORMAT_HEX},
                                                   {"Abort Command Limit", FORMAT_UINT},
                                                   {"Async Event Request Limit", FORMAT_UINT},
                                                   {"Error Log Page Entries", FORMAT_UINT},
                                                   {"Volatile Write Cache", FORMAT_BOOL},
                                                   {"Dataset Management", FORMAT_BOOL},
                                                   {"Write Zeroes", FORMAT_BOOL},
                                                   {"NVM Subsystem NQN", FORMAT_STRING},
                                                   {0}};
COMMAND(storage_nvme_device_get, .path = "storage nvme device get",
        .help = "Show what an NVMe controller says of itself", .handler = device_get,
        .args = storage_adapter_args, .columns = get_columns, .shape = FORMAT_RECORD);

/* storage nvme device log get */

static VMK_ReturnStatus log_page(struct command_call *call, struct vmk_BlockPathInt *path, vmk_uint8 *buffer)
{
    vmk_uint32 id = (vmk_uint32)command_uint(call, "log-id", 0);
    vmk_uint32 len = (vmk_uint32)command_uint(call, "length", 512);
    char text[3 * LOG_LINE_BYTES];
    vmk_StatusValue status;

    if (len % 4 != 0) {
        return command_fail(call, VMK_BAD_PARAM, "--length takes multiples of 4, not %u", len);
    }
    status = admin(call, path, GET_LOG_PAGE, ALL_NAMESPACES, id | (len / 4 - 1) << 16, buffer, len);
    for (vmk_uint32 at = 0; status == VMK_OK && at < len; at += LOG_LINE_BYTES) {
        storage_bytes_text(buffer + at, VMK_MIN(LOG_LINE_BYTES, len - at), text);
        format_row(&call->format);
        format_hex(&call->format, at);
        format_string(&call->format, text);
    }
    return status;
}

static VMK_ReturnStatus log_get(struct command_call *call)
{
    return with_controller(call, log_page);
}

static const struct command_arg log_args[] = {STORAGE_ADAPTER_ARG,
                                              {.name = "log-id",
                                               .letter = 'i',
                                               .type = COMMAND_UINT,
                                               .flags = COMMAND_REQUIRED,
                                               .min = 1,
                                               .max = 0xff,
                                               .help = "Log page: 1 errors, 2 health, 3 firmware slots"},
                                              {.name = "length",
                                               .letter = 'l',
                                               .type = COMMAND_UINT,
                                               .min = 4,
                                               .max = LOG_MAX,
                                               .help = "Bytes, 512 unless told"},
                                              {0}};
static const struct format_column log_columns[] = {{"Offset", FORMAT_HEX}, {"Data", FORMAT_STRING}, {0}};
COMMAND(storage_nvme_device_log_get, .path = "storage nvme device log get",
        .help = "Show a log page of an NVMe controller", .handler = log_get, .args = log_args,
        .columns = log_columns);

/* storage nvme namespace list, get */

static VMK_ReturnStatus namespaces(struct command_call *call, struct vmk_BlockPathInt *path, vmk_uint8 *list)
{
    vmk_StatusValue status = admin(call, path, IDENTIFY, 0, CNS_NAMESPACES, list, IDENTIFY_BYTES);

    for (vmk_uint32 at = 0; status == VMK_OK && at < IDENTIFY_BYTES && field(list, at, 4) != 0; at += 4) {
        format_row(&call->format);
        format_uint(&call->format, field(list, at, 4));
        format_string(&call->format, "Active");
    }
    return status;
}

static VMK_ReturnStatus namespace_list(struct command_call *call)
{
    return with_controller(call, namespaces);
}

static const struct format_column namespace_columns[] = {
    {"Namespace ID", FORMAT_UINT}, {"Status", FORMAT_STRING}, {0}};
COMMAND(storage_nvme_namespace_list, .path = "storage nvme namespace list",
        .help = "Show the namespaces of an NVMe controller", .handler = namespace_list,
        .args = storage_adapter_args, .columns = namespace_columns);

/** The block size is that of the format in use. */
static VMK_ReturnStatus namespace_info(struct command_call *call, struct vmk_BlockPathInt *path,
                                       vmk_uint8 *id)
{
    vmk_uint32 nsid = (vmk_uint32)command_uint(call, "namespace", 1), shift;
    struct format *f = &call->format;
    vmk_StatusValue status = admin(call, path, IDENTIFY, nsid, CNS_NAMESPACE, id, IDENTIFY_BYTES);

    if (status != VMK_OK) {
        return status;
    }
    /* Of one that is not there all fields are zero. */
    if (field(id, 0, 8) == 0) {
        return command_fail(call, VMK_NOT_FOUND,
                            "%s has no namespace %u; 'storage nvme namespace list' shows them",
                            path->adapter->name.string, nsid);
    }
    shift = id[128 + 4 * (id[26] % NAMESPACE_FORMATS) + 2];
    format_row(f);
    format_uint(f, nsid);
    format_uint(f, field(id, 0, 8));
    format_uint(f, field(id, 8, 8));
    format_uint(f, field(id, 16, 8));
    format_uint(f, shift < 32 ? 1ul << shift : 0);
    format_uint(f, id[25] + 1ul);
    format_uint(f, id[26] % NAMESPACE_FORMATS);
    format_hex(f, id[24]);
    format_stringf(f, "%016lx", __builtin_bswap64(field(id, 120, 8)));
    format_stringf(f, "%016lx%016lx", __builtin_bswap64(field(id, 104, 8)),
                   __builtin_bswap64(field(id, 112, 8)));
    return VMK_OK;
}

static VMK_ReturnStatus namespace_get(struct command_call *call)
{
    return with_controller(call, namespace_info);
}

static const struct command_arg namespace_args[] = {STORAGE_ADAPTER_ARG,
                                                    {.name = "namespace",
                                                     .letter = 'n',
                                                     .type = COMMAND_UINT,
                                                     .min = 1,
                                                     .max = 0xfffffffe,
                                                     .help = "The namespace's ID, 1 unless told"},
                                                    {0}};
static const struct format_column namespace_get_columns[] = {{"Namespace ID", FORMAT_UINT},
                                                             {"Namespace Size", FORMAT_UINT, "blocks"},
                                                             {"Namespace Capacity", FORMAT_UINT, "blocks"},
                                                             {"Namespace Utilization", FORMAT_UINT, "blocks"},
                                                             {"Formatted Block Size", FORMAT_UINT, "bytes"},
                                                             {"Number Of LBA Formats", FORMAT_UINT},
                                                             {"LBA Format", FORMAT_UINT},
                                                             {"Features", FORMAT_HEX},
                                                             {"EUI64", FORMAT_STRING},
                                                             {"NGUID", FORMAT_STRING},
                                                             {0}};
COMMAND(storage_nvme_namespace_get, .path = "storage nvme namespace get",
        .help = "Show what an NVMe namespace says of itself", .handler = namespace_get,
        .args = namespace_args, .columns = namespace_get_columns, .shape = FORMAT_RECORD);
