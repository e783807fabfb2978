#!/bin/bash
# trace: its file is JSON, of the events that Chrome's format has, and can be drawn.
. "$(dirname "$0")/support.bash"
need python3
timeout 30 "$build/examples/trace" "$work/trace.json" || fail "status $?"
cat >"$work/check.py" <<'END'
import json
import sys

trace = json.load(open(sys.argv[1], encoding="utf-8"))["traceEvents"]
tracks = {e["tid"]: e["args"]["name"] for e in trace if e["ph"] == "M" and e["name"] == "thread_name"}
assert tracks == {0: "no worker", 1: "worker 0", 2: "worker 1"}, tracks
slices = [e for e in trace if e["ph"] == "X"]
for e in trace:
    assert set("ph pid tid ts name".split()) <= set(e), e
    assert e["tid"] in tracks and e["ts"] >= 0, e
for track in (1, 2):  # slices of one track follow each other
    end = 0
    for e in sorted((e for e in slices if e["tid"] == track), key=lambda e: e["ts"]):
        assert e["ts"] >= end - 0.001, e
        end = e["ts"] + e["dur"]
runs = {}
for e in slices:
    if e["cat"] == "run":
        runs.setdefault(e["name"], []).append(e["args"]["spawned at"])
assert len(runs) == 8, runs.keys()  # the program's, six that compute, one that blocks
computing = [places for places in runs.values() if len(places) >= 9]
assert len(computing) == 6 and all("trace.c:" in places[0] for places in computing), runs
flows = [[e["id"] for e in trace if e["ph"] == phase] for phase in "sf"]
assert set(flows[1]) <= set(flows[0]) and len(flows[1]) > 50
stuck = [e for e in trace if e["ph"] == "i" and e["name"].startswith("stuck: task ")]
assert stuck, "the task that blocks was not seen"
END
python3 "$work/check.py" "$work/trace.json" || fail "the trace is not what it should be"
"$root/tools/trace-svg" "$work/trace.json" >"$work/trace.svg" || fail "tools/trace-svg: status $?"
python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$work/trace.svg" ||
    fail "the picture is no XML"
says '>worker 1</text>' "$work/trace.svg"

status=0
timeout 30 "$build/examples/trace" 2>"$work/errors" || status=$?
[ "$status" = 1 ] || fail "without a file: status $status"
says 'usage: ' "$work/errors"
