/* delay_queue_test.c: entries that are given when they are due, removed, and moved. */
#include "sync/delay_queue_rig.h"

#include <stdlib.h>

EDO_TEST(an_entry_due_now_is_given_at_once) /* util-030 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    edo_delay_key key = insert_at_ms(&d, 7, 0);
    check_gives(&d, 7, 0);
    assert_int_equal(d.expired.key.serial, key.serial);
    assert_int_equal(edo_now().ns, d.begin.ns);
    check_end(&d);
    delays_close(&d);
}

EDO_TEST(all_that_are_due_are_given) /* util-031 */
{
    delays d;
    unsigned seen = 0;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < 3; i++)
        insert_at_ms(&d, i, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1);
        seen |= 1U << d.item;
    }
    assert_int_equal(seen, 7);
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 0);
    delays_close(&d);
}

EDO_TEST(an_entry_is_given_when_it_is_due) /* util-032 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 7, 5);
    assert_int_equal(edo_delay_queue_try_next(d.queue, &d.item, NULL), -EAGAIN);
    check_pends(&d);
    go_to_ms(&d, 1);
    assert_woken(0);
    check_pends(&d);
    go_to_ms(&d, 5);
    assert_woken(1);
    check_gives(&d, 7, 5);
    check_end(&d);
    delays_close(&d);
}

EDO_TEST(an_empty_queue_is_at_its_end_until_an_insert) /* util-033 */
{
    delays d;
    edo_delay_expired expired;

    delays_open(&d, PLAIN_INT);
    check_end(&d);
    assert_int_equal(edo_delay_queue_try_next(d.queue, &d.item, NULL), 0);
    assert_int_equal(edo_delay_queue_peek(d.queue, &expired), -ENOENT);
    edo_delay_key key = insert_at_ms(&d, 9, 30);
    assert_int_equal(edo_delay_queue_peek(d.queue, &expired), 0);
    assert_int_equal(expired.key.serial, key.serial);
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, &expired), 1);
    assert_int_equal(d.item, 9);
    assert_int_equal(edo_now().ns, at_ms(&d, 30).ns);
    delays_close(&d);
}

EDO_TEST(each_is_woken_at_its_own_millisecond) /* util-034 */
{
    const int64_t given[] = {2, 10, 60, 234, 1000, 299008}, steps[] = {1, 9, 59, 233, 999, 299007};
    const int64_t order[] = {1000, 2, 234, 299008, 60, 10};
    delays d;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < 6; i++)
        insert_at_ms(&d, (int)order[i], order[i]);
    for (int i = 0; i < 6; i++) {
        check_pends(&d);
        if (i == 5) { /* the edges of the wheel's levels, at which nothing is due */
            go_to_ms(&d, 4096);
            check_pends(&d);
            go_to_ms(&d, 262144);
            check_pends(&d);
        }
        go_to_ms(&d, steps[i]);
        check_pends(&d);
        go_to_ms(&d, given[i]);
        assert_woken(1);
        check_gives(&d, (int)given[i], given[i]);
    }
    check_end(&d);
    delays_close(&d);
}

EDO_TEST(an_insert_in_the_past_wakes_the_wait) /* util-035 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    go_to_ms(&d, 20);
    insert_at_ms(&d, 1, 5);
    check_gives(&d, 1, 5);
    insert_at_ms(&d, 2, 100);
    check_pends(&d);
    insert_at_ms(&d, 3, 5);
    assert_woken(1);
    check_gives(&d, 3, 5);
    check_pends(&d);
    delays_close(&d);
}

EDO_TEST(what_was_removed_is_never_given) /* util-036 util-037 */
{
    delays d;
    int item = 0;

    delays_open(&d, PLAIN_INT);
    edo_delay_key key = insert_at_ms(&d, 5, 10);
    assert_ok(edo_delay_queue_remove(d.queue, key, &item));
    assert_int_equal(item, 5);
    check_end(&d);
    go_to_ms(&d, 20);
    check_end(&d);

    edo_delay_key due = insert_at_ms(&d, 6, 10);
    insert_at_ms(&d, 7, 30);
    check_gives(&d, 6, 10);
    due = insert_at_ms(&d, 8, 15);
    assert_ok(edo_delay_queue_remove(d.queue, due, &item)); /* due, and nobody has asked */
    assert_int_equal(item, 8);
    check_pends(&d);
    go_to_ms(&d, 30);
    check_gives(&d, 7, 30);
    check_end(&d);
    delays_close(&d);
}

