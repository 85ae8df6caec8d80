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
#include <vmkapi/platform/x86/ioport.h>

#define POWEROFF_GRACE_US 1000000

/* PM1 control register (ACPI 6.4, table 4.14). */
#define PM1_SLEEP_TYPE_SHIFT 10
#define PM1_SLEEP_TYPE_MASK  (7u << PM1_SLEEP_TYPE_SHIFT)
#define PM1_SLEEP_ENABLE     (1u << 13)

/** The registers that switch the machine off, found out while there is time. A port of 0 is none. */
static struct {
    vmk_IOPortAddr port;
    vmk_uint16 type; /**< What to write as sleep type. */
} off_switches[2];

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

/** ACPI is up. */
static vmk_Bool started;

static void note_off_switch(unsigned n, const struct acpi_generic_address *control, u8 type)
{
    if (control->space_id == ACPI_ADR_SPACE_SYSTEM_IO && control->address <= 0xffff) {
        off_switches[n].port = (vmk_IOPortAddr)control->address;
        off_switches[n].type = (vmk_uint16)(type << PM1_SLEEP_TYPE_SHIFT & PM1_SLEEP_TYPE_MASK);
    }
}

static void find_off_switches(void)
{
    u8 type_a, type_b;
    acpi_status status = acpi_get_sleep_type_data(ACPI_STATE_S5, &type_a, &type_b);

    if (ACPI_FAILURE(status)) {
        vmk_WarningMessage("no soft-off state (%s): the machine will not switch itself off",
                           acpi_format_exception(status));
        return;
    }
    note_off_switch(0, &acpi_gbl_FADT.xpm1a_control_block, type_a);
    note_off_switch(1, &acpi_gbl_FADT.xpm1b_control_block, type_b);
}

void acpi_power_init(void)
{
    acpi_status status = acpi_install_fixed_event_handler(ACPI_EVENT_POWER_BUTTON, note_power_button, NULL);

    started = VMK_TRUE;
    find_off_switches();
    if (ACPI_FAILURE(status)) {
        vmk_LogMessage("no power button (%s)", acpi_format_exception(status));
    }
}

VMK_ReturnStatus acpi_poweroff(void)
{
    acpi_status status;

    if (!started) {
        return VMK_NOT_SUPPORTED;
    }
    status = acpi_enter_sleep_state_prep(ACPI_STATE_S5);
    vmk_CPUDisableInterrupts();
    if (ACPI_SUCCESS(status)) {
        status = acpi_enter_sleep_state(ACPI_STATE_S5);
    }
    vmk_DelayUsecs(POWEROFF_GRACE_US);
    return ACPI_FAILURE(status) ? acpi_to_status(status) : VMK_TIMEOUT;
}

void acpi_poweroff_at_once(void)
{
    for (unsigned n = 0; n < VMK_ARRAY_SIZE(off_switches); n++) {
        vmk_IOPortAddr port = off_switches[n].port;

        if (port != 0) {
            vmk_uint32 control = vmk_IOPortRead16(port) & ~(PM1_SLEEP_TYPE_MASK | PM1_SLEEP_ENABLE);

            control |= off_switches[n].type;
            vmk_IOPortWrite16(port, (vmk_uint16)control);
            vmk_IOPortWrite16(port, (vmk_uint16)(control | PM1_SLEEP_ENABLE));
        }
    }
    vmk_DelayUsecs(POWEROFF_GRACE_US);
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
