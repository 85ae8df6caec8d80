#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# analyze.sh - what an analyzer finds in the sources, read with the flags they are built with.
#
#   analyze.sh BUILD clang|cppcheck|sparse|threads
#   analyze.sh BUILD TOOL SOURCE INSTEAD    look at INSTEAD only, as if it were SOURCE; print all that is said of it
#
# What a tool said of a source stays until the source, a header it includes, its flags or the tool's change, by
# ninja. What is known to be no mistake stands in analyze-known.txt, each with its reason.
set -eu
. "$(dirname "$0")/lib.sh"
tool=$2
out=$1/analyze
cd "$1"
mkdir -p "$out"

# places: what the tool looks at. program: how it is called; its last words go behind the source's flags.
ours="$top/(core|vmklinux|tcpip|tools)"
quiet='-Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-unused-command-line-argument'
last=
case $tool in
clang)
    places=$ours
    program="clang --analyze --analyzer-output text -fno-caret-diagnostics $quiet"
    last='-Wno-ignored-attributes -Wno-error'
    ;;
cppcheck)
    # It stumbles over an attribute before a declaration, and does not know what system it is on.
    places=$ours
    program="cppcheck --quiet --enable=warning,portability --inline-suppr --platform=unix64
        --template={file}:{line}:{column}:{id}:{message} '-D__attribute__(x)=' -D__GNUC__=12 -D__linux__=1"
    ;;
sparse)
    # A CPU's own block is in an address space of its own.
    places="$top/(core|vmklinux|tcpip)|$PWD/ported-drivers/[a-z0-9_]*/source"
    program="sparse -Wcontext -Wcast-from-as '-D__seg_gs=__attribute__((address_space(gs)))'"
    ;;
threads)
    places="$top/(core|vmklinux|tcpip|tests/modules|tests/conformance|tests/perf)"
    program="clang -fplugin=$PWD/tools/guardcheck/guardcheck.so -DVMK_GUARDCHECK -fsyntax-only -fno-caret-diagnostics
        $quiet"
    last='-Wno-everything -Wthread-safety -Wno-error'
    ;;
*)
    finding "analyze.sh knows clang, cppcheck, sparse and threads, not '$tool'"
    finish analyze
    ;;
esac
needed=$(command -v "${program%% *}" || true)
[ -n "$needed" ] || { finding "${program%% *} is missing: ./vmk setup test installs it"; finish "$tool"; }
if [ "$tool" = threads ]; then
    needed="$needed $PWD/tools/guardcheck/guardcheck.so"
    [ -f "${needed##* }" ] || { finding "tools/guardcheck was not built: ./vmk setup test installs what it needs"; finish "$tool"; }
fi
program=$(echo $program)

# Print "SOURCE FLAGS", each source once, compiler, output and JSON's quoting taken off. (Tests and tools compile some
# of core's again, for the host: an earlier line for the same source is the better one.)
sources() {
    sed -n 's/^  "command": "\(.*\)",\{0,1\}$/\1/p' compile_commands.json |
        grep -E -e " -c ($places)/[^ ]*\.c\$" |
        sed -e 's/\\\(.\)/\1/g' -e 's/^[^ ]*ccache //' -e 's/^[^ ]* //' -e 's/ -o [^ ]* -c / /' -e 's/ -fno-tree-[^ ]*//' |
        awk -v cppcheck="$([ "$tool" != cppcheck ] || echo 1)" '!seen[$NF]++ {
            printf "%s", $NF
            for (i = 1; i < NF; i++) {
                if (!cppcheck || $i ~ /^-[IDU]/) printf " %s", $i
                else if ($i == "-isystem") printf " -I%s", $(++i)
            }
            print ""
        }'
}

# A ninja file with an edge a source. A tool that dies has found nothing, and must not pass for one that did find nothing.
ninja_file() {
    cat <<EOF
rule look
  command = ($program \$flags \$in $last) >\$out.tmp 2>&1; status=\$\$?; \$
      [ \$\$status -le 1 ] || echo "\$in:0: $tool died, status \$\$status" >>\$out.tmp; \$
      clang -M -MF \$out.d -MT \$out -w $quiet \$flags \$in >/dev/null 2>&1; mv \$out.tmp \$out
  depfile = \$out.d
  deps = gcc
  description = $tool \$in
EOF
    awk -v out="$tool.out" -v needed="$needed" '{
        name = source = $1
        sub(/^[^ ]*/, "")
        gsub(/\//, "!", name)
        gsub(/\$/, "$$")
        printf "build %s/%s: look %s | %s\n  flags =%s\n", out, name, source, needed, $0
    }' "$out/$tool.sources"
}

# Print the findings among what tools said, one a line, without the project's own folder. Linux's and lwIP's headers
# are not ours to mend.
findings_in() {
    cat "$@" | awk '(/^ / || /^[^ ]*:[0-9]+:[0-9]+:  /) && line { sub(/^[^ ]* +/, " "); line = line $0; next } { if (line) print line; line = $0 } END { if (line) print line }' |
        sed -e "s,$top/,,g" -e "s,^$PWD/,,"  -e "s,^build/[^/]*/,," |
        grep -vE '(^sources/|^verbatim-|^linux-6|^lwip-|: note: |^[0-9]+ (warnings?|errors?) generated|^In file included from|^nofile:)' | sort -u
}

if [ $# -eq 4 ]; then
    flags=$(sources | sed -n "s,^$3 ,,p")
    [ -n "$flags" ] || { finding "$3 is not among what $tool looks at"; finish "$tool"; }
    eval "$program $flags -I$(dirname "$3") $4 $last" >"$out/$tool.mutant" 2>&1 || true
    findings_in "$out/$tool.mutant"
    exit
fi

sources >"$out/$tool.sources"
count=$(wc -l <"$out/$tool.sources")
ninja_file >"$out/$tool.ninja.tmp"
cmp -s "$out/$tool.ninja.tmp" "$out/$tool.ninja" || mv "$out/$tool.ninja.tmp" "$out/$tool.ninja"
cd "$out"
ninja -j 2 -k 0 -f "$tool.ninja" >"$tool.log" 2>&1 || finding "$out/$tool.log: ninja failed"
anew=$(grep -c "^\[[0-9/]*\] $tool " "$tool.log" || true)

# Each finding is known, or counts; each known one is still found.
awk '{ gsub(/\//, "!", $1); print "'"$tool"'.out/" $1 }' "$tool.sources" | xargs cat >"$tool.said"
findings_in "$tool.said" >"$tool.found" || true
grep -v '^#' "$top/ci/checks/analyze-known.txt" | awk -F ' *[|] *' -v tool="$tool" '$1 == tool { print $2 "\t" $3 }' >"$tool.known"
awk -F '\t' -v known="$tool.known" '
    BEGIN { while ((getline <known) > 0) { file[++n] = $1; text[n] = $2 } }
    {
        for (i = 1; i <= n; i++) if ((file[i] == "*" || index($0, file[i] ":") == 1) && index($0, text[i])) { used[i] = 1; next }
        print
    }
    END { for (i = 1; i <= n; i++) if (!used[i]) print "analyze-known.txt: no longer found: " file[i] ": " text[i] }
' "$tool.found" >"$tool.left"
while read -r line; do
    finding "$line"
done <"$tool.left"
[ "$count" -gt 50 ] || finding "$1/compile_commands.json names only $count sources for $tool"
finish "$tool: $count sources, $anew of them read anew"
