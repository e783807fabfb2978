/*
 * alike_test.c: every operation on readers and writers is the same as a direct call and as a future polled by
 * hand, over memory and over connections.
 */
#include "io/feed.h"

#include <unistd.h>

#include "support/tcp.h"

/* What an operation works on, and what it leaves. */
typedef struct world {
    edo_reader from;
    edo_writer to;
    edo_buf buf;
    edo_bytes_queue queue;
    edo_pieces pieces;
    char bytes[64];
    uint32_t number;
    char *piece;
    struct iovec iov[2];
    size_t done;
} world;

typedef union any_future {
    edo_future base;
    edo_read_future read;
    edo_write_future write;
    edo_seek_future seek;
    edo_read_exact_future exact;
    edo_read_buf_future buf;
    edo_read_to_end_future to_end;
    edo_read_until_future until;
    edo_pieces_next_future next;
    edo_read_number_future read_number;
    edo_write_all_future all;
    edo_write_all_vectored_future vectored;
    edo_write_buf_future write_buf;
    edo_write_number_future write_number;
} any_future;

/* Both forms of an operation; `done` is that of the future. */
#define OPERATION(name, direct, member, future, how_far)                                           \
    static int64_t direct_##name(world *w)                                                         \
    {                                                                                              \
        (void)w;                                                                                   \
        return direct;                                                                             \
    }                                                                                              \
    static void make_##name(world *w, any_future *fut)                                             \
    {                                                                                              \
        (void)w;                                                                                   \
        fut->member = future;                                                                      \
    }                                                                                              \
    static size_t done_##name(const any_future *fut)                                               \
    {                                                                                              \
        (void)fut;                                                                                 \
        return how_far;                                                                            \
    }

OPERATION(read, edo_read(w->from, w->bytes, 9), read, edo_read_async(w->from, w->bytes, 9), 0)
OPERATION(read_none, edo_read(w->from, w->bytes, 0), read, edo_read_async(w->from, w->bytes, 0), 0)
OPERATION(readv, edo_readv(w->from, w->iov, 2), read, edo_readv_async(w->from, w->iov, 2), 0)
OPERATION(exact, edo_read_exact(w->from, w->bytes, 12, &w->done), exact,
          edo_read_exact_async(w->from, w->bytes, 12), fut->exact.done)
OPERATION(too_much, edo_read_exact(w->from, w->bytes, 60, &w->done), exact,
          edo_read_exact_async(w->from, w->bytes, 60), fut->exact.done)
OPERATION(buf, edo_read_buf(w->from, &w->buf), buf, edo_read_buf_async(w->from, &w->buf), 0)
OPERATION(to_end, edo_read_to_end(w->from, &w->buf, &w->done), to_end,
          edo_read_to_end_async(w->from, &w->buf), fut->to_end.done)
OPERATION(to_string, edo_read_to_string(w->from, &w->buf, &w->done), to_end,
          edo_read_to_string_async(w->from, &w->buf), fut->to_end.done)
OPERATION(until, edo_read_until(w->from, 'd', &w->buf, &w->done), until,
          edo_read_until_async(w->from, 'd', &w->buf), fut->until.done)
OPERATION(line, edo_read_line(w->from, &w->buf, &w->done), until,
          edo_read_line_async(w->from, &w->buf), fut->until.done)
OPERATION(next, edo_pieces_next(&w->pieces, &w->piece, NULL), next,
          edo_pieces_next_async(&w->pieces, &w->piece, NULL), 0)
OPERATION(read_u32, edo_read_u32_be(w->from, &w->number), read_number,
          edo_read_u32_be_async(w->from, &w->number), 0)
OPERATION(write, edo_write(w->to, "hello", 5), write, edo_write_async(w->to, "hello", 5), 0)
OPERATION(writev, edo_writev(w->to, w->iov, 2), write, edo_writev_async(w->to, w->iov, 2), 0)
OPERATION(flush, edo_flush(w->to), write, edo_flush_async(w->to), 0)
OPERATION(shutdown, edo_shutdown(w->to), write, edo_shutdown_async(w->to), 0)
OPERATION(seek, edo_seek(edo_empty_seeker(), 5, SEEK_END), seek,
          edo_seek_async(edo_empty_seeker(), 5, SEEK_END), 0)
OPERATION(seek_badly, edo_seek(edo_empty_seeker(), 5, 77), seek,
          edo_seek_async(edo_empty_seeker(), 5, 77), 0)
OPERATION(all, edo_write_all(w->to, "hello world", 11, &w->done), all,
          edo_write_all_async(w->to, "hello world", 11), fut->all.done)
OPERATION(vectored, edo_write_all_vectored(w->to, w->iov, 2, &w->done), vectored,
          edo_write_all_vectored_async(w->to, w->iov, 2), fut->vectored.done)
OPERATION(write_buf, edo_write_buf(w->to, edo_bytes_queue_as_chunks(&w->queue)), write_buf,
          edo_write_buf_async(w->to, edo_bytes_queue_as_chunks(&w->queue)), 0)
OPERATION(all_buf, edo_write_all_buf(w->to, edo_bytes_queue_as_chunks(&w->queue), &w->done),
          write_buf, edo_write_all_buf_async(w->to, edo_bytes_queue_as_chunks(&w->queue)),
          fut->write_buf.done)
OPERATION(write_u32, edo_write_u32_le(w->to, 0x64636261), write_number,
          edo_write_u32_le_async(w->to, 0x64636261), 0)

typedef struct operation {
    const char *name;
    int64_t (*direct)(world *w);
    void (*make)(world *w, any_future *fut);
    size_t (*done)(const any_future *fut);
} operation;

