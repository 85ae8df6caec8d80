# SPDX-License-Identifier: GPL-2.0-only
# lib.sh - what the checks share. A check prints each finding on a line and fails when there was one.

top=$(cd "$(dirname "$0")/../.." && pwd)
findings=0

# finding TEXT: one thing that is wrong, and where.
finding() {
    printf '%s\n' "$*"
    findings=$((findings + 1))
}

# finish WHAT: the verdict.
finish() {
    if [ "$findings" -ne 0 ]; then
        printf '%s: %d findings\n' "$1" "$findings"
        exit 1
    fi
    printf '%s: clean\n' "$1"
    exit 0
}
