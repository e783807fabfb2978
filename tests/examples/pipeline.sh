#!/bin/bash
# pipeline: what it prints: all arrive, and whoever makes them waits for whoever counts them.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
made numbers, never far ahead
the squares of 100 add up to 338350
END
timeout 20 "$build/examples/pipeline" >"$work/said" || fail "pipeline: status $?"
same "what pipeline printed" "$work/expected" "$work/said"
