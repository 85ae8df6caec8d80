#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# header-mutants.sh BUILD - header-check.sh notices what it is there to notice: each of some headers made wrong.
set -eu
. "$(dirname "$0")/lib.sh"
overlay=$(mktemp -d)
trap 'rm -rf "$overlay"' EXIT

# mutate HEADER NAME SED: a copy of our header, wrong in what it says about NAME.
names=
mutate() {
    mkdir -p "$overlay/$(dirname "$1")"
    [ -e "$overlay/$1" ] || cp "$top/vmklinux/include/$1" "$overlay/$1"
    before=$(cksum <"$overlay/$1")
    sed -i "$3" "$overlay/$1"
    [ "$before" != "$(cksum <"$overlay/$1")" ] || finding "$1 no longer has what was to be made wrong about $2"
    names="$names|$2"
}

mutate linux/interrupt.h IRQF_SHARED 's/\(define IRQF_SHARED *\).*/\10x40/'
mutate linux/netdevice.h IFF_UNICAST_FLT 's/\(IFF_UNICAST_FLT = 1 <<\) 12/\1 13/'
mutate linux/netdevice.h napi_complete_done 's/^bool \(napi_complete_done(.*, \)int /int \1long /'
mutate linux/netdevice.h netif_carrier_ok 's/bool \(netif_carrier_ok(\)/int \1/'
mutate linux/netdevice.h 'struct net_device.mtu' 's/unsigned int mtu;/unsigned short mtu;/'
mutate linux/jiffies.h time_after 's/\(define time_after(a, b) *\).*/\1((long)(b) - (long)(a))/'

if report=$("$top/ci/checks/header-check.sh" --overlay "$overlay" "$1" e1000); then
    finding "the check passes headers that are wrong"
fi
set -f
IFS='|'
for name in ${names#|}; do
    printf '%s\n' "$report" | grep -qxF "wrong: $name" || finding "what is wrong about $name is not noticed"
done
finish header-mutants
