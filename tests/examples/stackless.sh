#!/bin/bash
# stackless: bytes come back as they were sent, from many at once; idle ones take hardly any memory;
# Ctrl-C and SIGTERM end it in order, connections and all.
. "$(dirname "$0")/support.bash"
need nc socat
head -c 300000 /dev/urandom >"$work/sent"
start_server "$build/examples/stackless"

timeout 20 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/echo" || fail "nc: status $?"
same "what nc got back" "$work/sent" "$work/echo"
clients=()
for i in $(seq 30); do
    echo "client $i" >"$work/sent.$i"
    timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" <"$work/sent.$i" >"$work/echo.$i" &
    clients+=($!)
done
for client in "${clients[@]}"; do
    ends_with 0 "$client" 20
done
for i in $(seq 30); do
    same "what client $i got back" "$work/sent.$i" "$work/echo.$i"
done

# 500 connections that have had an echo and wait: less than a page each, where a stack takes one at least.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
before=$(resident)
conns=()
for i in $(seq 500); do
    exec {conn}<>"/dev/tcp/127.0.0.1/$port"
    echo "$i" >&"$conn"
    conns+=("$conn")
done
i=0
for conn in "${conns[@]}"; do
    i=$((i + 1))
    read -r -t 20 echo <&"$conn" || fail "connection $i: no echo"
    [ "$echo" = "$i" ] || fail "connection $i got back: $echo"
done
grown=$(($(resident) - before))
[ "$grown" -lt 2000 ] || fail "500 idle connections took $grown KiB"
kill -s INT "$pid"
ends_with 0 "$pid" 10
for conn in "${conns[@]}"; do
    ! read -r -t 10 echo <&"$conn" || fail "an echo of nothing: $echo"
done
says_nothing "$log"
