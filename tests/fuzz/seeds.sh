#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# seeds.sh - well-formed inputs for a fuzz target to start from, made of what is built.
#
#   seeds.sh BUILD_DIR TARGET FOLDER
set -eu
built=$(cd "$1" && pwd)
target=$2
folder=$3
mkdir -p "$folder"
cd "$folder"

case $target in
elf)
    for module in hello parameters missing_symbol; do
        cp "$built/modules/$module.vmk" .
    done
    ;;
archive)
    echo hello >motd
    "$built/tools/mkarchive" small etc/motd=motd tmp/empty/
    rm motd
    ;;
http)
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >get
    printf 'HEAD /status.json?x=1 HTTP/1.0\n\n' >head
    printf 'POST / HTTP/1.1\r\n\r\n' >post
    ;;
command)
    printf 'network nic get vmnic0 --formatter=json; network nic list -t "a b" -c 7 --flag --formatter csv' >get
    printf "system shutdown reboot --text 'x;y' panic; system; network nic --help" >shutdown
    ;;
pci)
    # Vendor, device, command, status (capabilities); a list at 0x40: power, then MSI at 0x50.
    { printf '\206\200\016\020\007\000\020\000' && head -c 44 /dev/zero && printf '\100\000\000\000' &&
        head -c 8 /dev/zero && printf '\001\120\002\000' && head -c 12 /dev/zero && printf '\005\000\200\000' &&
        head -c 172 /dev/zero && printf '\001\000\002\024' && head -c 60 /dev/zero; } >device
    ;;
packet)
    # MSS 4, headroom 64; Ethernet, IPv4 or IPv6, TCP with 20 bytes of headers, ten bytes.
    { printf '\004\000\100\000\002\000\000\000\000\001\002\000\000\000\000\002\010\000' &&
        printf '\105\000\000\062\000\001\000\000\100\006\000\000\012\000\000\001\012\000\000\002' &&
        printf '\000\120\004\000\000\000\000\001\000\000\000\000\120\031\377\377\000\000\000\0000123456789'; } >ipv4
    { printf '\004\000\100\000\002\000\000\000\000\001\002\000\000\000\000\002\206\335' &&
        printf '\140\000\000\000\000\036\006\100' && head -c 32 /dev/zero &&
        printf '\000\120\004\000\000\000\000\001\000\000\000\000\120\031\377\377\000\000\000\0000123456789'; } >ipv6
    ;;
vswitch)
    # From the first client to all, from the wire to it, and tagged from the trunk; 20 bytes each.
    { printf '\000\000\024\000\000\000\000\000\377\377\377\377\377\377\002\000\000\000\000\000\010\000123456' &&
        printf '\003\000\024\000\000\000\000\000\002\000\000\000\000\000\002\000\000\000\000\011\010\000123456' &&
        printf '\002\000\024\000\000\000\000\000\002\000\000\000\000\001\002\000\000\000\000\002\201\000\000\144\010\00012'; } >three
    ;;
partition)
    # 24 blocks of 512 bytes. An MBR's entry: status, CHS, type, CHS, first block, blocks.
    mbr() { head -c 446 /dev/zero && printf "$1" && head -c $((64 - 16 * $2)) /dev/zero && printf '\125\252'; }
    # A GPT's header at block $1 with entries at $3, its other copy at $2: blocks 3 to 21 are usable, four entries.
    header() {
        printf 'EFI PART\000\000\001\000\134\000\000\000\000\000\000\000\000\000\000\000' &&
            printf "\\$1\\000\\000\\000\\000\\000\\000\\000\\$2\\000\\000\\000\\000\\000\\000\\000" &&
            printf '\003\000\000\000\000\000\000\000\025\000\000\000\000\000\000\0000123456789abcdef' &&
            printf "\\$3\\000\\000\\000\\000\\000\\000\\000" &&
            printf '\004\000\000\000\200\000\000\000\000\000\000\000' && head -c 420 /dev/zero
    }
    # Blocks 4 to 7 and 8 to 15.
    entries() {
        printf '0123456789abcdefFEDCBA9876543210\004\000\000\000\000\000\000\000\007\000\000\000\000\000\000\000' &&
            printf '\000\000\000\000\000\000\000\000n\000a\000m\000e\000' && head -c 64 /dev/zero &&
            printf '0123456789abcdefFEDCBA98765432xx\010\000\000\000\000\000\000\000\017\000\000\000\000\000\000\000' &&
            head -c 336 /dev/zero
    }
    { printf '\000\003\027\000' && mbr '\000\000\001\000\356\377\377\377\001\000\000\000\027\000\000\000' 1 &&
        header 001 027 002 && entries && head -c 9728 /dev/zero && entries && header 027 001 026; } >gpt
    # The same, said by words: the first copy's first usable block, a partition's last.
    printf '\000\013\027\000\001\012\000\006' >header
    printf '\000\013\027\000\002\012\000\007' >entry
    # A primary partition, and an extended one with a chain of two.
    { printf '\000\000\027\000' &&
        mbr '\200\000\000\000\203\000\000\000\001\000\000\000\004\000\000\000\000\000\000\000\005\000\000\000\010\000\000\000\020\000\000\000' 2 &&
        head -c 3584 /dev/zero &&
        mbr '\000\000\000\000\203\000\000\000\001\000\000\000\002\000\000\000\000\000\000\000\005\000\000\000\004\000\000\000\004\000\000\000' 2 &&
        head -c 1536 /dev/zero &&
        mbr '\000\000\000\000\203\000\000\000\001\000\000\000\003\000\000\000' 1; } >mbr
    ;;
