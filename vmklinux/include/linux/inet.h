/* SPDX-License-Identifier: GPL-2.0-only */
/* inet.h - Internet addresses as text: nobody asks for them here. */
