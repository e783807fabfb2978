/* stage_test.c: stages on one stream: fewer items, or other items. */
#include "stream/streams.h"

/* Functions for stages; `arg` counts how often they are called. */

static int twice(void *arg, void *item, void *ret_item)
{
    if (arg)
        ++*(int *)arg;
    *(int *)ret_item = *(int *)item * 2;
    return 0;
}

static bool is_odd(void *arg, const void *item)
{
    if (arg)
        ++*(int *)arg;
    return *(const int *)item % 2;
}

static bool is_below(void *arg, const void *item)
{
    return *(const int *)item < *(int *)arg;
}

static bool never(void *arg, const void *item)
{
    (void)arg, (void)item;
    return false;
}

static int half_of_even(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = *(int *)item / 2;
    return *(int *)item % 2 == 0;
}

static int three_more_below_four(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = *(int *)item + 3;
    return *(int *)item < 4;
}

static int itself_below_three(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = *(int *)item;
    return *(int *)item < 3;
}

EDO_TEST_BOTH(map_gives_each_item_made_into_another) /* stream-015 stream-008 */
{
    int calls = 0, item;
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_map(&stage, count_up_to(&iter, 3), twice, &calls, INT_ITEM);

    for (int i = 1; i <= 3; i++) {
        assert_int_equal(edo_stream_next(s, &item), 1);
        assert_int_equal(item, 2 * i);
        assert_int_equal(calls, i);
    }
    assert_int_equal(edo_stream_next(s, &item), 0);
    assert_int_equal(edo_stream_next(s, &item), 0);
    assert_int_equal(calls, 3);
    edo_stream_release(s);
}

EDO_TEST(filter_gives_what_is_kept) /* stream-015 stream-016 stream-008 */
{
    int calls = 0;
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_filter(&stage, count_up_to(&iter, 4), is_odd, &calls);

    check_hint(s, 0, 4);
    check_next(s, 1);
    check_next(s, 3);
    check_end(s);
    assert_int_equal(calls, 4);
    edo_stream_release(s);
}

EDO_TEST(filter_map_gives_what_was_made) /* stream-015 stream-016 */
{
    edo_iter iter;
    edo_stage stage, map;
    edo_stream s =
        edo_stream_filter_map(&stage, count_up_to(&iter, 4), half_of_even, NULL, INT_ITEM);

    check_hint(s, 0, 4);
    s = edo_stream_map(&map, s, twice, NULL, INT_ITEM);
    check_hint(s, 0, 4); /* a map's is that of what it is on */
    check_next(s, 2);
    check_next(s, 4);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_filter_that_keeps_nothing_ends_in_one_poll) /* stream-017 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_filter(&stage, count_up_to(&iter, 16), never, NULL);

    check_end(s);
    assert_woken(0);
    edo_stream_release(s);
}

EDO_TEST(what_a_filter_drops_is_destroyed) /* stream-003 */
{
    int four[] = {1, 2, 3, 4};
    edo_iter iter;
    edo_stage stage;
    edo_stream s =
        edo_stream_filter(&stage, edo_stream_iter(&iter, four, 4, &counted_item), is_odd, NULL);

    destroyed = 0;
    check_next(s, 1);
    check_next(s, 3);
    assert_int_equal(destroyed, 1);
    edo_stream_release(s);
    assert_int_equal(destroyed, 2);
}

EDO_TEST(take_asks_for_no_more_than_it_gives) /* stream-018 stream-019 stream-001 */
{
    script steps = SCRIPT(1, 2, 3);
    edo_stage stage;
    edo_stream s = edo_stream_take(&stage, script_stream(&steps), 2);

    check_hint(s, 0, 2);
    check_next(s, 1);
    check_hint(s, 0, 1);
    check_next(s, 2);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    check_end(s);
    assert_int_equal(steps.asked, 2);
    edo_stream_release(s);
    assert_int_equal(steps.released, 1);

    s = edo_stream_take(&stage, script_stream(&steps), 0);
    check_hint(s, 0, 0);
    check_end(s);
    assert_int_equal(steps.asked, 2);
    edo_stream_release(s);
}

