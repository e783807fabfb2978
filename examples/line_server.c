/*
 * line_server.c: answers each line with the same line in capitals, to at most 100 clients at a time. Asked
 * to end (Ctrl-C, SIGTERM), it takes no more clients, answers the lines that have come, and says goodbye.
 */
#include <ctype.h>
#include <stdio.h>

#include <edo.h>

static int answer(edo_writer to, char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        line[i] = (char)toupper((unsigned char)line[i]);
    line[len++] = '\n'; /* where its zero is */
    return edo_write_all(to, line, len, NULL);
}

/* 1 with a line; 0 at the end, or when the server is to stop and no line has come. */
static int next_line(edo_pieces *lines, edo_cancel_token *stop, char **line, size_t *len)
{
    edo_pieces_next_future next = edo_pieces_next_async(lines, line, len);
    int64_t rc = edo_run_until_canceled(stop, &next.base);

    return rc == -ECANCELED ? 0 : (int)rc;
}

static int serve(edo_tcp_stream *conn, void *arg)
{
    edo_cancel_token *stop = arg;
    edo_buf_stream buffered;
    char *line;
    size_t len;
    int rc = edo_buf_stream_init(&buffered, edo_tcp_io(conn), NULL, NULL);

    if (rc < 0) {
        edo_tcp_close(conn);
        return rc;
    }
    edo_io io = edo_buf_stream_io(&buffered);
    edo_pieces lines = edo_lines(io.reader);
    while ((rc = next_line(&lines, stop, &line, &len)) == 1)
        if ((rc = answer(io.writer, line, len)) < 0 || (rc = edo_flush(io.writer)) < 0)
            break;
    if (rc == 0 && edo_cancel_token_is_canceled(stop) &&
        (rc = edo_write_all(io.writer, "bye\n", 4, NULL)) == 0)
        rc = edo_flush(io.writer);
    edo_pieces_fini(&lines);
    edo_buf_stream_fini(&buffered);
    edo_tcp_close(conn);
    return rc;
}

static int stop_when_asked(void *arg)
{
    int rc = edo_termination();

    if (rc > 0)
        edo_cancel_token_cancel(arg);
    return rc < 0 && rc != -ECANCELED ? rc : 0;
}

static void report(edo_serve_stage stage, int error, void *arg)
{
    (void)stage, (void)arg;
    fprintf(stderr, "%s\n", edo_err_name(error));
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts = {.open = 0};
    edo_task waiter;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_cancel_token_new(&stop)) == 0) {
        if ((rc = edo_spawn(stop_when_asked, stop, &waiter)) == 0) {
            rc = edo_serve(listener, serve, stop,
                           EDO_OPTS(serve, .limit = 100, .stop = stop, .drain = EDO_SECONDS(10),
                                    .counts = &counts, .on_error = report));
            edo_task_abort(waiter);
            edo_join(waiter, NULL);
            printf("%llu clients\n", (unsigned long long)counts.accepted);
        }
        edo_cancel_token_free(stop);
    }
    edo_tcp_listener_close(listener);
    return rc;
}

EDO_MAIN(app);
