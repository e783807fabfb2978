# support.bash: what the scripts that drive programs share. Each is called with the build folder,
# fails at its first surprise, and waits for nothing without a limit.
set -euo pipefail
build=$(cd "${1:?usage: $0 BUILD}" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
started=() # processes to end, whatever happens

clean_up() {
    local status=$?
    for pid in ${started[@]+"${started[@]}"}; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# need program ...: a test without its peer proves nothing, so a missing one fails it.
need() {
    local program
    for program; do
        command -v "$program" >/dev/null || fail "$program is missing (make test installs it)"
    done
}

# same "what" EXPECTED ACTUAL: two files.
same() {
    cmp "$2" "$3" >&2 || {
        head -c 300 "$3" >&2
        fail "$1: not what was expected"
    }
}

# says "text" FILE: some line of the file has it.
says() {
    grep -qF -- "$1" "$2" || {
        cat "$2" >&2
        fail "no line says: $1"
    }
}

# says_nothing FILE: but for the monitor's remarks about a slow machine.
says_nothing() {
    ! grep -v -e "has blocked its worker" -e "^edo:   #" "$1" >&2 || fail "there was something to say"
}

# within SECONDS "what" command ...: until it succeeds.
within() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "not in time: $what"
        sleep 0.05
    done
}

has_ended() { ! kill -0 "$1" 2>/dev/null; }

# ends_with STATUS PID SECONDS: a child of this shell.
ends_with() {
    local status=0
    within "$3" "the end of process $2" has_ended "$2"
    wait "$2" || status=$?
    [ "$status" = "$1" ] || fail "process $2 ended with status $status instead of $1"
}

# Whether somebody listens on the port; asks the system, so that no connection is made.
listens() {
    grep -qE "^ *[0-9]+: [0-9A-F]{8}:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp
}

# start_server command ...: runs it with 127.0.0.1:PORT as its last argument. Sets pid, port and
# the file log. A port that somebody took first is no failure: it is tried again with another one,
# outside of those that the system gives to clients.
start_server() {
    local try
    log=$work/server.log
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$((10000 + RANDOM % 20000))
        ! listens "$port" || continue
        "$@" "127.0.0.1:$port" >"$log" 2>&1 </dev/null &
        pid=$!
        started+=("$pid")
        within 10 "a listening server, try $try" server_is_up_or_gone
        has_ended "$pid" || return 0
    done
    cat "$log" >&2
    fail "the server did not start: $*"
}
server_is_up_or_gone() { listens "$port" || has_ended "$pid"; }

# Whether somebody has the UDP port, of either family.
has_udp_port() {
    grep -qsE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") " /proc/net/udp /proc/net/udp6
}

# start_udp_server ADDRESS command ...: the same as start_server of what takes datagrams; it is called with
# ADDRESS:PORT as its last argument.
start_udp_server() {
    local try address=$1
    shift
    log=$work/server.log
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$((10000 + RANDOM % 20000))
        ! has_udp_port "$port" || continue
        "$@" "$address:$port" >"$log" 2>&1 </dev/null &
        pid=$!
        started+=("$pid")
        within 10 "a server of UDP, try $try" udp_server_is_up_or_gone
        has_ended "$pid" || return 0
    done
    cat "$log" >&2
    fail "the server did not start: $*"
}
udp_server_is_up_or_gone() { has_udp_port "$port" || has_ended "$pid"; }
