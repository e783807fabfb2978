#!/bin/bash
# gdb_tasks: `edo tasks` and `edo bt` of tools/edo-gdb.py, on a live process and on its core file.
source "$(dirname "$0")/support.bash"
need gdb cc
# The library as it is installed, -O2 -g; its own sources are all that needs debug information.
cc -O2 -g -fno-omit-frame-pointer -I"$root/include" -I"$build/include" "$root/tests/examples/gdb_tasks.c" \
    "$build/libedo.a" -pthread -o "$work/program"

gdb_batch() {
    timeout -k 5 60 gdb -q -nx -batch -iex 'set debuginfod enabled off' "$@" 2>&1
}

# row STATE STACK RUNTIME NAME: there is one such line in the list.
row() {
    grep -qE "^[0-9]+ +$1 +$2 +[12] \"$3\" +$4 +[^ ]*gdb_tasks.c:[0-9]+$" "$work/list" || {
        cat "$work/list" >&2
        fail "no row: $*"
    }
}

# frames NAME FUNCTION ...: of each task with this name, in this order, with nothing below the last.
frames() {
    local name=$1 found expected id
    shift
    expected="$* "
    found=0
    for id in $(sed -nE "s/^([0-9]+) .* $name +[^ ]+$/\1/p" "$work/list"); do
        found=$((found + 1))
        names=$(awk -v id="$id" '/^task /{mine = $2 == id} mine && /^#/' "$work/traces" |
            sed -E 's/^#[0-9]+ +(0x[0-9a-f]+ in )?([A-Za-z_]+).*/\2/' | sed '1,/^edo_await$/d' | tr '\n' ' ')
        if [ "$names" != "$expected" ]; then
            cat "$work/traces" >&2
            fail "task $id ($name): expected after edo_await: $expected; gdb says: $names"
        fi
    done
    [ "$found" = 2 ] || fail "$found tasks are called $name instead of 2"
}

check() {
    local runtime
    sed -n '/^ID /,/ tasks$/p' "$work/out" >"$work/list"
    sed -n '/^task /,$p' "$work/out" >"$work/traces"
    says "14 tasks" "$work/list" # the two that ended in each runtime are not among them
    for runtime in alpha beta; do
        row suspended "256 KiB" $runtime -
        row suspended "10[0-9]+ KiB" $runtime waiter
        row suspended none $runtime polled
        row "running on thread [2-9] \([0-9]+\)" "256 KiB" $runtime spinner
        row "queued, not started" "256 KiB" $runtime newcomer
        row "running on thread [2-9] \([0-9]+\)" none $runtime blocker
        row "waits for a thread" none $runtime patient
    done
    frames waiter edo_sleep wait_inside wait_inside wait_inside wait_inside wait_long run_function \
        task_entry machine_begin
    frames - edo_sleep wait_inside make_tasks run_function task_entry machine_begin
    says "it has no stack; its future: sleep" "$work/traces"
    says "it has not started" "$work/traces"
}

# A running task is shown on its thread, and what was selected stays so.
commands=(-ex "source $root/tools/edo-gdb.py" -ex 'edo tasks' -ex 'edo bt')
gdb_batch -ex 'break all_are_there' -ex run "${commands[@]}" -ex 'echo selected:\n' -ex 'frame' \
    -ex 'edo bt 4294967295' -ex 'echo end\n' "$work/program" >"$work/out" </dev/null
check
sed -n '/^selected:/,$p' "$work/out" >"$work/rest"
says "#0  all_are_there" "$work/rest"
says "There is no task 4294967295" "$work/rest"

spinner=$(sed -nE 's/^([0-9]+) .* spinner +[^ ]+$/\1/p' "$work/list" | tail -1)
gdb_batch -ex 'break all_are_there' -ex run -ex "source $root/tools/edo-gdb.py" \
    -ex 'python [gdb.execute(f"edo bt {t.id}") for t in tasks() if t.name == "spinner"]' \
    "$work/program" >"$work/out" </dev/null
[ -n "$spinner" ] && [ "$(grep -cE '^#0 .*spin_here' "$work/out")" = 2 ] || {
    cat "$work/out" >&2
    fail "a running task is not shown"
}

# The core file is the kernel's: gdb's own gcore can't read regions with guard pages in them.
case $(cat /proc/sys/kernel/core_pattern) in
*[/\|%]*) echo "cores go elsewhere on this system: $(cat /proc/sys/kernel/core_pattern)" ;;
*)
    (cd "$work" && ulimit -c unlimited && EDO_GDB_TASKS_TRAP=1 ./program) >"$work/trap" 2>&1 || true
    core=$(echo "$work"/core*)
    [ -f "$core" ] || fail "there is no core file"
    gdb_batch "${commands[@]}" "$work/program" "$core" >"$work/out" </dev/null
    check
    echo "on a core file as well"
    ;;
esac
echo "gdb lists the tasks and walks them"
