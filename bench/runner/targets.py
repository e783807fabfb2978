"""What edo is to reach, and whether a run's results do: each target's figure, limit and verdict."""

from . import contestants, plain

# Ratios of CPU time per op, edo over the peer, at most: {workload: {peer: (one thread, two)}}.
HALF_OF_TOKIO = {"tokio": (0.5, 0.5), "go": (1.0, 1.0)}
MICRO = {
    "spawn_join": HALF_OF_TOKIO,
    "chain": HALF_OF_TOKIO,
    "ping_pong": HALF_OF_TOKIO,
    "yield1000": HALF_OF_TOKIO,
    "select2": HALF_OF_TOKIO,
    "yield1": {"go": (0.6, 0.6)},
    "spawn_detached_latch": {"tokio": (0.7, 1.0)},
    "skynet": {"tokio": (0.7, 1.0)},
    "timer_cancel": {"tokio": (0.5, 0.5)},
    "timeout_churn": {"tokio": (0.5, 0.5)},
    "sleep_many": {"tokio": (1.0, 1.0)},
    "spawn_blocking": {"tokio": (0.7, 0.7)},
    "spawn_blocking_100": {"tokio": (0.7, 0.7)},
    "block_in_place": {"tokio": (0.7, 0.7)},
    "file_tree": {"tokio": (0.3, 0.3)},
    "framed_lines": {"tokio": (0.5, 0.5)},
}
MICRO.update({workload: HALF_OF_TOKIO for workload in contestants.SYNC})
FOUR_WORKERS = {"mutex_contended": 1.5}  # CPU time of an op over that with one worker
NET_EPOLL = {"tcp_echo": 1.05, "tcp_echo_16k": 1.05, "tcp_pipelined": 1.05, "tcp_echo_1000": 1.10,
             "tcp_echo_16k_1000": 1.10, "churn": 1.05, "udp_echo": 1.05, "hello": 1.05, "hello_1000": 1.10}  # one thread
NET_PROXIES = ("proxy_bulk", "proxy_request")  # which have no bare epoll server beside them
NET_OTHERS = ("tokio", "go")  # below these with one thread and two
INSTRUCTIONS_ABOVE_EPOLL = 600
# A call that happens a few times a time slice is no call of a request.
CALLS_TOLERANCE = 0.02
MEMORY = {"idle_tasks": 5.2 * 1024, "idle_poll_tasks": 200,
          "idle_stackless_tasks": 200 + 128}  # and its frame
CONNECTIONS = {"edo": 5.2 * 1024, "edo, poll function": 400}


class Verdict:
    """`figure` is to be at most `limit`; `least`: what the best of its rounds had."""

    def __init__(self, what, figure, limit, unit="", least=None):
        self.what, self.figure, self.limit, self.unit = what, figure, limit, unit
        self.least = figure if least is None else least
        self.met = figure <= limit


def of_ratio(what, row, limit):
    return Verdict(what, row["ratio"]["median"], limit, least=row["ratio"]["least"])


def find(rows, **want):
    return next((r for r in rows if all(r.get(k) == v for k, v in want.items())), None)


def threads_text(threads):
    return {1: "one thread", 2: "two threads", 4: "four threads"}[threads]


def of_micro(results):
    for workload, peers in MICRO.items():
        for name, limits in peers.items():
            for threads, limit in zip((1, 2), limits):
                row = find(results["micro"], workload=workload, threads=threads, name=name)
                if row:
                    yield of_ratio(f"{workload}, {threads_text(threads)}, CPU time / {name}'s",
                                   row, limit)


def of_four_workers(results):
    for workload, limit in FOUR_WORKERS.items():
        one, four = (find(results["micro"], workload=workload, threads=t, name="edo")
                     for t in (1, 4))
        if one and four:
            yield Verdict(f"{workload}, four threads, CPU time / one thread's",
                          four["cpu_ns"] / one["cpu_ns"], limit)


