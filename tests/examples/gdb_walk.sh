#!/bin/bash
# gdb_walk: gdb walks from a running and from a suspended task's stack down to its entry, and stops.
# A build for aarch64 is run by qemu-user, to which gdb connects by a socket.
set -eu
build=$1
program=$build/tests/context/unwind_test
export EDO_TEST_NO_FORK=1
gdb=(-q -batch -nx -iex 'set debuginfod enabled off' -ex 'set breakpoint pending on')
sysroot=/usr/aarch64-linux-gnu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

walk() {
    gdb "${gdb[@]}" -ex 'break take_backtrace' -ex run -ex backtrace --args "$program" "$1" 2>&1
}

walk_emulated() {
    qemu-aarch64 -L $sysroot -g "$work/gdb" "$program" "$1" >/dev/null 2>&1 &
    for _ in {1..100}; do
        [ -S "$work/gdb" ] && break
        sleep 0.1
    done
    gdb-multiarch "${gdb[@]}" -iex "set sysroot $sysroot" -ex "target remote $work/gdb" \
        -ex 'break take_backtrace' -ex continue -ex backtrace -ex kill "$program" 2>&1
    wait $! || true
    rm -f "$work/gdb"
}

if LC_ALL=C readelf -h "$program" | grep -q 'Machine: *AArch64' && [ "$(uname -m)" != aarch64 ]; then
    walk=walk_emulated
else
    walk=walk
fi

# expect TEXT NAME ...: the frames' names in this order, and nothing below the last.
expect() {
    local text=$1 names
    shift
    names=$(sed -nE 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([A-Za-z_]+).*/\2/p' <<<"$text" | tr '\n' ' ')
    if [ "$names" != "$* " ]; then
        echo "expected: $*"
        echo "gdb says: $names"
        echo "$text"
        exit 1
    fi
}

expect "$($walk backtrace_of_a_running_context_ends_at_its_entry)" \
    take_backtrace leaf middle entry machine_begin
text=$($walk backtrace_of_a_suspended_context_ends_at_its_entry)
# In between stand the frames of the switch itself, inlined or not.
text=$(grep -vE '^#[0-9]+ .*(machine_swap|context_switch|swap_in)' <<<"$text" || true)
expect "$text" take_backtrace machine_call_below leaf middle entry machine_begin
echo "gdb walks both to the entry"
