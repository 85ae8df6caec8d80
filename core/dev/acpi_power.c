/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_power.c - switching off, restarting, and the power button.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_osl.h"
#include "acpi_power.h"

#include <core/acpi.h>
#include <core/shutdown.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/time.h>

#define POWEROFF_GRACE_US 1000000

static void power_off_in_order(vmk_AddrCookie data)
{
    shutdown_system(SHUTDOWN_POWER_OFF, VMK_OK);
}

/** The button was pressed. Context: interrupt. */
static u32 note_power_button(void *context)
{
    vmk_LogMessage("power button");
    if (vmk_HelperSubmitRequest(acpi_helper, power_off_in_order, (vmk_AddrCookie){0},
                                VMK_HELPER_DEFAULT_REQ_PROPS) != VMK_OK) {
        vmk_WarningMessage("too much is going on to power off: press again");
    }
    return ACPI_INTERRUPT_HANDLED;
}

void acpi_power_init(void)
{
    acpi_status status = acpi_install_fixed_event_handler(ACPI_EVENT_POWER_BUTTON, note_power_button, NULL);

    if (ACPI_FAILURE(status)) {
        vmk_LogMessage("no power button (%s)", acpi_format_exception(status));
    }
}

VMK_ReturnStatus acpi_poweroff(void)
{
    acpi_status status = AE_OK;

    /* Preparing runs firmware's methods, which takes a world; a crash goes without. */
    if (vmk_CanBlock()) {
        status = acpi_enter_sleep_state_prep(ACPI_STATE_S5);
    }
    vmk_CPUDisableInterrupts();
    if (ACPI_SUCCESS(status)) {
        status = acpi_enter_sleep_state(ACPI_STATE_S5);
    }
    vmk_DelayUsecs(POWEROFF_GRACE_US);
    return ACPI_FAILURE(status) ? acpi_to_status(status) : VMK_TIMEOUT;
}

VMK_ReturnStatus acpi_restart(void)
{
    acpi_status status = acpi_reset();

    if (ACPI_FAILURE(status)) {
        return acpi_to_status(status);
    }
    vmk_DelayUsecs(POWEROFF_GRACE_US);
    return VMK_TIMEOUT;
}
