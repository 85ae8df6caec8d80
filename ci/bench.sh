#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh - builds what is measured, then measures it (tests/perf/bench_main.c).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

usage() {
    cat <<'TEXT'
usage: ./vmk bench nic|storage [OPTION…]

  --repeat N             measure each case N times, OpenVMK and Linux in turn (3)
  --formatter json       JSON in place of a table
  --alone                OpenVMK's side only
  --check                OpenVMK's side only, once; fails when a case exceeds its limit (tests/perf/limits)
  --help                 this text

Counts the guest instructions that a packet and a boot (nic), or reading and writing 4 KiB (storage), cost OpenVMK
and Debian's Linux 6.1 with the same device in the same QEMU. Linux's kernel is unpacked under build/, not installed.
TEXT
}

# Linux's counterpart of bench_blocks.c, built as Debian builds modules for that kernel.
build_linux_blocks() {
    headers=$sources/linux-headers-6.1/amd64
    release=$(sed -n 's/^override KERNELRELEASE = //p' "$headers/.kernelvariables")
    [ -d "$sources/linux-image/lib/modules/$release" ] ||
        die "Linux's headers are of $release, its kernel is another" \
            "Remove build/sources/linux-headers-6.1 and linux-image, and try again."
    mkdir -p "$build/linux-blocks"
    cp "$top/tests/perf/linux_blocks.c" "$build/linux-blocks/"
    printf 'obj-m := linux_blocks.o\nccflags-y := -I%s\n' "$top/vmkapi/include" >"$build/linux-blocks/Makefile"
    quietly "$build/log/linux-blocks" make -C "$headers" "M=$build/linux-blocks" modules
}

# linux_archive FOLDER: what Linux boots with; the modules are those that linux_net.c and linux_disk.c load.
linux_archive() {
    kernel=$(echo "$sources"/linux-image/lib/modules/*/kernel)
    entries=
    for module in drivers/net/ethernet/intel/e1000/e1000 net/core/pktgen crypto/crct10dif_common lib/crc-t10dif lib/crc64 \
        lib/crc64-rocksoft block/t10-pi drivers/nvme/host/nvme-core drivers/nvme/host/nvme drivers/scsi/scsi_common \
        drivers/scsi/scsi_mod drivers/ata/libata drivers/ata/libahci drivers/ata/ahci drivers/scsi/sd_mod; do
        entries="$entries ${module##*/}.ko=$kernel/$module.ko"
    done
    # shellcheck disable=SC2086 # words
    "$preset/tools/mkarchive" "$1/linux.archive" "init=$preset/tests/perf/linux-init" $entries \
        "linux_blocks.ko=$build/linux-blocks/linux_blocks.ko"
}

# Where the kernel allocates: the plugin counts how often these run.
allocation_calls() {
    nm "$preset/openvmk.debug" |
        awk '$3 ~ /^vmk_(HeapAlignWithRA|SlabAlloc|MemPoolAlloc)$/ { printf ",call=0x%s", $1 }'
}

case ${1-} in
nic | storage) suite=$1 ;;
*)
    usage
    exit 2
    ;;
esac
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
    build_linux_blocks
    "$preset/tests/perf/bzimage" "$sources"/linux-image/boot/vmlinuz-* >"$folder/vmlinux"
    linux_archive "$folder"
    set -- "$@" --linux "$folder/vmlinux" --linux-archive "$folder/linux.archive"
fi
status=0
"$preset/tests/perf/bench_main" "$suite" --folder "$folder" --calls "$(allocation_calls)" "$@" || status=$?
# What a failure leaves is worth reading.
[ "$status" -eq 0 ] || cp "$folder"/*.log "$folder"/*.marks "$build/log/" 2>/dev/null || true
exit "$status"
