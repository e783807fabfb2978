/* write_test.c: one write and no more; all of it, of pieces, of buffers. */
#include "io/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "support/tcp.h"

EDO_TEST(a_write_calls_the_writer_once) /* io-008 */
{
    drain d = {.step = 4};

    assert_int_equal(edo_write(drain_writer(&d), "hello world", 11), 4);
    assert_int_equal(d.calls, 1);
    check_got(&d, "hell");
    edo_buf_fini(&d.got);
}

EDO_TEST(write_all_calls_as_often_as_it_takes) /* io-009 */
{
    drain d = {.step = 4};
    size_t done;

    assert_ok(edo_write_all(drain_writer(&d), "hello world", 11, &done));
    assert_int_equal(done, 11);
    assert_int_equal(d.calls, 3);
    check_got(&d, "hello world");
    edo_buf_fini(&d.got);
}

EDO_TEST(write_all_of_nothing_asks_nobody) /* io-010 */
{
    drain d = {.is_full = true};
    size_t done = 99;

    assert_ok(edo_write_all(drain_writer(&d), "x", 0, &done));
    assert_int_equal(done, 0);
    assert_ok(edo_write_all(drain_writer(&d), NULL, 0, NULL));
    assert_int_equal(d.calls, 0);
}

static unsigned refusals;

static edo_poll refuse(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    assert_true(++refusals < 100); /* nobody loops */
    t->result = 0;
    return EDO_READY;
}

EDO_TEST(a_writer_that_takes_nothing_ends_it) /* io-011 */
{
    static const edo_writer_ops ops = {.write = refuse, .name = "refuser"};
    edo_writer to = {&ops, NULL};
    const struct iovec piece = {(char *)"abc", 3};
    edo_bytes bytes = edo_bytes_static("abc", 3);
    size_t done = 99;

    assert_err(edo_write_all(to, "abc", 3, &done), -EDO_EWRITEZERO);
    assert_int_equal(done, 0);
    assert_err(edo_write_u8(to, 1), -EDO_EWRITEZERO);
    assert_err(edo_write_i32_be(to, 1), -EDO_EWRITEZERO);
    assert_err(edo_write_all_vectored(to, &piece, 1, NULL), -EDO_EWRITEZERO);
    assert_err(edo_write_all_buf(to, edo_bytes_as_chunks(&bytes), NULL), -EDO_EWRITEZERO);
    assert_int_equal(refusals, 5);
    assert_int_equal(edo_write_buf(to, edo_bytes_as_chunks(&bytes)), 0); /* as edo_write */
    assert_int_equal(bytes.len, 3);
}

static edo_bytes_queue hello_world(void)
{
    edo_bytes_queue queue = {0};
    edo_bytes hello = edo_bytes_static("hello", 5), world = edo_bytes_static("world", 5);

    assert_ok(edo_bytes_queue_push(&queue, &hello));
    assert_ok(edo_bytes_queue_push(&queue, &world));
    return queue;
}

EDO_TEST(write_all_buf_empties_a_row_of_bytes) /* io-012 */
{
    static const size_t sizes[] = {4, 1, 4, 1};
    edo_bytes_queue queue = hello_world();
    drain d = {.step = 4};
    size_t done;

    assert_ok(edo_write_all_buf(drain_writer(&d), edo_bytes_queue_as_chunks(&queue), &done));
    assert_int_equal(done, 10);
    assert_int_equal(d.calls, 4);
    assert_memory_equal(d.sizes, sizes, sizeof sizes); /* hell o worl d */
    check_got(&d, "helloworld");
    assert_int_equal(queue.len, 0);
    edo_bytes_queue_fini(&queue);
    edo_buf_fini(&d.got);
}

EDO_TEST(write_buf_takes_away_what_was_taken) /* io-013 */
{
    edo_buf buf = {0};
    drain d = {.step = 4};

    assert_ok(edo_buf_append(&buf, "hello world", 11));
    assert_int_equal(edo_write_buf(drain_writer(&d), edo_buf_as_chunks(&buf)), 4);
    assert_int_equal(d.calls, 1);
    check_got(&d, "hell");
    check_holds(&buf, "o world");
    assert_ok(edo_write_all_buf(drain_writer(&d), edo_buf_as_chunks(&buf), NULL));
    check_got(&d, "hello world");
    assert_int_equal(edo_write_buf(drain_writer(&d), edo_buf_as_chunks(&buf)), 0);
    edo_buf_fini(&buf);
    edo_buf_fini(&d.got);
}

EDO_TEST(write_buf_is_one_vectored_call_where_there_is_one) /* io-014 */
{
    edo_bytes_queue queue = hello_world();
    drain d = {0};

    assert_int_equal(edo_write_buf(drain_vectored(&d), edo_bytes_queue_as_chunks(&queue)), 10);
    assert_int_equal(d.vectored_calls, 1);
    edo_bytes_queue_fini(&queue);
    queue = hello_world();
    d.step = 7;
    assert_ok(edo_write_all_buf(drain_vectored(&d), edo_bytes_queue_as_chunks(&queue), NULL));
    assert_int_equal(d.vectored_calls, 3);
    assert_int_equal(d.calls, 0);
    check_got(&d, "helloworldhelloworld");
    edo_bytes_queue_fini(&queue);
    edo_buf_fini(&d.got);
}

