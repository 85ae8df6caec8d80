# SPDX-License-Identifier: GPL-2.0-only
# lib.sh - what the scripts behind ./vmk share. Sourced, with $top set to the project's root.

build=$top/build
sources=$build/sources

# say TEXT…: progress, for a person, on standard error.
say() {
    printf '%s\n' "$*" >&2
}

# die WHAT [CURE]: one line that says what failed and why, one that says what to do.
die() {
    say "vmk: $1"
    if [ $# -gt 1 ]; then
        say "     $2"
    fi
    exit 1
}

# quietly LOG COMMAND…: run with output to LOG; on failure show its end and stop.
quietly() {
    quiet_log=$1
    shift
    mkdir -p "$(dirname "$quiet_log")"
    if ! "$@" >"$quiet_log" 2>&1; then
        tail -n 25 "$quiet_log" >&2
        die "'$*' failed" "The whole output is in ${quiet_log#"$top"/}."
    fi
}

# manifest_field MANIFEST KEYWORD: the words it gives vmk_linux_driver() there.
manifest_field() {
    sed -n "s/^.*[( ]$2 \(.*[^)]\))*$/\1/p" "$1"
}

# as_root COMMAND…: run with the rights apt needs.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "installing packages needs root, and there is no sudo" \
            "Run as root once: apt-get install $missing"
    fi
}
