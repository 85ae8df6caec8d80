/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_console.h - what a guest writes on its serial line, kept to be read; and typing to it.
 *
 * The last VM_CONSOLE_BYTES are kept, so that who comes later still sees how the guest began. Any number may
 * read, each from a position of his own.
 */
#ifndef CORE_VMM_VM_CONSOLE_H
#define CORE_VMM_VM_CONSOLE_H

#include <core/vmm/platform.h>
#include <core/vmm/vm.h>

#define VM_CONSOLE_BYTES 32768u

/** Make a console for @p vm, of its heap. @return VMK_OK, VMK_NO_MEMORY. */
VMK_ReturnStatus vm_console_create(struct vm *vm, struct vm_console **console);
void vm_console_destroy(struct vm_console *console);

/** Describe it to the platform's serial port. */
void vm_console_line(struct vm_console *console, struct platform_console *line);

/** Take what the guest writes to its virtio console. Context: any but NMI. */
void vm_console_output(void *console, const vmk_uint8 *bytes, vmk_uint32 count);

/**
 * Copy what was written from @p *position on, which moves behind it; what is too old is passed over. Begin
 * with 0. @return bytes copied; 0: nothing new. Context: any but NMI.
 */
vmk_ByteCount vm_console_read(struct vm_console *console, vmk_uint64 *position, char *bytes,
                              vmk_ByteCount max);

/**
 * Wait until there is something behind @p position, or *enough is set by vm_console_wake().
 *
 * @param timeout_ns  or WAIT_FOREVER. Context: may block.
 * @return VMK_OK; VMK_TIMEOUT; VMK_DEATH_PENDING, VMK_WAIT_INTERRUPTED.
 */
VMK_ReturnStatus vm_console_wait(struct vm_console *console, vmk_uint64 position, const bool *enough,
                                 vmk_uint64 timeout_ns);

/** Set @p *enough and wake who waits with it. */
void vm_console_wake(struct vm_console *console, bool *enough);

/**
 * Type to the guest, waiting for it to read.
 *
 * @return VMK_OK; VMK_TIMEOUT: it has taken none for @p timeout_ns; VMK_IS_DISABLED: it does not run.
 * Context: may block.
 */
VMK_ReturnStatus vm_console_type(struct vm *vm, const char *bytes, vmk_ByteCount len, vmk_uint64 timeout_ns);

#endif
