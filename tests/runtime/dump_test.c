/* dump_test.c: a dump names each task and where it stands, and changes nothing. */
#include "runtime/rig.h"

#include "runtime/child_leaks.h"
#include "support/gate.h"

#include <signal.h>
#include <time.h>

#include "base/macros.h"
#include "context/machine.h"
#include "context/sanitizer.h"

/* TSan keeps a signal back until its thread calls something, and under valgrind nobody is asked. */
#define HAS_RUNNING_FRAMES (!HAS_TSAN && !sanitizer_is_valgrind())
#ifdef MACHINE_ASSEMBLY
#define HAS_FRAMES true
#else
#define HAS_FRAMES false
#endif

typedef struct page {
    char text[1 << 18];
    size_t used;
} page;

static int take(const char *text, size_t len, void *arg)
{
    page *p = arg;

    assert_true(p->used + len < sizeof p->text);
    memcpy(p->text + p->used, text, len);
    p->used += len;
    p->text[p->used] = 0;
    return 0;
}

static const char *dump_of(page *p, edo_runtime *runtime)
{
    edo_handle *handle = runtime ? edo_runtime_handle(runtime) : NULL;

    p->used = 0;
    p->text[0] = 0;
    assert_ok(edo_dump_write(handle, take, p));
    edo_handle_unref(handle);
    return p->text;
}

/* The part of the text that speaks of this task, ended by a 0; NULL: none does. */
static char *part_of(char *copy, const page *p, uint64_t id)
{
    char head[32];
    size_t len = (size_t)snprintf(head, sizeof head, "task %llu ", (unsigned long long)id);

    memcpy(copy, p->text, p->used + 1);
    for (char *at = copy; at; at = strstr(at, "\ntask ")) {
        at += *at == '\n';
        if (strncmp(at, head, len) == 0) {
            char *end = strstr(at, "\ntask ");
            if (end)
                *end = 0;
            return at;
        }
    }
    return NULL;
}

static void assert_chain(const char *part, const char *const names[])
{
    if (!HAS_FRAMES)
        return;
    for (; *names; names++) {
        char call[64];
        snprintf(call, sizeof call, " %s+0x", *names);
        const char *at = strstr(part, call);
        snprintf(call, sizeof call, " %s.", *names); /* as a compiler calls its own version of it */
        if (!at && !(at = strstr(part, call)))
            fail_msg("%s is not in:\n%s", *names, part);
        part = at;
    }
}

/* Keeps a call from becoming a jump. */
#define not_a_tail_call() __asm__ volatile("")

static gate shut = GATE_INIT;

static noinline int inner_wait(void)
{
    int rc = gate_wait(&shut);

    not_a_tail_call();
    return rc;
}

static noinline int middle_wait(void)
{
    int rc = inner_wait();

    not_a_tail_call();
    return rc;
}

static int outer_wait(void *arg)
{
    (void)arg;
    int rc = middle_wait();
    not_a_tail_call();
    return rc;
}

static noinline int sleep_long(void)
{
    int rc = edo_sleep(EDO_SECONDS(1000));

    not_a_tail_call();
    return rc;
}

static int sleeper(void *arg)
{
    (void)arg;
    int rc = sleep_long();
    not_a_tail_call();
    return rc;
}

typedef struct rooted {
    edo_runtime *runtime;
    page page, copy;
    edo_task tasks[3];
    uint64_t root;
} rooted;

static noinline void look_from_root(rooted *r)
{
    dump_of(&r->page, r->runtime);
    not_a_tail_call();
}

static int waiting(rooted *r, uint64_t id)
{
    dump_of(&r->page, r->runtime);
    const char *part = part_of(r->copy.text, &r->page, id);

    return part && strstr(part, ") waits");
}

