#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# header-check.sh - compares what drivers get from vmklinux's headers with what Linux's own give them.
#
#   header-check.sh [--overlay DIR] BUILD DRIVER    a ported driver: fails on a difference that no deviation numbers
#   header-check.sh --port BUILD FOLDER|FILE.c…     any driver of the Linux tree: says what porting it takes
#
# BUILD is a build folder, which knows how drivers are compiled. --overlay puts headers before ours.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/ci/lib.sh"

version=6.1
model=e1000 # with whose options a driver is parsed that has no manifest yet
tree=$sources/linux-$version
headers=$sources/linux-headers-$version
port=
overlay=
while [ $# -gt 0 ]; do
    case $1 in
    --port) port=--port ;;
    --overlay)
        overlay="--first -I$2"
        shift
        ;;
    *) break ;;
    esac
    shift
done
[ $# -ge 2 ] || die "header-check wants a build folder and a driver"
folder_of_build=$(realpath "$1")
shift
[ -d "$headers" ] || die "Linux's headers are not there" "Run ./vmk setup headers."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The options a module of Debian's Linux is compiled with, as far as they decide what is declared.
linux_options() {
    printf '%s\n' -nostdinc -std=gnu11 -O2 -m64 -mno-sse -fshort-wchar -D__KERNEL__ -DMODULE \
        "-DKBUILD_MODNAME=\"$1\"" "-DKBUILD_BASENAME=\"$1\"" "-I$headers/common/arch/x86/include" \
        "-I$headers/amd64/arch/x86/include/generated" "-I$headers/common/include" "-I$headers/amd64/include" \
        "-I$headers/common/arch/x86/include/uapi" "-I$headers/amd64/arch/x86/include/generated/uapi" \
        "-I$headers/common/include/uapi" "-I$headers/amd64/include/generated/uapi"
    for header in compiler-version kconfig compiler_types; do
        printf '%s\n' -include "$headers/common/include/linux/$header.h"
    done
}

# The folder of a folder or C file of the Linux tree.
folder_of() {
    case $1 in
    *.c) dirname "$1" ;;
    *) printf '%s\n' "${1%/}" ;;
    esac
}

manifest=$top/ported-drivers/$1/CMakeLists.txt
if [ -z "$port" ]; then
    [ -r "$manifest" ] || die "$1 has no manifest in ported-drivers/" "--port looks at any driver of the Linux tree."
    driver=$1
    model=$1
    folder=$(manifest_field "$manifest" SOURCE_DIR)
    set --
    for file in $(manifest_field "$manifest" SOURCES); do
        set -- "$@" "$tree/$folder/$file"
    done
else
    driver=$(basename "$1" .c)
    places=$*
    set --
    for place in $places; do
        "$top/ci/setup.sh" --linux-folder "$(folder_of "$place")" build
        case $place in
        *.c) set -- "$@" "$tree/$place" ;;
        *) set -- "$@" "$tree/${place%/}"/*.c ;;
        esac
    done
fi
for file in "$@"; do
    [ -r "$file" ] || die "the Linux tree has no ${file#"$tree/"}"
done

first=$(manifest_field "$top/ported-drivers/$model/CMakeLists.txt" SOURCES | cut -d' ' -f1)
linux_options "$driver" >"$work/linux"
"$top/ci/deviations.sh" --names >"$work/deviations"
# shellcheck disable=SC2086 # options are words
"$folder_of_build/tools/headercheck/headercheck" --driver "$driver" $port $overlay \
    --build "$folder_of_build" --like "$folder_of_build/ported-drivers/$model/source/$first" \
    --linux "$work/linux" --headers "$headers" \
    --deviations "$work/deviations" --symbols "$top/vmklinux/symbols.def" "$@"
