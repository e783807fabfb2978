#!/bin/bash
# actor: what it prints: each command was done once, and one was refused.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<'END'
taking a thousand: ERANGE
taking thirty: 120 are left
32 commands, and 120 at the end
END
timeout 20 "$build/examples/actor" >"$work/said" || fail "actor: status $?"
same "what actor printed" "$work/expected" "$work/said"
