#!/bin/bash
# small: a static echo server takes of libedo.a what it uses: no object of a part that it has nothing to
# do with, and at most 120 KiB of code and data. Its map says so, and how much each object has.
. "$(dirname "$0")/support.bash"
need cc
limit=$((120 * 1024))
unrelated='^(sync|fs|process|stream|codec)-|^io-(async_fd|buf|bytes|chain|chunks|conduit|copy|duplex|empty|fd_lent|inspect|lines|memory|numbers|pump|read|splice|split|stdio|sync_io|take|terminal|write)|^net-(serve|udp|unix)|^task-(group|members|join_(set|map|queue)|tracker|local_set|pinned_pool|blocking)|^time-(interval|timeout|pause)'

# The library that is installed is built without sanitizers.
cc -O2 -I"$root/include" -I"$build/include" "$root/examples/echo.c" "$build/libedo.a" -pthread -static \
    -Wl,--gc-sections -Wl,-Map="$work/map" -o "$work/echo"

# object bytes: what is loaded of each: sections as " .text.name 0x... 0x12 libedo.a(part.o)", the name
# perhaps on a line of its own; not what was discarded, nor debug information, nor zeros.
awk '/^Linker script and memory map/ { begun = 1 }
    !begun { next }
    /^ [.][^ ]+$/ { name = $1; next }
    /^ [.]/ { name = $1; size = $3; file = $4 }
    /^ +0x/ { size = $2; file = $3 }
    /libedo[.]a[(]/ && name !~ /^[.](bss|debug|comment|note|symtab|strtab)/ && size != "0x0" {
        gsub(/.*[(]|[)].*/, "", file)
        print file, size
        name = ".bss" # a line may be followed by names that are not its own
    }' "$work/map" >"$work/sizes"
total=0
while read -r object size; do
    [[ ! $object =~ $unrelated ]] || fail "an echo server has $object in it"
    total=$((total + size))
done <"$work/sizes"
[ "$total" -gt 30000 ] || fail "only $total bytes: the map was not understood"
[ "$total" -le "$limit" ] || {
    sort -k1,1 "$work/sizes" >&2
    fail "$total bytes of libedo.a, which is above $limit"
}
echo "$total bytes of libedo.a in $(cut -d' ' -f1 "$work/sizes" | sort -u | wc -l) objects"

# And it serves.
start_server "$work/echo"
echo "hello" | timeout 20 nc -N 127.0.0.1 "$port" >"$work/said"
says "hello" "$work/said"
kill -TERM "$pid"
ends_with 0 "$pid" 10
