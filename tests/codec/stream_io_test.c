/* stream_io_test.c: readers as streams of bytes, streams and sinks of bytes as readers and writers. */
#include "support/edo_test.h"

#include <stdlib.h>

#include <edo/error.h>
#include <edo/stream_iter.h>

#include "codec/script.h"

/* So many zeros, then an error; it looks whether there is room. */
typedef struct zeros {
    size_t left, largest;
    unsigned empty_calls;
} zeros;

static edo_poll zeros_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    zeros *z = self;
    size_t n = z->left < t->len ? z->left : t->len;

    (void)waker;
    z->empty_calls += t->len == 0;
    n = n < 31 ? n : 31;
    memset(t->buf, 0, n);
    z->left -= n;
    return script_says(t, n ? (int64_t)n : -EIO);
}

static const edo_reader_ops zeros_ops = {.read = zeros_read, .name = "zeros"};

EDO_TEST_BOTH(a_reader_is_a_stream_to_its_error) /* io-119 io-120 */
{
    for (size_t capacity = 0; capacity < 64; capacity += capacity ? 7 : 1) {
        zeros z = {.left = 8000};
        edo_reader_stream place;
        size_t got = 0;
        edo_bytes item;
        edo_stream s = edo_stream_of_reader(&place, (edo_reader){&zeros_ops, &z}, capacity);
        int rc;

        while ((rc = edo_stream_next(s, &item)) == 1) {
            assert_in_range(item.len, 1, capacity && capacity < 31 ? capacity : 31);
            for (size_t i = 0; i < item.len; i++)
                assert_int_equal(item.data[i], 0);
            got += item.len;
            edo_bytes_free(&item);
        }
        assert_int_equal(got, 8000);
        assert_err(rc, -EIO);
        assert_true(edo_stream_is_done(s));
        for (int i = 0; i < 3; i++)
            assert_err(edo_stream_next(s, &item), 0);
        assert_int_equal(z.empty_calls, 0);
        edo_stream_release(s);
        assert_err(edo_stream_next(s, &item), 0);
    }
}

EDO_TEST(what_a_stream_of_a_reader_gave_comes_back)
{
    io_script script = SCRIPT(BYTES("first"), WAITS, BYTES("second"));
    edo_reader_stream place;
    edo_bytes item;
    edo_stream s = edo_stream_of_reader(&place, script_reader(&script), 0);
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item.len, 5);
    assert_memory_equal(item.data, "first", 5);
    edo_bytes_free(&item);
    script.stands = true;
    next = edo_stream_next_async(s, &item);
    assert_pending(&next.base);
    assert_err(edo_stream_next(s, &item), -EBUSY);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_false(edo_stream_is_done(s));
    script.stands = false;
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item.len, 6);
    edo_bytes_free(&item);
    assert_err(edo_stream_next(s, &item), 0);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
    assert_null(edo_stream_of_reader(&place, (edo_reader){0}, 0).ops);
}

EDO_TEST(only_one_item_of_a_reader_comes_back_and_no_end)
{
    io_script script = SCRIPT(BYTES("first"), BYTES("second"));
    edo_reader_stream place;
    edo_bytes item, other;
    edo_pull pull;
    edo_waker none = {0};
    edo_stream s = edo_stream_of_reader(&place, script_reader(&script), 0);
    edo_stream_next_future one = edo_stream_next_async(s, &item),
                           two = edo_stream_next_async(s, &other);

    assert_ready_eq(&one.base, 1);
    assert_ready_eq(&two.base, 1);
    edo_future_put_back(&two.base);
    edo_future_put_back(&one.base);
    assert_int_equal(two.base.result, -ECANCELED);
    assert_int_equal(one.base.result, 1); /* its success stands */
    edo_bytes_free(&item);
    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item.len, 6);
    edo_bytes_free(&item);
    edo_pull_begin(&pull, &item);
    assert_int_equal(edo_stream_poll(s, &pull, &none), EDO_READY);
    assert_int_equal(pull.result, 0);
    item = edo_bytes_static("no item", 7);
    assert_ok(edo_stream_put_back(s, &pull));
    assert_int_equal(pull.result, 0);
    assert_err(edo_stream_next(s, &item), 0);
    edo_stream_release(s);
}

