/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_console.c - a ring of what was written, and who waits at it.
 */
#include <core/vmm/vm_console.h>

#include <vmkapi/lib/libc.h>

struct vm_console {
    vmk_HeapID heap;
    vmk_SpinlockObject lock;                 /**< Interrupts off. */
    vmk_uint64 written VMK_GUARDED_BY(lock); /**< Bytes, ever: the next goes to written % size. */
    vmk_uint64 rooms VMK_GUARDED_BY(lock);   /**< Times the guest has read of its line. */
    char ring[VM_CONSOLE_BYTES] VMK_GUARDED_BY(lock);
    struct wait_queue waits; /**< For either. */
};

VMK_ReturnStatus vm_console_create(struct vm *vm, struct vm_console **console)
{
    struct vm_console *made = vmk_HeapZalloc(vm->heap, sizeof(*made));

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    made->heap = vm->heap;
    vmk_SpinlockInit(&made->lock, "vm console", VMK_RANK_CONSOLE_INPUT);
    wait_queue_init(&made->waits, "vm console");
    *console = made;
    return VMK_OK;
}

void vm_console_destroy(struct vm_console *console)
{
    vmk_HeapFree(console->heap, console);
}

void vm_console_output(void *data, const vmk_uint8 *bytes, vmk_uint32 count)
{
    struct vm_console *console = data;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    for (vmk_uint32 i = 0; i < count; i++) {
        console->ring[console->written++ % VM_CONSOLE_BYTES] = (char)bytes[i];
    }
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    wait_queue_wake_all(&console->waits);
}

static void line_output(void *console, vmk_uint8 byte)
{
    vm_console_output(console, &byte, 1);
}

static void line_room(void *data)
{
    struct vm_console *console = data;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    console->rooms++;
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    wait_queue_wake_all(&console->waits);
}

void vm_console_line(struct vm_console *console, struct platform_console *line)
{
    *line = (struct platform_console){.output = line_output, .room = line_room, .console = console};
}

vmk_ByteCount vm_console_read(struct vm_console *console, vmk_uint64 *position, char *bytes,
                              vmk_ByteCount max)
{
    vmk_ByteCount copied = 0;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    if (console->written - *position > VM_CONSOLE_BYTES) {
        *position = console->written - VM_CONSOLE_BYTES;
    }
    while (copied < max && *position < console->written) {
        bytes[copied++] = console->ring[(*position)++ % VM_CONSOLE_BYTES];
    }
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    return copied;
}

VMK_ReturnStatus vm_console_wait(struct vm_console *console, vmk_uint64 position, const bool *enough,
                                 vmk_uint64 timeout_ns)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    while (console->written == position && !*enough && status == VMK_OK) {
        status = wait_queue_wait(&console->waits, &console->lock, &flags, timeout_ns);
    }
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    return status;
}

void vm_console_wake(struct vm_console *console, bool *enough)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    *enough = true;
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    wait_queue_wake_all(&console->waits);
}

static vmk_uint64 rooms_of(struct vm_console *console)
{
    vmk_uint64 flags, rooms;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    rooms = console->rooms;
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    return rooms;
}

static VMK_ReturnStatus wait_for_room(struct vm_console *console, vmk_uint64 rooms, vmk_uint64 timeout_ns)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&console->lock, &flags);
    while (console->rooms == rooms && status == VMK_OK) {
        status = wait_queue_wait(&console->waits, &console->lock, &flags, timeout_ns);
    }
    vmk_SpinlockUnlockIRQ(&console->lock, flags);
    return status;
}

VMK_ReturnStatus vm_console_type(struct vm *vm, const char *bytes, vmk_ByteCount len, vmk_uint64 timeout_ns)
{
    vmk_StatusValue status = VMK_OK;

    while (len > 0 && status == VMK_OK) {
        vmk_uint64 rooms = rooms_of(vm->console);
        vmk_ByteCount taken;

        if (__atomic_load_n(&vm->state, __ATOMIC_ACQUIRE) != VM_RUNNING) {
            return VMK_IS_DISABLED;
        }
        taken = platform_input(vm->platform, bytes, len);
        bytes += taken;
        len -= taken;
        if (taken == 0) {
            status = wait_for_room(vm->console, rooms, timeout_ns);
        }
    }
    return status;
}
