/* rig.h: waits polled by hand, each with a waker of its own that counts; and references that count. */
#ifndef TESTS_SYNC_RIG_H
#define TESTS_SYNC_RIG_H

#include <string.h>

#include "base/atomic.h"
#include "support/edo_test.h"
#include "support/probe.h"

/* Polls it once: PENDING. Its wake-ups are counted from now on. */
static inline edo_test_task *hand_wait(edo_future *fut)
{
    edo_test_task *hand;

    assert_ok(edo_test_task_new(fut, &hand));
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    return hand;
}

/* It has not been woken, and is still PENDING. */
static inline void hand_waits_on(edo_test_task *hand)
{
    assert_int_equal(edo_test_task_wake_count(hand), 0);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
}

/* It has been woken once, and is READY with that result. */
static inline void hand_end(edo_test_task *hand, edo_future *fut, int64_t result)
{
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    assert_int_equal(fut->result, result);
    edo_test_task_release(hand);
}

/* Cancelled, it is READY at once with that result. */
static inline void hand_cancel(edo_test_task *hand, edo_future *fut, int64_t result)
{
    edo_test_task_cancel(hand);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    assert_int_equal(fut->result, result);
    edo_test_task_release(hand);
}

/*
 * A select in which `fut` loses though it has succeeded: it is polled, then `happens(arg)` gives it
 * what it waits for, then the other arm is READY as well and wins. What it got was put back.
 */
static inline void lose_after(edo_future *fut, void (*happens)(void *arg), void *arg)
{
    probe winner = probe_pending();
    edo_future *arms[] = {&winner.base, fut};
    edo_select_future sel = edo_select_biased_async(arms, 2);

    assert_pending(&sel.base);
    happens(arg);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_true(edo_future_is_ready(fut));
}

/* A reference that counts how often it was given back. */
static inline void count_unref(void *count)
{
    a_fetch_add((unsigned *)count, 1, seq_cst);
}

static inline edo_owner counted_owner(unsigned *count)
{
    return (edo_owner){.unref = count_unref, .arg = count};
}

/* A waker that counts its calls and its end. */
struct counting {
    unsigned calls, ends;
    edo_waker waker;
};

static inline void count_call(void *arg)
{
    ((struct counting *)arg)->calls++;
}

static inline void end_count(void *arg)
{
    ((struct counting *)arg)->ends++;
}

static inline struct counting *counting(struct counting *c)
{
    *c = (struct counting){0};
    assert_ok(edo_waker_new(count_call, end_count, c, &c->waker));
    return c;
}

/* Items of the tests that are to be destroyed: numbers, and how often each was. One test a process. */
#define ITEMS_MAX 4096
static unsigned items_destroyed[ITEMS_MAX];

static inline void item_count_destroyed(void *item)
{
    int number;

    memcpy(&number, item, sizeof number);
    assert_true(number >= 0 && number < ITEMS_MAX);
    a_fetch_add(&items_destroyed[number], 1, seq_cst);
}

/* How many of the numbers below `n` were destroyed; none of them twice. */
static inline unsigned items_gone(unsigned n)
{
    unsigned gone = 0;

    for (unsigned i = 0; i < n; i++) {
        assert_true(items_destroyed[i] <= 1);
        gone += items_destroyed[i];
    }
    return gone;
}

#define COUNTED_INT EDO_ITEM(int, .destroy = item_count_destroyed)
#define PLAIN_INT EDO_ITEM(int)

#endif
