/* keyed_test.c: many streams by keys. */
#include "stream/streams.h"

static edo_keyed_streams *new_streams(size_t capacity)
{
    edo_keyed_streams *k;

    assert_ok(edo_keyed_streams_new(sizeof(int), INT_ITEM, capacity, &k));
    return k;
}

static void insert(edo_keyed_streams *k, int key, edo_stream s)
{
    assert_ok(edo_keyed_streams_insert(k, &key, s, NULL));
}

/* The next poll gives this. */
static void check_gives(edo_keyed_streams *k, int key, int item)
{
    int got_key = -1, got = -1;
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &got_key, &got);

    assert_ready_eq(&next.base, 1);
    assert_int_equal(got_key, key);
    assert_int_equal(got, item);
}

static void check_says(edo_keyed_streams *k, int64_t result)
{
    int key, item;
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);

    assert_ready_eq(&next.base, result);
}

EDO_TEST(an_empty_one_is_at_its_end) /* stream-055 */
{
    edo_keyed_streams *k = new_streams(0);
    edo_stream s;

    assert_int_equal(edo_keyed_streams_len(k), 0);
    assert_true(edo_keyed_streams_is_empty(k));
    assert_int_equal(edo_keyed_streams_capacity(k), 0);
    check_says(k, 0);
    assert_int_equal(edo_keyed_streams_remove(k, &(int){1}, &s), 0);
    assert_null(edo_keyed_streams_nth(k, 0, NULL));
    edo_keyed_streams_free(k);
    k = new_streams(10);
    assert_true(edo_keyed_streams_capacity(k) >= 10);
    edo_keyed_streams_free(k);
    edo_keyed_streams_free(NULL);
    assert_err(edo_keyed_streams_new(4, NULL, 0, &k), -EINVAL);
}

EDO_TEST(a_stream_is_inserted_replaced_and_taken_out) /* stream-056 */
{
    script a = SCRIPT(1, 2), b = SCRIPT(11);
    edo_keyed_streams *k = new_streams(0);
    edo_stream s;

    insert(k, 5, script_stream(&a));
    assert_true(edo_keyed_streams_contains(k, &(int){5}));
    assert_false(edo_keyed_streams_contains(k, &(int){6}));
    assert_int_equal(edo_keyed_streams_insert(k, &(int){5}, script_stream(&b), &s), 1);
    assert_ptr_equal(s.self, &a);
    check_gives(k, 5, 11);
    assert_int_equal(a.asked, 0);
    assert_int_equal(edo_keyed_streams_insert(k, &(int){5}, s, NULL), 1);
    assert_int_equal(b.released, 1);
    check_gives(k, 5, 1);
    assert_int_equal(edo_keyed_streams_remove(k, &(int){5}, &s), 1);
    assert_true(edo_keyed_streams_is_empty(k));
    insert(k, 7, s);
    check_gives(k, 7, 2);
    assert_err(edo_keyed_streams_insert(k, NULL, s, NULL), -EINVAL);
    edo_keyed_streams_free(k);
    assert_int_equal(a.released, 1);
}

