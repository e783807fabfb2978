"""docs/performance.md, made of the results of a run."""
import textwrap

from . import reasons, targets

# What an op is, and of what it is a floor or ceiling.
OPS = {
    "spawn_join": "a task that returns a number, spawned among 1,000 and joined",
    "spawn_detached_latch": "a task nobody joins, one of 100,000 spawned in one go, that counts down; each of "
                            "Tokio's holds a counted reference to the latch, edo's a pointer",
    "chain": "a task that spawns the next one and ends",
    "skynet": "a leaf of a tree of tasks, ten to a node, that sum through a channel a node: edo's is the least "
              "that does, on the node's stack, the others' are their own",
    "yield1": "a yield of a task that is alone",
    "yield1000": "a yield of one of 1,000 tasks that take turns",
    "ping_pong": "a round trip through two channels with room for one",
    "timeout_churn": "such a round trip under a timeout that never fires",
    "select2": "a message out of a select over two channels",
    "timer_cancel": "a timer of ten seconds, added among 1,000 and cancelled",
    "sleep_many": "one of 100,000 tasks that sleep up to a second at once",
    "spawn_blocking": "a call on a thread for blocking calls, made and joined before the next one",
    "spawn_blocking_100": "the same, of a hundred at a time",
    "block_in_place": "a function called in place by a task that is alone, and a yield",
    "file_tree": "one of 10,000 small files in the page cache, read as a whole",
    "framed_lines": "a line of 40 bytes, encoded, through a pipe in memory, and decoded by another task",
}
SYNC = {
    "mpsc_1_1": "a message of 8 bytes through a channel with room for 128, one sender",
    "mpsc_4_1": "the same with four senders",
    "mpsc_unbounded_4_1": "the same without a bound; a sender yields after 128 messages",
    "oneshot": "a channel for one value, made, sent into, received from and freed by one task",
    "watch": "a value set, after which the sender yields; four receivers wait for each change and may "
             "skip some",
    "broadcast": "a message that four receivers get, in a channel with room for 1,024; the sender "
                 "yields while the slowest is as far behind",
    "ping_pong_many": "a round trip of one of 1,000 pairs of tasks, through two channels with room for "
                      "one",
    "mutex_uncontended": "a lock and unlock of a task that is alone",
    "mutex_contended": "the same in one of eight tasks that add to a counter",
    "mutex_held": "the same, yielding before the unlock",
    "semaphore": "one of four permits acquired, a yield and its release, in one of eight tasks",
    "rwlock_read": "a read lock and its unlock in one of eight tasks that only read",
    "notify": "a round trip of two tasks that notify one another",
}
NET = {
    "tcp_echo": "50 connections, 64 bytes",
    "tcp_echo_1000": "1,000 connections, 64 bytes",
    "tcp_echo_16k": "50 connections, 16 KiB; edo's server lends its buffers from a pool, bare epoll's has one "
                    "for all, the others' connections have one each",
    "tcp_echo_16k_1000": "1,000 connections, 16 KiB, as above",
    "tcp_pipelined": "50 connections, 64 bytes, 16 requests in flight on each",
    "udp_echo": "UDP, 16 clients with 4 datagrams of 64 bytes in flight each",
    "churn": "connect, one echo of 64 bytes, close; 50 at a time. The peers set TCP_NODELAY of each connection, "
             "which is one system call more; edo's inherit it from their listener",
    "hello": "HTTP, 50 connections that are kept, 13 bytes of body; asked by wrk",
    "hello_1000": "the same, 1,000 connections",
    "proxy_bulk": "a KiB that a proxy passes on, one way, on one of 8 connections",
    "proxy_request": "an echo of 64 bytes through a proxy, 50 connections",
}
PARTS = {"micro": "tasks, channels and timers", "witness": "their calls and instructions",
         "plain": "edo beside the system's own", "net": "echo servers", "redis": "edo-mini-redis", "tail": "the slowest at a fixed rate", "requests": "calls and instructions of a request",
         "memory": "waiting tasks", "connections": "idle connections", "quiet": "the idle runtime"}
HEAD = """# Performance

<!-- Made by tools/bench-report of bench/results/latest.json; don't edit it. -->

What edo's tasks, timers and sockets cost, beside what its peers take for the same on the same
machine in the same run: the contestants take turns, so what else the machine does hits all alike.
Quote the ratios; the nanoseconds are this machine's.

"""


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value):
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}".rstrip("0").rstrip(".")


