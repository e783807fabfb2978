/* join_set_test.c: tasks that belong together, joined as they end. */
#include <stdlib.h>

#include "support/gate.h"
#include "sync/cancel_rig.h"

static edo_join_set *new_set(void)
{
    edo_join_set *set;

    assert_ok(edo_join_set_new(&set));
    return set;
}

static int return_number(void *number)
{
    return (int)(intptr_t)number;
}

static int wait_for_gate(void *g)
{
    return gate_wait(g);
}

/* Ended and not joined yet: what a worker does at a task's end is done. */
static void spawn_ended(edo_join_set *set, int number, edo_task *ret)
{
    edo_task t;

    assert_ok(edo_join_set_spawn(set, return_number, (void *)(intptr_t)number, &t));
    task_wait_until(edo_task_is_finished(t));
    if (ret)
        *ret = t;
}

EDO_TEST_BOTH(it_counts_those_that_were_not_joined) /* task-039 */
{
    edo_join_set *set = new_set();
    edo_joined joined;

    assert_true(edo_join_set_is_empty(set));
    assert_int_equal(edo_join_set_next(set, &joined), 0);
    for (size_t i = 1; i <= 10; i++) {
        assert_ok(edo_join_set_spawn(set, return_number, NULL, NULL));
        assert_int_equal(edo_join_set_len(set), i);
    }
    for (size_t i = 10; i-- > 0;) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_int_equal(edo_join_set_len(set), i);
    }
    assert_int_equal(edo_join_set_next(set, &joined), 0);
    assert_true(edo_join_set_is_empty(set));
    edo_join_set_free(set);
}

static int sleep_so_many(void *seconds)
{
    int rc = edo_sleep(EDO_SECONDS((uint64_t)(uintptr_t)seconds));

    return rc < 0 ? rc : (int)(intptr_t)seconds;
}

EDO_TEST(results_come_in_the_order_of_the_ends) /* task-040 */
{
    edo_join_set *set = new_set();
    edo_joined joined;

    for (int round = 0; round < 2; round++) { /* it can be used again */
        for (uintptr_t i = 0; i < 10; i++)
            assert_ok(edo_join_set_spawn(set, sleep_so_many, (void *)((i * 7 + 3) % 10), NULL));
        for (int i = 0; i < 10; i++) {
            assert_int_equal(edo_join_set_next(set, &joined), 1);
            assert_int_equal(joined.result, i);
        }
        assert_int_equal(edo_join_set_next(set, &joined), 0);
    }
    edo_join_set_free(set);
}

EDO_TEST_BOTH(detached_they_run_on) /* task-041 */
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    edo_joined joined;
    edo_abort_handle handles[4];

    for (int i = 0; i < 3; i++)
        spawn_ended(set, i, NULL);
    for (int i = 0; i < 4; i++) {
        edo_task t;
        assert_ok(edo_join_set_spawn(set, wait_for_gate, &g, &t));
        assert_ok(edo_abort_handle_new(t, &handles[i]));
    }
    task_wait_until(gate_waiting(&g) == 4);
    assert_int_equal(edo_join_set_detach_all(set), 7);
    assert_int_equal(edo_join_set_len(set), 0);
    assert_int_equal(edo_join_set_next(set, &joined), 0);
    edo_join_set_free(set);
    assert_ok(edo_yield());
    assert_int_equal(gate_waiting(&g), 4);
    gate_open(&g);
    for (int i = 0; i < 4; i++) {
        task_wait_until(edo_abort_handle_is_finished(&handles[i]));
        edo_abort_handle_drop(handles[i]);
    }
}

/* Waits for ever, and says so when it has been told that it won't. */
static int send_at_the_end(void *arg)
{
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);

    a_fetch_add((unsigned *)arg, 1, seq_cst);
    return rc;
}

EDO_TEST_BOTH(freeing_it_aborts_all) /* task-042 */
{
    edo_join_set *set = new_set();
    static unsigned ended;

    for (int i = 0; i < 3; i++)
        spawn_ended(set, i, NULL); /* whose results go */
    for (int i = 0; i < 16; i++)
        assert_ok(edo_join_set_spawn(set, send_at_the_end, &ended, NULL));
    assert_ok(edo_yield());
    assert_int_equal(a_load(&ended, seq_cst), 0);
    edo_join_set_free(set);
    task_wait_until(a_load(&ended, seq_cst) == 16);
    assert_int_equal(a_load(&ended, seq_cst), 16);
}

