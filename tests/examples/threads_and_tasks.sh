#!/bin/bash
# threads_and_tasks: every sample of every thread and task has arrived, once; more than once the same.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
thread 0: 500500
thread 1: 500500
task 2: 500500
task 3: 500500
END
for _ in 1 2 3 4 5; do
    timeout 20 "$build/examples/threads_and_tasks" >"$work/said" || fail "threads_and_tasks: status $?"
    same "what threads_and_tasks printed" "$work/expected" "$work/said"
done
