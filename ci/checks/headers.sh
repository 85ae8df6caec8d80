#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# headers.sh - each header of core and vmkapi compiles alone, by gcc and by clang.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$top"
flags='-std=gnu17 -fsyntax-only -x c -O2 -ffreestanding -mgeneral-regs-only -mcmodel=kernel -fno-pic -Wall -Wextra -Werror
    -Wno-unused-parameter -Wstrict-prototypes -Wundef -Ivmkapi/include -Icore/include -DVMK_DEBUG=1'
for compiler in gcc clang; do
    command -v $compiler >/dev/null || { finding "$compiler is missing: ./vmk setup test installs it"; continue; }
    for header in $(find core/include vmkapi/include -name '*.h' | sort); do
        # Through a source that includes it twice: a header must guard itself too.
        # shellcheck disable=SC2086
        if ! printf '#include "%s"\n#include "%s"\n' "$top/$header" "$top/$header" | $compiler $flags - 2>/tmp/headers.$$; then
            finding "$header does not compile alone with $compiler: $(grep -m1 error /tmp/headers.$$ || true)"
        fi
    done
done
rm -f /tmp/headers.$$
finish headers
