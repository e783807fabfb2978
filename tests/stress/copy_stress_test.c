/* copy_stress_test.c: copies and pipes in memory that are cut short again and again: no byte is lost. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define BYTES ((size_t)16 << 20)

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 13 + at / 509);
}

/* One way: who writes, who reads, how many bytes. */
typedef struct way {
    edo_writer to;
    edo_reader from;
    size_t bytes;
    uint64_t seed;
} way;

/* Reads and writes of any length, each of which is cut short now and then, and goes on where it came to. */
static int send_all(void *arg)
{
    const way *w = arg;
    unsigned char *buf = malloc(65536);
    rng random;
    size_t at = 0;

    assert_non_null(buf);
    rng_seed(&random, w->seed);
    while (at < w->bytes) {
        size_t len = 1 + rng_below(&random, 65536);
        len = len < w->bytes - at ? len : w->bytes - at;
        for (size_t i = 0; i < len; i++)
            buf[i] = pattern(at + i);
        edo_write_future write = edo_write_async(w->to, buf, len);
        edo_future nothing = edo_ready(0);
        if (rng_below(&random, 8) == 0 && edo_select(&write.base, &nothing) == 1 &&
            write.base.result == -ECANCELED)
            continue;
        ssize_t n = edo_future_is_ready(&write.base) ? (ssize_t)write.base.result
                                                     : (ssize_t)edo_await(&write.base);
        if (n < 0)
            fail_msg("a write says %zd", n);
        at += (size_t)n;
    }
    free(buf);
    assert_ok(edo_shutdown(w->to));
    return 0;
}

static int check_receives_all(void *arg)
{
    const way *w = arg;
    unsigned char *buf = malloc(65536);
    rng random;
    size_t at = 0;
    int64_t n = 1;

    assert_non_null(buf);
    rng_seed(&random, w->seed + 1);
    while (n != 0) {
        edo_read_future read = edo_read_async(w->from, buf, 1 + rng_below(&random, 65536));
        edo_future nothing = edo_ready(0);
        if (rng_below(&random, 8) == 0 && edo_select(&read.base, &nothing) == 1) {
            assert_err(read.base.result, -ECANCELED);
            continue;
        }
        n = edo_future_is_ready(&read.base) ? read.base.result : edo_await(&read.base);
        if (n < 0)
            fail_msg("a read says %lld", (long long)n);
        for (int64_t i = 0; i < n; i++, at++)
            if (buf[i] != pattern(at))
                fail_msg("byte %zu is another", at);
    }
    assert_int_equal(at, w->bytes);
    free(buf);
    return 0;
}

/* Two things that are connected by a copy, which is aborted and begun again until it is over. */
typedef struct relay {
    edo_io a, b;
    unsigned cuts;
} relay;

static int copy_once(void *arg)
{
    relay *r = arg;
    edo_copy_bidirectional_future copy = edo_copy_bidirectional_async(r->a, r->b);
    int rc = (int)edo_await(&copy.base);

    assert_int_equal(copy.lost.a_to_b + copy.lost.b_to_a, 0);
    return rc;
}

static void copy_with_cuts(relay *r)
{
    rng random;
    int rc;

    rng_seed(&random, 7);
    do {
        edo_task copy;
        assert_ok(edo_spawn(copy_once, r, &copy));
        /* The first soon, as nothing takes less than that. */
        edo_sleep(EDO_MICROS(rng_below(&random, r->cuts ? 20000 / test_scale() : 200)));
        edo_task_abort(copy);
        assert_ok(edo_join(copy, &rc));
        r->cuts += rc == -ECANCELED;
    } while (rc == -ECANCELED);
    assert_ok(rc);
}

/* Each byte does, both ways between `a` and `b`, by whatever lies between these two. */
static void check_all_arrives(edo_io a, edo_io b, size_t bytes, relay *between)
{
    way ways[2] = {{a.writer, b.reader, bytes, 1}, {b.writer, a.reader, bytes, 2}};
    edo_task tasks[4];

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_spawn(send_all, &ways[i], &tasks[2 * i]));
        assert_ok(edo_spawn(check_receives_all, &ways[i], &tasks[2 * i + 1]));
    }
    if (between)
        copy_with_cuts(between);
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join(tasks[i], NULL));
}

static size_t some(size_t bytes)
{
    return bytes / (driver_is_fake() ? 16 : 1) / test_scale();
}

EDO_TEST_MT(connections_are_copied_though_the_copy_is_cut_short) /* io-066 io-109 */
{
    edo_tcp_stream *a, *a_inner, *b, *b_inner;

    connect_pair(&a, &a_inner);
    connect_pair(&b, &b_inner);
    relay r = {edo_tcp_io(a_inner), edo_tcp_io(b_inner), 0};
    check_all_arrives(edo_tcp_io(a), edo_tcp_io(b), some(BYTES), &r);
    assert_true(r.cuts > 0);
    edo_tcp_close(a);
    edo_tcp_close(a_inner);
    edo_tcp_close(b);
    edo_tcp_close(b_inner);
}

static int write_without_end(void *arg)
{
    static const char bulk[65536];

    while (edo_tcp_write_all(arg, bulk, sizeof bulk) == 0)
        ;
    return 0;
}

