#!/bin/bash
# edo-mini-redis: it answers as redis-server does, to redis-cli, to redis-benchmark and to nonsense; keys expire,
# messages arrive, too many clients are turned away, and it ends in order.
. "$(dirname "$0")/support.bash"
need redis-server redis-cli redis-benchmark nc
mini=$build/edo-mini-redis
here=$root/tests/examples/mini-redis

# redis-server, called as start_server calls: with 127.0.0.1:PORT.
reference() {
    exec redis-server --port "${1##*:}" --bind 127.0.0.1 --save "" --appendonly no --dir "$work" --daemonize no
}
start_server reference
theirs=$port reference=$pid
start_server "$mini" --threads 2
ours=$port

cli() {
    local port=$1
    shift
    timeout 60 redis-cli -p "$port" "$@"
}
is_ready() { [ "$(cli "$1" PING)" = PONG ]; }
within 20 "redis-server's first answer" is_ready "$theirs"

# The same commands to both.
cli "$theirs" --no-raw <"$here/commands" >"$work/theirs"
cli "$ours" --no-raw <"$here/commands" >"$work/ours"
if ! diff "$work/theirs" "$work/ours" >"$work/diff"; then
    cat "$work/diff" >&2
    fail "its answers are not redis-server's"
fi
[ "$(wc -l <"$work/ours")" -gt 400 ] || fail "hardly any answers"

# Byte for byte: what no client library sends, all at once and ended at any place.
raw() { printf "$2" | timeout 20 nc -N 127.0.0.1 "$1" || fail "nc: status $?"; }
while IFS= read -r bytes; do
    raw "$theirs" "$bytes" >"$work/theirs"
    raw "$ours" "$bytes" >"$work/ours"
    same "the answer to $bytes" "$work/theirs" "$work/ours"
done <"$here/bytes"

# One request in many small pieces, and a value that is longer than any buffer.
head -c 3000000 /dev/urandom | base64 -w 0 >"$work/value"
for server in "$theirs" "$ours"; do
    cli "$server" -x SET long <"$work/value" >"$work/said"
    says OK "$work/said"
    cli "$server" GET long >"$work/got"
    printf '\n' | cat "$work/value" - | cmp - "$work/got" || fail "a long value came back as another"
done

# Keys that nobody asks for expire all the same.
expired() { cli "$ours" INFO stats | sed -n 's/^expired_keys:\([0-9]*\)\r$/\1/p'; }
before=$(expired)
cli "$ours" FLUSHALL >/dev/null
for i in $(seq 50); do echo "SET short:$i x PX 20"; done | cli "$ours" >/dev/null
cli "$ours" SET kept x EX 1000 >/dev/null
has_expired_all() { [ "$(expired)" = $((before + 50)) ]; }
within 20 "fifty keys that expire" has_expired_all
[ "$(cli "$ours" DBSIZE)" = 1 ] || fail "what has expired is still there"
cli "$ours" INFO keyspace >"$work/said"
says "db0:keys=1,expires=1" "$work/said"

# Messages, by channel and by pattern. The subscribers are there before anything is published.
for server in "$theirs" "$ours"; do
    cli "$server" --csv SUBSCRIBE news other >"$work/subscribed.$server" 2>/dev/null &
    started+=($!)
    cli "$server" --csv PSUBSCRIBE 'n[e]ws*' >"$work/psubscribed.$server" 2>/dev/null &
    started+=($!)
    has_subscribers() {
        [ "$(cli "$server" PUBSUB NUMSUB news | tail -1)" = 1 ] && [ "$(cli "$server" PUBSUB NUMPAT)" = 1 ]
    }
    within 20 "two subscribers" has_subscribers
    cli "$server" PUBLISH news "first one" >"$work/published.$server"
    cli "$server" PUBLISH other second >>"$work/published.$server"
    cli "$server" PUBLISH newspaper third >>"$work/published.$server"
    cli "$server" PUBLISH nobody fourth >>"$work/published.$server"
    within 20 "what was published" grep -q third "$work/psubscribed.$server"
    within 20 "what was published" grep -q second "$work/subscribed.$server"
done
same "how many a message reached" "$work/published.$theirs" "$work/published.$ours"
same "what a subscriber got" "$work/subscribed.$theirs" "$work/subscribed.$ours"
same "what a subscriber of a pattern got" "$work/psubscribed.$theirs" "$work/psubscribed.$ours"

