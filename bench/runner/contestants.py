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
# Its spawns cost a map of memory each: 100,000 tasks at once are too many.
FIBER = ("spawn_join", "chain", "skynet", "yield1", "yield1000", "ping_pong",
         "timeout_churn")


class Contestant:
    def __init__(self, name, program, workloads, threads=(1, 2), packages=()):
        self.name, self.program, self.packages = name, program, packages
        self.workloads, self.threads = workloads, threads

    def takes_part(self, workload, threads):
        return workload in self.workloads and threads in self.threads


EDO = Contestant("edo", os.path.join(BUILD, "edo-bench"), EVERYTHING)
# Boost.Fiber on one thread only: with more, its idle threads spin, and CPU time says nothing.
MICRO_PEERS = (
    Contestant("tokio", os.path.join(PEERS, "bench-tokio"), EVERYTHING,
               packages=("librust-tokio-dev", "rustc-web")),
    Contestant("go", os.path.join(PEERS, "bench-go"), EVERYTHING, packages=("golang-1.19-go",)),
    Contestant("boostfiber", os.path.join(PEERS, "bench-boostfiber"), FIBER, threads=(1,),
               packages=("libboost-fiber1.74-dev",)),
)


def package_version(package):
    run = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                         capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else None


def build_peers(targets):
    """Builds each; returns {program: why it is missing}."""
    missing = {}
    for target in targets:
        run = subprocess.run(["make", "-C", os.path.join(ROOT, "bench", "peers"), f"OUT={PEERS}",
                              os.path.join(PEERS, target)], capture_output=True, text=True)
        if run.returncode != 0:
            missing[target] = (run.stderr.strip().splitlines() or ["make failed"])[-1]
    return missing


def versions(contestants):
    """{name: "package version, ..."}"""
    return {c.name: ", ".join(f"{p} {package_version(p)}" for p in c.packages)
            for c in contestants if c.packages}


def edo_names():
    """What edo-bench has, by its own list."""
    run = subprocess.run([EDO.program], capture_output=True, text=True)
    return [line.strip() for line in run.stderr.splitlines()[1:]]


def has(tool):
    return shutil.which(tool) is not None
