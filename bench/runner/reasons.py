"""Why targets are missed, as far as it is known: a pattern on a verdict's `what`, and the reason.

The first pattern that matches counts. A reason says what was counted or measured, and by what; one
that was only thought of doesn't belong here. `stale` finds those whose target has gone.
"""
import fnmatch

OWN_INSTRUCTIONS = (
    "The system calls are the same, so it is edo's own instructions: the task's stack is switched to "
    "and left again for each wait, an operation takes the source's lock twice, and a future is set up "
    "for it.")
SECOND_WORKER = (
    "The system calls of a request are Tokio's, but the second worker is called more often: 0.08 "
    "writes to an eventfd a request of `tcp_echo`, Tokio's 0.0002 (perf). A write takes 25 us here, as "
    "it interrupts another virtual CPU, and is a tenth of the time. Tried and slower than the 12.4 us "
    "of then: to register a connection with the worker of its first wait (12.6 to 15), to let an idle "
    "worker look at the other's epoll set (15.0), to call only from 5 or 9 ready tasks on (13.4, "
    "15.2). From 1,001 on it is Tokio's time (10.6), but a long request holds up those behind it.")

REASONS = (
    ("spawn_join, one thread, CPU time / tokio's",
     "No part of it stands out in callgrind's list. Of its instructions almost three quarters are "
     "those of `chain`, a spawn and an end; the rest is the join, which comes to a header that 999 "
     "others, of 192 bytes each, have pushed out of the first cache."),
    ("yield1000, *, CPU time / tokio's",
     "A turn has three read-modify-writes and touches two to three cache lines of a task's header and "
     "stack; Tokio's futures lie denser."),
    ("spawn_detached_latch, *, CPU time / tokio's",
     "All 100,000 headers are touched for the first time, with a page fault every few of them; Tokio's "
     "allocator gives out what was freed in the round before."),
    ("select2, two threads, CPU time / go's",
     "Both channels take a lock for each message."),
    ("timer_cancel, *, CPU time / tokio's",
     "40 of its 104 ns are spent on reading the clock, once to arm the timer and once to add it: a "
     "virtual machine's clock takes longer."),
    ("sleep_many, two threads, CPU time / tokio's",
     "A third of the time is the first touch of 100,000 stacks, a quarter the timers, which lie on "
     "those stacks."),
    ("tcp_pipelined, one thread, CPU time / bare epoll's",
     "16 requests fill the handler's 1,024 bytes to the last one, so a read does not show that nothing "
     "is left, and the next one says EAGAIN: two reads for each batch where bare epoll makes one "
     "(perf). The calls in the table below were counted under strace, which slows the server until "
     "the next batch is always there."),
    ("tcp_pipelined, one thread, CPU time / tokio's",
     "Tokio makes the same calls, two reads for a batch of 16 among them (perf). Its 60 instructions a "
     "request lie between edo's 50, if the next batch is there already, and 79 (callgrind)."),
    ("tcp_*, one thread, CPU time / tokio's",
     OWN_INSTRUCTIONS + " Some 1,200 of `tcp_echo`'s are edo's own, and 840 Tokio's (callgrind)."),
    ("tcp_*, one thread, CPU time / bare epoll's", OWN_INSTRUCTIONS),
    ("tcp_*_1000, two threads, CPU time / *",
     "epoll_wait is called more often than Tokio does: 0.09 times a request of 64 bytes and 0.14 times "
     "one of 16 KiB, Tokio's 0.04 and 0.03 (perf). The other calls are the same."),
    ("tcp_*, two threads, CPU time / *", SECOND_WORKER),
    ("churn, one thread, CPU time / bare epoll's",
     "A descriptor is taken out of the epoll set before it is closed, as a child of fork may keep its "
     "description open, whose events would go on coming; bare epoll saves that call."),
    ("churn, one thread, CPU time / tokio's",
     "3,490 instructions of its own a connection, of which Tokio needs 3,280 (callgrind)."),
    ("churn, two threads, CPU time / *",
     "0.4 writes to an eventfd a connection call the other worker, Tokio's are 0.03; and the first read, "
     "tried before the connection is registered, is mostly in vain: three reads a connection where "
     "Tokio makes two (perf)."),
    ("sleep_many, two threads, mean lateness",
     "The late ones are due while the 100,000 stacks are being touched for the first time, and wait for "
     "a worker: 2 to 20 ms in the first 0.7 s of a run, 0.7 ms after it (measured by hand). The clock's "
     "tick of a millisecond is half a millisecond of that."),
    ("tcp_echo_1000, system calls per request, *",
     "recv and send are fewer than bare epoll's. What is above them are connections that were still "
     "being opened or closed in one of the two runs whose difference this is, and epoll_wait, which "
     "bare epoll calls less than once in 500 of these requests."),
    ("tcp_*, instructions per request above bare epoll's",
     "Two holds of the source's lock for each operation, the switch to the task and back, the set-up "
     "of the futures."),
    ("churn, instructions per request above bare epoll's",
     "A task, a stream and a source are made and ended for each connection. Tokio's are 3,280 "
     "(callgrind), edo's 3,490."),
    ("idle_poll_tasks, *",
     "The waiting future has 88 bytes, the header before it 144; cells for them are whole cache lines, "
     "here 256 bytes."),
    ("* idle connections (edo, poll function), *",
     "The handler's own future has 248 bytes and the header before it 144, for which there is a cell of "
     "512; the source has 120, the stream with malloc's part 48. Huge pages add the rest: 683 bytes "
     "each without them."),
)
UNKNOWN = "No reason known yet."


def matches(pattern, verdict):
    return fnmatch.fnmatchcase(verdict.what, pattern)


def pattern_of(verdict):
    return next((pattern for pattern, _ in REASONS if matches(pattern, verdict)), None)


def of(verdict):
    return dict(REASONS).get(pattern_of(verdict), UNKNOWN)


def stale(verdicts):
    """Patterns that are the reason of no target, missed or met."""
    used = {pattern_of(verdict) for verdict in verdicts}
    return [pattern for pattern, _ in REASONS if pattern not in used]
