/* watch_reopen_test.c: a channel that is reopened while those who waited for its end are being woken. */
#include "sync/rig.h"

enum { MANY = 40 }; /* more than are woken at a time */

static edo_watch_sender *tx;
static edo_watch_receiver *anew;
static edo_watch_closed_future late;
static unsigned woken, late_woken;

static void count_late(void *arg)
{
    (void)arg;
    late_woken++;
}

/* The first who is woken subscribes, and waits for the end of that. */
static void reopen(void *late_waker)
{
    if (woken++ > 0)
        return;
    assert_ok(edo_watch_subscribe(tx, &anew));
    late = edo_watch_closed_async(tx);
    assert_int_equal(edo_future_poll(&late.base, late_waker), EDO_PENDING);
}

EDO_TEST_PLAIN(wait_for_the_next_end_is_not_told_of_the_last) /* sync-147 */
{
    edo_watch_closed_future waits[MANY];
    edo_watch_receiver *rx;
    edo_waker waker, late_waker;
    int first = 0;

    assert_ok(edo_watch_new(PLAIN_INT, &first, &tx, &rx));
    assert_ok(edo_waker_new(count_late, NULL, NULL, &late_waker));
    assert_ok(edo_waker_new(reopen, NULL, &late_waker, &waker));
    for (int i = 0; i < MANY; i++) {
        waits[i] = edo_watch_closed_async(tx);
        assert_int_equal(edo_future_poll(&waits[i].base, &waker), EDO_PENDING);
    }
    edo_watch_receiver_free(rx);
    assert_int_equal(woken, MANY);
    for (int i = 0; i < MANY; i++)
        assert_ready_eq(&waits[i].base, 0);
    assert_int_equal(late_woken, 0);
    assert_int_equal(edo_future_poll(&late.base, &late_waker), EDO_PENDING);
    edo_watch_receiver_free(anew);
    assert_int_equal(late_woken, 1);
    assert_ready_eq(&late.base, 0);
    edo_waker_drop(waker);
    edo_waker_drop(late_waker);
    edo_watch_sender_free(tx);
}
