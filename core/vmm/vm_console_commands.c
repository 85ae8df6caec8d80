/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_console_commands.c - vm console: a guest's serial line on the operator's terminal, or a look at it.
 */
#include <core/clock.h>
#include <core/command.h>
#include <core/console_dev.h>
#include <core/vmm/vm_console.h>
#include <core/wait.h>
#include <vmkapi/base/module.h>
#include <vmkapi/lib/libc.h>

#include "vm_commands.h"

#define ESCAPE          ('\x1d') /* Ctrl-], as telnet's; QEMU keeps Ctrl-A to itself. */
#define KEY_TIMEOUT_NS  (2 * CLOCK_NS_PER_S)
#define TYPE_TIMEOUT_NS (10 * CLOCK_NS_PER_S)
#define UNTIL_S         60
#define PIECE_BYTES     32u /* Each piece keeps interrupts off for as long as the serial port takes. */

/** One operator at one guest. */
struct attachment {
    struct vm *vm;
    bool enough; /**< The console's lock. */
};

/* The world that shows what the guest writes. */
static vmk_StatusValue show(void *data)
{
    struct attachment *a = data;
    vmk_uint64 position = 0;
    char piece[PIECE_BYTES];
    vmk_ByteCount len;

    do {
        while ((len = vm_console_read(a->vm->console, &position, piece, sizeof(piece))) > 0) {
            console_write(piece, len);
        }
    } while (vm_console_wait(a->vm->console, position, &a->enough, WAIT_FOREVER) == VMK_OK && !a->enough);
    return VMK_OK;
}

static VMK_ReturnStatus type_keys(struct vm *vm)
{
    vmk_StatusValue status;
    char key;

    while ((status = console_read_char(WAIT_FOREVER, &key)) == VMK_OK && key != ESCAPE) {
        /* A guest that does not listen must not keep the operator from leaving. */
        if (vm_console_type(vm, &key, 1, KEY_TIMEOUT_NS) != VMK_OK) {
            console_write("\a", 1);
        }
    }
    return status;
}

static VMK_ReturnStatus attach(struct command_call *call, struct vm *vm)
{
    struct attachment a = {.vm = vm};
    vmk_WorldProps props = {
        .name = "vm console", .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = show, .data = &a};
    vmk_WorldID shower;
    vmk_StatusValue status;

    command_print(call, "The console of %s; Ctrl-] leaves it.\n", vm->name.string);
    status = vmk_WorldCreate(&props, &shower);
    if (status != VMK_OK) {
        return status;
    }
    status = type_keys(vm);
    vm_console_wake(vm->console, &a.enough);
    VMK_VERIFY(vmk_WorldWaitForDeath(shower) == VMK_OK);
    console_write("\n", 1);
    return status;
}

/** Whether a byte is printed as it is: no control characters but those of lines, no second @ in a row. */
static bool is_plain(char byte, char before)
{
    vmk_uint8 code = (vmk_uint8)byte;

    if (code < ' ') {
        return byte == '\n' || byte == '\r' || byte == '\t';
    }
    return code != 0x7f && !(byte == '@' && before == '@');
}

/**
 * Print what a guest has written, which may be anything: what is not plain as \xHH. So neither terminals nor
 * who reads the control port, whose own lines begin with @@vmk, are misled by it.
 */
static void print_guest(struct command_call *call, char *before, const char *bytes, vmk_ByteCount len)
{
    for (vmk_ByteCount i = 0; i < len; i++) {
        if (is_plain(bytes[i], *before)) {
            call->out->write(call->out, &bytes[i], 1);
        } else {
            command_print(call, "\\x%02x", (vmk_uint8)bytes[i]);
        }
        *before = bytes[i];
    }
}

/** Print as much as is kept: no more, though the guest may be writing faster than we do. */
static VMK_ReturnStatus print_last(struct command_call *call, struct vm *vm)
{
    vmk_uint64 position = 0;
    vmk_ByteCount len, printed = 0;
    char piece[256], before = '\0';

    while (printed < VM_CONSOLE_BYTES &&
           (len = vm_console_read(vm->console, &position, piece, sizeof(piece))) > 0) {
        print_guest(call, &before, piece, len);
        printed += len;
    }
    return VMK_OK;
}

/** Print what it writes until @p text is in it. */
static VMK_ReturnStatus print_until(struct command_call *call, struct vm *vm, const char *text,
                                    vmk_uint64 timeout_ns)
{
    vmk_uint64 position = 0, deadline = clock_now_ns() + timeout_ns;
    vmk_ByteCount len = vmk_Strlen(text), have = 0;
    char window[COMMAND_LINE_MAX]; /* The last bytes, as many as the text has. */
    char before = '\0';
    const bool never = false;

    for (;;) {
        vmk_uint64 now = clock_now_ns();
        char byte;

        if (now < deadline && vm_console_read(vm->console, &position, &byte, 1) == 1) {
            print_guest(call, &before, &byte, 1);
            if (have == len) {
                vmk_Memmove(window, window + 1, --have);
            }
            window[have++] = byte;
            if (have == len && vmk_Memcmp(window, text, len) == 0) {
                return VMK_OK;
            }
            continue;
        }
        if (now >= deadline || vm_console_wait(vm->console, position, &never, deadline - now) != VMK_OK) {
            return command_fail(call, VMK_TIMEOUT, "%s has not written '%s'", vm->name.string, text);
        }
    }
}

static VMK_ReturnStatus type_text(struct command_call *call, struct vm *vm, const char *text)
{
    vmk_StatusValue status = vm_console_type(vm, text, vmk_Strlen(text), TYPE_TIMEOUT_NS);

    if (status == VMK_OK) {
        status = vm_console_type(vm, "\r", 1, TYPE_TIMEOUT_NS);
    }
    if (status == VMK_TIMEOUT) {
        return command_fail(call, status, "%s does not read what is typed", vm->name.string);
    }
    return status == VMK_IS_DISABLED ? command_fail(call, status, "%s is not running", vm->name.string)
                                     : status;
}

static VMK_ReturnStatus console(struct command_call *call)
{
    struct vm *vm = vm_of_call(call);
    const char *text = command_string(call, "type"), *until = command_string(call, "until");
    vmk_StatusValue status;

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    if (text != NULL) {
        status = type_text(call, vm, text);
    } else if (until != NULL) {
        status = until[0] != '\0'
                     ? print_until(call, vm, until, command_uint(call, "timeout", UNTIL_S) * CLOCK_NS_PER_S)
                     : VMK_BAD_PARAM;
    } else {
        status = command_bool(call, "last", false) ? print_last(call, vm) : attach(call, vm);
    }
    vm_put(vm);
    return status;
}

static const struct command_arg args[] = {
    VM_NAME_ARG,
    {.name = "last",
     .letter = 'l',
     .type = COMMAND_FLAG,
     .help = "Print what it has written of late, and that is all"},
    {.name = "type", .letter = 't', .type = COMMAND_STRING, .help = "Type this and Enter, and that is all"},
    {.name = "until",
     .letter = 'u',
     .type = COMMAND_STRING,
     .help = "Print what it has written and writes, until this is in it"},
    {.name = "timeout",
     .type = COMMAND_UINT,
     .min = 1,
     .max = 3600,
     .help = "Seconds that may take; 60 unless said"},
    {0}};
COMMAND(vm_console, .path = "vm console", .help = "Be at a virtual machine's serial line", .handler = console,
        .args = args);
