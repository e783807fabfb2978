/* oneshot_test.c: one item, two handles, and every order in which they send, close and go. */
#include "sync/rig.h"

#include <malloc.h>
#include <stdlib.h>

#include "base/macros.h"

static edo_oneshot_sender *tx;
static edo_oneshot_receiver *rx;
static int item;

/* A channel of numbers whose destruction is counted. */
static void open_channel(void)
{
    assert_ok(edo_oneshot_new(COUNTED_INT, &tx, &rx));
}

static int send_number(int number)
{
    return edo_oneshot_send(tx, &number);
}

/* --- sending and receiving ---------------------------------------------------------------- */

EDO_TEST_BOTH(send_wakes_the_receiver) /* sync-093 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    hand_waits_on(hand);
    assert_ok(send_number(7));
    hand_end(hand, &recv.base, 1);
    assert_int_equal(item, 7);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(8), 0); /* it was received */
}

EDO_TEST_BOTH(what_was_sent_before_is_there_at_the_first_poll) /* sync-093 */
{
    open_channel();
    assert_ok(send_number(7));
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    assert_ready_eq(&recv.base, 1);
    assert_int_equal(item, 7);
    edo_oneshot_receiver_free(rx);

    open_channel();
    assert_ok(send_number(8));
    assert_int_equal(edo_oneshot_recv(rx, &item), 1);
    assert_int_equal(item, 8);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(freed_sender_ends_the_receive) /* sync-094, sync-011 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    edo_oneshot_sender_free(tx);
    hand_end(hand, &recv.base, 0);
    assert_int_equal(edo_oneshot_recv(rx, &item), 0);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(send_to_nobody_fails_and_takes_nothing) /* sync-095 */
{
    open_channel();
    edo_oneshot_receiver_free(rx);
    assert_err(send_number(3), -EPIPE);

    open_channel();
    edo_oneshot_close(rx);
    assert_err(send_number(4), -EPIPE);
    assert_int_equal(edo_oneshot_recv(rx, &item), 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(5), 0); /* the items are still the caller's */
}

EDO_TEST_BOTH(sender_hears_of_the_receivers_end) /* sync-096 */
{
    for (int by_free = 0; by_free < 2; by_free++) {
        open_channel();
        assert_false(edo_oneshot_is_closed(tx));
        edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
        edo_test_task *hand = hand_wait(&closed.base);
        hand_waits_on(hand);
        if (by_free)
            edo_oneshot_receiver_free(rx);
        else
            edo_oneshot_close(rx);
        hand_end(hand, &closed.base, 0);
        assert_true(edo_oneshot_is_closed(tx));
        assert_ok(edo_oneshot_closed(tx)); /* and again, at once */
        assert_err(send_number(1), -EPIPE);
        if (!by_free)
            edo_oneshot_receiver_free(rx);
    }
}

EDO_TEST_BOTH(close_keeps_what_was_sent) /* sync-097, sync-098 */
{
    for (int by_try = 0; by_try < 2; by_try++) {
        open_channel();
        assert_ok(send_number(5));
        edo_oneshot_close(rx);
        assert_int_equal(by_try ? edo_oneshot_try_recv(rx, &item) : edo_oneshot_recv(rx, &item), 1);
        assert_int_equal(item, 5);
        edo_oneshot_receiver_free(rx);

        open_channel();
        edo_oneshot_close(rx);
        edo_oneshot_close(rx);
        assert_int_equal(by_try ? edo_oneshot_try_recv(rx, &item) : edo_oneshot_recv(rx, &item), 0);
        edo_oneshot_receiver_free(rx);
        edo_oneshot_sender_free(tx);
    }
}

EDO_TEST_BOTH(close_ends_a_receive_that_is_pending) /* sync-097 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    edo_oneshot_close(rx);
    hand_end(hand, &recv.base, 0);
    assert_true(edo_oneshot_is_terminated(rx));
    edo_oneshot_receiver_free(rx);
    edo_oneshot_sender_free(tx);
}

EDO_TEST_BOTH(item_is_received_once) /* sync-099 */
{
    for (int by_try = 0; by_try < 2; by_try++) {
        open_channel();
        assert_err(edo_oneshot_try_recv(rx, &item), -EAGAIN);
        assert_ok(send_number(6));
        assert_int_equal(by_try ? edo_oneshot_try_recv(rx, &item) : edo_oneshot_recv(rx, &item), 1);
        assert_int_equal(item, 6);
        assert_int_equal(edo_oneshot_try_recv(rx, &item), 0);
        assert_int_equal(edo_oneshot_recv(rx, &item), 0);
        edo_oneshot_close(rx);
        edo_oneshot_receiver_free(rx);
    }
    assert_int_equal(items_gone(7), 0);
}

EDO_TEST_BOTH(close_after_the_item_was_received_is_harmless) /* sync-100 */
{
    open_channel();
    assert_ok(send_number(9));
    assert_int_equal(edo_oneshot_recv(rx, &item), 1);
    edo_oneshot_close(rx);
    edo_oneshot_close(rx);
    assert_true(edo_oneshot_is_terminated(rx));
    assert_int_equal(edo_oneshot_try_recv(rx, &item), 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(10), 0);
}

/* --- what the handles tell ---------------------------------------------------------------- */

EDO_TEST_BOTH(terminated_once_the_item_or_the_end_was_received) /* sync-102 */
{
    open_channel();
    assert_false(edo_oneshot_is_terminated(rx));
    assert_ok(send_number(1));
    assert_false(edo_oneshot_is_terminated(rx));
    edo_oneshot_close(rx);
    assert_false(edo_oneshot_is_terminated(rx));
    assert_int_equal(edo_oneshot_try_recv(rx, &item), 1);
    assert_true(edo_oneshot_is_terminated(rx));
    edo_oneshot_receiver_free(rx);

    open_channel();
    edo_oneshot_sender_free(tx);
    assert_false(edo_oneshot_is_terminated(rx));
    assert_int_equal(edo_oneshot_recv(rx, &item), 0);
    assert_true(edo_oneshot_is_terminated(rx));
    edo_oneshot_receiver_free(rx);

    open_channel();
    edo_oneshot_close(rx);
    assert_false(edo_oneshot_is_terminated(rx));
    assert_int_equal(edo_oneshot_try_recv(rx, &item), 0);
    assert_true(edo_oneshot_is_terminated(rx));
    edo_oneshot_receiver_free(rx);
    edo_oneshot_sender_free(tx);
}

EDO_TEST_BOTH(empty_but_while_an_item_waits) /* sync-103 */
{
    open_channel();
    assert_true(edo_oneshot_is_empty(rx));
    assert_ok(send_number(1));
    assert_false(edo_oneshot_is_empty(rx));
    assert_int_equal(edo_oneshot_recv(rx, &item), 1);
    assert_true(edo_oneshot_is_empty(rx));
    edo_oneshot_receiver_free(rx);

    open_channel();
    edo_oneshot_sender_free(tx);
    assert_true(edo_oneshot_is_empty(rx));
    edo_oneshot_receiver_free(rx);

    open_channel();
    edo_oneshot_close(rx);
    assert_true(edo_oneshot_is_empty(rx));
    edo_oneshot_receiver_free(rx);
    edo_oneshot_sender_free(tx);
}

EDO_TEST_BOTH(item_that_nobody_received_is_destroyed_once) /* sync-104 */
{
    open_channel();
    assert_ok(send_number(0));
    assert_int_equal(items_gone(1), 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(1), 1);

    open_channel();
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx); /* somebody is left as well */
    edo_test_task *hand = hand_wait(&closed.base);
    assert_ok(send_number(1));
    edo_oneshot_close(rx);
    assert_int_equal(items_gone(2), 1);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(2), 2);
    hand_end(hand, &closed.base, 0);
    assert_int_equal(items_gone(2), 2);
}