EDO_TEST_BOTH(write_all_vectored_goes_on_inside_a_piece) /* io-015 */
{
    const struct iovec pieces[] = {{(char *)"hello", 5}, {(char *)"world", 5}};

    for (size_t step = 1; step < 12; step++) {
        drain d = {.step = step, .waits = step % 2};
        size_t done;
        assert_ok(edo_write_all_vectored(drain_vectored(&d), pieces, 2, &done));
        assert_int_equal(done, 10);
        check_got(&d, "helloworld");
        assert_int_equal(d.vectored_calls, (10 + step - 1) / step);
        edo_buf_clear(&d.got);
        assert_ok(edo_write_all_vectored(drain_writer(&d), pieces, 2, NULL));
        check_got(&d, "helloworld");
        edo_buf_fini(&d.got);
    }
}

EDO_TEST(write_all_vectored_passes_over_empty_pieces) /* io-016 */
{
    const struct iovec a = {(char *)"a", 1}, none = {NULL, 0};
    const struct iovec lists[][4] = {{none, none, none, none},
                                     {none, none, none, a},
                                     {a, none, none, a},
                                     {a, none, a, none},
                                     {a, a, none, none}};
    static const char *const written[] = {"", "a", "aa", "aa", "aa"};
    drain d = {0};

    assert_ok(edo_write_all_vectored(drain_vectored(&d), NULL, 0, NULL));
    for (size_t i = 0; i < 10; i++) {
        edo_writer to = i % 2 ? drain_vectored(&d) : drain_writer(&d);
        edo_buf_clear(&d.got);
        assert_ok(edo_write_all_vectored(to, lists[i / 2], 4, NULL));
        check_got(&d, written[i / 2]);
    }
    d.is_full = true;
    assert_ok(edo_write_all_vectored(drain_vectored(&d), lists[0], 4, NULL)); /* not even asked */
    edo_buf_fini(&d.got);
}

#define MANY 54321

/* MANY pieces of 13 bytes that say where they belong. */
static struct iovec *many_pieces(char (*text)[14])
{
    struct iovec *pieces = malloc(MANY * sizeof *pieces);

    assert_non_null(pieces);
    for (int i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof *text, "piece %06u\n", (unsigned)i % 1000000);
        pieces[i] = (struct iovec){text[i], 13};
    }
    return pieces;
}

static char many_text[MANY][14];

/* Many at a time, as a completion driver takes a while for each read. */
static int count_pieces(void *arg)
{
    static char lines[1000 * 13];
    edo_tcp_stream *stream = arg;
    size_t done;
    int n = 0, rc;

    do {
        rc = edo_read_exact(edo_tcp_reader(stream), lines, sizeof lines, &done);
        assert_int_equal(done % 13, 0);
        for (size_t i = 0; i < done; i += 13, n++)
            assert_memory_equal(lines + i, many_text[n], 13);
    } while (rc == 0);
    assert_err(rc, -EDO_EEOF);
    edo_tcp_close(stream);
    return n;
}

EDO_TEST_BOTH(more_pieces_than_the_system_takes_all_arrive) /* io-018 */
{
    edo_tcp_stream *server, *client;
    struct iovec *pieces = many_pieces(many_text);
    edo_task reader;
    int count;

    connect_pair(&server, &client);
    assert_ok(edo_spawn(count_pieces, server, &reader));
    ssize_t some = edo_writev(edo_tcp_writer(client), pieces, MANY); /* in parts, a short count */
    assert_in_range(some, 1, MANY * 13);
    size_t first = (size_t)some / 13, rest = (size_t)some % 13, done;
    assert_ok(edo_write_all(edo_tcp_writer(client), many_text[first] + rest, 13 - rest, NULL));
    first++;
    assert_ok(edo_write_all_vectored(edo_tcp_writer(client), pieces + first, MANY - first, &done));
    assert_int_equal(done, (MANY - first) * 13);
    edo_tcp_close(client);
    assert_ok(edo_join(reader, &count));
    assert_int_equal(count, MANY);
    free(pieces);
}

EDO_TEST_BOTH(more_pieces_than_the_system_takes_are_read_in_parts) /* io-018 */
{
    edo_tcp_stream *server, *client;
    char bytes[3000];
    struct iovec pieces[3000];

    for (size_t i = 0; i < 3000; i++)
        pieces[i] = (struct iovec){bytes + i, 1};
    connect_pair(&server, &client);
    for (size_t i = 0; i < 3000; i++)
        many_text[i / 14][i % 14] = (char)(i % 251);
    assert_ok(edo_write_all(edo_tcp_writer(client), many_text, 3000, NULL));
    size_t done = 0;
    while (done < 3000) {
        ssize_t n = edo_readv(edo_tcp_reader(server), pieces + done, 3000 - done);
        assert_in_range(n, 1, 3000);
        done += (size_t)n;
    }
    assert_memory_equal(bytes, many_text, sizeof bytes);
    edo_tcp_close(client);
    edo_tcp_close(server);
}

