#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# configure.sh BUILD - configuring anew takes no header away, not for a moment: somebody may be compiling.
set -eu
. "$(dirname "$0")/lib.sh"
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

headers() {
    find "$build"/verbatim-* -type l -printf '%C@ %p %l\n' | sort
}

headers >"$work/before"
[ -s "$work/before" ] || finding "$build has no headers of Linux's"
cmake "$build" >"$work/log" 2>&1 || finding "$build cannot be configured again: $(tail -n 1 "$work/log")"
headers >"$work/after"
diff "$work/before" "$work/after" >"$work/changed" || finding "links made anew: $(grep -c '^>' "$work/changed")"
finish configure
