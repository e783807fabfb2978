/* group_test.c: tasks that can't outlive whoever started them. */
#include <stdlib.h>

#include "support/gate.h"
#include "sync/cancel_rig.h"

static edo_group *new_group(const edo_group_opts *opts)
{
    edo_group *group;

    assert_ok(edo_group_new(opts, &group));
    return group;
}

static int return_number(void *number)
{
    return (int)(intptr_t)number;
}

static int sleep_for_ever(void *arg)
{
    unsigned *ended = arg; /* atomic, or NULL */
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);

    if (ended)
        a_fetch_add(ended, 1, seq_cst);
    return rc;
}

static int clean_up_later(void *arg)
{
    int rc = sleep_for_ever(arg);

    EDO_SHIELDED(EDO_MILLIS(5))
    edo_yield();
    return rc;
}

static int wait_for_gate(void *g)
{
    return gate_wait(g);
}

/* Counts how many run at a time. */
struct crowd {
    unsigned now, most, all; /* plain: on one thread */
};

static int stay_a_while(void *arg)
{
    struct crowd *c = arg;

    c->all++;
    if (++c->now > c->most)
        c->most = c->now;
    int rc = edo_sleep(EDO_MILLIS(1));
    c->now--;
    return rc;
}

static int add_to(void *sum)
{
    edo_yield();
    a_fetch_add((unsigned *)sum, 1, seq_cst);
    return 0;
}

EDO_TEST_BOTH(a_group_waits_for_all) /* future-064 */
{
    edo_group *group = new_group(NULL);
    unsigned sum = 0;
    edo_joined joined = {.id = 9};

    assert_ok(edo_group_wait(group, NULL)); /* for nobody */
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++)
            assert_ok(edo_group_spawn(group, add_to, &sum));
        assert_ok(edo_group_wait(group, &joined));
        assert_int_equal(sum, 100 * (round + 1));
        assert_int_equal(joined.id, 0);
        assert_int_equal(edo_group_len(group), 0);
    }
    assert_false(edo_group_is_canceled(group));
    edo_group_free(group);
}

static int wait_when_aborted(void *arg)
{
    while (edo_yield() == 0) /* until it is aborted */
        ;
    return edo_group_wait(arg, NULL);
}

EDO_TEST(a_cancel_after_the_last_end_cuts_nothing_short)
{
    edo_group *group = new_group(NULL);
    edo_task waiter;
    int ret;

    assert_ok(edo_group_spawn(group, return_number, NULL));
    assert_ok(edo_spawn(wait_when_aborted, group, &waiter));
    task_wait_until(edo_group_len(group) == 0);
    assert_ok(edo_task_abort(waiter));
    assert_ok(edo_join(waiter, &ret));
    assert_int_equal(ret, 0);
    assert_false(edo_group_is_canceled(group));
    edo_group_free(group);
}

static int wait_for_my_own(void *group)
{
    return edo_group_wait(group, NULL);
}

EDO_TEST_BOTH(a_task_does_not_wait_for_its_own_group)
{
    edo_group *group = new_group(NULL), *other = new_group(NULL);
    edo_joined joined;

    assert_ok(edo_group_spawn(group, wait_for_my_own, group));
    assert_err(edo_group_wait(group, &joined), -EDEADLK);
    assert_int_equal(joined.result, -EDEADLK);
    assert_ok(edo_group_spawn(other, return_number, NULL));
    edo_group_free(group);
    group = new_group(NULL);
    assert_ok(edo_group_spawn(group, wait_for_my_own, other)); /* which is another's */
    assert_ok(edo_group_wait(group, NULL));
    edo_group_free(group);
    edo_group_free(other);
}

EDO_TEST(a_failure_stops_nobody_unless_it_is_told_to) /* future-065 */
{
    edo_group *group = new_group(NULL);
    gate g = GATE_INIT;
    edo_joined joined;

    assert_ok(edo_group_spawn(group, return_number, (void *)-EPIPE));
    assert_ok(edo_group_spawn(group, return_number, (void *)-EBUSY));
    assert_ok(edo_group_spawn(group, wait_for_gate, &g));
    edo_group_wait_future wait = edo_group_wait_async(group, &joined);
    edo_test_task *hand = hand_wait(&wait.base);
    assert_ok(edo_yield());
    hand_waits_on(hand);
    assert_false(edo_group_is_canceled(group));
    gate_open(&g);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    hand_end(hand, &wait.base, -EPIPE);
    assert_int_equal(joined.result, -EPIPE);
    assert_true(joined.id != 0);
    edo_group_free(group);
}

