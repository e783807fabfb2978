/* inspect_test.c: looking at what goes through. */
#include "support/edo_test.h"
#include "support/memory_io.h"

#include <errno.h>
#include <string.h>

typedef struct seen {
    char text[64];
    size_t len;
    unsigned calls;
} seen;

static void see(void *arg, const void *data, size_t len)
{
    seen *s = arg;

    assert_true(len > 0 && s->len + len < sizeof s->text);
    memcpy(s->text + s->len, data, len);
    s->len += len;
    s->calls++;
}

EDO_TEST(a_reader_shows_each_byte_that_it_delivers_once) /* io-123 */
{
    memory_io io = memory_io_of("hello world");
    seen s = {0};
    edo_inspect_reader inspect;
    char buf[16] = "filled";
    size_t at = 6; /* what is in the buffer already isn't shown */

    io.most = 1;
    io.waits = true;
    assert_ok(edo_inspect_reader_init(&inspect, memory_reader(&io), see, &s));
    edo_reader reader = edo_inspect_reader_reader(&inspect);
    for (int i = 0; i < 10; i++)
        assert_int_equal(edo_read(reader, buf + at++, 5), 1);
    assert_string_equal(s.text, "hello worl");
    assert_int_equal(s.calls, 10);
    assert_int_equal(edo_read(reader, buf, 5), 1);
    assert_int_equal(edo_read(reader, buf, 5), 0);
    assert_string_equal(s.text, "hello world");
    assert_int_equal(s.calls, 11);
}

EDO_TEST(what_was_put_back_is_not_shown_again) /* io-123 */
{
    memory_io io = memory_io_of("hello world");
    seen s = {0};
    edo_inspect_reader inspect;
    char buf[16];
    const struct iovec iov[] = {{buf, 2}, {buf + 2, 14}};

    assert_ok(edo_inspect_reader_init(&inspect, memory_reader(&io), see, &s));
    edo_reader reader = edo_inspect_reader_reader(&inspect);
    edo_read_future read = edo_read_async(reader, buf, 5);
    assert_ready_eq(&read.base, 5);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    assert_int_equal(edo_readv(reader, iov, 2), 2);
    assert_string_equal(s.text, "hello");
    assert_int_equal(edo_read(reader, buf, 6), 6);
    assert_string_equal(s.text, "hello wo");
    io.keeps_nothing = true;
    read = edo_read_async(reader, buf, 8);
    assert_ready_eq(&read.base, 3);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, 3);
    assert_string_equal(s.text, "hello world");
}

EDO_TEST(of_a_buffered_reader_it_shows_what_is_consumed)
{
    memory_io io = memory_io_of("hello world");
    seen s = {0};
    edo_buf_reader buffered;
    edo_inspect_reader inspect;
    const void *data;
    char buf[4];

    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    assert_ok(edo_inspect_reader_init(&inspect, edo_buf_reader_reader(&buffered), see, &s));
    edo_reader reader = edo_inspect_reader_reader(&inspect);
    assert_int_equal(edo_fill(reader, &data), 11);
    assert_string_equal(s.text, "");
    assert_ok(edo_consume(reader, 2));
    assert_ok(edo_consume(reader, 3));
    assert_string_equal(s.text, "hello");
    assert_err(edo_consume(reader, 7), -EINVAL);
    assert_int_equal(edo_read(reader, buf, 4), 4);
    assert_int_equal(edo_fill(reader, &data), 2);
    assert_ok(edo_consume(reader, 2));
    assert_string_equal(s.text, "hello world");
    edo_buf_reader_fini(&buffered);
    assert_null(edo_inspect_reader_reader(NULL).ops);
    assert_err(edo_inspect_reader_init(&inspect, (edo_reader){0}, see, &s), -EINVAL);
}

/* A buffered reader whose bytes are gone once they are consumed. */
typedef struct brief {
    char text[12];
    size_t at;
    bool refuses;
} brief;

static edo_poll brief_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    brief *b = self;

    (void)waker;
    *(char *)t->buf = b->text[b->at++];
    t->result = 1;
    return EDO_READY;
}

static edo_poll brief_fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    brief *b = self;

    (void)waker;
    t->buf = b->text + b->at;
    t->result = (int64_t)strlen(b->text + b->at);
    return EDO_READY;
}

static int brief_consume(void *self, size_t len)
{
    brief *b = self;

    if (b->refuses)
        return -EIO;
    memset(b->text + b->at, '?', len);
    b->at += len;
    return 0;
}

static const edo_reader_ops brief_ops = {
    .read = brief_read, .fill = brief_fill, .consume = brief_consume, .name = "brief"};

EDO_TEST(what_is_consumed_is_shown_while_it_is_there)
{
    brief b = {.text = "hello world"};
    seen s = {0};
    edo_inspect_reader inspect;
    const void *data;
    char first;

    assert_ok(edo_inspect_reader_init(&inspect, (edo_reader){&brief_ops, &b}, see, &s));
    edo_reader reader = edo_inspect_reader_reader(&inspect);
    assert_err(edo_consume(reader, 1), -EINVAL); /* nothing was shown */
    assert_int_equal(edo_fill(reader, &data), 11);
    assert_ok(edo_consume(reader, 5));
    assert_string_equal(s.text, "hello");
    assert_int_equal(edo_read(reader, &first, 1), 1); /* the rest stays where it is */
    assert_ok(edo_consume(reader, 3));
    assert_string_equal(s.text, "hello wor");
    b.refuses = true;
    assert_err(edo_consume(reader, 2), -EIO);
    b.refuses = false;
    assert_ok(edo_consume(reader, 2));
    assert_string_equal(s.text, "hello world");
    assert_int_equal(s.len, 11); /* each once */
}

EDO_TEST(a_writer_shows_what_was_taken) /* io-124 */
{
    const struct iovec iov[] = {{(char[]){"hello "}, 6}, {NULL, 0}, {(char[]){"world"}, 5}};

    for (int vectored = 0; vectored < 2; vectored++) {
        memory_io io = {.most = vectored ? 7 : 1, .waits = true};
        seen s = {0};
        edo_inspect_writer inspect;
        assert_ok(edo_inspect_writer_init(&inspect, memory_writer(&io, vectored), see, &s));
        edo_writer writer = edo_inspect_writer_writer(&inspect);
        assert_true(edo_writer_is_vectored(writer) == vectored);
        assert_int_equal(edo_writev(writer, iov, 3), vectored ? 7 : 1);
        assert_string_equal(s.text, vectored ? "hello w" : "h"); /* and one byte of the second */
        assert_int_equal(s.calls, vectored ? 2 : 1);
        io.most = 1;
        assert_int_equal(edo_write(writer, "ello", 4), 1);
        assert_int_equal(edo_write(writer, "llo", 3), 1);
        assert_string_equal(s.text, vectored ? "hello wel" : "hel");
        assert_memory_equal(io.data, s.text, s.len);
        assert_ok(edo_flush(writer));
        assert_ok(edo_shutdown(writer));
        assert_int_equal(io.flushes + io.shutdowns, 2);
    }
    assert_null(edo_inspect_writer_writer(NULL).ops);
}
