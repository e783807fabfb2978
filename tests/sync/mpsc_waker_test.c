/* mpsc_waker_test.c: the one place for a waker that a channel has, the receiver's. */
#include "sync/rig.h"

static void count_wake(void *count)
{
    a_fetch_add((unsigned *)count, 1, seq_cst);
}

static edo_waker counting_waker(unsigned *count)
{
    edo_waker waker;

    assert_ok(edo_waker_new(count_wake, NULL, count, &waker));
    return waker;
}

EDO_TEST_PLAIN(a_wake_empties_the_place_and_is_not_kept_for_later) /* sync-247 */
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    unsigned woken = 0;
    int item = 1;

    assert_ok(edo_mpsc_new(PLAIN_INT, 4, &tx, &rx));
    assert_ok(edo_mpsc_try_send(tx, &item)); /* nobody is registered */
    assert_int_equal(edo_mpsc_try_recv(rx, &item), 1);
    edo_waker waker = counting_waker(&woken);
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, &item);
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_PENDING);
    assert_int_equal(woken, 0); /* that first wake was not remembered */
    assert_ok(edo_mpsc_try_send(tx, &item));
    assert_int_equal(woken, 1);
    assert_ok(edo_mpsc_try_send(tx, &item));
    edo_mpsc_sender_free(tx);
    assert_int_equal(woken, 1); /* the place was empty */
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_READY);
    assert_int_equal(recv.base.result, 1);
    edo_waker_drop(waker);
    edo_mpsc_receiver_free(rx);
}

EDO_TEST_PLAIN(a_second_waker_takes_the_place_of_the_first) /* sync-248 */
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    unsigned first = 0, second = 0;
    int item = 1;

    assert_ok(edo_mpsc_new(PLAIN_INT, 4, &tx, &rx));
    edo_waker a = counting_waker(&first), b = counting_waker(&second);
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, &item);
    assert_int_equal(edo_future_poll(&recv.base, &a), EDO_PENDING);
    assert_int_equal(edo_future_poll(&recv.base, &b), EDO_PENDING);
    assert_ok(edo_mpsc_try_send(tx, &item));
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
    assert_int_equal(edo_future_poll(&recv.base, &b), EDO_READY);
    edo_waker_drop(a);
    edo_waker_drop(b);
    edo_mpsc_sender_free(tx);
    edo_mpsc_receiver_free(rx);
}

static unsigned added; /* atomic */

static void *add_and_wake(void *sender)
{
    int item = 1;

    a_fetch_add(&added, 1, relaxed);
    assert_ok(edo_mpsc_try_send(sender, &item));
    return NULL;
}

EDO_TEST_PLAIN(who_registers_and_then_looks_misses_no_wake) /* sync-249 */
{
    for (unsigned round = 0; round < test_count(500); round++) {
        edo_mpsc_sender *tx;
        edo_mpsc_receiver *rx;
        int item;
        a_store(&added, 0, relaxed);
        assert_ok(edo_mpsc_new(PLAIN_INT, 2, &tx, &rx));
        pthread_t one = start_thread(add_and_wake, tx), other = start_thread(add_and_wake, tx);
        for (int i = 0; i < 2; i++)
            assert_int_equal(edo_mpsc_recv(rx, &item), 1); /* parks, if it comes first */
        assert_int_equal(a_load(&added, relaxed), 2);
        join_thread(one);
        join_thread(other);
        edo_mpsc_sender_free(tx);
        edo_mpsc_receiver_free(rx);
    }
}
