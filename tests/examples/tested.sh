#!/bin/bash
# tested: a day's waiting is tested in no time; each test passes.
. "$(dirname "$0")/support.bash"
begin=$SECONDS
timeout 60 "$build/examples/tested" >"$work/said" || fail "status $?: $(cat "$work/said")"
[ $((SECONDS - begin)) -lt 30 ] || fail "it took $((SECONDS - begin)) s"
[ "$(grep -c '^ok ' "$work/said")" = 5 ] || fail "$(cat "$work/said")"
says "after a day" "$work/said"
