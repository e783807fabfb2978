/*
 * overflow_test.c: what a task that runs off its stack leaves on stderr, how the process ends, and
 * which faults are none of edo's. Each fault happens in a forked child.
 */
#include "runtime/rig.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/macros.h"
#include "context/machine.h"
#include "context/stack.h"

static char said[16384]; /* by the child */

/* Handlers of the child's are the system's, not a sanitizer's; and it writes no core file. */
static void be_plain(void)
{
    signal(SIGSEGV, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    prctl(PR_SET_DUMPABLE, 0);
}

/* The signal that ended the child; 0: none. What it wrote is in `said`. */
static int signal_of(void (*fn)(void *arg), void *arg)
{
    int status = run_child(fn, arg, said, sizeof said);
    char *of_emulator = test_is_emulated() ? strstr(said, "qemu: uncaught target signal") : NULL;

    if (of_emulator)
        *of_emulator = '\0';
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void assert_said(const char *text)
{
    if (!strstr(said, text))
        fail_msg("not \"%s\" in: %s", text, said);
}

static void assert_not_said(const char *text)
{
    if (strstr(said, text))
        fail_msg("\"%s\" in: %s", text, said);
}

static unsigned times_said(const char *text)
{
    unsigned n = 0;

    for (const char *at = said; (at = strstr(at, text)); at++)
        n++;
    return n;
}

noinline int dive_without_end(int depth);
noinline int dive_without_end(int depth)
{
    volatile char frame[512];

    memset((char *)frame, depth, sizeof frame);
    if (depth < 100000000)
        frame[1] = (char)dive_without_end(depth + 1);
    return frame[1] + frame[511];
}

static int run_over(void *arg)
{
    int depth = dive_without_end(arg != NULL);

    __asm__ volatile("" : "+r"(depth)); /* else the call would be a jump, and no frame of ours */
    return depth;
}

/* Spawns `arg` as a task with a name and waits for it. */
static int named_root(void *arg)
{
    int (*fn)(void *) = *(int (**)(void *))arg;
    edo_task t;

    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "diver"), fn, NULL, &t));
    return join_result(t);
}

static void in_runtime(edo_runtime *runtime, int (*root)(void *arg), int (*fn)(void *arg))
{
    edo_block_on(runtime, root, &fn);
    edo_runtime_free(runtime);
}

/* ---- which it was ---------------------------------------------------------------------------- */

static void overflow_on(void *arg)
{
    be_plain();
    in_runtime(*(int *)arg ? make_multi(*(int *)arg) : make_current(), named_root, run_over);
}

