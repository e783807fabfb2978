#!/bin/bash
# pubsub: a line reaches everybody; who doesn't read for a while hears how many lines he has missed.
. "$(dirname "$0")/support.bash"
need nc
start_server "$build/examples/pubsub"

# join NAME: a client that says what is written to the descriptor in $NAME.
join() {
    mkfifo "$work/$1.in"
    nc 127.0.0.1 "$port" <"$work/$1.in" >"$work/$1" &
    eval "${1}_pid=$!"
    started+=("$!")
    eval "exec {$1}>'$work/$1.in'"
}
# joins NAME: and has subscribed, since it hears itself.
joins() {
    local end=$((SECONDS + 10))
    join "$1"
    until grep -qx "$1 is here" "$work/$1" 2>/dev/null; do
        [ "$SECONDS" -lt "$end" ] || fail "$1 never heard himself"
        echo "$1 is here" >&"${!1}"
        sleep 0.1
    done
}

joins ann
joins bob
joins cy
echo "hello, all" >&"$ann"
for name in ann bob cy; do
    within 10 "hello at $name" grep -qx "hello, all" "$work/$name"
done

# Two lines in one write stay two lines, and half a line waits for its other half.
printf 'first\nsecond\nthi' >&"$bob"
within 10 "the second line" grep -qx "second" "$work/ann"
! grep -q "thi" "$work/ann" || fail "half a line was published"
echo rd >&"$bob"
within 10 "the third line" grep -qx "third" "$work/ann"

# A line without an end is cut off with its sender, and nobody else.
join dot
head -c 2000 /dev/zero | tr '\0' x >&"$dot"
within 10 "the end of dot's connection" has_ended "$dot_pid"
eval "exec $dot>&-"

# Cy stops reading, and far more is published than the system keeps for him and the channel for all.
lines=60000
kill -STOP "$cy_pid"
awk -v n=$lines 'BEGIN { for (i = 1; i <= n; i++) printf "%06d %0240d\n", i, 0; print "the end" }' >&"$ann"
within 60 "the end of the story" grep -qx "the end" "$work/bob"
kill -CONT "$cy_pid"
within 60 "the end of the story, late" grep -qx "the end" "$work/cy"
says "* you missed" "$work/cy"

# Heard and missed are all there were, in their order, for each of them.
for name in ann bob cy; do
    awk -v n=$lines -v name=$name '
        /^[0-9]+ 0+$/ { if ($1 + 0 != ++seen) wrong = 1 }
        /^\* you missed/ { seen += $4 }
        END { if (wrong || seen != n) { print name ": " seen " of " n; exit 1 } }' "$work/$name" ||
        fail "$name has neither heard nor missed some lines"
done

kill -TERM "$pid"
ends_with 143 "$pid" 10
for name in ann bob cy; do
    eval "exec ${!name}>&-"
done
for name in ann bob cy; do
    member=${name}_pid
    within 10 "the end of $name" has_ended "${!member}"
done
says_nothing "$log"
