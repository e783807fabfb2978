/* watch_borrow_test.c: values that are looked at while others follow; who gets them, who ends them. */
#include "sync/rig.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/macros.h"
#include "support/gate.h"

static edo_watch_sender *tx;
static edo_watch_receiver *rx;

static void open_channel(const edo_item *item)
{
    int first = 0;

    assert_ok(edo_watch_new(item, &first, &tx, &rx));
}

static void close_channel(void)
{
    edo_watch_sender_free(tx);
    edo_watch_receiver_free(rx);
}

static int send_number(int number)
{
    return edo_watch_send(tx, &number);
}

static int number_in(const edo_watch_ref *ref)
{
    return *(const int *)ref->value;
}

static void add(void *arg, void *value)
{
    *(int *)value += *(int *)arg;
}

/* --- borrows ------------------------------------------------------------------------------ */

EDO_TEST_BOTH(borrowed_value_stays_until_the_borrow_is_ended) /* sync-157 */
{
    edo_watch_ref first, again, second;

    open_channel(COUNTED_INT);
    edo_watch_borrow(rx, &first);
    edo_watch_borrow(rx, &again);
    assert_ok(send_number(1));
    assert_int_equal(items_gone(2), 0);
    assert_int_equal(number_in(&first), 0);
    edo_watch_sender_borrow(tx, &second);
    assert_int_equal(number_in(&second), 1);
    assert_ok(send_number(2));
    assert_int_equal(number_in(&first), 0);
    assert_int_equal(number_in(&second), 1);
    edo_watch_borrow_end(&first);
    assert_null(first.value);
    assert_int_equal(items_gone(2), 0);
    assert_int_equal(number_in(&again), 0);
    edo_watch_borrow_end(&again);
    assert_int_equal(items_destroyed[0], 1); /* by the last of two */
    edo_watch_borrow_end(&again);            /* once more is nothing */
    assert_int_equal(items_destroyed[0], 1);
    assert_int_equal(items_destroyed[1], 0);
    edo_watch_borrow_end(&second);
    assert_int_equal(items_gone(3), 2);
    close_channel();
    assert_int_equal(items_gone(3), 3);
}

EDO_TEST_BOTH(borrow_outlives_the_channels_handles) /* sync-157, sync-011 */
{
    edo_watch_ref before, last;

    open_channel(COUNTED_INT);
    edo_watch_borrow(rx, &before);
    assert_ok(send_number(1));
    edo_watch_borrow_and_update(rx, &last);
    close_channel();
    assert_int_equal(items_gone(2), 0);
    assert_int_equal(number_in(&before), 0);
    edo_watch_borrow_end(&before);
    assert_int_equal(items_gone(2), 1);
    assert_int_equal(number_in(&last), 1);
    edo_watch_borrow_end(&last);
    assert_int_equal(items_gone(2), 2); /* and ASan knows that the channel is freed */
}

EDO_TEST_BOTH(many_values_may_be_borrowed_at_once) /* sync-157 */
{
    enum { MANY = 300 };
    static edo_watch_ref refs[MANY];

    open_channel(COUNTED_INT);
    for (int i = 0; i < MANY; i++) {
        edo_watch_borrow(rx, &refs[i]);
        assert_ok(send_number(i + 1));
    }
    assert_int_equal(items_gone(MANY + 1), 0);
    for (int i = 0; i < MANY; i++) {
        int which = i * 7 % MANY;
        assert_int_equal(number_in(&refs[which]), which);
        edo_watch_borrow_end(&refs[which]);
        assert_int_equal(items_gone(MANY + 1), i + 1);
    }
    close_channel();
    assert_int_equal(items_gone(MANY + 1), MANY + 1);
}

EDO_TEST(too_many_borrowed_values_fail_a_send_and_no_more)
{
    enum { MOST = 65533 };
    static edo_watch_ref refs[MOST];
    int before = -1, item = 7;

    open_channel(PLAIN_INT);
    for (int i = 0; i < MOST; i++) {
        edo_watch_borrow(rx, &refs[i]);
        assert_ok(send_number(i + 1));
    }
    assert_ok(edo_watch_changed(rx));
    assert_err(send_number(7), -ENOMEM);
    assert_err(edo_watch_send_replace(tx, &item, &before), -ENOMEM);
    assert_err(edo_watch_send_modify(tx, add, &item), -ENOMEM);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    edo_watch_borrow_end(&refs[5]);
    assert_ok(edo_watch_send_modify(tx, add, &item)); /* there is room for one */
    edo_watch_borrow(rx, &refs[5]);
    assert_int_equal(number_in(&refs[5]), MOST + 7);
    assert_ok(send_number(7));
    assert_err(send_number(7), -ENOMEM);
    for (int i = 0; i < MOST; i++)
        edo_watch_borrow_end(&refs[i]);
    assert_ok(send_number(8));
    close_channel();
}

