"""What edo itself does per op: system calls (strace) and instructions (callgrind).

Each is the difference of two runs that differ in their ops alone, so start and end cancel out.
"""
import os
import re
import subprocess
import tempfile

# Those of a thousand tasks touch as many stacks, once a run, at other times: it needs many ops to be little.
OPS = {"sleep_many": 2000, "skynet": 20_000, "yield1000": 400_000, "ping_pong_many": 200_000}
DEFAULT_OPS = 20_000
# A few calls happen once a run or once a time slice (the monitor's tick, a late park), whatever
# the ops; below this share they are noise.
NOISE_PER_OP = 0.005


def ops_of(workload):
    return OPS.get(workload, DEFAULT_OPS)


def bench_command(program, workload, threads, ops):
    return [program, workload, f"threads={threads}", f"ops={ops}", "repeat=1", "warm_ms=0",
            f"warm_ops={2 * ops_of(workload)}"]


def strace_counts(command):
    """{system call: how often}, all threads."""
    with tempfile.NamedTemporaryFile("r") as out:
        subprocess.run(["strace", "-c", "-f", "-o", out.name, *command], check=True,
                       capture_output=True, timeout=300)
        return parse_strace(out.read())


def parse_strace(text):
    counts = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 5 and re.fullmatch(r"[\d.]+", fields[0]) and fields[-1] != "total":
            counts[fields[-1]] = int(fields[3])
    return counts


def calls_per_op(program, workload, threads):
    """{system call: per op}; what is below the noise is left out."""
    ops = ops_of(workload)
    once = strace_counts(bench_command(program, workload, threads, ops))
    twice = strace_counts(bench_command(program, workload, threads, 2 * ops))
    per_op = {name: (twice.get(name, 0) - once.get(name, 0)) / ops for name in {*once, *twice}}
    return {name: round(n, 4) for name, n in sorted(per_op.items()) if n > NOISE_PER_OP}


def callgrind_total(command):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + os.devnull,
                          *command], check=True, capture_output=True, text=True, timeout=600)
    return int(re.search(r"Collected\s*:\s*(\d+)", run.stderr)[1])


def instructions_per_op(program, workload):
    ops = ops_of(workload)
    once = callgrind_total(bench_command(program, workload, 1, ops))
    twice = callgrind_total(bench_command(program, workload, 1, 2 * ops))
    return (twice - once) / ops


def measure(edo, name):
    workload = name.removeprefix("witness_")
    result = {"workload": workload, "ops": ops_of(workload),
              "calls": {str(t): calls_per_op(edo.program, workload, t) for t in (1, 2)}}
    if workload != "sleep_many":  # time goes on while callgrind dawdles
        result["instructions"] = round(instructions_per_op(edo.program, workload), 1)
    return result


def show(result):
    calls = "; ".join(f"{t} thread{'s' * (t != '1')}: "
                      + (", ".join(f"{n} {c}" for n, c in calls.items()) or "none")
                      for t, calls in result["calls"].items())
    print(f"{result['workload']:21} {result.get('instructions', '-')} instructions/op; "
          f"system calls/op {calls}", flush=True)
