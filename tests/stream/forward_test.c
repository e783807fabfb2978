/* forward_test.c: all of a stream to a sink, and a channel as a sink. */
#include "stream/streams.h"

EDO_TEST_BOTH(a_channel_is_a_sink)
{
    channel c;
    bool taken = false;
    int item = 0;

    edo_item_sink to = channel_sink(&c, 2);
    assert_ok(edo_item_sink_feed(to, &(int){1}));
    assert_ok(edo_item_sink_send(to, &(int){2}, &taken));
    assert_true(taken);
    edo_item_sink_future full = edo_item_sink_feed_async(to, &(int){3});
    assert_pending(&full.base);
    edo_future_cancel(&full.base);
    assert_ready_eq(&full.base, -ECANCELED);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 1);
    assert_ok(edo_item_sink_feed(to, &(int){3}));
    assert_ok(edo_item_sink_close(to));
    assert_err(edo_item_sink_feed(to, &(int){4}), -EPIPE);
    edo_item_sink_release(to);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 3);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 0);
    edo_mpsc_receiver_free(c.rx);
}

EDO_TEST(room_that_was_waited_for_goes_back_with_the_sink)
{
    channel c;

    edo_item_sink to = channel_sink(&c, 1);
    edo_mpsc_sender *other = edo_mpsc_sender_clone(c.tx);
    edo_push push = {0};
    assert_int_equal(edo_item_sink_poll(to, to.ops->ready, &push, edo_test_waker()), EDO_READY);
    assert_int_equal(push.result, 0);
    assert_err(edo_mpsc_try_send(other, &(int){1}), -EAGAIN);
    edo_item_sink_release(to);
    assert_ok(edo_mpsc_try_send(other, &(int){1}));
    edo_mpsc_sender_free(other);
    edo_mpsc_receiver_free(c.rx);
}

typedef struct job {
    edo_mpsc_receiver *rx;
    size_t count;
    int sum;
} job;

static int take_all(void *arg)
{
    job *j = arg;
    int item;

    while (edo_mpsc_recv(j->rx, &item) > 0)
        j->sum += item, j->count++;
    return 0;
}

EDO_TEST_BOTH(forward_gives_all_and_closes)
{
    for (int bounded = 0; bounded < 2; bounded++) {
        edo_mpsc_sender *tx;
        job j = {.sum = 0};
        edo_mpsc_sink sink;
        edo_iter iter;
        edo_task task;
        size_t done = 0;

        if (bounded)
            assert_ok(edo_mpsc_new(INT_ITEM, 1, &tx, &j.rx));
        else
            assert_ok(edo_mpsc_new_unbounded(INT_ITEM, &tx, &j.rx));
        assert_ok(edo_spawn(take_all, &j, &task));
        edo_item_sink to = edo_sink_of_mpsc(&sink, tx, INT_ITEM, !bounded);
        assert_ok(edo_stream_forward(count_up_to(&iter, 16), to, &done));
        assert_int_equal(done, 16);
        assert_ok(edo_join(task, NULL));
        assert_int_equal(j.count, 16);
        assert_int_equal(j.sum, 16 * 17 / 2);
        edo_item_sink_release(to);
        edo_mpsc_receiver_free(j.rx);
    }
}

EDO_TEST(send_all_does_not_close)
{
    channel c;
    edo_iter iter;

    edo_item_sink to = channel_sink(&c, 4);
    assert_ok(edo_stream_send_all(count_up_to(&iter, 3), to, NULL));
    assert_ok(edo_item_sink_feed(to, &(int){4}));
    assert_int_equal(edo_mpsc_len(c.rx), 4);
    edo_item_sink_release(to);
    edo_mpsc_receiver_free(c.rx);
    assert_err(edo_stream_send_all((edo_stream){0}, to, NULL), -EINVAL);
}

EDO_TEST(an_item_that_waited_for_room_goes_back) /* stream-002 */
{
    channel c;
    script steps = SCRIPT(1, 2, 3);
    int item;

    edo_item_sink to = channel_sink(&c, 1);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), to);
    assert_pending(&all.base);
    assert_int_equal(steps.at, 2);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(all.done, 1);
    assert_int_equal(steps.at, 1);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    edo_mpsc_receiver_free(c.rx);
    size_t done;
    assert_err(edo_stream_forward(script_stream(&steps), to, &done), -EPIPE);
    assert_int_equal(done, 0);
    assert_int_equal(steps.at, 1);
    edo_item_sink_release(to);
}

EDO_TEST(what_cannot_go_back_is_pulled_when_there_is_room) /* stream-002 */
{
    channel c;
    script steps = SCRIPT(1, 2, 3);
    int item;

    edo_item_sink to = channel_sink(&c, 1);
    edo_forward_future all = edo_stream_forward_async(one_way(&steps), to);
    assert_pending(&all.base);
    assert_int_equal(steps.at, 1);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    all = edo_stream_forward_async(one_way(&steps), to);
    assert_pending(&all.base);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
        assert_int_equal(item, i);
        assert_pending(&all.base);
        assert_int_equal(steps.at, i + 1);
    }
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 3);
    assert_ready_eq(&all.base, 0);
    edo_mpsc_receiver_free(c.rx);
    edo_item_sink_release(to);
}

