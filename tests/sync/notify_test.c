/* notify_test.c: one permit, who is told first, and when a wait stands in the queue. */
#include "sync/rig.h"

EDO_TEST_PLAIN(one_permit_is_stored_and_no_more) /* sync-213 */
{
    for (int calls = 1; calls <= 2; calls++) {
        edo_notify n = EDO_NOTIFY_INIT;
        for (int i = 0; i < calls; i++)
            edo_notify_one(&n);
        edo_notify_wait_future first = edo_notify_wait_async(&n);
        edo_notify_wait_future second = edo_notify_wait_async(&n);
        assert_ready_eq(&first.base, 0);
        edo_test_task *hand = hand_wait(&second.base);
        hand_cancel(hand, &second.base, -ECANCELED);
        assert_ok(edo_notify_fini(&n));
    }
}

EDO_TEST_PLAIN(notify_last_stores_the_same_permit) /* sync-213 */
{
    edo_notify n;

    edo_notify_init(&n);
    edo_notify_last(&n);
    edo_notify_one(&n);
    assert_ok(edo_notify_wait(&n));
    edo_notify_wait_future wait = edo_notify_wait_async(&n);
    edo_test_task *hand = hand_wait(&wait.base);
    edo_notify_last(&n);
    assert_true(edo_test_task_is_woken(hand));
    hand_end(hand, &wait.base, 0);
}

EDO_TEST_PLAIN(notify_one_tells_the_first_and_notify_last_the_last) /* sync-214 sync-164 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future waits[4];
    edo_test_task *hands[4];

    for (int i = 0; i < 4; i++) {
        waits[i] = edo_notify_wait_async(&n);
        hands[i] = hand_wait(&waits[i].base);
    }
    edo_notify_one(&n);
    assert_int_equal(edo_test_task_wake_count(hands[0]), 1);
    hand_end(hands[0], &waits[0].base, 0);
    hand_waits_on(hands[1]);
    hand_waits_on(hands[3]);
    edo_notify_last(&n);
    assert_int_equal(edo_test_task_wake_count(hands[3]), 1);
    hand_waits_on(hands[1]);
    hand_waits_on(hands[2]);
    hand_end(hands[3], &waits[3].base, 0);
    edo_notify_one(&n);
    edo_notify_one(&n);
    hand_end(hands[1], &waits[1].base, 0);
    hand_end(hands[2], &waits[2].base, 0);
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(a_wait_that_has_not_begun_takes_the_stored_permit) /* sync-220 sync-001 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n), forgotten = edo_notify_wait_async(&n);

    (void)forgotten; /* holds nothing: neither a place nor the permit */
    edo_notify_one(&n);
    assert_ready_eq(&wait.base, 0);
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(an_enabled_wait_is_in_the_queue) /* sync-221 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future first = edo_notify_wait_async(&n), second = edo_notify_wait_async(&n);

    assert_int_equal(edo_notify_wait_enable(&second), 0);
    assert_err(edo_notify_fini(&n), -EBUSY);
    edo_notify_one(&n); /* to the one enabled, though the other was made before */
    assert_int_equal(edo_notify_wait_enable(&first), 0);
    assert_int_equal(edo_notify_wait_enable(&second), 1);
    assert_int_equal(edo_notify_wait_enable(&second), 1);
    assert_ready_eq(&second.base, 0);
    assert_int_equal(edo_notify_wait_enable(&second), 1);
    edo_future_cancel(&first.base);
    assert_ready_eq(&first.base, -ECANCELED);
    assert_err(edo_notify_wait_enable(&first), -ECANCELED);
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(enable_takes_a_stored_permit) /* sync-221 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future first = edo_notify_wait_async(&n), second = edo_notify_wait_async(&n);

    edo_notify_one(&n);
    assert_int_equal(edo_notify_wait_enable(&first), 1);
    assert_int_equal(edo_notify_wait_enable(&second), 0);
    assert_ready_eq(&first.base, 0);
    edo_future_cancel(&second.base);
    assert_ready_eq(&second.base, -ECANCELED);
    assert_err(edo_notify_wait_enable(NULL), -EINVAL);
}

EDO_TEST_PLAIN(enable_says_what_notify_waiters_has_done) /* sync-221 sync-217 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future before = edo_notify_wait_async(&n);

    edo_notify_waiters(&n);
    edo_notify_wait_future after = edo_notify_wait_async(&n);
    assert_int_equal(edo_notify_wait_enable(&before), 1);
    assert_int_equal(edo_notify_wait_enable(&after), 0);
    edo_notify_waiters(&n);
    assert_int_equal(edo_notify_wait_enable(&after), 1);
    assert_ready_eq(&before.base, 0);
    assert_ready_eq(&after.base, 0);
}

EDO_TEST_PLAIN(enable_and_poll_share_one_place) /* sync-222 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future enabled = edo_notify_wait_async(&n), polled = edo_notify_wait_async(&n);

    assert_int_equal(edo_notify_wait_enable(&enabled), 0);
    edo_test_task *first = hand_wait(&enabled.base); /* sets the waker */
    edo_test_task *second = hand_wait(&polled.base);
    assert_int_equal(edo_notify_wait_enable(&polled), 0); /* keeps it */
    edo_notify_one(&n);
    hand_waits_on(second);
    hand_end(first, &enabled.base, 0);
    edo_notify_one(&n);
    hand_end(second, &polled.base, 0);
}

