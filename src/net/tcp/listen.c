/* listen.c: listening on text: an address, or a name whose addresses are tried in turn. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/await.h>

#include "future/future.h"
#include "net/tcp/tcp.h"
#include "net/tcp/name.h"

_Static_assert(sizeof(edo_tcp_listen_future) <= 256, "net-048");
_Static_assert(sizeof(((edo_tcp_listen_future *)0)->port_text) == PORT_TEXT_SIZE,
               "room for a port");

/* 0: it is numeric, and *ret_addr is it; 1: it is a name, which is being looked up; else an error. */
static int read_text(edo_tcp_listen_future *fut, edo_addr *ret_addr)
{
    const char *host = fut->text;
    unsigned port = fut->port;

    int rc = fut->is_host ? edo_addr_parse_ip(host, port, ret_addr)
                          : edo_addr_parse(fut->text, ret_addr);
    if (rc == 0)
        return 0;
    size_t len = host ? strlen(host) : 0;
    if (!host || port > UINT16_MAX ||
        (!fut->is_host && tcp_name_split(fut->text, &host, &len, &port) < 0))
        return -EINVAL;
    fut->lookup = tcp_name_lookup(host, len, (uint16_t)port, fut->port_text, &fut->found);
    fut->is_looking = true;
    return 1;
}

/* On the first that can be. */
static int listen_on_found(edo_tcp_listen_future *fut)
{
    int rc = -EADDRNOTAVAIL;

    for (size_t i = 0; i < fut->found.count && rc < 0; i++)
        rc = edo_tcp_listen_with(&fut->found.addr[i], &fut->opts, fut->ret_listener);
    free(fut->found.addr);
    return rc;
}

static edo_poll listen_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_listen_future *fut = container_of(base, edo_tcp_listen_future, base);
    edo_addr addr;

    if (!fut->is_looking) {
        int rc = read_text(fut, &addr);
        if (rc == 0)
            rc = edo_tcp_listen_with(&addr, &fut->opts, fut->ret_listener);
        if (rc <= 0)
            return edo_future_finish(base, rc);
    }
    if (edo_future_poll(&fut->lookup.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    fut->is_looking = false;
    int rc = (int)fut->lookup.base.result;
    return edo_future_finish(base, rc < 0 ? rc : listen_on_found(fut));
}

static void listen_cancel(edo_future *base)
{
    edo_tcp_listen_future *fut = container_of(base, edo_tcp_listen_future, base);

    if (fut->is_looking)
        future_cancel(&fut->lookup.base);
}

static void listen_put_back(edo_future *base)
{
    edo_tcp_listen_future *fut = container_of(base, edo_tcp_listen_future, base);

    edo_tcp_listener_close(*fut->ret_listener);
    *fut->ret_listener = NULL;
    base->result = -ECANCELED;
}

static const edo_future_ops listen_ops = {.poll = listen_poll,
                                          .cancel = listen_cancel,
                                          .put_back = listen_put_back,
                                          .name = "tcp_listen",
                                          .flags = EDO_FUTURE_RESTARTS};

edo_tcp_listen_future edo_tcp_listen_async(const char *address, edo_tcp_listener **ret_listener)
{
    return (edo_tcp_listen_future){
        .base = EDO_FUTURE_INIT(&listen_ops), .text = address, .ret_listener = ret_listener};
}

edo_tcp_listen_future edo_tcp_listen_host_async(const char *host, unsigned port,
                                                const edo_tcp_listen_opts *opts,
                                                edo_tcp_listener **ret_listener)
{
    edo_tcp_listen_future fut = edo_tcp_listen_async(host, ret_listener);

    fut.is_host = true;
    fut.port = port;
    if (opts)
        fut.opts = *opts;
    return fut;
}

/* What is numeric does not wait, so it isn't refused in a cancelled task. */

int edo_tcp_listen(const char *address, edo_tcp_listener **ret_listener)
{
    edo_addr addr;

    if (edo_addr_parse(address, &addr) == 0)
        return edo_tcp_listen_with(&addr, NULL, ret_listener);
    edo_tcp_listen_future fut = edo_tcp_listen_async(address, ret_listener);
    return (int)edo_await(&fut.base);
}

int edo_tcp_listen_host(const char *host, unsigned port, const edo_tcp_listen_opts *opts,
                        edo_tcp_listener **ret_listener)
{
    edo_addr addr;

    if (edo_addr_parse_ip(host, port, &addr) == 0)
        return edo_tcp_listen_with(&addr, opts, ret_listener);
    edo_tcp_listen_future fut = edo_tcp_listen_host_async(host, port, opts, ret_listener);
    return (int)edo_await(&fut.base);
}