static size_t memory_in_use(void)
{
#if !HAS_ASAN && !HAS_TSAN /* whose mallinfo2 tells nothing */
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

EDO_TEST(sends_and_looks_need_no_memory)
{
    static unsigned char big[1024];
    edo_watch_ref ref;

    for (int destroys = 0; destroys < 2; destroys++) {
        edo_item item = {.size = sizeof big, .destroy = destroys ? item_count_destroyed : NULL};
        assert_ok(edo_watch_new(&item, big, &tx, &rx));
        size_t before = memory_in_use();
        for (int i = 1; i < 100; i++) {
            memcpy(big, &i, sizeof i);
            assert_ok(edo_watch_send(tx, big));
            assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), i);
            edo_watch_borrow_end(&ref);
            assert_ok(edo_watch_changed(rx));
        }
        assert_int_equal(memory_in_use(), before);
        close_channel();
        memset(big, 0, sizeof big);
    }
    assert_int_equal(items_gone(100), 100);
}

/* --- what becomes of the value before ------------------------------------------------------- */

EDO_TEST_BOTH(replaced_value_is_given_back_and_a_sent_one_ends) /* sync-149 */
{
    int item = 1, before = -1;

    open_channel(COUNTED_INT);
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 1);
    assert_int_equal(before, 0);
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(items_gone(2), 0); /* it is the caller's */
    assert_ok(send_number(2));
    assert_int_equal(items_destroyed[1], 1);
    item = 3;
    assert_int_equal(edo_watch_send_replace(tx, &item, NULL), 0);
    assert_int_equal(items_destroyed[2], 1); /* nobody wanted it */
    close_channel();
    assert_int_equal(items_gone(4), 3);
    assert_int_equal(items_destroyed[0], 0);
}

static unsigned clones;
static int clone_error;

static int clone_number(void *to, const void *from)
{
    if (clone_error)
        return clone_error;
    clones++;
    *(int *)to = *(const int *)from + 1000; /* another one, whose end is counted by itself */
    return 0;
}

#define CLONED_INT EDO_ITEM(int, .destroy = item_count_destroyed, .clone = clone_number)

EDO_TEST_BOTH(borrowed_value_is_not_given_away) /* sync-149, sync-157 */
{
    edo_watch_ref ref;
    int item = 1, before = -1;

    open_channel(COUNTED_INT);
    edo_watch_borrow(rx, &ref);
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 0);
    assert_int_equal(before, -1);
    assert_int_equal(number_in(&ref), 0);
    edo_watch_borrow_end(&ref);
    assert_int_equal(items_destroyed[0], 1); /* by the last borrow, as promised */
    close_channel();

    open_channel(PLAIN_INT); /* whose bytes are as good as the value */
    edo_watch_borrow(rx, &ref);
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 1);
    assert_int_equal(before, 0);
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(of_a_borrowed_value_a_clone_is_given_back)
{
    edo_watch_ref ref;
    int item = 1, before = -1;

    open_channel(CLONED_INT);
    edo_watch_borrow(rx, &ref);
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 1);
    assert_int_equal(before, 1000);
    assert_int_equal(items_gone(1), 0);
    edo_watch_borrow_end(&ref);
    assert_int_equal(items_gone(1), 1);
    item = 2;
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 1);
    assert_int_equal(before, 1); /* not borrowed: the value itself */
    assert_int_equal(clones, 1);

    edo_watch_borrow(rx, &ref);
    clone_error = -ENOMEM;
    item = 3;
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 0); /* stored all the same */
    assert_int_equal(before, 1);
    edo_watch_borrow_end(&ref);
    assert_int_equal(items_destroyed[2], 1);
    edo_watch_borrow(rx, &ref);
    assert_int_equal(number_in(&ref), 3);
    edo_watch_borrow_end(&ref);
    close_channel();
}

/* --- modifying ------------------------------------------------------------------------------ */

static bool add_if_odd(void *arg, void *value)
{
    add(arg, value);
    return *(int *)arg % 2;
}

EDO_TEST_BOTH(modify_changes_another_than_the_borrowed_one) /* sync-157, sync-136 */
{
    edo_watch_ref ref, now;
    int five = 5;

    open_channel(CLONED_INT);
    edo_watch_borrow(rx, &ref);
    assert_ok(edo_watch_send_modify(tx, add, &five));
    assert_int_equal(number_in(&ref), 0);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &now), 1005);
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(items_gone(1), 0);
    edo_watch_borrow_end(&ref);
    assert_int_equal(items_gone(1), 1);
    edo_watch_borrow_end(&now);
    close_channel();
    assert_int_equal(items_destroyed[1005], 1);
}

