/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash.c - one CPU tells the story; the others stand still.
 */
#include <core/crash.h>

#include <core/acpi.h>
#include <core/arch.h>
#include <core/clock.h>
#include <core/cmdline.h>
#include <core/console_dev.h>
#include <core/ksyms.h>
#include <core/log.h>
#include <core/paging.h>
#include <core/shutdown.h>
#include <core/smp.h>
#include <core/world.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/module.h>
#include <vmkapi/lib/libc.h>

#include "crash_report.h"

#define STOP_TIMEOUT_NS (2ul * CLOCK_NS_PER_S)
#define NOBODY          (~0u)

/** The CPU that tells the story. */
static vmk_uint32 teller = NOBODY;
static struct crash_report report;

/** Registers of the CPUs that crash_nmi() stopped. */
static struct trap_frame stopped_at[VMK_MAX_PCPUS];
static vmk_uint64 stopped_cpus;

static void write_console(struct format_sink *sink, const char *text, vmk_ByteCount len)
{
    console_write(text, len);
}

static struct format_sink console_sink = {.write = write_console};

bool crash_in_progress(void)
{
    return __atomic_load_n(&teller, __ATOMIC_ACQUIRE) != NOBODY;
}

bool crash_nmi(const struct trap_frame *frame)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();

    if (!crash_in_progress()) {
        return false;
    }
    stopped_at[cpu] = *frame;
    __atomic_fetch_or(&stopped_cpus, 1ul << cpu, __ATOMIC_RELEASE);
    arch_halt();
}

/** All is told. */
static VMK_ATTRIBUTE_NORETURN void end(void)
{
    if (cmdline_is("panic", "poweroff")) {
        shutdown_at_once();
    }
    format_print(&console_sink, "Halted: switch the machine off, or reset it.\n");
    arch_halt();
}

/** The telling itself has crashed: end with a word about that, or, if even that fails, without. */
static VMK_ATTRIBUTE_NORETURN void give_up(const char *reason)
{
    static bool given_up;

    if (given_up) {
        acpi_poweroff_at_once();
        arch_halt();
    }
    given_up = true;
    console_dev_break_lock();
    format_print(&console_sink, "\ncrashed again while telling about the crash (%s)\n", reason);
    end();
}

