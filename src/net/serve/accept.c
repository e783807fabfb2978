/* accept.c: an accept that is looked at from outside, so that a shortage is told while it lasts. */
#include <edo/await.h>

#include "future/future.h"
#include "net/serve/serve.h"

typedef struct watched_accept {
    edo_future base;
    edo_socket_accept_future *accept;
    server *server;
    bool told;
} watched_accept;

static edo_poll watched_poll(edo_future *base, const edo_waker *waker)
{
    watched_accept *fut = container_of(base, watched_accept, base);
    edo_poll is = edo_future_poll(&fut->accept->base, waker);

    if (is == EDO_READY)
        return edo_future_finish(base, fut->accept->base.result);
    if (fut->accept->back_off.waits && !fut->told) {
        fut->told = true;
        serve_is_short(fut->server, fut->accept->back_off.error);
    }
    return EDO_PENDING;
}

static void watched_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, watched_accept, base)->accept->base);
}

static const edo_future_ops watched_ops = {
    .poll = watched_poll, .cancel = watched_cancel, .name = "serve_accept"};

int serve_accept(server *s, edo_socket_accept_future *accept)
{
    watched_accept fut = {.base = EDO_FUTURE_INIT(&watched_ops), .accept = accept, .server = s};

    return (int)edo_await(&fut.base);
}
