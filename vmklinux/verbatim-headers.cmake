# SPDX-License-Identifier: GPL-2.0-only
# verbatim-headers - makes the folder of headers taken as they are from a Linux tree.
#
#   vmk_verbatim_headers(<version>)
#
# Reads verbatim-headers.txt, links each header under <build>/verbatim-<version>/, and sets VMKLINUX_VERBATIM_<version>.
# A link that is right stays as it is: somebody may be compiling while another configures.

function(vmk_verbatim_headers version)
    set(list ${CMAKE_CURRENT_SOURCE_DIR}/verbatim-headers.txt)
    set(tree ${OPENVMK_SOURCES_DIR}/linux-${version})
    set(folder ${CMAKE_BINARY_DIR}/verbatim-${version})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})

    file(GLOB_RECURSE strays LIST_DIRECTORIES false RELATIVE ${folder} ${folder}/*)
    file(STRINGS ${list} lines REGEX "^[^#]")
    foreach(line ${lines})
        string(REGEX MATCHALL "[^ ]+" words ${line})
        list(POP_FRONT words header)
        if(words)
            set(name ${words})
        else()
            string(REGEX REPLACE "^(arch/x86/)?include/(uapi/)?" "" name ${header})
        endif()
        if(NOT EXISTS ${tree}/${header})
            message(FATAL_ERROR "vmklinux/verbatim-headers.txt names ${header}, which ${tree} does not have: "
                "run ./vmk setup, or correct the list")
        endif()
        list(REMOVE_ITEM strays ${name})
        set(target)
        if(IS_SYMLINK ${folder}/${name})
            file(READ_SYMLINK ${folder}/${name} target)
        endif()
        if(NOT target STREQUAL ${tree}/${header})
            cmake_path(GET name PARENT_PATH parent)
            file(MAKE_DIRECTORY ${folder}/${parent})
            file(CREATE_LINK ${tree}/${header} ${folder}/${name} SYMBOLIC)
        endif()
    endforeach()
    foreach(stray ${strays})
        file(REMOVE ${folder}/${stray})
    endforeach()
    set(VMKLINUX_VERBATIM_${version} ${folder} CACHE INTERNAL "")
endfunction()
