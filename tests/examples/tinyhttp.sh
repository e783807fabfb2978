#!/bin/bash
# tinyhttp: curl gets its answers, one by one and on one connection; requests that come together are answered
# in order; what is no request is told so.
. "$(dirname "$0")/support.bash"
need nc curl
start_server "$build/examples/tinyhttp"

get() { timeout 20 curl -sS --noproxy '*' "$@"; }
[ "$(get "http://127.0.0.1:$port/plaintext")" = "Hello, World!" ] || fail "/plaintext"
[ "$(get "http://127.0.0.1:$port/json")" = '{"message": "Hello, World!"}' ] || fail "/json"
[ "$(get -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/other")" = 404 ] || fail "/other"
[ "$(get -o /dev/null -w '%{http_code}' -X DELETE "http://127.0.0.1:$port/json")" = 405 ] || fail "DELETE"
[ "$(get -o /dev/null -w '%{http_code}' -d body "http://127.0.0.1:$port/json")" = 400 ] || fail "a body"
get -w '%{num_connects}\n' "http://127.0.0.1:$port/plaintext" "http://127.0.0.1:$port/plaintext" >"$work/two"
printf 'Hello, World!\n1\nHello, World!\n0\n' >"$work/expected"
same "two requests on one connection" "$work/expected" "$work/two"

# A thousand in a row, without waiting for an answer; the last one ends the connection.
for i in $(seq 999); do
    printf 'GET /plaintext HTTP/1.1\r\nHost: here\r\n\r\n'
done >"$work/sent"
printf 'GET /json HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n' >>"$work/sent"
timeout 30 nc -N 127.0.0.1 "$port" <"$work/sent" >"$work/got" || fail "nc: status $?"
[ "$(grep -c '^HTTP/1.1 200 OK' "$work/got")" = 1000 ] || fail "not a thousand answers"
[ "$(tail -n 1 "$work/got")" = '{"message": "Hello, World!"}' ] || fail "the last answer"

printf 'nonsense\r\n\r\n' | timeout 20 nc -N 127.0.0.1 "$port" >"$work/got" || true
says "HTTP/1.1 400 Bad Request" "$work/got"
head -c 9000 /dev/zero | tr '\0' x | timeout 20 nc -N 127.0.0.1 "$port" >"$work/got" || true
says "HTTP/1.1 400 Bad Request" "$work/got"

kill -TERM "$pid"
ends_with 0 "$pid" 20
says_nothing "$log"