def run_facts(r):
    m = r["machine"]
    rows = [("Command", f"`{r['command']}`"), ("Commit", f"`{r['commit']}`"),
            ("When", f"{r['begun']} to {r['ended']}"),
            ("Machine", f"{m['cpu']}, {m['cpus']} CPUs, {m['memory_gib']} GiB"
             + ("" if m["virtual"] in ("none", "unknown") else f", virtual ({m['virtual']})")),
            ("System", f"{m['system']}, Linux {m['kernel']}, {m['compiler']}"),
            *((name, text) for name, text in r["versions"].items())]
    text = table(("", ""), rows)
    for what, why in r["missing"].items():
        text += f"\nMissing from this run: {what} ({why}).\n"
    if r.get("lacking"):
        text += f"\nNot measured, as edo's program has no such benchmark: {', '.join(r['lacking'])}.\n"
    absent = [part for part in PARTS if not r.get(part)]
    if absent:
        text += f"\nNot in this run: {', '.join(PARTS[part] for part in absent)}.\n"
    for failure in r["failures"]:
        text += f"\nFailed in this run: {failure}\n"
    return text


def target_table(verdicts):
    def row(v):
        unit = f" {v.unit}" if v.unit else ""
        by = f"{v.figure / v.limit:.2f} times it" if v.limit else "0 was asked"
        return (v.what, number(v.figure) + unit, number(v.limit) + unit, "met" if v.met else by)

    lost = [v for v in verdicts if not v.met]
    text = f"{len(verdicts) - len(lost)} of {len(verdicts)} targets are met"
    text += f"; {len(lost)} are missed:\n\n" if lost else ".\n\n"
    head = ("what", "figure", "at most", "")
    if lost:
        text += table(head, [row(v) for v in lost]) + "\n" + reason_list(lost) + "\n"
    return text + "Met:\n\n" + table(head, [row(v) for v in verdicts if v.met])


def reason_list(lost):
    """Why they are missed: a reason and the targets that it is the reason of."""
    whats = {}
    for v in lost:
        near = " (its rounds lie on both sides of the limit)" if v.least <= v.limit else ""
        whats.setdefault(reasons.of(v), []).append(v.what + near)
    unknown = whats.pop(reasons.UNKNOWN, None)
    if unknown:
        whats[reasons.UNKNOWN] = unknown  # last
    return "Why:\n\n" + "".join(
        textwrap.fill(f"- {'; '.join(what)}: {text}", 100, subsequent_indent="  ",
                      break_long_words=False, break_on_hyphens=False) + "\n"
        for text, what in whats.items())


def ratio_text(row):
    r = row["ratio"]
    text = f"{r['median']:.2f}"
    if r["least"] != r["most"]:  # one round has no spread
        text += f" ({r['least']:.2f} to {r['most']:.2f})"
    return f"**{text}**" if r["median"] > 1 else text


def comparison(rows, names, order, key_of):
    """A line for each workload and number of threads: edo's figure, then edo / peer."""
    lines = []
    for workload in order:
        for threads in (1, 2, 4):
            edo = targets.find(rows, workload=workload, threads=threads, name="edo")
            if not edo:
                continue
            line = [workload, str(threads), number(edo[key_of])]
            for name in names:
                peer = targets.find(rows, workload=workload, threads=threads, name=name)
                line.append(f"{ratio_text(peer)}; {number(peer[key_of])}" if peer else "")
            lines.append(line)
    return table(("workload", "threads", "edo, ns", *(f"edo / {n}; its ns" for n in names)), lines)


def ops_list(rows, ops):
    """What an op of each is, of those that were run; empty if none was."""
    return "".join(f"- `{name}`: an op is {what}.\n" for name, what in ops.items()
                   if targets.find(rows, workload=name))


def off_scale(rows, order):
    bad = [f"{row['workload']} ({row['name']}, {targets.threads_text(row['threads'])}): "
           f"{row['scale']:.2f}" for row in rows
           if row["workload"] in order and "scale" in row and not 1.6 <= row["scale"] <= 2.5]
    if not bad:
        return ""
    return ("\nTwice the ops should take twice the time. Where it took less than 1.6 or more "
            "than 2.5 times\nas long, the figure is no cost per op: " + "; ".join(bad) + ".\n")


def micro_part(r):
    text = ops_list(r["micro"], OPS)
    if not text:
        return ""
    text += ("\nCPU time of all threads per op: edo's nanoseconds, then edo's over each peer's, the "
             "median of\nthe rounds with the least and the most. Over 1, where edo is the slower one, "
             "in bold. With one\nthread each runs on one; Boost.Fiber has no second column of threads, "
             "as its idle threads spin.\n\n")
    text += comparison(r["micro"], ("tokio", "go", "boostfiber"), OPS, "cpu_ns")
    late = [(row["name"], str(row["threads"]), number(row["late_mean_us"]),
             number(row["late_max_us"])) for row in r["micro"] if row["workload"] == "sleep_many"]
    if late:
        text += "\nHow late `sleep_many` wakes (never early: that ends the run):\n\n"
        text += table(("", "threads", "mean, us", "at most, us"), late)
    return text + off_scale(r["micro"], OPS)


def sync_part(r):
    text = ops_list(r["micro"], SYNC)
    if not text:
        return ""
    return (text + "\nCPU time of all threads per op, as above.\n\n"
            + comparison(r["micro"], ("tokio", "go"), SYNC, "cpu_ns") + off_scale(r["micro"], SYNC))