static int root(void *arg)
{
    rooted *r = arg;

    r->root = edo_task_self_id();
    assert_ok(edo_spawn(outer_wait, NULL, &r->tasks[0]));
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "second"), outer_wait, NULL, &r->tasks[1]));
    assert_ok(edo_spawn(sleeper, NULL, &r->tasks[2]));
    for (int i = 0; i < 3; i++)
        task_wait_until(waiting(r, edo_task_id(r->tasks[i])));
    look_from_root(r);
    for (int i = 0; i < 2; i++)
        assert_chain(part_of(r->copy.text, &r->page, edo_task_id(r->tasks[i])),
                     (const char *const[]){"edo_await", "gate_wait", "inner_wait", "middle_wait",
                                           "outer_wait", NULL});
    const char *part = part_of(r->copy.text, &r->page, edo_task_id(r->tasks[1]));
    assert_non_null(strstr(part, "\"second\" (spawned at "));
    assert_non_null(strstr(part, "dump_test.c:"));
    part = part_of(r->copy.text, &r->page, edo_task_id(r->tasks[2]));
    assert_chain(part, (const char *const[]){"edo_sleep", "sleep_long", "sleeper", NULL});
    if (HAS_FRAMES)
        assert_non_null(strstr(part, ") waits in edo_sleep"));
    part = part_of(r->copy.text, &r->page, r->root);
    assert_non_null(strstr(part, ") runs on thread "));
    assert_chain(part, (const char *const[]){"look_from_root", "root", NULL});
    gate_open(&shut);
    for (int i = 0; i < 2; i++)
        assert_int_equal(join_result(r->tasks[i]), 0);
    assert_ok(edo_task_abort(r->tasks[2]));
    return join_result(r->tasks[2]);
}

EDO_TEST_PLAIN(a_dump_has_every_task_with_its_call_chain) /* rt-119 */
{
    static rooted r;

    for (int workers = 0; workers <= 3; workers += 3) {
        shut = (gate)GATE_INIT;
        r.runtime = workers ? make_multi(workers) : make_current();
        assert_int_equal(edo_block_on(r.runtime, root, &r), -ECANCELED);
        assert_ok(edo_runtime_free(r.runtime));
    }
}

static int wait_in_root(void *arg)
{
    (void)arg;
    int rc = middle_wait();
    not_a_tail_call();
    return rc;
}

static void *block_on_root(void *arg)
{
    assert_int_equal(edo_block_on(arg, wait_in_root, NULL), 0);
    return NULL;
}

/* The root task of a block_on, seen from another thread. */
EDO_TEST_PLAIN(a_dump_from_outside_has_the_root_task) /* rt-119 */
{
    static page p;

    for (int workers = 0; workers <= 3; workers += 3) {
        shut = (gate)GATE_INIT;
        edo_runtime *runtime = workers ? make_multi(workers) : make_current();
        pthread_t thread = start_thread(block_on_root, runtime);
        wait_until(gate_waiting(&shut) == 1);
        wait_until(strstr(dump_of(&p, runtime), ") waits"));
        assert_chain(p.text, (const char *const[]){"middle_wait", "wait_in_root", NULL});
        assert_null(strstr(strstr(p.text, "task ") + 1, "\ntask ")); /* it is the only one */
        gate_open(&shut);
        join_thread(thread);
        assert_string_equal(dump_of(&p, runtime), "");
        assert_ok(edo_runtime_free(runtime));
    }
}

static int spin_on;

static noinline void spin_here(void)
{
    while (a_load(&spin_on, acquire))
        ;
    not_a_tail_call();
}

static int spinner(void *arg)
{
    (void)arg;
    spin_here();
    not_a_tail_call();
    return 0;
}

static noinline void sleep_in_the_system(void)
{
    struct timespec left = {.tv_nsec = 300000000};

    assert_int_equal(nanosleep(&left, NULL), 0); /* and was not cut short by the dumps */
    not_a_tail_call();
}

static int blocked(void *arg)
{
    uint64_t began = real_time_ns();

    a_store((int *)arg, 1, release);
    sleep_in_the_system();
    assert_true(real_time_ns() - began >= 300000000);
    return 0;
}