EDO_TEST(a_next_that_was_cancelled_before_its_turn_leaves_nothing_under_way)
{
    zeros z = {.left = 1000000};
    edo_reader_stream place;
    edo_bytes item;
    edo_stream s = edo_stream_of_reader(&place, (edo_reader){&zeros_ops, &z}, 0);
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    while (edo_test_poll(&next.base) == EDO_READY) { /* until the budget holds it back */
        assert_int_equal(next.base.result, 1);
        edo_bytes_free(&item);
        next = edo_stream_next_async(s, &item);
    }
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(edo_stream_next(s, &item), 1);
    edo_bytes_free(&item);
    edo_stream_release(s);
    assert_err(edo_stream_next(s, &item), 0); /* nothing is left */
}

EDO_TEST(a_stream_of_a_reader_that_ended_holds_none_of_its_items)
{
    io_script script = SCRIPT(BYTES("first"));
    edo_reader_stream place;
    edo_bytes item;
    edo_buf buf;
    edo_stream s = edo_stream_of_reader(&place, script_reader(&script), 0);
    edo_stream_next_future next = edo_stream_next_async(s, &item);

    assert_ready_eq(&next.base, 1);
    edo_bytes other = edo_bytes_clone(&item);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    edo_stream_release(s);
    assert_ok(edo_bytes_thaw(&other, &buf)); /* nobody else holds it */
    edo_buf_fini(&buf);
}

/* Chunks of these lengths, of bytes that count up. */
static size_t chunks_of(const size_t *lens, size_t count, edo_bytes *ret_chunks)
{
    static unsigned char data[64];
    size_t at = 0;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)i;
    for (size_t i = 0; i < count; i++) {
        assert_ok(edo_bytes_copy(data + at, lens[i], &ret_chunks[i]));
        at += lens[i];
    }
    return at;
}

EDO_TEST_BOTH(a_stream_is_a_reader_and_empty_chunks_no_end) /* io-121 */
{
    static const size_t lens[] = {0, 4, 0, 4, 0, 4, 0};
    edo_bytes chunks[7];
    unsigned char buf[16];
    edo_stream_reader place;
    edo_iter iter;

    chunks_of(lens, 7, chunks);
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, chunks, 7, edo_bytes_item()));
    assert_ok(edo_read_exact(reader, buf, 5, NULL));
    assert_int_equal(edo_read(reader, buf + 5, 11), 3);
    assert_int_equal(edo_read(reader, buf + 8, 8), 4);
    for (int i = 0; i < 12; i++)
        assert_int_equal(buf[i], i);
    assert_int_equal(edo_read(reader, buf, 8), 0);
    assert_int_equal(edo_read(reader, buf, 8), 0);
    edo_stream_reader_fini(&place);
}

EDO_TEST_BOTH(a_stream_is_a_buffered_reader_too)
{
    edo_bytes chunks[3];
    edo_stream_reader place;
    edo_iter iter;
    char *line;
    size_t len;

    assert_ok(edo_bytes_copy("on", 2, &chunks[0]));
    assert_ok(edo_bytes_copy("e\ntwo\nth", 8, &chunks[1]));
    assert_ok(edo_bytes_copy("ree", 3, &chunks[2]));
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, chunks, 3, edo_bytes_item()));
    edo_pieces lines = edo_lines(reader);
    static const char *const texts[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_pieces_next(&lines, &line, &len), 1);
        assert_string_equal(line, texts[i]);
    }
    assert_int_equal(edo_pieces_next(&lines, &line, &len), 0);
    edo_pieces_fini(&lines);
    edo_stream_reader_fini(&place);
    edo_stream_reader_fini(&place);
    edo_stream_reader_fini(NULL);
    assert_null(edo_reader_of_stream(&place, edo_stream_empty(EDO_ITEM(char))).ops);
}

EDO_TEST(what_a_reader_of_a_stream_gave_comes_back)
{
    edo_bytes chunks[2];
    char buf[8];
    edo_stream_reader place;
    edo_iter iter;

    assert_ok(edo_bytes_copy("abcd", 4, &chunks[0]));
    assert_ok(edo_bytes_copy("ef", 2, &chunks[1]));
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, chunks, 2, edo_bytes_item()));
    edo_read_future read = edo_read_async(reader, buf, 8);
    assert_ready_eq(&read.base, 4); /* all of a chunk */
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    assert_int_equal(edo_read(reader, buf, 2), 2);
    assert_memory_equal(buf, "ab", 2);
    read = edo_read_async(reader, buf, 8);
    assert_ready_eq(&read.base, 2);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    assert_int_equal(edo_read(reader, buf, 8), 2);
    assert_memory_equal(buf, "cd", 2);
    assert_int_equal(edo_read(reader, buf, 8), 2);
    assert_memory_equal(buf, "ef", 2);
    edo_stream_reader_fini(&place);
}

