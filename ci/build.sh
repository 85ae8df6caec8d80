#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build.sh - configures once, then builds what changed.
#
#   build.sh [--preset default|release|clang] [TARGET…]
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

preset=default
if [ "${1-}" = --preset ]; then
    [ $# -ge 2 ] || die "--preset wants a name" "One of: default release clang."
    preset=$2
    shift 2
fi
[ $# -gt 0 ] || set -- all

cd "$top"
if [ ! -f "$build/$preset/build.ninja" ]; then
    say "Configuring build/$preset"
    quietly "$build/log/configure-$preset" cmake --preset "$preset"
fi
if [ -t 2 ]; then
    cmake --build "build/$preset" --target "$@" >&2 || die "the build failed" "The first error above is the one to read."
else
    # No terminal: one line when there was work, the errors when there were any.
    quietly "$build/log/build-$preset" cmake --build "build/$preset" --target "$@"
    say "Built build/$preset: $(tail -n 1 "$build/log/build-$preset")"
fi
