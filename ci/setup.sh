#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# setup.sh - installs the packages of the named groups and lays out the fetched sources.
#
#   setup.sh [--linux-source DIR|TARBALL] [--lwip-source DIR|TARBALL] [--linux-folder FOLDER]… [GROUP…]
#
# Groups: build boot guest test bench coverage headers docs. --linux-folder lays out one more folder of the Linux tree.
#
# Packages come by apt, by name (ci/packages.txt); sources go to build/sources/ and nowhere else. Doing it
# again is cheap: each part leaves a stamp that names what it was made from.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/ci/lib.sh"

linux_source=
lwip_source=
linux_folders=
groups=
while [ $# -gt 0 ]; do
    case $1 in
    --linux-source | --lwip-source)
        [ $# -ge 2 ] || die "$1 wants a folder or a tarball"
        [ -e "$2" ] || die "$1 $2: no such file or folder"
        case $1 in
        --linux-source) linux_source=$(realpath "$2") ;;
        *) lwip_source=$(realpath "$2") ;;
        esac
        shift
        ;;
    --linux-folder)
        [ $# -ge 2 ] || die "$1 wants a folder of the Linux tree"
        linux_folders="$linux_folders $2"
        shift
        ;;
    build | boot | guest | test | bench | coverage | headers | docs) groups="$groups $1" ;;
    *) die "setup: '$1' is no group" "Groups are: build boot guest test bench coverage headers docs." ;;
    esac
    shift
done
groups=${groups:- build boot guest test headers docs}

install_packages() {
    wanted=$(awk -v groups="$groups " '!/^#/ && index(groups, " " $1 " ") { print $2 }' "$top/ci/packages.txt")
    # Sources handed in by the user need no package.
    if [ -n "$linux_source" ]; then
        wanted=$(printf '%s\n' "$wanted" | grep -v '^linux-source-')
    fi
    missing=
    for package in $wanted; do
        if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
            missing="$missing $package"
        fi
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        die "these packages are missing, and this is no Debian:$missing" "Install them by your system's own means."
    say "Installing by apt:$missing"
    quietly "$build/log/apt-update" as_root apt-get update
    # shellcheck disable=SC2086 # a list of words
    quietly "$build/log/apt-install" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing
}

# check_hash FILE: say so when FILE is not the one the project was last built with.
check_hash() {
    sum=$(sha256sum "$1" | cut -d' ' -f1)
    if ! grep -q "^$sum  " "$top/ci/sources.sha256"; then
        say "Note: $(basename "$1") is not the patch level this was last tested with (sha256 $sum)."
    fi
}

# unpack TARBALL FOLDER MEMBER…: unpack (the named members of) TARBALL as build/sources/FOLDER, once.
unpack() {
    tarball=$1
    folder=$2
    shift 2
    stamp="$(realpath "$tarball") $(stat -c '%s %Y' "$tarball") $*"
    if [ "$(cat "$sources/$folder/.stamp" 2>/dev/null)" = "$stamp" ]; then
        return 0
    fi
    check_hash "$tarball"
    say "Unpacking $(basename "$tarball")"
    fresh=$sources/$folder.unpacking
    rm -rf "$fresh" "${sources:?}/$folder"
    mkdir -p "$fresh"
    patterns=
    for member in "$@"; do
        patterns="$patterns */$member"
    done
    # tar expands the patterns, not the shell.
    set -f
    # shellcheck disable=SC2086 # a list of patterns without spaces
    tar -xf "$tarball" -C "$fresh" --strip-components=1 --wildcards --no-wildcards-match-slash $patterns ||
        die "unpacking $tarball failed" "Is it a complete tarball of that source?"
    set +f
    printf '%s\n' "$stamp" >"$fresh/.stamp"
    mv "$fresh" "$sources/$folder"
}

# adopt DIR FOLDER: use an unpacked tree where it lies.
adopt() {
    rm -rf "${sources:?}/$2"
    ln -s "$1" "$sources/$2"
}

# What of Linux is ever compiled or included; the rest of the tree stays packed.
linux_members='COPYING Makefile include lib drivers/net/ethernet/intel drivers/net/ethernet/realtek drivers/acpi/acpica arch/x86/include drivers/ata drivers/nvme drivers/scsi'

