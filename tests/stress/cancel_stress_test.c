/*
 * cancel_stress_test.c: a million tasks that use locks and channels, most of them aborted at some
 * moment, on eight workers. Nothing is lost and nobody waits for ever: each lock is free afterwards,
 * each permit is back, each message was received once, in order, or destroyed.
 *
 * Plain threads keep the channels flowing: one feeds the receivers, one drains what the senders send,
 * and one says now and then what would else be waited for by the last ones in vain.
 */
#include "support/edo_test.h"

#include <edo/testing_cancel.h>

#include "base/atomic.h"
#include "base/random.h"

enum { PERMITS = 3, ROOM = 4 };

static struct storm {
    edo_mutex mutex;
    unsigned guarded, entered; /* plain, under the mutex; atomic */
    edo_rwlock rwlock;
    int inside; /* readers, or -1000: a writer; atomic */
    edo_semaphore semaphore;
    int holders;             /* atomic */
    edo_mpsc_sender *out_tx; /* scenarios send; a thread drains */
    edo_mpsc_receiver *out_rx;
    uint64_t sent, sent_sum, drained, drained_sum; /* atomic */
    edo_mpsc_sender *in_tx; /* a thread feeds; scenarios receive, one at a time */
    edo_mpsc_receiver *in_rx;
    edo_mutex in_turn;
    uint64_t received, fed; /* the last numbers: under in_turn; the feeder's */
    edo_broadcast_sender *radio;
    edo_notify notify;
    struct edo_oneshot_sender *waiting;  /* of whoever waits for an answer; atomic, by exchange */
    uint64_t asked, answered, destroyed; /* oneshots: items that were sent, received, destroyed */
    uint64_t tickets, over;              /* atomic */
} storm;

static int use_mutex(void)
{
    int rc = edo_mutex_lock(&storm.mutex);

    if (rc < 0)
        return rc;
    storm.guarded++;
    rc = edo_yield();
    storm.guarded++;
    a_fetch_add(&storm.entered, 2, relaxed);
    assert_ok(edo_mutex_unlock(&storm.mutex));
    return rc;
}

/* Readers are counted from above, a writer from below. */
static int use_rwlock(uint64_t random)
{
    bool writes = random % 4 == 0;
    int rc = writes ? edo_rwlock_write(&storm.rwlock) : edo_rwlock_read(&storm.rwlock);

    if (rc < 0)
        return rc;
    assert_in_range(a_fetch_add(&storm.inside, writes ? -1000 : 1, relaxed), 0, writes ? 0 : 999);
    rc = edo_yield();
    a_fetch_add(&storm.inside, writes ? 1000 : -1, relaxed);
    if (writes && random % 8 == 0) {
        assert_ok(edo_rwlock_downgrade(&storm.rwlock));
        writes = false;
    }
    assert_ok(writes ? edo_rwlock_unlock_write(&storm.rwlock)
                     : edo_rwlock_unlock_read(&storm.rwlock));
    return rc;
}

static int use_permits(uint64_t random)
{
    size_t count = random % PERMITS + 1;
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire =
        edo_semaphore_acquire_many_async(&storm.semaphore, count, &permit);
    edo_sleep_future limit = edo_sleep_async(EDO_MILLIS(1));
    int rc =
        random / 4 % 2 ? (int)edo_await(&acquire.base) : edo_select(&acquire.base, &limit.base);

    if (edo_permit_count(&permit)) {
        assert_int_equal(edo_permit_count(&permit), count);
        assert_in_range(a_fetch_add(&storm.holders, (int)count, relaxed), 0, PERMITS - count);
        rc = edo_yield();
        a_fetch_sub(&storm.holders, (int)count, relaxed);
    }
    edo_permit_release(&permit);
    return rc;
}

static int send_out(uint64_t ticket, uint64_t random)
{
    edo_mpsc_permit permit = {0};
    int rc = random % 2 ? edo_mpsc_send(storm.out_tx, &ticket)
                        : edo_mpsc_reserve_many(storm.out_tx, random / 2 % ROOM + 1, &permit);

    if (rc < 0)
        return rc;
    if (!(random % 2))
        assert_ok(edo_mpsc_permit_send(&permit, &ticket));
    edo_mpsc_permit_release(&permit);
    a_fetch_add(&storm.sent, 1, relaxed);
    a_fetch_add(&storm.sent_sum, ticket, relaxed);
    return 0;
}

static int receive_in(void)
{
    uint64_t item;
    int rc = edo_mutex_lock(&storm.in_turn);

    if (rc < 0)
        return rc;
    rc = edo_mpsc_recv(storm.in_rx, &item);
    if (rc == 1)
        assert_int_equal(item, ++storm.received);
    assert_ok(edo_mutex_unlock(&storm.in_turn));
    return rc;
}

static int listen_once(void)
{
    edo_broadcast_receiver *rx;
    uint64_t item, missed = 0;

    assert_ok(edo_broadcast_subscribe(storm.radio, &rx));
    int rc = edo_broadcast_recv(rx, &item, &missed);
    assert_true(rc == 1 || rc == -ECANCELED || (rc == -EDO_ELAGGED && missed));
    edo_broadcast_receiver_free(rx);
    return rc;
}

static void count_destroyed(void *item)
{
    (void)item;
    a_fetch_add(&storm.destroyed, 1, relaxed);
}