EDO_TEST(a_write_that_fails_says_how_far_it_came)
{
    drain d = {.step = 2, .error = -ENOSPC, .error_at = 5};
    edo_buf buf = {0};
    size_t done;

    assert_err(edo_write_all(drain_writer(&d), "hello world", 11, &done), -ENOSPC);
    assert_int_equal(done, 5);
    d.error = -ENOSPC;
    d.error_at = 8;
    assert_ok(edo_buf_append(&buf, " world", 6));
    assert_err(edo_write_all_buf(drain_writer(&d), edo_buf_as_chunks(&buf), &done), -ENOSPC);
    assert_int_equal(done, 3);
    check_holds(&buf, "rld");
    const struct iovec pieces[] = {{(char *)"r", 1}, {(char *)"ld", 2}};
    d.error = -ENOSPC;
    d.error_at = 10;
    assert_err(edo_write_all_vectored(drain_vectored(&d), pieces, 2, &done), -ENOSPC);
    assert_int_equal(done, 2);
    check_got(&d, "hello worl");
    edo_buf_fini(&buf);
    edo_buf_fini(&d.got);
}

EDO_TEST(a_write_that_was_cancelled_goes_on_with_the_rest)
{
    drain d = {.step = 3, .waits = true};
    edo_write_all_future all = edo_write_all_async(drain_writer(&d), "hello world", 11);

    assert_pending(&all.base);
    assert_pending(&all.base);
    edo_future_cancel(&all.base);
    assert_ready_eq(&all.base, -ECANCELED);
    assert_int_equal(all.done, 3);
    check_got(&d, "hel");
    assert_ok(edo_write_all(drain_writer(&d), "lo world", 8, NULL));
    check_got(&d, "hello world");
    edo_buf_fini(&d.got);
}

/* A writer that doubles each byte, with a transfer of its own for the inner one. */
typedef struct doubler {
    edo_writer inner;
    edo_transfer t;
    char twice[2];
    unsigned half; /* of the byte that is under way */
} doubler;

static edo_poll double_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    doubler *d = self;

    if (!t->begun) {
        d->half = 0;
        memset(d->twice, *(const char *)t->buf, 2);
    }
    while (d->half < 2) {
        if (!d->t.begun)
            edo_transfer_begin(&d->t, EDO_TRANSFER_WRITE, d->twice + d->half, 2 - d->half);
        if (edo_writer_poll(d->inner, &d->t, waker) == EDO_PENDING)
            return EDO_PENDING;
        d->t.begun = false;
        if (d->t.result <= 0)
            break;
        d->half += (unsigned)d->t.result;
    }
    t->result = d->half == 2 ? 1 : d->t.result;
    return EDO_READY;
}

static void double_cancel(void *self, edo_transfer *t)
{
    doubler *d = self;

    (void)t;
    edo_writer_cancel(d->inner, &d->t);
}

EDO_TEST_BOTH(a_writer_around_another_has_a_transfer_of_its_own)
{
    static const edo_writer_ops ops = {
        .write = double_write, .cancel = double_cancel, .name = "doubler"};
    drain out = {.step = 1, .waits = true};
    doubler d = {.inner = drain_writer(&out)};
    edo_writer to = {&ops, &d};

    assert_ok(edo_write_all(to, "abc", 3, NULL));
    check_got(&out, "aabbcc");
    edo_write_future write = edo_write_async(to, "d", 1);
    assert_pending(&write.base);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, -ECANCELED);
    check_got(&out, "aabbcc");
    edo_buf_fini(&out.got);
}

EDO_TEST(writers_that_are_none_are_refused)
{
    edo_writer none = {0};
    const edo_chunks nothing = {0};
    edo_bytes bytes = edo_bytes_static("abc", 3);

    assert_err(edo_write_all(none, "a", 1, NULL), -EINVAL);
    assert_err(edo_write_all(edo_sink(), NULL, 1, NULL), -EINVAL);
    assert_err(edo_write_all_vectored(edo_sink(), NULL, 1, NULL), -EINVAL);
    assert_err(edo_write_buf(none, edo_bytes_as_chunks(&bytes)), -EINVAL);
    assert_err(edo_write_all_buf(edo_sink(), nothing, NULL), -EINVAL);
    assert_err(edo_write_u8(none, 1), -EINVAL);
    assert_ok(edo_write_all_buf(edo_sink(), edo_bytes_as_chunks(&bytes), NULL));
    assert_int_equal(bytes.len, 0);
}
