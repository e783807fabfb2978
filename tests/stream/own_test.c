/* own_test.c: a stream and a sink of a user's own, around others. */
#include "stream/streams.h"

/* Each item twice, by what the headers offer to those who write one. */
typedef struct doubled {
    edo_stream source;
    edo_pull pull;
    bool is_pulling;
    bool again;
    int item;
} doubled;

static edo_poll doubled_next(void *self, edo_pull *p, const edo_waker *waker)
{
    doubled *d = self;

    if (d->again) {
        d->again = false;
        *(int *)p->item = d->item;
        p->result = 1;
        return EDO_READY;
    }
    if (!d->is_pulling)
        edo_pull_begin(&d->pull, &d->item);
    d->is_pulling = edo_stream_poll(d->source, &d->pull, waker) == EDO_PENDING;
    if (d->is_pulling)
        return EDO_PENDING;
    p->result = d->pull.result;
    d->again = p->result > 0;
    if (d->again)
        *(int *)p->item = d->item;
    return EDO_READY;
}

static void doubled_cancel(void *self, edo_pull *p)
{
    doubled *d = self;

    (void)p;
    if (d->is_pulling)
        edo_stream_cancel(d->source, &d->pull);
}

/* The first of the two goes back below, the second stays here. */
static int doubled_put_back(void *self, edo_pull *p)
{
    doubled *d = self;

    (void)p;
    int rc = d->again ? edo_stream_put_back(d->source, &d->pull) : 0;
    d->again = rc == 0 && !d->again;
    return rc;
}

static const edo_stream_ops doubled_ops = {
    .next = doubled_next,
    .cancel = doubled_cancel,
    .put_back = doubled_put_back,
    .name = "doubled",
};

static edo_stream doubled_of(doubled *d, edo_stream source)
{
    *d = (doubled){.source = source};
    return (edo_stream){&doubled_ops, d, source.item};
}

EDO_TEST_BOTH(a_stream_of_ones_own_is_a_stream)
{
    doubled d;
    edo_iter iter;
    edo_stage stage;
    int item = 0;
    edo_stream s = edo_stream_skip(&stage, doubled_of(&d, count_up_to(&iter, 2)), 1);

    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_stream_next(s, &item), 1);
        assert_int_equal(item, i == 0 ? 1 : 2);
    }
    assert_int_equal(edo_stream_next(s, &item), 0);
    edo_stream_release(s);
}

EDO_TEST(it_hands_cancels_and_items_that_go_back_on) /* stream-002 */
{
    script steps = SCRIPT(STEP_WAIT, 5, 6);
    doubled d;
    edo_stream s = doubled_of(&d, script_stream(&steps));
    int item;

    check_pends(s);
    assert_false(d.is_pulling);
    script_go_on(&steps);
    for (int i = 0; i < 2; i++) {
        edo_stream_next_future next = edo_stream_next_async(s, &item);
        assert_ready_eq(&next.base, 1);
        edo_future_put_back(&next.base);
        assert_int_equal(next.base.result, -ECANCELED);
        assert_int_equal(steps.at, i == 0 ? 1 : 2);
        check_next(s, 5);
    }
    check_next(s, 6);
    check_next(s, 6);
    check_end(s);
}

EDO_TEST(what_a_stream_takes_not_back_stays_the_callers)
{
    script steps = SCRIPT(5);
    int item = 0;
    edo_pull pull = {.item = &item};

    steps.no_back = true;
    assert_int_equal(edo_stream_poll(script_stream(&steps), &pull, edo_test_waker()), EDO_READY);
    assert_int_equal(pull.result, 1);
    assert_err(edo_stream_put_back(script_stream(&steps), &pull), -ENOTSUP);
    assert_int_equal(pull.result, 1);
    edo_pull_begin(&pull, &item);
    edo_stream_cancel(script_stream(&steps), &pull); /* before its first poll */
    assert_int_equal(edo_stream_poll(script_stream(&steps), &pull, edo_test_waker()), EDO_READY);
    assert_int_equal(pull.result, -ECANCELED);
    assert_int_equal(steps.asked, 1);
}

EDO_TEST(a_sinks_wait_is_cancelled_by_hand)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_sink sink;
    edo_push push = {0};

    assert_ok(edo_mpsc_new(INT_ITEM, 1, &tx, &rx));
    edo_item_sink to = edo_sink_of_mpsc(&sink, tx, INT_ITEM, false);
    assert_ok(edo_item_sink_feed(to, &(int){1}));
    assert_int_equal(edo_item_sink_poll(to, to.ops->ready, &push, edo_test_waker()), EDO_PENDING);
    edo_item_sink_cancel(to, &push);
    assert_int_equal(edo_item_sink_poll(to, to.ops->ready, &push, edo_test_waker()), EDO_READY);
    assert_int_equal(push.result, -ECANCELED);
    push = (edo_push){0};
    edo_item_sink_cancel(to, &push);
    assert_int_equal(edo_item_sink_poll(to, to.ops->ready, &push, edo_test_waker()), EDO_READY);
    assert_int_equal(push.result, -ECANCELED);
    edo_item_sink_release(to);
    edo_mpsc_receiver_free(rx);
}

EDO_TEST(what_a_stream_takes_back_was_not_given) /* stream-002 */
{
    script steps = SCRIPT(5);
    int item = 0;
    edo_pull pull = {.item = &item};

    assert_int_equal(edo_stream_poll(script_stream(&steps), &pull, edo_test_waker()), EDO_READY);
    assert_int_equal(pull.result, 1);
    assert_ok(edo_stream_put_back(script_stream(&steps), &pull));
    assert_int_equal(pull.result, -ECANCELED);
    pull.result = 1;
    assert_err(edo_stream_put_back(one_way(&steps), &pull), -ENOTSUP);
    assert_int_equal(pull.result, 1);
}

EDO_TEST(an_end_and_an_error_that_come_back_stand) /* stream-002 */
{
    script steps = SCRIPT(STEP_ERROR, 5);
    int item = 0;
    edo_pull pull = {.item = &item};

    assert_int_equal(edo_stream_poll(script_stream(&steps), &pull, edo_test_waker()), EDO_READY);
    assert_ok(edo_stream_put_back(script_stream(&steps), &pull));
    assert_int_equal(pull.result, -EIO);
    check_next(script_stream(&steps), 5);
    edo_pull_begin(&pull, &item);
    assert_int_equal(edo_stream_poll(script_stream(&steps), &pull, edo_test_waker()), EDO_READY);
    assert_ok(edo_stream_put_back(script_stream(&steps), &pull));
    assert_int_equal(pull.result, 0);
    check_end(script_stream(&steps)); /* and 5 isn't given again */
}
