/*
 * channel.h: a bounded channel of numbers with any number of senders and one receiver.
 *
 * It has what the peers' channels have: room for `capacity`, senders that wait in order for room, an
 * end that the receiver sees after the last sender has left and all is drained, and the budget that
 * keeps a task from running for ever. It lies where its user puts it (spin.h says why it may go as
 * soon as the last value is there). One wait of the receiver at a time.
 */
#ifndef BENCH_CHANNEL_H
#define BENCH_CHANNEL_H

#include <edo.h>

#include "micro/spin.h"

typedef struct channel_send_future channel_send_future;
typedef struct channel_recv_future channel_recv_future;

typedef struct channel {
    spin lock;
    uint32_t capacity, first, count;
    uint32_t senders;
    channel_recv_future *receiver;                /* the wait under way */
    channel_send_future *senders_waiting, **last; /* first come, first served */
    uint64_t *slots;
} channel;

struct channel_recv_future {
    edo_future base;
    channel *channel;
    uint64_t *ret;
    edo_waker waker;
    bool canceled;
};

struct channel_send_future {
    edo_future base;
    channel *channel;
    uint64_t value;
    channel_send_future *next;
    edo_waker waker;
    bool linked, sent, canceled;
};

/* Room for `capacity` numbers lies at `slots`. */
void channel_init(channel *c, uint64_t *slots, uint32_t capacity, uint32_t senders);
/* 0, or why the wait was cut short. */
int channel_send(channel *c, uint64_t value);
channel_send_future channel_send_async(channel *c, uint64_t value);
/* One of the senders leaves. */
void channel_leave(channel *c);
/* 1 with a number, 0 at the end, or why the wait was cut short. */
int channel_recv(channel *c, uint64_t *ret);
channel_recv_future channel_recv_async(channel *c, uint64_t *ret);

#endif
