#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wx.sh BUILD_DIR - no segment or section is both writable and executable, in the kernel and in every module.
set -eu
. "$(dirname "$0")/lib.sh"
seen=0
for file in "$1"/openvmk "$1"/modules/*.vmk; do
    [ -e "$file" ] || continue
    seen=$((seen + 1))
    readelf -lW "$file" 2>/dev/null | awk '$1 == "LOAD" && /RWE/' | grep -q . && finding "$file has a writable, executable segment"
    readelf -SW "$file" | awk '{ sub(/^ *\[ *[0-9]+\] */, "") } $7 ~ /W/ && $7 ~ /X/ { print $1 }' |
        grep -q . && finding "$file has a writable, executable section"
done
[ "$seen" -ge 3 ] || finding "only $seen files were there to check in $1"
finish wx