EDO_TEST(a_stale_key_is_told_so) /* util-038 */
{
    delays d;
    int item = 77;
    edo_instant at = {77};
    edo_delay_key none = {0}, unknown = {1000};

    delays_open(&d, PLAIN_INT);
    edo_delay_key removed = insert_at_ms(&d, 1, 10), given = insert_at_ms(&d, 2, 0);
    assert_ok(edo_delay_queue_remove(d.queue, removed, NULL));
    check_gives(&d, 2, 0);
    edo_delay_key keys[] = {none, unknown, removed, given};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++) {
            assert_int_equal(edo_delay_queue_remove(d.queue, keys[i], &item), -ENOENT);
            assert_int_equal(edo_delay_queue_reset(d.queue, keys[i], EDO_MILLIS(1)), -ENOENT);
            assert_int_equal(edo_delay_queue_reset_at(d.queue, keys[i], at), -ENOENT);
            assert_int_equal(edo_delay_queue_deadline(d.queue, keys[i], &at), -ENOENT);
        }
        insert_at_ms(&d, 3, 10); /* in their place */
    }
    assert_int_equal(item, 77);
    assert_int_equal(at.ns, 77);
    assert_int_equal(edo_delay_queue_len(d.queue), 2);
    delays_close(&d);
}

EDO_TEST(reset_moves_an_entry_either_way) /* util-039 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    edo_delay_key key = insert_at_ms(&d, 1, 5);
    check_pends(&d);
    assert_ok(edo_delay_queue_reset_at(d.queue, key, at_ms(&d, 10)));
    go_to_ms(&d, 8);
    assert_woken(0);
    check_pends(&d);
    go_to_ms(&d, 10);
    assert_woken(1);
    check_gives(&d, 1, 10);
    key = insert_at_ms(&d, 2, 50);
    check_pends(&d);
    assert_ok(edo_delay_queue_reset(d.queue, key, EDO_MILLIS(10)));
    go_to_ms(&d, 19);
    assert_woken(0);
    go_to_ms(&d, 20);
    assert_woken(1);
    check_gives(&d, 2, 20);
    delays_close(&d);
}

EDO_TEST(reset_into_the_past_wakes_at_once) /* util-040 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    go_to_ms(&d, 20);
    edo_delay_key key = insert_at_ms(&d, 1, 100);
    check_pends(&d);
    assert_ok(edo_delay_queue_reset_at(d.queue, key, at_ms(&d, 10)));
    assert_woken(1);
    check_gives(&d, 1, 10);
    delays_close(&d);
}

EDO_TEST(what_was_due_can_be_put_off) /* util-041 */
{
    delays d;

    for (int twice = 0; twice < 2; twice++) {
        delays_open(&d, PLAIN_INT);
        go_to_ms(&d, 20);
        edo_delay_key key = insert_at_ms(&d, 1, 10);
        assert_ok(edo_delay_queue_reset(d.queue, key, EDO_MILLIS(100)));
        if (twice)
            assert_ok(edo_delay_queue_reset(d.queue, key, EDO_MILLIS(50)));
        int due = twice ? 70 : 120;
        check_pends(&d);
        go_to_ms(&d, due - 1);
        check_pends(&d);
        assert_int_equal(edo_delay_queue_len(d.queue), 1);
        go_to_ms(&d, due);
        check_gives(&d, 1, due);
        assert_int_equal(edo_delay_queue_len(d.queue), 0);
        delays_close(&d);
    }
}

