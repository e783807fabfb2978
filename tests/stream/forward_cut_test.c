/* forward_cut_test.c: forwards that are cancelled, or fail, while something is under way. */
#include "future/future.h"
#include "stream/streams.h"

/* A sink that always has room; its flush may be held up. */
typedef struct gate {
    int sum;          /* of what it took */
    bool is_stuck;    /* a flush pends */
    bool lingers;     /* also if it is cancelled */
    int says;         /* what a flush says */
    unsigned cancels; /* how often one was */
} gate;

static int gate_send(void *self, const void *item)
{
    ((gate *)self)->sum += *(const int *)item;
    return 0;
}

static edo_poll gate_flush(void *self, edo_push *p, const edo_waker *waker)
{
    const gate *g = self;

    (void)waker;
    if (p->canceled ? g->lingers : g->is_stuck)
        return EDO_PENDING;
    p->result = p->canceled ? -ECANCELED : g->says;
    return EDO_READY;
}

static void gate_cancel(void *self, edo_push *p)
{
    (void)p;
    ((gate *)self)->cancels++;
}

static edo_item_sink into(gate *g)
{
    static const edo_item_sink_ops ops = {
        .send = gate_send, .flush = gate_flush, .cancel = gate_cancel, .name = "gate"};

    return (edo_item_sink){&ops, g, INT_ITEM};
}

EDO_TEST(an_item_goes_back_where_a_flush_fails_late) /* stream-002 */
{
    gate g = {.is_stuck = true, .says = -EIO};
    script steps = SCRIPT(1, STEP_WAIT, 2);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), into(&g));

    assert_pending(&all.base);
    script_go_on(&steps);
    assert_pending(&all.base); /* 2 is in hand */
    assert_int_equal(steps.at, 3);
    g.is_stuck = false;
    assert_ready_eq(&all.base, -EIO);
    assert_int_equal(all.done, 1);
    check_next(script_stream(&steps), 2);
}

EDO_TEST(an_item_that_came_after_a_flush_failed_goes_back) /* stream-002 */
{
    gate g = {.is_stuck = true, .says = -EIO};
    script steps = SCRIPT(1, STEP_WAIT, 2);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), into(&g));

    steps.is_late = true;
    assert_pending(&all.base);
    g.is_stuck = false;
    assert_ready_eq(&all.base, -EIO);
    assert_int_equal(g.sum, 1);
    check_next(script_stream(&steps), 2);
}

EDO_TEST(a_forward_ends_after_what_it_has_under_way) /* stream-002 */
{
    gate g = {.is_stuck = true, .lingers = true};
    script steps = SCRIPT(1, STEP_WAIT);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), into(&g));

    steps.lingers = true;
    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_pending(&all.base);
    steps.lingers = false;
    assert_pending(&all.base);
    g.lingers = false;
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(g.cancels, 1);
}

EDO_TEST(room_that_came_before_a_cancel_is_used) /* stream-002 */
{
    channel c;
    script steps = SCRIPT(1, 2, STEP_WAIT);
    int item;

    edo_item_sink to = channel_sink(&c, 1);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), to);
    assert_pending(&all.base);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(all.done, 2);
    assert_int_equal(edo_mpsc_recv(c.rx, &item), 1);
    assert_int_equal(item, 2);
    edo_item_sink_release(to);
    edo_mpsc_receiver_free(c.rx);
}

EDO_TEST(what_cannot_go_back_is_sent_before_a_forward_ends) /* stream-002 */
{
    for (int is_late = 0; is_late < 2; is_late++) {
        gate g = {.is_stuck = true};
        script steps = SCRIPT(1, STEP_WAIT, 2);
        edo_forward_future all = edo_stream_forward_async(one_way(&steps), into(&g));

        assert_pending(&all.base);
        steps.is_late = steps.lingers = is_late;
        if (!is_late) {
            script_go_on(&steps);
            assert_pending(&all.base); /* 2 is in hand */
        }
        edo_future_cancel(&all.base);
        if (is_late) {
            assert_pending(&all.base); /* the flush is over, the stream's next isn't */
            steps.lingers = false;
        }
        assert_ready_eq(&all.base, -ECANCELED);
        assert_int_equal(all.done, 2);
        assert_int_equal(g.sum, 3);
    }
}

EDO_TEST(a_stream_that_ends_as_its_forward_is_cancelled_is_not_flushed)
{
    gate g = {.is_stuck = true};
    script steps = SCRIPT(1, STEP_WAIT);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), into(&g));

    steps.is_late = true;
    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(all.done, 1);
}

EDO_TEST(the_flush_at_the_end_counts)
{
    gate g = {.says = -EIO};
    script steps = SCRIPT(1), none = SCRIPT(STEP_END);

    assert_err(edo_stream_send_all(script_stream(&steps), into(&g), NULL), -EIO);
    g = (gate){.is_stuck = true};
    edo_forward_future all = edo_stream_forward_async(script_stream(&none), into(&g));
    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(g.cancels, 1);
}

EDO_TEST(a_kept_forward_is_begun_anew) /* stream-002 */
{
    gate g = {.is_stuck = true};
    script steps = SCRIPT(1, STEP_WAIT, 2);
    edo_forward_future all = edo_stream_forward_async(script_stream(&steps), into(&g));

    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    future_restart(&all.base);
    g.is_stuck = false;
    steps.at++;
    assert_ready_eq(&all.base, 0);
    assert_int_equal(all.done, 2);
    assert_int_equal(g.sum, 3);
}

EDO_TEST(what_does_not_fit_together_is_not_forwarded)
{
    gate g = {.says = 0};
    script steps = SCRIPT(1);
    edo_stream s = script_stream(&steps), other = {&script_ops, &steps, EDO_ITEM(char)};

    assert_err(edo_stream_forward(other, into(&g), NULL), -EINVAL);
    other.item = NULL;
    assert_err(edo_stream_forward(other, into(&g), NULL), -EINVAL);
    assert_err(edo_stream_forward(s, (edo_item_sink){0}, NULL), -EINVAL);
    assert_err(edo_stream_forward(s, (edo_item_sink){into(&g).ops, &g, NULL}, NULL), -EINVAL);
    assert_int_equal(steps.asked, 0);
}
