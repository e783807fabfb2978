"""Where and of what a run was made."""
import os
import platform
import subprocess
import time

THP = "/sys/kernel/mm/transparent_hugepage/enabled"


def text_of(command):
    run = subprocess.run(command, capture_output=True, text=True)
    return run.stdout.strip()


def cpu_model():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def describe():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    system = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    return {"cpu": cpu_model(), "cpus": os.cpu_count(), "memory_gib": round(memory / 2**30),
            "kernel": platform.release(), "system": system.get("PRETTY_NAME", "").strip('"'),
            "virtual": text_of(["systemd-detect-virt", "--vm"]) or "unknown",
            "compiler": text_of(["cc", "--version"]).split("\n")[0],
            "huge_pages": thp_setting()}


def commit(root):
    name = text_of(["git", "-C", root, "rev-parse", "--short=12", "HEAD"])
    changed = text_of(["git", "-C", root, "status", "--porcelain", "src", "include", "bench"])
    return name + (" with changes" if changed else "")


def now():
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())


def thp_setting():
    try:
        return open(THP).read().split("[")[1].split("]")[0]
    except (OSError, IndexError):
        return "unknown"


class huge_pages:
    """Sets transparent huge pages for a stretch of time, where that is allowed."""

    def __init__(self, setting):
        self.setting = setting

    def __enter__(self):
        self.before = thp_setting()
        return self.write(self.setting)

    def __exit__(self, *_):
        self.write(self.before)

    def write(self, setting):
        try:
            with open(THP, "w") as file:
                file.write(setting)
        except OSError:
            pass
        return thp_setting()
