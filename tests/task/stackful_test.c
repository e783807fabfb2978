/* stackful_test.c: what a stack of its own asks for: its cost, errno, rounding, backtraces. */
#include "support/edo_test.h"
#include "support/forked.h"
#include "support/gate.h"

#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "context/machine.h"
#include "context/stack.h"

/* --- 080 ---------------------------------------------------------------------------------- */

enum { PLACES = 256 };
static uint64_t places[PLACES]; /* atomic: stacks that tasks stood on */
static unsigned ended;          /* atomic */

static unsigned place_count(void)
{
    unsigned n = 0;

    while (n < PLACES && a_load(&places[n], relaxed))
        n++;
    return n;
}

static int note_place(void *arg)
{
    uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0) / STACK_DEFAULT_SIZE;

    (void)arg;
    for (unsigned i = 0; i < PLACES; i++) {
        uint64_t old = 0;
        if (a_load(&places[i], relaxed) == here ||
            a_cas(&places[i], &old, here, relaxed, relaxed) || old == here)
            break;
    }
    a_fetch_add(&ended, 1, relaxed);
    return 0;
}

EDO_TEST_BOTH(tasks_that_never_suspend_share_their_workers_stack) /* task-080 */
{
    unsigned rounds = test_count(1000);
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    for (unsigned i = 1; i <= rounds; i++) {
        for (unsigned k = 0; k < 1000; k++)
            assert_ok(edo_spawn(note_place, NULL, NULL));
        while (a_load(&ended, relaxed) < i * 1000)
            assert_ok(edo_yield());
    }
    unsigned workers = test_time_is_paused() ? 1 : (unsigned)test_workers();
    assert_ok(edo_handle_metrics(handle, &m));
    /* A few a worker, and what a thread that lost its core on the way has left to others. */
    assert_in_range(place_count(), 1, 4 * workers + 2 + 4 * m.reliefs);
    assert_int_equal(m.stack_bytes, stack_bytes());
    assert_in_range(m.stack_bytes, 1, (uint64_t)(workers + 1) * 64 * STACK_DEFAULT_SIZE);
    edo_handle_unref(handle);
}

/* --- 081 ---------------------------------------------------------------------------------- */

struct errno_task {
    int mark;
    unsigned moves, wrong;
};
static unsigned total_moves; /* atomic */

static int keep_errno(void *arg)
{
    struct errno_task *e = arg;
    int worker = edo_worker_index();

    for (unsigned i = 0; i < 2000 || (i < 200000 && !a_load(&total_moves, relaxed)); i++) {
        if (i % 500 == 0) /* as short runs would be left to their worker */
            block_thread_for(2);
        errno = e->mark;
        (void)(i % 7 ? edo_yield() : edo_sleep(EDO_MICROS(1)));
        e->wrong += errno != e->mark;
        if (edo_worker_index() != worker)
            a_fetch_add(&total_moves, 1, relaxed);
        worker = edo_worker_index();
        if (test_workers() == 1 && i >= 2000)
            break;
    }
    return 0;
}

EDO_TEST_MT(errno_is_the_tasks_own) /* task-081 */
{
    static struct errno_task tasks[6];
    edo_task handles[6];

    for (int i = 0; i < 6; i++) {
        tasks[i].mark = i + 1;
        assert_ok(edo_spawn(keep_errno, &tasks[i], &handles[i]));
    }
    for (int i = 0; i < 6; i++) {
        assert_ok(edo_join(handles[i], NULL));
        assert_int_equal(tasks[i].wrong, 0);
    }
    if (test_workers() > 1)
        assert_true(total_moves > 0);
}

/* --- 082 ---------------------------------------------------------------------------------- */

#ifdef MACHINE_ASSEMBLY
#ifdef MACHINE_X86_64
#define ROUNDING 0x6000u
#define ROUND_DOWN 0x2000u
#define ROUND_UP 0x4000u
#define read_control() __builtin_ia32_stmxcsr()
#define write_control(value) __builtin_ia32_ldmxcsr(value)
#else
#define ROUNDING 0xc00000u
#define ROUND_DOWN 0x800000u
#define ROUND_UP 0x400000u
#define write_control(value) __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)(value)))
static unsigned read_control(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, fpcr" : "=r"(value));
    return (unsigned)value;
}
#endif

