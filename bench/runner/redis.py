"""What a request costs edo-mini-redis and redis-server: processor time of the server, by redis-benchmark.

Each case is run by turns against redis-server, edo-mini-redis on one thread, and on two; of the rounds the
median counts. The time is what the kernel says that the server's threads have run, in the system's calls as
well; redis-benchmark runs on what processors are left.
"""
import glob
import os
import random
import socket
import statistics
import subprocess
import tempfile
import time

from . import contestants, net

MINI = os.path.join(os.path.dirname(contestants.BUILD), "edo-mini-redis")
CASES = {f"redis_{what}_{clients}" + (f"_by_{pipeline}" if pipeline > 1 else ""): (what, clients, pipeline)
         for what in ("set", "get") for clients in (50, 1000) for pipeline in (1, 16)}


def cpu_ns(pid):
    """Of all threads that the process has; those of these servers stay."""
    return sum(int(open(path).read().split()[0]) for path in glob.glob(f"/proc/{pid}/task/*/schedstat"))


class Server:
    def __init__(self, name, command):
        self.port = random.randint(10000, 30000)
        self.process = subprocess.Popen(command(self.port), stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.end()
        raise net.Failed(f"{name} doesn't answer")

    def request_ns(self, what, clients, pipeline):
        requests = 60_000 if pipeline == 1 else 300_000
        before = cpu_ns(self.process.pid)
        subprocess.run(["redis-benchmark", "-p", str(self.port), "-t", what, "-c", str(clients),
                        "-P", str(pipeline), "-n", str(requests), "-q"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        return (cpu_ns(self.process.pid) - before) / requests

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def start_all(folder):
    yield Server("redis-server", lambda port: [
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        "--dir", folder])
    for threads in (1, 2):
        yield Server("edo-mini-redis", lambda port: [
            MINI, "--threads", str(threads), "--maxclients", "2000", f"127.0.0.1:{port}"])


def ratio(over, under):
    ratios = [a / b for a, b in zip(over, under)]
    return {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}


def measure(name, rounds):
    servers = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            servers.extend(start_all(folder))
            turns = [[s.request_ns(*CASES[name]) for s in servers] for _ in range(max(rounds, 3))]
        finally:
            for server in servers:
                server.end()
    redis, one, two = zip(*turns)
    return {"workload": name, "redis_ns": statistics.median(redis), "one_ns": statistics.median(one),
            "two_ns": statistics.median(two), "one_to_redis": ratio(one, redis), "two_to_one": ratio(two, one)}


def show(r):
    print(f"{r['workload']:21} redis {r['redis_ns']:.0f}, edo {r['one_ns']:.0f} on one thread and "
          f"{r['two_ns']:.0f} on two, CPU ns/request; {r['one_to_redis']['median']:.2f} of redis's, "
          f"{r['two_to_one']['median']:.2f} of one's", flush=True)