EDO_TEST(the_last_reset_counts) /* util-042 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    edo_delay_key key = insert_at_ms(&d, 1, 200);
    check_pends(&d);
    assert_ok(edo_delay_queue_reset_at(d.queue, key, at_ms(&d, 50)));
    go_to_ms(&d, 3);
    check_pends(&d);
    assert_ok(edo_delay_queue_reset_at(d.queue, key, at_ms(&d, 40)));
    go_to_ms(&d, 39);
    assert_woken(0);
    go_to_ms(&d, 43);
    assert_woken(1);
    check_gives(&d, 1, 40);
    delays_close(&d);
}

EDO_TEST(an_insert_before_the_first_wakes_at_its_own_time) /* util-043 util-051 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 1, 200);
    check_pends(&d);
    insert_at_ms(&d, 2, 100);
    go_to_ms(&d, 99);
    assert_woken(0);
    check_pends(&d);
    go_to_ms(&d, 100);
    assert_woken(1);
    check_gives(&d, 2, 100);
    insert_at_ms(&d, 3, 10100);
    go_to_ms(&d, 200);
    check_gives(&d, 1, 200);
    check_pends(&d);
    insert_at_ms(&d, 4, 700);
    check_pends(&d);
    go_to_ms(&d, 699);
    assert_woken(0);
    go_to_ms(&d, 700);
    assert_woken(1);
    check_gives(&d, 4, 700);
    delays_close(&d);
}

EDO_TEST(a_queue_that_becomes_empty_ends_the_wait) /* util-044 */
{
    delays d;
    int item;

    delays_open(&d, PLAIN_INT);
    for (int clears = 0; clears < 2; clears++) {
        edo_delay_key key = insert_at_ms(&d, 1, 100);
        check_pends(&d);
        if (clears)
            edo_delay_queue_clear(d.queue);
        else
            assert_ok(edo_delay_queue_remove(d.queue, key, &item));
        assert_woken(1);
        check_end(&d);
    }
    delays_close(&d);
}

static unsigned next_random(unsigned *state)
{
    return *state = *state * 1103515245 + 12345;
}

EDO_TEST(entries_come_in_the_order_of_their_deadlines) /* util-045 */
{
    enum { COUNT = 500 };
    edo_delay_key keys[COUNT];
    edo_instant due[COUNT], last = {0}, told;
    unsigned seed = 3;
    delays d;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < COUNT; i++) {
        keys[i] = insert_at_ms(&d, i, next_random(&seed) / 65536 % 2000);
        due[i] = at_ms(&d, next_random(&seed) / 65536 % 2000);
        if (i % 3 == 0)
            assert_ok(edo_delay_queue_reset_at(d.queue, keys[i], due[i]));
        assert_ok(edo_delay_queue_deadline(d.queue, keys[i], &told));
        if (i % 3 == 0)
            assert_int_equal(told.ns, due[i].ns);
        due[i] = told;
    }
    for (int i = 0; i < COUNT; i++) {
        edo_delay_expired first, expired;
        assert_ok(edo_delay_queue_peek(d.queue, &first));
        assert_int_equal(edo_delay_queue_next(d.queue, &d.item, &expired), 1);
        assert_int_equal(expired.key.serial, keys[d.item].serial);
        assert_int_equal(expired.key.serial, first.key.serial);
        assert_int_equal(expired.deadline.ns, due[d.item].ns);
        assert_true(expired.deadline.ns >= last.ns);
        assert_in_range(edo_now().ns, expired.deadline.ns, expired.deadline.ns + 1000000);
        last = expired.deadline;
    }
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 0);
    delays_close(&d);
}

EDO_TEST(len_counts_what_was_not_given) /* util-046 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    assert_true(edo_delay_queue_is_empty(d.queue));
    edo_delay_key later = insert_at_ms(&d, 1, 50);
    insert_at_ms(&d, 2, 0);
    assert_int_equal(edo_delay_queue_len(d.queue), 2);
    go_to_ms(&d, 60);
    assert_int_equal(edo_delay_queue_len(d.queue), 2); /* both due */
    check_gives(&d, 2, 0);
    assert_int_equal(edo_delay_queue_len(d.queue), 1);
    assert_false(edo_delay_queue_is_empty(d.queue));
    assert_ok(edo_delay_queue_remove(d.queue, later, NULL));
    assert_int_equal(edo_delay_queue_len(d.queue), 0);
    assert_true(edo_delay_queue_is_empty(d.queue));
    delays_close(&d);
}

EDO_TEST(an_entry_moved_nearer_wakes_in_time) /* util-052 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    go_to_ms(&d, 1);
    edo_delay_key key = insert_at_ms(&d, 1, 201);
    check_pends(&d);
    go_to_ms(&d, 4);
    assert_ok(edo_delay_queue_reset(d.queue, key, EDO_MILLIS(10)));
    go_to_ms(&d, 13);
    assert_woken(0);
    go_to_ms(&d, 24);
    assert_woken(1);
    check_gives(&d, 1, 14);
    delays_close(&d);
}
