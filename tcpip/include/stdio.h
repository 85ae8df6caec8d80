/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stdio.h - empty: lwIP includes it, and calls nothing of it.
 */
