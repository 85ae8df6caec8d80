#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# port.sh - says what it takes to port a driver, ported or not, of the Linux tree or elsewhere.
#
#   port.sh [--formatter=text|json] [--build DIR] PLACE…
#
# A PLACE is a folder (drivers/net/ethernet/intel/e1000e), a module in one (drivers/ata/ahci), or C files; of the
# Linux tree, or, with a path that starts with '/' or '.', of anywhere. In a folder its Makefile says what belongs
# together, with the configuration of Debian's Linux; without one, all C files do.
# Exit status: 0 the report is made, 1 there is no such driver, 2 it could not be made, or not of all files.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

usage='port wants a folder, a module or C files, as drivers/net/ethernet/intel/e1000e, drivers/ata/ahci or ./mine'
max_files=60 # about a minute
tree=$sources/linux-6.1
config=$sources/linux-headers-6.1/amd64/include/config/auto.conf
folder_of_build=$build/default
json=
while [ $# -gt 0 ]; do
    case $1 in
    --formatter=json) json=--json ;;
    --formatter=text) json= ;;
    --build)
        [ $# -ge 2 ] || die "--build wants a build folder"
        folder_of_build=$2
        shift
        ;;
    -*) die "port: '$1' is no option" "$usage" ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || die "$usage"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/files"
: >"$work/flags"
: >"$work/left"

# kbuild FOLDER: what kbuild.mk says of an absolute folder.
kbuild() {
    make -s --no-print-directory -f "$top/ci/kbuild.mk" FOLDER="$1" TREE="$tree" CONFIG="$config" modules \
        2>"$work/make" || die "the Makefile of $1 is not understood: $(head -n 1 "$work/make")" "Name the C files instead."
}

# add_object MODULE OBJECT-WITHOUT-.o: its C file, if it has one; an assembler file uses no headers of ours.
add_object() {
    if [ -e "$2.c" ]; then
        printf '%s %s\n' "$1" "$(realpath "$2.c")" >>"$work/files"
    elif [ ! -e "$2.S" ]; then
        say "Note: $2.c is not there; the kernel's build may make it."
    fi
}

# add_folder FOLDER [MODULE]: the modules of an absolute folder and of those below, or one of them.
add_folder() {
    if [ ! -e "$1/Makefile" ] && [ ! -e "$1/Kbuild" ]; then
        for file in "$1"/*.c; do
            [ ! -e "$file" ] || add_object "$(basename "$1")" "${file%.c}"
        done
        return 0
    fi
    kbuild "$1" >"$work/kbuild"
    sed -n "s|^flag \(-[ID].*\)|\1|p" "$work/kbuild" >>"$work/flags"
    printf '%s\n' "-I$1" >>"$work/flags"
    [ $# -gt 1 ] || sed -n 's/^left //p' "$work/kbuild" >>"$work/left"
    awk -v only="${2-}" '$1 == "module" && (only == "" || $2 == only) { for (i = 3; i <= NF; i++) print $2, $i }' \
        "$work/kbuild" >"$work/objects"
    folders=$(sed -n 's/^folder //p' "$work/kbuild")
    while read -r module object; do
        add_object "$module" "$1/${object%.o}"
    done <"$work/objects"
    [ $# -eq 1 ] || return 0
    for folder in $folders; do
        [ ! -d "$1/$folder" ] || (add_folder "$1/$folder")
    done
}

# fetch FOLDER: have a folder of the Linux tree, if Linux has it.
fetch() {
    "$top/ci/setup.sh" --linux-folder "$1" build 2>"$work/fetch"
}

# has_many FOLDER: whether a folder of the Linux tree holds drivers by the hundred, unpacked or not.
has_many() {
    if [ -e "$tree/.index" ]; then
        files=$(grep -c "^$1/.*\.c\$" "$tree/.index" || true)
    else
        files=$(find "$tree/$1" -name '*.c' | wc -l)
    fi
    [ "$files" -gt 400 ]
}

# too_many PLACE: say which modules there are to choose from.
too_many() {
    die "$1 makes many modules, of $(sort -u "$work/files" | wc -l) files; at most $max_files are looked at" \
        "Name one, as $1/$(head -n 1 "$work/files" | cut -d' ' -f1): $(cut -d' ' -f1 "$work/files" | awk '!seen[$0]++' | paste -sd' ')"
}

add_linux_place() {
    place=${1%/}
    case $place in
    *.c)
        fetch "$(dirname "$place")" || die "$(sed -n 's/^vmk: //p' "$work/fetch")"
        [ -r "$tree/$place" ] || die "the Linux tree has no $place"
        add_object "$(basename "$place" .c)" "$tree/${place%.c}"
        ;;
    *.[hSo])
        die "$place is no C file" "$usage"
        ;;
    *)
        if fetch "$place"; then
            ! has_many "$place" || die "$place holds drivers by the hundred" "Name one of its folders, or a module as drivers/net/virtio_net."
            add_folder "$tree/$place"
        elif fetch "$(dirname "$place")"; then
            add_folder "$tree/$(dirname "$place")" "$(basename "$place")"
            [ -s "$work/files" ] || die "the Linux tree has no folder $place, and $(dirname "$place") makes no module $(basename "$place")"
        else
            die "$(sed -n 's/^vmk: //p' "$work/fetch")" "A driver's folder is named as drivers/net/ethernet/intel/e1000."
        fi
        ;;
    esac
}

add_place() {
    case $1 in
    /* | ./* | ../* | .) ;;
    *)
        add_linux_place "$1"
        return
        ;;
    esac
    if [ -d "$1" ]; then
        add_folder "$(realpath "$1")"
        printf '%s\n' "--own $(realpath "$1")" >>"$work/own"
    elif [ ! -e "$1" ]; then
        die "$1: no such file or folder"
    elif [ "${1%.c}" != "$1" ] && [ -f "$1" ]; then
        add_object "$(basename "$1" .c)" "$(realpath "${1%.c}.c" | sed 's/\.c$//')"
    else
        die "$1 is no C file" "$usage"
    fi
}

: >"$work/own"
for place in "$@"; do
    add_place "$place"
done
count=$(sort -u "$work/files" | wc -l)
if [ "$count" -eq 0 ]; then
    left=$(sort -u "$work/left" | paste -sd' ')
    die "there is no C file to look at in $*" "${left:+Debian\'s configuration leaves out: $left. }$usage"
fi
[ "$count" -le $max_files ] || too_many "${1%/}"

name=$(basename "$1" .c)
set -- "$name"
for flag in $(sort -u "$work/flags"); do
    set -- "$@" --both "$flag"
done
for own in $(sed -n 's/^--own //p' "$work/own"); do
    set -- "$@" --own "$own"
done
for module in $(cut -d' ' -f1 "$work/files" | awk '!seen[$0]++'); do
    set -- "$@" --module "$module"
    for file in $(awk -v module="$module" '$1 == module && !seen[$2]++ { print $2 }' "$work/files"); do
        set -- "$@" "$file"
    done
done
if [ -s "$work/left" ] && [ -z "$json" ]; then
    say "Left out, as Debian's configuration does: $(sort -u "$work/left" | paste -sd' ')"
fi
# shellcheck disable=SC2086 # an option or none
"$top/ci/checks/header-check.sh" --port $json "$folder_of_build" "$@"