def witness_part(r):
    rows = [(row["workload"], number(row["instructions"]) if "instructions" in row else "",
             *(", ".join(f"{n} {c:g}" for n, c in row["calls"][t].items()) or "none"
               for t in ("1", "2"))) for row in r["witness"]]
    return ("Instructions (callgrind, one thread) and system calls (strace) per op of edo's alone: "
            "differences\nof two runs that differ in their ops. Calls below 0.005 per op are left "
            "out.\n\n"
            + table(("workload", "instructions", "calls, one thread", "calls, two threads"), rows))


def net_part(r):
    text = "".join(f"- `{name}`: {what}.\n" for name, what in NET.items()
                   if targets.find(r["net"], workload=name))
    text += ("\nThe server's own CPU time per request, over the loopback; the load generator checks "
             "each byte.\n\n")
    text += comparison(r["net"], ("epoll", "uv", "tokio", "go"), NET, "cpu_ns")
    rows = [(row["workload"], row["name"], f"{sum(row['calls'].values()):.3f}",
             ", ".join(f"{n} {c:g}" for n, c in row["calls"].items()), number(row["instructions"]))
            for row in r["requests"]]
    if rows:
        text += "\nSystem calls and user instructions per request, one thread, the server alone:\n\n"
        text += table(("workload", "server", "calls", "which", "instructions"), rows)
    return text


PLAIN = {
    "file_tree beside file_tree_plain": "a small file of the page cache, beside open, fstat, read and close",
    "spawn_true beside posix_spawn_true": "`true` started and waited for, beside posix_spawn and waitpid; by the clock",
    "copy_large beside cp": "a file of 128 MiB, beside cp, whose start is counted too",
}


def plain_part(r):
    rows = [(PLAIN[row["what"]], number(row["edo"] / 1000), number(row["plain"] / 1000), ratio_text(row))
            for row in r["plain"]]
    return ("By turns with what blocks its thread; a single thread.\n\n"
            + table(("an op is", "edo, us", "the other, us", "edo / it"), rows))


def redis_part(r):
    rows = [(row["workload"], number(row["redis_ns"]), number(row["one_ns"]), number(row["two_ns"]),
             ratio_text({"ratio": row["one_to_redis"]}), f"{row['two_to_one']['median']:.2f}")
            for row in r["redis"]]
    return ("CPU time of the server per request, the kernel's share included, by redis-benchmark: the command, "
            "how\nmany clients, and how many requests each sends at a time.\n\n"
            + table(("workload", "redis-server, ns", "edo, one thread", "two threads", "edo / redis-server",
                     "two / one"), rows))


def tail_part(r):
    rows = [(row["name"], number(row["edo_p99_us"]), number(row["p99_us"]), ratio_text(row))
            for row in r.get("tail", ())]
    return ("20,000 requests a second over 256 connections, whether they are answered or not, one in a hundred "
            "of\nwhich takes a millisecond of work; two threads. The time counts from when a request was due. "
            "Pairs of\nruns, edo's and a peer's; the medians.\n\n"
            + table(("beside", "edo's p99, us", "its p99, us", "edo / it"), rows))


def idle_part(r):
    rows = [(f"{row['tasks']:,} waiting tasks: {row['workload']}", row["name"],
             number(row["rss"]), number(row["page_tables"])) for row in r["memory"]]
    rows += [(f"{row['connections']:,} idle connections, after an echo", row["name"],
              number(row["used_bytes"]), number(row["page_table_bytes"]))
             for row in r["connections"]]
    text = table(("what", "whose", "resident bytes each", "page tables each"), rows)
    settings = {row["huge_pages"] for row in r["memory"]}
    if settings:
        text += f"\nTransparent huge pages were set to: {', '.join(sorted(settings))}.\n"
    for row in r["quiet"]:
        text += (f"\nAn idle runtime of {row['workers']} workers made {sum(row['calls'].values())} "
                 f"system calls in {row['seconds']} s.\n")
    return text


def make(results):
    parts = [("The run", run_facts(results)), ("Targets", target_table(targets.of(results)))]
    parts += [(title, make_part(results)) for title, make_part, keys in (
        ("Tasks, channels, timers", micro_part, ("micro",)),
        ("Channels and locks", sync_part, ("micro",)),
        ("Witnesses", witness_part, ("witness",)),
        ("Beside the system's own", plain_part, ("plain",)),
        ("Echo servers", net_part, ("net", "requests")),
        ("edo-mini-redis", redis_part, ("redis",)),
        ("The slowest", tail_part, ("tail",)),
        ("Waiting", idle_part, ("memory", "connections", "quiet"))) if any(results.get(k) for k in keys)]
    return HEAD + "\n".join(f"## {title}\n\n{text}" for title, text in parts if text)
