# SPDX-License-Identifier: GPL-2.0-only
# kernel-flags - how everything that runs in the kernel is compiled.
#   vmk_kernel_code      what generated code may look like: for our sources and for foreign ones alike
#   vmk_kernel_warnings  what our own sources must be clean of
#   vmk_kernel_counted   with OPENVMK_COVERAGE: how lines are counted (core/coverage.h), else nothing

add_library(vmk_kernel_code INTERFACE)
target_compile_options(vmk_kernel_code INTERFACE
    -O2 -g -ffreestanding
    $<$<COMPILE_LANGUAGE:C>:-std=gnu17>
    -m64 -march=x86-64 -mgeneral-regs-only -mcmodel=kernel -mno-red-zone
    -fno-pic -fno-stack-protector -fno-omit-frame-pointer -fno-strict-aliasing -fno-common
    -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -fdata-sections
    -fno-delete-null-pointer-checks -fwrapv
    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
target_compile_definitions(vmk_kernel_code INTERFACE OPENVMK=1 $<$<BOOL:${OPENVMK_DEBUG}>:VMK_DEBUG=1>)
target_include_directories(vmk_kernel_code INTERFACE ${CMAKE_SOURCE_DIR}/vmkapi/include)

# VMK_ReturnStatus carries warn_unused_result, which a variable of that type cannot use: not worth a warning.
# Without inlining gcc takes what a function fills in for unset: what is counted is not held to that warning.
add_library(vmk_kernel_warnings INTERFACE)
target_compile_options(vmk_kernel_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-declarations -Wshadow -Wundef
    -Wimplicit-fallthrough -Wvla -Wno-unused-parameter -Wno-missing-field-initializers>
    $<$<AND:$<COMPILE_LANGUAGE:C>,$<C_COMPILER_ID:GNU>>:-W$<IF:$<BOOL:${OPENVMK_COVERAGE}>,no-,>maybe-uninitialized -Wno-attributes>
    $<$<AND:$<COMPILE_LANGUAGE:C>,$<C_COMPILER_ID:Clang>>:-Wthread-safety -Wno-ignored-attributes>)

# Counts are right whoever else counts: another CPU, an interrupt. What inlining would merge stays apart. Each object
# names the function that would merge its counts with older ones; it is never called, and must only not be NULL.
add_library(vmk_kernel_counted INTERFACE)
if(OPENVMK_COVERAGE)
    set(VMK_COUNTED_LINK --defsym=__gcov_merge_add=1)
    target_compile_options(vmk_kernel_counted INTERFACE
        $<$<COMPILE_LANGUAGE:C>:--coverage -fprofile-update=atomic -fprofile-info-section=.vmk.coverage -fno-inline>)
endif()

add_library(vmk_kernel_flags INTERFACE)
target_link_libraries(vmk_kernel_flags INTERFACE vmk_kernel_code vmk_kernel_warnings vmk_kernel_counted)
