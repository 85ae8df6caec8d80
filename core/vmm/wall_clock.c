/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wall_clock.c - the MC146818 (its data sheet, "Reading the time").
 */
#include "wall_clock.h"

#include <core/clock.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/platform/x86/ioport.h>

#include "dev/rtc_calendar.h"

#define INDEX_PORT 0x70
#define DATA_PORT  0x71
#define RTC_A_BUSY 0x80u /* The time is changing. */
#define TRIES      100000u
#define REGISTERS  0x33u

static vmk_uint64 at_boot; /* Constant after wall_clock_init(). */

static vmk_uint8 read_register(vmk_uint8 index)
{
    vmk_IOPortWrite8(INDEX_PORT, index);
    return vmk_IOPortRead8(DATA_PORT);
}

static void read_all(vmk_uint8 registers[REGISTERS])
{
    for (unsigned i = 0; i < TRIES && (read_register(RTC_A) & RTC_A_BUSY) != 0; i++) {
    }
    for (vmk_uint8 i = 0; i < REGISTERS; i++) {
        registers[i] = read_register(i);
    }
}

void wall_clock_init(void)
{
    vmk_uint8 registers[REGISTERS], again[REGISTERS];

    /* Twice the same is a time that did not change in between. */
    read_all(again);
    for (unsigned i = 0; i < TRIES; i++) {
        vmk_Memcpy(registers, again, sizeof(registers));
        read_all(again);
        if (registers[RTC_SECONDS] == again[RTC_SECONDS]) {
            break;
        }
    }
    at_boot = rtc_calendar_read(again) - clock_now_ns() / CLOCK_NS_PER_S;
}

vmk_uint64 wall_clock_now(void)
{
    return at_boot + clock_now_ns() / CLOCK_NS_PER_S;
}
