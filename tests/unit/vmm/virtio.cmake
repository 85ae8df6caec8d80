# SPDX-License-Identifier: GPL-2.0-only
# Tests of core/vmm/virtio, on a fake machine and with a driver's model; memory may change under their hands.
set(virtio core/vmm/virtio/vring.c core/vmm/virtio/virtio_device.c core/vmm/virtio/virtio_limit.c
    core/vmm/virtio/virtio_pci.c core/vmm/token_bucket.c
    core/vmm/virtio/virtio_pci_window.c tests/unit/support/vm_host.c tests/unit/support/virtio_driver.c)
set(virtio_block core/vmm/virtio/virtio_block.c core/lib/memory.c tests/unit/support/bottom_half.c ${virtio} ${lib}
    ${support})
set(virtio_net core/vmm/virtio/virtio_net.c core/vmm/virtio/virtio_net_rx.c core/vmm/virtio/virtio_net_steer.c
    core/vmm/virtio/virtio_net_tx.c tests/unit/support/virtio_nic.c ${virtio}
    ${net})
list(REMOVE_DUPLICATES virtio_block)

# virtio_test(<name> SOURCE…)
function(virtio_test name)
    unit_test(vmm/${name} ${ARGN})
    target_compile_definitions(unit_vmm_${name} PRIVATE GUEST_FETCH_HOOK)
    target_include_directories(unit_vmm_${name} PRIVATE ${CMAKE_SOURCE_DIR}/core/vmm)
endfunction()

virtio_test(vring ${virtio_block})
virtio_test(virtio_pci ${virtio_block})
virtio_test(virtio_block ${virtio_block})
foreach(part net net_rx net_tx)
    virtio_test(virtio_${part} ${virtio_net})
endforeach()
virtio_test(virtio_console core/vmm/virtio/virtio_console.c ${virtio_block})
virtio_test(virtio_rng core/vmm/virtio/virtio_rng.c ${virtio_block})

# On real configuration space.
set(virtio_window core/vmm/io_bus.c core/vmm/pci/vpci.c core/vmm/pci/vpci_bus.c core/vmm/pci/vpci_msix.c
    ${virtio_block})
list(REMOVE_ITEM virtio_window tests/unit/support/virtio_driver.c core/vmm/virtio/virtio_block.c)
unit_test(vmm/virtio_window ${virtio_window})
target_include_directories(unit_vmm_virtio_window PRIVATE ${CMAKE_SOURCE_DIR}/core/vmm)
