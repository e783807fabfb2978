"""Why targets are missed, as far as it is known: a pattern on a verdict's `what`, and the reason.

The first pattern that matches counts. A reason says what was counted or measured, and by what; one
that was only thought of doesn't belong here. `stale` finds those whose target has gone.
"""
import fnmatch

OWN_INSTRUCTIONS = (
    "The system calls are the same, and nine tenths of the time are the kernel's: of `tcp_echo` 5.7 % are edo's "
    "own code and 4.8 % Tokio's (perf). By turns, the two servers of `tcp_echo` take the same: 3,786 and 3,757 ns, "
    "the medians of nine.")
TOO_MANY_STACKS = (
    " With 1,000 connections edo's own code is 9.5 % (perf), of which a third are waits for memory: a task's stack is "
    "a page of its own, which is in neither the caches nor the TLB.")
FIRST_TOUCH = (
    "madvise, for the first touch of the tasks' stacks: 1,200 to 3,000 a run, whether of 20,000 ops or of 400,000 "
    "(strace); the difference of two short runs is luck.")
SECOND_WORKER = (
    "A request's system calls are Tokio's. The other worker is called for a backlog of a tenth of a "
    "millisecond alone, some hundred times a second (counted by hand). What is left is as on one thread: "
    "edo's own instructions.")