EDO_TEST_BOTH(spawn_and_join_in_turn) /* task-043 */
{
    edo_join_set *set = new_set();
    edo_joined joined;

    assert_ok(edo_join_set_spawn(set, return_number, NULL, NULL));
    for (int i = 0; i < 16; i++) {
        assert_int_equal(edo_join_set_len(set), 1);
        assert_ok(edo_join_set_spawn(set, return_number, NULL, NULL));
        assert_int_equal(edo_join_set_len(set), 2);
        assert_int_equal(edo_join_set_next(set, &joined), 1);
    }
    assert_int_equal(edo_join_set_len(set), 1);
    edo_join_set_free(set);
}

struct numbered {
    gate *gate;
    int number;
};

static int wait_and_return(void *arg)
{
    struct numbered *n = arg;
    int rc = gate_wait(n->gate);

    return rc < 0 ? rc : n->number;
}

EDO_TEST_BOTH(single_tasks_are_aborted_by_their_handles) /* task-044 */
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    struct numbered numbers[16];
    edo_task tasks[16];
    edo_joined joined;
    unsigned canceled = 0, seen = 0;

    for (int i = 0; i < 16; i++) {
        numbers[i] = (struct numbered){&g, i};
        assert_ok(edo_join_set_spawn(set, wait_and_return, &numbers[i], &tasks[i]));
    }
    for (int i = 1; i < 16; i += 2)
        assert_ok(edo_task_abort(tasks[i]));
    for (; canceled < 8; canceled++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_int_equal(joined.result, -ECANCELED);
    }
    assert_int_equal(edo_join_set_try_next(set, &joined), -EAGAIN);
    gate_open(&g);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_true(joined.result >= 0 && joined.result % 2 == 0);
        seen |= 1u << joined.result;
    }
    assert_int_equal(seen, 0x5555);
    assert_int_equal(edo_join_set_next(set, &joined), 0);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(abort_all_keeps_them_in_the_set)
{
    edo_join_set *set = new_set();
    unsigned ended = 0;
    edo_joined joined;

    spawn_ended(set, 7, NULL);
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join_set_spawn(set, send_at_the_end, &ended, NULL));
    edo_join_set_abort_all(set);
    assert_int_equal(edo_join_set_len(set), 5);
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.result, 7);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_int_equal(joined.result, -ECANCELED);
    }
    assert_int_equal(ended, 4);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(shutdown_waits_for_all) /* task-045 */
{
    edo_join_set *set = new_set();
    static unsigned ended;

    assert_ok(edo_join_set_shutdown(set)); /* of nobody */
    for (int round = 0; round < 2; round++) {
        a_store(&ended, 0, seq_cst);
        spawn_ended(set, 1, NULL);
        for (int i = 0; i < 8; i++)
            assert_ok(edo_join_set_spawn(set, send_at_the_end, &ended, NULL));
        if (round)
            assert_ok(edo_yield());
        assert_ok(edo_join_set_shutdown(set));
        assert_int_equal(a_load(&ended, seq_cst), 8);
        assert_true(edo_join_set_is_empty(set));
    }
    edo_join_set_free(set);
}

static int shut_down_aborted(void *set)
{
    assert_ok(edo_task_self_abort());
    assert_err(edo_join_set_shutdown(set), -ECANCELED);
    return 0;
}

