# SPDX-License-Identifier: GPL-2.0-only
# Tests of core/vmm/dev, pci, tables and of the platform they make, on a fake machine.
set(vm_host tests/unit/support/vm_host.c tests/unit/support/bottom_half.c core/vmm/io_bus.c core/lib/memory.c ${lib}
    ${support})
set(apics core/vmm/dev/apic_bus.c core/vmm/dev/apic_timer.c core/vmm/dev/lapic.c core/vmm/dev/lapic_eoi.c)
set(vpci core/vmm/pci/vpci.c core/vmm/pci/vpci_bus.c core/vmm/pci/vpci_msix.c)
set(tables core/vmm/tables/acpi_tables.c core/vmm/tables/aml.c core/vmm/tables/dsdt.c
    core/vmm/tables/smbios_tables.c core/vmm/tables/table_area.c core/vmm/tables/tables.c)
set(platform tests/unit/support/platform_host.c core/vmm/platform.c core/vmm/dev/acpi_pm.c
    core/vmm/dev/debug_exit.c core/vmm/dev/hpet.c core/vmm/dev/i8042.c core/vmm/dev/ioapic.c core/vmm/dev/pic.c
    core/vmm/dev/pit.c core/vmm/dev/pit_counter.c core/vmm/dev/pvpanic.c core/vmm/dev/rtc.c
    core/vmm/dev/rtc_calendar.c core/vmm/dev/uart.c ${apics} ${vpci})
set(platform_fuzz ${platform} ${vm_host} PARENT_SCOPE)

# device_test(<name> SOURCE…)
function(device_test name)
    unit_test(vmm/${name} ${vm_host} ${ARGN})
    target_include_directories(unit_vmm_${name} PRIVATE ${CMAKE_SOURCE_DIR}/core/vmm)
endfunction()

device_test(lapic ${apics})
device_test(ioapic core/vmm/dev/ioapic.c ${apics})
device_test(pic core/vmm/dev/pic.c)
device_test(pit core/vmm/dev/pit.c core/vmm/dev/pit_counter.c)
device_test(rtc core/vmm/dev/rtc.c core/vmm/dev/rtc_calendar.c)
device_test(hpet core/vmm/dev/hpet.c)
device_test(acpi_pm core/vmm/dev/acpi_pm.c)
device_test(uart core/vmm/dev/uart.c)
device_test(small_devices core/vmm/dev/i8042.c core/vmm/dev/debug_exit.c core/vmm/dev/pvpanic.c)
device_test(vpci ${vpci})
device_test(tables core/mgmt/smbios.c ${tables})
device_test(platform ${platform})

unit_test(vmm/guest_clock core/vmm/guest_clock.c)
target_include_directories(unit_vmm_guest_clock PRIVATE ${CMAKE_SOURCE_DIR}/core/vmm)