/* Some bytes that end with the number of their size. */
static void carry(size_t size, size_t align)
{
    edo_item of = {.size = size, .align = align};
    unsigned char sent[4096], got[4096];

    for (size_t i = 0; i < size; i++) {
        sent[i] = (unsigned char)(i * 7 + size);
        got[i] = 0;
    }
    assert_ok(edo_oneshot_new(&of, &tx, &rx));
    assert_ok(edo_oneshot_send(tx, size ? sent : NULL));
    assert_int_equal(edo_oneshot_recv(rx, size ? got : NULL), 1);
    assert_memory_equal(sent, got, size);
    assert_int_equal(edo_oneshot_recv(rx, size ? got : NULL), 0);
    edo_oneshot_receiver_free(rx);
}

static size_t memory_in_use(void)
{
#if !HAS_ASAN && !HAS_TSAN /* whose mallinfo2 tells nothing */
    return mallinfo2().uordblks;
#else
    return 0;
#endif
}

EDO_TEST(items_of_every_size_lie_in_the_channels_own_memory) /* sync-107 */
{
    static unsigned char big[4096] = {1, 2, 3}, got[4096];
    static const size_t sizes[] = {0, 1, 8, 24, 4096};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        carry(sizes[i], 0);
        carry(sizes[i], 1);
        carry(sizes[i], 64);
    }
    (void)edo_test_waker(); /* which is made at its first use */
    size_t before = memory_in_use();
    assert_ok(edo_oneshot_new(&(edo_item){.size = sizeof big}, &tx, &rx));
    size_t opened = memory_in_use();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, got);
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    assert_pending(&recv.base);
    assert_pending(&closed.base);
    assert_ok(edo_oneshot_send(tx, big));
    assert_int_equal(memory_in_use(), opened);
    assert_ready_eq(&recv.base, 1);
    assert_memory_equal(big, got, sizeof big);
    assert_ready_eq(&closed.base, -EPIPE);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(memory_in_use(), before);
}

