#!/bin/bash
# copy_tree: what it has copied is what cp -r copies, names, contents, links and permissions. COPY_TREE_OF is
# another tree than the one of a second: /usr/include.
[ -w /dev/shm ] && [ -z "${COPY_TREE_OF:-}" ] && export TMPDIR=/dev/shm
. "$(dirname "$0")/support.bash"
need diff cp find

# A line for each name: its kind, its permissions, where it points to.
listed() {
    (cd "$1" && find . -printf '%y %m %p %l\n' | sort)
}

# compared FROM: copied by both.
compared() {
    rm -rf "$work/ours" "$work/theirs"
    timeout 60 "$build/examples/copy_tree" "$1" "$work/ours" || fail "copy_tree $1: status $?"
    cp -r "$1" "$work/theirs"
    diff -r --no-dereference "$1" "$work/ours" >&2 || fail "$1: the copy differs"
    listed "$work/theirs" >"$work/expected"
    listed "$work/ours" >"$work/said"
    same "what is in the copy of $1" "$work/expected" "$work/said"
}

compared "${COPY_TREE_OF:-/usr/include/linux}"
mkdir -p "$work/odd/empty" "$work/odd/folder with a space"
printf 'text' >"$work/odd/folder with a space/ -n 	tab"
ln -s nowhere "$work/odd/dangling"
ln -s . "$work/odd/loop"
: >"$work/odd/run me"
chmod 755 "$work/odd/run me"
chmod 400 "$work/odd/folder with a space/ -n 	tab"
head -c 5000000 /dev/zero >"$work/odd/large"
compared "$work/odd"

# What is there already is not written over; what is missing, is missed.
status=0
timeout 10 "$build/examples/copy_tree" "$work/odd" "$work/ours" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "onto what is there: status $status"
says EEXIST "$work/error"
status=0
timeout 10 "$build/examples/copy_tree" "$work/none" "$work/new" 2>"$work/error" || status=$?
[ "$status" = 1 ] || fail "of what is missing: status $status"
[ ! -e "$work/new" ] || fail "of what is missing it made a copy"