EDO_TEST_BOTH(the_first_failure_cancels_the_rest) /* future-065 */
{
    edo_group *group = new_group(EDO_OPTS(group, .all_or_none = true));
    static unsigned ended;
    edo_joined joined;

    for (int i = 0; i < 20; i++)
        assert_ok(edo_group_spawn(group, i == 19 ? return_number : sleep_for_ever,
                                  i == 19 ? (void *)-EPIPE : &ended));
    assert_err(edo_group_wait(group, &joined), -EPIPE);
    assert_int_equal(joined.result, -EPIPE);
    assert_int_equal(a_load(&ended, seq_cst), 19);
    assert_true(edo_group_is_canceled(group));
    assert_err(edo_group_spawn(group, add_to, &ended), -ECANCELED);
    assert_err(edo_group_try_spawn(group, add_to, &ended), -ECANCELED);
    assert_int_equal(a_load(&ended, seq_cst), 19);
    edo_group_free(group);
}

EDO_TEST_BOTH(the_first_success_wins_a_race)
{
    edo_group *group = new_group(EDO_OPTS(group, .race = true));
    static unsigned ended;
    edo_joined joined;

    assert_ok(edo_group_spawn(group, return_number, (void *)-EPIPE));
    task_wait_until(edo_group_len(group) == 0);
    for (int i = 0; i < 10; i++)
        assert_ok(edo_group_spawn(group, sleep_for_ever, &ended));
    assert_false(edo_group_is_canceled(group));
    assert_ok(edo_group_spawn(group, return_number, (void *)5));
    assert_ok(edo_group_wait(group, &joined));
    assert_int_equal(joined.result, 5);
    assert_int_equal(a_load(&ended, seq_cst), 10);
    assert_true(edo_group_is_canceled(group));
    edo_group_free(group);
}

EDO_TEST_BOTH(a_race_that_nobody_wins_fails_as_its_first)
{
    edo_group *group = new_group(EDO_OPTS(group, .race = true));
    edo_joined joined;

    assert_ok(edo_group_spawn(group, return_number, (void *)-EPIPE));
    task_wait_until(edo_group_len(group) == 0);
    assert_ok(edo_group_spawn(group, return_number, (void *)-EBUSY));
    assert_err(edo_group_wait(group, &joined), -EPIPE);
    edo_group_free(group);
}

EDO_TEST(no_more_than_its_limit_run_at_a_time)
{
    edo_group *group = new_group(EDO_OPTS(group, .limit = 3));
    struct crowd c = {0};

    for (int i = 0; i < 19; i++)
        assert_ok(edo_group_spawn(group, stay_a_while, &c));
    assert_err(edo_group_spawn(group, NULL, NULL), -EINVAL); /* and takes no room */
    assert_err(edo_group_spawn_with(group, EDO_OPTS(spawn, .stack_size = 1), stay_a_while, &c),
               -EINVAL);
    assert_ok(edo_group_spawn(group, stay_a_while, &c));
    assert_ok(edo_group_wait(group, NULL));
    assert_int_equal(c.all, 20);
    assert_int_equal(c.most, 3);
    for (int i = 0; i < 3; i++)
        assert_ok(edo_group_try_spawn(group, stay_a_while, &c));
    assert_err(edo_group_try_spawn(group, stay_a_while, &c), -EAGAIN);
    assert_ok(edo_group_wait(group, NULL));
    edo_group_free(group);
}

struct spawner {
    edo_group *group;
    int result;
};

static int spawn_one_more(void *arg)
{
    struct spawner *s = arg;

    s->result = edo_group_spawn(s->group, return_number, NULL);
    return 0;
}

EDO_TEST(a_cancel_ends_a_spawn_that_waits_for_room)
{
    edo_group *group = new_group(EDO_OPTS(group, .limit = 1));
    struct spawner s = {.group = group};
    edo_task t;

    assert_ok(edo_group_spawn(group, sleep_for_ever, NULL));
    assert_ok(edo_spawn(spawn_one_more, &s, &t));
    assert_ok(edo_yield());
    edo_group_cancel(group);
    assert_ok(edo_join(t, NULL));
    assert_int_equal(s.result, -ECANCELED);
    assert_err(edo_group_wait(group, NULL), -ECANCELED);
    edo_group_free(group);
}

/* What was not taken is as it was. */
static void assert_refused(edo_group *group, unsigned *calls, int why)
{
    size_t len = edo_group_len(group);

    assert_err(edo_group_spawn(group, add_to, calls), why);
    assert_err(edo_group_try_spawn(group, add_to, calls), why);
    assert_true(edo_group_len(group) <= len); /* those that are in it may have ended */
}

EDO_TEST_BOTH(a_cancelled_group_takes_nothing) /* future-066 */
{
    edo_group *group = new_group(NULL), *limited = new_group(EDO_OPTS(group, .limit = 5));
    static unsigned calls;

    assert_ok(edo_group_spawn(group, sleep_for_ever, NULL));
    edo_group_cancel(group);
    edo_group_cancel(limited);
    assert_refused(group, &calls, -ECANCELED);
    assert_refused(limited, &calls, -ECANCELED);
    assert_err(edo_group_wait(group, NULL), -ECANCELED);
    edo_group_free(limited);
    edo_group_free(group);
    assert_int_equal(calls, 0);
}

