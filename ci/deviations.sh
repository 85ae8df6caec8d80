#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deviations.sh - the document of what is not as in Linux, on purpose: vmklinux/DEVIATIONS.md, from the headers.
#
#   deviations.sh            write it
#   deviations.sh --check    fail when it is not what would be written, or when a deviation is not as it should be
#   deviations.sh --types    print each number with each name whose type or value differs, a line each
#
# The first two fail when a comment does not read as below, a number is taken twice, a name is in no header, no test
# that is built mentions the number, a test mentions one that does not exist, or
# nobody calls a function that drivers hand over and no deviation says so. A last argument names another tree.
#
# A deviation is a comment in a header of vmklinux:
#
#   DEVIATION-012 (pci_set_power_state): what differs, and why.
#
# Its number is its own for ever; the names are Linux's, a field's as net_device.name. Where it is about what a name
# is, not what it does, "type of " goes before the names: only then the cross-check of headers lets them differ. The
# tests that cover it say DEVIATION-012 in their source, too.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"
mode=${1-}
cd "${2-$top}"

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

# Names as the document has them.
spell_names() {
    printf '%s' "$1" | sed -E 's/^type of //; s/[^ ,]+/`&`/g'
    case $1 in "type of "*) printf ' (type)' ;; esac
}

document() {
    cat <<'TEXT'
<!-- SPDX-License-Identifier: GPL-2.0-only -->
# Where vmklinux is not Linux

A driver gets Linux's interfaces with Linux's meaning, except for what is listed here. This file is written by `ci/deviations.sh`
from the headers under `vmklinux/include`, where each deviation stands beside what it is about. `ci/checks/header-check.sh` compares
types and values with Linux's own headers, and lets a difference pass only for a name listed here as differing in type.

TEXT
    printf '| number | names | what differs, and why | header | test |\n| --- | --- | --- | --- | --- |\n'
    deviations | while IFS='	' read -r number names text header; do
        printf '| %s | %s | %s | `%s` | %s |\n' "$number" "$(spell_names "$names")" \
            "$text" "${header#vmklinux/include/}" "$(tests_of "$number")"
    done
}

# The words of the headers that drivers get, beside in comments as a deviation's.
words() {
    # shellcheck disable=SC2046 # a list of words
    cat $(find vmklinux/include -name '*.h') \
        $(sed "/^#/d; /^$/d; s/ .*//; s|^|$sources/linux-6.1/|" vmklinux/verbatim-headers.txt) |
        sed '/DEVIATION-/d; /^ *\* /d' | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$work/header-words"
}

# Whether the build knows a test's source, by its name or by what is behind check_ or linux_ in it.
is_built() {
    stem=$(basename "${1%.c}")
    grep -qwF -e "$stem" -e "${stem#*_}" "$(dirname "$1")/CMakeLists.txt"
}

# The functions that drivers hand over and that nobody here calls, as STRUCT.MEMBER.
never_called() {
    # shellcheck disable=SC2046 # a list of words
    cat $(find vmklinux -name '*.c') | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$work/code-words"
    grep -rhoE --include='*.h' '(->|\.)[a-z_0-9]+\(' vmklinux/include | grep -oE '[a-z_0-9]+' | sort -u >>"$work/code-words"
    find vmklinux/include -name '*.h' -exec awk '
        /^struct [a-z_0-9]+ \{/ { inside = $2 }
        /^\}/ { inside = "" }
        inside != "" && match($0, /\(\*[a-z_0-9]+\)\(/) { print inside "." substr($0, RSTART + 2, RLENGTH - 4) }' {} + |
        while read -r member; do
            grep -qxF "${member#*.}" "$work/code-words" || printf '%s\n' "$member"
        done
}

# What is wrong with the deviations themselves, a line each.
check() {
    deviations >"$work/all"
    words
    sort "$work/all" | awk -F'\t' '
        $1 == "bad" { print $4 ": a deviation reads: DEVIATION-NNN (names): what differs, and why." }
        $1 != "bad" && seen[$1]++ { print $4 ": DEVIATION-" $1 " has two places" }'
    while IFS='	' read -r number names text header; do
        [ "$number" != bad ] || continue
        for name in $(printf '%s\n' "${names#type of }" | tr -d ,); do
            grep -qxF -e "${name##*.}" "$work/header-words" || printf '%s: DEVIATION-%s is about %s, which no header has\n' "$header" "$number" "$name"
        done
        tests=$(grep -rlw "DEVIATION-$number" tests || true)
        [ -n "$tests" ] || printf '%s: no test mentions DEVIATION-%s\n' "$header" "$number"
        for test in $tests; do
            is_built "$test" || printf '%s: DEVIATION-%s has a test that its CMakeLists.txt does not name: %s\n' "$header" "$number" "$test"
        done
    done <"$work/all"
    never_called | while read -r member; do
        cut -f2 "$work/all" | tr -d , | tr ' ' '\n' | grep -qxF -e "$member" -e "${member%.*}" ||
            printf '%s is never called, and no deviation says so\n' "$member"
    done
    grep -rnow 'DEVIATION-[0-9]*' tests | sort -u | while IFS=: read -r test line number; do
        cut -f1 "$work/all" | grep -qx "${number#DEVIATION-}" || printf '%s:%s: there is no %s\n' "$test" "$line" "$number"
    done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "$mode" != --types ]; then
    wrong=$(check)
    [ -z "$wrong" ] || die "$wrong"
fi
case $mode in
--types)
    deviations | awk -F'\t' 'sub(/^type of /, "", $2) { count = split($2, names, /, */); for (i = 1; i <= count; i++) print $1, names[i] }'
    ;;
--check)
    document | cmp -s - vmklinux/DEVIATIONS.md || die "vmklinux/DEVIATIONS.md is out of date" "Run ci/deviations.sh."
    say "The deviations are as documented: $(wc -l <"$work/all"), each with a test."
    ;;
*) document >vmklinux/DEVIATIONS.md ;;
esac
