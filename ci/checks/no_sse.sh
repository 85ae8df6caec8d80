#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# no_sse.sh BUILD_DIR - nothing in the kernel or a module touches x87, MMX, SSE or AVX registers: they are a guest's.
set -eu
. "$(dirname "$0")/lib.sh"
seen=0
for file in "$1"/openvmk "$1"/modules/*.vmk; do
    [ -e "$file" ] || continue
    seen=$((seen + 1))
    hits=$(objdump -d --no-show-raw-insn "$file" | grep -cE '%[xyz]mm[0-9]|%mm[0-7]|:\s+(fld|fst|fadd|fmul|fild|fistp)[a-z]*\s' || true)
    [ "$hits" -eq 0 ] || finding "$file: $hits instructions use vector or x87 registers"
done
[ "$seen" -ge 3 ] || finding "only $seen files were there to check in $1"
finish no_sse
