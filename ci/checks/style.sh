#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# style.sh - SPDX first, formatting as .clang-format has it, nothing of a particular machine.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$top"
files=$(git ls-files --cached --others --exclude-standard)
for file in $files; do
    [ -f "$file" ] || continue
    case $file in
    COPYING | LICENSES/* | .reuse/* | *.json | *.png | *.abi) continue ;;
    esac
    head -n 3 "$file" | grep -q 'SPDX-License-Identifi''er: GPL-2.0-only' || finding "$file: no SPDX line"
done
sources=$(printf '%s\n' "$files" | grep -E '\.[ch]$')
# shellcheck disable=SC2086
clang-format --dry-run $sources 2>&1 | sed -n 's/: warning: code should be clang-formatted.*//p' | sort -u >/tmp/style.$$ || true
while read -r place; do
    finding "$place: not as clang-format has it (run clang-format -i on the file)"
done </tmp/style.$$
# shellcheck disable=SC2086
grep -nIE '(^|[^a-z])/(home|root|work)/[a-z]' $files >/tmp/style.$$ || true
while read -r line; do
    finding "a path of one machine: $line"
done </tmp/style.$$
rm -f /tmp/style.$$
finish style
