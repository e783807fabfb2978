/*
 * mpsc_stress_test.c: channels in a crowd: threads and tasks, sends and receives in every way there is,
 * given up, aborted, closed and left in the middle. Each message that was sent is received once or
 * destroyed once, in its sender's order; each that was not is still its sender's.
 */
#include "sync/mpsc_rig.h"

#include "base/random.h"

/* --- order ---------------------------------------------------------------------------------------- */

typedef struct item {
    uint32_t from, number;
} item;

struct lane {
    edo_mpsc_sender *tx;
    uint32_t from, count;
};

static void *send_lane(void *arg)
{
    struct lane *l = arg;

    for (item it = {.from = l->from}; it.number < l->count; it.number++)
        assert_ok(edo_mpsc_send(l->tx, &it));
    edo_mpsc_sender_free(l->tx);
    return NULL;
}

static uint32_t destroyed; /* atomic */

static void count_destroyed(void *arg)
{
    (void)arg;
    a_fetch_add(&destroyed, 1, relaxed);
}

#define ITEMS EDO_ITEM(item, .destroy = count_destroyed)
enum { LANES_MAX = 8 };

/* So many threads send so many each, and all arrive, each thread's in order. */
static void check_lanes_arrive(size_t capacity, uint32_t lanes, uint32_t count)
{
    channel c = channel_of(ITEMS, capacity);
    struct lane lane[LANES_MAX];
    pthread_t threads[LANES_MAX];
    uint32_t next[LANES_MAX] = {0}, sum = 0;
    item got[3];
    ssize_t n;

    for (uint32_t i = 0; i < lanes; i++) {
        lane[i] = (struct lane){edo_mpsc_sender_clone(c.tx), i, count};
        threads[i] = start_thread(send_lane, &lane[i]);
    }
    edo_mpsc_sender_free(c.tx);
    while ((n = edo_mpsc_recv_many(c.rx, got, 1 + sum % 3)) > 0)
        for (ssize_t i = 0; i < n; i++, sum++)
            assert_int_equal(got[i].number, next[got[i].from]++);
    assert_int_equal(n, 0);
    assert_int_equal(sum, lanes * count);
    for (uint32_t i = 0; i < lanes; i++)
        join_thread(threads[i]);
    edo_mpsc_receiver_free(c.rx);
    assert_int_equal(a_load(&destroyed, relaxed), 0);
}

EDO_TEST_BOTH(two_threads_keep_their_order) /* sync-033 */
{
    for (unsigned round = 0; round < test_count(500); round++) {
        check_lanes_arrive(UNBOUNDED, 2, 2);
        check_lanes_arrive(1 + round % 4, 2, 2);
    }
    assert_int_equal(a_load(&destroyed, relaxed), 0);
}

EDO_TEST_MT(eight_threads_go_through_room_for_four) /* sync-083 */
{
    check_lanes_arrive(4, 8, (uint32_t)test_count(10000));
    assert_int_equal(a_load(&destroyed, relaxed), 0);
}

EDO_TEST_BOTH(eight_threads_go_through_blocks)
{
    check_lanes_arrive(UNBOUNDED, 8, (uint32_t)test_count(10000));
    assert_int_equal(a_load(&destroyed, relaxed), 0);
}

/* --- a storm -------------------------------------------------------------------------------------- */

enum { SENDERS = 8, MESSAGES = 4096, EACH = 40 };

enum ending { LAST_SENDER, CLOSE, FREE, ENDINGS };

static struct storm {
    channel c;
    size_t capacity;
    enum ending ending;
    uint32_t leaves_after;   /* the receiver closes or frees after so many */
    uint32_t numbers;        /* atomic: messages that there have been */
    bool sent[MESSAGES];     /* each its sender's */
    uint32_t ends[MESSAGES]; /* atomic: how often received or destroyed */
    uint32_t last[SENDERS];  /* the receiver's: the latest of that sender */
    uint32_t received;       /* the receiver's */
    bool over;               /* the receiver's: it has seen the end, or freed */
} storm;

static void note_end(void *at)
{
    item *it = at;

    assert_true(it->number < MESSAGES);
    a_fetch_add(&storm.ends[it->number], 1, relaxed);
}

/* By way of a permit, which may be given back instead. */
static int send_by_permit(rng *r, edo_mpsc_sender *tx, const item *it)
{
    edo_mpsc_permit permit = {0};
    uint32_t how = rng_below(r, 4);
    int rc;

    if (how == 0) {
        rc = edo_mpsc_reserve_owned(tx, &permit);
    } else if (how == 1) {
        edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(tx, &permit);
        edo_yield_future yield = edo_yield_async();
        rc = edo_select(&reserve.base, &yield.base);
        rc = rc == 0 ? (int)reserve.base.result : -ECANCELED;
    } else {
        rc = edo_mpsc_reserve_many(tx, how < storm.capacity ? how : 1, &permit);
    }
    if (rc < 0)
        return rc;
    if (rng_below(r, 2))
        (void)edo_yield();
    if (rng_below(r, 4) == 0)
        rc = -ECANCELED;
    else
        rc = edo_mpsc_permit_send(&permit, it);
    edo_mpsc_permit_release(&permit);
    return rc;
}

static int send_somehow(rng *r, edo_mpsc_sender *tx, const item *it)
{
    edo_mpsc_send_future send = edo_mpsc_send_async(tx, it);
    edo_yield_future yield = edo_yield_async();

    switch (rng_below(r, storm.capacity ? 7 : 4)) {
    case 0:
        return edo_mpsc_send(tx, it);
    case 1:
        (void)edo_select(&send.base, &yield.base);
        return edo_future_is_ready(&send.base) ? (int)send.base.result : -ECANCELED;
    case 2:
        return edo_mpsc_send_within(tx, it, EDO_MICROS(30));
    case 3:
        return edo_mpsc_try_send(tx, it);
    default:
        return send_by_permit(r, tx, it);
    }
}

