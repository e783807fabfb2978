/* pair_test.c: two streams as one: chain, merge. */
#include "stream/streams.h"

static const int four_to_six[] = {4, 5, 6};

/* A source whose hint is as large as can be. */
static edo_stream_bounds monster_hint(void *self)
{
    (void)self;
    return (edo_stream_bounds){SIZE_MAX, SIZE_MAX, true};
}

static edo_stream monster(script *s)
{
    static edo_stream_ops ops;

    ops = script_ops;
    ops.hint = monster_hint;
    return (edo_stream){&ops, s, INT_ITEM};
}

EDO_TEST(chain_gives_one_after_the_other) /* stream-026 */
{
    edo_iter a, b;
    edo_pair pair;
    edo_stream s =
        edo_stream_chain(&pair, count_up_to(&a, 3), edo_stream_iter(&b, four_to_six, 3, INT_ITEM));

    for (int i = 1; i <= 6; i++) {
        check_hint(s, (size_t)(7 - i), (size_t)(7 - i));
        check_next(s, i);
    }
    check_hint(s, 0, 0);
    check_end(s);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(chain_is_done_after_both) /* stream-027 */
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_stage fuses[2];
    edo_pair pair;
    edo_stream s = edo_stream_chain(&pair, edo_stream_fuse(&fuses[0], script_stream(&a)),
                                    edo_stream_fuse(&fuses[1], script_stream(&b)));

    check_open_hint(s, 0);
    check_next(s, 1);
    check_next(s, 2);
    assert_false(edo_stream_is_done(s));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
    assert_int_equal(a.released, 1);
    assert_int_equal(b.released, 1);
}

EDO_TEST(hints_of_monsters_saturate) /* stream-007 */
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_pair pair;
    edo_stage stage;
    void *item;

    check_open_hint(edo_stream_chain(&pair, monster(&a), monster(&b)), SIZE_MAX);
    check_open_hint(edo_stream_merge(&pair, monster(&a), monster(&b)), SIZE_MAX);
    edo_stream s = edo_stream_peekable(&stage, monster(&a));
    check_hint(s, SIZE_MAX, SIZE_MAX);
    assert_int_equal(edo_stream_peek(&stage, &item), 1);
    check_open_hint(s, SIZE_MAX);
    edo_stream_release(s);
}

EDO_TEST_BOTH(merge_gives_in_turns) /* stream-028 */
{
    static const int even[] = {0, 2, 4, 6}, odd[] = {1, 3, 5};
    edo_iter a, b;
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, edo_stream_iter(&a, even, 4, INT_ITEM),
                                    edo_stream_iter(&b, odd, 3, INT_ITEM));
    int item;

    for (int i = 0; i <= 6; i++) {
        check_hint(s, (size_t)(7 - i), (size_t)(7 - i));
        assert_int_equal(edo_stream_next(s, &item), 1);
        assert_int_equal(item, i);
    }
    check_hint(s, 0, 0);
    assert_int_equal(edo_stream_next(s, &item), 0);
    assert_int_equal(edo_stream_next(s, &item), 0);
    edo_stream_release(s);
}

EDO_TEST(merge_is_woken_by_either_side) /* stream-029 stream-030 */
{
    script a = SCRIPT(STEP_WAIT, 1), b = SCRIPT(STEP_WAIT, 2, STEP_WAIT);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b));
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    script_go_on(&b);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 2);

    next = edo_stream_next_async(s, &item);
    assert_pending(&next.base);
    script_go_on(&a);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 1);

    /* a has ended, b goes on. */
    next = edo_stream_next_async(s, &item);
    assert_pending(&next.base);
    size_t asked = a.asked;
    assert_pending(&next.base);
    assert_int_equal(a.asked, asked);
    assert_false(edo_stream_is_done(s));
    script_go_on(&b);
    assert_woken(1);
    assert_ready_eq(&next.base, 0);
    check_end(s);
    assert_int_equal(a.asked, asked);
    edo_stream_release(s);
}