REASONS = (
    ("spawn_join, two threads, system calls per op",
     "A worker that has run dry sleeps in epoll_wait and is called by a write."),
    ("yield1000, two threads, system calls per op", FIRST_TOUCH),
    ("ping_pong_many, two threads, system calls per op", FIRST_TOUCH),
    ("spawn_join, two threads, CPU time / tokio's",
     "With one thread it is 54 ns, 0.43. With two the second worker takes tasks off the first one's queue, which is "
     "8 % of the time, and then a task's end and its join come to the header on different processors: "
     "task_complete, edo_join and task_free are a quarter (perf)."),
    ("spawn_join, one thread, CPU time / tokio's",
     "0.85 of Tokio's instructions (callgrind). Four fifths of them are those of `chain`, a spawn and an "
     "end; the rest is the join, which comes to a header that 999 others, of 128 bytes each, have pushed "
     "out of the first cache."),
    ("chain, *, CPU time / tokio's",
     "0.87 of Tokio's instructions (callgrind): a task that ends has a stack to be taken and given back, "
     "where Tokio frees a future."),
    ("ping_pong, *, CPU time / tokio's",
     "0.93 of Tokio's instructions (callgrind), a switch of stacks among them. A message to a receiver "
     "that sleeps has eight read-modify-writes (counted in the source), of which two are the task's."),
    ("ping_pong_many, *, CPU time / tokio's",
     "0.95 of Tokio's instructions (callgrind), and more memory: a pair has two stacks, two headers "
     "of two cache lines and two channels of six; a tenth of the time is the first touch of a waiter "
     "on the stack of a receiver that is woken (perf)."),
    ("notify, *, CPU time / tokio's",
     "0.94 of Tokio's instructions (callgrind); eight read-modify-writes each way are a fifth of the "
     "time (perf)."),
    ("yield1000, *, CPU time / tokio's",
     "0.78 of Tokio's instructions (callgrind). Each turn touches another page, a stack's, where "
     "Tokio's futures lie side by side."),
    ("mpsc_unbounded_4_1, one thread, CPU time / tokio's",
     "Twice Tokio's instructions (callgrind). The senders are faster than the receiver, so most messages "
     "lie in memory at the same time, 16 bytes each where Tokio has 8: a tenth of the time are page "
     "faults (perf). Both sides ask whether they may wait, which Tokio's send doesn't."),
    ("select2, *, CPU time / tokio's",
     "1.5 times Tokio's instructions (callgrind): each arm is a future of its own with a waiter, which "
     "is cancelled and taken out of its channel when the other one has won."),
    ("timeout_churn, one thread, CPU time / tokio's",
     "0.90 of Tokio's instructions (callgrind): an op is `ping_pong`'s messages, and a timer each way. A tenth "
     "of the time is the wheel's lock, taken to add the timer and to take it out; 6 % the clock (perf)."),
    ("semaphore, one thread, CPU time / tokio's",
     "0.78 of Tokio's instructions (callgrind). Each op waits, so it takes the queue's lock twice: a fifth "
     "of the time (perf)."),
    ("semaphore, two threads, CPU time / tokio's",
     "With one worker it is 80 ns. Where both run its tasks, a quarter of the time goes on spinning for "
     "the queue's lock, which each op takes twice, and a third on the waits and permits under it, whose "
     "lines both processors write (perf)."),
    ("watch, one thread, CPU time / tokio's",
     "0.83 of Tokio's instructions (callgrind); a wait and a look have seven read-modify-writes."),
    ("mpsc_1_1, two threads, CPU time / *",
     "With one thread it is 15 ns. A sender that has used up its budget stands in the queue beside the "
     "receiver it has woken, so the other worker is called; then each finds the channel full or empty, "
     "and sleeps again: a third of the time is the kernel's switching of threads (perf)."),
    ("mpsc_4_1, two threads, CPU time / *",
     "As `mpsc_1_1`: 17 ns with one thread. A seventh is the kernel's switching of threads, half of it "
     "the exchanges on the permits, the tail and the slots, whose lines both processors write (perf)."),
    ("watch, two threads, CPU time / tokio's",
     "A quarter of the time is the kernel's switching of threads, since every change wakes receivers "
     "that another worker then runs (perf)."),
    ("spawn_blocking, one thread, CPU time / tokio's",
     "The kernel's waking and switching of two threads is 85 % of it (perf), and where it puts them is luck: by "
     "hand, in turns, edo's runs took 7, 15 and 42 us an op, Tokio's 13, 20 and 22. Where both threads are on one "
     "processor it is 2 us at best; where each wake interrupts another virtual CPU, 40 and more."),
    ("mutex_*, CPU time / go's",
     "A lock and its unlock are some 55 instructions, two exchanges among them (the disassembly): a lock "
     "asks whether its task may wait, and spends a unit of its budget."),
    ("rwlock_read, *, CPU time / *",
     "An unlock is a look at the word and an exchange, which fails while another processor changes it "
     "(the disassembly): it has to know that nobody waits before it lets go, as whoever is next may free "
     "the lock. Go adds, which can't fail. And a lock asks whether its task may wait."),
    ("spawn_detached_latch, *, CPU time / tokio's",
     "All headers, of 128 bytes each, are written before the first task runs, and are out of the caches "
     "by then. With 192 bytes each it took 1.2 times as long. There are no page faults once a round has "
     "gone before (counted)."),
    ("select2, two threads, CPU time / go's",
     "Both channels take a lock for each message."),
    ("timer_cancel, *, CPU time / tokio's",
     "edo takes 67 ns with one thread and with two, Tokio 278 with one and 118 with two. A third of edo's is spent "
     "on reading the clock to arm the timer (perf): a virtual machine's clock takes longer."),
    ("sleep_many, *, CPU time / tokio's",
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
    ("tcp_echo_16k_1000, one thread, CPU time / bare epoll's",
     "Bare epoll reads everything into one buffer; edo's server lends one from a pool for each request, which is "
     "93 instructions (callgrind). The rest is as with 64 bytes."),
    ("tcp_*_1000, one thread, CPU time / *", OWN_INSTRUCTIONS + TOO_MANY_STACKS),
    ("hello_1000, *, CPU time / *", OWN_INSTRUCTIONS + TOO_MANY_STACKS),
    ("tcp_*, one thread, CPU time / tokio's",
     OWN_INSTRUCTIONS + " edo's are 806 of a request of `tcp_echo`, and Tokio's 735 (callgrind)."),
    ("tcp_*, one thread, CPU time / bare epoll's", OWN_INSTRUCTIONS),
    ("hello, one thread, CPU time / *", OWN_INSTRUCTIONS),
    ("hello, two threads, CPU time / *",
     "One round; in the run before, at f2f3d18, it was at most 1. " + SECOND_WORKER),
    ("udp_echo, one thread, CPU time / *",
     "The system calls are the same: 5.5 % of the time are edo's own code and 4.6 % Tokio's (perf)."),
    ("tcp_*, two threads, CPU time / *", SECOND_WORKER),
    ("proxy_request, *, CPU time / tokio's",
     "The system calls are the same, and nine tenths of the time are the kernel's: 8.2 % are edo's own code and 5.0 % "
     "Tokio's (perf), 3,370 instructions a request since 1e2e526, 3,990 before, and 2,007 (callgrind). Tokio's server "
     "on one thread has its scheduler of one thread; edo's task has a stack, which is switched to twice a request, and "
     "looks at both directions when it is woken for one."),
    ("churn, one thread, CPU time / bare epoll's",
     "A descriptor is taken out of the epoll set before it is closed, as a child of fork may keep its "
     "description open, whose events would go on coming; bare epoll saves that call."),
    ("churn, one thread, CPU time / tokio's",
     "3,360 instructions of its own a connection, where Tokio needs 2,760 (callgrind)."),
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
    ("*, system calls per request, *",
     "The calls are bare epoll's but for getrusage, by which a worker asks whether a long run was one of "
     "work alone; strace makes all runs long. Since then a runtime of one thread doesn't ask."),
    ("tcp_echo_16k, instructions per request above bare epoll's",
     "To take the buffer and to give it back are 93 (callgrind), and a lent read goes by the function that all kinds of "
     "operations share, where that of `tcp_echo` is inlined."),
    ("tcp_*, instructions per request above bare epoll's",
     "A wait, the switch to the task and back, and the counting of calls under way. Of `tcp_echo`'s 806 the read "
     "and its wait take 218, the write 99, the worker's loop 167, the event 83, what stands around the system "
     "calls 88, the switch 64, the push and its mark 68 (callgrind)."),
    ("churn, instructions per request above bare epoll's",
     "A task, a stream and a source are made and ended for each connection. Tokio's are 2,760 "
     "(callgrind), edo's 3,360."),
    ("* idle connections (edo), *",
     "A page of the stack, the header, the source and the stream are 4,480 bytes, and the page table's part for a "
     "stack, which is 81 pages from the next, 648."),
    ("* idle connections (edo, poll function), *",
     "The handler's own future has 240 bytes and the header before it 104; the source has 152, the stream "
     "with malloc's part 48."),
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
