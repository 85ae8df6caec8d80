/* SPDX-License-Identifier: GPL-2.0-only */
/* pkt_sched.h - queueing above a driver is the virtual switch's; drivers need nothing of it. */
