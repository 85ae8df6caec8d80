#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# driver-table.sh [--check] - writes the table of ported drivers into README.md, from the manifests and the sources;
# with --check it only says whether the table there is the one it would write.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

table() {
    printf '| driver | source | Linux | class | files | lines | lines changed |\n| --- | --- | --- | --- | --- | --- | --- |\n'
    for manifest in "$top"/ported-drivers/*/CMakeLists.txt; do
        name=$(basename "$(dirname "$manifest")")
        version=$(manifest_field "$manifest" LINUX)
        folder=$(manifest_field "$manifest" SOURCE_DIR)
        files=$(manifest_field "$manifest" SOURCES)
        lines=0
        count=0
        for file in $files; do
            lines=$((lines + $(wc -l <"$sources/linux-$version/$folder/$file")))
            count=$((count + 1))
        done
        prepared=$build/default/ported-drivers/$name/source
        changed=0
        for file in $files; do
            [ -e "$prepared/$file" ] || die "$name has not been built" "Run ./vmk build first."
            differ=$(diff "$sources/linux-$version/$folder/$file" "$prepared/$file" | grep -c '^[<>]' || true)
            changed=$((changed + differ))
        done
        printf '| [%s](ported-drivers/%s/README.md) | `%s` | %s | %s | %d | %d | %d |\n' \
            "$name" "$name" "$folder" "$version" "$(manifest_field "$manifest" CLASS)" "$count" "$lines" "$changed"
    done
}

work=$(mktemp)
trap 'rm -f "$work" "$work.readme"' EXIT
table >"$work"
awk -v table="$work" '
    /^<!-- end of drivers -->/ { inside = 0 }
    !inside { print }
    /^<!-- drivers:/ { inside = 1; print ""; while ((getline line < table) > 0) print line; print "" }
' "$top/README.md" >"$work.readme"
if [ "${1-}" = --check ]; then
    cmp -s "$work.readme" "$top/README.md" || die "the table of drivers in README.md is out of date" "Run ci/driver-table.sh."
    say "The table of drivers is up to date."
else
    cp "$work.readme" "$top/README.md"
fi
