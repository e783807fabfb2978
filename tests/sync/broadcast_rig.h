/* broadcast_rig.h: channels of ints from 1 up, in short. */
#ifndef TESTS_SYNC_BROADCAST_RIG_H
#define TESTS_SYNC_BROADCAST_RIG_H

#include "sync/rig.h"

/* A sender, and up to so many receivers. */
typedef struct channel {
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx, *rx2;
} channel;

static inline edo_broadcast_receiver *subscribed(channel *ch)
{
    edo_broadcast_receiver *rx;

    assert_ok(edo_broadcast_subscribe(ch->tx, &rx));
    return rx;
}

static inline channel make_channel(size_t capacity)
{
    channel ch = {0};

    assert_ok(edo_broadcast_new(PLAIN_INT, capacity, &ch.tx, &ch.rx));
    return ch;
}

static inline channel make_channel_of_two(size_t capacity)
{
    channel ch = make_channel(capacity);

    ch.rx2 = subscribed(&ch);
    return ch;
}

static inline void free_channel(channel *ch)
{
    edo_broadcast_sender_free(ch->tx);
    edo_broadcast_receiver_free(ch->rx);
    edo_broadcast_receiver_free(ch->rx2);
}

/* Sends the numbers from `first` to `last`, to so many receivers. */
static inline void send_all(edo_broadcast_sender *tx, int first, int last, int receivers)
{
    for (int item = first; item <= last; item++)
        assert_int_equal(edo_broadcast_send(tx, &item), receivers);
}

/* What try_recv gives: the number; or its result, if that is none. */
static inline int next(edo_broadcast_receiver *rx)
{
    int item = -1;
    int rc = edo_broadcast_try_recv(rx, &item, NULL);

    return rc == 1 ? item : rc;
}

/* How many it says that it has missed. */
static inline int missed(edo_broadcast_receiver *rx)
{
    int item;
    uint64_t n = 0;

    assert_err(edo_broadcast_try_recv(rx, &item, &n), -EDO_ELAGGED);
    return (int)n;
}

/* It gives just these, and then the last one, which is -EAGAIN or 0. */
static inline void check_gives(edo_broadcast_receiver *rx, int first, int last, int end)
{
    for (int item = first; item <= last; item++)
        assert_int_equal(next(rx), item);
    assert_int_equal(next(rx), end);
}

#endif
