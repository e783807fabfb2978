#!/bin/bash
# hello_world: connects to somebody else's server, sends its line and prints the answer.
. "$(dirname "$0")/support.bash"
need nc socat
printf 'connected\nnice to meet you\n' >"$work/expected"
printf 'hello, world\n' >"$work/hello"
echo "nice to meet you" >"$work/answer"

# A server of netcat, and one of socat: each takes one connection and keeps what came.
# shellcheck disable=SC2016,SC2317 # called by start_server
by_nc() { exec nc -N -l 127.0.0.1 "${1##*:}" <"$work/answer" >"$work/heard"; }
by_socat() {
    exec socat -t 5 "TCP-LISTEN:${1##*:},bind=127.0.0.1,reuseaddr" STDIO <"$work/answer" \
        >"$work/heard"
}
for server in by_nc by_socat; do
    start_server "$server"
    timeout 10 "$build/examples/hello_world" "127.0.0.1:$port" >"$work/said" ||
        fail "hello_world ended with status $? against $server"
    ends_with 0 "$pid" 10
    same "what hello_world printed" "$work/expected" "$work/said"
    same "what $server heard" "$work/hello" "$work/heard"
done

# Nobody listens: status 1, and the error's name.
within 10 "a free port" eval '! listens "$port"'
status=0
timeout 10 "$build/examples/hello_world" "127.0.0.1:$port" >"$work/said" 2>"$work/error" ||
    status=$?
[ "$status" = 1 ] || fail "without a server it ended with status $status"
says ECONNREFUSED "$work/error"
[ ! -s "$work/said" ] || fail "it said that it was connected"
