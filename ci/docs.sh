#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# docs.sh - builds the VMKAPI reference manual from its headers; any warning fails.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"
mkdir -p "$build/docs" "$build/log"
cd "$top"
if ! doxygen ci/Doxyfile >"$build/log/doxygen" 2>"$build/log/doxygen-warnings"; then
    head -n 25 "$build/log/doxygen-warnings" >&2
    die "the manual has errors" "All of them are in build/log/doxygen-warnings."
fi
if [ -s "$build/log/doxygen-warnings" ]; then
    head -n 25 "$build/log/doxygen-warnings" >&2
    die "the manual builds with warnings" "All of them are in build/log/doxygen-warnings."
fi
say "The manual: build/docs/html/index.html"