static unsigned rounding(void)
{
    return read_control() & ROUNDING;
}

static void set_rounding(unsigned mode)
{
    write_control((read_control() & ~ROUNDING) | mode);
}

static int round_up(void *arg)
{
    unsigned *seen = arg;

    seen[0] = rounding(); /* as at its spawn */
    set_rounding(ROUND_UP);
    assert_ok(edo_yield());
    seen[1] = rounding();
    set_rounding(ROUND_DOWN);
    assert_ok(edo_yield());
    seen[2] = rounding();
    return 0;
}

static int look(void *arg)
{
    for (unsigned *seen = arg; seen < (unsigned *)arg + 4; seen++) {
        *seen = rounding();
        assert_ok(edo_yield());
    }
    return 0;
}

static int set_up_for_all(void *arg)
{
    (void)arg;
    set_rounding(ROUND_UP);
    return 0;
}

EDO_TEST(rounding_is_kept_for_a_task_that_asked_for_it) /* task-082 */
{
    static unsigned seen[3], others[4] = {9, 9, 9, 9};
    edo_task keeper, other;

    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .keep_fp = true), round_up, seen, &keeper));
    assert_ok(edo_spawn(look, others, &other));
    assert_ok(edo_join(keeper, NULL));
    assert_ok(edo_join(other, NULL));
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], ROUND_UP);
    assert_int_equal(seen[2], ROUND_DOWN);
    for (int i = 0; i < 4; i++)
        assert_int_equal(others[i], 0); /* it didn't leak */
    assert_int_equal(rounding(), 0);
}

EDO_TEST(switch_of_other_tasks_does_not_save_rounding) /* task-082 */
{
    edo_task t;

    assert_ok(edo_spawn(set_up_for_all, NULL, &t));
    assert_ok(edo_join(t, NULL));
    unsigned after = rounding();
    set_rounding(0);
    assert_int_equal(after, ROUND_UP); /* nobody paid for putting it back */
}
#endif

/* --- 083 ---------------------------------------------------------------------------------- */

static noinline int overrun(int depth)
{
    volatile char frame[1024];

    memset((char *)frame, depth, sizeof frame);
    if (depth < 1000000)
        frame[1] = (char)overrun(depth + 1);
    return frame[1] + frame[1023];
}

#define PATTERN_SIZE 8192
static volatile unsigned char *patterns[8];
static gate neighbours_gate = GATE_INIT;

/* Waits with a pattern on its stack. */
static int be_a_neighbour(void *arg)
{
    volatile unsigned char pattern[PATTERN_SIZE];

    memset((void *)pattern, 0x5a, sizeof pattern);
    patterns[(intptr_t)arg] = pattern;
    (void)gate_wait(&neighbours_gate);
    return pattern[0];
}

static void on_second_fault(int signo)
{
    bool intact = true;
    static const char good[] = "neighbours intact\n", bad[] = "neighbours harmed\n";

    for (int i = 0; i < 8; i++)
        for (size_t k = 0; k < PATTERN_SIZE; k++)
            intact &= patterns[i][k] == 0x5a;
    if (write(STDERR_FILENO, intact ? good : bad, sizeof good - 1) < 0)
        _exit(3);
    signal(signo, SIG_DFL);
}

static int run_over(void *arg)
{
    fprintf(stderr, "id %llu at %s\n", (unsigned long long)edo_task_self_id(),
            edo_task_self_place());
    return overrun(arg != NULL);
}

static size_t overflow_size; /* of the stack that runs over; 0: the default */

/* Its stack lies between those of its neighbours, and they all wait by then. */
static int run_over_later(void *arg)
{
    while (gate_waiting(&neighbours_gate) < 8)
        assert_ok(edo_yield());
    return run_over(arg);
}

static int later_root(void *arg)
{
    edo_spawn_opts opts = {.stack_size = overflow_size};
    edo_task t;

    (void)arg;
    for (intptr_t i = 0; i < 4; i++)
        assert_ok(edo_spawn(be_a_neighbour, (void *)i, NULL));
    assert_ok(edo_spawn_with(&opts, run_over_later, NULL, &t));
    for (intptr_t i = 4; i < 8; i++)
        assert_ok(edo_spawn(be_a_neighbour, (void *)i, NULL));
    return edo_join(t, NULL);
}

