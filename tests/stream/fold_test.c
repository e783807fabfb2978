/* fold_test.c: fold, any, all, collect, and the next that stops at errors. */
#include "stream/streams.h"

static int add(void *arg, void *item)
{
    *(int *)arg += *(int *)item;
    return *(int *)item == 13 ? -EDOM : 0;
}

static bool is_below(void *arg, const void *item)
{
    return *(const int *)item < *(int *)arg;
}

static bool is_above(void *arg, const void *item)
{
    return *(const int *)item > *(int *)arg;
}

EDO_TEST_BOTH(fold_gives_the_accumulator) /* stream-039 */
{
    int sum = 0;
    edo_iter iter;

    assert_ok(edo_stream_fold(count_up_to(&iter, 4), add, &sum));
    assert_int_equal(sum, 10);
}

EDO_TEST(a_fold_stops_where_its_function_says_so)
{
    static const int three[] = {1, 13, 2};
    int sum = 0;
    edo_iter iter;
    edo_stream s = edo_stream_iter(&iter, three, 3, INT_ITEM);

    assert_err(edo_stream_fold(s, add, &sum), -EDOM);
    assert_int_equal(sum, 14);
    check_next(s, 2);
    assert_err(edo_stream_fold(s, NULL, NULL), -EINVAL);
}

EDO_TEST(all_stops_at_the_first_false_and_any_at_the_first_true) /* stream-039 */
{
    int limit = 2;
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 4);

    assert_int_equal(edo_stream_all(s, is_below, &limit), 0);
    check_next(s, 3);
    s = count_up_to(&iter, 4);
    assert_int_equal(edo_stream_any(s, is_above, &limit), 1);
    check_next(s, 4);
    limit = 9;
    assert_int_equal(edo_stream_all(count_up_to(&iter, 4), is_below, &limit), 1);
    assert_int_equal(edo_stream_any(count_up_to(&iter, 4), is_above, &limit), 0);
    assert_int_equal(edo_stream_all(edo_stream_empty(INT_ITEM), is_below, &limit), 1);
    assert_int_equal(edo_stream_any(edo_stream_empty(INT_ITEM), is_below, &limit), 0);
}

EDO_TEST(what_any_has_tested_is_destroyed) /* stream-003 */
{
    int four[] = {1, 2, 3, 4}, limit = 1;
    edo_iter iter;
    edo_stream s = edo_stream_iter(&iter, four, 4, &counted_item);

    destroyed = 0;
    assert_int_equal(edo_stream_any(s, is_above, &limit), 1);
    assert_int_equal(destroyed, 2);
}

EDO_TEST(collect_waits_for_the_end) /* stream-036 */
{
    script steps = SCRIPT(STEP_WAIT, 1, STEP_WAIT, 2, STEP_WAIT);
    edo_items items = {0};
    edo_stream_collect_future all = edo_stream_collect_async(script_stream(&steps), &items);

    for (int i = 0; i < 3; i++) {
        assert_pending(&all.base);
        script_go_on(&steps);
        assert_woken(1);
    }
    assert_ready_eq(&all.base, 0);
    assert_int_equal(items.len, 2);
    assert_memory_equal(items.data, ((int[]){1, 2}), 2 * sizeof(int));
    edo_items_fini(&items);
}

EDO_TEST(collect_of_nothing_is_empty) /* stream-036 */
{
    edo_items items = {0};

    assert_ok(edo_stream_collect(edo_stream_empty(INT_ITEM), &items));
    assert_int_equal(items.len, 0);
    edo_items_fini(&items);
    edo_items_fini(NULL);
    assert_err(edo_stream_collect(edo_stream_empty(INT_ITEM), NULL), -EINVAL);
}

EDO_TEST(collect_appends_and_grows)
{
    edo_items items = {0};
    edo_iter iter;

    assert_ok(edo_stream_collect(count_up_to(&iter, 16), &items));
    assert_ok(edo_stream_collect(count_up_to(&iter, 3), &items));
    assert_int_equal(items.len, 19);
    assert_true(items.capacity >= 19);
    for (int i = 0; i < 19; i++)
        assert_int_equal(((int *)items.data)[i], i < 16 ? i + 1 : i - 15);
    assert_err(edo_stream_collect(edo_stream_once(&iter, "", EDO_ITEM(char)), &items), -EINVAL);
    edo_items_fini(&items);
}

/* The script's items, with a destructor. */
static edo_stream counted(script *s)
{
    return (edo_stream){&script_ops, s, &counted_item};
}

