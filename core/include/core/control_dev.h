/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * control_dev.h - the second serial port, COM2, for the control port's protocol. Raw bytes.
 */
#ifndef CORE_CONTROL_DEV_H
#define CORE_CONTROL_DEV_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Find COM2 and have its input arrive by interrupt. Context: world, once. @return VMK_OK; VMK_NOT_FOUND;
 * VMK_NO_RESOURCES. */
VMK_ReturnStatus control_dev_open(void);

/** Write bytes as they are, waiting for whoever reads them. One writer at a time. Context: may block. */
void control_dev_write(const char *text, vmk_ByteCount len_bytes);

/** Wait for one byte. @return VMK_OK, VMK_TIMEOUT, VMK_DEATH_PENDING. Context: may block. */
VMK_ReturnStatus control_dev_read_char(vmk_uint64 timeout_ns, char *out);

#endif
