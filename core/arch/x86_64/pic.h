/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pic.h - the two legacy 8259A interrupt controllers, out of use since there are IOAPICs.
 */
#ifndef ARCH_PIC_H
#define ARCH_PIC_H

/** Mask all their lines, and move their spurious vectors off the exceptions'. Context: boot CPU, once. */
void pic_disable(void);

#endif
