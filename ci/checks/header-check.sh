#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# header-check.sh - compares what drivers get from vmklinux's headers with what Linux's own give them.
#
#   header-check.sh [--overlay DIR] BUILD DRIVER         a ported driver: fails on a difference that no deviation numbers
#   header-check.sh [--overlay DIR] BUILD NAME FILE.c…   … or other files
#   header-check.sh --port [--json] BUILD NAME OPTION…   any files, as headercheck's OPTIONs say: what porting them takes
#
# BUILD is a build folder, which knows how drivers are compiled. --overlay puts headers before ours.
# Exit status: 0 as it should be, 1 a difference or a mistake, 2 the comparison could not be made.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/ci/lib.sh"

version=6.1
model=e1000 # with whose options a driver is parsed that has no manifest yet
tree=$sources/linux-$version
headers=$sources/linux-headers-$version
mode=
overlay=
while [ $# -gt 0 ]; do
    case $1 in
    --port | --json) mode="$mode $1" ;;
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
name=$2
shift 2
[ -d "$headers" ] || die "Linux's headers are not there" "Run ./vmk setup headers."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The options a module of Debian's Linux is compiled with, as far as they decide what is declared.
linux_options() {
    printf '%s\n' -nostdinc -std=gnu11 -O2 -m64 -mno-sse -fshort-wchar -D__KERNEL__ -DMODULE -DCC_USING_FENTRY \
        "-I$headers/common/arch/x86/include" \
        "-I$headers/amd64/arch/x86/include/generated" "-I$headers/common/include" "-I$headers/amd64/include" \
        "-I$headers/common/arch/x86/include/uapi" "-I$headers/amd64/arch/x86/include/generated/uapi" \
        "-I$headers/common/include/uapi" "-I$headers/amd64/include/generated/uapi"
    for header in compiler-version kconfig compiler_types; do
        printf '%s\n' -include "$headers/common/include/linux/$header.h"
    done
}

# SYMBOL FILE for each symbol that vmklinux exports.
symbol_sources() {
    (cd "$top/vmklinux" && grep -rnoE 'EXPORT_SYMBOL(_GPL)?\([A-Za-z0-9_]+' --include='*.c' .) |
        sed -E 's|^\./([^:]*):[0-9]*:EXPORT_SYMBOL(_GPL)?\((.*)|\3 \1|'
}

manifest=$top/ported-drivers/$name/CMakeLists.txt
if [ $# -eq 0 ]; then
    [ -r "$manifest" ] || die "$name has no manifest in ported-drivers/" "./vmk port looks at any driver of the Linux tree."
    model=$name
    folder=$(manifest_field "$manifest" SOURCE_DIR)
    set --
    for file in $(manifest_field "$manifest" SOURCES); do
        [ -r "$tree/$folder/$file" ] || die "the Linux tree has no $folder/$file"
        set -- "$@" "$tree/$folder/$file"
    done
fi

first=$(manifest_field "$top/ported-drivers/$model/CMakeLists.txt" SOURCES | cut -d' ' -f1)
# A driver's header of trace points is read again and again by macros that are no interface of the driver's: not here.
mkdir -p "$work/first/trace"
: >"$work/first/trace/define_trace.h"
printf '%s\n' "-I$work/first" >"$work/linux"
linux_options >>"$work/linux"
symbol_sources >"$work/sources"
"$top/ci/deviations.sh" --types >"$work/deviations"
# shellcheck disable=SC2086 # options are words
"$folder_of_build/tools/headercheck/headercheck" --name "$name" $mode $overlay \
    --build "$folder_of_build" --like "$folder_of_build/ported-drivers/$model/source/$first" \
    --linux "$work/linux" --both -include --both "$top/tools/headercheck/marks.h" \
    --own "$tree/drivers" --headers "$headers" --symvers "$headers/amd64/Module.symvers" \
    --deviations "$work/deviations" --symbols "$top/vmklinux/symbols.def" --sources "$work/sources" "$@"
