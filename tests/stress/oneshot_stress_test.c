/*
 * oneshot_stress_test.c: pairs of tasks, each with one end of a channel, that send, wait, give up,
 * close and go at random. Every item that was sent is received once or destroyed once.
 */
#include "support/edo_test.h"

#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

enum { PAIRS = 32 };

static unsigned sent, received, destroyed; /* atomic */

static void count_destroyed(void *item)
{
    uint64_t mark;

    memcpy(&mark, item, sizeof mark);
    assert_true(mark == UINT64_C(0x1234567890abcdef));
    a_fetch_add(&destroyed, 1, relaxed);
}

struct end {
    void *handle;
    uint64_t seed;
};

/* Now and then the others have a turn. */
static void dawdle(rng *r)
{
    for (unsigned n = rng_below(r, 4); n > 1; n--)
        assert_ok(edo_yield());
}

static void note_received(int64_t rc, uint64_t item)
{
    assert_true(rc == 0 || rc == 1);
    if (rc == 0)
        return;
    assert_true(item == UINT64_C(0x1234567890abcdef));
    a_fetch_add(&received, 1, relaxed);
}

static int use_sender(void *arg)
{
    struct end *end = arg;
    edo_oneshot_sender *tx = end->handle;
    uint64_t item = UINT64_C(0x1234567890abcdef);
    rng r;

    rng_seed(&r, end->seed);
    dawdle(&r);
    if (rng_below(&r, 3) == 0) { /* asks whether it is wanted, for a while or until it isn't */
        edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
        edo_yield_future pause = edo_yield_async();
        int first = edo_select(&closed.base, &pause.base);
        assert_true(first == 1 || edo_oneshot_is_closed(tx));
    }
    if (rng_below(&r, 4) == 0) {
        edo_oneshot_sender_free(tx);
        return 0;
    }
    int rc = edo_oneshot_send(tx, &item);
    assert_true(rc == 0 || rc == -EPIPE);
    if (rc == 0)
        a_fetch_add(&sent, 1, relaxed);
    return 0;
}

/* Receives after some tries that are given up: by a select that the item loses, or by a cancel. */
static void receive_in_the_end(edo_oneshot_receiver *rx, rng *r)
{
    uint64_t item = 0;
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    int first = 1;

    for (unsigned n = rng_below(r, 4); n > 0 && first == 1; n--) {
        edo_yield_future pause = edo_yield_async();
        recv = edo_oneshot_recv_async(rx, &item);
        first = edo_select(&recv.base, &pause.base);
        if (first == 1 && recv.base.result == 0) /* an end is not put back, nor need it be */
            return;
    }
    int64_t rc = first == 0 ? recv.base.result : edo_oneshot_recv(rx, &item);
    note_received(rc, item);
}

static int use_receiver(void *arg)
{
    struct end *end = arg;
    edo_oneshot_receiver *rx = end->handle;
    uint64_t item = 0;
    rng r;
    int rc;

    rng_seed(&r, end->seed);
    dawdle(&r);
    switch (rng_below(&r, 4)) {
    case 0:
        break;
    case 1:
        if ((rc = edo_oneshot_try_recv(rx, &item)) != -EAGAIN)
            note_received(rc, item);
        break;
    case 2:
        edo_oneshot_close(rx);
        rc = edo_oneshot_recv(rx, &item);
        note_received(rc, item);
        break;
    default:
        receive_in_the_end(rx, &r);
    }
    edo_oneshot_receiver_free(rx);
    return 0;
}

EDO_TEST_MT(what_was_sent_is_received_or_destroyed) /* sync-104 */
{
    const edo_item item = {.size = sizeof(uint64_t), .destroy = count_destroyed};
    edo_task tasks[PAIRS][2];
    unsigned pairs = 0;
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned round = 0; round < test_count(3000); round++) {
        for (int i = 0; i < PAIRS; i++, pairs++) {
            edo_oneshot_sender *tx;
            edo_oneshot_receiver *rx;
            assert_ok(edo_oneshot_new(&item, &tx, &rx));
            struct end ends[2] = {{tx, rng_next(&r)}, {rx, rng_next(&r)}};
            assert_ok(edo_spawn_copy(use_sender, &ends[0], sizeof ends[0], &tasks[i][0]));
            assert_ok(edo_spawn_copy(use_receiver, &ends[1], sizeof ends[1], &tasks[i][1]));
        }
        for (int i = 0; i < PAIRS; i++) {
            assert_ok(edo_join(tasks[i][0], NULL));
            assert_ok(edo_join(tasks[i][1], NULL));
        }
        assert_int_equal(sent, received + destroyed);
    }
    assert_in_range(sent, 1, pairs);
    assert_in_range(received, 1, sent);
    assert_in_range(destroyed, 1, sent);
}
