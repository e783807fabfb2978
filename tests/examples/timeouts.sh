#!/bin/bash
# timeouts: what it prints, and that it takes no longer than its limits say.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
accept: ETIMEDOUT
select: no answer in time
the task ended with ECANCELED
steps: at most two in 50 ms
END
timeout 20 "$build/examples/timeouts" >"$work/said" || fail "timeouts: status $?"
same "what timeouts printed" "$work/expected" "$work/said"
