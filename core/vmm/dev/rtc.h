/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtc.h - the real-time clock and its memory (Motorola MC146818A data sheet).
 *
 * The time runs on the VM's clock from what vdev_unix_time() said at power-on, until the guest sets it.
 * Register 0x32 is the century, as the FADT says.
 */
#ifndef CORE_VMM_DEV_RTC_H
#define CORE_VMM_DEV_RTC_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define RTC_BYTES 128u

struct rtc {
    struct vm *vm;
    vmk_uint8 index;
    vmk_uint8 bytes[RTC_BYTES]; /**< Time registers count while the time stands still only. */
    vmk_uint64 second;          /**< Since 1970, which begins at `second_ns`, within half a second ahead. */
    vmk_uint64 second_ns;
    vmk_uint64 settled_ns; /**< Flags are set for all that happened until then. */
    bool muted;            /**< The HPET has taken its interrupt over. */
    struct vdev_timer timer;
    struct io_region ports;
};

void rtc_init(struct rtc *rtc, struct vm *vm);
void rtc_reset(struct rtc *rtc);

/** Disconnect the interrupt, or connect it again (IA-PC HPET 1.0a, 2.4.6). */
void rtc_mute(struct rtc *rtc, bool muted);

#endif
