#!/bin/bash
# tinydb: what one client sets another one gets, however many ask; it ends when asked to.
. "$(dirname "$0")/support.bash"
need nc
start_server "$build/examples/tinydb"

printf 'SET name some words\r\nGET name\nGET other\nSET name\nSET name  two\nGET name\nwhat\n' >"$work/sent"
cat >"$work/expected" <<'END'
ok
name = some words
no such key: other
GET key, or SET key value
ok
name =  two
GET key, or SET key value
END
timeout 20 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/got" || fail "nc: status $?"
same "a client's answers" "$work/expected" "$work/got"

# Many at once, each with its keys; and then all of them asked for by another one.
clients=()
for i in 1 2 3 4 5; do
    seq 2000 | awk -v i="$i" '{ print "SET " i "." $1 " value " $1 " of " i }' >"$work/sent.$i"
    timeout 60 nc -N 127.0.0.1 "$port" <"$work/sent.$i" >"$work/got.$i" &
    clients+=($!)
done
for client in "${clients[@]}"; do
    wait "$client" || fail "a client: status $?"
done
for i in 1 2 3 4 5; do
    seq -f "GET $i.%.0f" 2000
done >"$work/sent"
for i in 1 2 3 4 5; do
    seq 2000 | awk -v i="$i" '{ print i "." $1 " = value " $1 " of " i }'
done >"$work/expected"
timeout 60 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/got" || fail "nc: status $?"
same "what others had set" "$work/expected" "$work/got"

kill -TERM "$pid"
ends_with 0 "$pid" 20
says_nothing "$log"
