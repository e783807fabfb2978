/*
 * server.c: edo's server for the network benchmarks.
 *
 *     edo-echo [port=0] [threads=1] [buf=1024] [handler=stack|poll|stackless|burn|hello|proxy|udp]
 *
 * handler=stack is the handler of README.md, a task with a stack for each connection; with a buf
 * over 1024 it lends 32 KiB from a pool while it has bytes, else it has 1024 of its own.
 * handler=poll is the same as a poll function, with 64 bytes: what the runtime itself takes for a connection; handler=stackless is that one written
 * as a body that waits. handler=burn works for a millisecond at each request that begins with 'B';
 * handler=hello answers HTTP; handler=proxy passes on to target=PORT; handler=udp echoes datagrams. Prints
 * "port=N", and runs until SIGTERM.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <edo.h>

#include "net/hello.h"
#include "net/udp_echo.h"

typedef int spawn_fn(edo_tcp_stream *conn);

static spawn_fn spawn_plain;
static struct {
    unsigned port, threads, buf, target;
    spawn_fn *spawn;
} options = {.threads = 1, .buf = 1024, .spawn = spawn_plain};
static edo_buffer_pool *pool; /* of large buffers */

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

/* With a large buffer for each of a thousand, none would be in the caches. */
static int serve_large(void *arg)
{
    edo_tcp_stream *conn = arg;
    edo_lent in;
    ssize_t n;

    while ((n = edo_tcp_read_lent(conn, pool, &in)) > 0) {
        n = edo_tcp_write_all(conn, in.data, in.len);
        edo_lent_give_back(&in);
        if (n < 0)
            break;
    }
    edo_tcp_close(conn);
    return n < 0 ? (int)n : 0;
}

static int spawn_plain(edo_tcp_stream *conn)
{
    return edo_spawn(options.buf > 1024 ? serve_large : serve, conn, NULL);
}

/* ---- work, and HTTP ----------------------------------------------------------------------------- */

static void burn(void)
{
    edo_instant begin = edo_now();

    while (edo_elapsed(begin).ns < 1000000)
        ;
}

static int serve_burning(void *arg)
{
    edo_tcp_stream *conn = arg;
    char buf[1024];
    ssize_t n;

    while ((n = edo_tcp_read(conn, buf, sizeof buf)) > 0) {
        if (buf[0] == 'B')
            burn();
        if ((n = edo_tcp_write_all(conn, buf, (size_t)n)) < 0)
            break;
    }
    edo_tcp_close(conn);
    return n < 0 ? (int)n : 0;
}

static int spawn_burning(edo_tcp_stream *conn)
{
    return edo_spawn(serve_burning, conn, NULL);
}

static int answer(edo_tcp_stream *conn, unsigned requests)
{
    char out[16 * HELLO_LEN];
    size_t len = 0;
    int rc = 0;

    for (; rc == 0 && requests > 0; requests--) {
        memcpy(out + len, HELLO_ANSWER, HELLO_LEN);
        len += HELLO_LEN;
        if (len == sizeof out || requests == 1) {
            rc = edo_tcp_write_all(conn, out, len);
            len = 0;
        }
    }
    return rc;
}

static int serve_hello(void *arg)
{
    edo_tcp_stream *conn = arg;
    unsigned char seen = 0;
    char buf[1024];
    ssize_t n;

    while ((n = edo_tcp_read(conn, buf, sizeof buf)) > 0)
        if ((n = answer(conn, hello_requests(buf, (size_t)n, &seen))) < 0)
            break;
    edo_tcp_close(conn);
    return n < 0 ? (int)n : 0;
}

static int spawn_hello(edo_tcp_stream *conn)
{
    return edo_spawn(serve_hello, conn, NULL);
}

/* ---- a proxy ------------------------------------------------------------------------------------ */

static int serve_proxy(void *arg)
{
    edo_tcp_stream *conn = arg, *other;
    char target[32];

    snprintf(target, sizeof target, "127.0.0.1:%u", options.target);
    int rc = edo_tcp_connect(target, &other);
    if (rc == 0) {
        rc = edo_copy_bidirectional(edo_tcp_io(conn), edo_tcp_io(other), NULL);
        edo_tcp_close(other);
    }
    edo_tcp_close(conn);
    return rc;
}

static int spawn_proxy(edo_tcp_stream *conn)
{
    return edo_spawn(serve_proxy, conn, NULL);
}

/* ---- the poll function ------------------------------------------------------------------------ */

typedef struct echo {
    edo_future base;
    edo_tcp_stream *conn;
    bool writing, canceled;
    union {
        edo_tcp_read_future read;
        edo_tcp_write_all_future write;
    } op; /* each begins with its edo_future */
    char buf[64];
} echo;

static edo_poll end_echo(echo *e, int64_t result)
{
    edo_tcp_close(e->conn);
    return edo_future_finish(&e->base, result);
}

