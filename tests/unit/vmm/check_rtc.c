/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"
#include "vm_host.h"

#include <time.h>

#include <core/vmm/platform.h>

#include "dev/rtc.h"
#include "dev/rtc_calendar.h"

#define SECOND 1000000000ull
#define START  1795367696ull /* 2026-11-22 17:14:56, a Sunday. */

static struct vm vm;
static struct rtc rtc;

static void setup(void)
{
    vm_host_init(&vm, 4096);
    vm.unix_time = START;
    rtc_init(&rtc, &vm);
}

static void set(unsigned at, vmk_uint8 value)
{
    vm_host_write(&vm, &rtc.ports, 0, 1, at);
    vm_host_write(&vm, &rtc.ports, 1, 1, value);
}

static unsigned get(unsigned at)
{
    vm_host_write(&vm, &rtc.ports, 0, 1, at | 0x80);
    return (unsigned)vm_host_read(&vm, &rtc.ports, 1, 1);
}

START_TEST(tells_the_time)
{
    ck_assert_uint_eq(get(RTC_D), 0x80);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x56);
    ck_assert_uint_eq(get(RTC_MINUTES), 0x14);
    ck_assert_uint_eq(get(RTC_HOURS), 0x17);
    ck_assert_uint_eq(get(RTC_WEEKDAY), 0x01);
    ck_assert_uint_eq(get(RTC_DAY), 0x22);
    ck_assert_uint_eq(get(RTC_MONTH), 0x11);
    ck_assert_uint_eq(get(RTC_YEAR), 0x26);
    ck_assert_uint_eq(get(RTC_CENTURY), 0x20);
    vm_host_advance(&vm, 4 * SECOND);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x00);
    ck_assert_uint_eq(get(RTC_MINUTES), 0x15);
    set(RTC_B, RTC_B_BINARY);
    ck_assert_uint_eq(get(RTC_HOURS), 0x80 | 5);
    ck_assert_uint_eq(get(RTC_YEAR), 26);
}
END_TEST

START_TEST(the_calendar_is_the_c_librarys)
{
    static const vmk_uint8 modes[] = {0, RTC_B_24_HOURS, RTC_B_BINARY, RTC_B_24_HOURS | RTC_B_BINARY};
    vmk_uint8 bytes[RTC_BYTES] = {0};

    for (vmk_uint64 second = 0; second < 20000000000; second += 12345677) {
        time_t when = (time_t)second;
        struct tm tm;

        gmtime_r(&when, &tm);
        bytes[RTC_B] = RTC_B_24_HOURS | RTC_B_BINARY;
        rtc_calendar_write(bytes, second);
        CHECK_THAT(bytes[RTC_SECONDS] == tm.tm_sec && bytes[RTC_MINUTES] == tm.tm_min);
        CHECK_THAT(bytes[RTC_HOURS] == tm.tm_hour && bytes[RTC_DAY] == tm.tm_mday);
        CHECK_THAT(bytes[RTC_MONTH] == tm.tm_mon + 1 && bytes[RTC_WEEKDAY] == tm.tm_wday + 1);
        CHECK_THAT(bytes[RTC_CENTURY] * 100 + bytes[RTC_YEAR] == tm.tm_year + 1900);
        for (unsigned i = 0; i < 4; i++) {
            bytes[RTC_B] = modes[i];
            rtc_calendar_write(bytes, second);
            CHECK_THAT(rtc_calendar_read(bytes) == second);
        }
    }
}
END_TEST

START_TEST(is_set_as_guests_do_it)
{
    set(RTC_B, 0x80 | RTC_B_24_HOURS);
    set(RTC_A, 0x76); /* Hold the divider. */
    set(RTC_YEAR, 0x31);
    set(RTC_MONTH, 0x02);
    set(RTC_DAY, 0x28);
    set(RTC_HOURS, 0x23);
    set(RTC_MINUTES, 0x59);
    set(RTC_SECONDS, 0x59);
    vm_host_advance(&vm, 10 * SECOND);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x59); /* It stands. */
    set(RTC_B, RTC_B_24_HOURS);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x59);
    set(RTC_A, 0x26);
    vm_host_advance(&vm, SECOND / 2 - 1);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x59);
    vm_host_advance(&vm, 1); /* The first second comes after half of one. */
    ck_assert_uint_eq(get(RTC_SECONDS), 0x00);
    ck_assert_uint_eq(get(RTC_MONTH), 0x03);
    ck_assert_uint_eq(get(RTC_DAY), 0x01);
    ck_assert_uint_eq(get(RTC_YEAR), 0x31);
}
END_TEST

