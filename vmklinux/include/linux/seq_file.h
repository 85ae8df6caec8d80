/* SPDX-License-Identifier: GPL-2.0-only */
/* seq_file.h - files made as they are read: there are none. */
