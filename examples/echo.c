/* echo.c: an echo server: a task for each connection, until Ctrl-C. */
#include <edo.h>

static int serve(void *arg)
{
    edo_tcp_stream *conn = arg;
    char buf[1024];
    ssize_t n;

    while ((n = edo_tcp_read(conn, buf, sizeof buf)) > 0)
        if ((n = edo_tcp_write_all(conn, buf, (size_t)n)) < 0)
            break;
    edo_tcp_close(conn);
    return n < 0 ? (int)n : 0;
}

static int accept_all(void *arg)
{
    edo_tcp_listener *listener = arg;
    edo_tcp_stream *conn;
    int rc;

    while ((rc = edo_tcp_accept(listener, &conn)) == 0)
        if (edo_spawn(serve, conn, NULL) < 0) /* NULL: nobody joins it */
            edo_tcp_close(conn);              /* no memory for it now */
    return rc;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_task acceptor;
    int end = 0, rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(accept_all, listener, &acceptor)) == 0) {
        rc = edo_termination(); /* Ctrl-C, or the signal that asks a server to end */
        edo_task_abort(acceptor);
        edo_join(acceptor, &end);
    }
    edo_tcp_listener_close(listener);
    if (end < 0 && end != -ECANCELED)
        return end;
    return rc < 0 ? rc : 0;
}

EDO_MAIN(app);
