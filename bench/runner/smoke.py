"""Shows that edo's benchmarks run and that their checks hold; says nothing of time."""
import socket
import subprocess

from . import contestants, idle, net

# A hundred thousand sleepers are no quick check, nor are thousands of files.
OPS = {"sleep_many": 1000, "skynet": 10_000, "file_tree": 200, "file_tree_plain": 200, "copy_large": 1,
       "spawn_true": 20, "posix_spawn_true": 20}
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
    with net.running(server, threads, workload) as s:
        row = net.run_load(workload.load, s.port, seconds=20, warmup=0, requests=REQUESTS)
    return None if row["requests"] >= REQUESTS else f"{row['requests']:.0f} requests"


def hello():
    """Two requests at once, and one whose end comes in two pieces."""
    with net.running(net.EDO, 1, net.WORKLOADS["hello"]) as s:
        with socket.create_connection(("127.0.0.1", s.port), 20) as conn, conn.makefile("rb") as answers:
            conn.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r")
            conn.sendall(b"\n")
            conn.shutdown(socket.SHUT_WR)
            got = answers.read()
    return None if got.count(b"HTTP/1.1 200 OK\r\n") == got.count(b"Hello, world\n") == 3 else repr(got)


def proxy():
    net.measure_once(net.EDO, "proxy_bulk", 2)


def quiet():
    subprocess.run([idle.QUIET, "workers=8", "ms=1"], check=True, timeout=60)


def checks():
    for name in contestants.edo_names():
        for threads in (1, 2):
            yield f"{name}, {threads} threads", lambda n=name, t=threads: micro(n, t)
    for name, workload in {**net.WORKLOADS, "tail": net.TAIL}.items():
        if not workload.load.startswith("wrk") and not workload.behind:  # wrk can't be told how many
            yield f"{name}, 2 threads", lambda w=workload: echo(w, 2, net.EDO)
    yield "tcp_echo, poll function", lambda: echo(net.WORKLOADS["tcp_echo"], 1, net.EDO_POLL)
    yield "hello, 1 thread", hello
    yield "proxy_bulk, 2 threads", proxy
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
