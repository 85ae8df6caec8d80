/* SPDX-License-Identifier: GPL-2.0-only */
/* bottom_half.h - holding off this CPU's bottom halves: NAPI polls, timers, tasklets. */
#ifndef VMKLINUX_LINUX_BOTTOM_HALF_H
#define VMKLINUX_LINUX_BOTTOM_HALF_H

#include <vmkapi/base/bottom_half.h>

#define local_bh_disable() vmk_BottomHalfDisable()
#define local_bh_enable()  vmk_BottomHalfEnable()

#endif
