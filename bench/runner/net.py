"""The echo servers, one after the other, under load generators that know none of them.

What counts is the server's own CPU time for a request, from its process CPU clock. All is on the
loopback, where a sender's system call also runs the receiver's part of the network stack.
"""
import contextlib
import os
import re
import socket
import statistics
import subprocess
import tempfile

from . import contestants, witness


class Workload:
    """The load and its arguments; bytes of buffer for servers that are told one; what else they are told;
    which peers know it; and whether they pass on to something: "load" itself, or an "echo" server."""

    def __init__(self, load, buf=1024, options=(), peers=("epoll", "uv", "tokio", "go"), behind=None):
        self.load, self.buf, self.options, self.peers = load, buf, options, peers
        self.behind = behind


PROXY = {"options": ("handler=proxy",), "peers": ("tokio", "go")}
HELLO = {"options": ("handler=hello",), "peers": ("epoll", "tokio", "go")}
WORKLOADS = {
    "tcp_echo": Workload("echo_load conns=50 size=64"),
    "tcp_echo_1000": Workload("echo_load conns=1000 size=64"),
    "tcp_echo_16k": Workload("echo_load conns=50 size=16384", 32768),
    "tcp_echo_16k_1000": Workload("echo_load conns=1000 size=16384", 32768),
    "tcp_pipelined": Workload("echo_load conns=50 size=64 pipeline=16"),
    "churn": Workload("churn_load conns=50 size=64"),
    "udp_echo": Workload("udp_load conns=16 size=64 pipeline=4", options=("handler=udp",),
                         peers=("epoll", "tokio", "go")),
    "hello": Workload("wrk conns=50", **HELLO),
    "hello_1000": Workload("wrk conns=1000", **HELLO),
    "proxy_bulk": Workload("pump_load conns=8", behind="load", **PROXY),
    "proxy_request": Workload("echo_load conns=50 size=64", behind="echo", **PROXY),
}
# A rate that is kept whether requests are answered or not; one in a hundred takes a millisecond of work.
TAIL = Workload("rate_load conns=256 rate=20000 burn=100", options=("handler=burn",), peers=("tokio", "go"))
TAIL_PAIRS = 9
COUNTED = ("tcp_echo", "tcp_echo_1000", "tcp_echo_16k", "tcp_pipelined", "churn")
SECONDS = 1.2
# Until every connection's stack or buffer has been touched once.
WARMUP = {"tcp_echo_1000": 1.2, "tcp_echo_16k_1000": 1.2}
IDLE_CONNECTIONS = 9000


class Server:
    def __init__(self, name, program, options=()):
        self.name, self.program, self.options = name, program, options


EDO = Server("edo", os.path.join(contestants.BUILD, "edo-echo"))
EDO_POLL = Server("edo, poll function", EDO.program, options=("handler=poll",))
EPOLL = Server("epoll", os.path.join(contestants.PEERS, "epoll-echo"))
PEERS = (EPOLL,
         Server("uv", os.path.join(contestants.PEERS, "uv-echo")),
         Server("tokio", os.path.join(contestants.PEERS, "tokio-echo")),
         Server("go", os.path.join(contestants.PEERS, "go-echo")))


class Failed(Exception):
    pass


class running:
    """A server, from its "port=N" until it is told to end."""

    def __init__(self, server, threads, workload, prefix=(), cores=None, target=None):
        self.server = server
        self.command = [*prefix, server.program, f"threads={threads}", f"buf={workload.buf}",
                        *server.options, *workload.options]
        if target:
            self.command.append(f"target={target}")
        self.cores = cores

    def __enter__(self):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True, preexec_fn=pin(self.cores))
        line = self.process.stdout.readline()
        if not line.startswith("port="):
            self.process.kill()
            raise Failed(f"{self.server.name} did not start")
        self.port = int(line[5:])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def text(self):
        self.log.seek(0)
        return self.log.read()


def pin(cores):
    return (lambda: os.sched_setaffinity(0, cores)) if cores else None


def cores_for(threads):
    """With one thread the server and the load have a CPU each."""
    have = sorted(os.sched_getaffinity(0))
    return ({have[0]}, {have[1]}) if threads == 1 and len(have) > 1 else (None, None)