# A subscriber that reads nothing is cut off, before what waits for it fills the memory.
mkfifo "$work/unread"
(echo SUBSCRIBE much && sleep 60) | timeout 60 nc 127.0.0.1 "$ours" >"$work/unread" &
exec 5<"$work/unread"
started+=($!)
subscribers() { [ "$(cli "$ours" PUBSUB NUMSUB much | tail -1)" = "$1" ]; }
within 20 "a subscriber" subscribers 1
for i in $(seq 30); do
    cli "$ours" -x PUBLISH much <"$work/value" >"$work/said"
done
within 20 "the end of a subscriber that reads nothing" subscribers 0
exec 5<&-

# redis-benchmark is content.
timeout 60 redis-benchmark -p "$ours" -t ping,set,get,incr,lpush,rpush,lpop,rpop,hset,lrange_100,mset \
    -n 2000 -c 20 -P 4 --csv >"$work/said" 2>"$work/error" || fail "redis-benchmark: status $?"
says '"SET"' "$work/said"
says '"MSET (10 keys)"' "$work/said"
! grep -i error "$work/said" "$work/error" >&2 || fail "redis-benchmark complains"

# Requests for several keys at once, in any order of their shards, by many: none waits for another for ever.
loads=()
for keys in "a:__rand_int__ 1 b:__rand_int__ 2 c:__rand_int__ 3" "c:__rand_int__ 1 b:__rand_int__ 2 a:__rand_int__ 3"; do
    # shellcheck disable=SC2086
    timeout 60 redis-benchmark -p "$ours" -r 20 -n 5000 -c 10 -P 4 -q mset $keys >/dev/null 2>&1 &
    loads+=($!)
done
timeout 60 redis-benchmark -p "$ours" -r 20 -n 5000 -c 10 -P 4 -q del c:__rand_int__ a:__rand_int__ b:__rand_int__ >/dev/null 2>&1 &
loads+=($!)
for load in "${loads[@]}"; do
    ends_with 0 "$load" 60
done

# SHUTDOWN ends it; what has been sent is answered first.
cli "$ours" SHUTDOWN NOSAVE >"$work/said" 2>&1 || true
ends_with 0 "$pid" 20
kill "$reference"

# No more clients than there may be: the next is told so, and there is room again once one has gone.
start_server "$mini" --maxclients 2
clients=()
for i in 1 2; do
    mkfifo "$work/idle.$i"
    timeout 60 nc 127.0.0.1 "$port" <"$work/idle.$i" >"$work/idle.$i.said" &
    clients+=($!)
    started+=($!)
done
exec 3>"$work/idle.1" 4>"$work/idle.2"
echo PING >&3
echo PING >&4
within 10 "the first client's answer" test -s "$work/idle.1.said"
within 10 "the second client's answer" test -s "$work/idle.2.said"
timeout 10 nc 127.0.0.1 "$port" </dev/null >"$work/said" || fail "nc: status $?"
printf -- '-ERR max number of clients reached\r\n' | cmp - "$work/said" || fail "a third client got another answer"
echo QUIT >&3
within 10 "the end of the first client" grep -q OK "$work/idle.1.said"
exec 3>&-
ends_with 0 "${clients[0]}" 10
within 10 "room for another client" is_ready "$port"

# Asked to end: an idle client sees the end, and the program is content.
kill -TERM "$pid"
ends_with 0 "$pid" 10
exec 4>&-
ends_with 0 "${clients[1]}" 10
says "serving on 127.0.0.1:$port until Ctrl-C" "$log"
says " clients, " "$log"

# The same while clients are busy: each gets the answers to what it has sent, and then the end.
start_server "$mini" --threads 2
timeout 60 redis-benchmark -p "$port" -t get -c 20 -P 16 -l >/dev/null 2>&1 &
client=$!
started+=("$client")
is_busy() { [ "$(cli "$port" INFO stats | sed -n 's/^total_commands_processed:\([0-9]*\)\r$/\1/p')" -gt 1000 ]; }
within 20 "busy clients" is_busy
cli "$port" SHUTDOWN >"$work/said" 2>&1 || true # no signal: ThreadSanitizer puts those off, where threads sleep
ends_with 0 "$pid" 20
kill "$client" 2>/dev/null || true

# Arguments that make no sense.
for wrong in "--threads 0" "--threads x" "--threads" "--bogus" "a b"; do
    status=0
    # shellcheck disable=SC2086
    timeout 10 "$mini" $wrong 2>"$work/error" || status=$?
    [ "$status" = 2 ] || fail "$wrong: status $status"
done
