# SPDX-License-Identifier: GPL-2.0-only
# iso - target `iso`: one GRUB image that boots under BIOS and UEFI, from CD or disk.

set(iso_root ${CMAKE_BINARY_DIR}/iso)
add_custom_command(
    OUTPUT ${CMAKE_BINARY_DIR}/openvmk.iso
    COMMAND ${CMAKE_COMMAND} -E make_directory ${iso_root}/boot/grub
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:openvmk> ${iso_root}/boot/openvmk
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_BINARY_DIR}/openvmk.archive ${iso_root}/boot/openvmk.archive
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_SOURCE_DIR}/ci/grub.cfg ${iso_root}/boot/grub/grub.cfg
    # It talks a lot, and only matters when it fails.
    COMMAND sh -c "grub-mkrescue -o openvmk.iso iso >iso.log 2>&1 || { cat iso.log; exit 1; }"
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    DEPENDS openvmk archive-openvmk ${CMAKE_BINARY_DIR}/openvmk.archive ${CMAKE_SOURCE_DIR}/ci/grub.cfg
    COMMENT "Making openvmk.iso"
    VERBATIM)
add_custom_target(iso DEPENDS ${CMAKE_BINARY_DIR}/openvmk.iso)
