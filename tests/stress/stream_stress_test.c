/*
 * stream_stress_test.c: streams over channels that tasks send to from all workers, merged, filtered, by keys,
 * with nexts that lose, time out and are given up. Each item comes once, and those of a sender in order.
 */
#include "support/edo_test.h"

#include "base/random.h"

enum { SENDERS = 4 };

typedef struct item {
    uint32_t from, number;
} item;

static const edo_item item_kind = {.size = sizeof(item), .align = _Alignof(item)};

typedef struct sender {
    edo_mpsc_sender *tx;
    uint32_t number;
    uint32_t each;
    edo_task task;
} sender;

static int send_many(void *arg)
{
    sender *s = arg;

    for (uint32_t n = 1; n <= s->each; n++) {
        assert_ok(edo_mpsc_send(s->tx, &(item){s->number, n}));
        if (n % 13 == 0)
            assert_ok(edo_yield());
    }
    edo_mpsc_sender_free(s->tx);
    return 0;
}

/* A channel with a sender, as a stream. */
static edo_stream start(sender *s, uint32_t number, uint32_t each, edo_mpsc_items *items)
{
    edo_mpsc_receiver *rx;

    *s = (sender){.number = number, .each = each};
    assert_ok(edo_mpsc_new(&item_kind, 1 + number * 3, &s->tx, &rx));
    assert_ok(edo_spawn(send_many, s, &s->task));
    return edo_stream_of_mpsc(items, rx, &item_kind);
}

/* One way to wait; -ECANCELED: it was given up. */
static int64_t wait_in_some_way(rng *r, edo_future *next)
{
    edo_yield_future yield = edo_yield_async();
    int64_t rc;

    switch (rng_below(r, 64)) {
    case 0: /* seldom, as it may take a tick */
        rc = edo_timeout(next, EDO_MICROS(20));
        return rc == -ETIMEDOUT ? -ECANCELED : rc;
    case 1:
    case 2:
    case 3:
        return edo_await(next);
    default:
        assert_true(edo_select(next, &yield.base) >= 0);
        return next->result;
    }
}

static void take(const item *it, uint32_t *last, uint64_t *seen)
{
    assert_true(it->from < SENDERS);
    assert_int_equal(it->number, last[it->from] + 1);
    last[it->from] = it->number;
    ++*seen;
}

static void end(sender *senders, uint64_t seen, uint32_t each)
{
    assert_int_equal(seen, (uint64_t)SENDERS * each);
    for (int i = 0; i < SENDERS; i++)
        assert_ok(edo_join(senders[i].task, NULL));
}

static bool any(void *arg, const void *it)
{
    (void)arg;
    return ((const item *)it)->number > 0;
}

EDO_TEST_MT(merged_channels_lose_nothing)
{
    uint32_t each = (uint32_t)test_count(20000), last[SENDERS] = {0};
    sender senders[SENDERS];
    edo_mpsc_items items[SENDERS];
    edo_stage stages[2];
    edo_pair pairs[3];
    edo_stream s[SENDERS];
    uint64_t seen = 0;
    int64_t rc;
    item it;
    rng r;

    rng_seed(&r, 1);
    for (uint32_t i = 0; i < SENDERS; i++)
        s[i] = start(&senders[i], i, each, &items[i]);
    s[0] = edo_stream_merge(&pairs[0], edo_stream_filter(&stages[0], s[0], any, NULL), s[1]);
    s[2] = edo_stream_merge(&pairs[1], s[2], edo_stream_peekable(&stages[1], s[3]));
    s[0] = edo_stream_merge(&pairs[2], s[0], s[2]);
    do {
        edo_stream_next_future next = edo_stream_next_async(s[0], &it);
        rc = wait_in_some_way(&r, &next.base);
        if (rc == 1)
            take(&it, last, &seen);
        assert_true(rc >= 0 || rc == -ECANCELED);
    } while (rc != 0);
    end(senders, seen, each);
    edo_stream_release(s[0]);
}

EDO_TEST_MT(channels_by_keys_lose_nothing)
{
    uint32_t each = (uint32_t)test_count(20000), last[SENDERS] = {0};
    sender senders[SENDERS];
    edo_mpsc_items items[SENDERS];
    edo_keyed_streams *k;
    uint32_t keys[3];
    item its[3];
    uint64_t seen = 0;
    int64_t rc;
    rng r;

    rng_seed(&r, 2);
    assert_ok(edo_keyed_streams_new(sizeof *keys, &item_kind, 0, &k));
    for (uint32_t i = 0; i < SENDERS; i++)
        assert_ok(edo_keyed_streams_insert(k, &i, start(&senders[i], i, each, &items[i]), NULL));
    do {
        size_t limit = 1 + rng_below(&r, 3);
        edo_keyed_next_future next = edo_keyed_streams_next_many_async(k, keys, its, limit);
        rc = wait_in_some_way(&r, &next.base);
        for (int64_t i = 0; i < rc; i++) {
            assert_int_equal(keys[i], its[i].from);
            take(&its[i], last, &seen);
        }
        assert_true(rc >= 0 || rc == -ECANCELED);
    } while (rc != 0);
    end(senders, seen, each);
    edo_keyed_streams_free(k);
}

EDO_TEST_MT(channels_forwarded_to_another_lose_nothing)
{
    uint32_t each = (uint32_t)test_count(20000), last[SENDERS] = {0};
    sender s;
    edo_mpsc_items from, to;
    edo_mpsc_sink sink;
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    uint64_t seen = 0;
    int64_t rc;
    item it;

    assert_ok(edo_mpsc_new(&item_kind, 4, &tx, &rx));
    edo_stream source = start(&s, 0, each, &from), result = edo_stream_of_mpsc(&to, rx, &item_kind);
    edo_item_sink into = edo_sink_of_mpsc(&sink, tx, &item_kind, false);
    do {
        edo_forward_future all = edo_stream_forward_async(source, into);
        edo_yield_future yield = edo_yield_async();
        assert_true(edo_select(&all.base, &yield.base) >= 0);
        rc = all.base.result;
        while (edo_mpsc_len(rx) > 0 && edo_stream_next(result, &it) == 1)
            take(&it, last, &seen);
        assert_true(rc == 0 || rc == -ECANCELED);
    } while (rc != 0);
    while (edo_stream_next(result, &it) == 1)
        take(&it, last, &seen);
    assert_int_equal(seen, each);
    assert_ok(edo_join(s.task, NULL));
    edo_stream_release(source);
    edo_stream_release(result);
    edo_item_sink_release(into);
}
