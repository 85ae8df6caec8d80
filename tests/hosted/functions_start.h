/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * functions_start.h - what the process does for cases that need functions of a bus.
 */
#ifndef HOSTED_FUNCTIONS_START_H
#define HOSTED_FUNCTIONS_START_H

/** Start vmnic0 and send a frame through it, or stop it. */
void use_uplink(_Bool on);

/** Raise or lower the interrupt line, and take what comes. */
void raise_line(_Bool asserted);

#endif
