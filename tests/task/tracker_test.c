/* tracker_test.c: what is tracked, and when all of it is over. */
#include <stdlib.h>

#include "base/macros.h"
#include "support/gate.h"
#include "sync/cancel_rig.h"

static edo_tracker *new_tracker(void)
{
    edo_tracker *tracker;

    assert_ok(edo_tracker_new(&tracker));
    return tracker;
}

EDO_TEST_PLAIN(a_new_one_is_open_and_empty) /* util-016 */
{
    edo_tracker *tracker = new_tracker();
    edo_tracker_token token = edo_tracker_hold(tracker);

    edo_tracker_token_drop(&token);
    assert_false(edo_tracker_is_closed(tracker));
    assert_true(edo_tracker_is_empty(tracker));
    assert_int_equal(edo_tracker_len(tracker), 0);
    assert_int_equal(edo_tracker_reopen(tracker), 0);
    token = edo_tracker_hold(tracker);
    assert_int_equal(edo_tracker_close(tracker), 1);
    assert_int_equal(edo_tracker_close(tracker), 0);
    assert_true(edo_tracker_is_closed(tracker));
    assert_int_equal(edo_tracker_len(tracker), 1);
    assert_int_equal(edo_tracker_reopen(tracker), 1);
    assert_int_equal(edo_tracker_reopen(tracker), 0);
    assert_false(edo_tracker_is_closed(tracker));
    assert_int_equal(edo_tracker_len(tracker), 1);
    edo_tracker_token_drop(&token);
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(it_counts_tokens) /* util-017 */
{
    edo_tracker *tracker = new_tracker();
    edo_tracker_token tokens[10];

    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(edo_tracker_len(tracker), i);
        tokens[i] = edo_tracker_hold(tracker);
    }
    for (size_t i = 10; i-- > 0;) {
        edo_tracker_token_drop(&tokens[i]);
        edo_tracker_token_drop(&tokens[i]); /* nothing any more */
        assert_int_equal(edo_tracker_len(tracker), i);
    }
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(a_wait_needs_it_closed_and_empty) /* util-018 util-019 */
{
    edo_tracker *tracker = new_tracker();
    edo_tracker_wait_future wait = edo_tracker_wait_async(tracker);
    edo_test_task *hand = hand_wait(&wait.base);

    hand_waits_on(hand);
    assert_int_equal(edo_tracker_close(tracker), 1);
    hand_end(hand, &wait.base, 0);
    edo_tracker_wait_future second = edo_tracker_wait_async(tracker);
    assert_ready_eq(&second.base, 0);
    assert_ok(edo_tracker_wait(tracker));
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(the_last_token_ends_the_wait) /* util-020 util-021 */
{
    for (int closed_at = 0; closed_at <= 5; closed_at++) {
        edo_tracker *tracker = new_tracker();
        edo_tracker_token tokens[5];
        for (int i = 0; i < 5; i++)
            tokens[i] = edo_tracker_hold(tracker);
        edo_tracker_wait_future wait = edo_tracker_wait_async(tracker);
        edo_test_task *hand = hand_wait(&wait.base);
        for (int i = 0; i < 5; i++) {
            if (i == closed_at)
                edo_tracker_close(tracker);
            hand_waits_on(hand);
            edo_tracker_token_drop(&tokens[i]);
        }
        if (closed_at == 5) {
            hand_waits_on(hand);
            edo_tracker_close(tracker);
        }
        hand_end(hand, &wait.base, 0);
        assert_int_equal(edo_tracker_len(tracker), 0);
        edo_tracker_free(tracker);
    }
}

EDO_TEST_PLAIN(one_close_ends_all_waits) /* util-022 */
{
    edo_tracker *tracker = new_tracker();
    edo_tracker_wait_future waits[10];
    edo_test_task *hands[10];

    for (int i = 0; i < 10; i++) {
        waits[i] = edo_tracker_wait_async(tracker);
        hands[i] = hand_wait(&waits[i].base);
    }
    assert_int_equal(edo_tracker_close(tracker), 1);
    for (int i = 0; i < 10; i++) {
        hand_end(hands[i], &waits[i].base, 0);
        assert_int_equal(waits[i].base.result, 0);
    }
    edo_tracker_free(tracker);
}

struct count {
    unsigned ended; /* plain: the wait has to publish it */
    edo_mutex lock;
};

static int work(void *arg)
{
    struct count *c = arg;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_yield());
    assert_ok(edo_mutex_lock(&c->lock));
    c->ended++;
    assert_ok(edo_mutex_unlock(&c->lock));
    return 5;
}

EDO_TEST_BOTH(its_wait_ends_after_its_tasks) /* util-023 util-024 */
{
    struct count c = {0};
    edo_tracker *tracker = new_tracker();
    edo_runtime *other;
    edo_task first;
    int ret = 0;

    assert_ok(edo_runtime_new(NULL, &other));
    edo_handle *handle = edo_runtime_handle(other);
    for (int i = 0; i < 8; i++) {
        if (i == 4)
            edo_tracker_close(tracker); /* the others are tracked all the same */
        assert_ok(edo_tracker_spawn(tracker, work, &c, i ? NULL : &first));
        assert_ok(edo_tracker_spawn_with(tracker, EDO_OPTS(spawn, .on = handle, .name = "there"),
                                         work, &c, NULL));
    }
    assert_ok(edo_tracker_wait(tracker));
    assert_int_equal(edo_tracker_len(tracker), 0);
    assert_int_equal(c.ended, 16);
    assert_ok(edo_join(first, &ret)); /* its handle is as good as any */
    assert_int_equal(ret, 5);
    edo_handle_unref(handle);
    edo_runtime_free(other);
    edo_tracker_free(tracker);
}

struct call {
    gate gate;
    unsigned returned; /* plain */
};

static int wait_in_a_call(void *arg)
{
    struct call *c = arg;
    int rc = gate_wait(&c->gate); /* parks its thread */

    block_thread_for(2);
    c->returned++;
    return rc;
}

EDO_TEST_BOTH(a_blocking_call_is_tracked_until_it_has_returned) /* util-026 */
{
    edo_tracker *tracker = new_tracker();
    struct call c = {.gate = GATE_INIT};
    edo_task call;
    int ret = 1;

    assert_ok(edo_tracker_spawn_blocking(tracker, wait_in_a_call, &c, &call));
    edo_tracker_close(tracker);
    task_wait_until(gate_waiting(&c.gate) == 1);
    assert_int_equal(edo_tracker_len(tracker), 1);
    gate_open(&c.gate);
    assert_ok(edo_tracker_wait(tracker));
    assert_int_equal(c.returned, 1);
    assert_ok(edo_join(call, &ret));
    assert_int_equal(ret, 0);
    assert_err(edo_tracker_spawn_blocking(tracker, NULL, NULL, NULL), -EINVAL);
    assert_true(edo_tracker_is_empty(tracker));
    edo_tracker_free(tracker);
}

static int wait_for_ever(void *g)
{
    return gate_wait(g);
}

EDO_TEST_BOTH(freeing_it_aborts_nobody) /* util-025 */
{
    gate g = GATE_INIT;
    edo_tracker *tracker = new_tracker();
    edo_task tasks[8];
    int ret = 1;

    for (int i = 0; i < 8; i++)
        assert_ok(edo_tracker_spawn(tracker, wait_for_ever, &g, &tasks[i]));
    edo_tracker_free(tracker);
    task_wait_until(gate_waiting(&g) == 8);
    assert_ok(edo_yield());
    assert_int_equal(gate_waiting(&g), 8);
    gate_open(&g);
    for (int i = 0; i < 8; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, 0);
    }
}

