#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# repeat.sh N COMMAND… - runs a command N times, and stops at the first failure.
set -eu
count=$1
shift
i=0
while [ "$i" -lt "$count" ]; do
    i=$((i + 1))
    "$@" >"${TMPDIR:-/tmp}/repeat.$$" 2>&1 || {
        cat "${TMPDIR:-/tmp}/repeat.$$"
        printf 'run %d of %d failed\n' "$i" "$count"
        exit 1
    }
done
rm -f "${TMPDIR:-/tmp}/repeat.$$"
printf '%d runs\n' "$count"
