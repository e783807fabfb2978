/* yield_test.c: a yield goes behind, and the driver and the timers are looked at all the same. */
#include "runtime/rig.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/syscall.h>

typedef struct order {
    int next, mine[3];
} order;

static int note_order(void *arg)
{
    order *o = *(order **)arg;

    o->mine[o->next % 3] = o->next;
    o->next++;
    return 0;
}

EDO_TEST(a_yield_goes_behind_all_that_are_ready)
{
    order o = {.next = 0};
    order *place = &o;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn(note_order, &place, NULL));
    assert_int_equal(o.next, 0);
    assert_ok(edo_yield());
    assert_int_equal(o.next, 3);
}

static int yield_a_thousand(void *arg)
{
    long tid = syscall(SYS_gettid);
    int same = 0;

    for (int i = 0; i < 1000; i++) {
        assert_ok(edo_yield());
        same += syscall(SYS_gettid) == tid;
    }
    *(int *)arg = same;
    return 0;
}

/* A plain connection: a blocking descriptor at one end, a stream of edo's at the other. */
typedef struct line {
    edo_tcp_listener *listener;
    edo_tcp_stream *stream;
    int fd, served;
    edo_task reader;
} line;

static int read_a_byte(void *arg)
{
    line *l = arg;
    char byte;
    ssize_t n = edo_tcp_read(l->stream, &byte, 1);

    a_store(&l->served, 1, release);
    return (int)n;
}

static void line_open(line *l)
{
    edo_addr addr;
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char text[64];

    assert_ok(edo_tcp_listen("127.0.0.1:0", &l->listener));
    assert_ok(edo_tcp_listener_addr(l->listener, &addr));
    assert_true(edo_addr_format(&addr, text, sizeof text) > 0);
    sin.sin_port = htons((uint16_t)atoi(strrchr(text, ':') + 1));
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(l->fd, (struct sockaddr *)&sin, sizeof sin), 0);
    assert_ok(edo_tcp_accept(l->listener, &l->stream));
    assert_ok(edo_spawn(read_a_byte, l, &l->reader));
}

static void line_close(line *l)
{
    assert_int_equal(join_result(l->reader), 1);
    edo_tcp_close(l->stream);
    edo_tcp_listener_close(l->listener);
    close(l->fd);
}

static void *fill(void *arg)
{
    line *l = arg;

    assert_int_equal(write(l->fd, "x", 1), 1);
    return NULL;
}

static int count_yields_until_served(void *arg)
{
    line l = {0};
    int yields = 0;

    (void)arg;
    line_open(&l);
    while (edo_yield() == 0 && yields < 10) /* the reader waits by now */
        yields++;
    join_thread(start_thread(fill, &l)); /* if that takes long, another thread serves the reader */
    for (yields = 0; !a_load(&l.served, acquire) && yields < 1000; yields++)
        assert_ok(edo_yield());
    line_close(&l);
    return yields;
}

