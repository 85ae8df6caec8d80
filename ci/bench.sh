#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh - builds what is measured, then measures it (tests/perf/bench_nic.c).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

usage() {
    cat <<'TEXT'
usage: ./vmk bench nic [OPTION…]

  --repeat N             measure each case N times, OpenVMK and Linux in turn (3)
  --formatter json       JSON in place of a table
  --alone                OpenVMK's side only
  --check                OpenVMK's side only, once; fails when a case exceeds its limit (tests/perf/limits)
  --help                 this text

Counts the guest instructions that a packet, and a boot, cost OpenVMK and Debian's Linux 6.1 with the same
e1000 in the same QEMU. Linux's kernel is unpacked under build/, not installed.
TEXT
}

[ "${1-}" = nic ] || { usage; exit 2; }
shift
linux=yes
preset=$build/release
set -- --openvmk "$preset/openvmk" --openvmk-archive "$preset/openvmk-bench.archive" \
    --plugin "$preset/tools/insncount/insncount.so" "$@"
for option; do
    shift
    case $option in
    --alone) linux=no ;;
    --check)
        linux=no
        set -- "$@" --repeat 1 --check "$top/tests/perf/limits"
        ;;
    --help)
        usage
        exit 0
        ;;
    *) set -- "$@" "$option" ;;
    esac
done

"$top/ci/build.sh" --preset release bench
folder=$(mktemp -d) # a socket's path must be short
trap 'rm -rf "$folder"' EXIT
if [ "$linux" = yes ]; then
    modules=$(echo "$sources"/linux-image/lib/modules/*/kernel)
    "$preset/tests/perf/bzimage" "$sources"/linux-image/boot/vmlinuz-* >"$folder/vmlinux"
    "$preset/tools/mkarchive" "$folder/linux.archive" "init=$preset/tests/perf/linux-init" \
        "e1000.ko=$modules/drivers/net/ethernet/intel/e1000/e1000.ko" "pktgen.ko=$modules/net/core/pktgen.ko"
    set -- "$@" --linux "$folder/vmlinux" --linux-archive "$folder/linux.archive"
fi
status=0
"$preset/tests/perf/bench_nic" --folder "$folder" "$@" || status=$?
# What a failure leaves is worth reading.
[ "$status" -eq 0 ] || cp "$folder"/*.log "$folder"/*.marks "$build/log/" 2>/dev/null || true
exit "$status"
