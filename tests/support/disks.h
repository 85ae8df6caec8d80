/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disks.h - images for a machine's disks, and the disks as the machine sees them. What fails fails the
 * running Check test.
 */
#ifndef TESTS_DISKS_H
#define TESTS_DISKS_H

#include <stdint.h>

#include "boot.h"

/** An empty, sparse image; its name is @p name's own text and stays valid. An image of that name is replaced.
 * @return its path */
const char *disks_image(const char *name, uint64_t bytes);

/** Map @p path, read and write: what the machine has written is there. @return its bytes */
uint8_t *disks_map(const char *path, size_t *len);
void disks_unmap(uint8_t *bytes, size_t len);

/** Wait until there are @p count devices. Drivers find disks in their own time. */
void disks_wait(struct machine *m, unsigned count);

/**
 * The name of the path to a disk of a machine, as in vmhba1:C0:T0:L0.
 *
 * @param driver  "ahci" or "nvme".
 * @param adapter Which of that driver's, in the order of their places on the bus.
 * @param number  Which path of the adapter, in the order of their names.
 * Static; valid until the eighth call from now.
 */
const char *disks_path(struct machine *m, const char *driver, unsigned adapter, unsigned number);

/** The name of the adapter, as above. */
const char *disks_adapter(struct machine *m, const char *driver, unsigned adapter);

/** One number of `storage core device stats get`, by its heading in JSON. */
long long disks_stat(struct machine *m, const char *disk, const char *heading);

/** How often the adapter took a step, as `storage core adapter stats get` names it ("timeouts"). */
long long disks_event(struct machine *m, const char *adapter, const char *event);

#endif