EDO_TEST_PLAIN(the_waker_of_the_latest_poll_is_called) /* sync-223 sync-008 sync-009 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n);
    edo_test_task *other;

    assert_pending(&wait.base);
    assert_pending(&wait.base); /* once more by the same one: still one registration */
    assert_ok(edo_test_task_new(&wait.base, &other));
    assert_int_equal(edo_test_task_poll(other), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(other), EDO_PENDING);
    edo_notify_one(&n);
    assert_woken(0);
    hand_end(other, &wait.base, 0);
    edo_notify_wait_future next = edo_notify_wait_async(&n); /* and nothing was stored */
    assert_pending(&next.base);
    edo_notify_one(&n);
    assert_woken(1);
    assert_ready_eq(&next.base, 0);
}

EDO_TEST_PLAIN(a_wait_that_is_ready_stays_so) /* sync-226 sync-007 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n), next = edo_notify_wait_async(&n);

    edo_notify_one(&n);
    assert_ready_eq(&wait.base, 0);
    edo_notify_one(&n);
    edo_notify_one(&n);
    assert_ready_eq(&wait.base, 0); /* a debug build mentions it */
    assert_ready_eq(&next.base, 0); /* the permit is there still */
}

EDO_TEST_PLAIN(null_is_no_notify)
{
    edo_notify_wait_future wait = edo_notify_wait_async(NULL);

    edo_notify_init(NULL);
    edo_notify_one(NULL);
    edo_notify_last(NULL);
    edo_notify_waiters(NULL);
    assert_err(edo_notify_fini(NULL), -EINVAL);
    assert_err(edo_notify_wait(NULL), -EINVAL);
    assert_err(edo_notify_wait_enable(&wait), -EINVAL);
    assert_ready_eq(&wait.base, -EINVAL);
}

struct from_thread {
    edo_notify n;
    unsigned value; /* plain */
};

static void *notify_from_a_thread(void *arg)
{
    struct from_thread *f = arg;

    f->value++;
    edo_notify_one(&f->n);
    return NULL;
}

EDO_TEST_PLAIN(plain_threads_wait_without_a_runtime) /* sync-013 */
{
    struct from_thread f = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < test_count(200); i++) {
        pthread_t other = start_thread(notify_from_a_thread, &f);
        assert_ok(edo_notify_wait(&f.n));
        assert_int_equal(f.value, i + 1);
        join_thread(other);
    }
    assert_ok(edo_notify_fini(&f.n));
}

