#!/bin/bash
# batches: what it prints: full batches at once, the others when their time has passed.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
after  20 ms: 1 101 2 3
after  80 ms: 4 5 102
after 190 ms: 103
after 260 ms: 104
after 330 ms: 105
END
timeout 20 "$build/examples/batches" >"$work/said" || fail "batches: status $?"
same "what batches printed" "$work/expected" "$work/said"
