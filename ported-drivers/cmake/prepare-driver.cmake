# SPDX-License-Identifier: GPL-2.0-only
# prepare-driver - a script of linux-driver.cmake's: copies a driver's source, applies its rules, counts what changed.
#
#   cmake -D NAME= -D FROM= -D TO= -D FILES= -D HEADERS= [-D RULES=] -P prepare-driver.cmake

cmake_minimum_required(VERSION 3.25)

foreach(file ${FILES} ${HEADERS})
    configure_file(${FROM}/${file} ${TO}/${file} COPYONLY)
    file(TOUCH_NOCREATE ${TO}/${file})
endforeach()

foreach(rule ${RULES})
    execute_process(
        COMMAND spatch --very-quiet --in-place --sp-file ${rule} ${FILES} ${HEADERS}
        WORKING_DIRECTORY ${TO}
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${NAME}: the rule ${rule} could not be applied; is Coccinelle (spatch) installed?")
    endif()
endforeach()

set(lines 0)
set(changed 0)
foreach(file ${FILES} ${HEADERS})
    file(SHA256 ${FROM}/${file} before)
    file(SHA256 ${TO}/${file} after)
    if(file IN_LIST FILES)
        execute_process(COMMAND wc -l INPUT_FILE ${FROM}/${file} OUTPUT_VARIABLE count)
        math(EXPR lines "${lines} + ${count}")
    endif()
    if(NOT before STREQUAL after)
        execute_process(COMMAND diff ${FROM}/${file} ${TO}/${file} OUTPUT_VARIABLE difference)
        string(REGEX MATCHALL "(^|\n)[<>]" marks "${difference}")
        list(LENGTH marks count)
        math(EXPR changed "${changed} + ${count}")
    endif()
endforeach()
list(LENGTH FILES files)
message(STATUS "${NAME}: ${files} files, ${lines} lines, ${changed} lines changed")
