/* then_test.c: a stage whose steps wait. */
#include "stream/streams.h"

/* A step that waits until it is let go, and doubles the item. */
typedef struct doubling {
    edo_future base;
    bool may_go;
    int *item, *ret_item;
    unsigned begun;
    edo_waker waker;
} doubling;

static edo_poll doubling_poll(edo_future *base, const edo_waker *waker)
{
    doubling *d = (doubling *)base;

    if (d->may_go) {
        *d->ret_item = *d->item * 2;
        return edo_future_finish(base, *d->item == 13 ? -EIO : 0);
    }
    if (d->item == NULL)
        return edo_future_finish(base, -ECANCELED);
    d->waker = *waker;
    return EDO_PENDING;
}

static void doubling_cancel(edo_future *base)
{
    ((doubling *)base)->item = NULL;
}

static const edo_future_ops doubling_ops = {
    .poll = doubling_poll, .cancel = doubling_cancel, .name = "doubling"};

static edo_future *begin_doubling(void *arg, void *item, void *ret_item)
{
    doubling *d = arg;

    d->base = (edo_future)EDO_FUTURE_INIT(&doubling_ops);
    d->item = item;
    d->ret_item = ret_item;
    d->begun++;
    return &d->base;
}

static void let_go(doubling *d)
{
    d->may_go = true;
    edo_waker_wake_by_ref(&d->waker);
}

EDO_TEST(then_takes_one_step_at_a_time) /* stream-023 */
{
    doubling d = {.may_go = false};
    script steps = SCRIPT(1, 2);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    assert_pending(&next.base);
    assert_int_equal(steps.asked, 1);
    let_go(&d);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 2);
    assert_int_equal(steps.asked, 1);
    check_next(s, 4);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(then_is_done_when_no_step_is_in_flight) /* stream-024 stream-005 */
{
    doubling d = {.may_go = false};
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, count_up_to(&iter, 1), begin_doubling, &d, INT_ITEM);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    check_hint(s, 1, 1);
    assert_pending(&next.base);
    assert_true(edo_stream_is_done(edo_stream_source(s, 0)));
    assert_false(edo_stream_is_done(s));
    check_hint(s, 1, 1);
    let_go(&d);
    assert_ready_eq(&next.base, 1);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);

    s = edo_stream_then(&stage, count_up_to(&iter, 3), begin_doubling, &d, INT_ITEM);
    edo_stream source;
    check_next(s, 2);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_next(source, 2);
    edo_stream_release(s);
}

EDO_TEST(a_step_that_was_cancelled_is_begun_anew) /* stream-002 */
{
    doubling d = {.may_go = false};
    script steps = SCRIPT(3, 4);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);

    check_pends(s);
    assert_int_equal(d.begun, 1);
    d.may_go = true;
    check_next(s, 6);
    assert_int_equal(d.begun, 2);
    check_next(s, 8);
    edo_stream_release(s);
}

EDO_TEST(an_item_in_flight_is_destroyed_with_the_stage) /* stream-003 */
{
    doubling d = {.may_go = false};
    int two[] = {1, 2};
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, edo_stream_iter(&iter, two, 2, &counted_item),
                                   begin_doubling, &d, INT_ITEM);

    destroyed = 0;
    check_pends(s);
    assert_int_equal(destroyed, 0);
    edo_stream_release(s);
    assert_int_equal(destroyed, 2);
}

static edo_future *no_wait(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = -*(int *)item;
    return NULL;
}

EDO_TEST(a_step_may_do_without_a_wait)
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, count_up_to(&iter, 2), no_wait, NULL, INT_ITEM);

    check_next(s, -1);
    check_next(s, -2);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_step_that_fails_is_an_error_as_an_item)
{
    doubling d = {.may_go = true};
    script steps = SCRIPT(13, 1);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);

    check_result(s, -EIO);
    check_next(s, 2);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_step_that_can_restart_goes_on) /* stream-002 */
{
    static const edo_future_ops restarts = {.poll = doubling_poll,
                                            .cancel = doubling_cancel,
                                            .name = "doubling",
                                            .flags = EDO_FUTURE_RESTARTS};
    doubling d = {.may_go = false};
    script steps = SCRIPT(3);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    int *given = d.item;
    d.base.ops = &restarts;
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    d.item = given;
    d.may_go = true;
    check_next(s, 6);
    assert_int_equal(d.begun, 1);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(an_item_that_came_as_a_then_was_cancelled_has_its_step_later) /* stream-002 stream-023 */
{
    doubling d = {.may_go = true};
    script steps = SCRIPT(STEP_WAIT, 3);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);

    steps.is_late = true;
    check_pends(s);
    assert_int_equal(steps.at, 2);
    assert_int_equal(d.begun, 0);
    check_next(s, 6);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(what_then_gave_goes_back_as_it_is) /* stream-002 */
{
    doubling d = {.may_go = true};
    script steps = SCRIPT(3);
    edo_stage stage;
    edo_stream s = edo_stream_then(&stage, script_stream(&steps), begin_doubling, &d, INT_ITEM);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_next(s, 6);
    assert_int_equal(d.begun, 1);
    check_end(s);
    edo_stream_release(s);
}