write_log)
    # Two entries of sectors of 512 bytes: a write of block 1, and a flush.
    { printf 'rhswfsj\000\001\000\000\000\000\000\000\000\002\000\000\000\000\000\000\000\000\002\000\000' &&
        head -c 484 /dev/zero && printf '\001\000\000\000\000\000\000\000\001' && head -c 503 /dev/zero &&
        head -c 512 /dev/zero && head -c 16 /dev/zero && printf '\001' && head -c 495 /dev/zero; } >two
    ;;
emulate)
    # Mode and flags, RIP; RCX 3, RSI in RAM, RDI on the device; long mode, flat, without paging and with it.
    head_of() {
        printf "$1" && head -c 10 /dev/zero && printf '\003' && head -c 39 /dev/zero && printf '\000\001' &&
            head -c 6 /dev/zero && printf '\000\000\001' && head -c 237 /dev/zero
    }
    n=0
    for code in '\213\007' '\211\007' '\360\017\261\017' '\363\244' '\362\256' '\017\272\057\005' '\301\007\003' \
        '\377\067' '\217\007' '\363\017\157\007' '\305\375\177\007' '\017\307\017' '\017\266\007' '\017\244\007\003'; do
        n=$((n + 1))
        # shellcheck disable=SC2059
        { head_of '\012\001' && printf "$code"; } >"plain$n"
        # shellcheck disable=SC2059
        { head_of '\013\011' && printf "$code"; } >"paged$n"
    done
    ;;
platform)
    bytes() { for byte; do printf "\\$(printf %03o "$byte")"; done; }
    # step ACTION WHAT OFFSET VALUE: which bus or part, and the access's size; fuzz_platform.c says how.
    step() {
        bytes "$1" "$2" $(($3 & 255)) $(($3 >> 8)) 0 0 0 0 $(($4 & 255)) $(($4 >> 8 & 255)) $(($4 >> 16 & 255)) \
            $(($4 >> 24)) 0 0 0 0
    }
    # The function's decoders and MSI-X on by ECAM, an entry of its table, vectors there and not there.
    {
        step 4 9 0x8004 7 && step 4 9 0x8042 0x8000 && step 4 19 0 0xfee00000 && step 4 18 8 0x41 && step 4 18 12 0 &&
            step 4 14 0 0 && step 4 14 0 200 && step 8 0 0 0
    } >msix
    # PIC, PIT, HPET in legacy replacement, clock, LAPIC timer, serial port; a tenth of a second.
    {
        step 1 0 0 0x11 && step 1 0 1 0x30 && step 1 0 1 4 && step 1 0 1 1 && step 1 0 1 0 && step 1 8 3 0x34 &&
            step 1 8 0 0 && step 1 8 0 1 && step 4 7 0x100 0x4c && step 4 7 0x108 1000 && step 4 7 0x10 3 &&
            step 1 16 0 0x0b && step 1 16 1 0x72 && step 5 2 0xf0 0x1ff && step 5 2 0x320 0x20040 &&
            step 5 2 0x380 0x10000 && step 1 20 1 15 && step 7 0 0 100000000 && step 8 0 0 0
    } >timers
    ;;
boot_regions)
    # RAM from 1 MiB on for 16 MiB, reserved in the middle of it.
    { printf '\000\000\020\000\000\000\000\000\000\000\000\001\000\000\000\000\000' &&
        printf '\000\000\100\000\000\000\000\000\000\000\020\000\000\000\000\000\003'; } >two
    ;;
esac
