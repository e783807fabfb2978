/* join_test.c: waiting for a task's end: who is woken, what is seen, what the handle is afterwards. */
#include "support/edo_test.h"
#include "support/gate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/atomic.h"
#include "sched/task.h"

static int wait_at(void *arg)
{
    return gate_wait(arg) < 0 ? -1 : 17;
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

EDO_TEST_BOTH(end_wakes_the_waker_of_the_latest_poll_once) /* task-005 */
{
    static gate g = GATE_INIT;
    edo_task t;
    int ret = -1;
    edo_test_task *harness;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, &ret);
    assert_ok(edo_test_task_new(&join.base, &harness));
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_test_task_poll(harness), EDO_PENDING);
    assert_false(edo_test_task_is_woken(harness));
    gate_open(&g);
    task_wait_until(edo_test_task_is_woken(harness));
    assert_true(edo_task_is_finished(t));
    assert_ok(edo_yield());
    assert_int_equal(edo_test_task_wake_count(harness), 1);
    assert_int_equal(edo_test_task_poll(harness), EDO_READY);
    assert_int_equal(join.base.result, 0);
    assert_int_equal(ret, 17);
    edo_test_task_release(harness);
}

EDO_TEST_BOTH(another_waker_replaces_the_old_one) /* task-006 future-003 */
{
    static gate g = GATE_INIT;
    edo_task t;
    edo_test_task *old, *new;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    assert_ok(edo_test_task_new(&join.base, &old));
    assert_ok(edo_test_task_new(&join.base, &new));
    assert_int_equal(edo_test_task_poll(old), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(new), EDO_PENDING);
    gate_open(&g);
    task_wait_until(edo_test_task_is_woken(new));
    assert_int_equal(edo_test_task_wake_count(new), 1);
    assert_int_equal(edo_test_task_wake_count(old), 0);
    assert_int_equal(edo_test_task_poll(new), EDO_READY);
    edo_test_task_release(new);
    edo_test_task_release(old);
}

EDO_TEST(waker_is_replaced_without_budget_too) /* future-003 */
{
    static gate g = GATE_INIT;
    edo_task t;
    edo_test_task *old, *new;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    assert_ok(edo_test_task_new(&join.base, &old));
    assert_ok(edo_test_task_new(&join.base, &new));
    assert_int_equal(edo_test_task_poll(old), EDO_PENDING);
    while (edo_has_budget())
        assert_ok(edo_consume_budget());
    assert_int_equal(edo_test_task_poll(new), EDO_PENDING); /* it waits: the budget is no matter */
    assert_int_equal(edo_test_task_wake_count(new), 0);
    gate_open(&g);
    while (!edo_task_is_finished(t))
        assert_ok(edo_yield());
    assert_int_equal(edo_test_task_wake_count(new), 1);
    assert_int_equal(edo_test_task_wake_count(old), 0);
    assert_int_equal(edo_test_task_poll(new), EDO_READY);
    edo_test_task_release(new);
    edo_test_task_release(old);
}

EDO_TEST_BOTH(finished_means_that_join_does_not_suspend) /* task-008 */
{
    edo_task t;
    int ret = -1;

    assert_ok(edo_spawn(return_5, NULL, &t));
    task_wait_until(edo_task_is_finished(t));
    edo_join_future join = edo_join_async(t, &ret);
    assert_ready_eq(&join.base, 0);
    assert_int_equal(ret, 5);
    assert_woken(0);
}

static void *join_from_thread(void *arg)
{
    int ret = -1;

    return (void *)(intptr_t)(edo_join(*(edo_task *)arg, &ret) < 0 ? -2 : ret);
}

struct thread_join {
    edo_task task;
    int result, done; /* atomic */
};

static void *join_and_tell(void *arg)
{
    struct thread_join *j = arg;

    j->result = (int)(intptr_t)join_from_thread(&j->task);
    a_store(&j->done, 1, release);
    return NULL;
}

EDO_TEST_BOTH(thread_without_a_runtime_joins) /* task-009 */
{
    static gate g = GATE_INIT;
    static struct thread_join waits, finds;

    assert_ok(edo_spawn(return_5, NULL, &finds.task));
    task_wait_until(edo_task_is_finished(finds.task));
    pthread_t first = start_thread(join_and_tell, &finds);
    assert_ok(edo_spawn(wait_at, &g, &waits.task));
    pthread_t second = start_thread(join_and_tell, &waits);
    task_wait_until(gate_waiting(&g) == 1);
    task_wait_until(a_load(&waits.task.header->state, acquire) & TASK_ARMED); /* it parks */
    assert_int_equal(a_load(&waits.done, acquire), 0);
    gate_open(&g);
    task_wait_until(a_load(&waits.done, acquire) && a_load(&finds.done, acquire));
    assert_int_equal(waits.result, 17);
    assert_int_equal(finds.result, 5);
    join_thread(first);
    join_thread(second);
}

