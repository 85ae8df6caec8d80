/* SPDX-License-Identifier: GPL-2.0-only */
#include "rtc_calendar.h"

#define DAY_SECONDS   86400u
#define PM            0x80u
#define ANY           0xc0u /* An alarm byte with both bits matches always. */
#define EPOCH_YEAR    1970u
#define EPOCH_WEEKDAY 4u /* A Thursday; Sunday is 1 in the register. */

static vmk_uint8 encode(const vmk_uint8 *bytes, unsigned value)
{
    return (vmk_uint8)((bytes[RTC_B] & RTC_B_BINARY) != 0 ? value : value / 10 << 4 | value % 10);
}

static unsigned decode(const vmk_uint8 *bytes, vmk_uint8 coded)
{
    return (bytes[RTC_B] & RTC_B_BINARY) != 0 ? coded : (coded >> 4) * 10u + (coded & 0xfu);
}

static vmk_uint8 encode_hour(const vmk_uint8 *bytes, unsigned hour)
{
    if ((bytes[RTC_B] & RTC_B_24_HOURS) != 0) {
        return encode(bytes, hour);
    }
    return (vmk_uint8)(encode(bytes, hour % 12 == 0 ? 12 : hour % 12) | (hour >= 12 ? PM : 0));
}

static unsigned decode_hour(const vmk_uint8 *bytes)
{
    vmk_uint8 coded = bytes[RTC_HOURS];

    if ((bytes[RTC_B] & RTC_B_24_HOURS) != 0) {
        return decode(bytes, coded);
    }
    return decode(bytes, (vmk_uint8)(coded & ~PM)) % 12 + ((coded & PM) != 0 ? 12 : 0);
}

static bool is_leap(vmk_uint64 year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(vmk_uint64 year, unsigned month)
{
    static const vmk_uint8 days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/** Days from 1970 to the beginning of @p year. */
static vmk_uint64 days_before(vmk_uint64 year)
{
    vmk_uint64 last = year - 1;

    return (year - EPOCH_YEAR) * 365 + (last / 4 - last / 100 + last / 400) -
           (1969 / 4 - 1969 / 100 + 1969 / 400);
}

void rtc_calendar_write(vmk_uint8 *bytes, vmk_uint64 second)
{
    vmk_uint64 days = second / DAY_SECONDS, year = EPOCH_YEAR + days / 366;
    unsigned rest = (unsigned)(second % DAY_SECONDS), month = 1;

    while (days_before(year + 1) <= days) {
        year++;
    }
    bytes[RTC_SECONDS] = encode(bytes, rest % 60);
    bytes[RTC_MINUTES] = encode(bytes, rest / 60 % 60);
    bytes[RTC_HOURS] = encode_hour(bytes, rest / 3600);
    bytes[RTC_WEEKDAY] = encode(bytes, (unsigned)((days + EPOCH_WEEKDAY) % 7) + 1);
    days -= days_before(year);
    while (days >= month_days(year, month)) {
        days -= month_days(year, month++);
    }
    bytes[RTC_DAY] = encode(bytes, (unsigned)days + 1);
    bytes[RTC_MONTH] = encode(bytes, month);
    bytes[RTC_YEAR] = encode(bytes, (unsigned)(year % 100));
    bytes[RTC_CENTURY] = encode(bytes, (unsigned)(year / 100 % 100));
}

vmk_uint64 rtc_calendar_read(const vmk_uint8 *bytes)
{
    vmk_uint64 year = decode(bytes, bytes[RTC_CENTURY]) * 100u + decode(bytes, bytes[RTC_YEAR]), days;
    unsigned month = decode(bytes, bytes[RTC_MONTH]), day = decode(bytes, bytes[RTC_DAY]);

    if (year < EPOCH_YEAR) {
        year = EPOCH_YEAR;
    }
    days = days_before(year) + (day > 0 ? day - 1 : 0);
    for (unsigned m = 1; m < month && m <= 12; m++) {
        days += month_days(year, m);
    }
    return days * DAY_SECONDS + decode_hour(bytes) * 3600u + decode(bytes, bytes[RTC_MINUTES]) * 60u +
           decode(bytes, bytes[RTC_SECONDS]);
}

static bool matches(vmk_uint8 alarm, vmk_uint8 now)
{
    return alarm == now || (alarm & ANY) == ANY;
}

bool rtc_calendar_alarm(const vmk_uint8 *bytes, vmk_uint64 second)
{
    unsigned rest = (unsigned)(second % DAY_SECONDS);

    return matches(bytes[RTC_SECONDS_ALARM], encode(bytes, rest % 60)) &&
           matches(bytes[RTC_MINUTES_ALARM], encode(bytes, rest / 60 % 60)) &&
           matches(bytes[RTC_HOURS_ALARM], encode_hour(bytes, rest / 3600));
}
