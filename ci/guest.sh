#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# guest.sh [FOLDER [COUNT]] - makes what `./vmk boot --vm` boots inside OpenVMK, under build/guest, anew when this file or
# Debian's packages are newer: an archive with Debian's kernel, an initramfs and the VM's description, and a root file
# system. FOLDER/nvme.img is then a disk whose first COUNT (1) partitions are that, unless it is there already.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

guest=$build/guest
image=$build/sources/linux-image
busybox=/bin/busybox
# What the guest has drivers for, and where its root is.
modules="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk failover net_failover \
    virtio_net rng-core virtio-rng virtio_console pvpanic pvpanic-mmio crc16 crc32c_generic libcrc32c mbcache jbd2 ext4"

# The first program of the initramfs: drivers, then the root file system, then its init.
write_init() {
    cat <<TEXT
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /mnt
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for module in $modules; do
    if [ -e /lib/\$module.ko ]; then
        /bin/busybox insmod /lib/\$module.ko || echo "guest: \$module is not loaded"
    fi
done
tries=0
while [ ! -b /dev/vda ] && [ \$tries -lt 50 ]; do
    /bin/busybox usleep 100000
    tries=\$((tries + 1))
done
if [ -b /dev/vda ] && /bin/busybox mount -t ext4 /dev/vda /mnt; then
    /bin/busybox mount --move /dev /mnt/dev
    /bin/busybox umount /proc /sys
    exec /bin/busybox switch_root /mnt /sbin/init
fi
echo "guest: no root disk; this is the initramfs"
/bin/busybox --install -s /bin
exec /bin/busybox sh -c 'exec /sbin/init.guest </dev/ttyS0 >/dev/ttyS0 2>&1'
TEXT
}

# The root file system's: mounts, an address by DHCP, and a shell on the serial line for as long as the guest lives.
write_root_init() {
    cat <<'TEXT'
#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/ TERM=vt100
mount -t proc proc /proc 2>/dev/null
mount -t sysfs sys /sys 2>/dev/null
mount -t tmpfs tmp /tmp 2>/dev/null
hostname guest
ip link set lo up
if [ -e /sys/class/net/eth0 ]; then
    ip link set eth0 up
    udhcpc -q -n -t 10 -i eth0 -s /etc/udhcpc.script && echo "guest: $(ip -4 -o addr show eth0 | awk '{print $4}')"
fi
boot=$(($(cat /boots 2>/dev/null || echo 0) + 1))
echo $boot >/boots && sync
echo "guest: ready, boot $boot"
while :; do
    setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'
done
TEXT
}

write_dhcp_script() {
    cat <<'TEXT'
#!/bin/busybox sh
case $1 in
bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/$mask" dev "$interface"
    for gateway in $router; do
        ip route replace default via "$gateway"
    done
    : >/etc/resolv.conf
    for server in $dns; do
        echo "nameserver $server" >>/etc/resolv.conf
    done
    ;;
esac
TEXT
}

write_description() {
    cat <<'TEXT'
# The virtual machine of `./vmk boot --vm`: Debian's kernel, its root on a partition of the NVMe disk.
displayName = "debian"
memSize = "256"
numvcpus = "1"
kernel.file = "/vm/vmlinuz"
kernel.module0 = "/vm/initrd"
kernel.cmdline = "console=ttyS0 panic=-1"
disk0.device = "t10.NVMe____QEMU_NVMe_Ctrl__________________________nvme0:1"
ethernet0.networkName = "VM Network"
TEXT
}

make_root() {
    root=$guest/root
    rm -rf "$root"
    for folder in bin sbin usr/bin usr/sbin etc dev proc sys tmp var; do
        mkdir -p "$root/$folder"
    done
    cp "$busybox" "$root/bin/busybox"
    for applet in $("$busybox" --list); do
        [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
    done
    write_root_init >"$root/sbin/init"
    write_dhcp_script >"$root/etc/udhcpc.script"
    chmod 755 "$root/sbin/init" "$root/etc/udhcpc.script"
    rm -f "$guest/root.img"
    quietly "$build/log/guest-root" /sbin/mke2fs -q -t ext4 -d "$root" -L root "$guest/root.img" 64M
}

# make_initrd MKARCHIVE
make_initrd() {
    set -- "$1" "$guest/initrd" init="$guest/init" bin/busybox="$busybox" sbin/init.guest="$guest/root/sbin/init" \
        etc/udhcpc.script="$guest/root/etc/udhcpc.script"
    for module in $modules; do
        file=$(find "$image"/lib/modules/*/kernel -name "$module.ko")
        # What is not a module is in the kernel.
        [ -z "$file" ] || set -- "$@" "lib/$module.ko=$file"
    done
    "$@"
}

make_guest() {
    mkarchive=${MKARCHIVE:-$build/default/tools/mkarchive}
    say "Making the guest of --vm"
    mkdir -p "$guest"
    write_init >"$guest/init"
    chmod 755 "$guest/init"
    write_description >"$guest/debian.vmx"
    make_root
    make_initrd "$mkarchive"
    set -- "$image"/boot/vmlinuz-*
    "$mkarchive" "$guest/guest.archive" vm/vmlinuz="$1" vm/initrd="$guest/initrd" vm/debian.vmx="$guest/debian.vmx"
    touch "$guest/made"
}

# make_disk FILE COUNT: a GPT with the guest's root, so many times, and a partition of what is left.
make_disk() {
    [ ! -e "$1" ] || return 0
    mkdir -p "$(dirname "$1")"
    truncate -s 1G "$1.new"
    {
        echo 'label: gpt'
        for i in $(seq "$2"); do
            echo "start=$(((64 * i - 63) * 2048)), size=64M, type=linux, name=vm-root"
        done
        echo 'type=linux, name=data'
    } | quietly "$build/log/sfdisk" /sbin/sfdisk --quiet "$1.new"
    for i in $(seq "$2"); do
        quietly "$build/log/guest-disk" dd if="$guest/root.img" of="$1.new" bs=1M seek=$((64 * i - 63)) \
            conv=notrunc,sparse
    done
    mv "$1.new" "$1"
}

if [ ! -e "$guest/made" ] || [ "$guest/made" -ot "$0" ] || [ "$guest/made" -ot "$image" ] ||
    [ "$guest/made" -ot "$busybox" ]; then
    make_guest
fi
[ $# -eq 0 ] || make_disk "$1/nvme.img" "${2:-1}"
