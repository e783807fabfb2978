"""Shows that edo's benchmarks run and that their checks hold; says nothing of time."""
import subprocess

from . import contestants, idle, net

# A hundred thousand sleepers are no quick check.
OPS = {"sleep_many": 1000, "skynet": 10_000}
REQUESTS = 300


def micro(name, threads):
    run = subprocess.run([contestants.EDO.program, name, f"threads={threads}",
                          f"ops={OPS.get(name, 2000)}", "repeat=2", "warm_ms=0"],
                         capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        return f"status {run.returncode}: {run.stderr.strip()}"
    lines = run.stdout.splitlines()
    if len(lines) != 2 or not all(line.startswith(f"{name}\tedo\t{threads}\t") for line in lines):
        return "printed " + repr(run.stdout)
    return None


def echo(workload, threads, server):
    load, buf = net.WORKLOADS[workload]
    with net.running(server, threads, buf) as s:
        row = net.run_load(load, s.port, seconds=20, warmup=0, requests=REQUESTS)
    return None if row["requests"] >= REQUESTS else f"{row['requests']:.0f} requests"


def quiet():
    subprocess.run([idle.QUIET, "workers=8", "ms=1"], check=True, timeout=60)


def checks():
    for name in contestants.edo_names():
        for threads in (1, 2):
            yield f"{name}, {threads} threads", lambda n=name, t=threads: micro(n, t)
    for workload in net.WORKLOADS:
        yield f"{workload}, 2 threads", lambda w=workload: echo(w, 2, net.EDO)
    yield "tcp_echo, poll function", lambda: echo("tcp_echo", 1, net.EDO_POLL)
    yield "idle runtime", quiet


def run():
    passed = failed = 0
    for what, check in checks():
        try:
            wrong = check()
        except (net.Failed, subprocess.SubprocessError, OSError) as error:
            wrong = str(error)
        if wrong:
            print(f"failed: {what}: {wrong}")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed > 0
