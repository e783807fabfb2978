#!/bin/bash
# worker_pool: what it prints: nobody was cut short, and no job was lost.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
each job was done, or is left
0 tasks are still there
END
timeout 20 "$build/examples/worker_pool" >"$work/said" || fail "worker_pool: status $?"
same "what worker_pool printed" "$work/expected" "$work/said"
