#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot.sh - builds what a boot needs, then boots it; the options are vmkboot's (tools/machine/vmkboot.c).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

usage() {
    cat <<'TEXT'
usage: ./vmk boot [OPTION…]

  --run 'CMD; CMD'   run console commands, print their output, power off; fails if one fails
  --machine TYPE     pc or q35 (q35)
  --smp N            processors, 1 to 8 (2)
  --mem SIZE         memory, as 512M or 2G (512M)
  --nic MODEL        e1000, e1000-82544gc, e1000-82545em, or none (e1000)
  --disk ahci:FILE, --disk nvme:FILE[,blocksize=4096]
                     a disk, its image a raw FILE; may be repeated. Without it there are one of each, in
                     images that stay as the machine leaves them (build/disks)
  --disk none        no disk
  --vm               start a virtual machine with Debian's Linux, and be at its console; Ctrl-] leaves that. The machine
                     has 1 GiB then unless --mem says otherwise, and a disk with the guest's root (build/guest)
  --iso              boot the GRUB ISO in place of QEMU's -kernel
  --uefi             boot the ISO by UEFI firmware in place of the BIOS
  --append OPTIONS   kernel options (not with --iso)
  --qemu-arg ARG     one more argument for QEMU; may be repeated
  --linux-source DIR|TARBALL, --lwip-source DIR|TARBALL
                     build from these sources
  --help             this text

At the console: 'help' lists the commands, 'system shutdown' powers off, Ctrl-A x ends QEMU.
TEXT
}

# make_image FILE: a sparse disk with a GPT of two partitions, unless it is there.
make_image() {
    if [ ! -e "$1" ]; then
        truncate -s 1G "$1.new"
        printf '%s\n' 'label: gpt' 'size=256M, type=linux, name=system' 'type=linux, name=data' |
            quietly "$build/log/sfdisk" /sbin/sfdisk --quiet "$1.new"
        mv "$1.new" "$1"
    fi
}

# make_disks: the default disks. Two machines cannot have the same ones: whoever comes second gets a second pair.
# File 9 is locked as long as the machine runs, which inherits it.
make_disks() {
    pair=1
    while mkdir -p "$build/disks/$pair" && exec 9>"$build/disks/$pair/lock" && ! flock -n 9; do
        pair=$((pair + 1))
    done
    [ -z "$vm" ] || "$top/ci/guest.sh" "$build/disks/$pair/guest"
    make_image "$build/disks/$pair/ahci.img"
    make_image "$build/disks/$pair/nvme.img"
}

# --iso and --uefi say what is booted, which is this script's business; the rest is vmkboot's.
iso=
uefi=
vm=
append=
disks=default
wanting_disk=
wanting_append=
for option; do
    shift
    if [ -n "$wanting_append" ]; then
        append=$option
        wanting_append=
        continue
    fi
    case $wanting_disk$option in
    yesnone)
        disks=given
        wanting_disk=
        continue
        ;;
    yes*)
        disks=given
        wanting_disk=
        set -- "$@" --disk "$option"
        continue
        ;;
    --disk)
        wanting_disk=yes
        continue
        ;;
    esac
    case $option in
    --vm) vm=yes ;;
    --append) wanting_append=yes ;;
    --iso) iso=yes ;;
    --uefi)
        # UEFI firmware boots no bare kernel.
        iso=yes
        uefi=--uefi
        ;;
    --help)
        usage
        exit 0
        ;;
    *) set -- "$@" "$option" ;;
    esac
done

[ -z "$wanting_disk" ] || die "--disk wants ahci:FILE, nvme:FILE or none"
[ -z "$wanting_append" ] || die "--append wants kernel options"
[ -z "$vm$iso" ] || [ "$vm$iso" = yes ] || die "--vm does not go with --iso and --uefi"

image=$build/default
if [ -n "$iso" ]; then
    targets=iso
    boot="--iso $image/openvmk.iso $uefi"
else
    targets=image
    boot="--kernel $image/openvmk --archive $image/openvmk.archive"
fi
"$top/ci/build.sh" "$targets" vmkboot mkarchive

if [ "$disks" = default ]; then
    make_disks
    set -- "$@" --disk "ahci:$build/disks/$pair/ahci.img"
    if [ -n "$vm" ]; then
        set -- "$@" --disk "nvme:$build/disks/$pair/guest/nvme.img"
    else
        set -- "$@" --disk "nvme:$build/disks/$pair/nvme.img"
    fi
elif [ -n "$vm" ]; then
    "$top/ci/guest.sh"
fi

# The guest's files come in archives behind the first, the last with its description, which now says to start it.
if [ -n "$vm" ]; then
    { cat "$build/guest/debian.vmx" && echo 'autostart = "TRUE"'; } >"$build/guest/boot.vmx"
    "$image/tools/mkarchive" "$build/guest/start.archive" vm/debian.vmx="$build/guest/boot.vmx"
    cat "$image/openvmk.archive" "$build/guest/guest.archive" "$build/guest/start.archive" >"$build/guest/boot.archive"
    boot="--kernel $image/openvmk --archive $build/guest/boot.archive --mem 1G"
    append="first=\"vm console debian\" $append"
fi
[ -z "$append" ] || set -- "$@" --append "$append"

# shellcheck disable=SC2086 # options are words
exec "$image/tools/machine/vmkboot" $boot --log "$build/log/boot" "$@"