static void overflow_in_a_runtime(void)
{
    edo_runtime *runtime;
    struct sigaction act = {.sa_handler = on_second_fault, .sa_flags = SA_ONSTACK};

    sigaction(SIGSEGV, &act, NULL); /* before edo's, so it has the fault after edo's */
    if (edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime) == 0)
        (void)edo_block_on(runtime, later_root, NULL);
}

/* Which size was told of a stack that was to have so many KiB. */
static unsigned size_told(size_t kib)
{
    char text[4096], id[64], place[256], wanted[512];
    unsigned told = 0;

    overflow_size = kib << 10;
    int status = forked_run(overflow_in_a_runtime, text, sizeof text);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_int_equal(sscanf(text, "id %63s at %255s", id, place), 2);
    snprintf(wanted, sizeof wanted, "stack overflow in task %s (spawned at %s): its stack is ", id,
             place);
    const char *at = strstr(text, wanted);
    if (!at)
        fail_msg("not \"%s\" in \"%s\"", wanted, text);
    assert_int_equal(sscanf(at + strlen(wanted), "%u KiB", &told), 1);
    assert_non_null(strstr(text, "neighbours intact"));
    return told;
}

EDO_TEST_PLAIN(overflow_names_the_task_and_ends_the_process) /* task-083 */
{
    assert_in_range(size_told(0), 256, 264);
    assert_in_range(size_told(1024), 1024, 1032); /* and a page for the colour */
}

/* --- 084 ---------------------------------------------------------------------------------- */

static void *frames[64];
static int frame_count;
static void *below_function;

static noinline void take_backtrace(void)
{
    frame_count = backtrace(frames, 64);
    __asm__ volatile("");
}

static noinline int deeper(int n)
{
    if (n == 0)
        take_backtrace();
    else
        (void)deeper(n - 1);
    __asm__ volatile("");
    return n;
}

static int look_back(void *arg)
{
    (void)arg;
    below_function = __builtin_return_address(0);
    (void)deeper(5);
    int first = frame_count;
    assert_ok(edo_yield());
    (void)deeper(5);
    assert_int_equal(frame_count, first); /* resumed from elsewhere, it looks the same */
    return 0;
}

EDO_TEST_BOTH(backtrace_of_a_task_ends_at_its_entry) /* task-084 */
{
    edo_task t;
    int at = -1;

    assert_ok(edo_spawn(look_back, NULL, &t));
    assert_ok(edo_join(t, NULL));
    for (int i = 0; i < frame_count; i++)
        if (frames[i] == below_function)
            at = i;
    assert_true(at >= 8); /* take_backtrace, six deeper, look_back */
#ifdef MACHINE_ASSEMBLY
    assert_in_range(frame_count - at, 1, 3); /* the entry, and nothing of the worker's */
#else
    assert_in_range(frame_count - at, 1, 5); /* and the C library's start of a context */
#endif
}

/* --- longjmp ------------------------------------------------------------------------------ */

static noinline void jump_from_below(jmp_buf env, int depth)
{
    if (depth > 0)
        jump_from_below(env, depth - 1);
    else if (env)
        longjmp(env, 3);
    __asm__ volatile("");
}

static int jump_over_awaits(void *arg)
{
    jmp_buf env;
    volatile unsigned jumps = 0;

    for (unsigned i = 0; i < 50; i++) {
        int came = setjmp(env);
        assert_ok(edo_yield());
        if (came == 0)
            jump_from_below(env, 20);
        assert_int_equal(came, 3);
        jumps++;
    }
    *(unsigned *)arg = jumps;
    return 0;
}

EDO_TEST_BOTH(longjmp_within_a_stack_works_across_awaits)
{
    static unsigned jumps[4];
    edo_task t[4];

    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(jump_over_awaits, &jumps[i], &t[i]));
    for (int i = 0; i < 4; i++) {
        assert_ok(edo_join(t[i], NULL));
        assert_int_equal(jumps[i], 50);
    }
}