struct late {
    gate waits;
    unsigned calls;
};

static int spawn_at_shutdown(void *arg)
{
    struct late *late = arg;
    edo_group *group = new_group(NULL);

    assert_ok(edo_group_spawn(group, clean_up_later, NULL));
    gate_open(&late->waits);
    int rc = sleep_for_ever(NULL);
    assert_refused(group, &late->calls, rc);
    edo_group_free(group);
    return rc;
}

EDO_TEST_PLAIN(a_group_takes_nothing_after_a_shutdown) /* future-066 */
{
    edo_runtime *runtime;
    edo_handle *handle;
    struct late late = {.waits = GATE_INIT};
    edo_task t;
    int ret = 0;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &runtime));
    handle = edo_runtime_handle(runtime);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), spawn_at_shutdown, &late, &t));
    assert_ok(gate_wait(&late.waits));
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(60)));
    assert_ok(edo_join(t, &ret));
    assert_err(ret, -EDO_ESHUTDOWN);
    assert_int_equal(late.calls, 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

static int spawn_into_its_own(void *group)
{
    return edo_group_spawn(group, return_number, (void *)-EPIPE);
}

EDO_TEST_BOTH(its_tasks_spawn_into_it_as_well)
{
    edo_group *group = new_group(NULL);

    assert_ok(edo_group_spawn(group, spawn_into_its_own, group));
    assert_err(edo_group_wait(group, NULL), -EPIPE);
    edo_group_free(group);
}

struct parent {
    unsigned begun, ended; /* atomic */
    int result;
};

/* Its child uses its stack, and takes its time to end. */
static int clean_up_slowly(void *arg)
{
    struct parent *p = arg;
    edo_future never = edo_pending();

    a_fetch_add(&p->begun, 1, seq_cst);
    int rc = (int)edo_await(&never);
    for (int i = 0; i < 10; i++)
        edo_yield();
    a_fetch_add(&p->ended, 1, seq_cst);
    return rc;
}

static int wait_for_children(void *arg)
{
    struct parent *p = arg, own = {0};
    edo_group *group = new_group(NULL);

    for (int i = 0; i < 3; i++)
        assert_ok(edo_group_spawn(group, clean_up_slowly, &own));
    a_store(&p->begun, 1, seq_cst);
    p->result = edo_group_wait(group, NULL);
    assert_int_equal(own.ended, 3); /* cut short or not */
    edo_group_free(group);
    return 0;
}

EDO_TEST_BOTH(a_wait_that_is_cut_short_ends_after_its_tasks) /* future-064 */
{
    for (int early = 0; early < 2; early++) {
        struct parent p = {0};
        edo_task t;
        assert_ok(edo_spawn(wait_for_children, &p, &t));
        if (!early)
            task_wait_until(a_load(&p.begun, seq_cst));
        assert_ok(edo_task_abort(t)); /* early: before it has made the group */
        assert_ok(edo_join(t, NULL));
        assert_int_equal(p.result, -ECANCELED);
    }
}

static int free_with_children(void *arg)
{
    struct parent own = {0};
    edo_group *group __attribute__((cleanup(edo_group_cleanup))) = new_group(NULL);

    (void)arg;
    for (int i = 0; i < 3; i++)
        if (edo_group_spawn(group, clean_up_slowly, &own) < 0)
            return -1;
    edo_yield();
    edo_group_cleanup(&group); /* what the end of the block does */
    assert_null(group);
    return (int)own.ended;
}

EDO_TEST_BOTH(freeing_it_cancels_and_waits) /* future-064 */
{
    edo_task t;
    int ret = 0;

    assert_int_equal(free_with_children(NULL), 3);
    assert_ok(edo_spawn(free_with_children, NULL, &t));
    assert_ok(edo_task_abort(t)); /* may not wait, and does */
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 3);
}