EDO_TEST(the_end_of_a_stream_needs_no_room)
{
    for (int closes = 0; closes < 2; closes++) {
        channel c;
        script steps = SCRIPT(1, 2);

        edo_item_sink to = channel_sink(&c, 2);
        edo_stream s = script_stream(&steps);
        edo_forward_future all =
            closes ? edo_stream_forward_async(s, to) : edo_stream_send_all_async(s, to);
        assert_ready_eq(&all.base, 0); /* it is full */
        assert_int_equal(all.done, 2);
        edo_item_sink_release(to);
        edo_mpsc_receiver_free(c.rx);
    }
}

EDO_TEST(a_forward_keeps_no_room_while_its_stream_pends)
{
    channel c;
    script steps = SCRIPT(STEP_WAIT, 2);
    int item;

    edo_item_sink to = channel_sink(&c, 1);
    edo_mpsc_sender *other = edo_mpsc_sender_clone(c.tx);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), to);
    assert_pending(&all.base);
    assert_ok(edo_mpsc_try_send(other, &(int){1}));
    script_go_on(&steps);
    assert_pending(&all.base);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 1);
    assert_ready_eq(&all.base, 0);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 2);
    edo_item_sink_release(to);
    edo_mpsc_sender_free(other);
    edo_mpsc_receiver_free(c.rx);
}

/* A sink that has room, refuses or not, and whose flush can be held up. */
typedef struct slow {
    int sum;
    unsigned flushes;
    int fails, flush_fails;
    bool is_stuck;
    edo_waker waker;
} slow;

static int slow_send(void *self, const void *item)
{
    slow *s = self;

    if (!s->fails)
        s->sum += *(const int *)item;
    return s->fails;
}

static edo_poll slow_flush(void *self, edo_push *p, const edo_waker *waker)
{
    slow *s = self;

    if (s->is_stuck && !p->canceled) {
        s->waker = *waker;
        return EDO_PENDING;
    }
    s->flushes += !p->canceled;
    p->result = p->canceled ? -ECANCELED : s->flush_fails;
    return EDO_READY;
}

static const edo_item_sink_ops slow_ops = {.send = slow_send, .flush = slow_flush, .name = "slow"};

static edo_item_sink slow_sink(slow *s)
{
    return (edo_item_sink){&slow_ops, s, INT_ITEM};
}

EDO_TEST(forward_flushes_while_the_stream_pends)
{
    slow to = {.is_stuck = true};
    script steps = SCRIPT(1, STEP_WAIT, 2, STEP_WAIT, 3);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), slow_sink(&to));

    assert_pending(&all.base); /* the stream and the flush pend */
    script_go_on(&steps);
    assert_pending(&all.base); /* 2 is in hand until the flush is over */
    assert_int_equal(to.sum, 1);
    to.is_stuck = false;
    edo_waker_wake_by_ref(&to.waker);
    assert_pending(&all.base);
    assert_int_equal(to.sum, 3);
    assert_int_equal(to.flushes, 2);
    script_go_on(&steps);
    assert_ready_eq(&all.base, 0);
    assert_int_equal(to.sum, 6);
    assert_int_equal(all.done, 3);
}

EDO_TEST(a_forward_that_was_cancelled_goes_on) /* stream-002 */
{
    slow to = {.is_stuck = true};
    script steps = SCRIPT(1, STEP_WAIT, 2, 3);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), slow_sink(&to));

    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    to.is_stuck = false;
    steps.at++;
    assert_ok(edo_stream_forward(script_stream(&steps), slow_sink(&to), NULL));
    assert_int_equal(to.sum, 6);
}

EDO_TEST(what_a_sink_refuses_goes_back) /* stream-002 */
{
    slow to = {.fails = -ENOBUFS};
    script steps = SCRIPT(1, 2);
    size_t done = 9;

    assert_err(edo_stream_forward(script_stream(&steps), slow_sink(&to), &done), -ENOBUFS);
    assert_int_equal(done, 0);
    check_next(script_stream(&steps), 1);
    for (int no_back = 0; no_back < 2; no_back++) {
        edo_item_sink sink = {&slow_ops, &to, &counted_item};
        edo_stream s = {&script_ops, &steps, &counted_item};
        steps.no_back = no_back;
        destroyed = 0;
        assert_err(edo_stream_forward(s, sink, NULL), -ENOBUFS);
        assert_int_equal(destroyed, no_back); /* where it can't go back, it ends */
    }
}

EDO_TEST(errors_of_either_end_a_forward) /* stream-009 */
{
    slow to = {.flush_fails = -EIO};
    script steps = SCRIPT(1, STEP_ERROR, 2, STEP_WAIT);
    edo_stream s = script_stream(&steps);

    assert_err(edo_stream_forward(s, slow_sink(&to), NULL), -EIO);
    assert_int_equal(to.sum, 1);
    assert_err(edo_stream_send_all(s, slow_sink(&to), NULL), -EIO); /* its flush */
    assert_int_equal(to.sum, 3);
    assert_false(steps.waker.ops == NULL);
}