EDO_TEST_PLAIN(arguments_are_checked) /* sync-015 */
{
    edo_item odd = {.size = 4, .align = 3}, wide = {.size = 4, .align = 8192};

    assert_err(edo_oneshot_new(NULL, &tx, &rx), -EINVAL);
    assert_err(edo_oneshot_new(&odd, &tx, &rx), -EINVAL);
    assert_err(edo_oneshot_new(&wide, &tx, &rx), -EINVAL);
    assert_err(edo_oneshot_new(PLAIN_INT, NULL, &rx), -EINVAL);
    assert_err(edo_oneshot_new(PLAIN_INT, &tx, NULL), -EINVAL);
    assert_null(tx);
    assert_err(edo_oneshot_send(NULL, &item), -EINVAL);
    assert_err(edo_oneshot_recv(NULL, &item), -EINVAL);
    assert_err(edo_oneshot_try_recv(NULL, &item), -EINVAL);
    assert_err(edo_oneshot_closed(NULL), -EINVAL);
    edo_oneshot_close(NULL);
    edo_oneshot_sender_free(NULL);
    edo_oneshot_receiver_free(NULL);

    open_channel();
    assert_err(edo_oneshot_recv(rx, NULL), -EINVAL);
    assert_err(edo_oneshot_send(tx, NULL), -EINVAL); /* and the handle is still good */
    assert_ok(send_number(1));
    assert_int_equal(edo_oneshot_recv(rx, &item), 1);
    edo_oneshot_receiver_free(rx);
    assert_string_equal(edo_err_name(-EPIPE), "EPIPE");
    assert_string_equal(edo_err_name(-EAGAIN), "EAGAIN");
    assert_string_equal(edo_err_name(-ECANCELED), "ECANCELED");
    assert_string_equal(edo_err_name(-EDO_EMISUSE), "EDO_EMISUSE");
    assert_string_not_equal(edo_strerror(-EDO_EMISUSE), edo_strerror(-EPIPE));
}
