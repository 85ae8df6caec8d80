/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash_commands.c - system crash: ways to die, for the tests of the crash screen. In debug builds only.
 */
#include <core/command.h>

#include <vmkapi/base/assert.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/lib/libc.h>

static void die_by_panic(void)
{
    vmk_Panic("system crash --kind panic: as you wish");
}

static void die_by_fault(void)
{
    static volatile vmk_uint32 *volatile nowhere = (volatile vmk_uint32 *)16;

    *nowhere = 0;
}

static void die_by_hang(void)
{
    vmk_CPUDisableInterrupts();
    for (;;) {
        vmk_CPURelax();
    }
}

/** Show that the crash screen needs no memory. */
static void die_by_exhaustion(void)
{
    const vmk_PageRequest request = {.module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA};
    vmk_uint64 pages = 0;
    vmk_MPN mpn;

    while (vmk_PageAlloc(request, &mpn) == VMK_OK) {
        pages++;
    }
    vmk_Panic("out of memory after %lu more pages", pages);
}

/** Show that kernel stacks end in a page that isn't there, and that the end is reached on another stack. */
static vmk_uint64 dig(vmk_uint64 depth)
{
    volatile vmk_uint64 hole[16] = {depth};

    return hole[0] == 0 ? 0 : dig(depth + 1) + hole[0];
}

static void die_by_stack_overflow(void)
{
    vmk_Panic("the stack has no end: %lu", dig(1));
}

/** Show that code can't be changed, whichever way it is seen. */
static void die_by_writing_code(void)
{
    *(volatile vmk_uint8 *)(vmk_VA)die_by_writing_code = 0xcc;
}

/** Show that a crash in the middle of telling about a crash is an end too. */
static void die_twice(void)
{
    VMK_THIS_PCPU->current_world = (void *)16;
    vmk_Panic("a world that is none");
}

static const struct {
    const char *kind;
    void (*die)(void);
} deaths[] = {{"panic", die_by_panic},    {"fault", die_by_fault},          {"hang", die_by_hang},
              {"oom", die_by_exhaustion}, {"stack", die_by_stack_overflow}, {"text", die_by_writing_code},
              {"twice", die_twice}};

static VMK_ReturnStatus crash_command(struct command_call *call)
{
    const char *kind = command_string(call, "kind");
    unsigned i;

    for (i = 0; i < VMK_ARRAY_SIZE(deaths); i++) {
        if (vmk_Strcmp(deaths[i].kind, kind) == 0) {
            deaths[i].die();
        }
    }
    return command_fail(call, VMK_FAILURE, "the system has survived");
}

static const struct command_arg crash_args[] = {{.name = "kind",
                                                 .letter = 'k',
                                                 .type = COMMAND_CHOICE,
                                                 .choices = "panic|fault|hang|oom|stack|text|twice",
                                                 .flags = COMMAND_REQUIRED,
                                                 .help = "How to crash"},
                                                {0}};
COMMAND(system_crash, .path = "system crash", .help = "Crash the system at once, to see the crash screen",
        .handler = crash_command, .args = crash_args);
