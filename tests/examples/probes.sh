#!/bin/bash
# The probes: each is in the library's notes, and where it says that it is stands a nop.
. "$(dirname "$0")/support.bash"
need readelf objdump
library=$build/libedo.so
readelf -n "$library" >"$work/notes"
case $(uname -m) in
x86_64 | aarch64) ;;
*)
    exit 0
    ;;
esac
for probe in task_spawn task_wake task_run task_suspend task_end task_steal task_stuck worker_park \
    worker_unpark; do
    grep -qx "    Name: $probe" "$work/notes" || fail "there is no probe $probe"
done
says 'Provider: edo' "$work/notes"
grep -oE 'Location: 0x[0-9a-f]+' "$work/notes" | while read -r _ place; do
    objdump -d --start-address="$place" --stop-address=$((place + 4)) "$library" |
        grep -qE ':.*\bnop\b' || fail "at $place is no nop"
done
# A program that is linked to libedo.a has them as well.
readelf -n "$build/examples/echo" | grep -qx '    Name: task_run' || fail "none in a program"