/* Frames in the order of calls, numbered, the middle of a deep recursion left out. */
static void assert_backtrace(void)
{
    char first[200], line[200];
    int left_out = 0;

    const char *at = strstr(said, "edo:   #0 ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "edo:   #0 %199[^\n]", first), 1);
    assert_said("edo:   #1 dive_without_end+0x");
    assert_said("edo:   #15 dive_without_end+0x");
    assert_not_said("edo:   #16 ");
    const char *gap = strstr(said, "edo:   ... ");
    assert_non_null(gap);
    assert_int_equal(sscanf(gap, "edo:   ... %d more ...", &left_out), 1);
    assert_true(left_out > 50);
    snprintf(line, sizeof line, "edo:   #%d dive_without_end+0x", left_out + 16);
    assert_said(line);
    assert_said(" run_over+0x");
    assert_said("overflow_test+0x"); /* the file, as addr2line takes it */
    assert_said(" task_entry+0x");
    assert_not_said("worker_loop"); /* the walk stays on the task's stack */
}

EDO_TEST_PLAIN(report_has_id_name_place_size_and_backtrace) /* task-083 */
{
    for (int workers = 0; workers <= 2; workers++) {
        assert_int_equal(signal_of(overflow_on, &workers), SIGSEGV);
        assert_said("edo: stack overflow in task ");
        assert_said(" \"diver\" (spawned at ");
        assert_said("overflow_test.c:");
        assert_said("): its stack is 256 KiB; ");
        assert_backtrace();
        assert_int_equal(times_said("stack overflow"), 1);
    }
}

static void overflow_in_root(void *arg)
{
    (void)arg;
    be_plain();
    edo_runtime *runtime = make_current();
    edo_block_on(runtime, run_over, NULL);
}

EDO_TEST_PLAIN(a_root_task_is_a_task)
{
    assert_int_equal(signal_of(overflow_in_root, NULL), SIGSEGV);
    assert_said("edo: stack overflow in task ");
    assert_said("overflow_test.c:");
    assert_said(" run_over+0x");
}

static void overflow_with_guard(void *arg)
{
    stack_guard_force(*(guard_kind *)arg);
    overflow_on(&(int){0});
}

EDO_TEST_PLAIN(both_kinds_of_pages_are_told)
{
    for (guard_kind kind = stack_guard_kind(); kind <= GUARD_MPROTECT; kind++) {
        assert_int_equal(signal_of(overflow_with_guard, &kind), SIGSEGV);
        assert_said(" \"diver\" (spawned at ");
        assert_backtrace();
    }
}

/* The other runtime's tasks wait on stacks of the same region. */
static void *drive_other(void *arg)
{
    edo_runtime *runtime = make_current();

    edo_block_on(runtime, wait_for_ever, arg);
    return NULL;
}

static void overflow_beside_another(void *arg)
{
    (void)arg;
    be_plain();
    start_thread(drive_other, NULL);
    edo_runtime *first = make_multi(1), *second = make_multi(1);
    spawn_on(first, wait_for_ever, NULL);
    in_runtime(second, named_root, run_over);
}

EDO_TEST_PLAIN(several_runtimes_share_the_handler)
{
    assert_int_equal(signal_of(overflow_beside_another, NULL), SIGSEGV);
    assert_said(" \"diver\" (spawned at ");
    assert_int_equal(times_said("stack overflow"), 1);
    assert_backtrace();
}

/* ---- without a guard page -------------------------------------------------------------------- */

/* Writes over the end of its stack, which a canary does not prevent, and comes back. */
static noinline void touch_below(int depth)
{
    volatile char frame[1024];

    for (size_t i = 0; i < sizeof frame; i += 16) /* a canary is 64 bytes */
        frame[i] = (char)depth;
    if (depth > 0)
        touch_below(depth - 1);
    frame[1] = frame[0];
}

static int come_back(void *arg)
{
    (void)arg;
    touch_below(260); /* some 270 KiB of 256, and not more than lies below */
    edo_yield();
    fprintf(stderr, "went on\n");
    return 0;
}

static int come_back_and_end(void *arg)
{
    (void)arg;
    touch_below(260);
    return 0;
}

static void overflow_canary(void *arg)
{
    stack_guard_force(GUARD_CANARY);
    be_plain();
    in_runtime(make_current(), named_root, *(int (**)(void *))arg);
    fprintf(stderr, "went on\n");
}

EDO_TEST_PLAIN(a_canary_is_looked_at_when_the_task_leaves)
{
    int (*ways[])(void *) = {come_back, come_back_and_end};

    for (int i = 0; i < 2; i++) {
        assert_int_equal(signal_of(overflow_canary, &ways[i]), SIGABRT);
        assert_said("edo: stack overflow in task ");
        assert_said(" \"diver\" (spawned at ");
        assert_said("it had no guard page");
        assert_not_said("went on");
#ifdef MACHINE_ASSEMBLY
        if (i == 0)
            assert_said(" come_back+0x"); /* it is suspended there */
#endif
    }
}

static int keep_within(void *arg)
{
    (void)arg;
    touch_below(200);
    return edo_yield();
}

EDO_TEST_PLAIN(a_canary_that_is_whole_is_no_overflow)
{
    int (*fn)(void *) = keep_within;

    assert_int_equal(signal_of(overflow_canary, &fn), 0);
    assert_string_equal(said, "went on\n");
}

/* ---- what is no overflow --------------------------------------------------------------------- */

/* Not a matter of the sanitizers', which would find it before the fault. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

UNCHECKED static int read_null(void *arg)
{
    return *(volatile int *)arg;
}

static const char *volatile elsewhere; /* a place in another task's guard */

static int lend_guard(void *arg)
{
    volatile char here = 0;

    (void)arg;
    bool in_guard = false;
    const stack *s = stack_find((void *)&here, &in_guard);
    elsewhere = s->low - 100;
    return edo_yield() + edo_yield();
}

UNCHECKED static int read_others_guard(void *arg)
{
    edo_task lender;

    (void)arg;
    assert_ok(edo_spawn(lend_guard, NULL, &lender));
    edo_yield();
    return *elsewhere;
}

/* The guard between its stack and the one above: from there the stack pointer isn't far. */
UNCHECKED static int read_guard_above(void *arg)
{
    volatile char here = 0;
    bool in_guard = false;
    const stack *s = stack_find((void *)&here, &in_guard);
    const char *at = s->low + s->size + STACK_GUARD_SIZE - 100;
    const stack *above = stack_find(at, &in_guard);

    (void)arg;
    return above && above != s && above->guarded && in_guard ? *(const volatile char *)at : 0;
}

/* From the top of its stack, far above the guard. */
UNCHECKED static int read_own_guard_from_afar(void *arg)
{
    volatile char here = 0;
    bool in_guard = false;

    (void)arg;
    return *(const volatile char *)(stack_find((void *)&here, &in_guard)->low - 100);
}

static int send_to_oneself(void *arg)
{
    (void)arg;
    return raise(SIGSEGV);
}

static void fault_in_task(void *arg)
{
    be_plain();
    in_runtime(make_current(), named_root, *(int (**)(void *))arg);
}

EDO_TEST_PLAIN(a_wild_pointer_is_no_overflow)
{
    int (*ways[])(void *) = {read_null, read_others_guard, read_guard_above,
                             read_own_guard_from_afar, send_to_oneself};

    for (size_t i = 0; i < array_len(ways); i++) {
        assert_int_equal(signal_of(fault_in_task, &ways[i]), SIGSEGV);
        assert_string_equal(said, "");
    }
}

static void *overflow_thread(void *arg)
{
    run_over(arg);
    return NULL;
}

static void *null_thread(void *arg)
{
    read_null(arg);
    return NULL;
}

static void fault_in_thread(void *arg)
{
    be_plain();
    edo_runtime *runtime = make_multi(1);
    join_thread(start_thread(*(void *(**)(void *))arg, NULL));
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(a_plain_thread_faults_as_without_edo)
{
    void *(*ways[])(void *) = {overflow_thread, null_thread};

    for (size_t i = 0; i < array_len(ways); i++) {
        assert_int_equal(signal_of(fault_in_thread, &ways[i]), SIGSEGV);
        assert_string_equal(said, "");
    }
}

/* ---- handlers of the program's own ----------------------------------------------------------- */

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(3);
}

static void end_in_handler(int signo)
{
    say(signo == SIGSEGV ? "plain handler\n" : "?\n");
    _exit(7);
}

static void end_with_info(int signo, siginfo_t *info, void *machine)
{
    sigset_t now;

    sigprocmask(SIG_BLOCK, NULL, &now);
    say(sigismember(&now, SIGUSR1) && signo == SIGSEGV && info->si_addr && machine
            ? "info handler\n"
            : "?\n");
    _exit(7);
}

/* Without SA_ONSTACK: it runs on edo's all the same, as there is no room left on the task's. */
static void install(bool with_info)
{
    struct sigaction act = {.sa_handler = end_in_handler};

    if (with_info) {
        act.sa_sigaction = end_with_info;
        act.sa_flags = SA_SIGINFO;
        sigaddset(&act.sa_mask, SIGUSR1);
    }
    assert_ok(sigaction(SIGSEGV, &act, NULL));
}

static void overflow_with_handler(void *arg)
{
    be_plain();
    install(*(int *)arg);
    in_runtime(make_current(), named_root, run_over);
}

EDO_TEST_PLAIN(the_handler_of_before_is_called_after_the_report)
{
    for (int with_info = 0; with_info <= 1; with_info++) {
        int status = run_child(overflow_with_handler, &with_info, said, sizeof said);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 7);
        assert_said("edo: stack overflow in task ");
        const char *handled = strstr(said, with_info ? "info handler\n" : "plain handler\n");
        assert_non_null(handled);
        assert_true(handled > strstr(said, "task_entry")); /* the report was done */
    }
}

