/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_commands.h - what the files of `storage` commands share.
 */
#ifndef STORAGE_COMMANDS_H
#define STORAGE_COMMANDS_H

#include <core/command.h>
#include <core/storage.h>

/** The n-th adapter's, or device's, name, for completion. */
bool storage_adapter_candidate(unsigned n, char *text, vmk_ByteCount len);
bool storage_device_candidate(unsigned n, char *text, vmk_ByteCount len);

/** The argument every command on one adapter, or device, has. */
#define STORAGE_ADAPTER_ARG                                                                                  \
    {                                                                                                        \
        .name = "adapter", .letter = 'A', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,                 \
        .help = "The adapter, as in vmhba0", .candidate = storage_adapter_candidate                          \
    }
#define STORAGE_DEVICE_ARG                                                                                   \
    {                                                                                                        \
        .name = "device", .letter = 'd', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,                  \
        .help = "The device, or a path to it, as in vmhba0:C0:T0:L0", .candidate = storage_device_candidate  \
    }

/** Only that argument. */
extern const struct command_arg storage_adapter_args[], storage_device_args[];

/** The same where all are meant without it. */
extern const struct command_arg storage_any_device_args[];

/** Find what the command names, referenced, or tell the user. */
VMK_ReturnStatus storage_adapter_named(struct command_call *call, struct vmk_StorageAdapterInt **adapter);
VMK_ReturnStatus storage_device_named(struct command_call *call, struct vmk_BlockDeviceInt **device);

/** Call @p show with the device the command names, or with each there is. */
VMK_ReturnStatus storage_each_device(struct command_call *call,
                                     VMK_ReturnStatus (*show)(struct command_call *call,
                                                              struct vmk_BlockDeviceInt *device));

/** A row of bytes as text: "00 01 02"; @p text has 3 * @p len bytes. */
void storage_bytes_text(const vmk_uint8 *bytes, vmk_uint32 len, char *text);

#endif