EDO_TEST_PLAIN(the_driver_is_looked_at_every_61_runs) /* rt-048 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        uint64_t turns = metrics_of(runtime).driver_turns;
        int same = 0;
        assert_int_equal(edo_block_on(runtime, yield_a_thousand, &same), 0);
        assert_int_equal(same, 1000);
        turns = metrics_of(runtime).driver_turns - turns;
        assert_in_range(turns, 16, 999);
        assert_in_range(edo_block_on(runtime, count_yields_until_served, NULL), 0, 61);
        assert_ok(edo_runtime_free(runtime));
    }
}

static edo_poll wake_self(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    *ret_result = 0;
    if (a_load((int *)arg, relaxed))
        return EDO_READY;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static int wake_self_for_ever(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(wake_self, arg);

    return (int)edo_await(&fut.base);
}

static void start_hundred(edo_task tasks[100], int *stop)
{
    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(wake_self_for_ever, stop, &tasks[i]));
}

static void stop_hundred(edo_task tasks[100], int *stop)
{
    a_store(stop, 1, relaxed);
    for (int i = 0; i < 100; i++)
        assert_int_equal(join_result(tasks[i]), 0);
}

static int say_hello(void *arg)
{
    edo_tcp_stream *stream;

    assert_ok(edo_tcp_connect_addr(arg, &stream));
    assert_ok(edo_tcp_write_all(stream, "hello world", 11));
    return edo_tcp_close(stream);
}

static int hello_under_load(void *arg)
{
    edo_task tasks[100], client;
    edo_tcp_listener *listener;
    edo_tcp_stream *stream;
    edo_addr addr;
    char text[16] = {0};
    int stop = 0;
    size_t got = 0;
    ssize_t n;

    (void)arg;
    start_hundred(tasks, &stop);
    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &addr));
    assert_ok(edo_spawn(say_hello, &addr, &client));
    assert_ok(edo_tcp_accept(listener, &stream));
    while ((n = edo_tcp_read(stream, text + got, sizeof text - 1 - got)) > 0)
        got += (size_t)n;
    assert_string_equal(text, "hello world");
    assert_int_equal(join_result(client), 0);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    stop_hundred(tasks, &stop);
    return (int)got;
}

EDO_TEST_PLAIN(io_is_served_beside_a_hundred_self_wakers) /* rt-049 */
{
    edo_runtime *multi = make_multi(test_workers()), *current = make_current();

    assert_int_equal(edo_block_on(current, hello_under_load, NULL), 11);
    assert_int_equal(edo_block_on(multi, hello_under_load, NULL), 11);
    assert_ok(edo_runtime_free(current));
    assert_ok(edo_runtime_free(multi));
}

static int sleep_under_load(void *arg)
{
    edo_task tasks[100];
    int stop = 0;

    (void)arg;
    start_hundred(tasks, &stop);
    uint64_t began = real_time_ns();
    for (int i = 0; i < 3; i++)
        assert_ok(edo_sleep(EDO_MILLIS(5)));
    uint64_t took = real_time_ns() - began;
    stop_hundred(tasks, &stop);
    return took >= 15000000 && took < UINT64_C(500000000) * test_patience();
}

EDO_TEST_PLAIN(timers_fire_beside_a_hundred_self_wakers) /* rt-050 */
{
    edo_runtime *multi = make_multi(test_workers()), *current = make_current();

    assert_int_equal(edo_block_on(current, sleep_under_load, NULL), 1);
    assert_int_equal(edo_block_on(multi, sleep_under_load, NULL), 1);
    assert_ok(edo_runtime_free(current));
    assert_ok(edo_runtime_free(multi));
}

EDO_TEST_PLAIN(a_yield_outside_is_pending_once) /* rt-051 */
{
    edo_yield_future yield = edo_yield_async();

    assert_pending(&yield.base);
    assert_woken(1);
    assert_ready_eq(&yield.base, 0);
    assert_int_equal(edo_yield(), 0);
}

static uint64_t forced(void)
{
    return metrics_of(test_runtime()).forced_yields;
}

static void use_up_budget(void)
{
    assert_ok(edo_yield()); /* a whole one */
    while (edo_has_budget())
        assert_ok(edo_consume_budget());
}

EDO_TEST(forced_yields_are_counted_once_a_run) /* rt-112 */
{
    assert_int_equal(forced(), 0);
    assert_ok(edo_yield());
    for (int i = 0; i < 128; i++)
        assert_ok(edo_sleep(EDO_NANOS(0)));
    assert_int_equal(forced(), 0);
    assert_ok(edo_sleep(EDO_NANOS(0))); /* the 129th in one run */
    assert_int_equal(forced(), 1);

    use_up_budget();
    edo_sleep_future a = edo_sleep_async(EDO_NANOS(0)), b = edo_sleep_async(EDO_NANOS(0));
    assert_ok(edo_join_all(&a.base, &b.base)); /* both find nothing left, in one poll */
    assert_int_equal(forced(), 2);
}

EDO_TEST(a_loop_of_ready_awaits_lets_others_run)
{
    order o = {.next = 0};
    order *place = &o;
    int rounds = 0;

    assert_ok(edo_spawn(note_order, &place, NULL));
    for (; o.next == 0 && rounds < 1000; rounds++)
        assert_ok(edo_sleep(EDO_NANOS(0)));
    assert_in_range(rounds, 100, 129);
}