set_up_linux() {
    mkdir -p "$sources"
    if [ -n "$linux_source" ] && [ -d "$linux_source" ]; then
        [ -d "$linux_source/drivers/net" ] || die "$linux_source is no Linux source tree" "It has no drivers/net."
        adopt "$linux_source" linux-6.1
        return
    fi
    # A tree the user chose stays chosen until another one is named.
    if [ -z "$linux_source" ] && [ -L "$sources/linux-6.1" ]; then
        return 0
    fi
    tarball=${linux_source:-/usr/src/linux-source-6.1.tar.xz}
    [ -r "$tarball" ] || die "$tarball is not there" "Install linux-source-6.1, or give --linux-source DIR|TARBALL."
    # shellcheck disable=SC2086
    unpack "$tarball" linux-6.1 $linux_members
}

# The names of all files of the Linux tree, a line each.
linux_index() {
    index=$sources/linux-6.1/.index
    if [ ! -e "$index" ]; then
        say "Listing $(basename "$1")"
        tar -tf "$1" | sed 's|^[^/]*/||' >"$index.new"
        mv "$index.new" "$index"
    fi
    cat "$index"
}

# A folder of the Linux tree that nothing is built from, for looking at what porting it takes. Of one with more
# than a few drivers only its own files, without the folders in it.
set_up_linux_folder() {
    folder=${1%/}
    if [ -L "$sources/linux-6.1" ]; then
        [ -d "$sources/linux-6.1/$folder" ] || die "the Linux tree you chose has no $folder" "It is $(realpath "$sources/linux-6.1")."
        return 0
    fi
    for member in $linux_members; do
        case $folder in
        "$member" | "$member"/*) [ ! -d "$sources/linux-6.1/$folder" ] || return 0 ;;
        esac
    done
    if grep -qxF "$folder" "$sources/linux-6.1/.folders" 2>/dev/null; then
        return 0
    fi
    tarball=$(cut -d' ' -f1 "$sources/linux-6.1/.stamp")
    linux_index "$tarball" | grep -qxF "$folder/" ||
        die "$(basename "$tarball") has no $folder" "A driver's folder is named as drivers/net/ethernet/intel/e1000."
    say "Unpacking $folder of $(basename "$tarball")"
    above=$(dirname "$folder")
    inside="*/$folder"
    recursion=--recursion
    if [ "$(linux_index "$tarball" | grep -c "^$folder/.*\.c\$")" -gt 400 ]; then
        inside="*/$folder/*"
        recursion=--no-recursion
    fi
    # What is above it may have no headers: tar says so, and that is right.
    tar -xf "$tarball" -C "$sources/linux-6.1" --strip-components=1 --wildcards --no-wildcards-match-slash $recursion \
        "$inside" "*/$above/*.h" "*/$(dirname "$above")/*.h" 2>/dev/null || true
    [ -d "$sources/linux-6.1/$folder" ] || die "unpacking $folder of $tarball failed"
    printf '%s\n' "$folder" >>"$sources/linux-6.1/.folders"
}