static int return_at_once(void *arg)
{
    (void)arg;
    return -EPIPE;
}

EDO_TEST(it_keeps_nothing_of_those_that_ended) /* util-028 */
{
    edo_tracker *tracker = new_tracker();
    unsigned count = test_count(1000000);
    long before = 0;

    for (unsigned i = 0; i < count; i++) {
        assert_ok(edo_tracker_spawn(tracker, return_at_once, NULL, NULL));
        if (i % 256 == 0)
            task_wait_until(edo_tracker_is_empty(tracker));
        if (i == count / 10)
            before = rss_kib();
    }
    edo_tracker_close(tracker);
    assert_ok(edo_tracker_wait(tracker));
    if (!HAS_ASAN) /* whose allocator keeps what was freed for a while */
        assert_in_range(rss_kib(), 0, before + 4096 * (long)test_scale());
    assert_true(edo_tracker_is_empty(tracker));
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(a_moment_that_passed_ends_the_wait) /* util-029 */
{
    edo_tracker *tracker = new_tracker();
    edo_tracker_wait_future polled = edo_tracker_wait_async(tracker);
    edo_tracker_wait_future made = edo_tracker_wait_async(tracker);
    edo_test_task *hand = hand_wait(&polled.base);

    edo_tracker_close(tracker);
    edo_tracker_wait_future late = edo_tracker_wait_async(tracker);
    edo_tracker_reopen(tracker);
    edo_tracker_token token = edo_tracker_hold(tracker);
    edo_tracker_wait_future later = edo_tracker_wait_async(tracker);
    hand_end(hand, &polled.base, 0);
    assert_ready_eq(&made.base, 0);
    assert_ready_eq(&late.base, 0);
    hand = hand_wait(&later.base);
    hand_cancel(hand, &later.base, -ECANCELED);
    edo_tracker_token_drop(&token);
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(a_future_is_tracked_until_it_is_ready)
{
    edo_tracker *tracker = new_tracker();
    probe ends = probe_pending(), is_cut = probe_pending(), never = probe_pending();
    edo_tracked_future first = edo_tracker_track_async(tracker, &ends.base);
    edo_tracked_future second = edo_tracker_track_async(tracker, &is_cut.base);
    edo_tracked_future third = edo_tracker_track_async(tracker, &never.base);

    assert_int_equal(edo_tracker_len(tracker), 3);
    edo_future_cancel(&third.base);
    assert_ready_eq(&third.base, -ECANCELED);
    assert_true(edo_future_is_ready(&never.base));
    assert_int_equal(edo_tracker_len(tracker), 2);
    edo_test_task *hand = hand_wait(&first.base), *other = hand_wait(&second.base);
    assert_int_equal(edo_tracker_len(tracker), 2);
    probe_finish(&ends, 9);
    hand_end(hand, &first.base, 9);
    assert_int_equal(edo_tracker_len(tracker), 1);
    hand_cancel(other, &second.base, -ECANCELED);
    assert_int_equal(edo_tracker_len(tracker), 0);
    edo_tracker_free(tracker);
}

/* What a part owns goes with a composite that ends before its first poll; others can be used still. */
EDO_TEST(a_composite_that_never_began_gives_up_what_its_parts_own)
{
    edo_tracker *tracker = new_tracker();
    edo_cancel_token *token;
    probe p = probe_pending(), plain = probe_pending();
    edo_tracked_future tracked[4];
    edo_future *parts[2][2] = {{&tracked[0].base, &plain.base}, {&tracked[1].base, &plain.base}};

    assert_ok(edo_cancel_token_new(&token));
    for (int i = 0; i < 4; i++)
        tracked[i] = edo_tracker_track_async(tracker, &p.base);
    edo_select_future select = edo_select_async(parts[0], 2);
    edo_join_all_future join = edo_join_all_async(parts[1], 2);
    edo_timeout_future limit = edo_timeout_async(&tracked[2].base, EDO_SECONDS(1));
    edo_timeout_future outer = edo_timeout_async(&select.base, EDO_SECONDS(1));
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &tracked[3].base);
    edo_future *composites[] = {&outer.base, &join.base, &limit.base, &run.base};

    for (size_t i = 0; i < array_len(composites); i++) {
        edo_future_cancel(composites[i]);
        assert_ready_eq(composites[i], -ECANCELED);
        assert_int_equal(edo_tracker_len(tracker), 3 - i);
    }
    assert_false(edo_future_is_ready(&plain.base));
    edo_cancel_token_free(token);
    edo_tracker_free(tracker);
}

static void push_one(void *q)
{
    test_queue_push(q, 9);
}

EDO_TEST_PLAIN(a_tracked_loser_puts_back_what_its_future_took)
{
    edo_tracker *tracker = new_tracker();
    test_queue q = TEST_QUEUE_INIT;
    int item = 0;
    test_pop_future pop = test_queue_pop_async(&q, &item);
    edo_tracked_future tracked = edo_tracker_track_async(tracker, &pop.base);

    lose_after(&tracked.base, push_one, &q);
    assert_int_equal(tracked.base.result, -ECANCELED);
    assert_int_equal(test_queue_len(&q), 1);
    assert_true(edo_tracker_is_empty(tracker));
    edo_tracker_free(tracker);
}

EDO_TEST_BOTH(a_spawned_future_is_tracked)
{
    edo_tracker *tracker = new_tracker();
    gate g = GATE_INIT;
    gate_future opened = gate_async(&g);
    edo_task t;
    int ret = 1;

    assert_ok(edo_tracker_spawn_future(tracker, &opened.base, sizeof opened, &t));
    assert_int_equal(edo_tracker_len(tracker), 1);
    edo_tracker_close(tracker);
    gate_open(&g);
    assert_ok(edo_tracker_wait(tracker));
    assert_true(edo_task_is_finished(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    edo_tracker_free(tracker);
}

EDO_TEST_BOTH(a_spawn_that_fails_is_not_tracked)
{
    edo_tracker *tracker = new_tracker();
    edo_task t = {0};

    assert_err(edo_tracker_spawn(tracker, NULL, NULL, &t), -EINVAL);
    assert_err(
        edo_tracker_spawn_with(tracker, EDO_OPTS(spawn, .stack_size = 1), return_at_once, NULL, &t),
        -EINVAL);
    assert_err(edo_tracker_spawn_future(tracker, NULL, 0, &t), -EINVAL);
    assert_null(t.header);
    assert_true(edo_tracker_is_empty(tracker));
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(outside_of_a_runtime_it_spawns_nothing)
{
    edo_tracker *tracker = new_tracker();

    assert_err(edo_tracker_spawn(tracker, return_at_once, NULL, NULL), -EDO_ENORUNTIME);
    assert_true(edo_tracker_is_empty(tracker));
    edo_tracker_free(tracker);
}

static void *hold_for_a_moment(void *arg)
{
    edo_tracker_token token = edo_tracker_hold(arg);

    sched_yield();
    edo_tracker_token_drop(&token);
    edo_tracker_free(arg);
    return NULL;
}

EDO_TEST_PLAIN(threads_are_tracked_and_waited_for)
{
    for (unsigned i = 0; i < test_count(200); i++) {
        edo_tracker *tracker = new_tracker();
        edo_tracker_token first = edo_tracker_hold(tracker);
        pthread_t thread = start_thread(hold_for_a_moment, edo_tracker_clone(tracker));
        edo_tracker_close(tracker);
        edo_tracker_token_drop(&first);
        assert_ok(edo_tracker_wait(tracker));
        edo_tracker_free(tracker); /* while the last one may be on its way out */
        join_thread(thread);
    }
}

/* --- cancelled at every step -------------------------------------------------------------------- */

struct waiting {
    edo_tracker *tracker;
    edo_tracker_token token;
    edo_tracker_wait_future wait;
};

static edo_future *make_wait(void *arg)
{
    struct waiting *w = arg;

    w->tracker = new_tracker();
    w->token = edo_tracker_hold(w->tracker);
    edo_tracker_close(w->tracker);
    w->wait = edo_tracker_wait_async(w->tracker);
    return &w->wait.base;
}

static void drop_it(void *arg)
{
    edo_tracker_token_drop(&((struct waiting *)arg)->token);
}

static void check_wait(void *arg, unsigned step, int64_t result)
{
    struct waiting *w = arg;

    assert_true(result == 0 ? !w->token.tracker : result == -ECANCELED);
    assert_true(step == 0 || w->token.tracker || result == 0);
    edo_tracker_token_drop(&w->token);
    edo_tracker_free(w->tracker);
}

EDO_TEST_PLAIN(a_wait_is_over_or_gone_wherever_it_is_cancelled)
{
    struct waiting w;

    check_future_cancels(make_wait, drop_it, check_wait, &w);
}

static int yield_a_few_times(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        edo_yield();
    return 0;
}

static int track_some(void *arg)
{
    edo_tracker *tracker = arg;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_tracker_spawn(tracker, yield_a_few_times, NULL, NULL));
    edo_tracker_close(tracker);
    return note(edo_tracker_wait(tracker));
}

static void check_tracker(void *arg, unsigned step)
{
    (void)step;
    assert_true(edo_tracker_is_empty(arg)); /* cancelled or not, each was counted once */
    edo_tracker_reopen(arg);
}

EDO_TEST_PLAIN(nobody_stays_tracked_after_a_cancel_at_any_step)
{
    edo_tracker *tracker = new_tracker();

    check_cancels(track_some, check_tracker, tracker);
    edo_tracker_free(tracker);
}

EDO_TEST_PLAIN(null_is_no_tracker)
{
    edo_tracker_token none = edo_tracker_hold(NULL);
    edo_future ready = edo_ready(3);
    edo_tracked_future tracked = edo_tracker_track_async(NULL, &ready);

    assert_err(edo_tracker_new(NULL), -EINVAL);
    assert_null(edo_tracker_clone(NULL));
    edo_tracker_free(NULL);
    edo_tracker_token_drop(&none);
    edo_tracker_token_drop(NULL);
    assert_int_equal(edo_tracker_close(NULL), 0);
    assert_int_equal(edo_tracker_reopen(NULL), 0);
    assert_false(edo_tracker_is_closed(NULL));
    assert_int_equal(edo_tracker_len(NULL), 0);
    assert_err(edo_tracker_wait(NULL), -EINVAL);
    assert_err(edo_tracker_spawn(NULL, return_at_once, NULL, NULL), -EINVAL);
    assert_err(edo_tracker_spawn_future(NULL, &ready, 0, NULL), -EINVAL);
    assert_ready_eq(&tracked.base, 3);
}
