/* SPDX-License-Identifier: GPL-2.0-only */
/* disk_image.h - what a machine has written to a disk, looked at from the host. */
#ifndef TESTS_DISK_IMAGE_H
#define TESTS_DISK_IMAGE_H

#include <survival.h>

/**
 * Fail the running Check test unless each block of the run's region of the image at @p path is a pattern
 * block of @p generation, and all the rest of the image is zeroes.
 */
void image_expect(const char *path, const struct survival_run *run, uint64_t generation);

/** How many blocks of the image at @p path differ from those of @p other, of the same length. */
uint64_t image_differences(const char *path, const char *other, uint32_t block_bytes);

#endif