static int read_without_end(void *arg)
{
    char *buf = malloc(262144);

    assert_non_null(buf);
    while (edo_tcp_read(arg, buf, 262144) > 0)
        ;
    free(buf);
    return 0;
}

static void leave(edo_tcp_stream *peer, uint32_t how)
{
    if (how & 1)
        edo_tcp_shutdown(peer, how & 2 ? EDO_READ_HALF : EDO_WRITE_HALF);
    if (how & 4)
        edo_tcp_set_linger(peer, 0);
}

/* Much is on its way from `a` to `b` when one of the peers, or a half of what is between them, goes. */
static void check_copy_that_one_leaves(rng *random)
{
    edo_tcp_stream *a, *a_inner, *b, *b_inner;
    edo_task copy, writer, reader;
    int rc;

    connect_pair(&a, &a_inner);
    connect_pair(&b, &b_inner);
    relay r = {edo_tcp_io(a_inner), edo_tcp_io(b_inner), 0};
    assert_ok(edo_spawn(copy_once, &r, &copy));
    assert_ok(edo_spawn(write_without_end, a, &writer));
    assert_ok(edo_spawn(read_without_end, b, &reader));
    edo_sleep(EDO_MICROS(rng_below(random, 8000)));
    if (rng_below(random, 4) == 0)
        shutdown(edo_tcp_fd(rng_below(random, 2) ? a_inner : b_inner), SHUT_RDWR);
    leave(rng_below(random, 2) ? a : b, rng_below(random, 8));
    edo_task_abort(writer);
    edo_task_abort(reader);
    assert_ok(edo_join(writer, NULL));
    assert_ok(edo_join(reader, NULL));
    edo_tcp_close(a);
    edo_tcp_close(b);
    assert_ok(edo_join(copy, &rc));
    assert_true(rc == 0 || rc == -EPIPE || rc == -ECONNRESET || rc == -ENOTCONN);
    edo_tcp_close(a_inner);
    edo_tcp_close(b_inner);
}

/* The default action of SIGPIPE would end the test. */
EDO_TEST_MT(a_copy_ends_by_a_result_however_its_peers_leave)
{
    rng random;

    rng_seed(&random, 3);
    for (unsigned i = test_count(160); i > 0; i--)
        check_copy_that_one_leaves(&random);
}

EDO_TEST_MT(pipes_in_memory_are_copied_though_the_copy_is_cut_short)
{
    edo_duplex *a, *a_inner, *b, *b_inner;

    assert_ok(edo_duplex_new(3000, &a, &a_inner));
    assert_ok(edo_duplex_new(70000, &b, &b_inner));
    relay r = {edo_duplex_io(a_inner), edo_duplex_io(b_inner), 0};
    check_all_arrives(edo_duplex_io(a), edo_duplex_io(b), some(BYTES), &r);
    assert_ok(edo_duplex_close(a));
    assert_ok(edo_duplex_close(a_inner));
    assert_ok(edo_duplex_close(b));
    assert_ok(edo_duplex_close(b_inner));
}

EDO_TEST_MT(a_pipe_in_memory_keeps_every_byte_between_tasks_that_are_cut_short)
{
    static const size_t rooms[] = {1, 7, 4096, 65536};

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        edo_duplex *a, *b;
        assert_ok(edo_duplex_new(rooms[i], &a, &b));
        size_t bytes = rooms[i] < 64 ? rooms[i] * 20000 : some(BYTES / 4);
        check_all_arrives(edo_duplex_io(a), edo_duplex_io(b), bytes / test_scale(), NULL);
        assert_ok(edo_duplex_close(a));
        assert_ok(edo_duplex_close(b));
    }
}

static void *send_in_thread(void *arg)
{
    return (void *)(intptr_t)send_all(arg);
}

EDO_TEST_PLAIN(a_pipe_in_memory_keeps_every_byte_between_threads) /* io-076 */
{
    edo_simplex_receiver *receiver;
    edo_simplex_sender *sender;

    assert_ok(edo_simplex_new(1000, &receiver, &sender));
    way w = {edo_simplex_writer(sender), edo_simplex_reader(receiver), some(BYTES / 4), 3};
    pthread_t thread = start_thread(send_in_thread, &w);
    assert_ok(check_receives_all(&w));
    assert_null(join_thread(thread));
    assert_ok(edo_simplex_sender_close(sender));
    assert_ok(edo_simplex_receiver_close(receiver));
}

EDO_TEST_MT(buffered_ends_keep_every_byte_when_they_are_cut_short)
{
    edo_duplex *a, *b;
    edo_buf_stream left, right;

    assert_ok(edo_duplex_new(5000, &a, &b));
    assert_ok(edo_buf_stream_init(&left, edo_duplex_io(a), NULL, NULL));
    assert_ok(edo_buf_stream_init(&right, edo_duplex_io(b), NULL, NULL));
    check_all_arrives(edo_buf_stream_io(&left), edo_buf_stream_io(&right), some(BYTES / 4), NULL);
    edo_buf_stream_fini(&left);
    edo_buf_stream_fini(&right);
    assert_ok(edo_duplex_close(a));
    assert_ok(edo_duplex_close(b));
}
