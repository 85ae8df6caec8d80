#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# coverage.sh - runs tests with lines counted, in processes of the host and in the kernel: one report, by gcovr.
#
#   coverage.sh           hosted tests and boot tests: a quarter of an hour
#   coverage.sh hosted    hosted tests only: what the kernel alone runs is missing, or at 0
#   coverage.sh REGEX     hosted tests and the boot tests named so, as ctest -R has it
#
# A kernel that counts writes its counts to QEMU's debug port at the end of the machine: core/include/core/coverage.h.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"
counted=$build/coverage
streams=$counted/streams

boots='^boot\.'
case ${1-} in
'') ;;
hosted) boots= ;;
*) boots=$1 ;;
esac

"$top/ci/build.sh" --preset coverage hosted-tests ${boots:+boot-tests gcdamerge}
find "$counted" -name '*.gcda' -delete
rm -rf "$streams"
mkdir -p "$streams" "$counted/html"

say "Running the hosted tests"
quietly "$build/log/coverage-tests" ctest --test-dir "$counted" --output-on-failure -R '^(unit|hosted)\.'
if [ -n "$boots" ]; then
    say "Running the boot tests"
    # One that fails under this load still has counted.
    OPENVMK_COVERAGE=$streams ctest --test-dir "$counted" --output-on-failure -LE nightly -E '^boot\.bochs' -R "$boots" \
        >"$build/log/coverage-boots" 2>&1 || {
        sed -n '/tests FAILED/,$p' "$build/log/coverage-boots" >&2
        say "Some boot tests failed; the report is without what they would have reached."
    }
    quietly "$build/log/gcdamerge" "$counted/tools/gcdamerge" "$streams"/*
fi

# Drivers and lwIP are other people's: shown, and not in the sum.
quietly "$build/log/gcovr" gcovr --root "$top" --object-directory "$counted" --exclude-unreachable-branches \
    --gcov-ignore-parse-errors \
    --filter "$top/core/" --filter "$top/vmkapi/" --filter "$top/vmklinux/" --filter "$top/tcpip/" \
    --filter "$top/tools/" --filter "$counted/ported-drivers/" --filter "$sources/lwip/" \
    --exclude "$top/vmkapi/hosted/" --html-details "$counted/html/index.html" --csv "$counted/files.csv" "$counted"

# filename,line_total,line_covered,…; sums by folder, one and two deep.
awk -F, '
    function count(name) { total[name] += $2; covered[name] += $3 }
    NR == 1 { next }
    $1 ~ /\/ported-drivers\// { sub(/^.*\/ported-drivers\//, "", $1); sub(/\/.*$/, "", $1); count("~ driver " $1); next }
    $1 ~ /\/lwip\// { count("~ lwIP"); next }
    {
        depth = split($1, part, "/")
        count(part[1])
        if (depth > 2) { count(part[1] "/" part[2]) }
        all += $2; reached += $3
    }
    function row(name, covered, total) {
        return sprintf("%-24s %6d of %6d lines  %5.1f %%\n", name, covered, total, 100 * covered / total)
    }
    END {
        for (name in total) { printf "%s", row(name, covered[name], total[name]) | "LC_ALL=C sort" }
        close("LC_ALL=C sort")
        printf "%s", row("all but ~, which is not ours", reached, all)
    }' "$counted/files.csv"
say "Line by line: ${counted#"$top"/}/html/index.html"
