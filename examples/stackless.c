/* stackless.c: an echo server whose connections are tasks without a stack, until Ctrl-C. */
#include <edo.h>

/* All that a connection needs while it waits: 512 bytes with the task's own. */
typedef struct echo {
    edo_stackless base;
    edo_tcp_stream *conn;
    EDO_WAITS(edo_tcp_read_future, edo_tcp_write_all_future);
    char buf[128];
} echo;

EDO_STACKLESS(echo, me)
{
    EDO_BEGIN();
    ssize_t n;

    for (;;) {
        EDO_AWAIT(n, edo_tcp_read_async(me->conn, me->buf, sizeof me->buf));
        if (n <= 0)
            break;
        EDO_AWAIT(n, edo_tcp_write_all_async(me->conn, me->buf, (size_t)n));
        if (n < 0)
            break;
    }
    edo_tcp_close(me->conn); /* reached in a cancelled task as well */
    EDO_END(n);
}

/* One that accepts, without a stack, too. */
typedef struct acceptor {
    edo_stackless base;
    edo_tcp_listener *listener;
    edo_tcp_stream *conn;
    EDO_WAITS(edo_tcp_accept_future);
} acceptor;

EDO_STACKLESS(acceptor, me)
{
    EDO_BEGIN();
    int rc;

    for (;;) {
        EDO_AWAIT(rc, edo_tcp_accept_async(me->listener, &me->conn));
        if (rc < 0)
            break;
        if (edo_spawn_stackless(&EDO_FRAME(echo, .conn = me->conn), NULL) < 0)
            edo_tcp_close(me->conn); /* no memory for it now */
    }
    EDO_END(rc);
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_task accepting;
    int end = 0, rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    rc = edo_spawn_stackless(&EDO_FRAME(acceptor, .listener = listener), &accepting);
    if (rc == 0) {
        rc = edo_termination(); /* Ctrl-C, or the signal that asks a server to end */
        edo_task_abort(accepting);
        edo_join(accepting, &end);
    }
    edo_tcp_listener_close(listener);
    if (end < 0 && end != -ECANCELED)
        return end;
    return rc < 0 ? rc : 0;
}

EDO_MAIN(app);
