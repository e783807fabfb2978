/* unix.c: serving the connections of a Unix socket. */
#include "net/serve/serve.h"
#include "net/unix/unix.h"

static edo_socket_accept_future accept_unix(void *listener, void **ret_conn)
{
    return edo_unix_accept_async(listener, (edo_unix_stream **)ret_conn);
}

static int run_unix(serve_fn *fn, void *conn, void *arg)
{
    return ((int (*)(edo_unix_stream *, void *))fn)(conn, arg);
}

static void close_unix(void *conn)
{
    edo_unix_close(conn);
}

static const serve_kind kind = {.accept = accept_unix, .run = run_unix, .close = close_unix};

int edo_unix_serve(edo_unix_listener *listener, int (*fn)(edo_unix_stream *conn, void *arg),
                   void *arg, const edo_serve_opts *opts)
{
    return serve(&kind, listener, (serve_fn *)fn, arg, opts);
}
