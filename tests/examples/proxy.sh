#!/bin/bash
# proxy: what passes through it arrives whole, in both directions at once, from nc, socat and iperf3; its
# target's end and absence are told.
. "$(dirname "$0")/support.bash"
need nc socat iperf3 ss

# free_port: one that nobody listens on.
free_port() {
    local try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        free=$((10000 + RANDOM % 20000))
        listens "$free" || return 0
    done
    fail "no free port"
}

# Behind it: socat, which gives back what it gets.
free_port
target=$free
socat "TCP-LISTEN:$target,bind=127.0.0.1,reuseaddr,fork" EXEC:cat &
started+=($!)
within 10 "socat as a target" listens "$target"
start_server "$build/examples/proxy" "127.0.0.1:$target"
head -c 20000000 /dev/urandom >"$work/sent"
timeout 60 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/got" || fail "nc: status $?"
same "20 MB through it and back" "$work/sent" "$work/got"
clients=()
for i in $(seq 20); do
    head -c $((i * 10000)) "$work/sent" >"$work/sent.$i"
    timeout 60 socat -t 30 STDIO "TCP:127.0.0.1:$port" <"$work/sent.$i" >"$work/got.$i" &
    clients+=($!)
done
for client in "${clients[@]}"; do
    ends_with 0 "$client" 60
done
for i in $(seq 20); do
    same "what client $i got back" "$work/sent.$i" "$work/got.$i"
done
kill -TERM "$pid"
ends_with 0 "$pid" 10

# One direction that has ended doesn't end the other: socat answers after it has read the end.
free_port
target=$free
socat "TCP-LISTEN:$target,bind=127.0.0.1,reuseaddr,fork" SYSTEM:'wc -c' &
started+=($!)
within 10 "socat as a target" listens "$target"
start_server "$build/examples/proxy" "127.0.0.1:$target"
timeout 60 socat -t 30 STDIO "TCP:127.0.0.1:$port" <"$work/sent" >"$work/got" || fail "socat: status $?"
says 20000000 "$work/got"
kill -TERM "$pid"
ends_with 0 "$pid" 10

# iperf3, whose server counts what it got, in both directions, over four connections.
free_port
target=$free
iperf3 -s -B 127.0.0.1 -p "$target" >"$work/iperf3.log" 2>&1 &
started+=($!)
within 10 "iperf3 as a target" listens "$target"
start_server "$build/examples/proxy" "127.0.0.1:$target"
bytes_of() { sed -nE "/\"$1\":/,/}/ s/.*\"bytes\":[^0-9]*([0-9]+).*/\1/p" "$2" | tail -1; }
for way in "" -R; do
    timeout 60 iperf3 -c 127.0.0.1 -p "$port" -P 4 -n 400M -w 256K -J $way >"$work/iperf3.json" ||
        fail "iperf3 $way: status $? $(cat "$work/iperf3.json")"
    sent=$(bytes_of sum_sent "$work/iperf3.json")
    received=$(bytes_of sum_received "$work/iperf3.json")
    [ "$sent" -ge 400000000 ] || fail "iperf3 $way sent $sent bytes"
    # Its receiver stops at the sender's word, which overtakes what the sockets in between still hold.
    [ "$received" -ge $((sent / 2)) ] && [ "$received" -le "$sent" ] ||
        fail "iperf3 $way: of $sent bytes $received came"
done
kill -TERM "$pid"
ends_with 0 "$pid" 10

# Nobody behind it: the client reads the end, and it says so.
free_port
start_server "$build/examples/proxy" "127.0.0.1:$free"
timeout 20 nc -N 127.0.0.1 "$port" </dev/null >"$work/got" || fail "nc: status $?"
[ ! -s "$work/got" ] || fail "something came from nowhere"
within 5 "the failure" grep -q "to 127.0.0.1:$free: " "$log"
kill -TERM "$pid"
ends_with 0 "$pid" 10
