#!/bin/bash
# echo: bytes come back as they were sent, to many at once; Ctrl-C and SIGTERM end it in order.
. "$(dirname "$0")/support.bash"
need nc socat
head -c 300000 /dev/urandom >"$work/sent"
start_server "$build/examples/echo"

timeout 20 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/echo" || fail "nc: status $?"
same "what nc got back" "$work/sent" "$work/echo"
timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" <"$work/sent" >"$work/echo" ||
    fail "socat: status $?"
same "what socat got back" "$work/sent" "$work/echo"

clients=()
for i in $(seq 30); do
    echo "client $i" >"$work/sent.$i"
    timeout 20 nc -N 127.0.0.1 "$port" <"$work/sent.$i" >"$work/echo.$i" &
    clients+=($!)
done
for client in "${clients[@]}"; do
    ends_with 0 "$client" 20
done
for i in $(seq 30); do
    same "what client $i got back" "$work/sent.$i" "$work/echo.$i"
done

# The address is taken: status 1, and the error's name.
status=0
timeout 10 "$build/examples/echo" "127.0.0.1:$port" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "on a taken address it ended with status $status"
says EADDRINUSE "$work/error"

# An idle connection doesn't hold the server up, whichever signal ends it; the client sees the end.
for signal in INT TERM; do
    mkfifo "$work/idle.$signal"
    timeout 60 nc 127.0.0.1 "$port" <"$work/idle.$signal" >"$work/idle.echo.$signal" &
    client=$!
    started+=("$client")
    exec 3>"$work/idle.$signal"
    echo "one line" >&3
    within 10 "the echo of a line" test -s "$work/idle.echo.$signal"
    kill -s "$signal" "$pid"
    ends_with 0 "$pid" 10
    exec 3>&-
    ends_with 0 "$client" 10
    says_nothing "$log"
    [ "$signal" = TERM ] || start_server "$build/examples/echo"
done
