#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# analyze.sh - what an analyzer finds in the sources, read with the flags they are built with.
#
#   analyze.sh BUILD cppcheck|clang|sparse
set -eu
. "$(dirname "$0")/lib.sh"
out=$1/analyze
tool=$2
command -v "$tool" >/dev/null || { finding "$tool is missing: ./vmk setup test installs it"; finish "$tool"; }
mkdir -p "$out/cache"
cd "$1"

# commands FOLDERS: how each of our sources there is compiled: compiler, output and JSON's quoting taken off.
# (Tests and tools compile some of core's again, for the host: an earlier line for the same source is the better one.)
commands() {
    sed -n 's/^  "command": "\(.*\)",\{0,1\}$/\1/p' compile_commands.json |
        grep -E -e "-o ($1)/.* -c $top/($1)/[^ ]*\.c\$" |
        sed -e 's/\\\(.\)/\1/g' -e 's/^[^ ]*ccache //' -e 's/^[^ ]* //' -e 's/ -o [^ ]* -c / /' \
            -e 's/ -fno-tree-[^ ]*//'
}

# each FOLDERS COMMAND: run COMMAND on each source, two at a time; its output goes to $out/$tool.
each() {
    commands "$1" | xargs -d '\n' -P 2 -I '{}' sh -c "$2 {}" >"$out/$tool" 2>&1 || true
}

case $tool in
cppcheck)
    # cppcheck 2.10 stumbles over an attribute before a declaration; without attributes it does not know which
    # functions do not return, which explains the first two.
    #   va_end_missing   a va_list handed to a function of ours that does not return needs no end
    #   mem/slab.c       put() goes on with a chunk only after the check that ends in a panic
    #   comparePointers  a linker section's two ends are symbols of their own, one array all the same
    #   uninitvar        it loses a cursor that a Linux list macro set; gcc's -Wmaybe-uninitialized follows it
    #   unknownMacro, internalAstError  what it cannot parse, a macro with a statement inside, is no mistake
    printf '[' >"$out/project.json"
    commands 'core|vmklinux|tcpip|tools' | sed 's/ -isystem \([^ ]*\)/ -I\1/g' | awk -v dir="$PWD" '{
        file = $NF; gsub(/["\\]/, "\\\\&")
        printf "%s{\"directory\": \"%s\", \"command\": \"cc -c %s\", \"file\": \"%s\"}\n", (NR > 1 ? "," : ""), dir, $0, file
    } END { print "]" }' >>"$out/project.json"
    cppcheck --project="$out/project.json" --cppcheck-build-dir="$out/cache" -j 2 --quiet \
        --enable=warning,portability --inline-suppr --template='{file}:{line}: {id}: {message}' \
        '-D__attribute__(x)=' -D__GNUC__=12 \
        --suppress=comparePointers --suppress=va_end_missing --suppress='uninitvar:*/vmklinux/*' \
        --suppress=unknownMacro --suppress=internalAstError \
        --suppress='nullPointerRedundantCheck:*/mem/slab.c' --suppress='ctunullpointer:*/mem/slot.c' \
        --suppress='*:*/verbatim-*' --suppress="*:$top/build/sources/*" >"$out/found" 2>&1 || true
    # A CPU's own block is at address 0 of the segment %gs, which is not NULL.
    grep -v '__seg_gs \{0,1\}\*)0$' "$out/found" >"$out/$tool" || true
    ;;
clang)
    each 'core|vmklinux' 'clang --analyze --analyzer-output text -Wno-unknown-warning-option -Wno-ignored-attributes \
        -Wno-ignored-optimization-argument -Wno-unused-command-line-argument -Wno-error'
    # It takes the timer inside an item to be NULL sometimes, and the item with it.
    grep -E '(warning|error): ' "$out/$tool" | grep -v 'kernel/workqueue\.c:.*core\.NullDereference' >"$out/found" || true
    mv "$out/found" "$out/$tool"
    ;;
sparse)
    each vmklinux 'sparse -D__seg_gs='
    ;;
*)
    finding "analyze.sh knows cppcheck, clang and sparse, not '$tool'"
    finish analyze
    ;;
esac

[ -n "$(commands vmklinux)" ] || finding "$1/compile_commands.json names no source of vmklinux"
while read -r line; do
    finding "${line#"$top"/}"
done <"$out/$tool"
finish "$tool"
