#!/bin/bash
# pass_descriptor: a file's content through a descriptor that came from another process.
. "$(dirname "$0")/support.bash"
program=$build/examples/pass_descriptor
head -c 300000 /dev/urandom >"$work/file"

"$program" serve "$work/socket" "$work/file" >"$work/log" 2>&1 &
pid=$!
started+=("$pid")
within 10 "the socket" test -S "$work/socket"
for i in 1 2 3; do
    timeout 20 "$program" fetch "$work/socket" >"$work/got.$i" || fail "fetch $i: status $?"
    same "what fetch $i printed" "$work/file" "$work/got.$i"
done

# Who doesn't take the descriptor does no harm, and none stays behind in the server.
need socat
for i in $(seq 50); do
    timeout 20 socat -u "UNIX-CONNECT:$work/socket" - >"$work/byte" || fail "socat: status $?"
    [ "$(stat -c %s "$work/byte")" = 1 ] || fail "socat got $(stat -c %s "$work/byte") bytes"
done
held=$(find "/proc/$pid/fd" -lname "$work/file" | wc -l)
[ "$held" = 0 ] || fail "the server still has $held descriptors of the file"

kill -s INT "$pid"
ends_with 0 "$pid" 10
[ ! -e "$work/socket" ] || fail "the path is still there"
says_nothing "$work/log"
status=0
timeout 10 "$program" fetch "$work/socket" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "without a server it ended with status $status"
says ENOENT "$work/error"