EDO_TEST_BOTH(a_timeout_of_its_wait_cancels_it)
{
    edo_group *group = new_group(NULL);
    static unsigned ended;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_group_spawn(group, sleep_for_ever, &ended));
    edo_group_wait_future wait = edo_group_wait_async(group, NULL);
    assert_err(edo_timeout(&wait.base, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_int_equal(a_load(&ended, seq_cst), 3);
    assert_int_equal(edo_group_len(group), 0);
    assert_true(edo_group_is_canceled(group));
    edo_group_free(group);
}

EDO_TEST(what_was_decided_before_the_cancel_stands)
{
    edo_group *group = new_group(NULL);

    assert_ok(edo_group_spawn(group, return_number, (void *)-EPIPE));
    assert_ok(edo_group_spawn(group, sleep_for_ever, NULL));
    assert_ok(edo_yield());
    edo_group_cancel(group);
    assert_err(edo_group_wait(group, NULL), -EPIPE);
    edo_group_free(group);
}

EDO_TEST(one_at_a_time_waits)
{
    edo_group *group = new_group(NULL);

    assert_ok(edo_group_spawn(group, sleep_for_ever, NULL));
    edo_group_wait_future first = edo_group_wait_async(group, NULL);
    edo_group_wait_future second = edo_group_wait_async(group, NULL);
    assert_pending(&first.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    edo_future_cancel(&first.base);
    assert_pending(&first.base); /* its task has not ended */
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    assert_ready_eq(&first.base, -ECANCELED);
    edo_group_free(group);
}

static void *wait_in_a_thread(void *group)
{
    return (void *)(intptr_t)edo_group_wait(group, NULL);
}

EDO_TEST_BOTH(a_thread_waits_for_a_group)
{
    edo_group *group = new_group(NULL);
    gate g = GATE_INIT;

    assert_ok(edo_group_spawn(group, wait_for_gate, &g));
    pthread_t thread = start_thread(wait_in_a_thread, group);
    task_wait_until(gate_waiting(&g) == 1);
    gate_open(&g);
    task_wait_until(edo_group_len(group) == 0);
    assert_int_equal((intptr_t)join_thread(thread), 0);
    edo_group_free(group);
}

/* A cancel that comes while others spawn: nobody gets away. */
static int spawn_many(void *arg)
{
    edo_group *group = arg;
    int rc = 0;

    for (int i = 0; i < 2000 && rc == 0; i++)
        rc = edo_group_spawn(group, sleep_for_ever, NULL);
    return rc == -ECANCELED ? 0 : rc;
}

EDO_TEST_MT(no_task_gets_away_from_a_cancel)
{
    for (unsigned round = 0; round < test_count(20); round++) {
        edo_group *group = new_group(round % 2 ? EDO_OPTS(group, .limit = 500) : NULL);
        edo_task spawners[3];
        int ret = 1;
        for (int i = 0; i < 3; i++)
            assert_ok(edo_spawn(spawn_many, group, &spawners[i]));
        for (unsigned i = 0; i < round; i++)
            assert_ok(edo_yield());
        edo_group_cancel(group);
        for (int i = 0; i < 3; i++) {
            assert_ok(edo_join(spawners[i], &ret));
            assert_int_equal(ret, 0);
        }
        edo_group_wait(group, NULL);
        assert_int_equal(edo_group_len(group), 0);
        edo_group_free(group);
    }
}

static int run_a_group(void *arg)
{
    unsigned *left = arg, own = 0;
    edo_group *group = new_group(EDO_OPTS(group, .limit = 2));
    struct crowd c = {0};
    int rc = 0;

    a_fetch_add(left, 1, seq_cst);
    for (int i = 0; i < 4 && rc == 0; i++)
        rc = edo_group_spawn(group, i % 2 ? add_to : stay_a_while, i % 2 ? (void *)&own : &c);
    if (rc == 0)
        rc = note(edo_group_wait(group, NULL));
    else
        cut += rc == -ECANCELED;
    edo_group_free(group);
    assert_int_equal(c.now, 0);
    a_fetch_sub(left, 1, seq_cst);
    return rc;
}

static void check_none_left(void *left, unsigned step)
{
    (void)step;
    assert_int_equal(*(unsigned *)left, 0);
}

EDO_TEST_PLAIN(no_task_is_left_after_a_cancel_at_any_step)
{
    unsigned left = 0;

    check_cancels(run_a_group, check_none_left, &left);
}

EDO_TEST_PLAIN(null_is_no_group)
{
    edo_group *none = NULL;

    assert_err(edo_group_new(NULL, NULL), -EINVAL);
    assert_err(edo_group_new(EDO_OPTS(group, .limit = SIZE_MAX), &none), -EINVAL);
    assert_null(none);
    edo_group_free(NULL);
    edo_group_cleanup(&none);
    edo_group_cleanup(NULL);
    assert_err(edo_group_spawn(NULL, return_number, NULL), -EINVAL);
    assert_err(edo_group_try_spawn(NULL, return_number, NULL), -EINVAL);
    assert_err(edo_group_wait(NULL, NULL), -EINVAL);
    edo_group_cancel(NULL);
    assert_false(edo_group_is_canceled(NULL));
    assert_int_equal(edo_group_len(NULL), 0);
    none = new_group(NULL);
    assert_err(edo_group_spawn(none, return_number, NULL), -EDO_ENORUNTIME);
    assert_ok(edo_group_wait(none, NULL));
    edo_group_free(none);
}
