/*
 * delay_queue_stress_test.c: threads and tasks insert, reset and remove, while one task takes what is
 * due. Every entry is given once, or removed once, or destroyed once, and never early.
 */
#include "support/edo_test.h"

#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

enum { CHANGERS = 6, MAX_ENTRIES = 100000 };

typedef struct entry {
    uint32_t number;
    uint64_t not_before; /* ns */
} entry;

static uint32_t given[MAX_ENTRIES], gone[MAX_ENTRIES]; /* atomic */
static uint32_t next_number, changers_left;            /* atomic */
static edo_delay_queue *queue;

static void count_gone(void *item)
{
    entry e;

    memcpy(&e, item, sizeof e);
    a_fetch_add(&gone[e.number], 1, relaxed);
}

/* Puts one in that is due within two milliseconds; it may be moved away again, and then comes later. */
static void change_once(rng *r)
{
    entry e = {.number = a_fetch_add(&next_number, 1, relaxed)};
    edo_delay_key key;
    edo_duration delay = EDO_MICROS(rng_below(r, 2000));

    e.not_before = edo_now().ns + delay.ns;
    assert_ok(edo_delay_queue_insert(queue, &e, delay, &key));
    switch (rng_below(r, 4)) {
    case 0: {
        int rc = edo_delay_queue_reset(queue, key, EDO_MICROS(3000 + rng_below(r, 3000)));
        assert_true(rc == 0 || rc == -ENOENT);
        break;
    }
    case 1: {
        entry back;
        int rc = edo_delay_queue_remove(queue, key, &back);
        assert_true(rc == 0 || rc == -ENOENT);
        if (rc == 0) {
            assert_int_equal(back.number, e.number);
            a_fetch_add(&gone[e.number], 1, relaxed);
        }
        break;
    }
    default:
        break;
    }
}

static void change(uint64_t seed, bool yields)
{
    rng r;

    rng_seed(&r, seed);
    for (unsigned i = 0; i < test_count(1000); i++) {
        change_once(&r);
        if (yields && rng_below(&r, 8) == 0)
            assert_ok(rng_below(&r, 2) ? edo_yield() : edo_sleep(EDO_MICROS(10)));
        if (rng_below(&r, 64) == 0)
            edo_delay_queue_compact(queue);
    }
    a_fetch_sub(&changers_left, 1, release);
}

static int change_in_a_task(void *arg)
{
    change((uintptr_t)arg, true);
    return 0;
}

static void *change_in_a_thread(void *arg)
{
    change((uintptr_t)arg, false);
    return NULL;
}

/* Takes what is due, now and then as the loser of a timeout or a select. */
static void take_all(void)
{
    entry e = {0};
    unsigned round = 0;

    while (a_load(&changers_left, acquire) > 0 || edo_delay_queue_len(queue) > 0) {
        edo_delay_queue_next_future next = edo_delay_queue_next_async(queue, &e, NULL);
        int64_t rc;
        if (round++ % 3 == 0) {
            rc = edo_timeout(&next.base, EDO_MICROS(700));
        } else if (round % 3 == 1) {
            edo_yield_future pause = edo_yield_async();
            (void)edo_select(&next.base, &pause.base);
            rc = next.base.result;
        } else {
            rc = edo_await(&next.base);
        }
        if (rc == 1) {
            assert_true(edo_now().ns >= e.not_before);
            assert_int_equal(a_fetch_add(&given[e.number], 1, relaxed), 0);
        } else if (rc == 0) {
            assert_ok(edo_yield());
        } else {
            assert_true(rc == -ETIMEDOUT || rc == -ECANCELED);
        }
    }
}

EDO_TEST_MT(every_entry_ends_once)
{
    edo_task tasks[CHANGERS / 2];
    pthread_t threads[CHANGERS / 2];

    assert_ok(edo_delay_queue_new(EDO_ITEM(entry, .destroy = count_gone), &queue));
    changers_left = CHANGERS;
    for (uintptr_t i = 0; i < CHANGERS / 2; i++) {
        assert_ok(edo_spawn(change_in_a_task, (void *)(i + 1), &tasks[i]));
        threads[i] = start_thread(change_in_a_thread, (void *)(i + 100));
    }
    take_all();
    for (int i = 0; i < CHANGERS / 2; i++) {
        assert_ok(edo_join(tasks[i], NULL));
        join_thread(threads[i]);
    }
    for (uint32_t i = 0; i < 50; i++) { /* these are left in it */
        entry e = {.number = next_number++};
        assert_ok(edo_delay_queue_insert(queue, &e, EDO_SECONDS(100), NULL));
    }
    assert_ok(edo_delay_queue_free(queue));
    assert_true(next_number > CHANGERS * test_count(1000));
    for (uint32_t i = 0; i < next_number; i++)
        assert_int_equal(given[i] + gone[i], 1);
}
