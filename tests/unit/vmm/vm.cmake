# SPDX-License-Identifier: GPL-2.0-only
# A VM's description, and the loaders.

set(vm_config core/vmm/vm_config.c core/lib/hash.c ${lib} ${support})
set(load core/vmm/load/bzimage.c core/vmm/load/elf_segments.c core/vmm/load/load.c core/vmm/load/multiboot1.c
    core/vmm/load/pvh.c core/vmm/io_bus.c tests/unit/support/vm_host.c tests/unit/support/bottom_half.c
    core/lib/diagnosis.c ${lib} ${support})
set(vm_config ${vm_config} PARENT_SCOPE) # For their fuzz targets.
set(load ${load} PARENT_SCOPE)
unit_test(vmm/vm_config core/lib/diagnosis.c ${vm_config})
unit_test(vmm/load ${load})
