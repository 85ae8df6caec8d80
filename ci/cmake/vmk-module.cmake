# SPDX-License-Identifier: GPL-2.0-only
# vmk-module - vmk_module(): builds one loadable module, modules/<name>.vmk.
#
#   vmk_module(NAME <name>
#              SOURCES <file>…
#              [DEPENDS <module>…]      modules it imports from, declared before it
#              [WITHOUT_VMKAPI]         it may import from the others only
#              [PROVIDERS <name>=<symbols.def>…]  more it may import from, known by their list alone
#              [PROVIDES <symbols.def>] the list of what it exports
#              [LIBRARY]                the list is read off its objects
#              [FOREIGN]                sources that are not ours: no warnings
#              [INCLUDES <folder>…] [FLAGS <option>…] [DEFINITIONS <name=value>…]
#              [ARCHIVE <archive>])     boot archive it travels in: openvmk unless told, or NONE
#
# The target is module-<name>. Objects are linked (ld -r) into one; vmkmod says who offers each symbol it leaves undefined
# and what its device tables match; the assembly it writes is linked in, debug information is left out, and a checksum
# appended. The same input makes the same file.
#
# vmk_boot_archive(<archive> [<path>=<file>…]) - makes <archive>.archive of the modules that travel in it and the
# files given, after all vmk_module() calls. The target is archive-<archive>.

set(VMK_MODULE_LD ${CMAKE_CURRENT_LIST_DIR}/module.ld)

function(vmk_module)
    cmake_parse_arguments(PARSE_ARGV 0 arg "WITHOUT_VMKAPI;FOREIGN;LIBRARY" "NAME;PROVIDES;ARCHIVE"
        "SOURCES;DEPENDS;PROVIDERS;INCLUDES;FLAGS;DEFINITIONS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
        message(FATAL_ERROR "vmk_module: wants NAME and SOURCES; did not understand '${arg_UNPARSED_ARGUMENTS}'")
    endif()
    set(target module-${arg_NAME})
    set(objects objects-${arg_NAME})

    add_library(${objects} OBJECT ${arg_SOURCES})
    # A library for the module's own flags, because what is linked last comes last on the command line.
    add_library(flags-${arg_NAME} INTERFACE)
    target_compile_options(flags-${arg_NAME} INTERFACE ${arg_FLAGS})
    target_link_libraries(${objects} PRIVATE vmk_kernel_code vmk_kernel_counted
        $<$<NOT:$<BOOL:${arg_FOREIGN}>>:vmk_kernel_warnings>
        flags-${arg_NAME})
    target_include_directories(${objects} BEFORE PRIVATE ${arg_INCLUDES})
    target_compile_definitions(${objects} PRIVATE VMK_MODULE_NAME="${arg_NAME}" ${arg_DEFINITIONS})

    set(providers ${arg_PROVIDERS})
    if(NOT arg_WITHOUT_VMKAPI)
        list(APPEND providers vmkapi=${CMAKE_SOURCE_DIR}/vmkapi/include/vmkapi/abi/symbols.def)
    endif()
    foreach(module ${arg_DEPENDS})
        if(NOT TARGET module-${module})
            message(FATAL_ERROR "vmk_module: ${arg_NAME} depends on '${module}', which is not declared (yet): "
                "add its folder before this one")
        endif()
        get_target_property(list module-${module} VMK_PROVIDES)
        if(NOT list)
            message(FATAL_ERROR "vmk_module: ${arg_NAME} depends on '${module}', which says no PROVIDES")
        endif()
        list(APPEND providers ${module}=${list})
        list(APPEND before module-${module})
    endforeach()
    list(TRANSFORM providers REPLACE "^[^=]*=" "" OUTPUT_VARIABLE lists)
    list(TRANSFORM providers PREPEND "--provider;")

    set(work ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME})
    set(module ${CMAKE_BINARY_DIR}/modules/${arg_NAME}.vmk)
    set(link ${CMAKE_LINKER} -r -m elf_x86_64 --build-id=none -z noexecstack -T ${VMK_MODULE_LD} ${VMK_COUNTED_LINK})
    if(arg_LIBRARY)
        set(arg_PROVIDES ${work}.def)
        set(offers COMMAND vmkmod offers ${work}.o ${work}.def)
        set(offered BYPRODUCTS ${work}.def)
    endif()
    add_custom_command(
        OUTPUT ${module}
        ${offered}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/modules
        COMMAND ${link} $<TARGET_OBJECTS:${objects}> -o ${work}.o
        ${offers}
        COMMAND vmkmod describe ${providers} ${arg_NAME} ${work}.o ${work}.S
        COMMAND ${CMAKE_C_COMPILER} -m64 -c ${work}.S -o ${work}.info.o
        COMMAND ${link} -S -X ${work}.o ${work}.info.o -o ${module}
        COMMAND vmkmod seal ${module}
        DEPENDS ${objects} $<TARGET_OBJECTS:${objects}> vmkmod ${lists} ${VMK_MODULE_LD}
        COMMAND_EXPAND_LISTS VERBATIM
        COMMENT "Linking module ${arg_NAME}")
    add_custom_target(${target} ALL DEPENDS ${module})
    if(before)
        add_dependencies(${target} ${before})
    endif()
    if(arg_PROVIDES)
        get_filename_component(provides ${arg_PROVIDES} ABSOLUTE)
        set_target_properties(${target} PROPERTIES VMK_PROVIDES ${provides})
    endif()

    if(NOT arg_ARCHIVE)
        set(arg_ARCHIVE openvmk)
    endif()
    set_property(GLOBAL APPEND PROPERTY VMK_ARCHIVE_${arg_ARCHIVE} lib/modules/${arg_NAME}.vmk=${module})
    # The file for what is out of date, the target because make knows a file's rule in its own folder only.
    set_property(GLOBAL APPEND PROPERTY VMK_ARCHIVE_${arg_ARCHIVE}_FILES ${module} ${target})
endfunction()

function(vmk_boot_archive name)
    get_property(entries GLOBAL PROPERTY VMK_ARCHIVE_${name})
    get_property(files GLOBAL PROPERTY VMK_ARCHIVE_${name}_FILES)
    foreach(entry ${ARGN})
        list(APPEND entries ${entry})
        string(REGEX REPLACE "^[^=]*=" "" file ${entry})
        list(APPEND files ${file})
    endforeach()
    set(archive ${CMAKE_BINARY_DIR}/${name}.archive)
    add_custom_command(
        OUTPUT ${archive}
        COMMAND mkarchive ${archive} ${entries}
        DEPENDS mkarchive ${files}
        VERBATIM
        COMMENT "Making ${name}.archive")
    add_custom_target(archive-${name} ALL DEPENDS ${archive})
endfunction()
