"""Who takes part in the micro-benchmarks, in which version, and who can't and why."""
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build", "release", "bench")
PEERS = os.path.join(ROOT, "build", "peers")

# What the programs of bench/peers do: those of edo-bench but for those that only edo has.
EVERYTHING = ("spawn_join", "spawn_detached_latch", "chain", "skynet", "yield1", "yield1000",
              "ping_pong", "timeout_churn", "select2", "timer_cancel", "sleep_many")
# Go has no words for a call that blocks.
BLOCKING = ("spawn_blocking", "spawn_blocking_100", "block_in_place", "file_tree")
FRAMES = ("framed_lines",)
SYNC = ("mpsc_1_1", "mpsc_4_1", "mpsc_unbounded_4_1", "oneshot", "watch", "broadcast",
        "ping_pong_many", "mutex_uncontended", "mutex_contended", "mutex_held", "semaphore",
        "rwlock_read", "notify")
# What Go has nothing for is left out, rather than made of something else.
GO_LACKS = ("mpsc_unbounded_4_1", "watch", "broadcast", "notify")
# Its spawns cost a map of memory each: 100,000 tasks at once are too many.
FIBER = ("spawn_join", "chain", "skynet", "yield1", "yield1000", "ping_pong",
         "timeout_churn")


class Contestant:
    def __init__(self, name, program, workloads, threads=(1, 2)):
        self.name, self.program = name, program
        self.workloads, self.threads = workloads, threads

    def takes_part(self, workload, threads):
        return workload in self.workloads and threads in self.threads


EDO = Contestant("edo", os.path.join(BUILD, "edo-bench"), EVERYTHING + BLOCKING + FRAMES + SYNC,
                 threads=(1, 2, 4))
# Boost.Fiber on one thread only: with more, its idle threads spin, and CPU time says nothing.
MICRO_PEERS = (
    Contestant("tokio", os.path.join(PEERS, "bench-tokio"), EVERYTHING + BLOCKING + FRAMES + SYNC),
    Contestant("go", os.path.join(PEERS, "bench-go"),
               EVERYTHING + tuple(name for name in SYNC if name not in GO_LACKS)),
    Contestant("boostfiber", os.path.join(PEERS, "bench-boostfiber"), FIBER, threads=(1,)),
)


def base(contestant):
    """Its program's name, which is also its target in bench/peers/Makefile."""
    return os.path.basename(contestant.program)


def build_peers():
    """Builds what it can; returns {program: why it is missing}."""
    missing = {}
    for target in ("bench-tokio", "bench-go", "bench-boostfiber", "epoll-echo", "uv-echo",
                   "tokio-echo", "go-echo"):
        run = subprocess.run(["make", "-C", os.path.join(ROOT, "bench", "peers"), f"OUT={PEERS}",
                              os.path.join(PEERS, target)], capture_output=True, text=True)
        if run.returncode != 0:
            why = [line for line in run.stderr.splitlines() if "make" not in line]
            missing[target] = why[-1] if why else "make failed"
    return missing


VERSIONS = {"tokio": ("librust-tokio-dev", "rustc-web"), "go": ("golang-1.19-go",),
            "boostfiber": ("libboost-fiber1.74-dev", "g++"), "uv": ("libuv1-dev",)}


def package_version(package):
    run = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                         capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else "of unknown version"


def versions(results):
    """{name: "package version, ..."} of the peers that took part."""
    there = {row["name"] for part in ("micro", "net", "memory") for row in results[part]}
    return {name: ", ".join(f"{p} {package_version(p)}" for p in packages)
            for name, packages in VERSIONS.items() if name in there}


def edo_names():
    """What edo-bench has, by its own list."""
    run = subprocess.run([EDO.program], capture_output=True, text=True)
    return [line.strip() for line in run.stderr.splitlines()[1:]]


def has(tool):
    return shutil.which(tool) is not None
