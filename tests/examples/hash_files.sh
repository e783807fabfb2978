#!/bin/bash
# hash_files: the same sums as sha256sum over a tree of headers, and a file that can't be read is named.
. "$(dirname "$0")/support.bash"
need sha256sum
(
    mkdir "$work/tree" "$work/tree/deep" "$work/tree/deep/deeper"
    cp "$root"/include/edo/*.h "$work/tree"
    cp "$root"/include/edo.h "$work/tree/deep/deeper"
    true >"$work/tree/deep/empty"
    for size in 55 56 63 64 65 119 120 300000; do
        head -c "$size" /dev/zero | tr '\0' 'x' >"$work/tree/deep/$size"
    done
    ln -s /nowhere "$work/tree/link"
)
find "$work/tree" -type f -exec sha256sum {} + | sort >"$work/expected"
timeout 60 "$build/examples/hash_files" "$work/tree" >"$work/said" 2>"$work/errors" ||
    fail "hash_files: status $?"
sort "$work/said" >"$work/sorted"
same "what hash_files printed" "$work/expected" "$work/sorted"

status=0
timeout 20 "$build/examples/hash_files" "$work/missing" >"$work/said" 2>"$work/errors" || status=$?
[ "$status" = 1 ] || fail "a folder that is missing: status $status"
says "ENOENT" "$work/errors"