EDO_TEST_BOTH(shutdown_in_an_aborted_task_aborts_though_it_may_not_wait)
{
    edo_join_set *set = new_set();
    unsigned ended = 0;
    edo_joined joined;
    edo_task t;

    assert_ok(edo_join_set_spawn(set, send_at_the_end, &ended, NULL));
    assert_ok(edo_spawn(shut_down_aborted, set, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.result, -ECANCELED);
    edo_join_set_free(set);
}

static int join_one(void *arg)
{
    edo_joined joined;
    int rc = edo_join_set_next(arg, &joined);

    return rc == 1 ? joined.result : -ENOENT;
}

EDO_TEST_PLAIN(its_tasks_end_with_their_runtime) /* task-046 */
{
    edo_join_set *set = new_set();
    unsigned ended = 0;
    edo_runtime *first, *second;

    assert_ok(edo_runtime_new(NULL, &first));
    assert_ok(edo_runtime_new(NULL, &second));
    edo_handle *handle = edo_runtime_handle(first);
    assert_ok(
        edo_join_set_spawn_with(set, EDO_OPTS(spawn, .on = handle), send_at_the_end, &ended, NULL));
    edo_handle_unref(handle);
    edo_runtime_free(first);
    assert_int_equal(ended, 1);
    assert_int_equal(edo_block_on(second, join_one, set), -EDO_ESHUTDOWN);
    edo_runtime_free(second);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(try_next_takes_all_that_ended_in_one_go) /* task-047 */
{
    enum { TASKS = 1000 };
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    edo_task *tasks = calloc(TASKS, sizeof *tasks);
    uint64_t sum = 0, joined_sum = 0, xored = 0;
    edo_joined joined;

    assert_int_equal(edo_join_set_try_next(set, &joined), 0);
    for (int i = 0; i < TASKS; i++) {
        assert_ok(edo_join_set_spawn(set, wait_for_gate, &g, &tasks[i]));
        sum += edo_task_id(tasks[i]);
        xored ^= edo_task_id(tasks[i]);
    }
    assert_int_equal(edo_join_set_try_next(set, &joined), -EAGAIN);
    gate_open(&g);
    for (int i = 0; i < TASKS; i++)
        task_wait_until(edo_task_is_finished(tasks[i]));
    /* The last worker says so just before it comes to the set. */
    for (int i = 0; i < TASKS; i++) {
        int rc;
        task_wait_until((rc = edo_join_set_try_next(set, &joined)) != -EAGAIN);
        assert_int_equal(rc, 1);
        joined_sum += joined.id;
        xored ^= joined.id;
    }
    assert_int_equal(edo_join_set_try_next(set, &joined), 0);
    assert_int_equal(joined_sum, sum);
    assert_int_equal(xored, 0);
    free(tasks);
    edo_join_set_free(set);
}

EDO_TEST(it_takes_part_in_the_budget) /* task-048 */
{
    edo_join_set *set = new_set();
    edo_joined joined;
    unsigned pending = 0;

    for (intptr_t i = 0; i < 1000; i++)
        assert_ok(edo_join_set_spawn(set, return_number, (void *)i, NULL));
    assert_ok(edo_yield()); /* all have ended */
    uint64_t sum = 0;
    for (int i = 0; i < 1000; i++) {
        edo_join_next_future next = edo_join_set_next_async(set, &joined);
        while (edo_test_poll(&next.base) == EDO_PENDING) {
            pending += edo_test_is_woken(); /* by itself: it only lets others run */
            assert_ok(edo_yield());
        }
        assert_int_equal(next.base.result, 1);
        sum += (uint64_t)joined.result;
    }
    assert_true(pending > 0);
    assert_int_equal(sum, 999 * 1000 / 2);
    edo_join_set_free(set);
}

EDO_TEST(a_wait_is_woken_once_by_the_next_end)
{
    edo_join_set *set = new_set();
    gate first = GATE_INIT, second = GATE_INIT;
    edo_joined joined;

    assert_ok(edo_join_set_spawn(set, wait_for_gate, &first, NULL));
    assert_ok(edo_join_set_spawn(set, wait_for_gate, &second, NULL));
    edo_join_next_future next = edo_join_set_next_async(set, &joined);
    edo_test_task *hand = hand_wait(&next.base);
    assert_ok(edo_yield());
    hand_waits_on(hand);
    gate_open(&first);
    gate_open(&second);
    assert_ok(edo_yield());
    hand_end(hand, &next.base, 1);
    assert_int_equal(edo_join_set_len(set), 1);
    next = edo_join_set_next_async(set, NULL);
    assert_ready_eq(&next.base, 1);
    next = edo_join_set_next_async(set, NULL);
    assert_ready_eq(&next.base, 0);
    edo_join_set_free(set);
}

EDO_TEST(a_wait_ends_when_nobody_is_left)
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    edo_joined joined;

    assert_ok(edo_join_set_spawn(set, wait_for_gate, &g, NULL));
    edo_join_next_future next = edo_join_set_next_async(set, &joined);
    edo_test_task *hand = hand_wait(&next.base);
    edo_join_set_detach_all(set);
    hand_end(hand, &next.base, 0);
    gate_open(&g);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    edo_join_set_free(set);
}

EDO_TEST(one_at_a_time_joins)
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;

    assert_ok(edo_join_set_spawn(set, wait_for_gate, &g, NULL));
    edo_join_next_future first = edo_join_set_next_async(set, NULL);
    edo_join_next_future second = edo_join_set_next_async(set, NULL);
    edo_join_shutdown_future third = edo_join_set_shutdown_async(set);
    third.has_aborted = true;
    assert_pending(&first.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    assert_ready_eq(&third.base, -EDO_EMISUSE);
    edo_future_cancel(&first.base);
    assert_ready_eq(&first.base, -ECANCELED);
    gate_open(&g);
    assert_int_equal(edo_join_set_next(set, NULL), 1);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(its_copies_neither_join_nor_detach)
{
    edo_join_set *set = new_set();
    edo_joined joined;
    edo_task t;

    spawn_ended(set, 4, &t);
    assert_err(edo_join(t, NULL), -EDO_EMISUSE);
    assert_err(edo_task_detach(t), -EDO_EMISUSE);
    uint64_t id = edo_task_id(t);
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.id, id);
    assert_int_equal(joined.result, 4);
    assert_err(edo_task_abort(t), -ESRCH);
    assert_int_equal(edo_task_id(t), 0);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(futures_are_spawned_into_it)
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    gate_future opened = gate_async(&g);
    edo_joined joined;

    assert_ok(edo_join_set_spawn_future(set, &opened.base, sizeof opened, NULL));
    gate_open(&g);
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.result, 0);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(a_spawn_that_fails_leaves_it_as_it_was)
{
    edo_join_set *set = new_set();
    edo_task t = {0};
    edo_future never = edo_pending();

    assert_err(edo_join_set_spawn(set, NULL, NULL, &t), -EINVAL);
    assert_err(
        edo_join_set_spawn_with(set, EDO_OPTS(spawn, .stack_size = 1), return_number, NULL, &t),
        -EINVAL);
    assert_err(edo_join_set_spawn_future(set, &never, 1, &t), -EINVAL);
    assert_null(t.header);
    assert_true(edo_join_set_is_empty(set));
    edo_join_set_free(set);
}

EDO_TEST_PLAIN(outside_of_a_runtime_nothing_is_spawned)
{
    edo_join_set *set = new_set();

    assert_err(edo_join_set_spawn(set, return_number, NULL, NULL), -EDO_ENORUNTIME);
    assert_true(edo_join_set_is_empty(set));
    assert_int_equal(edo_join_set_next(set, NULL), 0); /* a thread may ask */
    edo_join_set_free(set);
}

static void *join_in_a_thread(void *set)
{
    edo_joined joined;

    assert_int_equal(edo_join_set_next(set, &joined), 1);
    return (void *)(intptr_t)joined.result;
}

EDO_TEST_BOTH(a_thread_joins)
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    struct numbered n = {&g, 6};

    assert_ok(edo_join_set_spawn(set, wait_and_return, &n, NULL));
    pthread_t thread = start_thread(join_in_a_thread, set);
    task_wait_until(gate_waiting(&g) == 1);
    gate_open(&g);
    task_wait_until(edo_join_set_is_empty(set));
    assert_int_equal((intptr_t)join_thread(thread), 6);
    edo_join_set_free(set);
}

