#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# port.sh BUILD - `./vmk port` says what it should of a driver, wherever it is, and what is wrong with what is none.
set -eu
. "$(dirname "$0")/lib.sh"
sources=$top/build/sources
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
e1000=drivers/net/ethernet/intel/e1000

# port STATUS PLACE…: run it, with its exit status expected.
port() {
    expected=$1
    shift
    status=0
    "$top/ci/port.sh" --build "$build" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" -eq "$expected" ] || finding "port $*: exit status $status, not $expected: $(head -n 1 "$work/err")"
}

# says TEXT, errs TEXT: … in a line of the report, or of what is said on standard error.
says() {
    grep -qF -e "$1" "$work/out" || finding "the report does not say: $1"
}
errs() {
    grep -qF -e "$1" "$work/err" || finding "'$1' was expected, and what is said is: $(head -n 1 "$work/err")"
}

# json FIELD…: what the report has there.
json() {
    printf 'file(READ "%s" text)\nstring(JSON value GET "${text}" %s)\nmessage("${value}")\n' "$work/out" "$*" >"$work/get.cmake"
    cmake -P "$work/get.cmake" 2>&1
}
has() {
    expected=$1
    shift
    got=$(json "$@")
    [ "$got" = "$expected" ] || finding "the report has '$got' as $*, not '$expected'"
}

# A ported driver lacks nothing, in the tree and as a copy elsewhere, without its Makefile too.
port 0 $e1000
says 'verdict: nothing is missing'
says 'e1000: 4 files, '
cp -r "$sources/linux-6.1/$e1000" "$work/mine"
port 0 --formatter=json "$work/mine"
has e1000 modules 0 name
has 4 files
has 0 missing
has 0 symbols_to_write
rm "$work/mine/Makefile"
port 0 --formatter=json "$work/mine"
has mine modules 0 name
has 0 missing

# What a driver lacks is told by kind: a header, a field, a symbol, one of another driver.
mkdir "$work/other"
cat >"$work/other/other.c" <<'TEXT'
#include <linux/device.h>
#include <linux/component.h>
#include <linux/mii.h>
#include <linux/pm_qos.h>
#define FLAG(name) PM_QOS_FLAG_##name
int other(struct device *device, struct mii_if_info *mii)
{
    device->numa_node = mii_check_media(mii, 1, 0);
    return dev_pm_qos_expose_flags(device, FLAG(NO_POWER_OFF));
}
TEXT
port 0 "$work/other"
says '    linux/component.h'
says 'field       struct device.numa_node'
says 'of the driver library drivers/net/mii'
says 'PM_QOS_FLAG_NO_POWER_OFF'
port 0 --formatter=json "$work/other/other.c"
has 1 symbols_to_write
has 1 library_symbols
has linux/component.h headers 0

# What a driver library has itself, it need not be given.
cp "$work/other/other.c" "$work/mii.c"
port 0 --formatter=json "$work/mii.c"
has 1 symbols_to_write
has 0 library_symbols

# One module of a folder that makes several.
port 0 --formatter=json drivers/ata/ata_piix
has ata_piix modules 0 name
has 1 files

# What is no driver.
port 1
errs 'port wants a folder'
port 1 drivers/net/ethernet/none/such
errs 'has no drivers/net/ethernet/none'
port 1 $e1000/none.c
errs "has no $e1000/none.c"
port 1 $e1000/e1000.h
errs 'is no C file'
port 1 "$work/nothing"
errs 'no such file or folder'
mkdir "$work/empty"
port 1 "$work/empty"
errs 'there is no C file'
port 1 drivers/scsi
errs 'holds drivers by the hundred'
port 1 --formatter=xml $e1000
errs 'is no option'
printf 'int broken( {\n' >"$work/broken.c"
port 0 "$work/broken.c"
says 'verdict: incomplete'
finish port