EDO_TEST(what_was_read_before_the_last_chunk_stays_read)
{
    edo_bytes chunks[2];
    char buf[8], other[8];
    edo_stream_reader place;
    edo_iter iter;

    assert_ok(edo_bytes_copy("abcd", 4, &chunks[0]));
    assert_ok(edo_bytes_copy("ef", 2, &chunks[1]));
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, chunks, 2, edo_bytes_item()));
    edo_read_future first = edo_read_async(reader, buf, 8),
                    second = edo_read_async(reader, other, 1);
    assert_ready_eq(&first.base, 4);
    assert_ready_eq(&second.base, 1);
    edo_future_put_back(&first.base);
    assert_int_equal(first.base.result, 4); /* its success stands */
    assert_int_equal(edo_read(reader, buf, 8), 1);
    assert_int_equal(buf[0], 'f');
    edo_stream_reader_fini(&place);
}

static void check_nobody_holds(edo_bytes *bytes)
{
    edo_buf buf;

    assert_ok(edo_bytes_thaw(bytes, &buf));
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(a_reader_of_a_stream_holds_one_chunk_and_at_its_end_none)
{
    edo_bytes chunks[3], others[3];
    char buf[8];
    edo_stream_reader place;
    edo_iter iter;

    for (int i = 0; i < 3; i++) {
        assert_ok(edo_bytes_copy("abcd", 4, &chunks[i]));
        others[i] = edo_bytes_clone(&chunks[i]);
    }
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, chunks, 3, edo_bytes_item()));
    assert_int_equal(edo_read(reader, buf, 8), 4);
    assert_int_equal(edo_read(reader, buf, 2), 2);
    check_nobody_holds(&others[0]);
    edo_stream_reader_fini(&place); /* with a half of one, and one that nobody read */
    check_nobody_holds(&others[1]);
    check_nobody_holds(&others[2]);
}

static edo_poll ends_at_once(void *self, edo_pull *p, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    p->result = 0;
    return EDO_READY;
}

static void count_release(void *self)
{
    ++*(unsigned *)self;
}

EDO_TEST_PLAIN(a_reader_of_a_stream_releases_it_once)
{
    static const edo_stream_ops ops = {
        .next = ends_at_once, .release = count_release, .name = "counted"};
    unsigned released = 0;
    edo_stream_reader place;

    edo_reader_of_stream(&place, (edo_stream){&ops, &released, edo_bytes_item()});
    edo_stream_reader_fini(&place);
    assert_int_equal(released, 1);
    edo_stream_reader_fini(&place);
    assert_int_equal(released, 1);
}

EDO_TEST_BOTH(no_more_is_consumed_than_is_there)
{
    edo_bytes chunk;
    const void *data;
    char buf[8];
    edo_stream_reader place;
    edo_iter iter;

    assert_ok(edo_bytes_copy("abcd", 4, &chunk));
    edo_reader reader =
        edo_reader_of_stream(&place, edo_stream_iter(&iter, &chunk, 1, edo_bytes_item()));
    assert_int_equal(edo_fill(reader, &data), 4);
    assert_err(edo_consume(reader, 5), -EINVAL);
    assert_ok(edo_consume(reader, 1));
    assert_int_equal(edo_fill(reader, &data), 3);
    assert_memory_equal(data, "bcd", 3);
    assert_ok(edo_consume(reader, 3));
    assert_int_equal(edo_fill(reader, &data), 0);
    assert_int_equal(edo_read(reader, buf, 8), 0);
    edo_stream_reader_fini(&place);
}

static int one_error(void *arg, void *ret_item)
{
    int *calls = arg;

    if (++*calls == 1)
        return -EIO;
    return *calls == 2 && edo_bytes_copy("more", 4, ret_item) == 0;
}

EDO_TEST_BOTH(an_error_as_an_item_is_a_reads_error)
{
    int calls = 0;
    char buf[8];
    edo_stream_reader place;
    edo_iter iter;
    edo_reader reader = edo_reader_of_stream(
        &place, edo_stream_from_fn(&iter, one_error, &calls, edo_bytes_item()));

    assert_err(edo_read(reader, buf, 8), -EIO);
    assert_int_equal(edo_read(reader, buf, 8), 4);
    assert_int_equal(edo_read(reader, buf, 8), 0);
    edo_stream_reader_fini(&place);
}

