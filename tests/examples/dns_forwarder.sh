#!/bin/bash
# dns_forwarder: dig asks it, and gets what a name server of the test's own says.
. "$(dirname "$0")/support.bash"
need dig cc
cc -O1 -o "$work/name_server" "$root/tests/examples/name_server.c"
"$work/name_server" >"$work/upstream" &
started+=($!)
within 10 "a name server" test -s "$work/upstream"
upstream=127.0.0.1:$(cat "$work/upstream")

run_forwarder() { exec "$build/examples/dns_forwarder" "$1" "$upstream" 300; }
start_udp_server 127.0.0.1 run_forwarder

# ask NAME ...: what dig says of it.
ask() { timeout 20 dig @127.0.0.1 -p "$port" +tries=1 +time=5 "$@"; }

# answers EXPECTED NAME ...
answers() {
    local expected=$1 got
    shift
    got=$(ask +short "$@") || fail "dig $*: status $?"
    [ "$got" = "$expected" ] || fail "dig $*: '$got' instead of '$expected'"
}

answers 192.0.2.7 host7.test
answers 192.0.2.9 host9.test +noedns
answers 192.0.2.22 twice.test # asked again, and the stranger's answer passed over
ask nobody.test >"$work/denied"
says "status: NXDOMAIN" "$work/denied"
ask silent.test >"$work/failed"
says "status: SERVFAIL" "$work/failed"

# Many at once, of whom some wait for what never comes: nobody gets another one's answer.
clients=()
for i in $(seq 60); do
    (answers "192.0.2.$i" "host$i.test") &
    clients+=($!)
    [ $((i % 10)) != 0 ] || ask silent.test >/dev/null &
done
for client in "${clients[@]}"; do
    ends_with 0 "$client" 30
done

# What is no question is passed over.
need socat
printf x | timeout 10 socat -t 0.1 STDIO "UDP4:127.0.0.1:$port" >"$work/none"
says_nothing "$work/none"
answers 192.0.2.1 host1.test

# A question under way doesn't hold its end up.
ask silent.test >/dev/null &
kill -s TERM "$pid"
ends_with 0 "$pid" 10
says_nothing "$log"
