#!/bin/bash
# trace: its file is JSON, of the events that Chrome's format has, and can be drawn.
. "$(dirname "$0")/support.bash"
need python3
timeout 30 "$build/examples/trace" "$work/trace.json" || fail "status $?"
cat >"$work/check.py" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    whole = json.load(file)
assert set(whole) == {"traceEvents"}, whole.keys()  # a displayTimeUnit of "ns" made all too short
trace = whole["traceEvents"]
tracks = {e["tid"]: e["args"]["name"] for e in trace if e["ph"] == "M" and e["name"] == "thread_name"}
assert tracks == {1: "worker 0", 2: "worker 1", 3: "no worker"}, tracks
COMMON = set("ph pid tid ts name".split())
FIELDS = {"M": {"args"}, "X": {"cat", "dur"}, "i": {"cat", "s"}, "s": {"cat", "id"},
          "f": {"cat", "id", "bp"}, "b": {"cat", "id2", "args"}, "e": {"cat", "id2", "args"}}
for e in trace:
    assert COMMON | FIELDS[e["ph"]] <= set(e) <= COMMON | FIELDS[e["ph"]] | {"args"}, e
    assert e["tid"] in tracks and e["ts"] >= 0 and e.get("dur", 0) >= 0, e
    assert e["pid"] == trace[0]["pid"] and e.get("s", "t") == "t" and e.get("bp", "e") == "e", e
slices = [e for e in trace if e["ph"] == "X"]
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
flows = [{e["id"]: (i, e) for i, e in enumerate(trace) if e["ph"] == phase} for phase in "sf"]
for phase, ends in zip("sf", flows):  # each arrow has its own number
    assert len(ends) == len([e for e in trace if e["ph"] == phase])
assert len(flows[1]) >= 6 * 5  # of each task its spawn and its four sleeps
for number, (i, end) in flows[1].items():  # it leads from the wake of a task to the run of it
    assert trace[i - 1]["ph"] == "X" and trace[i - 1]["cat"] == "run", trace[i - 1]
    assert (trace[i - 1]["ts"], trace[i - 1]["tid"]) == (end["ts"], end["tid"]), end
    at, begin = flows[0][number]
    wake = trace[at - 1]
    assert wake["ph"] == "i" and wake["name"].split(" ", 1)[1] == trace[i - 1]["name"], wake
    assert (wake["ts"], wake["tid"]) == (begin["ts"], begin["tid"]) and begin["ts"] <= end["ts"]
asides = [[(e["id2"]["local"], e["name"]) for e in trace if e["ph"] == phase] for phase in "be"]
assert sorted(asides[0]) == sorted(asides[1]) and len(set(asides[0])) == len(asides[0]), asides
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