EDO_TEST(an_item_that_was_put_back_stays_with_its_stream) /* stream-056 stream-002 */
{
    edo_iter iter;
    edo_keyed_streams *k = new_streams(0);
    edo_stream s;
    int key, item;

    insert(k, 1, count_up_to(&iter, 2));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    edo_stream_bounds hint = edo_keyed_streams_hint(k);
    assert_int_equal(hint.lower, 2);
    assert_int_equal(edo_keyed_streams_remove(k, &(int){1}, &s), 1);
    insert(k, 2, s);
    check_gives(k, 2, 1);
    check_gives(k, 2, 2);
    check_says(k, 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(an_empty_one_goes_on_after_an_insert) /* stream-057 */
{
    edo_iter iter;
    edo_keyed_streams *k = new_streams(0);

    check_says(k, 0);
    insert(k, 1, count_up_to(&iter, 1));
    check_gives(k, 1, 1);
    check_says(k, 0);
    insert(k, 1, edo_stream_pending(INT_ITEM));
    int key, item;
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    edo_keyed_streams_free(k);
}

EDO_TEST(one_entry_gives_items_and_is_gone_at_its_end) /* stream-058 stream-060 */
{
    script a = SCRIPT(STEP_WAIT, 1, STEP_WAIT);
    edo_keyed_streams *k = new_streams(0);
    int key = 0, item = 0;

    insert(k, 3, script_stream(&a));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    script_go_on(&a);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(key, 3);
    assert_int_equal(item, 1);
    next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    script_go_on(&a);
    assert_woken(1);
    assert_ready_eq(&next.base, 0);
    assert_int_equal(edo_keyed_streams_len(k), 0);
    assert_int_equal(a.released, 1);
    script b = SCRIPT(4);
    insert(k, 3, script_stream(&b));
    check_gives(k, 3, 4);
    edo_keyed_streams_free(k);
}

EDO_TEST(two_entries_give_items_of_both) /* stream-059 */
{
    script a = SCRIPT(STEP_WAIT, 1, STEP_WAIT), b = SCRIPT(STEP_WAIT, 2, STEP_WAIT);
    edo_keyed_streams *k = new_streams(0);
    int key = 0, item = 0, sum = 0;

    insert(k, 1, script_stream(&a));
    insert(k, 2, script_stream(&b));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    script_go_on(&a);
    script_go_on(&b);
    for (int i = 0; i < 2; i++) {
        assert_ready_eq(&next.base, 1);
        assert_int_equal(key, item);
        sum += item;
        next = edo_keyed_streams_next_async(k, &key, &item);
    }
    assert_int_equal(sum, 3);
    assert_pending(&next.base);
    script_go_on(&a);
    assert_woken(1);
    assert_pending(&next.base);
    assert_int_equal(edo_keyed_streams_len(k), 1);
    script_go_on(&b);
    assert_woken(1);
    assert_ready_eq(&next.base, 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(the_one_that_is_ready_is_found_in_one_poll) /* stream-061 */
{
    for (int i = 0; i < 100; i++) {
        edo_iter iter;
        edo_keyed_streams *k = new_streams(0);
        insert(k, 1, edo_stream_empty(INT_ITEM));
        insert(k, 2, edo_stream_empty(INT_ITEM));
        insert(k, 3, count_up_to(&iter, 1));
        insert(k, 4, edo_stream_pending(INT_ITEM));
        check_gives(k, 3, 1);
        edo_keyed_streams_free(k);
    }
}

EDO_TEST(which_is_asked_first_is_chance) /* stream-061 */
{
    int first[2] = {0};

    for (int i = 0; i < 200; i++) {
        edo_iter a, b;
        edo_keyed_streams *k = new_streams(0);
        int key = -1, item;
        insert(k, 0, count_up_to(&a, 1));
        insert(k, 1, count_up_to(&b, 1));
        assert_int_equal(edo_keyed_streams_next(k, &key, &item), 1);
        first[key]++;
        edo_keyed_streams_free(k);
    }
    assert_true(first[0] > 20 && first[1] > 20);
}

EDO_TEST(clear_releases_all) /* stream-062 */
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_keyed_streams *k = new_streams(0);

    insert(k, 1, script_stream(&a));
    insert(k, 2, script_stream(&b));
    assert_ok(edo_keyed_streams_clear(k));
    assert_int_equal(a.released + b.released, 2);
    assert_true(edo_keyed_streams_is_empty(k));
    check_says(k, 0);
    assert_err(edo_keyed_streams_clear(NULL), -EINVAL);
    edo_keyed_streams_free(k);
}

EDO_TEST(keys_and_streams_are_listed) /* stream-063 */
{
    edo_iter iters[3];
    edo_keyed_streams *k = new_streams(0);
    int keys[3], sum = 0;
    const void *key;

    for (int i = 0; i < 3; i++)
        insert(k, 10 + i, count_up_to(&iters[i], 1));
    assert_int_equal(edo_keyed_streams_keys(k, keys, 2), 3);
    assert_int_equal(edo_keyed_streams_keys(k, keys, 3), 3);
    for (size_t i = 0; i < 3; i++) {
        edo_stream *s = edo_keyed_streams_nth(k, i, &key);
        assert_int_equal(*(const int *)key, keys[i]);
        sum += keys[i];
        *s = edo_stream_empty(INT_ITEM);
    }
    assert_int_equal(sum, 33);
    assert_null(edo_keyed_streams_nth(k, 3, &key));
    check_says(k, 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(the_hint_is_the_sum) /* stream-064 stream-007 */
{
    edo_iter iters[3];
    edo_keyed_streams *k = new_streams(0);

    insert(k, 1, count_up_to(&iters[0], 1));
    insert(k, 2, count_up_to(&iters[1], 2));
    insert(k, 3, count_up_to(&iters[2], 3));
    edo_stream_bounds hint = edo_keyed_streams_hint(k);
    assert_int_equal(hint.lower, 6);
    assert_true(hint.has_upper);
    assert_int_equal(hint.upper, 6);
    assert_int_equal(edo_keyed_streams_insert(k, &(int){3}, edo_stream_pending(INT_ITEM), NULL), 1);
    hint = edo_keyed_streams_hint(k);
    assert_int_equal(hint.lower, 3);
    assert_false(hint.has_upper);
    edo_keyed_streams_free(k);
}

EDO_TEST(next_many_of_nothing_is_nothing) /* stream-065 */
{
    edo_keyed_streams *k = new_streams(0);
    int keys[3], items[3];

    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, 3), 0);
    insert(k, 1, edo_stream_pending(INT_ITEM));
    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, 0), 0);
    edo_keyed_next_future next = edo_keyed_streams_next_many_async(k, keys, items, 3);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    edo_keyed_streams_free(k);
}

EDO_TEST(next_many_gives_no_more_than_its_limit) /* stream-066 */
{
    for (size_t limit = 1; limit <= 3; limit++) {
        edo_iter a, b;
        edo_keyed_streams *k = new_streams(0);
        int keys[3], items[3];
        insert(k, 0, edo_stream_pending(INT_ITEM));
        insert(k, 1, count_up_to(&a, 1));
        insert(k, 2, count_up_to(&b, 1));
        ssize_t n = edo_keyed_streams_next_many(k, keys, items, limit);
        assert_int_equal(n, limit < 2 ? 1 : 2);
        if (limit == 1) {
            assert_int_equal(edo_keyed_streams_next_many(k, keys + 1, items + 1, 1), 1);
        }
        assert_int_equal(keys[0] + keys[1], 3);
        assert_int_equal(items[0] + items[1], 2);
        edo_keyed_streams_free(k);
    }
}

EDO_TEST(several_items_go_back_together) /* stream-002 */
{
    edo_iter a, b;
    edo_keyed_streams *k = new_streams(0);
    int keys[3], items[3];

    insert(k, 1, count_up_to(&a, 2));
    insert(k, 2, count_up_to(&b, 2));
    edo_keyed_next_future next = edo_keyed_streams_next_many_async(k, keys, items, 3);
    assert_ready_eq(&next.base, 2);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_keyed_streams_hint(k).lower, 4);
    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, 3), 2);
    assert_int_equal(items[0] + items[1], 2);
    edo_keyed_streams_free(k);
}

