#!/bin/bash
# sessions: who comes and goes, and when; hours of its clock take no time.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
  0 min: user 0 comes
 10 min: user 1 comes
 40 min: user 1 has gone
 45 min: user 2 comes
 55 min: user 0 has gone
 75 min: user 2 has gone
 95 min: user 1 comes
125 min: user 1 has gone
END
timeout 20 "$build/examples/sessions" >"$work/said" || fail "sessions: status $?"
same "what sessions printed" "$work/expected" "$work/said"