static int tell_runtime(void *arg)
{
    edo_handle *handle;

    assert_ok(edo_yield());
    assert_ok(edo_handle_current(&handle));
    *(uint64_t *)arg = edo_handle_id(handle);
    edo_handle_unref(handle);
    return 8;
}

EDO_TEST_BOTH(handle_works_on_another_runtime) /* task-010 */
{
    edo_runtime *other;
    edo_task t;
    int ret = -1;
    uint64_t *ran_on = calloc(1, sizeof *ran_on);

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 1), &other));
    edo_handle *handle = edo_runtime_handle(other);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), tell_runtime, ran_on, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 8);
    assert_int_equal(*ran_on, edo_handle_id(handle));
    free(ran_on);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(other));
}

EDO_TEST_BOTH(join_that_timed_out_can_be_done_again) /* task-011 */
{
    static gate g = GATE_INIT;
    edo_task t;
    int ret = -1;

    assert_ok(edo_spawn(wait_at, &g, &t));
    for (int i = 0; i < 3; i++) {
        edo_join_future join = edo_join_async(t, &ret);
        assert_err(edo_timeout(&join.base, EDO_MILLIS(5)), -ETIMEDOUT);
        assert_int_equal(ret, -1);
    }
    assert_false(edo_task_is_finished(t));
    assert_int_equal(gate_waiting(&g), 1); /* it was not cancelled */
    gate_open(&g);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 17);
}

struct self_join {
    edo_task self;
    int said, detached;
};

static int join_oneself(void *arg)
{
    struct self_join *s = arg;

    s->said = edo_join(s->self, NULL);
    return edo_yield() < 0 ? -1 : 33; /* it goes on */
}

EDO_TEST_BOTH(joining_oneself_is_a_deadlock_at_once) /* task-012 */
{
    struct self_join *s = calloc(1, sizeof *s);
    int ret = -1;

    assert_ok(edo_spawn(join_oneself, s, &s->self));
    assert_ok(edo_join(s->self, &ret)); /* not consumed by the attempt */
    assert_err(s->said, -EDEADLK);
    assert_int_equal(ret, 33);
    free(s);
}

/* The header was given back: its memory is in its next life. */
static bool header_is_free(edo_task t)
{
    return state_gen(a_load(&t.header->state, acquire)) != t.gen;
}

/* Tasks until one of them lies in the memory of an earlier one. */
static edo_task reuse(edo_task old, int (*fn)(void *arg), void *arg)
{
    static edo_task others[5000];
    edo_task found = {0};
    unsigned n = 0;

    while (n < 5000 && !found.header) {
        assert_ok(edo_spawn(fn, arg, &others[n]));
        if (others[n].header == old.header)
            found = others[n];
        else
            n++;
    }
    while (n > 0)
        assert_ok(edo_task_detach(others[--n]));
    return found;
}

static void check_is_consumed(edo_task t)
{
    edo_abort_handle handle = {0};
    int ret = 77;

    assert_err(edo_join(t, &ret), -ESRCH);
    assert_int_equal(ret, 77);
    assert_err(edo_task_detach(t), -ESRCH);
    assert_err(edo_task_abort(t), -ESRCH);
    assert_err(edo_abort_handle_new(t, &handle), -ESRCH);
    assert_null(handle.header);
    assert_false(edo_task_is_finished(t));
    assert_int_equal(edo_task_id(t), 0);
}

EDO_TEST_BOTH(consumed_handle_reaches_nobody) /* task-004 */
{
    for (int is_held = 0; is_held < 2; is_held++) { /* by another reference: its memory stays */
        edo_task joined, detached, copy;
        edo_abort_handle handles[2] = {{0}, {0}};
        assert_ok(edo_spawn(return_5, NULL, &joined));
        assert_ok(edo_spawn(return_5, NULL, &detached));
        copy = joined;
        if (is_held) {
            assert_ok(edo_abort_handle_new(joined, &handles[0]));
            assert_ok(edo_abort_handle_new(detached, &handles[1]));
        }
        assert_ok(edo_join(joined, NULL));
        check_is_consumed(joined);
        check_is_consumed(copy);
        assert_ok(edo_task_detach(detached));
        check_is_consumed(detached);
        for (int i = 0; i < 2; i++)
            edo_abort_handle_drop(handles[i]);
        task_wait_until(header_is_free(joined) && header_is_free(detached));
        check_is_consumed(joined);
        check_is_consumed(detached);
    }
    check_is_consumed((edo_task){0});
}

