#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guide.sh FILE… - runs every command of the ```sh blocks of a document, in order, from the project's root.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$top"
ran=0
for document in "$@"; do
    awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$document" >"${TMPDIR:-/tmp}/guide.$$"
    while IFS= read -r command; do
        ran=$((ran + 1))
        printf '$ %s\n' "$command"
        sh -c "$command" </dev/null || finding "$document: '$command' failed"
    done <"${TMPDIR:-/tmp}/guide.$$"
done
rm -f "${TMPDIR:-/tmp}/guide.$$"
[ "$ran" -gt 0 ] || finding "no command was found in $*"
printf '%d commands\n' "$ran"
finish guide
