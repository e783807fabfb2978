#!/bin/bash
# service: SIGHUP takes up another configuration, a bad one changes nothing; SIGTERM lets the client finish.
. "$(dirname "$0")/support.bash"
need nc
conf=$work/conf
# greets "text": what a client that comes now hears.
greets() {
    timeout 20 nc -N 127.0.0.1 "$port" </dev/null >"$work/got" || fail "nc: status $?"
    printf %s "$1" >"$work/expected"
    same "the greeting" "$work/expected" "$work/got"
}
# hang_up "line" TIMES: the signal, and what has to be said after it.
has_said() { [ "$(grep -cF "$1" "$log")" = "$2" ]; }
hang_up() {
    kill -HUP "$pid"
    within 10 "$1" has_said "$1" "$2"
}

echo "greeting = hello" >"$conf"
start_server "$build/examples/service" "$conf"
within 10 "the signals" has_said ready 1
greets hello
echo "greeting = goodbye" >"$conf"
hang_up "reload: done" 1
greets goodbye
true >"$conf"
hang_up "reload: Invalid argument" 1
greets goodbye

mkfifo "$work/in"
timeout 60 nc -N 127.0.0.1 "$port" <"$work/in" >"$work/out" &
started+=($!)
client=$!
exec {in}>"$work/in"
within 10 "the greeting" grep -q goodbye "$work/out"
kill -TERM "$pid"
is_closed() { ! listens "$port" || ! timeout 5 nc -N -w 1 127.0.0.1 "$port" </dev/null | grep -q .; }
within 10 "no more clients" is_closed
echo "said at the end" >&"$in"
within 10 "the answer" grep -q "said at the end" "$work/out"
exec {in}>&-
ends_with 0 "$client" 10
ends_with 0 "$pid" 10