def of_lateness(results):
    for threads in (1, 2):
        edo, go = (find(results["micro"], workload="sleep_many", threads=threads, name=n)
                   for n in ("edo", "go"))
        if edo and go:
            yield Verdict(f"sleep_many, {threads_text(threads)}, mean lateness",
                          edo["late_mean_us"], go["late_mean_us"], "us")


def of_calls(results):
    """No system call per op, no allocation per op."""
    # sleep_many is not busy: between two ticks of the clock its worker sleeps, which is a call.
    for row in (r for r in results["witness"] if r["workload"] != "sleep_many"):
        for threads, calls in row["calls"].items():
            yield Verdict(f"{row['workload']}, {threads_text(int(threads))}, system calls per op",
                          sum(calls.values()), CALLS_TOLERANCE)
    for row in results["micro"]:
        if row["name"] == "edo" and row["workload"].startswith(("spawn", "chain", "skynet")):
            yield Verdict(f"{row['workload']}, {threads_text(row['threads'])}, allocations per op",
                          row["allocs_per_op"], 0.01)


def of_net(results):
    for workload in (*NET_EPOLL, *NET_PROXIES):
        row = find(results["net"], workload=workload, threads=1, name="epoll")
        if row:
            yield of_ratio(f"{workload}, one thread, CPU time / bare epoll's", row, NET_EPOLL[workload])
        for name in NET_OTHERS:
            for threads in (1, 2):
                row = find(results["net"], workload=workload, threads=threads, name=name)
                if row:
                    yield of_ratio(f"{workload}, {threads_text(threads)}, CPU time / {name}'s",
                                   row, 1.0)


def of_plain(results):
    for row in results.get("plain", ()):
        kind = "CPU time" if row["key"] == "cpu_ns" else "time"
        yield of_ratio(f"{row['what']}, {kind} / its", row, plain.LIMITS[row["what"]])


def of_redis(results):
    for row in results.get("redis", ()):
        for key, what, limit in (("one_to_redis", "one thread, CPU time / redis-server's", 1.0),
                                 ("two_to_one", "two threads, CPU time / one thread's", 1.15)):
            yield of_ratio(f"{row['workload']}, {what}", {"ratio": row[key]}, limit)


def of_tail(results):
    for row in results.get("tail", ()):
        if row["name"] == "tokio":
            yield of_ratio("tail, two threads, p99 / tokio's", row, 1.0)


def of_requests(results):
    for edo in (r for r in results["requests"] if r["name"] == "edo"):
        epoll = find(results["requests"], workload=edo["workload"], name="epoll")
        if not epoll:
            continue
        yield Verdict(f"{edo['workload']}, system calls per request, with bare epoll's as the limit",
                      sum(edo["calls"].values()), sum(epoll["calls"].values()) + CALLS_TOLERANCE)
        yield Verdict(f"{edo['workload']}, instructions per request above bare epoll's",
                      edo["instructions"] - epoll["instructions"], INSTRUCTIONS_ABOVE_EPOLL)


def of_idle(results):
    for row in results["memory"]:
        if row["name"] == "edo":
            yield Verdict(f"{row['workload']}, {row['tasks']:,} of them, memory and page tables each",
                          row["rss"] + row["page_tables"], MEMORY[row["workload"]], "B")
    for row in results["connections"]:
        if row["name"] in CONNECTIONS:
            yield Verdict(f"{row['connections']:,} idle connections ({row['name']}), memory and page tables each",
                          row["used_bytes"] + row["page_table_bytes"], CONNECTIONS[row["name"]], "B")
    for row in results["quiet"]:
        yield Verdict(f"system calls of an idle runtime of {row['workers']} workers in "
                      f"{row['seconds']} s", sum(row["calls"].values()), 0)


def of(results):
    return [v for group in (of_micro, of_four_workers, of_lateness, of_calls, of_plain, of_net, of_redis, of_tail, of_requests, of_idle)
            for v in group(results)]
