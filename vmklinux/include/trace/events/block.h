/* SPDX-License-Identifier: GPL-2.0-only */
/* block.h - the block layer's trace points, which are off. */
