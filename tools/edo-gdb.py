"""gdb commands for programs that use edo: `edo tasks` and `edo bt [ID]`.

    (gdb) source edo-gdb.py

Both read memory and run nothing, so they work on a core file as on a live process. They need the
debug information of libedo (its usual build has it: -O2 -g), and nothing of the program's.
"""
import re

import gdb
import gdb.unwinder

# Of a task's state word: src/sched/state.h.
ACTIVE, COMPLETE, CANCELED = 1, 4, 8
STACKFUL, POLLED = 0, 1  # enum task_kind: src/sched/task.h; above it: blocking calls


def statics(name, path):
    """The static variables of this name in this file: one for each libedo in the process."""
    return [s for s in gdb.lookup_static_symbols(name) if s.symtab.filename.endswith(path)]


def text(pointer):
    """The string behind a char pointer; None for NULL or what can't be read."""
    try:
        return pointer.string() if int(pointer) else None
    except gdb.error:
        return None


class Task:
    """A task that has not ended, as its header says."""

    def __init__(self, header):
        self.header = header
        self.address = int(header.address)
        self.word = int(header["state"])
        self.id = int(header["id"])
        kind = int(header["kind"])
        self.has_stack, self.polled, self.is_call = kind == STACKFUL, kind == POLLED, kind > POLLED
        self.place = text(header["place"]) or "an unknown place"
        extra = header["extra"]
        self.name = (text(extra.dereference()["name"].address.cast(char_pointer()))
                     if int(extra) else None)
        # A polled task's header ends before its stack.
        self.stack = (header["stack"].dereference() if self.has_stack and int(header["stack"])
                      else None)

    def runtime(self):
        sched = self.header["sched"].dereference()
        name = text(sched["name"])
        return f"{int(sched['id'])} \"{name}\"" if name else str(int(sched["id"]))

    def stack_size(self):
        if not self.has_stack:
            return 0
        return int(self.stack["size"] if self.stack else self.header["stack_size"])

    def saved_sp(self):
        return int(self.header["ctx"]["sp"])

    def state(self, threads):
        """Of one that is active: it runs if there is a thread that does, and else is queued."""
        said = "canceled, " if self.word & CANCELED else ""
        thread = threads.of(self)
        if thread:
            return said + f"running on thread {thread.num} ({thread.ptid[1]})"
        if self.word & ACTIVE:
            return said + ("queued" if self.stack or self.polled else "queued, not started")
        return said + ("waits for a thread" if self.is_call else "suspended")


def char_pointer():
    return gdb.lookup_type("char").pointer()


def tasks():
    """All tasks of all runtimes, by their ids."""
    roots = statics("chunks", "sched/task_slab.c")
    if not roots:
        raise gdb.GdbError("There is no libedo here, or it has no debug information.")
    header = gdb.lookup_type("struct edo_task_header")
    found = []
    for root in roots:
        chunk = root.value()
        while int(chunk):
            first, size = int(chunk["objects"]), int(chunk["object_size"])
            for i in range(int(chunk["count"])):
                slot = gdb.Value(first + i * size).cast(header.pointer()).dereference()
                # A slot that is free, or holds a task that has ended, is COMPLETE.
                if not int(slot["state"]) & COMPLETE:
                    found.append(Task(slot))
            chunk = chunk["next"]
    return sorted(found, key=lambda t: t.id)


class Threads:
    """Which thread runs which task: by its record, or else by its stack pointer."""

    def __init__(self):
        self.by_task, self.by_sp = {}, []
        records = statics("record", "sched/thread.c")
        with Selection():
            for thread in gdb.selected_inferior().threads():
                thread.switch()
                self.by_sp.append((int(gdb.newest_frame().read_register("sp")), thread))
                for record in records:
                    try:
                        # Of blocking code, the thread is in no task.
                        task = int(record.value()["task"]) or int(record.value()["on_behalf"])
                    except gdb.error:
                        continue  # no thread-local variables: no libthread_db, or a static program
                    if task:
                        self.by_task[task] = thread

    def of(self, task):
        if task.address in self.by_task:
            return self.by_task[task.address]
        if task.stack:
            low = int(task.stack["low"])
            for sp, thread in self.by_sp:
                if low <= sp < low + int(task.stack["size"]):
                    return thread
        return None


class Selection:
    """The selected thread and frame are again what they were."""

    def __enter__(self):
        self.thread = gdb.selected_thread()
        if not self.thread:
            raise gdb.GdbError("There is no process and no core file.")
        self.frame = gdb.selected_frame().level()

    def __exit__(self, *_):
        if self.thread.is_valid():
            self.thread.switch()
            gdb.execute(f"frame {self.frame}", to_string=True)


def words(address, count):
    pointer = gdb.lookup_type("unsigned long").pointer()
    at = gdb.Value(address).cast(pointer)
    return [int(at[i]) for i in range(count)]


def has_type(name):
    try:
        gdb.lookup_type(name)
        return True
    except gdb.error:
        return False