static int send_storm(void *arg)
{
    struct lane *l = arg;
    rng r;

    rng_seed(&r, l->count + l->from);
    for (int i = 0; i < EACH && !edo_task_self_is_canceled(); i++) {
        item it = {.from = l->from, .number = a_fetch_add(&storm.numbers, 1, relaxed) + 1};
        int rc = it.number < MESSAGES ? send_somehow(&r, l->tx, &it) : -EPIPE;
        if (rc == 0)
            storm.sent[it.number] = true;
        else if (rc == -EPIPE)
            break;
        else
            assert_true(rc == -EAGAIN || rc == -ECANCELED || rc == -ETIMEDOUT);
    }
    edo_mpsc_sender_free(l->tx);
    return 0;
}

static void take_note(item *got, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        note_end(&got[i]);
        assert_true(got[i].number > storm.last[got[i].from]);
        storm.last[got[i].from] = got[i].number;
    }
    storm.received += n > 0 ? (uint32_t)n : 0;
}

/* How many; 0: the end; or a negative error. */
static int64_t receive_somehow(rng *r, item *got)
{
    edo_mpsc_receiver *rx = storm.c.rx;
    edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(rx, got, 1 + rng_below(r, 4));
    edo_future *parts[] = {&recv.base};
    edo_join_all_future join = edo_join_all_async(parts, 1);
    edo_yield_future yield = edo_yield_async();
    int64_t n;

    switch (rng_below(r, 6)) {
    case 0:
        return edo_mpsc_recv(rx, got);
    case 1:
        return edo_mpsc_recv_many(rx, got, 4);
    case 2:
        (void)edo_select(&recv.base, &yield.base);
        return edo_future_is_ready(&recv.base) ? recv.base.result : -ECANCELED;
    case 3:
        (void)edo_select(&join.base, &yield.base); /* which may put back */
        return edo_future_is_ready(&recv.base) ? recv.base.result : -ECANCELED;
    case 4:
        n = edo_await(&recv.base);
        if (rng_below(r, 2))
            edo_future_put_back(&recv.base);
        return n > 0 ? recv.base.result : n;
    default:
        return edo_mpsc_try_recv(rx, got);
    }
}

static int receive_storm(void *arg)
{
    item got[4];
    rng r;

    rng_seed(&r, (uintptr_t)arg);
    while (!storm.over && !edo_task_self_is_canceled()) {
        int64_t n = receive_somehow(&r, got);
        assert_true(n >= 0 || n == -EAGAIN || n == -ECANCELED);
        take_note(got, n);
        storm.over = n == 0;
        if (n == -EAGAIN)
            (void)edo_yield();
        if (storm.ending == CLOSE && storm.received >= storm.leaves_after)
            edo_mpsc_close(storm.c.rx);
        if (storm.ending == FREE && storm.received >= storm.leaves_after)
            storm.over = true;
    }
    if (storm.over)
        edo_mpsc_receiver_free(storm.c.rx);
    return 0;
}

/* The receiver, who is aborted now and then, and replaced. */
static void receive_in_turns(rng *r)
{
    while (!storm.over) {
        edo_task receiver;
        assert_ok(edo_spawn(receive_storm, (void *)(uintptr_t)rng_next(r), &receiver));
        for (uint32_t i = rng_below(r, 30); i > 0; i--)
            assert_ok(edo_yield());
        if (rng_below(r, 4))
            assert_ok(edo_task_abort(receiver));
        assert_ok(edo_join(receiver, NULL));
    }
}

static void storm_round(rng *r)
{
    struct lane lanes[SENDERS];
    edo_task senders[SENDERS];

    for (uint32_t i = 0; i < SENDERS; i++) {
        lanes[i] = (struct lane){edo_mpsc_sender_clone(storm.c.tx), i, (uint32_t)rng_next(r)};
        assert_ok(edo_spawn(send_storm, &lanes[i], &senders[i]));
    }
    edo_mpsc_sender_free(storm.c.tx);
    for (uint32_t i = 0; i < SENDERS; i++)
        if (rng_below(r, 4) == 0)
            assert_ok(edo_task_abort(senders[i]));
    receive_in_turns(r);
    for (uint32_t i = 0; i < SENDERS; i++)
        assert_ok(edo_join(senders[i], NULL));
}

EDO_TEST_MT(storm_of_cancels_loses_no_message)
{
    rng r;
    uint32_t sent = 0, received = 0;

    rng_seed(&r, 1);
    for (unsigned round = 0; round < test_count(600); round++) {
        memset(&storm, 0, sizeof storm);
        storm.capacity = round % 4; /* 0: unbounded */
        storm.ending = (enum ending)(round / 4 % ENDINGS);
        storm.leaves_after = rng_below(&r, SENDERS * EACH);
        storm.c = channel_of(EDO_ITEM(item, .destroy = note_end), storm.capacity);
        storm_round(&r);
        for (uint32_t i = 1; i <= storm.numbers && i < MESSAGES; i++) {
            assert_int_equal(storm.ends[i], storm.sent[i]);
            sent += storm.sent[i];
        }
        assert_true(storm.ending == FREE || sent - received == storm.received);
        received = sent;
    }
    assert_true(sent > test_count(600) * 20);
}
