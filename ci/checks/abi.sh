#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# abi.sh BUILD_DIR [--record] - VMKAPI as the kernel offers it is VMKAPI as recorded.
#
# Compares the exported symbols, their signatures and the types they reach with the recorded baseline of the
# same major version, by abidiff. --record writes the baseline anew: for additions, and for changes before the
# first release; after it, a removed or changed symbol wants a new major version (base/version.h) and with it
# a new baseline file.
set -eu
. "$(dirname "$0")/lib.sh"
kernel=$1/openvmk.debug
[ -e "$kernel" ] || kernel=$1/openvmk
major=$(sed -n 's/^#define VMKAPI_REVISION_MAJOR[[:space:]]*\([0-9]*\).*/\1/p' "$top/vmkapi/include/vmkapi/base/version.h")
baseline=$top/vmkapi/abi/vmkapi-$major.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{
    printf '[abi_whitelist]\n'
    sed -n 's/^VMK_SYMBOL(\([A-Za-z0-9_]*\).*/\1/p' "$top/vmkapi/include/vmkapi/abi/symbols.def"
} >"$work/symbols"
abidw --no-comp-dir-path --no-corpus-path --no-show-locs --headers-dir "$top/vmkapi/include" --drop-private-types \
    --kmi-whitelist "$work/symbols" "$kernel" >"$work/now.abi"

count=$(grep -c '<elf-symbol' "$work/now.abi")
listed=$(($(wc -l <"$work/symbols") - 1))
[ "$count" -eq "$listed" ] || finding "the list has $listed symbols, the kernel $count of them"

if [ "${2-}" = --record ]; then
    cp "$work/now.abi" "$baseline"
    printf 'recorded %d symbols in %s\n' "$count" "${baseline#"$top"/}"
    finish abi
fi

[ -e "$baseline" ] || { finding "there is no baseline for version $major: ci/checks/abi.sh $1 --record makes it"; finish abi; }
if ! abidiff --no-show-locs "$baseline" "$work/now.abi" >"$work/difference" 2>&1; then
    cat "$work/difference"
    finding "VMKAPI is not as recorded: undo the change, or, if it only adds, record it: ci/checks/abi.sh BUILD_DIR --record"
fi
printf '%d symbols\n' "$count"
finish abi
