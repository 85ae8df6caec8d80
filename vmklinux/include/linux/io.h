/* SPDX-License-Identifier: GPL-2.0-only */
/* io.h - device registers. */
#include <asm/io.h>