EDO_TEST_BOTH(silent_change_wakes_nobody_and_can_be_seen) /* sync-150 */
{
    edo_watch_ref ref;
    int two = 2, three = 3;

    open_channel(PLAIN_INT);
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_test_task *hand = hand_wait(&changed.base);
    assert_int_equal(edo_watch_send_if_modified(tx, add_if_odd, &two), 0);
    hand_waits_on(hand);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 2);
    edo_watch_borrow_end(&ref);
    assert_int_equal(edo_watch_send_if_modified(tx, add_if_odd, &three), 1);
    hand_end(hand, &changed.base, 0);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 5);
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(modify_that_fails_changes_nothing)
{
    edo_watch_ref ref;
    int five = 5;

    open_channel(COUNTED_INT); /* of which nobody can make another */
    assert_err(edo_watch_send_modify(tx, add, &five), -EINVAL);
    close_channel();

    open_channel(CLONED_INT);
    clone_error = -ENOMEM;
    assert_err(edo_watch_send_modify(tx, add, &five), -ENOMEM);
    assert_err(edo_watch_send_if_modified(tx, add_if_odd, &five), -ENOMEM);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 0);
    edo_watch_borrow_end(&ref);
    assert_ok(send_number(1)); /* and others can still send */
    clone_error = 0;
    assert_ok(edo_watch_send_modify(tx, add, &five));
    close_channel();
    assert_int_equal(items_destroyed[1], 1);
    assert_int_equal(items_destroyed[1006], 1);
}

/* Everything that could wait for the modify itself. */
static void use_the_channel(void *arg, void *value)
{
    edo_watch_receiver *other;
    edo_watch_ref ref;
    int item = 9;

    (void)arg;
    assert_err(edo_watch_send(tx, &item), -EDEADLK);
    assert_err(edo_watch_send_replace(tx, &item, &item), -EDEADLK);
    assert_err(edo_watch_send_modify(tx, use_the_channel, NULL), -EDEADLK);
    assert_err(edo_yield(), -EDEADLK);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 0);
    edo_watch_borrow_end(&ref);
    assert_ok(edo_watch_subscribe(tx, &other));
    edo_watch_receiver_free(other);
    *(int *)value = 4;
}

EDO_TEST_BOTH(modify_may_look_and_may_not_send) /* sync-012 */
{
    edo_watch_ref ref;

    open_channel(PLAIN_INT);
    assert_ok(edo_watch_send_modify(tx, use_the_channel, NULL));
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 4);
    edo_watch_borrow_end(&ref);
    close_channel();
}

/* A modify that lasts until the gate, in a thread; another sender meanwhile. */
struct slow {
    gate begun, go;
};

static void modify_slowly(void *arg, void *value)
{
    struct slow *slow = arg;

    gate_open(&slow->begun);
    wait_until(gate_is_open(&slow->go));
    *(int *)value += 10;
}

static void *slow_sender(void *arg)
{
    assert_ok(edo_watch_send_modify(tx, modify_slowly, arg));
    return NULL;
}

static void *quick_sender(void *arg)
{
    assert_ok(send_number(100));
    gate_open(arg);
    return NULL;
}

EDO_TEST_PLAIN(sender_waits_for_a_modify_and_looks_do_not)
{
    struct slow slow = {GATE_INIT, GATE_INIT};
    gate sent = GATE_INIT;
    edo_watch_ref ref;

    open_channel(PLAIN_INT);
    pthread_t modifier = start_thread(slow_sender, &slow);
    wait_until(gate_is_open(&slow.begun));
    pthread_t other = start_thread(quick_sender, &sent);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref), 0);
        edo_watch_borrow_end(&ref);
        assert_int_equal(edo_watch_has_changed(rx), 0);
    }
    assert_false(gate_is_open(&sent));
    gate_open(&slow.go);
    join_thread(modifier);
    join_thread(other);
    assert_int_equal(*(const int *)edo_watch_borrow(rx, &ref),
                     100); /* came after it: nothing lost */
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_PLAIN(places_of_values_that_were_borrowed_are_used_again)
{
    int number = 0;

    assert_ok(edo_watch_new(PLAIN_INT, &number, &tx, &rx));
    for (; number < 70000; number++) { /* more than there are places */
        edo_watch_ref one, other;
        assert_non_null(edo_watch_borrow(rx, &one));
        assert_ok(edo_watch_send(tx, &number));
        assert_int_equal(*(const int *)edo_watch_borrow(rx, &other), number);
        assert_ok(edo_watch_send(tx, &number));
        edo_watch_borrow_end(&one);
        edo_watch_borrow_end(&other);
    }
    close_channel();
}