EDO_TEST(collect_stops_at_the_first_error_and_destroys_what_it_has) /* stream-037 */
{
    script steps = SCRIPT(1, 2, STEP_ERROR, 3);
    edo_iter iter;
    int before[] = {7};
    edo_items items = {0};

    destroyed = 0;
    assert_ok(edo_stream_collect(edo_stream_once(&iter, before, &counted_item), &items));
    assert_err(edo_stream_collect(counted(&steps), &items), -EIO);
    assert_int_equal(destroyed, 2);
    assert_int_equal(items.len, 1); /* what was there before stays */
    check_next(script_stream(&steps), 3);
    edo_items_fini(&items);
    assert_int_equal(destroyed, 3);
}

EDO_TEST(a_collect_that_was_cut_short_keeps_what_it_has) /* stream-002 */
{
    script steps = SCRIPT(1, STEP_WAIT, 2);
    edo_items items = {0};

    assert_err(edo_timeout(&(edo_stream_collect_future){0}.base, EDO_MILLIS(1)), -EINVAL);
    edo_stream_collect_future all = edo_stream_collect_async(counted(&steps), &items);
    destroyed = 0;
    assert_err(edo_timeout(&all.base, EDO_MILLIS(1)), -ETIMEDOUT);
    assert_int_equal(destroyed, 0);
    assert_int_equal(items.len, 1);
    assert_int_equal(all.done, 1);
    steps.at++;
    assert_ok(edo_stream_collect(counted(&steps), &items));
    assert_int_equal(items.len, 2);
    edo_items_fini(&items);
}

EDO_TEST(a_full_array_loses_no_item) /* stream-038 */
{
    int array[2] = {0};
    size_t done = 9;
    edo_iter iter;
    edo_stream s = count_up_to(&iter, 4);

    assert_err(edo_stream_collect_array(s, array, 2, &done), -ENOSPC);
    assert_int_equal(done, 2);
    assert_int_equal(array[1], 2);
    assert_ok(edo_stream_collect_array(s, array, 2, &done)); /* just enough */
    assert_int_equal(done, 2);
    assert_int_equal(array[0], 3);
    assert_int_equal(array[1], 4);
    assert_ok(edo_stream_collect_array(s, NULL, 0, &done));
    assert_int_equal(done, 0);
    assert_err(edo_stream_collect_array(s, NULL, 1, &done), -EINVAL);
}

EDO_TEST(next_says_errors_and_goes_on) /* stream-040 */
{
    script steps = SCRIPT(1, STEP_ERROR, 2);
    edo_stream s = script_stream(&steps);
    int item;

    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_err(edo_stream_next(s, &item), -EIO);
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item, 2);
    assert_int_equal(edo_stream_next(s, &item), 0);
}

/* Another task, which counts its turns. */
typedef struct neighbour {
    unsigned turns;
    bool stop;
} neighbour;

static int take_turns(void *arg)
{
    neighbour *n = arg;

    for (; !n->stop; n->turns++)
        edo_yield();
    return 0;
}

/* 1280 items, always there. */
static int many(void *arg, void *ret_item)
{
    *(int *)ret_item = 1;
    return (*(int *)arg)++ < 1280;
}

static int fold_all(edo_stream s)
{
    int sum = 0;

    return edo_stream_fold(s, add, &sum);
}

static int any_of_all(edo_stream s)
{
    int limit = 5;

    return edo_stream_any(s, is_above, &limit);
}

static int all_of_all(edo_stream s)
{
    int limit = 5;

    return edo_stream_all(s, is_below, &limit) - 1;
}

static int collect_all(edo_stream s)
{
    edo_items items = {0};
    int rc = edo_stream_collect(s, &items);

    edo_items_fini(&items);
    return rc;
}

EDO_TEST(long_folds_let_others_run) /* stream-041 */
{
    static int (*const takes[])(edo_stream) = {fold_all, any_of_all, all_of_all, collect_all};
    neighbour n = {.stop = false};
    edo_task task;

    assert_ok(edo_spawn(take_turns, &n, &task));
    for (size_t i = 0; i < sizeof takes / sizeof *takes; i++) {
        int count = 0;
        edo_iter iter;
        unsigned before = n.turns;
        assert_ok(takes[i](edo_stream_from_fn(&iter, many, &count, INT_ITEM)));
        assert_true(n.turns - before >= 9);
    }
    n.stop = true;
    assert_ok(edo_join(task, NULL));
}
