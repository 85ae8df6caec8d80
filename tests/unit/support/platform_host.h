/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * platform_host.h - a whole platform on the fake machine: lines and messages go where they go in the kernel.
 */
#ifndef TESTS_UNIT_SUPPORT_PLATFORM_HOST_H
#define TESTS_UNIT_SUPPORT_PLATFORM_HOST_H

#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>

#include "vm_host.h"

#define PLATFORM_HOST_CPUS 2

struct platform_host {
    struct vm vm;
    struct platform *platform;
    struct lapic lapics[PLATFORM_HOST_CPUS];
    char sent[256]; /**< The last bytes the serial port sent; the n-th is at n % 256. */
    unsigned num_sent;
};

/** Make it, or end the process. One at a time. */
void platform_host_init(struct platform_host *host);
void platform_host_free(struct platform_host *host);

#endif
