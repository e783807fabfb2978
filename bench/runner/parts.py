"""The parts of a run, in its order: each measures and fills its list in the results.

A benchmark that fails is a line in results["failures"], and the run goes on.
"""
import subprocess

from . import contestants, idle, micro, net, plain, redis, witness

ERRORS = (micro.Failed, net.Failed, subprocess.SubprocessError, OSError, StopIteration)
ON_FOUR = ("mutex_contended",)  # edo alone, on four workers too


def attempt(results, what, measure, show, into):
    try:
        found = measure()
    except ERRORS as error:
        results["failures"].append(f"{what}: {error}")
        print(f"failed: {what}: {error}", flush=True)
        return
    show(found)
    into += found if isinstance(found, list) else [found]


def present(peers, results):
    return [p for p in peers if contestants.base(p) not in results["missing"]]


def lacks(results, part, *tools):
    absent = [tool for tool in tools if not contestants.has(tool)]
    if absent:
        results["missing"][part] = "not installed: " + ", ".join(absent)
    return bool(absent)


def that_edo_has(names, results):
    """What its program lacks yet is named in the results, and passed over."""
    have = contestants.edo_names()
    for name in names:
        workload = name.removeprefix("witness_")
        if workload not in have and workload not in results["lacking"]:
            results["lacking"].append(workload)
            print(f"passed over: edo has no {workload} yet", flush=True)
    return [name for name in names if name.removeprefix("witness_") in have]


def run_micro(names, rounds, results):
    peers = present(contestants.MICRO_PEERS, results)
    for name in that_edo_has(names, results):
        for threads in (1, 2, 4) if name in ON_FOUR else (1, 2):
            attempt(results, f"{name}, {threads} threads",
                    lambda: micro.measure(contestants.EDO, peers, name, threads, rounds),
                    micro.show, results["micro"])


def run_witness(names, _rounds, results):
    if lacks(results, "witness", "strace", "valgrind"):
        return
    for name in that_edo_has(names, results):
        attempt(results, f"witness of {name}", lambda: witness.measure(contestants.EDO, name),
                witness.show, results["witness"])


def run_net(names, rounds, results):
    peers = present(net.PEERS, results)
    for name in names:
        if net.WORKLOADS[name].load.startswith("wrk") and lacks(results, name, "wrk"):
            continue
        for threads in (1, 2):
            attempt(results, f"{name}, {threads} threads",
                    lambda: net.measure(net.EDO, peers, name, threads, min(rounds, 3)), net.show,
                    results["net"])


def run_plain(names, rounds, results):
    for name in names:
        attempt(results, name, lambda: plain.measure(name.removeprefix("plain_"), rounds), plain.show,
                results["plain"])


def run_redis(names, rounds, results):
    if lacks(results, "redis", "redis-server", "redis-benchmark"):
        return
    for name in names:
        attempt(results, name, lambda: redis.measure(name, rounds), redis.show, results["redis"])


def run_tail(_names, _rounds, results):
    peers = present(net.PEERS, results)
    attempt(results, "tail", lambda: net.tail(net.EDO, peers), net.show_tail, results["tail"])


def run_requests(names, _rounds, results):
    if lacks(results, "requests", "strace", "valgrind"):
        return
    for name in names:
        for server in (net.EDO, *present((net.EPOLL,), results)):
            attempt(results, f"requests of {name}, {server.name}",
                    lambda: net.count(server, name.removeprefix("requests_")), net.show_count,
                    results["requests"])


def run_memory(names, _rounds, results):
    peers = [p for p in present(contestants.MICRO_PEERS, results) if p.name != "boostfiber"]
    if "idle_tasks" in names:
        for contestant in (contestants.EDO, *peers):
            attempt(results, f"idle_tasks, {contestant.name}",
                    lambda: idle.memory(contestant, "idle_tasks"), idle.show_memory,
                    results["memory"])
    for name in ("idle_poll_tasks", "idle_stackless_tasks"):
        if name in names:
            attempt(results, name, lambda: idle.memory(contestants.EDO, name), idle.show_memory,
                    results["memory"])


def run_connections(_names, _rounds, results):
    for server in (net.EDO, net.EDO_POLL, *present(net.PEERS, results)):
        attempt(results, f"idle connections, {server.name}", lambda: net.idle(server),
                net.show_idle, results["connections"])


def run_quiet(_names, _rounds, results):
    if not lacks(results, "quiet", "strace"):
        attempt(results, "idle runtime", idle.quiet, idle.show_quiet, results["quiet"])


NAMES = {
    "micro": contestants.EVERYTHING + contestants.BLOCKING + contestants.FRAMES + contestants.SYNC,
    "witness": tuple("witness_" + n for n in contestants.EVERYTHING + contestants.SYNC),
    "plain": tuple("plain_" + n for n in plain.NAMES),
    "net": tuple(net.WORKLOADS),
    "redis": tuple(redis.CASES),
    "tail": ("tail",),
    "requests": tuple("requests_" + n for n in net.COUNTED),
    "memory": ("idle_tasks", "idle_poll_tasks", "idle_stackless_tasks"),
    "connections": ("idle_connections",),
    "quiet": ("idle_runtime",),
}
RUN = {"micro": run_micro, "witness": run_witness, "plain": run_plain, "net": run_net,
       "redis": run_redis, "tail": run_tail, "requests": run_requests,
       "memory": run_memory, "connections": run_connections, "quiet": run_quiet}
