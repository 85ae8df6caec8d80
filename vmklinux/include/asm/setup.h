/* SPDX-License-Identifier: GPL-2.0-only */
/* setup.h - how the machine was booted: nothing of it is a driver's. */
