"""What costs nothing, or should: an idle runtime's system calls, a waiting task's memory."""
import os
import re
import subprocess
import tempfile

from . import contestants, machine, micro

QUIET = os.path.join(contestants.BUILD, "edo-quiet")
SETTLE_S = 12  # a spare thread, should strace make the monitor start one, ends after ten
TASKS = 1_000_000


def quiet(workers=64, seconds=10):
    """System calls that an idle runtime makes: {name: how many}, by the times in strace's log."""
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run(["strace", "-f", "-ttt", "-o", log.name, QUIET, f"workers={workers}",
                        f"ms={int((SETTLE_S + seconds) * 1000)}"], check=True, timeout=120)
        lines = log.read().splitlines()
    main = lines[0].split()[0]
    begin = next(float(line.split()[1]) for line in reversed(lines)
                 if line.split()[0] == main and "clock_nanosleep(" in line)
    counts = {}
    for line in lines:
        when = float(line.split()[1]) - begin
        found = re.match(r"\d+\s+[\d.]+ (\w+)\(", line)
        # Half a second before the end the main thread may be back already.
        if found and SETTLE_S <= when < SETTLE_S + seconds - 0.01:
            counts[found[1]] = counts.get(found[1], 0) + 1
    return {"workers": workers, "seconds": seconds, "calls": counts}


def show_quiet(result):
    print(f"idle runtime of {result['workers']} workers: {sum(result['calls'].values())} system "
          f"calls in {result['seconds']} s {result['calls'] or ''}", flush=True)


def memory(contestant, workload, tasks=TASKS):
    """Bytes of a waiting task, resident and page tables; with huge pages always on if allowed."""
    with machine.huge_pages("always") as setting:
        row = micro.run_program(contestant.program, workload, ops=tasks, repeat=1, warm_ms=0)[0]
    return {"workload": workload, "name": contestant.name, "tasks": tasks, "huge_pages": setting,
            "rss": row["rss"], "page_tables": row["page_tables"], "cpu_ns": row["cpu_ns"]}


def show_memory(r):
    print(f"{r['tasks']} waiting tasks: {r['name']:6} {r['workload']:16} "
          f"{r['rss'] + r['page_tables']:.0f} bytes each ({r['page_tables']:.0f} of them page tables; "
          f"huge pages {r['huge_pages']}), {r['cpu_ns']:.0f} CPU ns each", flush=True)
