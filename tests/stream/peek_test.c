/* peek_test.c: looking at the next item. */
#include "future/future.h"
#include "stream/streams.h"

static int *peek(edo_stage *stage)
{
    void *item = NULL;

    assert_int_equal(edo_stream_peek(stage, &item), 1);
    return item;
}

EDO_TEST_BOTH(peek_takes_nothing) /* stream-032 stream-034 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, count_up_to(&iter, 3));
    int item;

    check_hint(s, 3, 3);
    assert_int_equal(*peek(&stage), 1);
    check_hint(s, 3, 3);
    assert_int_equal(*peek(&stage), 1);
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item, 1);
    check_hint(s, 2, 2);
    edo_stream_release(s);
}

EDO_TEST(peek_of_an_empty_stream_is_its_end) /* stream-032 */
{
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, edo_stream_empty(INT_ITEM));
    void *item;

    assert_int_equal(edo_stream_peek(&stage, &item), 0);
    check_end(s);
    assert_err(edo_stream_peek(NULL, &item), -EINVAL);
}

EDO_TEST(what_is_peeked_at_may_be_changed) /* stream-033 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, count_up_to(&iter, 2));

    *peek(&stage) += 10;
    check_next(s, 11);
    check_next(s, 2);
    check_end(s);
}

static edo_stream_bounds one_at_least(void *self)
{
    (void)self;
    return (edo_stream_bounds){1, 0, false};
}

EDO_TEST(a_peeked_item_counts_where_no_upper_bound_is_known) /* stream-034 */
{
    script steps = SCRIPT(1, 2, 3);
    edo_stream_ops ops = script_ops;
    edo_stage stage;

    ops.hint = one_at_least;
    edo_stream s = edo_stream_peekable(&stage, (edo_stream){&ops, &steps, INT_ITEM});
    check_open_hint(s, 1);
    assert_int_equal(*peek(&stage), 1);
    check_open_hint(s, 2);
}

EDO_TEST(peek_waits_and_is_woken) /* stream-035 */
{
    script steps = SCRIPT(STEP_WAIT, 7);
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, script_stream(&steps));
    void *item;
    edo_stream_peek_future look = edo_stream_peek_async(&stage, &item);

    assert_pending(&look.base);
    edo_future_cancel(&look.base);
    assert_ready_eq(&look.base, -ECANCELED);
    look = edo_stream_peek_async(&stage, &item);
    assert_pending(&look.base);
    script_go_on(&steps);
    assert_woken(1);
    assert_ready_eq(&look.base, 1);
    assert_int_equal(*(int *)item, 7);
    check_next(s, 7);
    edo_stream_release(s);
}

EDO_TEST(a_peeked_error_is_the_next_result) /* stream-009 */
{
    script steps = SCRIPT(STEP_ERROR, 7);
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, script_stream(&steps));
    void *item;

    assert_err(edo_stream_peek(&stage, &item), -EIO);
    assert_err(edo_stream_peek(&stage, &item), -EIO);
    check_result(s, -EIO);
    assert_int_equal(*peek(&stage), 7);
    check_next(s, 7);
    edo_stream_release(s);
}

EDO_TEST(a_peeked_item_is_given_though_the_source_was_taken) /* stream-004 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, count_up_to(&iter, 2)), source;

    assert_int_equal(*peek(&stage), 1);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_next(s, 1);
    check_end(s);
    check_next(source, 2);
}

EDO_TEST(nothing_is_put_back_over_what_was_peeked_at) /* stream-032 stream-002 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, count_up_to(&iter, 3));
    int item = 0;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    assert_int_equal(*peek(&stage), 2);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, 1); /* it stays the caller's */
    assert_int_equal(item, 1);
    check_next(s, 2);
    check_next(s, 3);
    edo_stream_release(s);
}

EDO_TEST(a_stream_with_a_peeked_error_is_not_done) /* stream-009 stream-004 */
{
    script steps = SCRIPT(STEP_ERROR, 7);
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, script_stream(&steps)), source;

    assert_err(edo_stream_peek(&stage, NULL), -EIO);
    assert_ok(edo_stream_take_source(s, 0, &source));
    assert_false(edo_stream_is_done(s));
    check_result(s, -EIO);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    check_next(source, 7);
}

EDO_TEST(a_kept_peek_is_begun_anew) /* stream-035 */
{
    script steps = SCRIPT(STEP_WAIT, 7);
    edo_stage stage;
    edo_stream s = edo_stream_peekable(&stage, script_stream(&steps));
    void *item;
    edo_stream_peek_future look = edo_stream_peek_async(&stage, &item);

    assert_pending(&look.base);
    edo_future_cancel(&look.base);
    assert_ready_eq(&look.base, -ECANCELED);
    future_restart(&look.base);
    assert_pending(&look.base);
    script_go_on(&steps);
    assert_ready_eq(&look.base, 1);
    assert_int_equal(*(int *)item, 7);
    edo_stream_release(s);
}