def saved_registers(sp):
    """What a suspended task goes on with. The lay-outs: src/context/machine_*.c, switch_ucontext.c."""
    arch = gdb.newest_frame().architecture().name()
    if has_type("switch_place"):
        if not arch.startswith("i386:x86-64"):
            raise gdb.GdbError(f"edo: no backtraces of ucontext tasks on {arch}.")
        place = gdb.Value(sp).cast(gdb.lookup_type("switch_place").pointer())
        saved = place["uc"]["uc_mcontext"]["gregs"]
        names = ("r8 r9 r10 r11 r12 r13 r14 r15 rdi rsi rbp rbx rdx rax rcx rsp rip").split()
        all_of_them = {name: int(saved[i]) for i, name in enumerate(names)}
        return {n: all_of_them[n] for n in "rbx rbp r12 r13 r14 r15 rsp rip".split()}
    if arch.startswith("i386:x86-64"):
        saved = dict(zip("r15 r14 r13 r12 rbx rbp rip".split(), words(sp, 7)))
        return dict(saved, rsp=sp + 7 * 8)
    if arch.startswith("aarch64"):
        names = ["x29", "pc"] + [f"x{n}" for n in range(19, 29)]
        saved = dict(zip(names, words(sp, 12)))
        saved["pc"] &= (1 << 48) - 1  # without its signature
        return dict(saved, sp=sp + 20 * 8)
    raise gdb.GdbError(f"edo: no backtraces of suspended tasks on {arch}.")


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class TaskUnwinder(gdb.unwinder.Unwinder):
    """While a task is shown, the caller of the thread's innermost frame is the task's.

    Registers of a core file can't be set, so the task's are given to gdb as saved by that frame.
    """

    def __init__(self):
        super().__init__("edo-task")
        self.registers = None
        self.thread_sp = None

    def __call__(self, pending):
        if self.registers is None or int(pending.read_register("sp")) != self.thread_sp:
            return None
        sp = self.registers.get("rsp") or self.registers["sp"]
        # Its own id lies below the task's frames: gdb stops where callers lie below callees.
        below = gdb.Value(sp - 64).cast(pending.read_register("sp").type)
        info = pending.create_unwind_info(FrameId(below, pending.read_register("pc")))
        for name, value in self.registers.items():
            register = pending.read_register(name)
            info.add_saved_register(name, gdb.Value(value).cast(register.type))
        return info

    def show(self, task, options):
        """The task's backtrace as text."""
        with Selection():
            self.thread_sp = int(gdb.newest_frame().read_register("sp"))
            self.registers = saved_registers(task.saved_sp())
            gdb.invalidate_cached_frames()
            try:
                shown = gdb.execute(f"backtrace {options}", to_string=True)
            finally:
                self.registers = None
                gdb.invalidate_cached_frames()
        at = re.search(r"^#1 ", shown, re.MULTILINE)
        shown = shown[at.start():] if at else "its stack can't be read\n"
        return re.sub(r"^#(\d+) ( ?)", lambda m: f"#{int(m[1]) - 1:<3}", shown, flags=re.MULTILINE)


unwinder = TaskUnwinder()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)


class EdoCommand(gdb.Command):
    """Looks at the tasks of a program that uses edo."""

    def __init__(self):
        super().__init__("edo", gdb.COMMAND_STACK, prefix=True)


class EdoTasks(gdb.Command):
    """Lists the tasks of every runtime: id, state, stack, runtime, name, place of the spawn."""

    def __init__(self):
        super().__init__("edo tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        threads = Threads()
        rows = [("ID", "STATE", "STACK", "RUNTIME", "NAME", "SPAWNED AT")]
        for t in tasks():
            size = f"{t.stack_size() >> 10} KiB" if t.has_stack else "none"
            rows.append((str(t.id), t.state(threads), size, t.runtime(), t.name or "-", t.place))
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        for row in rows:
            print("  ".join(cell.ljust(w) for cell, w in zip(row, widths)) + "  " + row[5])
        print(f"{len(rows) - 1} task{'s' if len(rows) != 2 else ''}")


class EdoBacktrace(gdb.Command):
    """edo bt [ID] [OPTIONS of backtrace]: one task's backtrace, or those of all suspended ones."""

    def __init__(self):
        super().__init__("edo bt", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = re.match(r"\s*(\d+)\b", argument)
        options = argument[wanted.end():] if wanted else argument
        threads = Threads()
        shown = [t for t in tasks()
                 if (t.id == int(wanted[1]) if wanted else not threads.of(t))]
        if wanted and not shown:
            raise gdb.GdbError(f"There is no task {wanted[1]}; `edo tasks` lists them.")
        for t in shown:
            name = f" \"{t.name}\"" if t.name else ""
            print(f"task {t.id}{name} ({t.state(threads)}), spawned at {t.place}")
            print(self.backtrace(t, threads.of(t), options))

    def backtrace(self, task, thread, options):
        if task.polled:
            future = text(task.header["fut"]["ops"]["name"]) or "without a name"
            return f"it has no stack; its future: {future}\n"
        if thread:
            with Selection():
                thread.switch()
                return gdb.execute(f"backtrace {options}", to_string=True)
        if not task.stack:
            return "it has not started\n"
        return unwinder.show(task, options)


EdoCommand()
EdoTasks()
EdoBacktrace()
