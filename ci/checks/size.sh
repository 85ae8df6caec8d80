#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# size.sh BUILD_DIR - kernel, vmklinux and e1000 together fit in 2 MiB, as they are loaded.
set -eu
. "$(dirname "$0")/lib.sh"
limit=$((2 * 1024 * 1024))
total=0
for file in "$1"/openvmk "$1"/modules/vmklinux-6.1.vmk "$1"/modules/e1000.vmk; do
    [ -e "$file" ] || { finding "$file is not there"; continue; }
    bytes=$(stat -c %s "$file")
    printf '%8d  %s\n' "$bytes" "$(basename "$file")"
    total=$((total + bytes))
done
printf '%8d  together, of %d\n' "$total" "$limit"
[ "$total" -le "$limit" ] || finding "the image is $((total - limit)) bytes too large"
finish size
