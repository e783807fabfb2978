"""What can't be quicker than the system itself: edo beside plain calls that block, and beside cp, by turns."""
import os
import statistics
import tempfile

from . import contestants, micro

# {edo's benchmark: (what it is held against, the figure that counts, edo's over it at most)}
CALLS = {
    "file_tree": ("file_tree_plain", "cpu_ns", 1.3),
    "spawn_true": ("posix_spawn_true", "wall_ns", 1 / 0.95),  # 0.95 of its rate
    "copy_large": ("cp", "cpu_ns", 1.05),
}
NAMES = tuple(CALLS)
LIMITS = {f"{name} beside {plain}": limit for name, (plain, _, limit) in CALLS.items()}
COPIED = 128 << 20  # as COPIED of bench/micro/files.c
COPIES = 4


def cp(**_options):
    """Its processor time, its start's included, for a copy of that many bytes."""
    with tempfile.TemporaryDirectory() as folder:
        whole, copy = os.path.join(folder, "from"), os.path.join(folder, "to")
        with open(whole, "wb") as file:
            for _ in range(COPIED >> 20):
                file.write(os.urandom(1 << 20))
        spent = []
        for _ in range(COPIES):
            child = os.posix_spawnp("cp", ["cp", whole, copy], os.environ)
            _, status, used = os.wait4(child, 0)
            if status:
                raise micro.Failed("cp failed")
            spent.append({"cpu_ns": (used.ru_utime + used.ru_stime) * 1e9})
            os.unlink(copy)
        return spent


def once(name, key, ops):
    if name == "cp":
        samples = cp()
    else:
        samples = micro.run_program(contestants.EDO.program, name, ops=ops, repeat=3, warm_ms=0)
    return statistics.median(s[key] for s in samples)


def measure(name, rounds):
    plain, key, _ = CALLS[name]
    ops = COPIES if name == "copy_large" else 200 if name == "spawn_true" else 20_000
    pairs = [(once(name, key, ops), once(plain, key, ops)) for _ in range(max(rounds, 3))]
    ratios = [edo / other for edo, other in pairs]
    return {"what": f"{name} beside {plain}", "key": key,
            "edo": statistics.median(edo for edo, _ in pairs),
            "plain": statistics.median(other for _, other in pairs),
            "ratio": {"median": statistics.median(ratios), "least": min(ratios), "most": max(ratios)}}


def show(row):
    r = row["ratio"]
    print(f"{row['what']:32} {row['edo']:.0f} and {row['plain']:.0f} {row['key']}/op, "
          f"edo/it {r['median']:.2f} ({r['least']:.2f}..{r['most']:.2f})", flush=True)
