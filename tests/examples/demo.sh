#!/bin/bash
# edo-demo: verifies its own echoes and foreign ones, notices wrong ones, drains, refuses nonsense.
. "$(dirname "$0")/support.bash"
need nc socat
demo=$build/edo-demo

# The whole of it, smaller than make run's.
timeout 60 "$demo" --clients 16 --messages 2000 >"$work/said" || fail "edo-demo: status $?"
says "messages  2,000, every byte verified" "$work/said"
says "latency   p50" "$work/said"
says "memory" "$work/said"

# A server that runs until it is told, and then finishes what has been sent to it.
start_server "$demo" serve
says "echoing on 127.0.0.1:$port until Ctrl-C" "$log"
timeout 60 "$demo" load "127.0.0.1:$port" --clients 8 --messages 800 >"$work/said" ||
    fail "edo-demo load: status $?"
says "messages  800, every byte verified" "$work/said"
head -c 200000 /dev/urandom >"$work/sent"
timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" <"$work/sent" >"$work/echo"
same "what socat got back" "$work/sent" "$work/echo"
mkfifo "$work/idle"
timeout 60 nc 127.0.0.1 "$port" <"$work/idle" >"$work/idle.echo" &
client=$!
started+=("$client")
exec 3>"$work/idle"
echo "one line" >&3
within 10 "the echo of a line" test -s "$work/idle.echo"
kill -INT "$pid"
ends_with 0 "$pid" 10
exec 3>&-
ends_with 0 "$client" 10
says "draining: 1 open" "$log"
says "connections: 10 served, 0 cut off;" "$log"
status=0
timeout 10 nc -N 127.0.0.1 "$port" </dev/null 2>/dev/null || status=$?
[ "$status" = 1 ] || fail "somebody still listens"

# A client that sends and never reads is cut off after 5 s. Its buffers, and the server's, are full
# once the server's count of bytes stands still; the system's limits make that a few MB.
start_server "$demo" serve
socat -u OPEN:/dev/zero "TCP:127.0.0.1:$port" 2>/dev/null &
client=$!
started+=("$client")
sent() { awk '/^wchar/ { print $2 }' "/proc/$client/io"; }
stands_still() {
    local before
    before=$(sent)
    sleep 0.5
    [ "$before" != 0 ] && [ "$(sent)" = "$before" ]
}
within 20 "full buffers" stands_still
begin=$SECONDS
kill -TERM "$pid"
ends_with 0 "$pid" 20
[ $((SECONDS - begin)) -ge 4 ] || fail "the server didn't wait for its client"
says "connections: 0 served, 1 cut off;" "$log"
kill -KILL "$client" 2>/dev/null || true
wait "$client" || true

# Foreign servers: one that echoes, one that changes a byte, one that hangs up, one that is not there.
serves() { exec socat "TCP-LISTEN:${2##*:},bind=127.0.0.1,reuseaddr,fork" "SYSTEM:$1" 2>/dev/null; }
# load_says STATUS "text" "shell command that is the server"
load_says() {
    local status=0
    start_server serves "$3"
    timeout 60 "$demo" load "127.0.0.1:$port" --clients 2 --messages 100 >"$work/said" 2>&1 ||
        status=$?
    [ "$status" = "$1" ] || {
        cat "$work/said"
        fail "against $3 it ended with status $status instead of $1"
    }
    says "$2" "$work/said"
    kill "$pid"
    wait "$pid" || true
}
load_says 0 "messages  100, every byte verified" cat
load_says 1 "of the echo is 0x" "stdbuf -i0 -o0 tr a b"
load_says 1 "the connection ended after" "head -c 100"
status=0
timeout 20 "$demo" load "127.0.0.1:$port" >/dev/null 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "without a server it ended with status $status"
says "connecting failed: ECONNREFUSED" "$work/error"

# Arguments.
timeout 10 "$demo" --help >"$work/said" || fail "--help: status $?"
says "usage: edo-demo" "$work/said"
# refuses "text" argument ...
refuses() {
    local status=0 text=$1
    shift
    timeout 10 "$demo" "$@" >/dev/null 2>"$work/error" || status=$?
    [ "$status" = 2 ] || fail "edo-demo $*: status $status instead of 2"
    says "$text" "$work/error"
}
refuses "no such command: sing" sing
refuses "no such option: --sing" --sing
refuses "HOST:PORT is missing after: serve" serve
refuses "not an address as 127.0.0.1:7007: localhost" serve localhost
refuses "serve takes one address; what is this: x" serve 127.0.0.1:7007 x
refuses "a number is missing after: --clients" --clients
refuses "not a number of clients from 1 to 10000: many" --clients many
refuses "not a number of messages from 1 to 1000000000: 0" --messages 0
refuses "each client needs a message to send" --messages 10
