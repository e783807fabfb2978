#!/bin/bash
# number_lines: the lines of several servers in one row, of each no more than was asked for.
. "$(dirname "$0")/support.bash"
need socat

# serve TEXT: one client gets it; the port is in $served.
serve() {
    printf '%b' "$1" >"$work/text"
    : >"$work/socat.log"
    socat -d -d -u "OPEN:$work/text" TCP-LISTEN:0,bind=127.0.0.1 2>"$work/socat.log" &
    started+=($!)
    within 10 "a server" grep -q "listening on" "$work/socat.log"
    served=$(sed -nE 's/.*listening on .*:([0-9]+)$/\1/p' "$work/socat.log")
}

serve 'one\r\ntwo\nthr'
first=$served
mv "$work/text" "$work/text.1"
serve 'ee\n\nthis is left out'
cat >"$work/expected" <<END
1 one
2 two
3 three
4
5 this is
END
timeout 20 "$build/examples/number_lines" 12 "127.0.0.1:$first" "127.0.0.1:$served" >"$work/said" ||
    fail "two servers: status $?"
sed -i 's/ $//' "$work/said"
same "the numbered lines" "$work/expected" "$work/said"

# A line that is too long, a server that isn't there, no server.
serve "$(head -c 5000 /dev/zero | tr '\0' x)\nshort\n"
status=0
timeout 20 "$build/examples/number_lines" 9999 "127.0.0.1:$served" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "a long line: status $status"
says EDO_ETOOLONG "$work/error"
status=0
timeout 20 "$build/examples/number_lines" 9 127.0.0.1:1 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "no server: status $status"
says ECONNREFUSED "$work/error"
status=0
timeout 20 "$build/examples/number_lines" 9 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "no argument: status $status"