EDO_TEST_BOTH(a_task_waits_for_a_thread) /* sync-013 */
{
    struct from_thread f = {.n = EDO_NOTIFY_INIT};
    pthread_t other = start_thread(notify_from_a_thread, &f);

    assert_ok(edo_notify_wait(&f.n));
    assert_int_equal(f.value, 1);
    join_thread(other);
    assert_ok(edo_notify_fini(&f.n));
}

/* Two take turns; each adds to a plain number, which nothing but the notifications guards. */
struct turns {
    edo_notify mine, theirs;
    unsigned rounds, sum;
    bool to_all; /* the notifications are by notify_waiters, to a wait that was made before */
};

static int take_turns(void *arg)
{
    struct turns *t = arg;

    for (unsigned i = 0; i < t->rounds; i++) {
        edo_notify_one(&t->mine);
        assert_ok(edo_notify_wait(&t->theirs));
        t->sum++;
    }
    return 0;
}

EDO_TEST_BOTH(what_was_written_before_is_seen_after_the_wait) /* sync-225 */
{
    struct turns t = {.rounds = test_count(2000)};
    edo_task other;

    assert_ok(edo_spawn(take_turns, &t, &other));
    for (unsigned i = 0; i < t.rounds; i++) {
        assert_ok(edo_notify_wait(&t.mine));
        assert_int_equal(t.sum++, 2 * i);
        edo_notify_one(&t.theirs);
    }
    assert_ok(edo_join(other, NULL));
    assert_int_equal(t.sum, 2 * t.rounds);
}

struct pair {
    edo_notify n;
    int first, second;
    unsigned ready; /* atomic */
};

static void *write_and_notify(void *arg)
{
    struct pair *p = arg;

    if (a_fetch_add(&p->ready, 1, relaxed) == 0)
        p->first = 1;
    else
        p->second = 1;
    edo_notify_one(&p->n);
    return NULL;
}

/* A permit that is stored over another one carries what both had written. */
EDO_TEST_PLAIN(a_permit_carries_what_every_notifier_wrote) /* sync-225 */
{
    for (unsigned i = 0; i < test_count(500); i++) {
        struct pair p = {.n = EDO_NOTIFY_INIT};
        pthread_t one = start_thread(write_and_notify, &p);
        pthread_t two = start_thread(write_and_notify, &p);
        int seen = 0;
        while (seen < 2) { /* one of them at least with each wait, and by the last both */
            assert_ok(edo_notify_wait(&p.n));
            seen = p.first + p.second;
            if (seen < 2)
                wait_until(a_load(&p.ready, relaxed) == 2);
        }
        join_thread(one);
        join_thread(two);
        assert_int_equal(seen, 2);
    }
}

struct greedy {
    edo_notify n;
    unsigned waits, others; /* of one worker: plain */
    bool stop;
};

static int be_another(void *arg)
{
    struct greedy *g = arg;

    while (!g->stop) {
        g->others++;
        assert_ok(edo_yield());
    }
    return 0;
}

EDO_TEST(waits_that_never_pend_let_others_run) /* sync-014 */
{
    struct greedy g = {.n = EDO_NOTIFY_INIT};
    edo_task other;

    assert_ok(edo_spawn(be_another, &g, &other));
    while (g.others == 0) {
        edo_notify_one(&g.n);
        assert_ok(edo_notify_wait(&g.n));
        assert_true(++g.waits <= 130);
    }
    unsigned before = g.others;
    for (int i = 0; g.others == before; i++) { /* the future's form as well */
        edo_notify_one(&g.n);
        edo_notify_wait_future wait = edo_notify_wait_async(&g.n);
        assert_int_equal(edo_await(&wait.base), 0);
        assert_true(i <= 130);
    }
    g.stop = true;
    assert_ok(edo_join(other, NULL));
}
