/*
 * io_stress_test.c: streams between tasks whose reads and writes are cut short all the time: each goes on from
 * where `done` says that the last came to, and every byte arrives once, in order.
 */
#include "support/edo_test.h"

#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

#define PAIRS 8

typedef struct stream {
    edo_duplex *ours, *theirs;
    uint64_t seed;
    size_t len;
} stream;

static unsigned cuts; /* atomic */

/* Byte n of every stream; newlines now and then. */
static unsigned char byte_at(size_t n)
{
    return n % 37 == 36 ? '\n' : (unsigned char)('A' + n % 53);
}

static edo_duration soon(rng *random)
{
    return (edo_duration){rng_below(random, 3) * 500000u};
}

static int write_all(void *arg)
{
    stream *s = arg;
    edo_writer to = edo_duplex_writer(s->theirs);
    unsigned char chunk[300];
    rng random = {0};

    rng_seed(&random, s->seed);
    for (size_t at = 0; at < s->len;) {
        size_t n = 1 + rng_below(&random, sizeof chunk);
        n = n < s->len - at ? n : s->len - at;
        for (size_t i = 0; i < n; i++)
            chunk[i] = byte_at(at + i);
        struct iovec pieces[2] = {{chunk, n / 3}, {chunk + n / 3, n - n / 3}};
        edo_write_all_future one = edo_write_all_async(to, chunk, n);
        edo_write_all_vectored_future two = edo_write_all_vectored_async(to, pieces, 2);
        bool is_vectored = rng_below(&random, 2);
        int64_t rc = edo_timeout(is_vectored ? &two.base : &one.base, soon(&random));
        assert_true(rc == 0 || rc == -ETIMEDOUT);
        a_fetch_add(&cuts, rc < 0, relaxed);
        at += is_vectored ? two.done : one.done;
    }
    assert_ok(edo_shutdown(to));
    return 0;
}

static void expect(const unsigned char *data, size_t len, size_t *at)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(data[i], byte_at(*at + i));
    *at += len;
}

/* One read of some kind under a limit; false: the end. */
static bool read_some(edo_reader from, rng *random, size_t *at)
{
    unsigned char bytes[100];
    edo_buf buf = {0};
    edo_read_exact_future exact = edo_read_exact_async(from, bytes, 1 + rng_below(random, 100));
    edo_read_until_future line = edo_read_line_async(from, &buf);
    edo_read_buf_future some = edo_read_buf_async(from, &buf);
    edo_future *futures[3] = {&exact.base, &line.base, &some.base};
    uint32_t which = rng_below(random, 3);
    size_t before = *at;
    int64_t rc = edo_timeout(futures[which], soon(random));

    assert_true(rc >= 0 || rc == -ETIMEDOUT || rc == -EDO_EEOF);
    a_fetch_add(&cuts, rc == -ETIMEDOUT, relaxed);
    expect(bytes, exact.done, at);
    assert_int_equal(line.done, which == 1 ? buf.len : 0);
    expect(buf.data, buf.len, at);
    edo_buf_fini(&buf);
    return rc == -ETIMEDOUT || *at > before;
}

static int read_all(void *arg)
{
    stream *s = arg;
    edo_buf_reader reader;
    rng random = {0};
    size_t at = 0;

    rng_seed(&random, s->seed + 1000);
    assert_ok(edo_buf_reader_init(&reader, edo_duplex_reader(s->ours),
                                  EDO_OPTS(buffering, .capacity = 64)));
    while (read_some(edo_buf_reader_reader(&reader), &random, &at))
        ;
    assert_int_equal(at, s->len);
    edo_buf_reader_fini(&reader);
    return 0;
}

EDO_TEST_MT(streams_that_are_cut_short_all_the_time_lose_nothing)
{
    edo_join_set *set;
    edo_joined joined;
    stream streams[PAIRS];

    assert_ok(edo_join_set_new(&set));
    for (int i = 0; i < PAIRS; i++) {
        streams[i] = (stream){.seed = (uint64_t)i + 1, .len = test_count(200000)};
        assert_ok(edo_duplex_new(97, &streams[i].ours, &streams[i].theirs));
        assert_ok(edo_join_set_spawn(set, write_all, &streams[i], NULL));
        assert_ok(edo_join_set_spawn(set, read_all, &streams[i], NULL));
    }
    while (edo_join_set_next(set, &joined) > 0)
        assert_int_equal(joined.result, 0);
    for (int i = 0; i < PAIRS; i++) {
        edo_duplex_close(streams[i].ours);
        edo_duplex_close(streams[i].theirs);
    }
    edo_join_set_free(set);
    assert_true(a_load(&cuts, relaxed) > 2 * PAIRS);
}
