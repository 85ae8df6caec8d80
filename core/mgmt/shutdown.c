/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shutdown.c - the orderly end, and what state the system is in.
 */
#define VMK_LOG_MODULE "System"
#include <core/shutdown.h>

#include <core/acpi.h>
#include <core/arch.h>
#include <core/cmdline.h>
#include <core/console.h>
#include <core/console_dev.h>
#include <core/coverage.h>
#include <core/hang.h>
#include <core/log.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/time.h>

#include "reboot_handlers.h"
#include "stress_table.h"

#define FLUSH_TIMEOUT_MS 5000
#define PATIENCE_S       30 /* For the orderly end. */
/** isa-debug-exit makes QEMU's status of it: twice the value plus one. */
#define DEBUG_EXIT_GOOD 0x10
#define DEBUG_EXIT_BAD  0x11

static vmk_SystemState state = VMK_SYSTEM_STATE_RUNNING;
static vmk_TimerObject patience;

vmk_Bool vmk_SystemCheckState(vmk_SystemState asked)
{
    return __atomic_load_n(&state, __ATOMIC_RELAXED) == asked;
}
VMK_EXPORT_SYMBOL(vmk_SystemCheckState);

void shutdown_note_panic(void)
{
    __atomic_store_n(&state, VMK_SYSTEM_STATE_PANIC, __ATOMIC_RELAXED);
}

/** The last line, and with `exit=debug` the emulator's end. */
static void announce_exit(vmk_StatusValue status)
{
    static const char good[] = "@@vmk exit=0\n", bad[] = "@@vmk exit=1\n";

    console_write(status == VMK_OK ? good : bad, sizeof(good) - 1);
    console_drain();
    coverage_end();
    if (cmdline_is("exit", "debug")) {
        arch_debug_exit(status == VMK_OK ? DEBUG_EXIT_GOOD : DEBUG_EXIT_BAD);
    }
}

static VMK_ATTRIBUTE_NORETURN void stay_on(void)
{
    static const char failed[] = "The machine does not switch off; it is safe to do that by hand now.\n";

    console_write(failed, sizeof(failed) - 1);
    hang_watch_stop();
    arch_halt();
}

void shutdown_at_once(void)
{
    vmk_CPUDisableInterrupts();
    announce_exit(VMK_FAILURE);
    acpi_poweroff_at_once();
    stay_on();
}

/** Somebody is in the way of the orderly end. Context: bottom half. */
static void lose_patience(vmk_AddrCookie kind)
{
    static const char late[] = "Stopping in order takes too long; stopping at once.\n";

    console_write(late, sizeof(late) - 1);
    if (kind.u64 == SHUTDOWN_REBOOT) {
        announce_exit(VMK_FAILURE);
        arch_reset();
    }
    shutdown_at_once();
}

void shutdown_system(enum shutdown_kind kind, vmk_StatusValue status)
{
    vmk_LogMessage("%s", kind == SHUTDOWN_REBOOT ? "restarting" : "powering off");
    __atomic_store_n(&state, VMK_SYSTEM_STATE_STOPPING, __ATOMIC_RELAXED);
    stress_disarm();
    vmk_TimerInit(&patience, VMK_VMKERNEL_MODULE_ID, lose_patience, (vmk_AddrCookie){.u64 = kind});
    vmk_TimerArm(&patience, vmk_GetTimerCycles() + PATIENCE_S * VMK_NSEC_PER_SEC);
    reboot_handlers_call();
    log_flush(FLUSH_TIMEOUT_MS);
    console_close();
    announce_exit(status);
    if (kind == SHUTDOWN_POWER_OFF) {
        status = acpi_poweroff();
        vmk_WarningMessage("ACPI does not switch the machine off: %s", vmk_StatusToString(status));
        acpi_poweroff_at_once();
        stay_on();
    }
    status = acpi_restart();
    if (status != VMK_OK) {
        vmk_WarningMessage("ACPI does not restart the machine (%s); trying the keyboard controller",
                           vmk_StatusToString(status));
    }
    arch_reset();
}