static void open_it(void *g)
{
    gate_open(g);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
}

EDO_TEST(a_loser_puts_its_task_back)
{
    edo_join_set *set = new_set();
    gate g = GATE_INIT;
    struct numbered n = {&g, 11};
    edo_joined joined = {0};
    edo_task t;

    assert_ok(edo_join_set_spawn(set, wait_and_return, &n, &t));
    uint64_t id = edo_task_id(t);
    edo_join_next_future next = edo_join_set_next_async(set, &joined);
    lose_after(&next.base, open_it, &g);
    assert_int_equal(next.base.result, -ECANCELED);
    spawn_ended(set, 12, NULL); /* behind it */
    assert_int_equal(edo_join_set_len(set), 2);
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.result, 11);
    assert_int_equal(joined.id, id);
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    assert_int_equal(joined.result, 12);
    edo_join_set_free(set);
}

/* --- cancelled at every step -------------------------------------------------------------------- */

static int spawn_and_join(void *arg)
{
    edo_join_set **set = arg;
    int rc = 1;

    *set = new_set();
    for (uintptr_t i = 0; i < 3; i++)
        assert_ok(edo_join_set_spawn(*set, sleep_so_many, (void *)i, NULL));
    while (rc == 1) {
        size_t before = edo_join_set_len(*set);
        rc = note(edo_join_set_next(*set, NULL));
        assert_int_equal(edo_join_set_len(*set), before - (rc == 1));
    }
    return rc;
}