EDO_TEST(a_cancelled_read_of_a_stream_takes_nothing)
{
    char buf[8];
    edo_stream_reader place;
    edo_reader reader = edo_reader_of_stream(&place, edo_stream_pending(edo_bytes_item()));
    edo_read_future read = edo_read_async(reader, buf, 8);

    assert_pending(&read.base);
    assert_err(edo_read(reader, buf, 8), -EBUSY);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    edo_stream_reader_fini(&place);
}

/* A sink that keeps what it was sent, in order. */
typedef struct store {
    edo_bytes items[8];
    size_t count;
    unsigned flushes, closes;
    bool refuses, stands;
} store;

static edo_poll store_ready(void *self, edo_push *p, const edo_waker *waker)
{
    store *s = self;

    p->result = p->canceled ? -ECANCELED : 0;
    if (!s->stands || p->canceled)
        return EDO_READY;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static int store_send(void *self, const void *item)
{
    store *s = self;

    if (s->refuses)
        return -EPIPE;
    s->items[s->count++] = *(const edo_bytes *)item;
    return 0;
}

static edo_poll store_flush(void *self, edo_push *p, const edo_waker *waker)
{
    store *s = self;

    (void)waker;
    s->flushes++;
    p->result = 0;
    return EDO_READY;
}

static edo_poll store_close(void *self, edo_push *p, const edo_waker *waker)
{
    store *s = self;

    (void)waker;
    s->closes++;
    p->result = 0;
    return EDO_READY;
}

static edo_item_sink sink_of(store *s)
{
    static const edo_item_sink_ops ops = {.ready = store_ready,
                                          .send = store_send,
                                          .flush = store_flush,
                                          .close = store_close,
                                          .name = "store"};

    return (edo_item_sink){&ops, s, edo_bytes_item()};
}

EDO_TEST_BOTH(each_write_is_an_item_of_the_sink) /* io-122 */
{
    store s = {0};
    edo_sink_writer place;
    edo_writer writer = edo_writer_of_sink(&place, sink_of(&s));

    assert_int_equal(edo_write(writer, "four", 4), 4);
    assert_int_equal(edo_write(writer, "sixsix", 6), 6);
    assert_ok(edo_flush(writer));
    assert_ok(edo_shutdown(writer));
    assert_int_equal(s.count, 2);
    assert_int_equal(s.items[0].len, 4);
    assert_memory_equal(s.items[0].data, "four", 4);
    assert_int_equal(s.items[1].len, 6);
    assert_int_equal(s.flushes, 1);
    assert_int_equal(s.closes, 1);
    s.refuses = true;
    assert_err(edo_write(writer, "no", 2), -EPIPE);
    edo_bytes_free(&s.items[0]);
    edo_bytes_free(&s.items[1]);
    assert_null(edo_writer_of_sink(&place, (edo_item_sink){0}).ops);
}

EDO_TEST_BOTH(writes_to_a_framed_sink_follow_one_another) /* io-122 */
{
    io_script script = {0};
    edo_framed_writer framed;
    edo_sink_writer place;

    assert_ok(edo_framed_writer_init(&framed, script_writer(&script), edo_bytes_encoder(), NULL));
    edo_writer writer = edo_writer_of_sink(&place, edo_framed_writer_sink(&framed));
    assert_ok(edo_write_all(writer, "hello ", 6, NULL));
    assert_ok(edo_write_all(writer, "world", 5, NULL));
    assert_int_equal(script.calls, 0);
    assert_ok(edo_flush(writer));
    assert_string_equal(script.order, "wf");
    assert_int_equal(script.written.len, 11);
    assert_memory_equal(script.written.data, "hello world", 11);
    edo_framed_writer_fini(&framed);
    edo_buf_fini(&script.written);
}

EDO_TEST(a_cancelled_write_gives_the_sink_nothing)
{
    store s = {.stands = true};
    edo_sink_writer place;
    edo_writer writer = edo_writer_of_sink(&place, sink_of(&s));
    edo_write_future write = edo_write_async(writer, "four", 4);

    assert_pending(&write.base);
    assert_err(edo_write(writer, "more", 4), -EBUSY);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, -ECANCELED);
    assert_int_equal(s.count, 0);
    s.stands = false;
    edo_write_future again = edo_write_async(writer, "four", 4);
    assert_ready_eq(&again.base, 4); /* a wait of its own */
    assert_int_equal(s.count, 1);
    edo_bytes_free(&s.items[0]);
}
