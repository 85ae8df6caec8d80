/* SPDX-License-Identifier: GPL-2.0-only */
/* pagemap.h - included by drivers for what mm.h and highmem.h offer; there is no page cache. */
#include <linux/highmem.h>
#include <linux/mm.h>
