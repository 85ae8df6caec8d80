#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deviations.sh - the document of what is not as in Linux, on purpose: vmklinux/DEVIATIONS.md, from the headers.
#
#   deviations.sh            write it
#   deviations.sh --check    fail when it is not what would be written, or when a deviation is not as it should be
#   deviations.sh --names    print each number with each name it is about, a line each
#
# A deviation is a comment in a header of vmklinux:
#
#   DEVIATION-012 (pci_set_power_state): what differs, and why.
#
# Its number is its own for ever; the names are Linux's, a field's as net_device.name. The tests that cover it say
# DEVIATION-012 in their source, too.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"
cd "$top"

# Each deviation on a line: NUMBER<TAB>NAMES<TAB>TEXT<TAB>HEADER.
deviations() {
    grep -rl 'DEVIATION-' vmklinux/include | sort | while read -r header; do
        awk -v header="$header" '
            function finish() {
                sub(/ *\*\/.*/, "", text)
                if (match(text, /^DEVIATION-[0-9][0-9][0-9] \([^)]*\): /)) {
                    head = substr(text, 1, RLENGTH - 3)
                    printf "%s\t%s\t%s\t%s\n", substr(head, 11, 3), substr(head, 16), substr(text, RLENGTH + 1), header
                } else {
                    printf "bad\t\t%s\t%s\n", text, header
                }
                inside = 0
            }
            inside {
                line = $0
                ends = line ~ /\*\//
                sub(/^ *\*? ?/, "", line)
                text = text (line ~ /^\*?\// ? "" : " " line)
                if (ends) finish()
                next
            }
            /DEVIATION-/ {
                text = substr($0, index($0, "DEVIATION-"))
                inside = 1
                if ($0 ~ /\*\//) finish()
            }' "$header"
    done | sort
}

# The tests that mention a deviation.
tests_of() {
    grep -rlw "DEVIATION-$1" tests | sort | sed 's/.*/`&`/' | paste -sd, | sed 's/,/, /g'
}

document() {
    cat <<'TEXT'
<!-- SPDX-License-Identifier: GPL-2.0-only -->
# Where vmklinux is not Linux

A driver gets Linux's interfaces with Linux's meaning, except for what is listed here. This file is written by `ci/deviations.sh`
from the headers under `vmklinux/include`, where each deviation stands beside what it is about. `ci/checks/header-check.sh` compares
types and values with Linux's own headers, and lets a difference pass only for a name listed here.

TEXT
    printf '| number | names | what differs, and why | header | test |\n| --- | --- | --- | --- | --- |\n'
    deviations | while IFS='	' read -r number names text header; do
        printf '| %s | %s | %s | `%s` | %s |\n' "$number" "$(printf '%s' "$names" | sed 's/[^ ,][^ ,]*/`&`/g')" \
            "$text" "${header#vmklinux/include/}" "$(tests_of "$number" | grep . || echo 'none yet')"
    done
}

# What is wrong with the deviations themselves.
check() {
    deviations | cut -f1,4 | sort | awk '
        $1 == "bad" { print $2 ": a deviation reads: DEVIATION-NNN (names): what differs, and why." }
        $1 != "bad" && seen[$1]++ { print $2 ": DEVIATION-" $1 " has two places" }'
}

case ${1-} in
--names)
    deviations | awk -F'\t' '{ count = split($2, names, /, */); for (i = 1; i <= count; i++) print $1, names[i] }'
    ;;
--check)
    wrong=$(check)
    [ -z "$wrong" ] || die "$wrong"
    document | cmp -s - vmklinux/DEVIATIONS.md || die "vmklinux/DEVIATIONS.md is out of date" "Run ci/deviations.sh."
    say "The deviations are as documented; $(document | grep -c '| none yet |$' || true) have no test yet."
    ;;
*) document >vmklinux/DEVIATIONS.md ;;
esac
