/*
 * uv.c: the echo server on libuv.
 *
 *     uv-echo [port=0] [threads=1]
 *
 * As a careful program of libuv's it reads into a buffer that the loop shares, tries to write at
 * once, and copies only what is left over, not reading on until that has gone.
 */
#include <uv.h>

#include "server.h"

struct rest {
    uv_write_t req;
    uv_stream_t *conn;
    char data[];
};

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    *buf = uv_buf_init(h->loop->data, 65536);
}

static void on_closed(uv_handle_t *h)
{
    free(h);
}

static void end(uv_stream_t *conn)
{
    if (!uv_is_closing((uv_handle_t *)conn))
        uv_close((uv_handle_t *)conn, on_closed);
}

static void on_read(uv_stream_t *conn, ssize_t n, const uv_buf_t *buf);

static void on_rest(uv_write_t *req, int status)
{
    struct rest *r = (struct rest *)req;

    /* Its handle is freed by the close callback, which comes after the callbacks of its writes. */
    if (status < 0)
        end(r->conn);
    else if (!uv_is_closing((uv_handle_t *)r->conn))
        uv_read_start(r->conn, on_alloc, on_read);
    free(r);
}

static void keep(uv_stream_t *conn, const char *data, size_t n)
{
    struct rest *r = malloc(sizeof *r + n);

    if (!r)
        fatal("malloc");
    memcpy(r->data, data, n);
    r->conn = conn;
    uv_buf_t buf = uv_buf_init(r->data, (unsigned)n);
    uv_read_stop(conn);
    if (uv_write(&r->req, conn, &buf, 1, on_rest) != 0) {
        free(r);
        end(conn);
    }
}

static void on_read(uv_stream_t *conn, ssize_t n, const uv_buf_t *buf)
{
    if (n < 0)
        end(conn);
    if (n <= 0)
        return;
    uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
    int sent = uv_try_write(conn, &out, 1);
    if (sent < 0 && sent != UV_EAGAIN)
        end(conn);
    else if (sent != n)
        keep(conn, buf->base + (sent < 0 ? 0 : sent), (size_t)(n - (sent < 0 ? 0 : sent)));
}

static void on_connection(uv_stream_t *listener, int status)
{
    uv_tcp_t *conn = status < 0 ? NULL : calloc(1, sizeof *conn);

    if (!conn)
        return;
    if (uv_tcp_init(listener->loop, conn) != 0)
        fatal("uv_tcp_init");
    if (uv_accept(listener, (uv_stream_t *)conn) != 0) {
        end((uv_stream_t *)conn);
        return;
    }
    uv_tcp_nodelay(conn, 1);
    uv_read_start((uv_stream_t *)conn, on_alloc, on_read);
}

static void *run(void *listener)
{
    uv_loop_t loop;
    uv_tcp_t tcp;

    uv_loop_init(&loop);
    loop.data = malloc(65536);
    uv_tcp_init(&loop, &tcp);
    uv_tcp_open(&tcp, *(int *)listener);
    if (!loop.data || uv_listen((uv_stream_t *)&tcp, 4096, on_connection) != 0)
        fatal("uv_listen");
    uv_run(&loop, UV_RUN_DEFAULT);
    return NULL;
}

int main(int argc, char **argv)
{
    raise_files();
    run_threads(arg_int(argc, argv, "threads", 1), (int)arg_int(argc, argv, "port", 0), run);
}
