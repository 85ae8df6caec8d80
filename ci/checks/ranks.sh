#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ranks.sh - each spinlock made has a rank of lock_ranks.def, or a comment just above that says why it has none.
#
#   ranks.sh [SOURCE…]    those instead of all that runs in the kernel
set -eu
. "$(dirname "$0")/lib.sh"
cd "$top"
[ $# -gt 0 ] || set -- $(git ls-files 'core/*.[ch]' 'tcpip/*.[ch]' 'vmklinux/*.[ch]' 'tests/modules/*.c' 'tests/perf/*.c')
ranks=$(sed -n 's/^VMK_LOCK_RANK(\([A-Z_]*\),.*/\1/p' vmkapi/include/vmkapi/core/lock_ranks.def | tr '\n' ' ')
awk -v ranks=" $ranks" '
    FNR == 1 { above = "" }
    /^#define|^    \{ *\\$/ { if (!/vmk_SpinlockInit/) next } # a macro: what stands above it counts
    /vmk_SpinlockInit\(|VMK_SPINLOCK_INITIALIZER\(/ {
        rank = match($0, /VMK_(RANK_[A-Z_]+|SPINLOCK_UNRANKED)|props->rank/) ? substr($0, RSTART, RLENGTH) : "none"
        locks++
        if (rank == "VMK_SPINLOCK_UNRANKED" ? above !~ /\*\/$/ : rank != "props->rank" && !index(ranks, " " rank " "))
            print FILENAME ":" FNR ": a lock of rank " rank (rank ~ /UNRANKED/ ? ", without a comment above that says why" : "")
    }
    { above = $0 }
    END { if (locks == 0) print "no lock found" }
' "$@" >"/tmp/ranks.$$"
while read -r line; do
    finding "$line"
done <"/tmp/ranks.$$"
rm -f "/tmp/ranks.$$"
finish "ranks of $# sources"
