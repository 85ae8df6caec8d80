#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh - runs a fuzz target from its seeds. An input that fails stays in FOLDER/failing, and is told.
#
#   run.sh PROGRAMS BUILD_DIR TARGET FOLDER LIBFUZZER_OPTION…
set -eu
here=$(cd "$(dirname "$0")" && pwd)
programs=$1
built=$2
target=$3
folder=$4
shift 4
rm -rf "$folder/corpus" "$folder/seeds"
mkdir -p "$folder/corpus" "$folder/failing"
"$here/seeds.sh" "$built" "$target" "$folder/seeds"
exec "$programs/fuzz_$target" -artifact_prefix="$folder/failing/" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -max_len=16384 "$@" "$folder/corpus" "$folder/seeds"
