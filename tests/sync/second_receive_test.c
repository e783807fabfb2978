/* second_receive_test.c: a debug build says why the second receive of one receiver is refused. */
#include <edo/error.h>

#include "support/forked.h"
#include "sync/rig.h"

static void receive_twice_from_mpsc(void)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int item;

    assert_ok(edo_mpsc_new(PLAIN_INT, 1, &tx, &rx));
    edo_mpsc_recv_future first = edo_mpsc_recv_async(rx, &item);
    edo_mpsc_recv_future second = edo_mpsc_recv_async(rx, &item);
    assert_pending(&first.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    edo_mpsc_sender_free(tx);
    assert_ready_eq(&first.base, 0);
    edo_mpsc_receiver_free(rx);
}

static void receive_twice_from_broadcast(void)
{
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    int item;

    assert_ok(edo_broadcast_new(PLAIN_INT, 4, &tx, &rx));
    edo_broadcast_recv_future first = edo_broadcast_recv_async(rx, &item, NULL);
    edo_broadcast_recv_future second = edo_broadcast_recv_async(rx, &item, NULL);
    assert_pending(&first.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    edo_broadcast_sender_free(tx);
    assert_ready_eq(&first.base, 0);
    edo_broadcast_receiver_free(rx);
}

EDO_TEST_PLAIN(debug_build_says_that_a_second_receive_waits)
{
    char said[4096];

    assert_int_equal(forked_run(receive_twice_from_mpsc, said, sizeof said), 0);
    assert_int_equal(strstr(said, "receive for one task at a time") != NULL, EDO_DEBUG);
    assert_int_equal(forked_run(receive_twice_from_broadcast, said, sizeof said), 0);
    assert_int_equal(strstr(said, "another receive waits") != NULL, EDO_DEBUG);
}
