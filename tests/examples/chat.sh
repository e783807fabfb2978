#!/bin/bash
# chat: a line reaches all but its sender, also past a member that doesn't read; goodbye at Ctrl-C.
. "$(dirname "$0")/support.bash"
need nc socat
start_server "$build/examples/chat"

# join NAME command ...: a member that says what is written to the descriptor in $NAME.
join() {
    local name=$1
    shift
    mkfifo "$work/$name.in"
    "$@" <"$work/$name.in" >"$work/$name" &
    eval "${name}_pid=$!"
    started+=("$!")
    eval "exec {$name}>'$work/$name.in'"
}
# hears NAME "line" FROM: says it as FROM until it is heard, since a member may still be on its way.
hears() {
    local end=$((SECONDS + 10))
    until grep -qxE "[0-9]+: $2" "$work/$1"; do
        [ "$SECONDS" -lt "$end" ] || fail "$1 never heard: $2"
        echo "$2" >&"${!3}"
        sleep 0.1
    done
}

join ann nc 127.0.0.1 "$port"
join bob nc 127.0.0.1 "$port"
join cy socat STDIO "TCP:127.0.0.1:$port"
hears bob "hello from ann" ann
hears cy "hello from ann" ann
hears ann "hello from cy" cy
hears bob "hello from cy" cy
! grep -q "hello from ann" "$work/ann" || fail "ann heard herself"

# Two lines in one write stay two lines, and half a line waits for its other half.
printf 'first\nsecond\nthi' >&"$bob"
within 10 "the second line" grep -qxE "[0-9]+: second" "$work/ann"
says ": first" "$work/ann"
! grep -q "thi" "$work/ann" || fail "half a line was passed on"
echo rd >&"$bob"
within 10 "the third line" grep -qxE "[0-9]+: third" "$work/ann"

# A line without an end is cut off with its sender, and nobody else.
join dot nc 127.0.0.1 "$port"
hears ann "hello from dot" dot
head -c 2000 /dev/zero | tr '\0' x >&"$dot"
within 10 "the end of dot's connection" has_ended "$dot_pid" # by a reset: it had sent more
eval "exec $dot>&-"
hears ann "still there" bob

# Cy stops reading while ann talks a lot: bob hears all that his outbox has room for, and more.
kill -STOP "$cy_pid"
for i in $(seq 2000); do
    echo "line $i of a long story that nobody has asked for, told for the fun of it"
done >&"$ann"
hears bob "the end" ann
kill -CONT "$cy_pid"

kill -INT "$pid"
ends_with 0 "$pid" 10
for name in ann bob cy; do
    eval "exec ${!name}>&-" # all of them first: later members have inherited the earlier ones'
done
for name in ann bob cy; do
    member=${name}_pid
    ends_with 0 "${!member}" 10
    says "* goodbye" "$work/$name"
    [ "$(tail -1 "$work/$name")" = "* goodbye" ] || fail "$name heard something after the goodbye"
done
says_nothing "$log"
