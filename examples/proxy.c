/* proxy.c: passes connections on to another address, in both directions: proxy TARGET [LISTEN]. */
#include <stdio.h>

#include <edo.h>

static int pass_on(edo_tcp_stream *conn, void *target)
{
    edo_tcp_stream *other;
    int rc = edo_tcp_connect(target, &other);

    if (rc == 0) {
        rc = edo_copy_bidirectional(edo_tcp_io(conn), edo_tcp_io(other), NULL);
        edo_tcp_close(other);
    }
    edo_tcp_close(conn);
    return rc;
}

static void report(edo_serve_stage stage, int error, void *target)
{
    if (stage == EDO_SERVE_CONNECTION && error == -ECONNRESET)
        return; /* a client or its server that goes away is none of ours */
    fprintf(stderr, "to %s: %s\n", (const char *)target, edo_strerror(error));
}

static int stop_when_asked(void *arg)
{
    int rc = edo_termination();

    if (rc > 0)
        edo_cancel_token_cancel(arg);
    return rc < 0 ? rc : 0;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_task waiter;
    int rc;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: proxy TARGET [LISTEN]\n");
        return -EINVAL;
    }
    if ((rc = edo_tcp_listen(argc > 2 ? argv[2] : "127.0.0.1:8080", &listener)) < 0)
        return rc;
    if ((rc = edo_cancel_token_new(&stop)) == 0) {
        if ((rc = edo_spawn(stop_when_asked, stop, &waiter)) == 0) {
            rc = edo_serve(listener, pass_on, argv[1],
                           EDO_OPTS(serve, .stop = stop, .drain = EDO_SECONDS(1),
                                    .on_error = report, .hook_arg = argv[1]));
            edo_task_abort(waiter);
            edo_join(waiter, NULL);
        }
        edo_cancel_token_free(stop);
    }
    edo_tcp_listener_close(listener);
    return rc == -ETIMEDOUT ? 0 : rc; /* those that go on for longer are cut off */
}

EDO_MAIN(app);
