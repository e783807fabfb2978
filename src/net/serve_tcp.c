/* serve_tcp.c: serving the connections of a TCP listener. */
#include "future/future.h"
#include "net/serve.h"

#include <edo/await.h>

/* An accept that is looked at from outside, to tell of a shortage while it lasts. */
typedef struct watched_accept {
    edo_future base;
    edo_tcp_accept_future accept;
    server *server;
    bool told;
} watched_accept;

static edo_poll watched_poll(edo_future *base, const edo_waker *waker)
{
    watched_accept *fut = container_of(base, watched_accept, base);
    edo_poll is = edo_future_poll(&fut->accept.base, waker);

    if (is == EDO_READY)
        return edo_future_finish(base, fut->accept.base.result);
    if (fut->accept.back_off.waits && !fut->told) {
        fut->told = true;
        serve_is_short(fut->server, fut->accept.back_off.error);
    }
    return EDO_PENDING;
}

static void watched_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, watched_accept, base)->accept.base);
}

static const edo_future_ops watched_ops = {
    .poll = watched_poll, .cancel = watched_cancel, .name = "serve_accept"};

static int accept_tcp(void *listener, void **ret_conn, server *s)
{
    edo_tcp_stream *conn;
    watched_accept fut = {.base = EDO_FUTURE_INIT(&watched_ops),
                          .accept = edo_tcp_accept_async(listener, &conn),
                          .server = s};
    int rc = (int)edo_await(&fut.base);

    if (rc == 0)
        *ret_conn = conn;
    return rc;
}

static int run_tcp(serve_fn *fn, void *conn, void *arg)
{
    return ((int (*)(edo_tcp_stream *, void *))fn)(conn, arg);
}

static void close_tcp(void *conn)
{
    edo_tcp_close(conn);
}

static const serve_kind tcp = {.accept = accept_tcp, .run = run_tcp, .close = close_tcp};

int edo_serve(edo_tcp_listener *listener, int (*fn)(edo_tcp_stream *conn, void *arg), void *arg,
              const edo_serve_opts *opts)
{
    return serve(&tcp, listener, (serve_fn *)fn, arg, opts);
}
