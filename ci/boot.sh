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

# --iso and --uefi say what is booted, which is this script's business; the rest is vmkboot's.
iso=
uefi=
for option; do
    shift
    case $option in
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

image=$build/default
if [ -n "$iso" ]; then
    targets=iso
    boot="--iso $image/openvmk.iso $uefi"
else
    targets=image
    boot="--kernel $image/openvmk --archive $image/openvmk.archive"
fi

"$top/ci/build.sh" "$targets" vmkboot
# shellcheck disable=SC2086 # options are words
exec "$image/tools/machine/vmkboot" $boot --log "$build/log/boot" "$@"