EDO_TEST(take_caps_the_hint) /* stream-019 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_take(&stage, count_up_to(&iter, 5), 3);

    check_hint(s, 3, 3);
    check_next(s, 1);
    check_hint(s, 2, 2);
    edo_stream_release(s);
    s = edo_stream_take(&stage, count_up_to(&iter, 5), 9);
    check_hint(s, 5, 5);
    edo_stream_release(s);
}

EDO_TEST(take_while_ends_at_the_first_that_fails) /* stream-020 */
{
    int limit = 3, five[] = {1, 2, 3, 1, 1};
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_take_while(&stage, edo_stream_iter(&iter, five, 5, &counted_item),
                                         is_below, &limit);

    destroyed = 0;
    check_next(s, 1);
    check_next(s, 2);
    assert_false(edo_stream_is_done(s));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    assert_int_equal(destroyed, 1);
    edo_stream_release(s);
    assert_int_equal(destroyed, 3);
}

EDO_TEST(skip_drops_the_first_and_passes_the_rest) /* stream-021 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_skip(&stage, count_up_to(&iter, 4), 2);

    check_hint(s, 2, 2);
    check_next(s, 3);
    check_next(s, 4);
    check_end(s);
    edo_stream_release(s);
    s = edo_stream_skip(&stage, count_up_to(&iter, 2), 3);
    check_hint(s, 0, 0);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(skip_while_tests_no_more_after_the_first_that_fails) /* stream-021 */
{
    int limit = 3, five[] = {1, 2, 3, 1, 5};
    edo_iter iter;
    edo_stage stage;
    edo_stream s =
        edo_stream_skip_while(&stage, edo_stream_iter(&iter, five, 5, INT_ITEM), is_below, &limit);

    check_hint(s, 0, 5);
    check_next(s, 3);
    check_hint(s, 2, 2);
    check_next(s, 1);
    check_next(s, 5);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(map_while_ends_where_nothing_was_made) /* stream-022 */
{
    int three[] = {1, 5, 2};
    edo_iter iter;
    edo_stage stage;
    edo_stream s =
        edo_stream_map_while(&stage, count_up_to(&iter, 10), three_more_below_four, NULL, INT_ITEM);

    check_next(s, 4);
    check_next(s, 5);
    check_next(s, 6);
    check_end(s);
    edo_stream_release(s);
    s = edo_stream_map_while(&stage, edo_stream_iter(&iter, three, 3, INT_ITEM), itself_below_three,
                             NULL, INT_ITEM);
    check_next(s, 1);
    check_end(s);
    check_end(s);
    edo_stream_release(s);
}

/* A source that is only done once its end was seen. */
static edo_stream fused(edo_stage *fuse, script *steps)
{
    static const int five = 5;

    *steps = (script){.steps = &five, .count = 1};
    return edo_stream_fuse(fuse, script_stream(steps));
}

static void check_done_after_the_end(edo_stream s, bool gives)
{
    assert_false(edo_stream_is_done(s));
    if (gives)
        check_result(s, 1);
    assert_false(edo_stream_is_done(s));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
}

EDO_TEST(a_stage_on_a_fused_source_is_done_when_the_end_was_seen) /* stream-025 */
{
    int none = 0;
    edo_stage fuse, stage;
    script steps;

    check_done_after_the_end(edo_stream_map(&stage, fused(&fuse, &steps), twice, NULL, INT_ITEM),
                             true);
    check_done_after_the_end(edo_stream_filter(&stage, fused(&fuse, &steps), is_odd, NULL), true);
    check_done_after_the_end(
        edo_stream_filter_map(&stage, fused(&fuse, &steps), half_of_even, NULL, INT_ITEM), false);
    check_done_after_the_end(edo_stream_skip(&stage, fused(&fuse, &steps), 1), false);
    check_done_after_the_end(edo_stream_skip_while(&stage, fused(&fuse, &steps), is_below, &none),
                             true);
}

/* Taken back after one item: what is next then. */
static void check_taken_back(edo_stream s, edo_stage *stage, int expected)
{
    edo_stream source;
    int item;

    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_ptr_equal(edo_stream_source(s, 0).self, stage->source.self);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_next(source, expected);
    check_end(s); /* it has nothing more */
    edo_stream_release(source);
    edo_stream_release(s);
}

EDO_TEST(a_source_that_is_taken_back_goes_on) /* stream-004 stream-005 */
{
    int two = 2;
    edo_iter it;
    edo_stage st;
#define THREE count_up_to(&it, 3)

    check_taken_back(edo_stream_map(&st, THREE, twice, NULL, INT_ITEM), &st, 2);
    check_taken_back(edo_stream_take(&st, THREE, 2), &st, 2);
    check_taken_back(edo_stream_skip(&st, THREE, 1), &st, 3);
    check_taken_back(edo_stream_filter(&st, THREE, is_odd, NULL), &st, 2);
    check_taken_back(edo_stream_filter_map(&st, THREE, itself_below_three, NULL, INT_ITEM), &st, 2);
    check_taken_back(edo_stream_map_while(&st, THREE, itself_below_three, NULL, INT_ITEM), &st, 2);
    check_taken_back(edo_stream_take_while(&st, THREE, is_below, &two), &st, 2);
    check_taken_back(edo_stream_skip_while(&st, THREE, is_below, &two), &st, 3);
#undef THREE
}

EDO_TEST(what_was_put_back_is_given_though_the_source_was_taken) /* stream-004 stream-002 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_map(&stage, count_up_to(&iter, 2), twice, NULL, INT_ITEM), source;
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_hint(s, 2, 2);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_hint(s, 1, 1);
    assert_false(edo_stream_is_done(s));
    check_next(s, 2);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    check_next(source, 2);
    edo_stream_release(s);
}

EDO_TEST(an_item_taken_inside_is_not_seen_by_the_stage) /* stream-006 */
{
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_map(&stage, count_up_to(&iter, 3), twice, NULL, INT_ITEM);

    check_next(edo_stream_source(s, 0), 1);
    check_next(s, 4);
    edo_stream_release(s);
}

EDO_TEST(a_stage_whose_next_was_cancelled_lost_nothing) /* stream-002 */
{
    script steps = SCRIPT(2, STEP_WAIT, 4, 5);
    edo_stage stage;
    edo_stream s = edo_stream_filter(&stage, script_stream(&steps), is_odd, NULL);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    script_go_on(&steps);
    assert_woken(1);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    check_next(s, 5);
    edo_stream_release(s);
}

EDO_TEST(errors_pass_through_every_stage) /* stream-009 */
{
    int limit = 10, calls = 0;
    script steps = SCRIPT(STEP_ERROR, 1, STEP_ERROR, 3);
    edo_stage stages[5];
    edo_stream s = edo_stream_map(&stages[0], script_stream(&steps), twice, &calls, INT_ITEM);

    s = edo_stream_take_while(&stages[1], s, is_below, &limit);
    s = edo_stream_filter_map(&stages[2], s, half_of_even, NULL, INT_ITEM);
    s = edo_stream_skip(&stages[3], s, 1);
    s = edo_stream_take(&stages[4], s, 1);
    check_result(s, -EIO);
    check_result(s, -EIO);
    check_next(s, 3);
    check_end(s);
    assert_int_equal(calls, 2);
    edo_stream_release(s);
    assert_int_equal(steps.released, 1);
}

/* An item too large for a stage's own room. */
typedef struct large {
    int n;
    char rest[100];
} large;

static int grow(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(large *)ret_item = (large){.n = *(int *)item};
    return 0;
}

static int shrink(void *arg, void *item, void *ret_item)
{
    (void)arg;
    *(int *)ret_item = ((large *)item)->n;
    return 0;
}

EDO_TEST(large_items_go_through_stages_too)
{
    edo_iter iter;
    edo_stage stages[2];
    edo_stream s = edo_stream_map(&stages[0], count_up_to(&iter, 2), grow, NULL, EDO_ITEM(large));
    large one;
    edo_stream_next_future next = edo_stream_next_async(s, &one);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    s = edo_stream_map(&stages[1], s, shrink, NULL, INT_ITEM);
    check_next(s, 1);
    check_next(s, 2);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(what_was_put_back_is_destroyed_with_the_stage) /* stream-003 */
{
    int two[] = {1, 2}, item;
    edo_iter iter;
    edo_stage stage;
    edo_stream s = edo_stream_fuse(&stage, edo_stream_iter(&iter, two, 2, &counted_item));
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    destroyed = 0;
    edo_stream_release(s);
    assert_int_equal(destroyed, 2);
}

EDO_TEST(fuse_ends_for_good) /* stream-031 */
{
    script steps = SCRIPT(1, STEP_END, 2, STEP_END);
    edo_stage stage;
    edo_stream s = script_stream(&steps);

    check_next(s, 1);
    check_end(s);
    check_next(s, 2);
    steps.at = steps.asked = 0;
    s = edo_stream_fuse(&stage, s);
    assert_false(edo_stream_is_done(s));
    check_next(s, 1);
    assert_false(edo_stream_is_done(s));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    check_end(s);
    check_hint(s, 0, 0);
    assert_int_equal(steps.asked, 2);
    edo_stream_release(s);
}