# Linux's own headers as Debian builds modules with: what ours are compared with. They are unpacked, not installed.
set_up_linux_headers() {
    if [ -e "$sources/linux-headers-6.1/amd64" ]; then
        return 0
    fi
    release=$(apt-cache depends linux-headers-amd64 | sed -n 's/.*Depends: linux-headers-\(6\.1\.[^ ]*\)-amd64$/\1/p')
    [ -n "$release" ] || die "apt offers no headers of Linux 6.1 as linux-headers-amd64" "Is this Debian 12?"
    fresh=$sources/linux-headers-6.1.unpacking
    rm -rf "$fresh"
    mkdir -p "$fresh/packages"
    say "Fetching the headers of Linux $release"
    cd "$fresh/packages"
    quietly "$build/log/linux-headers" apt-get -o APT::Sandbox::User=root \
        download "linux-headers-$release-amd64" "linux-headers-$release-common"
    cd "$top"
    for package in "$fresh"/packages/*.deb; do
        check_hash "$package"
        dpkg -x "$package" "$fresh"
    done
    mv "$fresh/usr/src/linux-headers-$release-common" "$fresh/common"
    mv "$fresh/usr/src/linux-headers-$release-amd64" "$fresh/amd64"
    rm -rf "$fresh/usr" "$fresh/lib" "$fresh/packages" "$sources/linux-headers-6.1"
    mv "$fresh" "$sources/linux-headers-6.1"
}

# What builds a module for Debian's kernel with those headers: Linux's own scripts and programs.
set_up_linux_kbuild() {
    headers=$sources/linux-headers-6.1
    if [ -e "$headers/kbuild" ]; then
        return 0
    fi
    say "Fetching linux-kbuild-6.1"
    rm -rf "$headers/unpacking"
    mkdir -p "$headers/unpacking"
    cd "$headers/unpacking"
    quietly "$build/log/linux-kbuild" apt-get -o APT::Sandbox::User=root download linux-kbuild-6.1
    cd "$top"
    check_hash "$headers"/unpacking/*.deb
    dpkg -x "$headers"/unpacking/*.deb "$headers/unpacking"
    # Packages of one whole: they point to each other by where they would be installed.
    for half in common amd64; do
        for folder in scripts tools; do
            ln -sfn "../kbuild/$folder" "$headers/$half/$folder"
        done
    done
    printf 'include %s/common/Makefile\n' "$headers" >"$headers/amd64/Makefile"
    mv "$headers/unpacking/usr/lib/linux-kbuild-6.1" "$headers/kbuild"
    rm -rf "$headers/unpacking"
}

# Download Debian's source package lwip with a deb-src list of our own, leaving apt's own settings alone.
fetch_lwip() {
    apt=$sources/apt
    mkdir -p "$apt/lists/partial" "$apt/parts" "$apt/download"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$list" ] && sed -n 's/^deb /deb-src /p' "$list" >"$apt/parts/$(basename "$list" .list).list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -r "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/$(basename "$list")"
    done
    set -- -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/parts" -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= -o APT::Sandbox::User=root
    say "Fetching the source package lwip"
    # A foreign list without sources makes update complain; what counts is whether lwip arrives.
    apt-get "$@" update >"$build/log/lwip" 2>&1 || true
    (cd "$apt/download" && quietly "$build/log/lwip-source" apt-get "$@" source --download-only lwip)
}

set_up_lwip() {
    if [ -n "$lwip_source" ] && [ -d "$lwip_source" ]; then
        [ -d "$lwip_source/src/core" ] || die "$lwip_source is no lwIP source tree" "It has no src/core."
        adopt "$lwip_source" lwip
        return
    fi
    if [ -z "$lwip_source" ] && [ -e "$sources/lwip/src/core" ]; then
        return 0
    fi
    tarball=$lwip_source
    if [ -z "$tarball" ]; then
        fetch_lwip
        tarball=$(find "$sources/apt/download" -name 'lwip_*.orig.tar.*' ! -name '*.asc' | head -n 1)
        [ -n "$tarball" ] || die "the source package lwip did not arrive" \
            "See build/log/lwip-source, or give --lwip-source DIR|TARBALL."
    fi
    unpack "$tarball" lwip src COPYING
}

# The kernel and modules of Debian's newest Linux 6.1, as they come, under build/sources/linux-image.
set_up_linux_image() {
    if [ -e "$sources/linux-image" ]; then
        return 0
    fi
    meta=$(awk '$1 == "fetch" { print $2 }' "$top/ci/packages.txt")
    image=$(apt-cache depends "$meta" | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
    [ -n "$image" ] || die "apt does not know $meta" "Run apt-get update as root once."
    say "Fetching $image"
    mkdir -p "$sources/apt/download"
    (cd "$sources/apt/download" && quietly "$build/log/linux-image" apt-get -o APT::Sandbox::User=root download "$image")
    rm -rf "$sources/linux-image.unpacking"
    dpkg -x "$sources/apt/download/$image"_*.deb "$sources/linux-image.unpacking"
    mv "$sources/linux-image.unpacking" "$sources/linux-image"
}

mkdir -p "$build/log"
install_packages
case $groups in
*build*)
    set_up_linux
    set_up_lwip
    ;;
esac
case $groups in
*headers* | *bench*) set_up_linux_headers ;;
esac
for folder in $linux_folders; do
    set_up_linux_folder "$folder"
done
case $groups in
*bench* | *guest*) set_up_linux_image ;;
esac
case $groups in
*bench*) set_up_linux_kbuild ;;
esac