#define ROW(name)                                                                                  \
    {                                                                                              \
#name, direct_##name, make_##name, done_##name                                             \
    }
static const operation operations[] = {
    ROW(read),   ROW(read_none), ROW(readv),     ROW(exact),    ROW(too_much), ROW(buf),
    ROW(to_end), ROW(to_string), ROW(until),     ROW(line),     ROW(next),     ROW(read_u32),
    ROW(write),  ROW(writev),    ROW(flush),     ROW(shutdown), ROW(seek),     ROW(seek_badly),
    ROW(all),    ROW(vectored),  ROW(write_buf), ROW(all_buf),  ROW(write_u32)};
#define COUNT (sizeof operations / sizeof *operations)

static const char text[] = "hello world\nand more\n";

/* The state in which each form finds it. */
static void begin(world *w, edo_reader from, edo_writer to)
{
    edo_bytes a = edo_bytes_static("abc", 3), b = edo_bytes_static("defgh", 5);

    *w = (world){.from = from, .to = to, .pieces = edo_lines(from)};
    w->iov[0] = (struct iovec){w->bytes, 4};
    w->iov[1] = (struct iovec){w->bytes + 4, 6};
    assert_ok(edo_bytes_queue_push(&w->queue, &a));
    assert_ok(edo_bytes_queue_push(&w->queue, &b));
}

static void end(world *w)
{
    edo_buf_fini(&w->buf);
    edo_bytes_queue_fini(&w->queue);
    edo_pieces_fini(&w->pieces);
}

static void are_alike(const operation *op, const world *a, const world *b)
{
    if (a->done != b->done || a->buf.len != b->buf.len || a->queue.len != b->queue.len ||
        a->number != b->number || memcmp(a->bytes, b->bytes, sizeof a->bytes) != 0)
        fail_msg("%s is not alike: done %zu, %zu; buffer %zu, %zu", op->name, a->done, b->done,
                 a->buf.len, b->buf.len);
    if (a->buf.len)
        assert_memory_equal(a->buf.data, b->buf.data, a->buf.len);
    assert_int_equal(!a->piece, !b->piece);
    if (a->piece)
        assert_string_equal(a->piece, b->piece);
}

static int64_t by_hand(const operation *op, world *w)
{
    any_future fut;

    op->make(w, &fut);
    int64_t result = poll_to_end(&fut.base);
    w->done = op->done(&fut);
    return result;
}

/* Readers and writers in memory, which take small steps, wait, and fail somewhere. */
static void check_in_memory(const operation *op, size_t step, int error)
{
    world w[2];
    feed f[2];
    drain d[2] = {{.step = step}, {.step = step}};
    int64_t result[2];

    for (int i = 0; i < 2; i++) {
        f[i] = feed_of(text);
        f[i].step = step;
        f[i].waits = d[i].waits = step % 2;
        f[i].error = d[i].error = error;
        f[i].error_at = d[i].error_at = 7;
        begin(&w[i], feed_reader(&f[i]), drain_vectored(&d[i]));
        result[i] = i == 0 ? op->direct(&w[i]) : by_hand(op, &w[i]);
    }
    if (result[0] != result[1] || f[0].at != f[1].at)
        fail_msg("%s says %d directly, %d by hand", op->name, (int)result[0], (int)result[1]);
    are_alike(op, &w[0], &w[1]);
    assert_true(edo_bytes_equal(&(edo_bytes){.data = d[0].got.data, .len = d[0].got.len},
                                &(edo_bytes){.data = d[1].got.data, .len = d[1].got.len}));
    for (int i = 0; i < 2; i++) {
        edo_buf_fini(&d[i].got);
        end(&w[i]);
    }
}

EDO_TEST_BOTH(both_forms_are_alike_in_memory) /* io-116 */
{
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t step = 0; step < 9; step++) {
            check_in_memory(&operations[i], step, 0);
            check_in_memory(&operations[i], step, -EIO);
        }
    }
}

/* A connection on which all of the text has come in and then the end; what is written is counted. */
static int64_t over_a_connection(const operation *op, world *w, bool direct, char *ret_written)
{
    edo_tcp_stream *ours, *peer;
    edo_buf_reader reader;

    connect_pair(&ours, &peer);
    assert_ok(edo_write_all(edo_tcp_writer(peer), text, sizeof text - 1, NULL));
    assert_ok(edo_shutdown(edo_tcp_writer(peer)));
    assert_ok(edo_buf_reader_init(&reader, edo_tcp_reader(ours), NULL));
    const void *shown;
    assert_int_equal(edo_fill(edo_buf_reader_reader(&reader), &shown), sizeof text - 1);
    begin(w, edo_buf_reader_reader(&reader), edo_tcp_writer(ours));
    int64_t result = direct ? op->direct(w) : by_hand(op, w);
    edo_tcp_close(ours);
    memset(ret_written, 0, 64);
    assert_true(edo_read_exact(edo_tcp_reader(peer), ret_written, 64, NULL) != 0);
    edo_tcp_close(peer);
    edo_buf_reader_fini(&reader);
    return result;
}

EDO_TEST_BOTH(both_forms_are_alike_over_connections) /* io-116 */
{
    for (size_t i = 0; i < COUNT; i++) {
        world w[2];
        char written[2][64];
        int64_t direct = over_a_connection(&operations[i], &w[0], true, written[0]);
        int64_t later = over_a_connection(&operations[i], &w[1], false, written[1]);
        if (direct != later || memcmp(written[0], written[1], 64) != 0)
            fail_msg("%s says %d directly, %d by hand", operations[i].name, (int)direct,
                     (int)later);
        are_alike(&operations[i], &w[0], &w[1]);
        end(&w[0]);
        end(&w[1]);
    }
}
