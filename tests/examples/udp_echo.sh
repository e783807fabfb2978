#!/bin/bash
# udp_echo: datagrams come back as they were sent, by IPv4 and IPv6; Ctrl-C and SIGTERM end it in order.
. "$(dirname "$0")/support.bash"
need socat

for address in 127.0.0.1 "[::1]"; do
    kind=UDP4
    [ "$address" = 127.0.0.1 ] || kind=UDP6
    start_udp_server "$address" "$build/examples/udp_echo"
    for size in 1 1000 9000; do
        head -c "$size" /dev/urandom >"$work/sent"
        timeout 20 socat -b 65536 -t 1 STDIO "$kind:$address:$port" <"$work/sent" >"$work/echo" ||
            fail "socat: status $?"
        same "what socat got back of $size bytes by $kind" "$work/sent" "$work/echo"
    done
    clients=()
    for i in $(seq 20); do
        echo "client $i" >"$work/sent.$i"
        timeout 20 socat -t 1 STDIO "$kind:$address:$port" <"$work/sent.$i" >"$work/echo.$i" &
        clients+=($!)
    done
    for client in "${clients[@]}"; do
        ends_with 0 "$client" 20
    done
    for i in $(seq 20); do
        same "what client $i got back" "$work/sent.$i" "$work/echo.$i"
    done
    [ "$kind" = UDP4 ] && signal=INT || signal=TERM
    kill -s "$signal" "$pid"
    ends_with 0 "$pid" 10
    says_nothing "$log"
done

# The address is taken: status 1, and the error's name.
start_udp_server 127.0.0.1 "$build/examples/udp_echo"
status=0
timeout 10 "$build/examples/udp_echo" "127.0.0.1:$port" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "on a taken address it ended with status $status"
says EADDRINUSE "$work/error"
