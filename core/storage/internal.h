/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - between the files of the storage core.
 */
#ifndef CORE_STORAGE_INTERNAL_H
#define CORE_STORAGE_INTERNAL_H

#include <core/storage.h>

/* adapter.c */

/** Take or drop a reference. */
void adapter_ref(struct vmk_StorageAdapterInt *adapter) VMK_REQUIRES(&storage_table);
void adapter_unref(struct vmk_StorageAdapterInt *adapter) VMK_REQUIRES(&storage_table);

/* path.c */

void path_unref(struct vmk_BlockPathInt *path) VMK_REQUIRES(&storage_table);
struct vmk_BlockPathInt *path_lookup(const char *name) VMK_REQUIRES(&storage_table);

/* device.c */

void device_unref(struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&storage_table);
struct vmk_BlockDeviceInt *device_lookup(const char *name) VMK_REQUIRES(&storage_table);

/**
 * Find or make the device that @p path leads to, referenced, and make it one of its paths.
 *
 * @param[out] is_new  whether it was made.
 * @return VMK_OK, VMK_LIMIT_EXCEEDED, VMK_NO_MEMORY
 */
VMK_ReturnStatus device_join(struct vmk_BlockPathInt *path, bool *is_new) VMK_REQUIRES(&storage_table);

/** Whether no path to it is left that may come back. Context: any. */
bool device_is_lost(const struct vmk_BlockDeviceInt *device);

/** Have no new command go to @p path. The device is lost if that was the last one. */
void device_leave(struct vmk_BlockPathInt *path) VMK_REQUIRES(&storage_table);

/** Forget @p path, which has no command any more, and keep what it counted. */
void device_forget(struct vmk_BlockPathInt *path) VMK_REQUIRES(&storage_table);

/** Work out the device's size and limits from its paths. @return VMK_OK, VMK_NO_MEMORY: nothing changed */
VMK_ReturnStatus device_reshape(struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&storage_table);

/** Choose the path in use anew after one has changed: if it is @p away, another one where there is one.
 * @return whether @p away is not in use (any more). */
bool device_choose(struct vmk_BlockDeviceInt *device, const struct vmk_BlockPathInt *away)
    VMK_REQUIRES(&device->lock);

/* partition_reader.c */

/** Have the partitions read, if it is a disk, by a world of the layer's own. */
void device_read_partitions(struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&storage_table);

/** Wait until partitions that were to be read have been. Context: may block; not from that world. */
void device_settle(void);

void partition_reader_init(void);

/* handle.c */

/** Tell the handles of a device what they may do now. */
void handles_update(struct vmk_BlockDeviceInt *device) VMK_REQUIRES(&storage_table);

/* request.c */

/**
 * Give a list of requests, whose data fits, to the path in use; without one they wait or end.
 *
 * Context: bottom halves off, no lock held.
 */
void request_issue(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *requests);

/** End a request: its `done` is called in a bottom half of this CPU. Context: bottom halves off. */
void request_end_later(vmk_BlockRequest *request, vmk_StatusValue status);

/** End a request by a failure of the device's. Context: bottom halves off. */
void request_fail(vmk_BlockRequest *request, vmk_StatusValue status);

/** Have reads and writes that are @p allowed (bits by vmk_BlockOp) and without @p slow_flags taken at once.
 */
void request_set_common(struct vmk_BlockHandleInt *handle, vmk_uint32 allowed, vmk_uint32 slow_flags);

/** Commands the driver of @p path has. Exact once no more can be added. Context: any. */
vmk_uint64 path_in_flight(const struct vmk_BlockPathInt *path);

void request_init(void);

/* waiting.c */

/** Have a request wait until its submittedAt, and for a path. */
void device_wait(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *request) VMK_REQUIRES(&device->lock);

/** A command has failed: try again, or end the request. Context: bottom halves off. */
void request_retry(vmk_BlockRequest *request, vmk_StatusValue status);

/** Look after those who wait, soon. Context: any but NMI. */
void device_kick(struct vmk_BlockDeviceInt *device);

/** Note that no path can be used, or that one can again. */
void device_note_down(struct vmk_BlockDeviceInt *device, bool down) VMK_REQUIRES(&device->lock);

/** The device's timer. */
void device_service(vmk_AddrCookie data);

/* split.c */

/** Make the means to do requests of @p device by several commands, or free them. */
VMK_ReturnStatus split_pool_create(struct vmk_BlockDeviceInt *device);
void split_pool_destroy(struct vmk_BlockDeviceInt *device);

/**
 * Have bounce buffers that take blocks of @p block_bytes; where they are larger than before, nobody uses the
 * device.
 *
 * @return VMK_OK; VMK_NO_MEMORY, and all is as it was. Context: may block.
 */
VMK_ReturnStatus split_pool_fit(struct vmk_BlockDeviceInt *device, vmk_uint32 block_bytes);

/** Do a request, which is admitted, by several commands, now or when there are the means. Context: bottom
 * halves off. */
void split_begin(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *request);

/**
 * A command to write zeroes was refused: have them written from now on, these first.
 *
 * Context: bottom halves off.
 */
void split_refused_zeroes(vmk_BlockRequest *request);

void split_init(void);

/* identity.c */

/** Whether @p identity tells a name that can be used. */
bool identity_is_told(const vmk_BlockIdentity *identity);

/** Make up a name of model and serial number. @return false when there is no serial number. */
bool identity_make_up(const vmk_BlockIdentity *identity, vmk_uint32 lun, char name[VMK_BLOCK_ID_LENGTH]);

/** Trim a text that a device gave of blanks, and make it printable. */
void identity_clean(char *text, vmk_ByteCount size);

/* stats.c */

VMK_ReturnStatus adapter_stats_register(struct vmk_StorageAdapterInt *adapter);
VMK_ReturnStatus path_stats_register(struct vmk_BlockPathInt *path);
void path_stats_unregister(struct vmk_BlockPathInt *path);
VMK_ReturnStatus device_stats_register(struct vmk_BlockDeviceInt *device);
/** Add what @p path counted. Context: any. */
void path_stats_add(const struct vmk_BlockPathInt *path, struct storage_stats *stats);

void stats_init(void);

#endif
