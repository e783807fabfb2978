#!/bin/bash
# stuck_task: the blocked task is named with its place, its neighbour isn't late, the dump has them all.
. "$(dirname "$0")/support.bash"
timeout 30 "$build/examples/stuck_task" >"$work/said" 2>"$work/errors" || fail "status $?"
says 'the clock was hardly late' "$work/said"
says '"careless" (spawned at ' "$work/errors"
says 'has blocked its worker' "$work/errors"
says ' careless+0x' "$work/errors"
says '"clock" (spawned at ' "$work/said"
says ' waits in edo_sleep_until' "$work/said"
says ' ticker+0x' "$work/said"
says ' runs on thread ' "$work/said"
says ' careless+0x' "$work/said"
