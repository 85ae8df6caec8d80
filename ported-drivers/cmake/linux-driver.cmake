# SPDX-License-Identifier: GPL-2.0-only
# linux-driver - vmk_linux_driver(): builds a driver of the Linux tree as a module on vmklinux.
#
#   vmk_linux_driver(NAME <name>
#                    LINUX <version>        whose vmklinux it runs on, and whose source it is
#                    SOURCE_DIR <folder>    within the Linux tree
#                    SOURCES <file>…        within that folder
#                    CLASS net|storage|library
#                    [CONFIG <NAME>[=<value>]…]  CONFIG_<NAME> is set, to 1 unless told, for this driver alone
#                    [DEPENDS <module>…]    driver libraries it uses besides vmklinux)
#
# The sources are copied to the build folder, changed there by the semantic patches under rules/ of the calling
# folder if there are any, and compared with the Linux tree: the build prints how many lines differ.

function(vmk_linux_driver)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;LINUX;SOURCE_DIR;CLASS" "SOURCES;CONFIG;DEPENDS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_LINUX OR NOT arg_SOURCE_DIR OR NOT arg_SOURCES)
        message(FATAL_ERROR "vmk_linux_driver: wants NAME, LINUX, SOURCE_DIR and SOURCES; "
            "did not understand '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    if(NOT arg_CLASS MATCHES "^(net|storage|library)$")
        message(FATAL_ERROR "vmk_linux_driver: ${arg_NAME}: CLASS is net, storage or library, not '${arg_CLASS}'")
    endif()

    set(pristine ${OPENVMK_SOURCES_DIR}/linux-${arg_LINUX}/${arg_SOURCE_DIR})
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/source)
    file(GLOB rules CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/rules/*.cocci)
    file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${pristine} ${pristine}/*.h)
    set(prepared ${arg_SOURCES} ${headers})
    list(TRANSFORM prepared PREPEND ${copy}/)
    set(originals ${arg_SOURCES} ${headers})
    list(TRANSFORM originals PREPEND ${pristine}/)

    add_custom_command(
        OUTPUT ${prepared}
        COMMAND ${CMAKE_COMMAND} -D NAME=${arg_NAME} -D FROM=${pristine} -D TO=${copy}
            "-DFILES=${arg_SOURCES}" "-DHEADERS=${headers}" "-DRULES=${rules}"
            -P ${PROJECT_SOURCE_DIR}/ported-drivers/cmake/prepare-driver.cmake
        DEPENDS ${originals} ${rules} ${PROJECT_SOURCE_DIR}/ported-drivers/cmake/prepare-driver.cmake
        VERBATIM
        COMMENT "Preparing the source of ${arg_NAME}")

    set(sources ${arg_SOURCES})
    list(TRANSFORM sources PREPEND ${copy}/)
    set(config ${arg_CONFIG})
    list(TRANSFORM config PREPEND CONFIG_)
    list(TRANSFORM config APPEND =1 REGEX "^[^=]*$")
    if(arg_CLASS STREQUAL "library")
        set(library LIBRARY)
    endif()
    # What Linux has configured off goes with the inline functions that say so, also where lines are counted.
    vmk_module(NAME ${arg_NAME} ${library}
        SOURCES ${sources} ${VMKLINUX_GLUE}
        DEPENDS vmklinux-${arg_LINUX} ${arg_DEPENDS}
        WITHOUT_VMKAPI FOREIGN
        INCLUDES ${VMKLINUX_INCLUDES} ${VMKLINUX_VERBATIM_${arg_LINUX}} ${VMKLINUX_VERBATIM_${arg_LINUX}}/uapi
        FLAGS ${VMKLINUX_FLAGS} -O3 -finline $<$<C_COMPILER_ID:GNU>:--param=max-inline-insns-auto=60> -Wall -Wundef -Wno-main -Wno-pointer-sign -Wno-maybe-uninitialized
        DEFINITIONS ${VMKLINUX_DEFINITIONS} ${config} KBUILD_MODNAME="${arg_NAME}" KBUILD_BASENAME="${arg_NAME}")
    set_property(GLOBAL APPEND PROPERTY VMK_LINUX_DRIVERS ${arg_NAME})
endfunction()
