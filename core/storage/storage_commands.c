/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_commands.c - what commands on adapters and devices begin with.
 */
#include "storage_commands.h"

#include <vmkapi/lib/libc.h>

bool storage_adapter_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct vmk_StorageAdapterInt *adapter = storage_adapter_next(NULL);

    for (; adapter && n > 0; n--) {
        adapter = storage_adapter_next(adapter);
    }
    if (!adapter) {
        return false;
    }
    (void)vmk_Strlcpy(text, adapter->name.string, len);
    storage_adapter_put(adapter);
    return true;
}

bool storage_device_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct vmk_BlockDeviceInt *device = storage_device_next(NULL);

    for (; device && n > 0; n--) {
        device = storage_device_next(device);
    }
    if (!device) {
        return false;
    }
    (void)vmk_Strlcpy(text, device->name, len);
    storage_device_put(device);
    return true;
}

const struct command_arg storage_adapter_args[] = {STORAGE_ADAPTER_ARG, {0}};
const struct command_arg storage_device_args[] = {STORAGE_DEVICE_ARG, {0}};
const struct command_arg storage_any_device_args[] = {{.name = "device",
                                                       .letter = 'd',
                                                       .type = COMMAND_STRING,
                                                       .flags = COMMAND_BARE,
                                                       .help = "Only this device",
                                                       .candidate = storage_device_candidate},
                                                      {0}};

VMK_ReturnStatus storage_adapter_named(struct command_call *call, struct vmk_StorageAdapterInt **adapter)
{
    const char *name = command_string(call, "adapter");

    *adapter = storage_adapter_find(name);
    if (!*adapter) {
        return command_fail(call, VMK_NOT_FOUND,
                            "there is no adapter '%s'; 'storage core adapter list' shows them", name);
    }
    return VMK_OK;
}

VMK_ReturnStatus storage_device_named(struct command_call *call, struct vmk_BlockDeviceInt **device)
{
    const char *name = command_string(call, "device");

    *device = storage_device_find(name);
    if (!*device) {
        return command_fail(call, VMK_NOT_FOUND,
                            "there is no device '%s'; 'storage core device list' shows them", name);
    }
    return VMK_OK;
}

VMK_ReturnStatus storage_each_device(struct command_call *call,
                                     VMK_ReturnStatus (*show)(struct command_call *call,
                                                              struct vmk_BlockDeviceInt *device))
{
    struct vmk_BlockDeviceInt *device;
    vmk_StatusValue status = VMK_OK;

    if (command_string(call, "device")) {
        status = storage_device_named(call, &device);
        if (status == VMK_OK) {
            status = show(call, device);
            storage_device_put(device);
        }
        return status;
    }
    for (device = storage_device_next(NULL); device; device = storage_device_next(device)) {
        status = show(call, device);
        if (status != VMK_OK) {
            storage_device_put(device);
            break;
        }
    }
    return status;
}

void storage_bytes_text(const vmk_uint8 *bytes, vmk_uint32 len, char *text)
{
    static const char digits[] = "0123456789abcdef";

    for (vmk_uint32 i = 0; i < len; i++) {
        text[3 * i] = digits[bytes[i] >> 4];
        text[3 * i + 1] = digits[bytes[i] & 15];
        text[3 * i + 2] = i + 1 < len ? ' ' : '\0';
    }
}
