#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# coverage.sh - runs the hosted tests with their lines counted: gcovr's report, and a percentage a folder.
#
# A file that no hosted test is linked with is not in the report: what runs in the kernel only isn't counted.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"
counted=$build/coverage

"$top/ci/build.sh" --preset coverage hosted-tests
find "$counted" -name '*.gcda' -delete
say "Running the hosted tests"
quietly "$build/log/coverage-tests" ctest --test-dir "$counted" --output-on-failure -R '^(unit|hosted)\.'
quietly "$build/log/gcovr" gcovr --root "$top" --object-directory "$counted" --exclude-unreachable-branches \
    --filter "$top/core/" --filter "$top/vmkapi/" --filter "$top/vmklinux/" --filter "$top/tcpip/" \
    --filter "$top/tools/" --exclude "$top/vmkapi/hosted/" \
    --html-details "$counted/index.html" --csv "$counted/files.csv" "$counted"

# filename,line_total,line_covered,…; a folder is two deep, as core/net.
awk -F, '
    NR > 1 {
        depth = split($1, part, "/")
        folder = depth > 2 ? part[1] "/" part[2] : part[1]
        total[folder] += $2; covered[folder] += $3; all += $2; reached += $3
    }
    END {
        for (folder in total) {
            printf "%-24s %6d of %6d lines  %5.1f %%\n", folder, covered[folder], total[folder],
                100 * covered[folder] / total[folder] | "LC_ALL=C sort"
        }
        close("LC_ALL=C sort")
        printf "%-24s %6d of %6d lines  %5.1f %%\n", "all", reached, all, 100 * reached / all
    }' "$counted/files.csv"
say "Line by line: ${counted#"$top"/}/index.html"
