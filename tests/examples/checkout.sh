#!/bin/bash
# checkout: one order in time, one too late, one aborted; both of these are undone.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
 100 ms: ada has a seat
 100 ms: bob has a seat
 100 ms: cleo has a seat
 400 ms: ada has paid
ada: done
 600 ms: cleo ECANCELED
 650 ms: cleo has given the seat back
1000 ms: bob ETIMEDOUT
1050 ms: bob has given the seat back
bob: ETIMEDOUT
cleo: ECANCELED
END
timeout 20 "$build/examples/checkout" >"$work/said" || fail "checkout: status $?"
same "what checkout printed" "$work/expected" "$work/said"
