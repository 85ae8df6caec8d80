/* SPDX-License-Identifier: GPL-2.0-only */
/* backing-dev.h - what a cache of pages knows of a disk: there is none. */
