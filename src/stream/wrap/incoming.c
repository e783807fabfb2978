/* wrap/incoming.c: what listeners accept as streams. */
#include "stream/wrapped.h"

static edo_poll tcp_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_tcp_incoming *w = self;

    if (!w->listener)
        return pull_finish(p, 0);
    if (!p->begun)
        w->accept = edo_tcp_accept_async(w->listener, p->item);
    return wrapped_poll(&w->wrapped, &w->accept.base, p, waker, true);
}

edo_tcp_listener *edo_tcp_incoming_take(edo_tcp_incoming *incoming)
{
    edo_tcp_listener *listener = incoming->listener;

    incoming->listener = NULL;
    incoming->wrapped.has_ended = true;
    return listener;
}

static void tcp_release(void *self)
{
    edo_tcp_listener *listener = edo_tcp_incoming_take(self);

    if (listener)
        edo_tcp_listener_close(listener);
}

static void close_tcp(void *item)
{
    edo_tcp_close(*(edo_tcp_stream **)item);
}

edo_stream edo_stream_of_tcp(edo_tcp_incoming *incoming, edo_tcp_listener *listener)
{
    static const edo_item conn = {
        .size = sizeof(void *), .align = _Alignof(void *), .destroy = close_tcp};
    static const edo_stream_ops ops = WRAPPED_OPS(tcp_next, tcp_release, NULL, "tcp_incoming");

    *incoming = (edo_tcp_incoming){.listener = listener};
    return (edo_stream){&ops, incoming, &conn};
}

static edo_poll unix_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_unix_incoming *w = self;

    if (!w->listener)
        return pull_finish(p, 0);
    if (!p->begun)
        w->accept = edo_unix_accept_async(w->listener, p->item);
    return wrapped_poll(&w->wrapped, &w->accept.base, p, waker, true);
}

edo_unix_listener *edo_unix_incoming_take(edo_unix_incoming *incoming)
{
    edo_unix_listener *listener = incoming->listener;

    incoming->listener = NULL;
    incoming->wrapped.has_ended = true;
    return listener;
}

static void unix_release(void *self)
{
    edo_unix_listener *listener = edo_unix_incoming_take(self);

    if (listener)
        edo_unix_listener_close(listener);
}

static void close_unix(void *item)
{
    edo_unix_close(*(edo_unix_stream **)item);
}

edo_stream edo_stream_of_unix(edo_unix_incoming *incoming, edo_unix_listener *listener)
{
    static const edo_item conn = {
        .size = sizeof(void *), .align = _Alignof(void *), .destroy = close_unix};
    static const edo_stream_ops ops = WRAPPED_OPS(unix_next, unix_release, NULL, "unix_incoming");

    *incoming = (edo_unix_incoming){.listener = listener};
    return (edo_stream){&ops, incoming, &conn};
}
