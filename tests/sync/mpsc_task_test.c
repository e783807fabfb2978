/* mpsc_task_test.c: channels in tasks that share a worker, and that are aborted. */
#include "sched/coop.h"
#include "sync/mpsc_rig.h"

/* --- budget ------------------------------------------------------------------------------------- */

static int count_until_aborted(void *arg)
{
    do
        ++*(unsigned *)arg;
    while (edo_yield() == 0);
    return 0;
}

enum { AWAITS = 1280 };

static void send_one(channel *c)
{
    assert_ok(edo_mpsc_send(c->tx, &(int){1}));
}

static void send_one_by_future(channel *c)
{
    const int item = 1;
    edo_mpsc_send_future send = edo_mpsc_send_async(c->tx, &item);

    assert_int_equal(edo_await(&send.base), 0);
}

static void receive_one(channel *c)
{
    int got;

    assert_int_equal(edo_mpsc_recv(c->rx, &got), 1);
}

static void receive_one_by_future(channel *c)
{
    int got[3];
    edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(c->rx, got, 1);

    assert_int_equal(edo_await(&recv.base), 1);
}

static void reserve_one(channel *c)
{
    edo_mpsc_permit permit;

    assert_ok(edo_mpsc_reserve(c->tx, &permit));
    edo_mpsc_permit_release(&permit);
}

static void see_the_end(channel *c)
{
    assert_ok(edo_mpsc_closed(c->tx));
}

static void receive_the_end(channel *c)
{
    int got;

    assert_int_equal(edo_mpsc_recv(c->rx, &got), 0);
}

static void be_refused(channel *c)
{
    assert_err(edo_mpsc_send(c->tx, &(int){1}), -EPIPE);
}

/* How often another task runs during ten budgets of that. */
static void check_lets_others_run(channel *c, void (*await)(channel *c))
{
    unsigned runs = 0;
    edo_task other;

    assert_ok(edo_spawn(count_until_aborted, &runs, &other));
    for (int i = 0; i < AWAITS; i++)
        await(c);
    assert_in_range(runs, AWAITS / COOP_BUDGET - 1, AWAITS / COOP_BUDGET);
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
}

EDO_TEST(await_that_is_always_ready_lets_others_run) /* sync-014 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity ? 2 * AWAITS : UNBOUNDED);
        check_lets_others_run(&c, send_one);
        check_lets_others_run(&c, send_one_by_future);
        check_lets_others_run(&c, receive_one);
        check_lets_others_run(&c, receive_one_by_future);
        if (capacity)
            check_lets_others_run(&c, reserve_one);
        edo_mpsc_close(c.rx);
        check_lets_others_run(&c, see_the_end);
        check_lets_others_run(&c, receive_the_end);
        check_lets_others_run(&c, be_refused);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(wait_for_a_turn_can_be_cancelled) /* sync-006 */
{
    FOR_BOTH_KINDS(capacity)
    {
        edo_semaphore plenty = EDO_SEMAPHORE_INIT(COOP_BUDGET);
        channel c = channel_new(capacity);
        int got = -1, item = 2;
        edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ok(try_send(c.tx, 1));
        assert_ok(edo_yield());
        for (int i = 0; i < COOP_BUDGET; i++)
            assert_ok(edo_semaphore_acquire(&plenty, NULL));
        edo_test_task *sends = hand_wait(&send.base), *receives_one = hand_wait(&recv.base);
        hand_cancel(sends, &send.base, -ECANCELED);
        hand_cancel(receives_one, &recv.base, -ECANCELED);
        assert_int_equal(got, -1);
        check_receives(c.rx, 1);
        check_receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
}

/* --- aborts ------------------------------------------------------------------------------------- */

static int clean_up(void *arg)
{
    channel *c = arg;
    edo_mpsc_permit held, permit = {0};
    int got = -1, item = 3;

    assert_ok(edo_mpsc_reserve(c->tx, &held));
    assert_ok(edo_task_self_abort());
    assert_err(edo_mpsc_recv(c->rx, &got), -ECANCELED);
    assert_err((int)edo_mpsc_recv_many(c->rx, &got, 1), -ECANCELED);
    assert_err(edo_mpsc_send(c->tx, &item), -ECANCELED);
    assert_err(edo_mpsc_reserve(c->tx, &permit), -ECANCELED);
    assert_err(edo_mpsc_reserve_owned(c->tx, &permit), -ECANCELED);
    assert_err(edo_mpsc_closed(c->tx), -ECANCELED);
    assert_int_equal(got, -1);
    assert_null(permit.sender);
    assert_int_equal(edo_mpsc_capacity(c->tx), 2);
    assert_int_equal(edo_mpsc_sender_strong_count(c->tx), 1);
    check_receives(c->rx, 1);
    assert_ok(try_send(c->tx, 2));
    assert_ok(edo_mpsc_try_reserve(c->tx, &permit));
    edo_mpsc_permit_release(&permit);
    edo_mpsc_permit_release(&held);
    return 0;
}

EDO_TEST_BOTH(aborted_task_takes_nothing_and_can_still_clean_up) /* sync-016 */
{
    channel c = channel_new(4);
    edo_task t;

    assert_ok(try_send(c.tx, 1));
    assert_ok(edo_spawn(clean_up, &c, &t));
    assert_ok(edo_join(t, NULL));
    check_receives(c.rx, 2);
    assert_int_equal(edo_mpsc_capacity(c.tx), 4);
    channel_free(&c);
}

static int receive_twice(void *arg)
{
    channel *c = arg;
    int got = -1, again = -1;
    int rc = edo_mpsc_recv(c->rx, &got);

    assert_true(rc == 1 ? got == 7 : rc == -ECANCELED && got == -1);
    if (edo_task_self_is_canceled())
        assert_err(edo_mpsc_recv(c->rx, &again), -ECANCELED);
    assert_int_equal(again, -1);
    return rc == 1;
}

EDO_TEST_MT(abort_at_the_hand_over_loses_no_message) /* sync-017 */
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        channel c = channel_new(both_kinds[i / 2 % 2]);
        edo_task t;
        int received = -1;
        assert_ok(edo_spawn(receive_twice, &c, &t));
        if (i % 2)
            assert_ok(edo_yield());
        assert_ok(try_send(c.tx, 7));
        assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &received));
        if (!received)
            check_receives(c.rx, 7);
        check_receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
}

static int send_8(void *arg)
{
    channel *c = arg;
    int rc = edo_mpsc_send(c->tx, &(int){8});

    assert_true(rc == 0 || rc == -ECANCELED);
    return rc == 0;
}

EDO_TEST_MT(abort_at_the_hand_over_of_room_sends_once_or_not)
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        channel c = channel_new(1);
        edo_task t;
        int sent = -1;
        assert_ok(try_send(c.tx, 7));
        assert_ok(edo_spawn(send_8, &c, &t));
        if (i % 2)
            assert_ok(edo_yield());
        check_receives(c.rx, 7);
        assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &sent));
        if (sent)
            check_receives(c.rx, 8);
        check_receives_nothing(c.rx, -EAGAIN);
        assert_int_equal(edo_mpsc_capacity(c.tx), 1);
        channel_free(&c);
    }
}
