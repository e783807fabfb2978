#!/bin/bash
# watch_folder: tells what comes and goes in a folder, in order; Ctrl-C and SIGTERM end it.
. "$(dirname "$0")/support.bash"

mkdir "$work/folder"
for signal in INT TERM; do
    rm -f "$work/said"
    "$build/examples/watch_folder" "$work/folder" >"$work/said" 2>"$work/error" &
    pid=$!
    for i in $(seq 200); do # until it watches
        : >"$work/folder/first.$i"
        rm "$work/folder/first.$i"
        [ -s "$work/said" ] && break
        sleep 0.05
    done
    [ -s "$work/said" ] || fail "it says nothing"
    for i in 1 2 3; do
        : >"$work/folder/file $i"
    done
    mv "$work/folder/file 1" "$work/folder/file 4"
    rm "$work/folder/file 2"
    printf '+ file %s\n' 1 2 3 >"$work/expected"
    printf -- '- file 1\n+ file 4\n- file 2\n' >>"$work/expected"
    for i in $(seq 200); do
        grep -v first "$work/said" >"$work/seen" || true
        cmp -s "$work/expected" "$work/seen" && break
        sleep 0.05
    done
    same "what it tells" "$work/expected" "$work/seen"
    kill -s "$signal" "$pid"
    ends_with 0 "$pid" 10
    says_nothing "$work/error"
    rm "$work/folder/"*
done

# A folder that isn't there: status 1, and the error's name.
status=0
timeout 10 "$build/examples/watch_folder" "$work/nowhere" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "without a folder it ended with status $status"
says ENOENT "$work/error"
