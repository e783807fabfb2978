/* idle_test.c: what an idle connection holds: no buffer, and of a stack what its task has touched. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define IS_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

typedef struct crowd {
    int go, went; /* pipes: to the clients' process, and back from it */
    pid_t clients;
    int count;
    edo_buffer_pool *pool;
    edo_tcp_listener *listener;
    unsigned begun, ended; /* atomic */
    double bytes;          /* of each */
} crowd;

/* How many descriptors there may be, less some for others; 10,000 at most. */
static int raise_limit(void)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (driver_is_fake()) /* whose threads go through all that waits each time */
        return 500;
    return limit.rlim_max > 10100 ? 10000 : (int)limit.rlim_max - 100;
}

/* Connects, each with a byte that is echoed; then waits until the pipe is closed. */
static void be_clients(const crowd *c, int go, int went)
{
    unsigned port;
    char byte;

    if (read(go, &port, sizeof port) != sizeof port)
        _exit(1);
    for (int i = 0; i < c->count; i++) {
        int fd = plain_connect(port);
        if (write(fd, "x", 1) != 1 || read(fd, &byte, 1) != 1 || byte != 'x')
            _exit(2);
    }
    if (write(went, "c", 1) != 1)
        _exit(3);
    _exit(read(go, &byte, 1) == 0 ? 0 : 4);
}

static void start_clients(crowd *c)
{
    int go[2], went[2];

    c->count = raise_limit();
    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(went), 0);
    c->clients = fork();
    assert_true(c->clients >= 0);
    if (c->clients == 0) {
        close(go[1]);
        be_clients(c, go[0], went[1]);
    }
    close(go[0]);
    close(went[1]);
    c->go = go[1];
    c->went = went[0];
}

static void end_clients(crowd *c)
{
    int status;

    close(c->go);
    close(c->went);
    assert_int_equal(waitpid(c->clients, &status, 0), c->clients);
    assert_int_equal(status, 0);
}

/* With a stack. */

typedef struct connection {
    crowd *crowd;
    edo_tcp_stream *stream;
} connection;

static int echo_with_stack(void *arg)
{
    connection *c = arg;
    edo_lent in;
    ssize_t n;

    while ((n = edo_tcp_read_lent(c->stream, c->crowd->pool, &in)) > 0) {
        n = edo_tcp_write_all(c->stream, in.data, in.len);
        edo_lent_give_back(&in);
        if (n < 0)
            break;
    }
    edo_tcp_close(c->stream);
    __atomic_fetch_add(&c->crowd->ended, 1, __ATOMIC_SEQ_CST);
    return (int)n;
}

static int spawn_with_stack(crowd *c, edo_tcp_stream *stream)
{
    return edo_spawn_copy(echo_with_stack, (&(connection){c, stream}), sizeof(connection), NULL);
}

/* Without one. */

typedef struct echo {
    edo_stackless base;
    edo_tcp_stream *stream;
    crowd *crowd;
    edo_lent in;
    EDO_WAITS(edo_tcp_read_lent_future, edo_tcp_write_all_future);
} echo;

EDO_STACKLESS(echo, me)
{
    EDO_BEGIN();
    ssize_t n;

    for (;;) {
        EDO_AWAIT(n, edo_tcp_read_lent_async(me->stream, me->crowd->pool, &me->in));
        if (n <= 0)
            break;
        EDO_AWAIT(n, edo_tcp_write_all_async(me->stream, me->in.data, me->in.len));
        edo_lent_give_back(&me->in);
        if (n < 0)
            break;
    }
    edo_tcp_close(me->stream);
    __atomic_fetch_add(&me->crowd->ended, 1, __ATOMIC_SEQ_CST);
    EDO_END(n);
}

static int spawn_without_stack(crowd *c, edo_tcp_stream *stream)
{
    return edo_spawn_stackless(&EDO_FRAME(echo, .stream = stream, .crowd = c), NULL);
}

/* Both. */

static int (*spawn_connection)(crowd *c, edo_tcp_stream *stream);

static int measure(void *arg)
{
    crowd *c = arg;
    unsigned port;
    char byte;

    c->listener = listen_here(&port);
    assert_ok(edo_buffer_pool_new(NULL, &c->pool));
    long before = rss_kib();
    assert_int_equal(write(c->go, &port, sizeof port), sizeof port);
    for (int i = 0; i < c->count; i++) {
        edo_tcp_stream *stream;
        assert_ok(edo_tcp_accept(c->listener, &stream));
        assert_ok(spawn_connection(c, stream));
    }
    edo_tcp_listener_close(c->listener);
    task_wait_until(edo_buffer_pool_counts_now(c->pool).lent == 0);
    settle();
    assert_in_range(edo_buffer_pool_counts_now(c->pool).kept, 0, 32);
    c->bytes = (double)(rss_kib() - before) * 1024 / c->count;
    print_message("     %.0f bytes each, of %d\n", c->bytes, c->count);
    assert_int_equal(read(c->went, &byte, 1), 1);
    end_clients(c);
    task_wait_until(__atomic_load_n(&c->ended, __ATOMIC_SEQ_CST) == (unsigned)c->count);
    edo_buffer_pool_free(c->pool);
    return 0;
}

static double bytes_of_an_idle_connection(int (*spawn)(crowd *c, edo_tcp_stream *stream))
{
    crowd c = {.begun = 0};
    edo_runtime *runtime;

    spawn_connection = spawn;
    start_clients(&c); /* before there are threads */
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &runtime));
    assert_ok(edo_block_on(runtime, measure, &c));
    assert_ok(edo_runtime_free(runtime));
    return c.bytes;
}

EDO_TEST_PLAIN(an_idle_connection_with_a_stack_holds_a_page_and_little_more)
{
    double bytes = bytes_of_an_idle_connection(spawn_with_stack);

    assert_true(IS_SANITIZED || driver_is_fake() || bytes < 4.8 * 1024);
}

EDO_TEST_PLAIN(an_idle_connection_without_a_stack_holds_no_page)
{
    double bytes = bytes_of_an_idle_connection(spawn_without_stack);

    assert_true(IS_SANITIZED || driver_is_fake() || bytes < 720);
}
