#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bochs.sh BUILD_DIR - boots the ISO's kernel on Bochs, a stricter machine than QEMU: x2APIC mode, Intel's rules for
# local APICs, a second e1000. It must come up on 4 CPUs, find the link, and switch itself off.
set -eu
build=$1
command -v bochs-bin >/dev/null && command -v grub-mkrescue >/dev/null || exit 77
work=$(mktemp -d /tmp/openvmk-bochs.XXXXXX)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/iso/boot/grub"
cp "$build/openvmk" "$build/openvmk.archive" "$work/iso/boot/"
cat >"$work/iso/boot/grub/grub.cfg" <<'CFG'
set timeout=0
menuentry "OpenVMK" {
    multiboot2 /boot/openvmk panic=poweroff run="hardware cpu list; network nic list"
    module2 /boot/openvmk.archive openvmk.archive
}
CFG
grub-mkrescue -o "$work/iso.iso" "$work/iso" >"$work/mkrescue.log" 2>&1 || { cat "$work/mkrescue.log"; exit 1; }

cat >"$work/rc" <<RC
megs: 256
cpu: model=corei7_haswell_4770, count=4, ips=50000000, reset_on_triple_fault=0
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
pci: enabled=1, chipset=i440fx, slot1=e1000
plugin_ctrl: speaker=0, parallel=0, e1000=1
e1000: enabled=1, mac=52:54:00:12:34:56, ethmod=null, ethdev=eth0
sound: driver=dummy
display_library: rfb, options="timeout=0"
ata0-master: type=cdrom, path=$work/iso.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial
log: $work/log
panic: action=fatal
RC
echo c >"$work/go"
cd "$work" # Its e1000 logs to the current folder.
timeout 240 bochs-bin -q -f "$work/rc" -rc "$work/go" >"$work/out" 2>&1 || true

expect() { # FILE TEXT
    grep -aq "$2" "$work/$1" || { echo "missing from Bochs's $1: $2"; cat "$work/serial"; exit 1; }
}
expect serial "local APICs in x2APIC mode"
expect serial "4 CPUs running"
expect serial "vmnic0: e1000, link up, 1000 Mbps Full Duplex"
expect serial "System: powering off"
expect out "ACPI control: soft power off"