static edo_poll echo_poll(edo_future *base, const edo_waker *waker)
{
    echo *e = (echo *)base; /* base is its first member */

    if (!e->op.read.base.ops)
        e->op.read = edo_tcp_read_async(e->conn, e->buf, sizeof e->buf);
    for (;;) {
        edo_future *now = e->writing ? &e->op.write.base : &e->op.read.base;
        if (edo_future_poll(now, waker) == EDO_PENDING)
            return EDO_PENDING;
        int64_t n = now->result;
        if (n < 0 || (n == 0 && !e->writing) || e->canceled)
            return end_echo(e, n);
        if (e->writing)
            e->op.read = edo_tcp_read_async(e->conn, e->buf, sizeof e->buf);
        else
            e->op.write = edo_tcp_write_all_async(e->conn, e->buf, (size_t)n);
        e->writing = !e->writing;
    }
}

static void echo_cancel(edo_future *base)
{
    echo *e = (echo *)base;

    e->canceled = true;
    edo_future_cancel(e->writing ? &e->op.write.base : &e->op.read.base);
}

static const edo_future_ops echo_ops = {.poll = echo_poll, .cancel = echo_cancel, .name = "echo"};

static int spawn_echo(edo_tcp_stream *conn)
{
    echo e = {.base = EDO_FUTURE_INIT(&echo_ops), .conn = conn};

    return edo_spawn_future(&e.base, sizeof e, NULL);
}

/* ---- a body without a stack -------------------------------------------------------------------- */

typedef struct reply {
    edo_stackless base;
    edo_tcp_stream *conn;
    EDO_WAITS(edo_tcp_read_future, edo_tcp_write_all_future);
    char buf[64];
} reply;

EDO_STACKLESS(reply, me)
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
    edo_tcp_close(me->conn);
    EDO_END(n);
}

/* ---- accepting -------------------------------------------------------------------------------- */

static int spawn_reply(edo_tcp_stream *conn)
{
    return edo_spawn_stackless(&EDO_FRAME(reply, .conn = conn), NULL);
}

static int accept_all(void *arg)
{
    edo_tcp_listener *listener = arg;
    edo_tcp_stream *conn;
    int rc;

    while ((rc = edo_tcp_accept(listener, &conn)) == 0)
        if (options.spawn(conn) < 0)
            edo_tcp_close(conn);
    return rc;
}

static int run(void *arg)
{
    edo_tcp_listener *listener;
    edo_task acceptor;
    edo_addr addr;
    char text[EDO_ADDR_TEXT_MAX];
    (void)arg;

    if (!options.spawn)
        return run_udp_echo(options.port, options.threads);
    snprintf(text, sizeof text, "127.0.0.1:%u", options.port);
    int rc = edo_addr_parse(text, &addr);
    if (rc < 0 ||
        (rc = edo_tcp_listen_with(&addr, EDO_OPTS(tcp_listen, .backlog = 4096), &listener)) < 0)
        return rc;
    if ((rc = edo_tcp_listener_addr(listener, &addr)) == 0 &&
        (rc = edo_spawn(accept_all, listener, &acceptor)) == 0) {
        printf("port=%u\n", edo_addr_port(&addr));
        fflush(stdout);
        rc = edo_termination();
        edo_task_abort(acceptor);
        edo_join(acceptor, NULL);
    }
    edo_tcp_listener_close(listener);
    return rc < 0 ? rc : 0;
}

static bool parse_handler(const char *name)
{
    static const struct {
        const char *name;
        spawn_fn *spawn;
    } handlers[] = {{"stack", spawn_plain},
                    {"poll", spawn_echo},
                    {"stackless", spawn_reply},
                    {"burn", spawn_burning},
                    {"hello", spawn_hello},
                    {"proxy", spawn_proxy},
                    {"udp", NULL}};

    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp(name, handlers[i].name) == 0) {
            options.spawn = handlers[i].spawn;
            return true;
        }
    return false;
}

static bool parse_option(const char *arg)
{
    return sscanf(arg, "port=%u", &options.port) == 1 ||
           sscanf(arg, "threads=%u", &options.threads) == 1 ||
           sscanf(arg, "buf=%u", &options.buf) == 1 ||
           sscanf(arg, "target=%u", &options.target) == 1 ||
           (strncmp(arg, "handler=", 8) == 0 && parse_handler(arg + 8));
}

int main(int argc, char **argv)
{
    edo_runtime *runtime;
    struct rlimit files;

    for (int i = 1; i < argc; i++)
        if (!parse_option(argv[i]))
            return fprintf(stderr, "edo-echo: what is %s?\n", argv[i]), 64;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int rc = edo_runtime_new(
        EDO_OPTS(runtime, .workers = (int)options.threads,
                 .kind = options.threads > 1 ? EDO_MULTI_THREAD : EDO_CURRENT_THREAD),
        &runtime);
    if (rc == 0) {
        rc = edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 32768), &pool);
        if (rc == 0)
            rc = edo_block_on(runtime, run, NULL);
        edo_runtime_free(runtime);
        edo_buffer_pool_free(pool);
    }
    if (rc < 0)
        fprintf(stderr, "edo-echo: %s\n", edo_err_name(rc));
    return rc < 0;
}
