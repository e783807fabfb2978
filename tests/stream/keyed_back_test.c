/* keyed_back_test.c: keyed streams whose nexts are cut short or put back, and what they refuse. */
#include "future/future.h"
#include "stream/streams.h"

static edo_keyed_streams *new_streams(const edo_item *item)
{
    edo_keyed_streams *k;

    assert_ok(edo_keyed_streams_new(sizeof(int), item, 0, &k));
    return k;
}

static void insert(edo_keyed_streams *k, int key, edo_stream s)
{
    assert_ok(edo_keyed_streams_insert(k, &key, s, NULL));
}

/* The next item goes back to its entry, which holds it from then on. */
static void put_next_back(edo_keyed_streams *k)
{
    int key, item;
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
}

static void check_gives(edo_keyed_streams *k, int expected)
{
    int key, item = -1;

    assert_int_equal(edo_keyed_streams_next(k, &key, &item), 1);
    assert_int_equal(item, expected);
}

EDO_TEST(a_stream_that_is_replaced_takes_its_item_along) /* stream-056 stream-002 */
{
    script a = SCRIPT(1, 2), b = SCRIPT(11);
    edo_keyed_streams *k = new_streams(INT_ITEM);
    edo_stream s;

    insert(k, 5, script_stream(&a));
    put_next_back(k);
    assert_int_equal(edo_keyed_streams_insert(k, &(int){5}, script_stream(&b), &s), 1);
    check_gives(k, 11);
    check_next(s, 1);
    edo_keyed_streams_free(k);
}

EDO_TEST(an_error_that_waits_goes_with_its_stream) /* stream-056 */
{
    for (int i = 0; i < 20; i++) { /* which of the two is asked first is chance */
        script a = SCRIPT(STEP_ERROR), b = SCRIPT(1), c = SCRIPT(5);
        edo_keyed_streams *k = new_streams(INT_ITEM);
        int keys[3], items[3];
        insert(k, 1, script_stream(&a));
        insert(k, 2, script_stream(&b));
        if (edo_keyed_streams_next_many(k, keys, items, 3) == 1) { /* the error waits */
            assert_int_equal(edo_keyed_streams_insert(k, &(int){1}, script_stream(&c), NULL), 1);
            check_gives(k, 5);
        }
        edo_keyed_streams_free(k);
    }
}

EDO_TEST(an_error_behind_an_item_is_said_by_the_following_next) /* stream-009 */
{
    for (int i = 0; i < 20; i++) {
        script a = SCRIPT(STEP_ERROR), b = SCRIPT(1);
        edo_keyed_streams *k = new_streams(INT_ITEM);
        int keys[3] = {0}, items[3] = {0};
        ssize_t n = 0;
        insert(k, 1, script_stream(&a));
        insert(k, 2, script_stream(&b));
        for (int said = 0; said < 2; said++) {
            n = edo_keyed_streams_next_many(k, keys, items, 3);
            assert_int_equal(keys[0], n == 1 ? 2 : 1);
            assert_true(n == 1 || n == -EIO);
        }
        assert_int_equal(items[0], 1);
        assert_int_equal(edo_keyed_streams_next_many(k, keys, items, 3), 0);
        edo_keyed_streams_free(k);
    }
}

EDO_TEST(what_a_stream_takes_not_back_ends_with_its_entry) /* stream-003 */
{
    for (int no_back = 0; no_back < 2; no_back++) {
        script a = SCRIPT(1, 2);
        edo_keyed_streams *k = new_streams(&counted_item);
        insert(k, 5, (edo_stream){&script_ops, &a, &counted_item});
        put_next_back(k);
        a.no_back = no_back;
        destroyed = 0;
        assert_int_equal(edo_keyed_streams_remove(k, &(int){5}, NULL), 1);
        assert_int_equal(destroyed, no_back);
        assert_int_equal(a.at, no_back);
        edo_keyed_streams_free(k);
    }
}

EDO_TEST(an_item_whose_entry_is_gone_stays_with_who_got_it) /* stream-002 */
{
    script a = SCRIPT(1, 2);
    edo_keyed_streams *k = new_streams(INT_ITEM);
    int key, item = 0;

    insert(k, 5, script_stream(&a));
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(edo_keyed_streams_remove(k, &key, NULL), 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, 1);
    insert(k, 5, script_stream(&a));
    next = edo_keyed_streams_next_async(k, NULL, &item);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base); /* without its key nobody knows where it came from */
    assert_int_equal(next.base.result, 1);
    assert_int_equal(item, 2);
    edo_keyed_streams_free(k);
}

EDO_TEST(a_keyed_next_waits_for_the_ends_of_the_others) /* stream-002 */
{
    script a = SCRIPT(STEP_WAIT, 9), b = SCRIPT(1, 2);
    edo_keyed_streams *k = new_streams(INT_ITEM);
    int keys[3], items[3];
    edo_keyed_next_future next = edo_keyed_streams_next_many_async(k, keys, items, 3);

    a.lingers = true;
    insert(k, 1, script_stream(&a));
    insert(k, 2, script_stream(&b));
    assert_pending(&next.base);
    assert_pending(&next.base);
    assert_int_equal(b.at, 1); /* it isn't asked again */
    a.lingers = false;
    assert_ready_eq(&next.base, 1);
    assert_int_equal(items[0], 1);
    a.at++;
    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, 3), 2);
    assert_int_equal(items[0] + items[1], 11);
    edo_keyed_streams_free(k);
}

