/*
 * channel.c: see channel.h.
 *
 * A wait is linked only under the lock, and a waker is woken only under it while the wait is linked.
 * A receive takes what it gets when it is polled, so one that loses a select has taken nothing. The
 * receiver that makes room puts the first waiting sender's number there itself: it can't be overtaken.
 */
#include "micro/channel.h"

#include <errno.h>

void channel_init(channel *c, uint64_t *slots, uint32_t capacity, uint32_t senders)
{
    *c = (channel){.capacity = capacity, .slots = slots, .senders = senders};
    c->last = &c->senders_waiting;
}

/* With the lock held, as all that follow. */
static void put(channel *c, uint64_t value)
{
    uint32_t at = c->first + c->count++;

    c->slots[at < c->capacity ? at : at - c->capacity] = value;
}

static void wake_receiver(channel *c)
{
    channel_recv_future *wait = c->receiver;

    c->receiver = NULL;
    if (wait)
        edo_waker_wake_by_ref(&wait->waker);
}

static bool try_put(channel *c, uint64_t value)
{
    if (c->count == c->capacity)
        return false;
    put(c, value);
    wake_receiver(c);
    return true;
}

static void admit_sender(channel *c)
{
    channel_send_future *send = c->senders_waiting;

    if (!send)
        return;
    if (!(c->senders_waiting = send->next))
        c->last = &c->senders_waiting;
    put(c, send->value);
    send->linked = false;
    send->sent = true;
    edo_waker_wake_by_ref(&send->waker);
}

/* True: *result is 1 with a number, or 0 at the end. */
static bool try_take(channel *c, uint64_t *ret, int *result)
{
    *result = c->count > 0;
    if (c->count == 0)
        return c->senders == 0;
    *ret = c->slots[c->first];
    c->first = c->first + 1 == c->capacity ? 0 : c->first + 1;
    c->count--;
    admit_sender(c);
    return true;
}

static void unlink_sender(channel *c, channel_send_future *send)
{
    channel_send_future **link = &c->senders_waiting;

    while (*link != send)
        link = &(*link)->next;
    *link = send->next;
    if (!send->next)
        c->last = link;
    send->linked = false;
}

static void link_sender(channel *c, channel_send_future *send)
{
    send->next = NULL;
    *c->last = send;
    c->last = &send->next;
    send->linked = true;
}

static edo_poll send_poll(edo_future *base, const edo_waker *waker)
{
    channel_send_future *send = (channel_send_future *)base; /* base is its first member */
    channel *c = send->channel;

    spin_take(&c->lock);
    if (!send->sent && !send->linked && !send->canceled)
        send->sent = try_put(c, send->value);
    bool done = send->sent || send->canceled;
    if (done && send->linked)
        unlink_sender(c, send);
    if (!done) {
        send->waker = *waker;
        if (!send->linked)
            link_sender(c, send);
    }
    spin_drop(&c->lock);
    return done ? edo_future_finish(base, send->sent ? 0 : -ECANCELED) : EDO_PENDING;
}

static void send_cancel(edo_future *base)
{
    ((channel_send_future *)base)->canceled = true;
}

static const edo_future_ops send_ops = {
    .poll = send_poll, .cancel = send_cancel, .name = "channel_send"};

channel_send_future channel_send_async(channel *c, uint64_t value)
{
    return (channel_send_future){.base = EDO_FUTURE_INIT(&send_ops), .channel = c, .value = value};
}

int channel_send(channel *c, uint64_t value)
{
    int rc = edo_consume_budget();

    if (rc < 0)
        return rc;
    spin_take(&c->lock);
    bool sent = try_put(c, value);
    spin_drop(&c->lock);
    if (sent)
        return 0;
    channel_send_future send = channel_send_async(c, value);
    return (int)edo_await(&send.base);
}

void channel_leave(channel *c)
{
    spin_take(&c->lock);
    if (--c->senders == 0)
        wake_receiver(c);
    spin_drop(&c->lock);
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    channel_recv_future *wait = (channel_recv_future *)base;
    channel *c = wait->channel;
    int result = -ECANCELED;

    spin_take(&c->lock);
    bool done = wait->canceled || try_take(c, wait->ret, &result);
    wait->waker = *waker;
    if (!done)
        c->receiver = wait;
    else if (c->receiver == wait)
        c->receiver = NULL;
    spin_drop(&c->lock);
    return done ? edo_future_finish(base, result) : EDO_PENDING;
}

static void recv_cancel(edo_future *base)
{
    ((channel_recv_future *)base)->canceled = true;
}

static const edo_future_ops recv_ops = {
    .poll = recv_poll, .cancel = recv_cancel, .name = "channel_recv"};

channel_recv_future channel_recv_async(channel *c, uint64_t *ret)
{
    return (channel_recv_future){.base = EDO_FUTURE_INIT(&recv_ops), .channel = c, .ret = ret};
}

int channel_recv(channel *c, uint64_t *ret)
{
    int result, rc = edo_consume_budget();

    if (rc < 0)
        return rc;
    spin_take(&c->lock);
    bool done = try_take(c, ret, &result);
    spin_drop(&c->lock);
    if (done)
        return result;
    channel_recv_future wait = channel_recv_async(c, ret);
    return (int)edo_await(&wait.base);
}
