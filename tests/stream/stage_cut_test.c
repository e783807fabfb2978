/* stage_cut_test.c: stages and folds whose waits are cut short, put back, or begun anew. */
#include "future/future.h"
#include "stream/streams.h"

static bool is_odd(void *arg, const void *item)
{
    (void)arg;
    return *(const int *)item % 2;
}

static bool is_below(void *arg, const void *item)
{
    return *(const int *)item < *(int *)arg;
}

static int odd_ones(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = *(int *)item;
    return *(int *)item % 2;
}

static int three = 3;

static edo_stream filtered(edo_stage *stage, edo_stream s)
{
    return edo_stream_filter(stage, s, is_odd, NULL);
}

static edo_stream filter_mapped(edo_stage *stage, edo_stream s)
{
    return edo_stream_filter_map(stage, s, odd_ones, NULL, INT_ITEM);
}

static edo_stream skipped(edo_stage *stage, edo_stream s)
{
    return edo_stream_skip(stage, s, 1);
}

static edo_stream skipped_while(edo_stage *stage, edo_stream s)
{
    return edo_stream_skip_while(stage, s, is_below, &three);
}

EDO_TEST(what_drops_items_asks_for_no_more_once_it_is_cancelled) /* stream-002 */
{
    static edo_stream (*const kinds[])(edo_stage *, edo_stream) = {filtered, filter_mapped, skipped,
                                                                   skipped_while};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        script steps = SCRIPT(STEP_WAIT, 2, STEP_WAIT, 5);
        edo_stage stage;
        int item;
        edo_stream s = kinds[i](&stage, script_stream(&steps));
        edo_stream_next_future next = edo_stream_next_async(s, &item);

        steps.is_late = true;
        assert_pending(&next.base);
        edo_future_cancel(&next.base);
        assert_ready_eq(&next.base, -ECANCELED); /* 2 came, and was dropped */
        assert_int_equal(steps.at, 2);
        steps.at++;
        check_next(s, 5);
        edo_stream_release(s);
    }
}

static edo_stream mapped(edo_stage *stage, edo_stream s)
{
    return edo_stream_map(stage, s, odd_ones, NULL, INT_ITEM);
}

static edo_stream mapped_while(edo_stage *stage, edo_stream s)
{
    return edo_stream_map_while(stage, filtered(stage + 1, s), odd_ones, NULL, INT_ITEM);
}

static edo_stream taken(edo_stage *stage, edo_stream s)
{
    return edo_stream_take(stage, s, 2);
}

static edo_stream taken_while(edo_stage *stage, edo_stream s)
{
    return edo_stream_take_while(stage, filtered(stage + 1, s), is_odd, NULL);
}

static edo_stream notified(edo_stage *stage, edo_stream s)
{
    return edo_stream_notify_close(stage, s);
}

/* The next goes back and is given again, in one poll each. */
static void check_goes_back(edo_stream s)
{
    int item = -1;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_false(edo_stream_is_done(s));
    check_next(s, item);
}

EDO_TEST(every_stage_gives_again_what_went_back) /* stream-002 */
{
    static edo_stream (*const kinds[])(edo_stage *, edo_stream) = {
        filtered,           filter_mapped, skipped,     skipped_while, mapped,
        mapped_while,       taken,         taken_while, notified,      edo_stream_fuse,
        edo_stream_peekable};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        script steps = SCRIPT(2, 3, 5);
        edo_stage stages[2];
        edo_stream s = kinds[i](stages, script_stream(&steps));
        check_goes_back(s);
        check_goes_back(s);
        edo_stream_release(s);
        assert_int_equal(steps.released, 1);
    }
}

EDO_TEST(stages_with_a_clock_give_again_what_went_back) /* stream-002 */
{
    script steps = SCRIPT(2, 3);
    edo_timed timed;
    edo_stream s = edo_stream_timeout(&timed, script_stream(&steps), EDO_MILLIS(10));

    check_goes_back(s);
    check_goes_back(s);
    edo_stream_release(s);
    steps.at = 0;
    s = edo_stream_throttle(&timed, script_stream(&steps), EDO_MILLIS(10));
    check_goes_back(s);
    check_pends(s); /* it has the time of the item all the same */
    edo_stream_release(s);
}

