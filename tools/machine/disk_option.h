/* SPDX-License-Identifier: GPL-2.0-only */
/* disk_option.h - a disk as a person names it: ahci:FILE or nvme:FILE[,blocksize=BYTES]. */
#ifndef MACHINE_DISK_OPTION_H
#define MACHINE_DISK_OPTION_H

#include <stddef.h>

#include "disk.h"

/**
 * Make a disk of @p text, which is changed and must live as long as the disk.
 *
 * @param why Receives the reason in one line.
 * @return False when the text makes no sense, or the file is none that a machine can have as a disk.
 */
bool disk_option_parse(char *text, struct machine_disk *disk, char *why, size_t why_len);

#endif
