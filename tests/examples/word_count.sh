#!/bin/bash
# word_count: each word once, with how often it came; those of one thread in the order of the arguments.
. "$(dirname "$0")/support.bash"
cat >"$work/expected" <<END
go 2
stop 1
run 3
a 1
END
timeout 20 "$build/examples/word_count" go run stop run a go run >"$work/said" ||
    fail "word_count: status $?"
same "what word_count printed" "$work/expected" "$work/said"
timeout 20 "$build/examples/word_count" >"$work/said" || fail "no words: status $?"
[ ! -s "$work/said" ] || fail "no words, but it said: $(cat "$work/said")"
