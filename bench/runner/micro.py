"""The micro-benchmarks: edo and the peers in turn, round after round, in one run."""
import math
import os
import statistics
import subprocess
import sys

# The first touch of a task's stack costs more than what is measured; for these the warm-up is long.
TOUCHES_STACKS = {"spawn_join", "spawn_detached_latch", "chain", "skynet", "yield1000", "ping_pong_many"}
REPEAT = 3
# All of them exist at once, so the number is a part of the workload. sleep_many takes as long as
# its longest sleep, whatever the ops.
FIXED_OPS = {"sleep_many": 100_000, "spawn_detached_latch": 100_000}
ONCE = {"sleep_many"}  # a second each: no repetitions
ENOUGH_NS = 1e8


class Failed(Exception):
    pass


def run_program(program, workload, **options):
    """One process; the fields of each line that it prints. A million tasks take their time."""
    command = [program, workload, *(f"{k}={v}" for k, v in options.items())]
    shown = " ".join([os.path.basename(program), *command[1:]])
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=900)
    except subprocess.TimeoutExpired:
        raise Failed(f"{shown}: took over a quarter of an hour")
    if run.returncode != 0:
        raise Failed(f"{shown}: status {run.returncode}: {run.stderr.strip()}")
    return [parse_line(line) for line in run.stdout.splitlines()]


def parse_line(line):
    name, impl, threads, ops, wall, cpu, rss, *extra = line.split("\t")
    sample = {"ops": int(ops), "wall_ns": float(wall), "cpu_ns": float(cpu), "peak_kib": int(rss)}
    for pair in " ".join(extra).split():
        key, _, value = pair.partition("=")
        sample[key] = float(value)
    return sample


def pick_ops(contestant, workload, threads):
    """As many as it does in a tenth of a second: by powers of two, from a few."""
    ops = FIXED_OPS.get(workload, 1000)
    while workload not in FIXED_OPS:
        sample = run_program(contestant.program, workload, threads=threads, ops=max(ops, 1000),
                             repeat=1, warm_ms=20)[0]
        # At least a nanosecond: a clock may stand still over so few.
        ops = sample["ops"]
        took = max(sample["cpu_ns"] * ops, sample["wall_ns"] / 20 * ops, 1)
        if took >= ENOUGH_NS:
            break
        ops *= 2 ** min(5, max(1, int(math.log2(ENOUGH_NS / took))))
    return ops


def measure(edo, peers, workload, threads, rounds):
    """A list of results, one for each contestant, edo first."""
    contestants = [c for c in (edo, *peers) if c.takes_part(workload, threads)]
    ops = {c.name: pick_ops(c, workload, threads) for c in contestants}
    options = {"threads": threads, "repeat": 1 if workload in ONCE else REPEAT,
               "warm_ms": 1000 if workload in TOUCHES_STACKS else 200}
    samples = {c.name: [] for c in contestants}
    twice = {}
    for turn in range(rounds):
        # Each round begins with another one, so that nobody always follows the same neighbour.
        for c in contestants[turn % len(contestants):] + contestants[:turn % len(contestants)]:
            samples[c.name].append(run_program(c.program, workload, ops=ops[c.name], **options))
    for c in contestants if workload not in FIXED_OPS else ():
        twice[c.name] = run_program(c.program, workload, ops=2 * ops[c.name], **options)
    return [summary(c.name, workload, threads, samples, twice) for c in contestants]


def summary(name, workload, threads, samples, twice):
    flat = [s for turn in samples[name] for s in turn]
    cpu, wall = [s["cpu_ns"] for s in flat], [s["wall_ns"] for s in flat]
    result = {"workload": workload, "threads": threads, "name": name, "ops": flat[0]["ops"],
              "cpu_ns": statistics.median(cpu), "cpu_ns_fastest": min(cpu),
              "wall_ns": statistics.median(wall), "wall_ns_fastest": min(wall),
              "peak_kib": max(s["peak_kib"] for s in flat)}
    for key in flat[0]:
        if key not in ("ops", "cpu_ns", "wall_ns", "peak_kib"):
            result[key] = statistics.median(s[key] for s in flat)
    if name in twice:
        result["scale"] = 2 * statistics.median(s["cpu_ns"] for s in twice[name]) / result["cpu_ns"]
    if name != "edo":
        result["ratio"] = ratio_of_rounds(samples["edo"], samples[name])
    return result


def ratio_of_rounds(edo, peer):
    """edo's CPU time over the peer's in each round; the median and the extremes."""
    ratios = [statistics.median(s["cpu_ns"] for s in e) / statistics.median(s["cpu_ns"] for s in p)
              for e, p in zip(edo, peer)]
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def show(results):
    for r in results:
        ratio = r.get("ratio")
        print(f"{r['workload']:21} {r['threads']}  {r['name']:11} {r['cpu_ns']:9.1f} CPU ns/op "
              f"(fastest {r['cpu_ns_fastest']:.1f}), {r['wall_ns']:.1f} wall"
              + (f", edo/it {ratio['median']:.2f} ({ratio['least']:.2f}..{ratio['most']:.2f})"
                 if ratio else ""))
        if "scale" in r and not 1.6 <= r["scale"] <= 2.5:
            print(f"  {r['name']}: twice the ops took {r['scale']:.2f} times as long")
    sys.stdout.flush()
