/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.h - the one world of a test, whose waits are told to end.
 */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include <stdbool.h>

/** vmk_WorldForceWakeup() has been called since the last wait took it, or it was forgotten. */
extern bool support_world_wakeup;

#endif
