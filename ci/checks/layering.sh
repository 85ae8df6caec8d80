#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# layering.sh BUILD_DIR - the rules of the layers, checked on object files and on the include graph.
#
#   1. vmklinux's undefined symbols are all VMKAPI symbols.
#   2. A ported driver's undefined symbols are all vmklinux's or another declared library's; what inlines of
#      vmklinux's headers want of VMKAPI, vmklinux offers under its own name space.
#   3. core names no Linux symbol and includes no vmklinux header; vmkapi headers include only vmkapi headers.
#   4. Every VMKAPI symbol is declared in exactly one header and has a line in the symbol list.
set -eu
. "$(dirname "$0")/lib.sh"
. "$top/ci/lib.sh"
objects=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

symbols_of() { # FILE MACRO: the names in a .def list
    sed -n "s/^$2(\([A-Za-z0-9_]*\).*/\1/p" "$1" | sort -u
}
undefined_in() {
    nm -u "$1" | awk '{ print $2 }' | sort -u
}

symbols_of "$top/vmkapi/include/vmkapi/abi/symbols.def" VMK_SYMBOL >"$work/vmkapi"
symbols_of "$top/vmklinux/symbols.def" LINUX_SYMBOL >"$work/linux"
[ -s "$work/vmkapi" ] || finding "the VMKAPI symbol list is empty"
[ -s "$work/linux" ] || finding "vmklinux's symbol list is empty"

shims=0
for module in "$objects"/modules/vmklinux-*.vmk; do
    [ -e "$module" ] || continue
    shims=$((shims + 1))
    undefined_in "$module" | comm -23 - "$work/vmkapi" >"$work/extra"
    while read -r symbol; do
        finding "$(basename "$module") uses $symbol, which is not VMKAPI's"
    done <"$work/extra"
done
[ "$shims" -gt 0 ] || finding "no vmklinux module in $objects/modules: nothing was checked"

drivers=0
for manifest in "$top"/ported-drivers/*/CMakeLists.txt; do
    name=$(basename "$(dirname "$manifest")")
    module=$objects/modules/$name.vmk
    [ -e "$module" ] || { finding "$name has a manifest but was not built"; continue; }
    drivers=$((drivers + 1))
    # vmklinux's, and those of the driver libraries that the manifest names.
    cp "$work/linux" "$work/offers"
    for library in $(manifest_field "$manifest" DEPENDS); do
        symbols_of "$objects/ported-drivers/$library/$library.def" LINUX_SYMBOL >>"$work/offers"
    done
    sort -u -o "$work/offers" "$work/offers"
    undefined_in "$module" | comm -23 - "$work/offers" >"$work/extra"
    while read -r symbol; do
        finding "$name uses $symbol, which neither vmklinux nor a driver library of its offers"
    done <"$work/extra"
done
[ "$drivers" -gt 0 ] || finding "no ported driver: nothing was checked"

cd "$top"
bad_includes() { # WHAT ALLOWED-REGEX FILE…: includes that match neither the regex nor a plain "file.h"
    what=$1
    allowed=$2
    shift 2
    grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' "$@" | grep -vE "$allowed" >"$work/includes" || true
    while read -r line; do
        finding "$what: $line"
    done <"$work/includes"
}
freestanding='<(stdarg|stddef|stdint|stdbool|limits|stdatomic)\.h>'
# shellcheck disable=SC2046 # file names of ours have no spaces
bad_includes "vmkapi header" "<vmkapi/|$freestanding" $(find vmkapi/include -name '*.h')
# shellcheck disable=SC2046
bad_includes "core" "<(core|vmkapi)/|$freestanding|core/dev/acpi[a-z_/]*\.[ch]:[0-9]+:.*<acpi|acenv" \
    $(find core -name '*.[ch]')
# shellcheck disable=SC2046
bad_includes "vmklinux reaches past VMKAPI" "<(vmkapi|linux|asm|asm-generic|net|uapi|scsi|generated|vmklinux)/|<symbols\.def>|$freestanding" \
    $(find vmklinux -name '*.[ch]')
grep -rnE '"\.\./' core vmkapi vmklinux tcpip --include='*.[ch]' >"$work/includes" || true
while read -r line; do
    finding "relative include: $line"
done <"$work/includes"

undefined_in "$objects/openvmk" >"$work/extra"
while read -r symbol; do
    finding "the kernel has undefined symbol $symbol"
done <"$work/extra"
# Every VMKAPI symbol stands in a public header.
cat $(find vmkapi/include -name '*.h') | tr -cs 'A-Za-z0-9_' '\n' | sort -u >"$work/words"
comm -23 "$work/vmkapi" "$work/words" >"$work/extra"
while read -r symbol; do
    finding "$symbol is exported but in no vmkapi header"
done <"$work/extra"

finish layering
