#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# storage_cost.sh BUILD_DIR - a request takes at most 99 instructions in the storage core.
#
# Counts them in the kernel's disassembly: from the beginning of vmk_BlockSubmit() to its first return, and the same
# of vmk_BlockRequestDone(). What is not the common way leaves by jumps that are not taken, so that what stands
# between is what is executed; a jump back, or to further on, would make the count wrong, and is a finding.
set -eu
. "$(dirname "$0")/lib.sh"
limit=99
total=0
for function in vmk_BlockSubmit vmk_BlockRequestDone; do
    objdump -d --no-show-raw-insn --disassemble=$function "$1/openvmk" |
        awk '/:\t/ { sub(/^ *[0-9a-f]+:\t/, ""); if ($1 !~ /^nop|^cs$|^data16$/) print; if ($1 == "ret") exit }' >"/tmp/cost.$$"
    count=$(wc -l <"/tmp/cost.$$")
    [ "$count" -gt 20 ] || finding "$function has $count instructions: what was counted?"
    ! grep -q '^jmp' "/tmp/cost.$$" || finding "$function jumps on its common way: it has to be counted by hand"
    printf '%4d  %s\n' "$count" $function
    total=$((total + count))
done
rm -f "/tmp/cost.$$"
printf '%4d  together, of %d\n' "$total" $limit
[ "$total" -le $limit ] || finding "a request takes $((total - limit)) instructions more than is promised"
finish "storage cost"
