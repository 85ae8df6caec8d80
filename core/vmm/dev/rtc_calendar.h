/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtc_calendar.h - seconds since 1970 as the MC146818's registers tell them, and back.
 */
#ifndef CORE_VMM_DEV_RTC_CALENDAR_H
#define CORE_VMM_DEV_RTC_CALENDAR_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

enum rtc_register {
    RTC_SECONDS = 0x00,
    RTC_SECONDS_ALARM = 0x01,
    RTC_MINUTES = 0x02,
    RTC_MINUTES_ALARM = 0x03,
    RTC_HOURS = 0x04,
    RTC_HOURS_ALARM = 0x05,
    RTC_WEEKDAY = 0x06,
    RTC_DAY = 0x07,
    RTC_MONTH = 0x08,
    RTC_YEAR = 0x09,
    RTC_A = 0x0a,
    RTC_B = 0x0b,
    RTC_C = 0x0c,
    RTC_D = 0x0d,
    RTC_CENTURY = 0x32,
};

#define RTC_B_24_HOURS 0x02u
#define RTC_B_BINARY   0x04u

/** Write the time of @p second to the registers in @p bytes, coded as register B in it says. */
void rtc_calendar_write(vmk_uint8 *bytes, vmk_uint64 second);

/** @return the second that the registers tell; digits beyond their range count on. */
vmk_uint64 rtc_calendar_read(const vmk_uint8 *bytes);

/** Whether the alarm registers in @p bytes match @p second. */
bool rtc_calendar_alarm(const vmk_uint8 *bytes, vmk_uint64 second);

#endif
