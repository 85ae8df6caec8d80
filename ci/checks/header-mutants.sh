#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# header-mutants.sh BUILD - header-check.sh notices what it is there to notice: each of some headers made wrong.
#
# What is wrong is looked for in e1000 and in tests/headers/names.c, which uses what e1000 does not.
set -eu
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# mutate DRIVER HEADER NAME SED: a copy of the header that drivers get, wrong in what it says about NAME, which
# DRIVER uses.
mutate() {
    copy=$work/$1/$2
    mkdir -p "$(dirname "$copy")"
    [ -e "$copy" ] || cp "$top/vmklinux/include/$2" "$copy" 2>/dev/null || cp "$build/verbatim-6.1/$2" "$copy"
    before=$(cksum <"$copy")
    sed -i "$4" "$copy"
    [ "$before" != "$(cksum <"$copy")" ] || finding "$2 no longer has what was to be made wrong about $3"
    printf '%s\n' "$3" >>"$work/$1/names"
}

# check DRIVER [FILE…]: what is there agrees; what was made wrong does not, by name, and nothing else is wrong.
check() {
    driver=$1
    shift
    "$top/ci/checks/header-check.sh" "$build" "$driver" "$@" >"$work/report" ||
        finding "$driver does not agree as it is: $(grep -m 1 -E '^(wrong|missing|error):' "$work/report")"
    if "$top/ci/checks/header-check.sh" --overlay "$work/$driver" "$build" "$driver" "$@" >"$work/report"; then
        finding "the check passes headers that are wrong"
    fi
    sed -n -E 's/^(wrong|missing): ([^(]*[^ (]).*/\2/p' "$work/report" | sort -u >"$work/found"
    sort -u "$work/$driver/names" >"$work/expected"
    comm -13 "$work/found" "$work/expected" >"$work/unnoticed"
    comm -23 "$work/found" "$work/expected" >"$work/others"
    while read -r name; do
        finding "what is wrong about $name is not noticed"
    done <"$work/unnoticed"
    while read -r name; do
        finding "$name is called wrong, and is not"
    done <"$work/others"
}

build=$1
mutate e1000 linux/interrupt.h IRQF_SHARED 's/\(define IRQF_SHARED *\).*/\10x40/'
mutate e1000 linux/netdevice.h IFF_UNICAST_FLT 's/\(IFF_UNICAST_FLT = 1 <<\) 12/\1 13/'
mutate e1000 linux/netdevice.h napi_complete_done 's/^bool \(napi_complete_done(.*, \)int /int \1long /'
mutate e1000 linux/netdevice.h netif_carrier_ok 's/bool \(netif_carrier_ok(\)/int \1/'
mutate e1000 linux/netdevice.h 'struct net_device.mtu' 's/unsigned int mtu;/unsigned short mtu;/'
mutate e1000 linux/jiffies.h time_after 's/\(define time_after(a, b) *\).*/\1((long)(b) - (long)(a))/'

# A macro with the right value and another type.
mutate names linux/interrupt.h IRQF_SHARED 's/\(define IRQF_SHARED *\).*/\10x00000080UL/'
# A string with the right length and other text.
mutate names linux/kern_levels.h KERN_ERR 's/\(define KERN_ERR.*\)"3"/\1"4"/'
# Attributes: of a function that returns, checks a format, has a result that must be looked at.
mutate names linux/pci.h pci_set_master 's/^void pci_set_master(.*)/& __attribute__((noreturn))/'
mutate names linux/kernel.h snprintf 's/__printf(3, 4) int snprintf/int snprintf/'
mutate names linux/pci.h pci_enable_device 's/int __must_check pci_enable_device(/int pci_enable_device(/'
# const, where a pointer points, a typedef that means something, an enumeration that is none.
mutate names linux/etherdevice.h eth_hw_addr_set 's/eth_hw_addr_set(struct net_device \*dev, const u8/eth_hw_addr_set(struct net_device *dev, u8/'
mutate names asm/io.h ioremap 's/^static inline void __iomem \*ioremap(/static inline void *ioremap(/'
mutate names linux/skbuff.h 'struct sk_buff.protocol' 's/__be16 protocol;/__u16 protocol;/'
mutate names linux/slab.h kmalloc 's/kmalloc(size_t size, gfp_t flags)$/kmalloc(size_t size, unsigned int flags)/'
mutate names linux/netdevice.h 'struct net_device_ops.ndo_start_xmit' 's/netdev_tx_t (\*ndo_start_xmit)/int (*ndo_start_xmit)/'
# The layout of what is on the wire, the width of a bit-field, the order of what is initialized by position.
mutate names linux/if_vlan.h 'struct vlan_ethhdr' 's/^    __be16 h_vlan_proto;/    __be16 h_vlan_pad; &/'
printf '%s\n' 'struct vlan_ethhdr.h_vlan_proto' >>"$work/names/names"
mutate names linux/pci.h 'struct pci_dev.msi_enabled' 's/\(unsigned int msi_enabled :\) 1/\1 2/'
mutate names linux/pci.h 'struct pci_error_handlers' 's/(\*mmio_enabled)/(*slot_reset_first)/; s/(\*slot_reset)/(*mmio_enabled)/; s/slot_reset_first/slot_reset/'
# A variable; a function that became a macro; names that only a macro of the driver's mentions, or pastes.
mutate names linux/jiffies.h jiffies 's/extern unsigned long volatile jiffies/extern unsigned int volatile jiffies/'
mutate names linux/jiffies.h msecs_to_jiffies '$a #define msecs_to_jiffies(m) ((unsigned int)(m))'
mutate names linux/pci_ids.h PCI_VENDOR_ID_INTEL 's/\(define PCI_VENDOR_ID_INTEL\s*\)0x8086/\10x8087/'
mutate names linux/netdevice.h netdev_name 's/^static inline const char \*netdev_name(/static inline char *netdev_name(/'
mutate names linux/netdevice.h netif_running 's/^static inline bool netif_running(/static inline long netif_running(/'
# What is not there at all.
mutate names linux/pci.h PCI_ERS_RESULT_NEED_RESET 's/PCI_ERS_RESULT_NEED_RESET = /PCI_ERS_RESULT_NEED_A_RESET = /'

check e1000
check names "$top/tests/headers/names.c"
finish header-mutants
