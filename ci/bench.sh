#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bench.sh - builds what is measured, then measures it (tests/perf/bench_main.c).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

usage() {
    cat <<'TEXT'
usage: ./vmk bench nic|storage|vm [OPTION…]

  --repeat N             measure each case N times, OpenVMK and Linux in turn (3)
  --formatter json       JSON in place of a table
  --alone                OpenVMK's side only
  --check                OpenVMK's side only, once; fails when a case exceeds its limit (tests/perf/limits)
  --only PREFIX          vm: the cases whose names begin so, as vm.exit
  --help                 this text

Counts the instructions that a packet and a boot (nic), reading and writing 4 KiB (storage), or a virtual machine's
exits, reads, packets and boot (vm) cost OpenVMK and Debian's Linux 6.1 with the same device in the same QEMU. Linux's
kernel is unpacked under build/, not installed.
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

# module_entries PATH…: the modules of Linux at these paths, as entries of an archive.
module_entries() {
    for module; do
        printf ' %s.ko=%s.ko' "${module##*/}" "$(echo "$sources"/linux-image/lib/modules/*/kernel)/$module"
    done
}

# What nvme wants, and itself.
nvme_modules='crypto/crct10dif_common lib/crc-t10dif lib/crc64 lib/crc64-rocksoft block/t10-pi drivers/nvme/host/nvme-core
    drivers/nvme/host/nvme'

# linux_archive FOLDER: what Linux boots with; the modules are those that linux_net.c and linux_disk.c load.
linux_archive() {
    # shellcheck disable=SC2046,SC2086 # words
    "$preset/tools/mkarchive" "$1/linux.archive" "init=$preset/tests/perf/linux-init" \
        $(module_entries drivers/net/ethernet/intel/e1000/e1000 net/core/pktgen $nvme_modules drivers/scsi/scsi_common \
            drivers/scsi/scsi_mod drivers/ata/libata drivers/ata/libahci drivers/ata/ahci drivers/scsi/sd_mod) \
        "linux_blocks.ko=$build/linux-blocks/linux_blocks.ko"
}

# linux_vm_archive FOLDER: what Linux boots with to run the guests, which vm_archive has made, on KVM: the modules that
# linux_vm.c loads, and this machine's QEMU with its libraries and the firmware it loads for them.
linux_vm_archive() {
    qemu=/usr/bin/qemu-system-x86_64
    files=$(ldd "$qemu" | awk '$2 == "=>" { print $3 } $1 ~ "^/" { print $1 }')
    for firmware in seabios/bios-256k.bin qemu/kvmvapic.bin qemu/linuxboot_dma.bin qemu/multiboot_dma.bin; do
        files="$files /usr/share/$firmware"
    done
    entries=
    for file in $qemu $files; do
        entries="$entries ${file#/}=$file"
    done
    for guest in vm_exits vm_disk vm_send vm_receive; do
        entries="$entries $guest.elf=$preset/tests/perf/$guest.elf"
    done
    # shellcheck disable=SC2046,SC2086 # words
    "$preset/tools/mkarchive" "$1/linux.archive" "init=$preset/tests/perf/linux-init" $entries \
        $(module_entries virt/lib/irqbypass drivers/crypto/ccp/ccp arch/x86/kvm/kvm arch/x86/kvm/kvm-amd $nvme_modules \
            drivers/net/ethernet/intel/e1000/e1000 net/llc/llc net/802/stp net/bridge/bridge drivers/net/tun \
            drivers/net/tap drivers/vhost/vhost_iotlb drivers/vhost/vhost drivers/vhost/vhost_net) \
        "vm_linux.initrd=$1/vm_linux.initrd" "vm_linux.kernel=$(echo "$sources"/linux-image/boot/vmlinuz-*)"
}

# vm_archive FOLDER: what OpenVMK boots with to run the guests, Debian's Linux among them. Its first program is one more
# archive behind the initramfs of ./vmk boot --vm.
vm_archive() {
    MKARCHIVE=$preset/tools/mkarchive "$top/ci/guest.sh"
    "$preset/tools/mkarchive" "$1/vm-init.archive" vm-init="$preset/tests/perf/vm-init"
    cat "$build/guest/initrd" "$1/vm-init.archive" >"$1/vm_linux.initrd"
    cat >"$1/vm_linux.vmx" <<'TEXT'
displayName = "vm_linux"
memSize = "256"
kernel.file = "/vm/vm_linux.kernel"
kernel.module0 = "/vm/vm_linux.initrd"
kernel.cmdline = "console=ttyS0 panic=-1 rdinit=/vm-init"
TEXT
    "$preset/tools/mkarchive" "$1/vm_linux.archive" vm/vm_linux.vmx="$1/vm_linux.vmx" \
        vm/vm_linux.initrd="$1/vm_linux.initrd" vm/vm_linux.kernel="$(echo "$sources"/linux-image/boot/vmlinuz-*)"
    cat "$preset/openvmk-bench.archive" "$1/vm_linux.archive" >"$1/openvmk.archive"
}

# Where the kernel allocates: the plugin counts how often these run.
allocation_calls() {
    nm "$preset/openvmk.debug" |
        awk '$3 ~ /^vmk_(HeapAlignWithRA|SlabAlloc|MemPoolAlloc)$/ { printf ",call=0x%s", $1 }'
}

# Where the kernel begins to start a virtual machine: a mark.
start_mark() {
    nm "$preset/openvmk.debug" | awk '$3 == "vm_start" { printf ",start=0x%s", $1 }'
}

case ${1-} in
nic | storage | vm) suite=$1 ;;
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
if [ "$suite" = vm ]; then
    vm_archive "$folder"
    set -- "$@" --openvmk-archive "$folder/openvmk.archive"
fi
if [ "$linux" = yes ]; then
    "$preset/tests/perf/bzimage" "$sources"/linux-image/boot/vmlinuz-* >"$folder/vmlinux"
    if [ "$suite" = vm ]; then
        linux_vm_archive "$folder"
    else
        build_linux_blocks
        linux_archive "$folder"
    fi
    set -- "$@" --linux "$folder/vmlinux" --linux-archive "$folder/linux.archive"
fi
status=0
"$preset/tests/perf/bench_main" "$suite" --folder "$folder" --calls "$(allocation_calls)$(start_mark)" "$@" || status=$?
# What a failure leaves is worth reading.
[ "$status" -eq 0 ] || cp "$folder"/*.log "$folder"/*.marks "$build/log/" 2>/dev/null || true
exit "$status"
