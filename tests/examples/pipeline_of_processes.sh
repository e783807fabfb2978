#!/bin/bash
# pipeline_of_processes: what a shell's pipeline says, and nobody is left of it.
. "$(dirname "$0")/support.bash"
need tr sort uniq
for i in $(seq 40); do
    echo "edo $((i % 7 ? 0 : 1)) tasks wait, edo wakes them; and tasks $i go on"
done >"$work/text"
tr -cs A-Za-z '\n' <"$work/text" | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2 | head -5 >"$work/expected" || true
timeout 20 "$build/examples/pipeline_of_processes" "$work/text" >"$work/got" || fail "status $?"
same "the words" "$work/expected" "$work/got"
! timeout 20 "$build/examples/pipeline_of_processes" "$work/none" 2>"$work/errors" || fail "there was no file"
says "No such file" "$work/errors"
