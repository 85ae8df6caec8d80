#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# test.sh - builds everything the tests need and runs them with ctest.
#
#   test.sh                everything but the nightly tests
#   test.sh fast           what a developer runs all the time
#   test.sh nightly        the long ones
#   test.sh [KIND] ARG…    more arguments for ctest, as -R NAME
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

kind=full
case ${1-} in
fast | nightly | full)
    kind=$1
    shift
    ;;
esac
# A machine that boots waits more than it works: one test more than there are CPUs. Those that use all by themselves
# say so (PROCESSORS).
case $kind in
fast) selection="-L fast --parallel 2" ;;
nightly) selection='-L nightly' ;;
full) selection="-LE nightly --parallel $(($(nproc) + 1))" ;;
esac

cd "$top"
if ! grep -qs '^OPENVMK_TESTS:BOOL=ON' "$build/default/CMakeCache.txt"; then
    say "Configuring build/default, with tests"
    quietly "$build/log/configure-default" cmake --preset default -DOPENVMK_TESTS=ON
fi
"$top/ci/build.sh" all

# The summary is ctest's; its exit status is ours.
# shellcheck disable=SC2086 # words
exec ctest --test-dir "$build/default" --output-on-failure --no-tests=error $selection "$@"
