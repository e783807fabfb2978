#!/bin/bash
# socks5: curl reaches a server through it, by address, by name and over IPv6, and is told what failed.
. "$(dirname "$0")/support.bash"
need curl socat

free_port() {
    local try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        free=$((10000 + RANDOM % 20000))
        listens "$free" || return 0
    done
    fail "no free port"
}

# Behind it: a web server of one page.
head -c 3000000 /dev/urandom >"$work/page"
cat >"$work/answer" <<END
printf 'HTTP/1.0 200 OK\r\nContent-Length: 3000000\r\n\r\n'
cat "$work/page"
while IFS= read -r line && [ "\${line%?}" ]; do :; done
END
free_port
target=$free
socat "TCP-LISTEN:$target,bind=127.0.0.1,reuseaddr,fork" EXEC:"bash $work/answer" &
started+=($!)
within 10 "socat as a target" listens "$target"
socat "TCP6-LISTEN:$target,bind=[::1],ipv6-v6only,reuseaddr,fork" EXEC:"bash $work/answer" 2>"$work/v6.log" &
started+=($!)
start_server "$build/examples/socks5"

get() { timeout 60 curl -sS --noproxy '' "$@" >"$work/got" 2>"$work/said"; }
get --socks5 "127.0.0.1:$port" "http://127.0.0.1:$target/" || fail "by address: $(cat "$work/said")"
same "the page, by address" "$work/page" "$work/got"
get --socks5-hostname "127.0.0.1:$port" "http://localhost:$target/" || fail "by name: $(cat "$work/said")"
same "the page, by name" "$work/page" "$work/got"
if grep -q ::1 /proc/net/if_inet6 2>/dev/null || grep -q "^0\{31\}1 " /proc/net/if_inet6; then
    get --socks5 "127.0.0.1:$port" "http://[::1]:$target/" || fail "over IPv6: $(cat "$work/said")"
    same "the page, over IPv6" "$work/page" "$work/got"
fi

# Ten at once.
clients=()
for i in $(seq 10); do
    timeout 60 curl -sS --noproxy '' --socks5-hostname "127.0.0.1:$port" "http://localhost:$target/" \
        >"$work/got.$i" &
    clients+=($!)
done
for client in "${clients[@]}"; do
    ends_with 0 "$client" 60
done
for i in $(seq 10); do
    same "the page for client $i" "$work/page" "$work/got.$i"
done

# Nobody there: refused, which the reply says by 5; curl's status is 97, that of its proxy's refusal.
free_port
status=0
get --socks5 "127.0.0.1:$port" "http://127.0.0.1:$free/" || status=$?
[ "$status" = 97 ] || fail "curl ended with $status: $(cat "$work/said")"
says "(5)" "$work/said"

# What is no SOCKS is hung up on; so is a command that it doesn't have, with its reason.
printf 'GET / HTTP/1.0\r\n\r\n' | timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" >"$work/got" || true
[ ! -s "$work/got" ] || fail "it answered to HTTP"
printf '\005\001\000\005\002\000\001\177\000\000\001\000\001' |
    timeout 20 socat -t 10 STDIO "TCP:127.0.0.1:$port" | od -An -tx1 >"$work/got"
says "05 00 05 07" "$work/got"
