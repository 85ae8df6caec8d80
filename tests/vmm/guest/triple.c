/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * triple.c - the end of all: an exception that can't be delivered, nor the double fault, shuts the processor
 * down (AMD64 APM vol. 2, 8.2.9), and its machine with it.
 */
#include "guest.h"

static void test_shutdown(void)
{
    static const uint8_t no_gates[6];

    guest_print("all passed\nended\n");
    __asm__ volatile("lidt %0; ud2" ::"m"(no_gates) : "memory");
    guest_fail("it goes on", __LINE__);
}

const struct guest_test guest_tests[] = {{"shutdown", test_shutdown}, {0, 0}};
