#!/bin/bash
# udp_codec: each of two lines in a datagram comes as a line, and is answered, in order.
. "$(dirname "$0")/support.bash"

timeout 30 "$build/examples/udp_codec" >"$work/out" 2>"$work/error" || fail "udp_codec: status $?"
says_nothing "$work/error"
for i in 0 1 2 3; do
    echo "PING $i"
    echo "PING $i again"
done >"$work/asked"
grep '^\[b\]' "$work/out" | sed 's/^\[b\] recv: //' >"$work/got"
same "what b got" "$work/asked" "$work/got"
sed 's/^/PONG to /' "$work/asked" >"$work/answers"
grep '^\[a\]' "$work/out" | sed 's/^\[a\] recv: //' >"$work/got"
same "what a got" "$work/answers" "$work/got"
