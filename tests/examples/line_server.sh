#!/bin/bash
# line_server: lines come back in capitals, to socat and nc, over IPv4 and IPv6; asked to end, it finishes
# the line that has come and says goodbye.
. "$(dirname "$0")/support.bash"
need nc socat ss
start_server "$build/examples/line_server"

printf 'one\r\ntwo\n\nthe end' >"$work/sent"
printf 'ONE\nTWO\n\nTHE END\n' >"$work/expected"
timeout 20 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/got" || fail "nc: status $?"
same "what nc got" "$work/expected" "$work/got"
timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" <"$work/sent" >"$work/got" || fail "socat: status $?"
same "what socat got" "$work/expected" "$work/got"

# A hundred thousand lines, which no buffer holds.
seq -f 'line %.0f' 100000 >"$work/sent"
tr a-z A-Z <"$work/sent" >"$work/expected"
timeout 60 socat -t 30 STDIO "TCP:127.0.0.1:$port" <"$work/sent" >"$work/got" || fail "socat: status $?"
same "many lines" "$work/expected" "$work/got"

# Its socket is what it was made to be, as the system tells.
ss -tlnpH "sport = :$port" >"$work/ss"
says "127.0.0.1:$port" "$work/ss"

# More clients than its limit: the last one waits in the system's queue until another one has gone.
clients=()
for i in $(seq 101); do
    mkfifo "$work/in.$i"
    timeout 60 nc 127.0.0.1 "$port" <"$work/in.$i" >"$work/out.$i" &
    clients+=($!)
    started+=($!)
    exec {fd}>"$work/in.$i"
    fds[i]=$fd
    echo "client $i" >&"$fd"
    [ "$i" = 101 ] || within 10 "the answer to client $i" test -s "$work/out.$i"
done
[ ! -s "$work/out.101" ] || fail "client 101 was served above the limit"
kill "${clients[0]}"
within 10 "the answer to client 101" test -s "$work/out.101"

# SIGTERM: those who are idle hear "bye", and it ends.
kill -TERM "$pid"
ends_with 0 "$pid" 15
for i in 2 50 101; do
    printf 'CLIENT %d\nbye\n' "$i" >"$work/expected"
    within 5 "the goodbye to client $i" cmp -s "$work/expected" "$work/out.$i"
done
says "104 clients" "$log"
for fd in "${fds[@]}"; do
    exec {fd}>&-
done
for client in "${clients[@]:1}"; do
    ends_with 0 "$client" 10
done

# IPv6.
for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((10000 + RANDOM % 20000))
    "$build/examples/line_server" "[::1]:$port" >"$work/v6.log" 2>&1 </dev/null &
    pid=$!
    started+=("$pid")
    up() { ss -tlnH "sport = :$port" | grep -q "\[::1\]:$port" || has_ended "$pid"; }
    within 10 "a listening server, try $try" up
    has_ended "$pid" || break
done
echo hello | timeout 20 socat -t 10 STDIO "TCP6:[::1]:$port" >"$work/got" || fail "socat: status $?"
says HELLO "$work/got"
kill -INT "$pid"
ends_with 0 "$pid" 10
