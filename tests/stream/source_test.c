/* source_test.c: what edo_stream_next promises, and streams of what is there already. */
#include "stream/streams.h"

EDO_TEST(an_array_gives_its_items_and_then_ends) /* stream-010 stream-001 */
{
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 3);

    check_hint(s, 3, 3);
    check_next(s, 1);
    check_next(s, 2);
    assert_false(edo_stream_is_done(s));
    check_next(s, 3);
    check_hint(s, 0, 0);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST_BOTH(next_suspends_until_there_is_an_item)
{
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 2);
    int item = 0;

    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item, 1);
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(edo_stream_next(s, &item), 0);
    assert_int_equal(item, 2);
    assert_err(edo_stream_next(s, NULL), -EINVAL);
    assert_err(edo_stream_next((edo_stream){0}, &item), -EINVAL);
}

/* How many items one poll after the other gives before the first PENDING. */
static int64_t give_until_pending(edo_stream s, edo_stream_next_future *next, int *item)
{
    for (int64_t n = 0;; n++) {
        *next = edo_stream_next_async(s, item);
        if (edo_test_poll(&next->base) == EDO_PENDING)
            return n;
        assert_int_equal(next->base.result, 1);
        assert_int_equal(*item, n);
        assert_true(n < 10000);
    }
}

EDO_TEST(an_endless_source_yields_when_the_budget_is_spent) /* stream-011 */
{
    int count = 0, item;
    edo_iter iter;
    edo_stream s = edo_stream_from_fn(&iter, count_for_ever, &count, INT_ITEM);
    edo_stream_next_future next;

    check_open_hint(s, 0);
    edo_yield(); /* a new budget */
    assert_int_equal(give_until_pending(s, &next, &item), 128);
    assert_woken(1);
    edo_yield();
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 128);
}

EDO_TEST(a_function_ends_its_stream_and_gives_errors_as_items) /* stream-009 */
{
    script steps = SCRIPT(1, STEP_ERROR, 2);
    edo_stream s = script_stream(&steps);

    check_next(s, 1);
    check_result(s, -EIO);
    check_next(s, 2);
    check_end(s);
}

static int end_at_once(void *arg, void *ret_item)
{
    (void)ret_item;
    ++*(int *)arg;
    return 0;
}

EDO_TEST(a_function_that_ended_is_not_called_again) /* stream-001 */
{
    int calls = 0;
    edo_iter iter;
    edo_stream s = edo_stream_from_fn(&iter, end_at_once, &calls, INT_ITEM);

    assert_false(edo_stream_is_done(s));
    check_end(s);
    check_end(s);
    assert_int_equal(calls, 1);
    assert_true(edo_stream_is_done(s));
    check_hint(s, 0, 0);
}

EDO_TEST(an_empty_stream_has_ended) /* stream-012 */
{
    edo_stream s = edo_stream_empty(INT_ITEM);

    check_hint(s, 0, 0);
    check_end(s);
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
}

EDO_TEST(once_gives_one_item) /* stream-013 */
{
    int one = 1;
    edo_iter iter;
    edo_stream s = edo_stream_once(&iter, &one, INT_ITEM);

    check_hint(s, 1, 1);
    check_next(s, 1);
    check_hint(s, 0, 0);
    check_end(s);
}

EDO_TEST(a_pending_stream_pends_for_ever) /* stream-014 */
{
    edo_stream s = edo_stream_pending(INT_ITEM);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    check_open_hint(s, 0);
    assert_pending(&next.base);
    edo_yield();
    assert_woken(0);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_false(edo_stream_is_done(s));
}

EDO_TEST(a_next_that_was_cancelled_took_nothing) /* stream-002 */
{
    script steps = SCRIPT(STEP_WAIT, 7);
    edo_stream s = script_stream(&steps);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    script_go_on(&steps);
    assert_ready_eq(&next.base, -ECANCELED);
    check_next(s, 7);
    next = edo_stream_next_async(s, &item);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(steps.asked, 3);
}

EDO_TEST(a_losing_next_puts_its_item_back) /* stream-002 */
{
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 2);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_hint(s, 2, 2);
    check_next(s, 1);
    check_next(s, 2);
    next = edo_stream_next_async(s, &item);
    assert_ready_eq(&next.base, 0);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, 0); /* the end took nothing */
}

EDO_TEST(a_kept_next_is_begun_anew)
{
    script steps = SCRIPT(STEP_WAIT, 7);
    int item = 0;
    edo_stream_next_future next = edo_stream_next_async(script_stream(&steps), &item);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_int_equal(edo_select_keep(&next.base, &sleep.base), 1);
    steps.at++;
    sleep = edo_sleep_async(EDO_MILLIS(1));
    assert_int_equal(edo_select_keep(&next.base, &sleep.base), 0);
    assert_int_equal(item, 7);
}

EDO_TEST(what_an_array_did_not_give_is_destroyed_with_it) /* stream-003 */
{
    int three[] = {1, 2, 3};
    edo_iter iter;
    edo_stream s = edo_stream_iter(&iter, three, 3, &counted_item);

    check_next(s, 1);
    destroyed = 0;
    edo_stream_release(s);
    assert_int_equal(destroyed, 2);
    edo_stream_release((edo_stream){0});
}

EDO_TEST(a_source_has_no_source) /* stream-004 */
{
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 3), other;

    assert_null(edo_stream_source(s, 0).ops);
    assert_err(edo_stream_take_source(s, 0, &other), -EINVAL);
}