def cpu_ns_of(pid):
    """What all threads of a process have run."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total


WRK_UNITS = {"us": 1, "ms": 1e3, "s": 1e6}


def wrk_times(text):
    """The quantiles that wrk prints, in microseconds: {"50": 317.0, ...}."""
    return {share: float(value) * WRK_UNITS[unit]
            for share, value, unit in re.findall(r"^ +(\d+)% +([\d.]+)(us|ms|s)$", text, re.M)}


def run_wrk(conns, port, cores, seconds, server_pid):
    """wrk knows no warm-up, no limit on requests, and nothing of the server."""
    begun = cpu_ns_of(server_pid)
    run = subprocess.run(["wrk", "-t1", f"-c{conns}", f"-d{seconds:.0f}s", "--latency",
                          f"http://127.0.0.1:{port}/"], capture_output=True, text=True,
                         timeout=240, preexec_fn=pin(cores))
    spent = cpu_ns_of(server_pid) - begun
    found = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s)", run.stdout)
    broken = re.search(r"Socket errors|Non-2xx", run.stdout)
    if run.returncode != 0 or not found or broken:
        raise Failed(f"wrk: {run.stdout.strip()} {run.stderr.strip()}")
    requests, wall_us = int(found[1]), float(found[2]) * WRK_UNITS[found[3]]
    times = wrk_times(run.stdout)
    return {"requests": requests, "rps": requests / wall_us * 1e6, "cpu_ns": spent / requests,
            "server_util": spent / wall_us / 1e3, "load_cpu_ns": 0, "p50_us": times["50"],
            "p99_us": times["99"], "errors": 0}


def run_load(text, port, cores=None, **options):
    program, *args = text.split()
    if program == "wrk":
        return run_wrk(args[0].removeprefix("conns="), port, cores, max(1, options["seconds"]),
                       options["server_pid"])
    command = [os.path.join(contestants.BUILD, program), f"port={port}", *args,
               *(f"{k}={v}" for k, v in options.items())]
    run = subprocess.run(command, capture_output=True, text=True, timeout=240,
                         preexec_fn=pin(cores))
    fields = dict(pair.split("=") for pair in run.stdout.split())
    if run.returncode != 0:
        raise Failed(f"{program} {' '.join(command[1:])}: {run.stdout.strip()} {run.stderr.strip()}")
    return {key: float(value) for key, value in fields.items()}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def behind(workload, cores):
    """The port that a proxy passes on to; None where there is none."""
    if workload.behind == "echo":
        with running(EPOLL, 1, WORKLOADS["tcp_echo"], cores=cores) as s:
            yield s.port
    else:
        yield free_port() if workload.behind else None


def measure_once(server, name, threads):
    workload = WORKLOADS[name]
    server_cores, load_cores = cores_for(threads)
    with behind(workload, load_cores) as target, \
            running(server, threads, workload, cores=server_cores, target=target) as s:
        options = {"target": target} if workload.behind == "load" else {}
        return run_load(workload.load, s.port, load_cores, seconds=SECONDS,
                        warmup=WARMUP.get(name, 0.3), server_pid=s.process.pid, **options)


def measure(edo, peers, workload, threads, rounds):
    servers = [edo, *(p for p in peers if p.name in WORKLOADS[workload].peers)]
    rows = {s.name: [] for s in servers}
    for turn in range(rounds):
        for s in servers[turn % len(servers):] + servers[:turn % len(servers)]:
            rows[s.name].append(measure_once(s, workload, threads))
    return [summary(s.name, workload, threads, rows) for s in servers]


def summary(name, workload, threads, rows):
    mine = rows[name]
    result = {"workload": workload, "threads": threads, "name": name}
    for key in ("cpu_ns", "rps", "p50_us", "p99_us", "server_util", "load_cpu_ns"):
        result[key] = statistics.median(row[key] for row in mine)
    result["cpu_ns_fastest"] = min(row["cpu_ns"] for row in mine)
    result["errors"] = max(row["errors"] for row in mine)
    if name != "edo":
        ratios = [e["cpu_ns"] / p["cpu_ns"] for e, p in zip(rows["edo"], mine)]
        result["ratio"] = {"median": statistics.median(ratios), "least": min(ratios),
                           "most": max(ratios)}
    return result


def show(results):
    for r in results:
        ratio = r.get("ratio")
        print(f"{r['workload']:18} {r['threads']}  {r['name']:6} {r['cpu_ns']:8.0f} CPU ns/request, "
              f"{r['rps']:8.0f} a second, p99 {r['p99_us']:.0f} us"
              + (f", edo/it {ratio['median']:.2f} ({ratio['least']:.2f}..{ratio['most']:.2f})"
                 if ratio else ""), flush=True)


# ---- the slowest at a fixed rate -----------------------------------------------------------------


def tail_once(server):
    with running(server, 2, TAIL) as s:
        return run_load(TAIL.load, s.port, seconds=SECONDS, warmup=0.3, server_pid=s.process.pid)


def tail(edo, peers):
    """Pairs of runs, edo's and a peer's, which of them first by turns: the median of their ratios."""
    rows = []
    for peer in (p for p in peers if p.name in TAIL.peers):
        pairs = []
        for turn in range(TAIL_PAIRS):
            order = (edo, peer) if turn % 2 == 0 else (peer, edo)
            got = {s.name: tail_once(s)["p99_us"] for s in order}
            pairs.append((got[edo.name], got[peer.name]))
        ratios = sorted(mine / its for mine, its in pairs)
        rows.append({"name": peer.name, "edo_p99_us": statistics.median(e for e, _ in pairs),
                     "p99_us": statistics.median(p for _, p in pairs),
                     "ratio": {"median": statistics.median(ratios), "least": ratios[0],
                               "most": ratios[-1]}})
    return rows


def show_tail(rows):
    for r in rows:
        print(f"tail: edo's p99 {r['edo_p99_us']:.0f} us, {r['name']}'s {r['p99_us']:.0f} us, edo/it "
              f"{r['ratio']['median']:.2f} ({r['ratio']['least']:.2f}..{r['ratio']['most']:.2f})",
              flush=True)


# ---- what a request costs in calls and instructions ----------------------------------------------


# A batch that is there already saves a wait; with few batches that is luck.
REQUESTS = {"tcp_pipelined": 100_000, "tcp_echo_1000": 10_000}


def requests_of(workload):
    return REQUESTS.get(workload, 4000)


COUNTS = 3  # the median of as many

# How often a server asks what has happened depends on how much happens meanwhile. strace slows every
# call that it sees, so these are counted in a run of their own, in which it sees no other.
WAITS = ("epoll_wait", "epoll_pwait", "epoll_pwait2")


def strace_total(server, workload, requests, *options):
    load = WORKLOADS[workload].load
    with tempfile.NamedTemporaryFile("r") as out:
        with running(server, 1, WORKLOADS[workload], ("strace", "-c", "-f", *options, "-o", out.name)) as s:
            done = run_load(load, s.port, seconds=60, warmup=0, requests=requests)["requests"]
            end_child(s)
        return witness.parse_strace(out.read()), done


def callgrind_total(server, workload, requests):
    load = WORKLOADS[workload].load
    with running(server, 1, WORKLOADS[workload], ("valgrind", "--tool=callgrind",
                                  "--callgrind-out-file=" + os.devnull)) as s:
        done = run_load(load, s.port, seconds=60, warmup=0, requests=requests)["requests"]
        s.process.terminate()
        s.process.wait(20)
        found = re.search(r"Collected\s*:\s*(\d+)", s.text())
    if not found:
        raise Failed(f"callgrind said nothing of {server.name}")
    return int(found[1]), done


def end_child(s):
    """Ends what strace runs; strace then writes its table and ends too."""
    children = open(f"/proc/{s.process.pid}/task/{s.process.pid}/children").read().split()
    for pid in children:
        os.kill(int(pid), 15)
    s.process.wait(20)


def calls_per_request(server, workload, requests, *options):
    (once, a), (twice, b) = (strace_total(server, workload, k * requests, *options) for k in (1, 2))
    return {name: (twice.get(name, 0) - once.get(name, 0)) / (b - a) for name in {*once, *twice}}


def instructions_per_request(server, workload, n):
    (once, a), (twice, b) = (callgrind_total(server, workload, k * n) for k in (1, 2))
    return (twice - once) / (b - a)


def count(server, workload):
    """System calls and instructions of a request: differences of two numbers of requests."""
    n = requests_of(workload)
    calls = calls_per_request(server, workload, n)
    waits = calls_per_request(server, workload, 10 * n, "--seccomp-bpf",
                              "-e", "trace=" + ",".join(WAITS))
    calls.update({name: waits.get(name, 0) for name in WAITS})
    result = {"workload": workload, "name": server.name,
              "calls": {k: round(v, 3) for k, v in sorted(calls.items()) if v > 0.002}}
    result["instructions"] = round(statistics.median(
        instructions_per_request(server, workload, n) for _ in range(COUNTS)), 1)
    return result


def show_count(r):
    print(f"{r['workload']:18} {r['name']:6} {sum(r['calls'].values()):.3f} system calls/request ("
          + ", ".join(f"{k} {v:.3f}" for k, v in r["calls"].items())
          + f"), {r['instructions']:.0f} instructions/request", flush=True)


# ---- memory ------------------------------------------------------------------------------------


def idle(server):
    """The server's own memory for a connection: silent, and after one echo."""
    with running(server, 1, WORKLOADS["tcp_echo"]) as s:
        row = run_load(f"idle_load conns={IDLE_CONNECTIONS}", s.port, server_pid=s.process.pid)
    return {"name": server.name, "connections": IDLE_CONNECTIONS, "idle_bytes": row["idle_bytes"],
            "used_bytes": row["used_bytes"], "page_table_bytes": row["pte_bytes"]}


def show_idle(r):
    print(f"idle connection: {r['name']:18} {r['idle_bytes']:.0f} bytes silent, {r['used_bytes']:.0f} "
          f"after an echo, page tables {r['page_table_bytes']:.0f}", flush=True)