/** Become the teller, or stop: another CPU was first, and will come for us by NMI. */
static void claim(const char *reason)
{
    vmk_uint32 nobody = NOBODY, self = vmk_GetPCPUNum();

    if (__atomic_compare_exchange_n(&teller, &nobody, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        /* Whatever is called from here on, no other world gets this CPU again. */
        vmk_PreemptDisable();
        return;
    }
    if (nobody == self) {
        give_up(reason);
    }
    arch_halt();
}

static void take_world(vmk_uint32 cpu)
{
    const struct world *world = smp_pcpu(cpu)->current_world;

    if (world != NULL) {
        report.world = world->id;
        vmk_Strlcpy(report.world_name, world->name.string, sizeof(report.world_name));
    }
}

/**
 * The word at the top of the stack, if it is a code address, else 0.
 *
 * A function without a frame of its own, or a jump to nowhere, has left its caller there and nowhere else.
 */
static vmk_uint64 frameless_caller(vmk_VA rsp)
{
    struct ksyms_symbol symbol;
    vmk_uint64 word;

    if (rsp % sizeof(word) != 0 || arch_query_page(rsp, NULL, NULL) != VMK_OK) {
        return 0;
    }
    word = *(const vmk_uint64 *)rsp;
    return ksyms_find(word, &symbol) ? word : 0;
}

static void take_backtrace(void)
{
    vmk_uint64 caller = report.trapped ? frameless_caller(report.frame.rsp) : 0;

    report.frames[0] = report.frame.rip;
    report.frames[1] = caller;
    report.nframes = caller != 0 ? 2 : 1;
    report.nframes +=
        arch_backtrace(report.frame.rbp, report.frames + report.nframes, CRASH_FRAMES_MAX - report.nframes);
}

/** Unless somebody said: the module whose code is innermost, the kernel's own left out. */
static void find_culprit(void)
{
    struct ksyms_symbol symbol;
    unsigned i;

    for (i = 0; i < report.nframes && report.module[0] == '\0'; i++) {
        if (ksyms_find(report.frames[i], &symbol) && vmk_Strcmp(symbol.module, "vmkernel") != 0) {
            vmk_Strlcpy(report.module, symbol.module, sizeof(report.module));
        }
    }
    if (report.module[0] == '\0') {
        vmk_Strlcpy(report.module, "vmkernel", sizeof(report.module));
    }
}

/** With the reason, registers and perhaps culprit in the report: the rest of the story, and the end. */
static VMK_ATTRIBUTE_NORETURN void tell(vmk_uint32 cpu)
{
    report.cpu = cpu;
    report.uptime_ns = clock_now_ns();
    shutdown_note_panic();
    report.silent_cpus = smp_stop_others(STOP_TIMEOUT_NS);
    console_dev_break_lock();
    if (__atomic_load_n(&stopped_cpus, __ATOMIC_ACQUIRE) & (1ul << cpu)) {
        report.frame = stopped_at[cpu];
        report.trapped = true;
    }
    take_world(cpu);
    take_backtrace();
    find_culprit();
    log_crash_flush();
    crash_report_screen(&report, &console_sink);
    crash_report_json(&report, &console_sink);
    end();
}

void crash_enter(const struct trap_frame *frame, const char *fmt, ...)
{
    va_list args;

    vmk_CPUDisableInterrupts();
    claim(fmt);
    va_start(args, fmt);
    vmk_Vsnprintf(report.reason, sizeof(report.reason), fmt, args);
    va_end(args);
    report.frame = *frame;
    report.trapped = true;
    tell(vmk_GetPCPUNum());
}

void crash_hung_cpu(vmk_uint32 cpu, unsigned seconds)
{
    vmk_CPUDisableInterrupts();
    claim("hang");
    vmk_Snprintf(report.reason, sizeof(report.reason), "CPU %u hangs: it has taken no interrupt for %u s",
                 cpu, seconds);
    tell(cpu);
}

/** Of a caller there are no more registers than its frame tells (System V ABI, AMD64 supplement, 3.2.2). */
static VMK_ATTRIBUTE_NORETURN void panic(vmk_ModuleID module, const void *caller, const vmk_uint64 *frame,
                                         const char *fmt, va_list args)
{
    vmk_CPUDisableInterrupts();
    claim(fmt);
    vmk_Vsnprintf(report.reason, sizeof(report.reason), fmt, args);
    report.frame.rip = (vmk_uint64)caller;
    report.frame.rbp = frame[0];
    report.frame.rsp = (vmk_uint64)(frame + 2);
    if (module != VMK_INVALID_MODULE_ID &&
        vmk_ModuleGetName(module, report.module, sizeof(report.module)) != VMK_OK) {
        report.module[0] = '\0';
    }
    tell(vmk_GetPCPUNum());
}

void vmk_Panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    panic(VMK_INVALID_MODULE_ID, __builtin_return_address(0), __builtin_frame_address(0), fmt, args);
}
VMK_EXPORT_SYMBOL(vmk_Panic);

void vmk_PanicWithModuleID(vmk_ModuleID moduleID, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    panic(moduleID, __builtin_return_address(0), __builtin_frame_address(0), fmt, args);
}
VMK_EXPORT_SYMBOL(vmk_PanicWithModuleID);

static VMK_ATTRIBUTE_NORETURN void check_failed(const void *caller, const vmk_uint64 *frame, const char *fmt,
                                                ...)
{
    va_list args;

    va_start(args, fmt);
    panic(VMK_INVALID_MODULE_ID, caller, frame, fmt, args);
}

void vmk_CheckFailed(const char *what)
{
    check_failed(__builtin_return_address(0), __builtin_frame_address(0), "check failed: %s", what);
}
VMK_EXPORT_SYMBOL(vmk_CheckFailed);
