/* delay_queue_rig.h: a queue of ints, of times in milliseconds from the beginning of the test. */
#ifndef TESTS_DELAY_QUEUE_RIG_H
#define TESTS_DELAY_QUEUE_RIG_H

#include "sync/rig.h"

#include <edo/delay_queue.h>

typedef struct delays {
    edo_delay_queue *queue;
    edo_instant begin;
    edo_delay_queue_next_future next;
    int item;
    edo_delay_expired expired;
    bool pending;
} delays;

static inline void delays_open(delays *d, const edo_item *item)
{
    *d = (delays){.begin = edo_now()};
    assert_ok(edo_delay_queue_new(item, &d->queue));
}

static inline void delays_close(delays *d)
{
    if (d->pending) {
        edo_future_cancel(&d->next.base);
        assert_ready_eq(&d->next.base, -ECANCELED);
    }
    assert_ok(edo_delay_queue_free(d->queue));
}

static inline edo_instant at_ms(const delays *d, int64_t ms)
{
    return (edo_instant){d->begin.ns + (uint64_t)(ms * 1000000)};
}

static inline edo_delay_key insert_at_ms(delays *d, int item, int64_t ms)
{
    edo_delay_key key = {0};

    assert_ok(edo_delay_queue_insert_at(d->queue, &item, at_ms(d, ms), &key));
    return key;
}

static inline void go_to_ms(delays *d, int64_t ms)
{
    assert_ok(edo_advance(edo_instant_since(at_ms(d, ms), edo_now())));
}

/* Polls the wait that is pending, or a new one. */
static inline edo_poll poll_next(delays *d)
{
    if (!d->pending)
        d->next = edo_delay_queue_next_async(d->queue, &d->item, &d->expired);
    edo_poll is = edo_test_poll(&d->next.base);
    d->pending = is == EDO_PENDING;
    return is;
}

static inline void check_pends(delays *d)
{
    assert_int_equal(poll_next(d), EDO_PENDING);
}

static inline void check_gives(delays *d, int item, int64_t due_ms)
{
    assert_int_equal(poll_next(d), EDO_READY);
    assert_int_equal(d->next.base.result, 1);
    assert_int_equal(d->item, item);
    assert_int_equal(d->expired.deadline.ns, at_ms(d, due_ms).ns);
}

static inline void check_end(delays *d)
{
    assert_int_equal(poll_next(d), EDO_READY);
    assert_int_equal(d->next.base.result, 0);
    assert_true(edo_delay_queue_is_empty(d->queue));
}

#endif