EDO_TEST(a_stage_has_one_source) /* stream-004 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = skipped(&stage, count_up_to(&iter, 2)), source;

    assert_null(edo_stream_source(s, 1).ops);
    assert_err(edo_stream_take_source(s, 1, &source), -EINVAL);
    assert_err(edo_stream_take_source(s, 0, NULL), -EINVAL);
    assert_null(edo_stream_source((edo_stream){0}, 0).ops);
    edo_stream_release(s);
}

EDO_TEST(a_next_that_was_put_back_is_begun_anew) /* stream-002 */
{
    edo_iter iter;
    int item = 0;
    edo_stream_next_future next = edo_stream_next_async(count_up_to(&iter, 2), &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    future_restart(&next.base);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 1);
}

static int add(void *arg, void *item)
{
    *(int *)arg += *(int *)item;
    return 0;
}

EDO_TEST(a_fold_that_was_cut_short_is_begun_anew) /* stream-039 stream-002 */
{
    script steps = SCRIPT(1, STEP_WAIT, 2);
    int sum = 0;
    edo_stream_fold_future fold = edo_stream_fold_async(script_stream(&steps), add, &sum);

    assert_pending(&fold.base);
    edo_future_cancel(&fold.base);
    assert_ready_eq(&fold.base, -ECANCELED);
    assert_int_equal(fold.done, 1);
    future_restart(&fold.base);
    assert_pending(&fold.base);
    script_go_on(&steps);
    assert_ready_eq(&fold.base, 0);
    assert_int_equal(fold.done, 2);
    assert_int_equal(sum, 3);
}

EDO_TEST(a_fold_says_errors_and_leaves_the_rest) /* stream-009 stream-039 */
{
    int sum = 0, limit = 9;
    script steps = SCRIPT(1, STEP_ERROR, 2);

    assert_err(edo_stream_fold(script_stream(&steps), add, &sum), -EIO);
    assert_int_equal(sum, 1);
    steps.at = 0;
    assert_err(edo_stream_all(script_stream(&steps), is_below, &limit), -EIO);
    check_next(script_stream(&steps), 2);
    assert_err(edo_stream_fold((edo_stream){0}, add, &sum), -EINVAL);
    assert_err(edo_stream_fold((edo_stream){&script_ops, &steps, NULL}, add, &sum), -EINVAL);
}

EDO_TEST(a_collect_that_was_cut_short_is_begun_anew) /* stream-036 stream-002 */
{
    int array[3] = {0};
    script steps = SCRIPT(1, STEP_WAIT, 2);
    edo_items items = {0};
    edo_stream_collect_future to_array =
        edo_stream_collect_array_async(script_stream(&steps), array, 3);

    for (int i = 0; i < 2; i++) {
        edo_stream_collect_future grows = edo_stream_collect_async(script_stream(&steps), &items);
        edo_stream_collect_future *all = i ? &to_array : &grows;
        steps.at = 0;
        assert_pending(&all->base);
        edo_future_cancel(&all->base);
        assert_ready_eq(&all->base, -ECANCELED);
        future_restart(&all->base);
        assert_pending(&all->base);
        script_go_on(&steps);
        assert_ready_eq(&all->base, 0);
        assert_int_equal(all->done, 2);
    }
    assert_int_equal(items.len, 2);
    assert_memory_equal(items.data, array, 2 * sizeof(int));
    assert_int_equal(array[1], 2);
    edo_items_fini(&items);
    assert_null(items.data);
}

EDO_TEST(a_stage_releases_what_it_owns_once) /* stream-003 */
{
    script steps = SCRIPT(1, 2);
    edo_stage stage;
    int item;
    edo_stream s = edo_stream_fuse(&stage, (edo_stream){&script_ops, &steps, &counted_item});
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    destroyed = 0;
    edo_stream_release(s);
    edo_stream_release(s);
    assert_int_equal(destroyed, 1);
    assert_int_equal(steps.released, 1);
}
