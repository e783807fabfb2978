/*
 * print_each_packet.c: prints what each connection sends, as it comes. A connection has a buffer only while
 * there are bytes to print.
 */
#include <stdio.h>

#include <edo.h>

static void print_packet(const edo_lent *in)
{
    printf("%zu bytes:", in->len);
    for (size_t i = 0; i < in->len; i++)
        printf(" %02x", (unsigned char)in->data[i]);
    puts("");
    fflush(stdout);
}

static int serve(edo_tcp_stream *conn, void *pool)
{
    edo_lent in;
    ssize_t n;

    while ((n = edo_tcp_read_lent(conn, pool, &in)) > 0) {
        print_packet(&in);
        edo_lent_give_back(&in);
    }
    edo_tcp_close(conn);
    return (int)n;
}

static int stop_when_asked(void *arg)
{
    int rc = edo_termination();

    if (rc > 0)
        edo_cancel_token_cancel(arg);
    return rc < 0 ? rc : 0;
}

static int serve_until_asked(edo_tcp_listener *listener, edo_buffer_pool *pool)
{
    edo_cancel_token *stop;
    edo_task waiter;
    int rc = edo_cancel_token_new(&stop);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(stop_when_asked, stop, &waiter)) == 0) {
        rc =
            edo_serve(listener, serve, pool, EDO_OPTS(serve, .stop = stop, .drain = EDO_MILLIS(1)));
        edo_task_abort(waiter);
        edo_join(waiter, NULL);
    }
    edo_cancel_token_free(stop);
    return rc == -ETIMEDOUT ? 0 : rc; /* connections that are idle end with the server */
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_buffer_pool *pool;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 4096), &pool)) == 0) {
        rc = serve_until_asked(listener, pool);
        edo_buffer_pool_free(pool);
    }
    edo_tcp_listener_close(listener);
    return rc;
}

EDO_MAIN(app);
