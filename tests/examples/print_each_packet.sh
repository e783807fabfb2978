#!/bin/bash
# print_each_packet: what comes is printed as it comes; idle connections end with the server.
. "$(dirname "$0")/support.bash"
need nc socat
start_server "$build/examples/print_each_packet"

mkfifo "$work/in"
timeout 60 nc -N 127.0.0.1 "$port" <"$work/in" &
client=$!
started+=("$client")
exec 3>"$work/in"
said() { grep -qxF "$1" "$log"; }
printf 'one' >&3
within 10 "the first packet" said "3 bytes: 6f 6e 65"
printf '\001\377\n' >&3
within 10 "the second packet" said "3 bytes: 01 ff 0a"
printf 'other' | timeout 20 socat STDIO "TCP:127.0.0.1:$port" || fail "socat: status $?"
within 10 "another connection's packet" said "5 bytes: 6f 74 68 65 72"
kill -TERM "$pid"
ends_with 0 "$pid" 10
exec 3>&-
ends_with 0 "$client" 10