/* The runtime is gone: all its tasks have ended, and each that was not joined is there. */
static void check_all_there(void *arg, unsigned step)
{
    edo_join_set **set = arg;
    edo_joined joined;

    (void)step;
    if (!*set)
        return;
    for (size_t left = edo_join_set_len(*set); left > 0; left--)
        assert_int_equal(edo_join_set_try_next(*set, &joined), 1);
    assert_int_equal(edo_join_set_try_next(*set, &joined), 0);
    edo_join_set_free(*set);
    *set = NULL;
}

EDO_TEST_PLAIN(nobody_is_lost_by_a_cancel_at_any_step)
{
    edo_join_set *set = NULL;

    check_cancels(spawn_and_join, check_all_there, &set);
}

static int spawn_and_shut_down(void *arg)
{
    edo_join_set **set = arg;

    *set = new_set();
    for (uintptr_t i = 0; i < 3; i++)
        assert_ok(edo_join_set_spawn(*set, sleep_so_many, (void *)i, NULL));
    edo_yield();
    return note(edo_join_set_shutdown(*set));
}

EDO_TEST_PLAIN(a_shutdown_may_be_cut_short_at_any_step)
{
    edo_join_set *set = NULL;

    check_cancels(spawn_and_shut_down, check_all_there, &set);
}

struct next_case {
    edo_join_set *set;
    gate gate;
    struct numbered number;
    edo_join_next_future next;
    edo_joined joined;
    bool opened;
};

static edo_future *make_next(void *arg)
{
    struct next_case *c = arg;

    *c = (struct next_case){.set = new_set(), .gate = GATE_INIT};
    c->number = (struct numbered){&c->gate, 5};
    assert_ok(edo_join_set_spawn(c->set, wait_and_return, &c->number, NULL));
    c->next = edo_join_set_next_async(c->set, &c->joined);
    return &c->next.base;
}

static void end_it(void *arg)
{
    struct next_case *c = arg;

    gate_open(&c->gate);
    edo_yield();
    edo_yield();
    c->opened = true;
}

static void check_next(void *arg, unsigned step, int64_t result)
{
    struct next_case *c = arg;

    (void)step;
    assert_true(result == 1 || result == -ECANCELED);
    assert_true(result != 1 || c->joined.result == 5);
    assert_int_equal(edo_join_set_len(c->set), result != 1);
    end_it(c); /* in any case its task doesn't need the gate any more */
    assert_int_equal(edo_join_set_try_next(c->set, &c->joined), result != 1);
    assert_int_equal(c->joined.result, 5);
    edo_join_set_free(c->set);
}

EDO_TEST(a_task_is_joined_or_there_wherever_its_join_is_cancelled)
{
    struct next_case c;

    check_future_cancels(make_next, end_it, check_next, &c);
}

/* A worker takes those used last first, so on one thread it is the next task's. */
EDO_TEST(a_header_that_nobody_joined_is_free_with_the_set)
{
    edo_join_set *set;
    edo_task ended, next;

    for (int detaches = 0; detaches < 2; detaches++) {
        assert_ok(edo_join_set_new(&set));
        assert_ok(edo_join_set_spawn(set, return_number, NULL, &ended));
        task_wait_until(edo_task_is_finished(ended));
        if (detaches)
            assert_int_equal(edo_join_set_detach_all(set), 1);
        edo_join_set_free(set);
        assert_ok(edo_spawn(return_number, NULL, &next));
        assert_ptr_equal(next.header, ended.header);
        assert_ok(edo_join(next, NULL));
    }
}

EDO_TEST_PLAIN(null_is_no_set)
{
    assert_err(edo_join_set_new(NULL), -EINVAL);
    edo_join_set_free(NULL);
    assert_err(edo_join_set_spawn(NULL, return_number, NULL, NULL), -EINVAL);
    assert_int_equal(edo_join_set_len(NULL), 0);
    assert_err(edo_join_set_next(NULL, NULL), -EINVAL);
    assert_err(edo_join_set_try_next(NULL, NULL), -EINVAL);
    edo_join_set_abort_all(NULL);
    assert_int_equal(edo_join_set_detach_all(NULL), 0);
    assert_err(edo_join_set_shutdown(NULL), -EINVAL);
}
