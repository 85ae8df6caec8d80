#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# tested.sh BUILD_DIR - every symbol of VMKAPI is used by the code of a test.
#
# Looks at objects, not at text: what an inline of a header calls counts, what a comment names doesn't. The sources
# that a unit test is linked with, and what stands in for others, are no test's code. memcpy() and its kin, which
# compilers call by these names, are left to unit.lib.memory.
set -eu
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sed -n 's/^VMK_SYMBOL(\(vmk_[A-Za-z0-9_]*\).*/\1/p' "$top/vmkapi/include/vmkapi/abi/symbols.def" | sort >"$work/symbols"
for folder in conformance hosted modules unit; do
    find "$1/tests/$folder" -name '*.o' ! -path '*/__/*' ! -path '*/support/*'
done >"$work/objects"
[ -s "$work/objects" ] || finding "no test is built in $1"
xargs nm -u <"$work/objects" | grep -o 'vmk_[A-Za-z0-9_]*' | sort -u >"$work/used"

comm -23 "$work/symbols" "$work/used" >"$work/unused"
while read -r symbol; do
    finding "no test uses $symbol; tests/conformance/ is the place for one"
done <"$work/unused"
printf '%d symbols\n' "$(wc -l <"$work/symbols")"
finish tested