EDO_TEST(consumed_handle_does_not_reach_the_next_owner_of_its_memory) /* task-004 */
{
    static gate g = GATE_INIT;
    edo_task joined;
    int ret = -1;

    assert_ok(edo_spawn(return_5, NULL, &joined));
    assert_ok(edo_join(joined, NULL));
    edo_task heir = reuse(joined, wait_at, &g);
    assert_non_null(heir.header); /* the memory went to another task */
    check_is_consumed(joined);
    gate_open(&g);
    assert_ok(edo_join(heir, &ret));
    assert_int_equal(ret, 17); /* which was not aborted by the stale handle */
}

EDO_TEST_BOTH(second_join_of_one_task_is_refused) /* task-004 */
{
    static gate g = GATE_INIT;
    edo_task t;
    int ret = -1;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future first = edo_join_async(t, &ret), second = edo_join_async(t, &ret);
    assert_pending(&first.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    assert_err(edo_task_detach(t), -EDO_EMISUSE);
    gate_open(&g);
    task_wait_until(edo_task_is_finished(t));
    assert_ready_eq(&first.base, 0);
    assert_int_equal(ret, 17);
    check_is_consumed(t);
}

EDO_TEST_MT(cancelled_join_races_the_end_and_leaks_nothing) /* task-014 future-012 */
{
    unsigned canceled = 0, rounds = test_count(3000);

    for (unsigned i = 0; i < rounds; i++) {
        edo_task t;
        int ret = -1;
        assert_ok(edo_spawn(return_5, NULL, &t));
        edo_join_future join = edo_join_async(t, &ret);
        edo_poll is = edo_future_poll(&join.base, edo_test_waker());
        if (i % 3 == 0)
            (void)edo_yield();
        edo_future_cancel(&join.base);
        if (is == EDO_PENDING)
            assert_ready(&join.base);
        if (join.base.result == -ECANCELED) {
            canceled++;
            assert_int_equal(ret, -1);
            assert_ok(edo_join(t, &ret)); /* the handle is still good */
        } else {
            assert_int_equal(join.base.result, 0);
        }
        assert_int_equal(ret, 5);
        task_wait_until(header_is_free(t));
    }
    assert_in_range(canceled, 0, rounds);
}

struct written {
    int words[64]; /* plain memory, on purpose */
    int in_cleanup;
    gate *gate;
};

static int write_much(void *arg)
{
    struct written *w = arg;

    if (w->gate && gate_wait(w->gate) < 0)
        w->in_cleanup = 1;
    for (int i = 0; i < 64; i++)
        w->words[i] = i + 1;
    return 64;
}

EDO_TEST_MT(joiner_sees_everything_the_task_wrote) /* task-015 */
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        gate never = GATE_INIT;
        struct written *w = calloc(1, sizeof *w);
        edo_task t;
        int ret = -1;
        w->gate = i % 2 ? malloc(sizeof never) : NULL;
        if (w->gate)
            *w->gate = never;
        assert_ok(edo_spawn(write_much, w, &t));
        if (w->gate)
            assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, 64);
        for (int k = 0; k < 64; k++)
            assert_int_equal(w->words[k], k + 1);
        assert_int_equal(w->in_cleanup, i % 2);
        free(w->gate);
        memset(w, 0xff, sizeof *w); /* and nobody touches it any more */
        free(w);
    }
}

/* Its argument is a page; a value's destructor is the last to touch it. */
static int *page_of(void *arg)
{
    return arg;
}

static void touch(void *page)
{
    ++*page_of(page);
}

static int use_until_the_end(void *page)
{
    static const edo_task_local key = {.destroy = touch};
    edo_task_binding bound EDO_CLEANUP(edo_task_binding_leave) = edo_task_bind(&key, page);

    assert_ok(edo_task_binding_enter(&bound));
    if (*page_of(page) % 2)
        edo_yield();
    touch(page);
    return 0;
}

EDO_TEST_BOTH(what_a_task_used_may_be_unmapped_as_soon_as_it_is_joined)
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        edo_task t;
        assert_true(page != MAP_FAILED);
        *page_of(page) = (int)i;
        assert_ok(edo_spawn(use_until_the_end, page, &t));
        assert_ok(edo_join(t, NULL));
        assert_int_equal(*page_of(page), i + 2);
        assert_int_equal(munmap(page, 4096), 0);
    }
}
