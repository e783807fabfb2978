/* mpsc_rig.h: channels of numbers, bounded and not, and the few things that are done with them. */
#ifndef TESTS_SYNC_MPSC_RIG_H
#define TESTS_SYNC_MPSC_RIG_H

#include "sync/rig.h"

typedef struct channel {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} channel;

#define UNBOUNDED 0
/* For loops over both kinds. */
static const size_t both_kinds[] = {UNBOUNDED, 16};
#define FOR_BOTH_KINDS(capacity)                                                                   \
    for (size_t kind_ = 0, capacity; kind_ < 2 && (capacity = both_kinds[kind_], true); kind_++)

static inline channel channel_of(const edo_item *item, size_t capacity)
{
    channel c = {NULL, NULL};

    if (capacity == UNBOUNDED)
        assert_ok(edo_mpsc_new_unbounded(item, &c.tx, &c.rx));
    else
        assert_ok(edo_mpsc_new(item, capacity, &c.tx, &c.rx));
    return c;
}

static inline channel channel_new(size_t capacity)
{
    return channel_of(PLAIN_INT, capacity);
}

static inline void channel_free(channel *c)
{
    edo_mpsc_sender_free(c->tx);
    edo_mpsc_receiver_free(c->rx);
    *c = (channel){NULL, NULL};
}

static inline int try_send(edo_mpsc_sender *tx, int number)
{
    return edo_mpsc_try_send(tx, &number);
}

static inline int permit_send(edo_mpsc_permit *permit, int number)
{
    return edo_mpsc_permit_send(permit, &number);
}

/* The next message is this one. */
static inline void check_receives(edo_mpsc_receiver *rx, int number)
{
    int got = -1;

    assert_int_equal(edo_mpsc_try_recv(rx, &got), 1);
    assert_int_equal(got, number);
}

/* There is none: -EAGAIN; or 0, it is over. Nothing is written. */
static inline void check_receives_nothing(edo_mpsc_receiver *rx, int why)
{
    int got = -1;

    assert_int_equal(edo_mpsc_try_recv(rx, &got), why);
    assert_int_equal(got, -1);
}

#endif