/* A handler that cures the fault, each time it happens: edo's has to stay in place. */
static char *page;
static volatile int cured;

static int fault_and_be_cured(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++) {
        mprotect(page, 4096, PROT_NONE);
        *(volatile char *)page = 1;
        edo_yield();
    }
    fprintf(stderr, "cured %d\n", cured);
    return dive_without_end(0);
}

static void end_when_overflown(int signo)
{
    (void)signo;
    if (cured++ < 3)
        mprotect(page, 4096, PROT_READ | PROT_WRITE);
    else if (cured > 6) /* the overflow came back to us a few times */
        _exit(9);
}

static void use_bounded_handler(void *arg)
{
    struct sigaction act = {.sa_handler = end_when_overflown};

    (void)arg;
    be_plain();
    page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ok(sigaction(SIGSEGV, &act, NULL));
    in_runtime(make_current(), named_root, fault_and_be_cured);
}

EDO_TEST_PLAIN(a_handler_that_cures_faults_goes_on_to_do_so)
{
    int status = run_child(use_bounded_handler, NULL, said, sizeof said);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 9);
    assert_said("cured 3\n");
    assert_int_equal(times_said("stack overflow"), 1); /* told once, though it happened thrice */
}

/* One installed later has the signal to itself. */
static void replace_handler(void *arg)
{
    (void)arg;
    be_plain();
    edo_runtime *runtime = make_current();
    install(false);
    edo_runtime *second = make_current();
    in_runtime(runtime, named_root, read_null);
    edo_runtime_free(second);
}