START_TEST(one_register_is_set_while_it_runs)
{
    set(RTC_MINUTES, 0x30);
    ck_assert_uint_eq(get(RTC_MINUTES), 0x30);
    ck_assert_uint_eq(get(RTC_SECONDS), 0x56);
    vm_host_advance(&vm, 4 * SECOND);
    ck_assert_uint_eq(get(RTC_MINUTES), 0x31);
}
END_TEST

START_TEST(update_in_progress)
{
    vm_host_advance(&vm, SECOND - 2300000);
    ck_assert_uint_eq(get(RTC_A), 0x26);
    vm_host_advance(&vm, 100000);
    ck_assert_uint_eq(get(RTC_A), 0xa6);
    vm_host_advance(&vm, 2200000);
    ck_assert_uint_eq(get(RTC_A), 0x26);
}
END_TEST

START_TEST(update_interrupt)
{
    ck_assert_uint_eq(get(RTC_C), 0);
    set(RTC_B, 0x10 | RTC_B_24_HOURS);
    vm_host_advance(&vm, SECOND - 1);
    ck_assert(!vm.high[PLATFORM_GSI_RTC]);
    vm_host_advance(&vm, 1);
    ck_assert(vm.high[PLATFORM_GSI_RTC]);
    ck_assert_uint_eq(get(RTC_C), 0xd0); /* The periodic flag is set without being asked for. */
    ck_assert(!vm.high[PLATFORM_GSI_RTC]);
    ck_assert_uint_eq(get(RTC_C), 0);
    vm_host_advance(&vm, 3 * SECOND);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_RTC], 2); /* Nobody has read the flags since. */
}
END_TEST

START_TEST(alarm_interrupt)
{
    set(RTC_SECONDS_ALARM, 0x02);
    set(RTC_MINUTES_ALARM, 0x15);
    set(RTC_HOURS_ALARM, 0xff);
    set(RTC_B, 0x20 | RTC_B_24_HOURS);
    vm_host_advance(&vm, 6 * SECOND - 1);
    ck_assert(!vm.high[PLATFORM_GSI_RTC]);
    vm_host_advance(&vm, 1);
    ck_assert(vm.high[PLATFORM_GSI_RTC]);
    ck_assert_uint_eq(get(RTC_C) & 0xa0, 0xa0);
    vm_host_advance(&vm, 3599 * SECOND);
    ck_assert(!vm.high[PLATFORM_GSI_RTC]);
    vm_host_advance(&vm, SECOND);
    ck_assert(vm.high[PLATFORM_GSI_RTC]);
}
END_TEST

START_TEST(flags_come_without_interrupts)
{
    set(RTC_SECONDS_ALARM, 0x10);
    set(RTC_MINUTES_ALARM, 0x10);
    set(RTC_HOURS_ALARM, 0x10);
    get(RTC_C);
    vm_host_advance(&vm, 86400 * 3 * SECOND);
    ck_assert_uint_eq(get(RTC_C), 0x70);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_RTC], 0);
}
END_TEST

START_TEST(periodic_interrupt)
{
    unsigned seen = 0;

    set(RTC_A, 0x2a); /* 64 Hz. */
    set(RTC_B, 0x40 | RTC_B_24_HOURS);
    for (unsigned i = 0; i < 1000; i++) {
        vm_host_advance(&vm, SECOND / 1000);
        seen += (get(RTC_C) & 0xc0) == 0xc0;
    }
    ck_assert_uint_eq(seen, 64);
    ck_assert_uint_eq(vm.rises[PLATFORM_GSI_RTC], 64);
    set(RTC_A, 0x20);
    vm_host_advance(&vm, SECOND);
    ck_assert_uint_eq(get(RTC_C) & 0x40, 0);
}
END_TEST

START_TEST(memory_is_kept)
{
    set(0x40, 0xa5);
    set(0x7f, 0x5a);
    set(RTC_C, 0xff);
    set(RTC_D, 0x00);
    ck_assert_uint_eq(get(0x40), 0xa5);
    ck_assert_uint_eq(get(0x7f), 0x5a);
    ck_assert_uint_eq(get(RTC_C) | get(RTC_D), 0x80);
}
END_TEST

RUN_TESTS_AFTER(setup, tells_the_time, the_calendar_is_the_c_librarys, is_set_as_guests_do_it,
                one_register_is_set_while_it_runs, update_in_progress, update_interrupt, alarm_interrupt,
                flags_come_without_interrupts, periodic_interrupt, memory_is_kept)
