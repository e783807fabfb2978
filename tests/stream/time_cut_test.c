/* time_cut_test.c: stages with a clock whose sources don't end a wait at once, or give something late. */
#include "stream/streams.h"

EDO_TEST(a_timeout_is_said_when_the_sources_wait_has_ended) /* stream-042 */
{
    for (int late = 0; late < 2; late++) {
        script steps = SCRIPT(STEP_WAIT, 1);
        edo_timed timed;
        edo_stream s = edo_stream_timeout(&timed, script_stream(&steps), EDO_MILLIS(100));
        int item = 0;
        edo_stream_next_future next = edo_stream_next_async(s, &item);

        assert_pending(&next.base);
        steps.lingers = true;
        assert_ok(edo_advance(EDO_MILLIS(100)));
        assert_pending(&next.base);
        assert_pending(&next.base);
        steps.lingers = false;
        steps.is_late = late;
        assert_ready_eq(&next.base, late ? 1 : -ETIMEDOUT);
        assert_int_equal(item, late);
        edo_stream_release(s);
    }
}

EDO_TEST(a_timeout_whose_next_was_cancelled_is_said_by_the_following) /* stream-042 stream-002 */
{
    script steps = SCRIPT(STEP_WAIT, 1);
    edo_timed timed;
    edo_stream s = edo_stream_timeout(&timed, script_stream(&steps), EDO_MILLIS(100));
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    steps.lingers = true;
    assert_ok(edo_advance(EDO_MILLIS(100)));
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_pending(&next.base);
    steps.lingers = false;
    assert_ready_eq(&next.base, -ECANCELED);
    check_result(s, -ETIMEDOUT);
    edo_stream_release(s);
}

static edo_stream chunks_of(edo_stream_chunks *chunks, script *steps)
{
    edo_stream s;

    assert_ok(edo_stream_chunks_timeout(chunks, script_stream(steps), 9, EDO_MILLIS(100), &s));
    return s;
}

EDO_TEST(what_comes_as_a_chunks_time_is_over_is_in_it) /* stream-048 stream-002 */
{
    for (size_t late = 0; late < 2; late++) {
        script steps = SCRIPT(1, STEP_WAIT, 2);
        edo_stream_chunks chunks;
        edo_items items = {0};
        edo_stream s = chunks_of(&chunks, &steps);
        edo_stream_next_future next = edo_stream_next_async(s, &items);

        assert_pending(&next.base);
        steps.lingers = true;
        assert_ok(edo_advance(EDO_MILLIS(100)));
        assert_pending(&next.base);
        assert_pending(&next.base);
        steps.lingers = false;
        steps.is_late = late;
        assert_ready_eq(&next.base, 1);
        assert_int_equal(items.len, 1 + late);
        assert_int_equal(((int *)items.data)[late], 1 + (int)late);
        edo_items_fini(&items);
        edo_stream_release(s);
    }
}

EDO_TEST(the_hint_of_chunks_counts_what_is_gathered) /* stream-050 stream-007 */
{
    int four[] = {1, 2, 3, 4};
    edo_iter iter;
    edo_pair pair;
    edo_stream_chunks chunks;
    edo_items items;
    edo_stream s = edo_stream_chain(&pair, edo_stream_iter(&iter, four, 4, INT_ITEM),
                                    edo_stream_pending(INT_ITEM));

    assert_ok(edo_stream_chunks_timeout(&chunks, s, 3, EDO_MILLIS(100), &s));
    check_open_hint(s, 2); /* three, and one */
    edo_stream_next_future next = edo_stream_next_async(s, &items);
    assert_ready_eq(&next.base, 1);
    edo_items_fini(&items);
    check_open_hint(s, 1);
    next = edo_stream_next_async(s, &items);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    check_open_hint(s, 1); /* which is gathered now */
    assert_false(edo_stream_is_done(s));
    edo_stream_release(s);
}

EDO_TEST(gathered_items_are_destroyed_with_the_chunks) /* stream-003 */
{
    script steps = SCRIPT(1, 2, STEP_WAIT);
    edo_stream_chunks chunks;
    edo_items items;
    edo_stream s = {&script_ops, &steps, &counted_item};

    assert_ok(edo_stream_chunks_timeout(&chunks, s, 9, EDO_MILLIS(100), &s));
    edo_stream_next_future next = edo_stream_next_async(s, &items);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    destroyed = 0;
    edo_stream_release(s);
    assert_int_equal(destroyed, 2);
    assert_int_equal(steps.released, 1);
    assert_err(edo_stream_chunks_timeout(NULL, s, 9, EDO_MILLIS(100), &s), -EINVAL);
    assert_err(edo_stream_chunks_timeout(&chunks, s, 9, EDO_MILLIS(100), NULL), -EINVAL);
}
