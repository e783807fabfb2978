#!/bin/bash
# digest: each file's bytes and their sum, in the order of the arguments; a file that can't be read is named.
. "$(dirname "$0")/support.bash"
printf 'abc' >"$work/a"
head -c 300000 /dev/zero | tr '\0' '\001' >"$work/b"
true >"$work/empty"
cat >"$work/expected" <<END
3 bytes, sum 294: $work/a
300000 bytes, sum 300000: $work/b
0 bytes, sum 0: $work/empty
3 bytes, sum 294: $work/a
300000 bytes, sum 300000: $work/b
END
timeout 20 "$build/examples/digest" "$work/a" "$work/b" "$work/empty" "$work/a" "$work/b" >"$work/said" ||
    fail "digest: status $?"
same "what digest printed" "$work/expected" "$work/said"

status=0
timeout 20 "$build/examples/digest" "$work/a" "$work/missing" >"$work/said" 2>"$work/errors" || status=$?
[ "$status" = 1 ] || fail "a file that is missing: status $status"
says "3 bytes, sum 294: $work/a" "$work/said"
says "$work/missing: No such file or directory" "$work/errors"