EDO_TEST(a_side_that_closes_wakes_a_merge_which_goes_on_with_the_other) /* stream-029 */
{
    script a = SCRIPT(STEP_WAIT), b = SCRIPT(STEP_WAIT, 2);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b));
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_pending(&next.base);
    script_go_on(&a);
    assert_woken(1);
    assert_pending(&next.base);
    script_go_on(&b);
    assert_ready_eq(&next.base, 1);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(what_the_other_side_gave_meanwhile_is_kept) /* stream-002 stream-003 stream-004 */
{
    script a = SCRIPT(STEP_WAIT, 1), b = SCRIPT(2, 3);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b)), source;

    a.is_late = true;
    check_next(s, 1); /* 2 was there, and 1 came as its pull was ended */
    assert_int_equal(a.at, 2);
    assert_int_equal(b.at, 1);
    assert_ok(edo_stream_take_source(s, 1, &source));
    check_next(source, 3);
    check_next(s, 2);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_cancelled_merge_lost_nothing) /* stream-002 */
{
    script a = SCRIPT(STEP_WAIT, 1), b = SCRIPT(STEP_WAIT, 2);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b));

    check_pends(s);
    script_go_on(&a);
    script_go_on(&b);
    int item;
    edo_stream_next_future next = edo_stream_next_async(s, &item);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 1);
    edo_future_put_back(&next.base);
    check_next(s, 2);
    check_next(s, 1);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(errors_of_both_sides_pass_a_merge) /* stream-009 */
{
    script a = SCRIPT(STEP_ERROR, 1), b = SCRIPT(2);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b));

    check_result(s, -EIO);
    check_next(s, 2);
    check_next(s, 1);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(merge_waits_for_the_end_of_the_other_sides_pull) /* stream-002 */
{
    script a = SCRIPT(STEP_WAIT, 1), b = SCRIPT(2, 3);
    edo_pair pair;
    edo_stream s = edo_stream_merge(&pair, script_stream(&a), script_stream(&b));
    int item = 0;
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    a.lingers = true;
    assert_pending(&next.base);
    assert_pending(&next.base);
    assert_int_equal(b.at, 1); /* it isn't asked again */
    a.lingers = false;
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 2);
    a.at++;
    check_next(s, 1);
    check_next(s, 3);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_pair_has_two_sources) /* stream-004 */
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_pair pair;
    edo_stream s = edo_stream_chain(&pair, script_stream(&a), script_stream(&b)), source;

    assert_ptr_equal(edo_stream_source(s, 0).self, &a);
    assert_ptr_equal(edo_stream_source(s, 1).self, &b);
    assert_null(edo_stream_source(s, 2).ops);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_next(s, 2);
    check_end(s);
    check_next(source, 1);
    edo_stream_release(s);
}

EDO_TEST(each_side_of_a_chain_takes_its_own_back) /* stream-002 */
{
    edo_iter iters[2];
    edo_pair pair;
    edo_stream s = edo_stream_chain(&pair, count_up_to(&iters[0], 1), count_up_to(&iters[1], 1));
    int item;

    for (int i = 0; i < 2; i++) {
        edo_stream_next_future next = edo_stream_next_async(s, &item);
        assert_ready_eq(&next.base, 1);
        edo_future_put_back(&next.base);
        assert_int_equal(next.base.result, -ECANCELED);
        assert_int_equal(edo_stream_hint(s).lower, 2 - i);
        assert_false(edo_stream_is_done(s));
        check_next(s, 1);
    }
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_cancelled_chain_lost_nothing_of_either) /* stream-002 */
{
    script a = SCRIPT(STEP_WAIT, 1), b = SCRIPT(STEP_WAIT, 2);
    edo_pair pair;
    edo_stream s = edo_stream_chain(&pair, script_stream(&a), script_stream(&b));

    check_pends(s);
    a.at++;
    check_next(s, 1);
    check_pends(s);
    b.at++;
    check_next(s, 2);
    check_end(s);
    edo_stream_release(s);
}