EDO_TEST(an_insert_wakes_a_next_that_waits) /* stream-067 */
{
    script a = SCRIPT(STEP_WAIT, 9);
    edo_iter iter;
    edo_keyed_streams *k = new_streams(0);
    int key = 0, item = 0;

    insert(k, 1, script_stream(&a));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    assert_err(edo_keyed_streams_remove(k, &(int){1}, NULL), -EBUSY);
    assert_err(edo_keyed_streams_insert(k, &(int){1}, script_stream(&a), NULL), -EBUSY);
    assert_err(edo_keyed_streams_clear(k), -EBUSY);
    insert(k, 2, count_up_to(&iter, 1));
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(key, 2);
    a.at++;
    check_gives(k, 1, 9);
    edo_keyed_streams_free(k);
}

EDO_TEST(a_stream_that_ends_can_say_so_by_its_key) /* stream-073 */
{
    script steps = SCRIPT(0, 1);
    edo_stage stage;
    edo_stream s = edo_stream_notify_close(&stage, script_stream(&steps));
    int key = 0, item;

    check_next(s, 0);
    check_next(s, 1);
    check_result(s, -EPIPE);
    check_end(s);
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);

    edo_iter iter;
    edo_keyed_streams *k = new_streams(0);
    s = edo_stream_notify_close(&stage, edo_stream_iter(&iter, "", 0, INT_ITEM));
    assert_false(edo_stream_is_done(s));
    insert(k, 8, s);
    assert_err(edo_keyed_streams_next(k, &key, &item), -EPIPE);
    assert_int_equal(key, 8);
    assert_int_equal(edo_keyed_streams_next(k, &key, &item), 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(errors_come_with_their_keys) /* stream-009 */
{
    script a = SCRIPT(STEP_ERROR, 1);
    edo_keyed_streams *k = new_streams(0);
    int keys[2] = {0}, items[2];

    insert(k, 4, script_stream(&a));
    assert_err(edo_keyed_streams_next_many(k, keys, items, 2), -EIO);
    assert_int_equal(keys[0], 4);
    check_gives(k, 4, 1);
    edo_keyed_streams_free(k);
}

EDO_TEST(two_nexts_at_once_are_told)
{
    edo_keyed_streams *k = new_streams(0);
    int key, item;

    insert(k, 1, edo_stream_pending(INT_ITEM));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_pending(&next.base);
    check_says(k, -EDO_EMISUSE);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    edo_keyed_streams_free(k);
}