EDO_TEST(a_keyed_next_that_was_cancelled_keeps_what_came_late) /* stream-002 */
{
    script a = SCRIPT(STEP_WAIT, 9);
    edo_keyed_streams *k = new_streams(INT_ITEM);
    int key = 0, item = 0;
    edo_keyed_next_future next = edo_keyed_streams_next_async(k, &key, &item);

    a.is_late = true;
    insert(k, 1, script_stream(&a));
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(a.at, 2);
    assert_int_equal(edo_keyed_streams_hint(k).lower, 1);
    future_restart(&next.base);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 9);
    edo_keyed_streams_free(k);
}

EDO_TEST(there_is_room_for_many) /* stream-055 */
{
    enum { MANY = 20 };
    static const int seven = 7;
    script all[MANY];
    edo_keyed_streams *k = new_streams(INT_ITEM);
    int keys[MANY], items[MANY], sum = 0;

    for (int i = 0; i < MANY; i++) {
        all[i] = (script){.steps = &seven, .count = 1};
        insert(k, i, script_stream(&all[i]));
    }
    assert_true(edo_keyed_streams_capacity(k) >= MANY);
    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, MANY), MANY);
    for (int i = 0; i < MANY; i++)
        sum += keys[i];
    assert_int_equal(sum, MANY * (MANY - 1) / 2);
    assert_int_equal(edo_keyed_streams_next_many(k, keys, items, MANY), 0);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(all[i].released, 1);
    edo_keyed_streams_free(k);
}

EDO_TEST(keys_without_bytes_are_all_the_same)
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_keyed_streams *k;
    int item;

    assert_ok(edo_keyed_streams_new(0, INT_ITEM, 1, &k));
    assert_ok(edo_keyed_streams_insert(k, NULL, script_stream(&a), NULL));
    assert_true(edo_keyed_streams_contains(k, NULL));
    assert_int_equal(edo_keyed_streams_insert(k, NULL, script_stream(&b), NULL), 1);
    assert_int_equal(a.released, 1);
    assert_int_equal(edo_keyed_streams_next(k, NULL, &item), 1);
    assert_int_equal(item, 2);
    assert_int_equal(edo_keyed_streams_keys(k, NULL, 1), 1);
    assert_int_equal(edo_keyed_streams_remove(k, NULL, NULL), 1);
    assert_int_equal(edo_keyed_streams_len(k), 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(no_more_keys_are_listed_than_there_is_room_for) /* stream-063 */
{
    script a = SCRIPT(1), b = SCRIPT(2);
    edo_keyed_streams *k = new_streams(INT_ITEM);
    int keys[] = {-1, -1};

    insert(k, 1, script_stream(&a));
    insert(k, 2, script_stream(&b));
    assert_int_equal(edo_keyed_streams_keys(k, keys, 1), 2);
    assert_int_equal(keys[0], 1);
    assert_int_equal(keys[1], -1);
    assert_int_equal(edo_keyed_streams_keys(NULL, keys, 1), 0);
    edo_keyed_streams_free(k);
}

EDO_TEST(what_is_no_stream_or_key_is_refused)
{
    script a = SCRIPT(1);
    edo_stream s = script_stream(&a), other = {&script_ops, &a, EDO_ITEM(char)};
    edo_keyed_streams *k;
    int key = 1, item;

    assert_err(edo_keyed_streams_new(SIZE_MAX, INT_ITEM, 0, &k), -EINVAL);
    assert_err(edo_keyed_streams_new(4, INT_ITEM, SIZE_MAX, &k), -EINVAL);
    assert_err(edo_keyed_streams_new(4, INT_ITEM, 0, NULL), -EINVAL);
    k = new_streams(INT_ITEM);
    assert_err(edo_keyed_streams_insert(NULL, &key, s, NULL), -EINVAL);
    assert_err(edo_keyed_streams_insert(k, &key, other, NULL), -EINVAL);
    assert_err(edo_keyed_streams_insert(k, &key, (edo_stream){0}, NULL), -EINVAL);
    assert_err(edo_keyed_streams_remove(k, NULL, NULL), -EINVAL);
    assert_err(edo_keyed_streams_remove(NULL, &key, NULL), -EINVAL);
    assert_false(edo_keyed_streams_contains(k, NULL));
    assert_false(edo_keyed_streams_contains(NULL, &key));
    assert_err(edo_keyed_streams_next(k, &key, NULL), -EINVAL);
    assert_err(edo_keyed_streams_next(NULL, &key, &item), -EINVAL);
    assert_int_equal(edo_keyed_streams_len(NULL), 0);
    assert_int_equal(edo_keyed_streams_capacity(NULL), 0);
    assert_null(edo_keyed_streams_nth(NULL, 0, NULL));
    edo_keyed_streams_free(k);
}