static void answer(edo_oneshot_sender *tx)
{
    uint64_t item = 1;

    if (tx && edo_oneshot_send(tx, &item) == 0)
        a_fetch_add(&storm.asked, 1, relaxed);
}

/* Leaves its sender for somebody, answers whoever was there before, and waits. */
static int ask_once(void)
{
    edo_oneshot_sender *tx;
    edo_oneshot_receiver *rx;
    uint64_t item = 0;

    assert_ok(edo_oneshot_new(EDO_ITEM(uint64_t, .destroy = count_destroyed), &tx, &rx));
    answer(a_xchg(&storm.waiting, tx, acq_rel)); /* pairs with itself: the channel is seen whole */
    int rc = edo_oneshot_recv(rx, &item);
    assert_true(rc == 1 || rc == -ECANCELED);
    if (rc == 1) {
        assert_int_equal(item, 1);
        a_fetch_add(&storm.answered, 1, relaxed);
    }
    edo_oneshot_receiver_free(rx);
    return rc;
}

/* One of all. What it says at the end it says when it was aborted, too. */
static int use_something(void *arg)
{
    uint64_t ticket = a_fetch_add(&storm.tickets, 1, relaxed);
    rng r;
    int rc;

    (void)arg;
    rng_seed(&r, ticket);
    uint64_t random = rng_next(&r) >> 8;
    switch (ticket % 8) {
    case 0:
        rc = use_mutex();
        break;
    case 1:
        rc = use_permits(random);
        break;
    case 2:
        rc = send_out(ticket, random);
        break;
    case 3:
        rc = receive_in();
        break;
    case 4:
        rc = listen_once();
        break;
    case 5:
        rc = edo_notify_wait(&storm.notify);
        break;
    case 6:
        rc = use_rwlock(random);
        break;
    default:
        rc = ask_once();
    }
    edo_notify_one(&storm.notify);
    (void)edo_broadcast_send(storm.radio, &ticket);
    return rc < 0 ? rc : 0;
}

static void *drain(void *arg)
{
    uint64_t item;

    (void)arg;
    while (edo_mpsc_recv(storm.out_rx, &item) == 1) {
        a_fetch_add(&storm.drained, 1, relaxed);
        a_fetch_add(&storm.drained_sum, item, relaxed);
    }
    return NULL;
}

static void *feed(void *arg)
{
    uint64_t item = 1;

    (void)arg;
    while (edo_mpsc_send(storm.in_tx, &item) == 0)
        item++;
    storm.fed = item - 1;
    return NULL;
}

static void *remind(void *arg)
{
    uint64_t item = 0;

    (void)arg;
    while (!a_load(&storm.over, relaxed)) {
        block_thread_for(1);
        edo_notify_one(&storm.notify);
        (void)edo_broadcast_send(storm.radio, &item);
        answer(a_xchg(&storm.waiting, NULL, acq_rel)); /* as in ask_once */
    }
    return NULL;
}

static void check_all(void)
{
    uint64_t item;

    assert_ok(edo_mutex_fini(&storm.mutex));
    assert_int_equal(storm.guarded, storm.entered);
    assert_ok(edo_rwlock_fini(&storm.rwlock));
    assert_int_equal(storm.inside, 0);
    assert_ok(edo_mutex_fini(&storm.in_turn));
    assert_int_equal(edo_semaphore_available(&storm.semaphore), PERMITS);
    assert_ok(edo_semaphore_fini(&storm.semaphore));
    assert_int_equal(storm.drained, storm.sent);
    assert_int_equal(storm.drained_sum, storm.sent_sum);
    while (edo_mpsc_try_recv(storm.in_rx, &item) == 1)
        assert_int_equal(item, ++storm.received);
    assert_int_equal(storm.received, storm.fed);
    assert_int_equal(edo_broadcast_receiver_count(storm.radio), 0);
    assert_ok(edo_notify_fini(&storm.notify));
    assert_int_equal(storm.asked, storm.answered + storm.destroyed);
}

EDO_TEST_PLAIN(a_million_cancels_at_random_lose_nothing)
{
    const edo_item number = {.size = sizeof(uint64_t)};
    unsigned count = test_count(1000000);

    assert_ok(edo_rwlock_init(&storm.rwlock, 999));
    storm.semaphore = (edo_semaphore)EDO_SEMAPHORE_INIT(PERMITS);
    assert_ok(edo_mpsc_new(&number, ROOM, &storm.out_tx, &storm.out_rx));
    assert_ok(edo_mpsc_new(&number, ROOM, &storm.in_tx, &storm.in_rx));
    assert_ok(edo_broadcast_new(&number, 64, &storm.radio, NULL));
    pthread_t drainer = start_thread(drain, NULL), feeder = start_thread(feed, NULL);
    pthread_t reminder = start_thread(remind, NULL);
    int64_t canceled = edo_test_cancel_randomly(NULL, count, use_something, NULL);
    assert_in_range(canceled, count / 16, count);
    a_store(&storm.over, 1, relaxed);
    join_thread(reminder);
    edo_mpsc_sender_free(storm.out_tx);
    join_thread(drainer);
    edo_mpsc_close(storm.in_rx);
    join_thread(feeder);
    edo_oneshot_sender_free(storm.waiting);
    check_all();
    edo_mpsc_receiver_free(storm.out_rx);
    edo_mpsc_sender_free(storm.in_tx);
    edo_mpsc_receiver_free(storm.in_rx);
    edo_broadcast_sender_free(storm.radio);
}