EDO_TEST_PLAIN(running_tasks_are_in_a_dump_with_their_frames) /* rt-119 */
{
    if (test_is_emulated()) /* no thread can be asked, or its frames are the emulator's */
        EDO_SKIP("emulated");
    static page p, copy;
    edo_runtime *runtime = make_multi(2);
    uint64_t id;

    a_store(&spin_on, 1, release);
    edo_task task = spawn_on(runtime, spinner, NULL);
    id = edo_task_id(task);
    wait_until(strstr(dump_of(&p, runtime), ") runs on thread ") &&
               (!HAS_RUNNING_FRAMES || strstr(p.text, " spin_here+0x")));
    char *part = part_of(copy.text, &p, id);
    if (HAS_RUNNING_FRAMES)
        assert_chain(part, (const char *const[]){"spin_here", "spinner", NULL});
    a_store(&spin_on, 0, release);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int spin_and_look(void *arg)
{
    sigset_t pending;

    (void)arg;
    spin_here();
    assert_int_equal(sigpending(&pending), 0);
    return sigismember(&pending, SIGRTMAX);
}

/* It has no frames then; but nothing is left pending, either. */
EDO_TEST_PLAIN(a_thread_that_blocks_all_signals_is_not_asked)
{
    static page p;
    sigset_t all;

    sigfillset(&all);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &all, NULL),
                     0); /* and those that it starts have it */
    edo_runtime *runtime = make_multi(1);
    a_store(&spin_on, 1, release);
    edo_task task = spawn_on(runtime, spin_and_look, NULL);
    wait_until(strstr(dump_of(&p, runtime), ") runs on thread "));
    a_store(&spin_on, 0, release);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_sleep_in_the_system_is_not_cut_short_by_dumps)
{
    if (test_is_emulated()) /* no thread can be asked, or its frames are the emulator's */
        EDO_SKIP("emulated");
    static page p;
    edo_runtime *runtime = make_multi(1);
    int began = 0;
    edo_task task = spawn_on(runtime, blocked, &began);

    wait_until(a_load(&began, acquire));
    bool seen = false;
    for (int i = 0; i < 20; i++)
        seen |= strstr(dump_of(&p, runtime), " sleep_in_the_system+0x") != NULL;
    if (HAS_RUNNING_FRAMES)
        assert_true(seen);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int block_in_call(void *arg)
{
    while (!a_load((int *)arg, acquire))
        block_thread_for(1);
    not_a_tail_call();
    return 0;
}

static int start_call(void *arg)
{
    edo_task call;
    static page p, copy;

    assert_ok(
        edo_spawn_blocking_with(EDO_OPTS(blocking, .name = "digest"), block_in_call, arg, &call));
    wait_until(strstr(dump_of(&p, NULL), ") is in blocking code on thread ") &&
               (!HAS_RUNNING_FRAMES || strstr(p.text, " block_in_call+0x")));
    if (HAS_RUNNING_FRAMES)
        assert_non_null(strstr(part_of(copy.text, &p, edo_task_id(call)), "\"digest\""));
    a_store((int *)arg, 1, release);
    return join_result(call);
}

EDO_TEST_PLAIN(blocking_calls_are_in_a_dump)
{
    if (test_is_emulated()) /* no thread can be asked, or its frames are the emulator's */
        EDO_SKIP("emulated");
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime = kind ? make_current() : make_multi(1);
        int go = 0;
        assert_int_equal(edo_block_on(runtime, start_call, &go), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct counted {
    unsigned seen[4];
    unsigned states;
} counted;

static void count(const edo_task_dump *t, void *arg)
{
    counted *c = arg;
    edo_future never = edo_pending();

    c->seen[0]++;
    c->states |= 1U << t->state;
    if (c->seen[1]++ == 0) {
        assert_int_equal(edo_await(&never), -EDEADLK); /* it must not wait */
        assert_int_equal(edo_dump(NULL, count, arg), -EDEADLK);
    }
}

static int look_at_polled(void *arg)
{
    edo_future never = edo_pending();
    static page p;
    edo_task task;

    (void)arg;
    assert_ok(edo_spawn_future(&never, sizeof never, &task));
    task_wait_until(strstr(dump_of(&p, NULL), ") waits in pending\n"));
    assert_ok(edo_task_abort(task));
    return join_result(task);
}

EDO_TEST_PLAIN(a_task_without_a_stack_is_told_by_its_future)
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime = kind ? make_current() : make_multi(1);
        assert_int_equal(edo_block_on(runtime, look_at_polled, NULL), -ECANCELED);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int check_errors(void *arg)
{
    counted c = {0};
    edo_task none = {0}, task;

    (void)arg;
    assert_int_equal(edo_dump(NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_dump_write(NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_dump_write_self(NULL, NULL), -EINVAL);
    assert_int_equal(edo_dump_task(none, count, &c), -ESRCH);
    assert_ok(edo_dump(NULL, count, &c));
    assert_int_equal(c.seen[0], 1);
    assert_ok(edo_spawn(do_nothing, NULL, &task));
    while (!edo_task_is_finished(task))
        assert_ok(edo_yield());
    assert_int_equal(edo_dump_task(task, count, &c), -ESRCH);
    assert_int_equal(join_result(task), 0);
    return 0;
}

EDO_TEST_BOTH(a_dump_refuses_what_it_cannot_do)
{
    static page p;

    assert_int_equal(check_errors(NULL), 0);
    assert_ok(edo_dump_write_self(take, &p));
    assert_non_null(strstr(p.text, ") runs on thread "));
}

EDO_TEST_PLAIN(outside_of_a_task_there_is_no_self)
{
    static page p;

    assert_int_equal(edo_dump_write_self(take, &p), -ESRCH);
}

/* --- what a dump doesn't change -------------------------------------------------------------- */

typedef struct load {
    long turns, ended, runs;
    int stop;
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} load;

static int count_turns(void *arg)
{
    load *l = arg;

    a_fetch_add(&l->runs, 1, seq_cst);
    while (!a_load(&l->stop, acquire)) {
        assert_ok(edo_sleep(EDO_NANOS(1)));
        a_fetch_add(&l->turns, 1, relaxed);
    }
    a_fetch_add(&l->ended, 1, seq_cst);
    return 7;
}

static int come_and_go(void *arg)
{
    a_fetch_add((long *)arg, 1, relaxed);
    return 0;
}

static int keep_spawning(void *arg)
{
    load *l = arg;
    static long short_ones;

    while (!a_load(&l->stop, acquire)) {
        edo_task tasks[20];
        for (int i = 0; i < 20; i++)
            assert_ok(edo_spawn(come_and_go, &short_ones, i % 2 ? &tasks[i] : NULL));
        for (int i = 1; i < 20; i += 2)
            assert_int_equal(join_result(tasks[i]), 0);
    }
    return 7;
}

static void just_count(const edo_task_dump *t, void *arg)
{
    ((counted *)arg)->seen[0]++;
    ((counted *)arg)->states |= 1U << t->state;
}

static void check_dumps_under_load(int workers, unsigned dumps)
{
    edo_runtime *runtime = make_multi(workers);
    edo_handle *handle = edo_runtime_handle(runtime);
    load l = {0};
    counted c = {0};
    edo_task tasks[6];

    for (int i = 0; i < 6; i++)
        tasks[i] = spawn_on(runtime, i < 4 ? count_turns : keep_spawning, &l);
    uint64_t until =
        real_time_ns() + UINT64_C(5000000000); /* on a machine too busy for all of them */
    unsigned done = 0;
    while (done < dumps && (done < dumps / 10 || real_time_ns() < until)) {
        assert_ok(edo_dump(handle, just_count, &c));
        done++;
    }
    assert_true(c.seen[0] >= done * 6); /* none is missing */
    a_store(&l.stop, 1, release);
    for (int i = 0; i < 6; i++)
        assert_int_equal(join_result(tasks[i]), 7); /* each went on, and ended once */
    assert_int_equal(l.runs, 4);
    assert_int_equal(l.ended, 4);
    assert_true(l.turns > 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_thousand_dumps_under_load_lose_nothing) /* rt-120 rt-121 */
{
    check_dumps_under_load(2, test_count(1000));
    check_dumps_under_load(1, test_count(100));
}

static int sleep_a_ns(void *arg)
{
    while (!a_load((int *)arg, acquire))
        assert_ok(edo_sleep(EDO_NANOS(1)));
    return 0;
}

EDO_TEST_PLAIN(dumps_for_a_second_beside_a_task_that_sleeps_for_a_nanosecond) /* rt-121 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime = kind ? make_current() : make_multi(2);
        edo_handle *handle = edo_runtime_handle(runtime);
        int stop = 0;
        counted c = {0};
        edo_task task = spawn_on(runtime, sleep_a_ns, &stop);
        uint64_t until = real_time_ns() + UINT64_C(1000000000);
        while (real_time_ns() < until)
            assert_ok(edo_dump(handle, just_count, &c));
        a_store(&stop, 1, release);
        if (kind)
            assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
        assert_int_equal(kind ? 0 : join_result(task), 0);
        assert_true(c.seen[0] > 10);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* --- forks ----------------------------------------------------------------------------------- */

static int fork_stop;

static void *keep_dumping(void *arg)
{
    counted c = {0};

    while (!a_load(&fork_stop, acquire))
        assert_ok(edo_dump(arg, just_count, &c));
    return NULL;
}

/* With a runtime of its own; the other's tasks are not there. */
static int dump_in_child(void *arg)
{
    counted c = {0};
    edo_task task;

    (void)arg;
    assert_ok(edo_spawn(wait_for_ever, NULL, &task));
    assert_ok(edo_yield());
    edo_handle *own = edo_handle_try_current();
    assert_ok(edo_dump(own, just_count, &c));
    assert_int_equal(c.seen[0], 2);
    edo_handle_unref(own);
    assert_ok(edo_task_abort(task));
    return join_result(task) == -ECANCELED ? 0 : 1;
}

EDO_TEST_PLAIN(a_child_of_a_fork_amid_a_dump_can_dump)
{
    if (HAS_ASAN || HAS_TSAN)
        EDO_SKIP("a sanitizer's locks are copied as they are");
    edo_runtime *runtime = make_multi(2);
    edo_handle *handle = edo_runtime_handle(runtime);
    int stop = 0, status;
    edo_task task = spawn_on(runtime, sleep_a_ns, &stop);
    pthread_t thread = start_thread(keep_dumping, handle);

    for (unsigned i = 0; i < test_count(30); i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            leave_leaks_alone();
            edo_runtime *own = make_current();
            _exit(edo_block_on(own, dump_in_child, NULL));
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    a_store(&fork_stop, 1, release);
    join_thread(thread);
    a_store(&stop, 1, release);
    assert_int_equal(join_result(task), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

/* --- a task's own trace ---------------------------------------------------------------------- */

static noinline int first_wait(void)
{
    int rc = edo_sleep(EDO_MILLIS(1));

    not_a_tail_call();
    return rc;
}

static noinline int second_wait(void)
{
    assert_ok(gate_wait(&shut)); /* other code than inner_wait's, or the two are one function */
    not_a_tail_call();
    return 0;
}

static int slow(void *arg)
{
    (void)arg;
    assert_ok(first_wait());
    assert_ok(second_wait());
    return 0;
}

typedef struct trace {
    edo_task_state state;
    unsigned count;
    uintptr_t frames[64];
} trace;

static void keep_trace(const edo_task_dump *t, void *arg)
{
    trace *kept = arg;

    kept->state = t->state;
    kept->count = t->frame_count;
    memcpy(kept->frames, t->frames, t->frame_count * sizeof t->frames[0]);
}

static noinline void take_own_trace(page *p)
{
    p->used = 0;
    assert_ok(edo_dump_write_self(take, p));
    not_a_tail_call();
}

static noinline int watch_slow(void)
{
    static page p, copy;
    edo_task task;
    trace kept = {0};

    assert_ok(edo_spawn(slow, NULL, &task));
    edo_join_future join = edo_join_async(task, NULL);
    assert_int_equal(edo_timeout(&join.base, EDO_MILLIS(500)), -ETIMEDOUT);
    assert_ok(edo_dump_task(task, keep_trace, &kept)); /* it has been slow: where is it? */
    assert_int_equal(kept.state, EDO_TASK_WAITING);
    dump_of(&p, NULL);
    const char *part = part_of(copy.text, &p, edo_task_id(task));
    assert_chain(part, (const char *const[]){"second_wait", "slow", NULL});
    assert_null(strstr(part, "first_wait"));
    page *to = &p;
    __asm__ volatile("" : "+r"(to)); /* else a compiler makes a copy of the function for it */
    take_own_trace(to);
    assert_chain(p.text, (const char *const[]){"take_own_trace", "watch_slow", NULL});
    assert_null(strstr(p.text, "edo_timeout"));
    gate_open(&shut);
    return join_result(task);
}

EDO_TEST_BOTH(a_slow_task_shows_where_it_waits_now) /* rt-122 */
{
    shut = (gate)GATE_INIT;
    assert_int_equal(watch_slow(), 0);
}
