/*
 * broadcast_stress_test.c: senders that outrun receivers, which give up, come and go, on eight
 * workers. What each has received and missed is all that was sent while it was there.
 */
#include "support/edo_test.h"

#include "base/atomic.h"
#include "base/random.h"

enum { SENDERS = 3, READERS = 6, LEAVERS = 2 };

/* Wide enough to be torn. */
typedef struct item {
    uint64_t from, number, copies[5];
} item;

typedef struct storm {
    edo_broadcast_sender *tx;
    uint64_t each; /* items that a sender sends */
} storm;

typedef struct side {
    storm *storm;
    uint64_t number;
    edo_broadcast_receiver *rx;
} side;

static int send_many(void *arg)
{
    side *s = arg;

    for (uint64_t n = 1; n <= s->storm->each; n++) {
        item it = {.from = s->number, .number = n, .copies = {n, n, n, n, n}};
        assert_true(edo_broadcast_send(s->storm->tx, &it) >= 1);
        if (n % 17 == 0)
            assert_ok(edo_yield());
    }
    edo_broadcast_sender_free(s->storm->tx);
    return 0;
}

/* A receive in one of several ways; -ECANCELED: it was given up. */
static int receive(rng *r, edo_broadcast_receiver *rx, item *it, uint64_t *missed)
{
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(rx, it, missed);
    edo_yield_future yield = edo_yield_async();
    int rc;

    switch (rng_below(r, 4)) {
    case 0:
        return edo_broadcast_recv(rx, it, missed);
    case 1:
        assert_true(edo_select(&recv.base, &yield.base) >= 0);
        return (int)recv.base.result;
    case 2:
        rc = (int)edo_timeout(&recv.base, EDO_MICROS(20));
        return rc == -ETIMEDOUT ? -ECANCELED : rc;
    default:
        rc = edo_broadcast_try_recv(rx, it, missed);
        return rc == -EAGAIN ? -ECANCELED : rc;
    }
}

static void check_item(const item *it, uint64_t *last)
{
    for (int i = 0; i < 5; i++)
        assert_int_equal(it->copies[i], it->number);
    assert_true(it->number > last[it->from]);
    last[it->from] = it->number;
}

static int receive_all(void *arg)
{
    side *s = arg;
    uint64_t last[SENDERS] = {0}, seen = 0, missed = 0;
    item it;
    rng r;
    int rc;

    rng_seed(&r, s->number + 1);
    while ((rc = receive(&r, s->rx, &it, &missed)) != 0) {
        if (rc == 1) {
            check_item(&it, last);
            seen++;
        } else if (rc == -EDO_ELAGGED) {
            assert_true(missed > 0);
            seen += missed;
        } else {
            assert_int_equal(rc, -ECANCELED);
        }
    }
    assert_int_equal(seen, SENDERS * s->storm->each);
    edo_broadcast_receiver_free(s->rx);
    return 0;
}

static void count_wake(void *arg)
{
    a_fetch_add((unsigned *)arg, 1, relaxed);
}

/* Frees receivers under receives that are linked, woken, or over. */
static int leave_early(void *arg)
{
    side *s = arg;
    unsigned wakes = 0;
    edo_waker waker;
    item it;

    assert_ok(edo_waker_new(count_wake, NULL, &wakes, &waker));
    while (edo_broadcast_receiver_strong_count(s->rx) > 0) {
        edo_broadcast_receiver *rx;
        assert_ok(edo_broadcast_resubscribe(s->rx, &rx));
        edo_broadcast_recv_future recv = edo_broadcast_recv_async(rx, &it, NULL);
        bool pending = edo_future_poll(&recv.base, &waker) == EDO_PENDING;
        assert_ok(edo_yield());
        edo_broadcast_receiver_free(rx);
        if (pending)
            assert_int_equal(edo_await(&recv.base), 0);
    }
    edo_waker_drop(waker);
    edo_broadcast_receiver_free(s->rx);
    return 0;
}

static int run_storm(void *arg)
{
    storm st = {.each = test_count(1000000)};
    side sides[SENDERS + READERS + LEAVERS];
    edo_task tasks[SENDERS + READERS + LEAVERS];

    (void)arg;
    assert_ok(edo_broadcast_new(EDO_ITEM(item), 64, &st.tx, NULL));
    for (uint64_t i = 0; i < SENDERS + READERS + LEAVERS; i++) {
        sides[i] = (side){.storm = &st, .number = i};
        if (i >= SENDERS)
            assert_ok(edo_broadcast_subscribe(st.tx, &sides[i].rx));
        else if (i > 0)
            edo_broadcast_sender_clone(st.tx);
    }
    for (int i = SENDERS + READERS + LEAVERS - 1; i >= 0; i--)
        assert_ok(edo_spawn(i < SENDERS             ? send_many
                            : i < SENDERS + READERS ? receive_all
                                                    : leave_early,
                            &sides[i], &tasks[i]));
    for (int i = 0; i < SENDERS + READERS + LEAVERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    return 0;
}

EDO_TEST_PLAIN(what_is_received_and_missed_is_what_was_sent)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 8), &runtime));
    assert_ok(edo_block_on(runtime, run_storm, NULL));
    assert_ok(edo_runtime_free(runtime));
}