EDO_TEST_PLAIN(a_handler_installed_later_is_left_alone)
{
    int status = run_child(replace_handler, NULL, said, sizeof said);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_string_equal(said, "plain handler\n");
}

static void ignore_sent(void *arg)
{
    (void)arg;
    be_plain();
    signal(SIGSEGV, SIG_IGN);
    edo_runtime *runtime = make_current();
    in_runtime(runtime, named_root, send_to_oneself);
    fprintf(stderr, "went on\n");
}

EDO_TEST_PLAIN(an_ignored_signal_stays_ignored)
{
    assert_int_equal(signal_of(ignore_sent, NULL), 0);
    assert_string_equal(said, "went on\n");
}

/* A thread with a small alternate stack of its own keeps it: the sentence has to do. */
static void overflow_with_small_stack(void *arg)
{
    static char small[15 << 10]; /* a walk would just fit, so its absence is a choice */
    stack_t alternate = {.ss_sp = small, .ss_size = sizeof small};

    (void)arg;
    be_plain();
    assert_ok(sigaltstack(&alternate, NULL));
    in_runtime(make_current(), named_root, run_over);
}

EDO_TEST_PLAIN(a_small_alternate_stack_gets_the_sentence_alone)
{
    assert_int_equal(signal_of(overflow_with_small_stack, NULL), SIGSEGV);
    assert_said("edo: stack overflow in task ");
    assert_not_said("#0");
}
