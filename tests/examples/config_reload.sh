#!/bin/bash
# config_reload: each worker goes on by what the file says at SIGHUP; a bad file changes nothing.
. "$(dirname "$0")/support.bash"
conf=$work/greeter.conf
said=$work/said
true >"$said"

# have_said "line" TIMES: all workers together.
have_said() { [ "$(grep -cxF "$1" "$said")" = "$2" ]; }
# hang_up "line" TIMES: the signal, and what has to be said after it.
hang_up() {
    kill -HUP "$pid"
    within 10 "$1" have_said "$1" "$2"
}

echo "greeting = hello every_ms = 5" >"$conf"
"$build/examples/config_reload" "$conf" >"$said" 2>"$work/errors" &
pid=$!
started+=("$pid")
within 10 "the first lines" have_said "hello every 5 ms" 2 # from then on SIGHUP ends nothing

echo "greeting = goodbye every_ms = 3600000" >"$conf"
hang_up "goodbye every 3600000 ms" 2 # before their pauses of an hour began
echo "greeting = late every_ms = 1" >"$conf"
hang_up "late every 1 ms" 2 # and in the middle of them

echo "greeting = bad every_ms = none" >"$conf"
kill -HUP "$pid"
within 10 "the complaint" grep -qF "Invalid argument" "$work/errors"
rm "$conf"
kill -HUP "$pid"
within 10 "the second complaint" grep -qF "No such file" "$work/errors"
echo "greeting = fine every_ms = 7" >"$conf"
hang_up "fine every 7 ms" 2
! grep -qF bad "$said" || fail "a bad configuration was taken up"

kill -INT "$pid"
ends_with 0 "$pid" 10
[ "$(wc -l <"$said")" = 8 ] || fail "somebody took up a configuration twice"
