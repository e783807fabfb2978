/* read_test.c: one read and no more; so many bytes; to the end; into a buffer. */
#include "io/feed.h"

#include <stdio.h>
#include <string.h>

#include "support/forked.h"

#include "io/utf8.h"

EDO_TEST(a_read_calls_the_reader_once) /* io-001 */
{
    feed f = feed_of("hello world");
    char buf[32] = "";

    assert_int_equal(edo_read(feed_reader(&f), buf, 11), 11);
    assert_string_equal(buf, "hello world");
    assert_int_equal(f.calls, 1);
    f = feed_of("hello world");
    f.step = 4;
    assert_int_equal(edo_read(feed_reader(&f), buf, 11), 4); /* and isn't filled up */
    assert_int_equal(f.calls, 1);
}

EDO_TEST(a_read_of_no_bytes_waits_for_nothing_and_takes_nothing) /* io-002 */
{
    feed f = feed_of("hello");
    char buf[1024];

    f.waits = true;
    edo_read_future none = edo_read_async(feed_reader(&f), buf, 0);
    assert_int_equal(assert_ready(&none.base), 0);
    assert_int_equal(edo_read(feed_reader(&f), NULL, 0), 0);
    assert_int_equal(f.calls, 0);
    assert_int_equal(edo_read(feed_reader(&f), buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
}

EDO_TEST(read_exact_leaves_what_is_behind) /* io-003 */
{
    feed f = feed_of("hello world");
    char buf[16] = "";
    size_t done;

    assert_ok(edo_read_exact(feed_reader(&f), buf, 8, &done));
    assert_int_equal(done, 8);
    assert_string_equal(buf, "hello wo");
    assert_int_equal(edo_read(feed_reader(&f), buf, sizeof buf), 3);
    assert_memory_equal(buf, "rld", 3);
}

EDO_TEST(read_exact_that_meets_the_end_says_so) /* io-004 */
{
    feed f = feed_of("hello");
    char buf[16] = "";
    size_t done = 99;

    f.step = 2;
    assert_err(edo_read_exact(feed_reader(&f), buf, 6, &done), -EDO_EEOF);
    assert_int_equal(done, 5);
    assert_string_equal(buf, "hello");
    assert_err(edo_read_exact(feed_reader(&f), buf, 1, &done), -EDO_EEOF);
    assert_int_equal(done, 0);
    assert_ok(edo_read_exact(feed_reader(&f), NULL, 0, NULL)); /* there are as many */
}

/* Claims more than there is room for. */
static edo_poll boast(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    t->result = (int64_t)t->len + 1;
    return EDO_READY;
}

static const edo_reader_ops boaster = {.read = boast, .name = "boaster"};

static int read_from_boaster(void *arg)
{
    edo_reader from = {&boaster, NULL};
    edo_buf buf = {0};
    char bytes[4];
    uint32_t number;

    (void)arg;
    assert_err(edo_read(from, bytes, sizeof bytes), -EDO_EMISUSE);
    assert_err(edo_read_exact(from, bytes, sizeof bytes, NULL), -EDO_EMISUSE);
    assert_err(edo_read_u32_be(from, &number), -EDO_EMISUSE);
    assert_err(edo_read_to_end(from, &buf, NULL), -EDO_EMISUSE);
    assert_int_equal(buf.len, 0);
    edo_buf_fini(&buf);
    return 0;
}

static void run_with_boaster(void)
{
    edo_runtime *rt;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &rt));
    assert_ok(edo_block_on(rt, read_from_boaster, NULL));
    edo_runtime_free(rt);
}

EDO_TEST_PLAIN(a_reader_that_claims_too_much_is_told) /* io-005 */
{
    char text[4096];

    assert_int_equal(forked_run(run_with_boaster, text, sizeof text), 0);
#if EDO_DEBUG
    assert_non_null(strstr(text, "boaster says 5 bytes where 4 were asked for"));
#endif
}

EDO_TEST(vectored_calls_of_nothing_are_answered_at_once) /* io-017 */
{
    feed f = feed_of("hello");
    drain d = {.is_full = true};
    char byte;
    const struct iovec empty[3] = {{&byte, 0}, {NULL, 0}, {&byte, 0}};

    f.waits = d.waits = true;
    edo_read_future read = edo_readv_async(feed_reader(&f), empty, 3);
    assert_int_equal(assert_ready(&read.base), 0);
    edo_write_future write = edo_writev_async(drain_vectored(&d), empty, 3);
    assert_int_equal(assert_ready(&write.base), 0);
    assert_int_equal(edo_readv(feed_reader(&f), NULL, 0), 0);
    assert_int_equal(edo_writev(drain_writer(&d), NULL, 0), 0);
    assert_int_equal(f.calls + d.calls + d.vectored_calls, 0);
}

EDO_TEST(read_to_end_appends) /* io-053 */
{
    feed f = feed_of("hello world");
    edo_buf buf = {0};
    size_t done;

    assert_ok(edo_buf_append(&buf, "abc ", 4));
    assert_ok(edo_read_to_end(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 11);
    check_holds(&buf, "abc hello world");
    assert_ok(edo_read_to_end(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 0);
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(read_to_end_gets_all_a_byte_at_a_time) /* io-054 */
{
    static char text[5000];
    feed f = {.data = (unsigned char *)text, .len = sizeof text, .step = 1, .waits = true};
    edo_buf buf = {0};
    size_t done;

    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 251);
    assert_ok(edo_read_to_end(feed_reader(&f), &buf, &done));
    assert_int_equal(done, sizeof text);
    assert_memory_equal(buf.data, text, sizeof text);
    edo_buf_fini(&buf);
}

EDO_TEST(read_to_end_that_fails_keeps_what_it_read_and_goes_on)
{
    feed f = feed_of("hello world");
    edo_buf buf = {0};
    size_t done;

    f.step = 2;
    f.error = -EIO;
    f.error_at = 6;
    assert_err(edo_read_to_end(feed_reader(&f), &buf, &done), -EIO);
    assert_int_equal(done, 6);
    check_holds(&buf, "hello ");
    assert_ok(edo_read_to_end(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 5);
    check_holds(&buf, "hello world");
    edo_buf_fini(&buf);
}

EDO_TEST(read_to_end_stops_at_the_limit)
{
    char memory[4];
    feed f = feed_of("hello world");
    edo_buf buf = {.limit = 8}, fixed = edo_buf_over(memory, sizeof memory);
    size_t done;

    assert_err(edo_read_to_end(feed_reader(&f), &buf, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 8);
    check_holds(&buf, "hello wo");
    assert_ok(edo_read_to_end(feed_reader(&f), &fixed, &done)); /* and nothing was lost */
    check_holds(&fixed, "rld");
    f.at = 8;
    assert_ok(edo_buf_consume(&fixed, 1));
    assert_err(edo_read_to_end(feed_reader(&f), &fixed, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 2);
    check_holds(&fixed, "ldrl"); /* all four bytes of it were of use */
    edo_buf_fini(&buf);
}

EDO_TEST(read_to_string_appends) /* io-055 */
{
    feed f = feed_of("def");
    edo_buf buf = {0};
    size_t done;

    assert_ok(edo_buf_append(&buf, "abc", 3));
    assert_ok(edo_read_to_string(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 3);
    assert_string_equal(edo_buf_text(&buf), "abcdef");
    edo_buf_fini(&buf);
}

EDO_TEST(read_to_string_refuses_what_is_no_text_and_keeps_it) /* io-055 */
{
    feed f = feed_of("d\xffg");
    edo_buf buf = {0};
    size_t done;

    assert_ok(edo_buf_append(&buf, "\x80", 1)); /* not its business */
    assert_err(edo_read_to_string(feed_reader(&f), &buf, &done), -EILSEQ);
    assert_int_equal(done, 3);
    check_holds(&buf, "\x80"
                      "d\xffg");
    f = feed_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\x89");
    f.step = 1; /* characters come in parts */
    assert_ok(edo_read_to_string(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 15);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(utf8_is_what_the_standard_says)
{
    static const char *const good[] = {"",
                                       "plain",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "more than a word \xc3\xa4 of it"};
    static const char *const bad[] = {"\x80",
                                      "\x80\x80",
                                      "\xc0\xaf",
                                      "\xc1\xbf",
                                      "\xc3",
                                      "\xc3(",
                                      "\xe0\x9f\xbf",
                                      "\xe2\x82",
                                      "\xe2\x82(",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf0\x9f\x8e",
                                      "\xf0\x9f\x8e(",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "more than a word \xa4 of it"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(utf8_is_valid((const unsigned char *)good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(utf8_is_valid((const unsigned char *)bad[i], strlen(bad[i])));
}

EDO_TEST(a_read_into_a_buffer_is_one_read)
{
    feed f = feed_of("hello world");
    edo_buf buf = {.limit = 8};

    f.step = 6;
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 6);
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 2);
    assert_err(edo_read_buf(feed_reader(&f), &buf), -EDO_ETOOLONG);
    check_holds(&buf, "hello wo");
    assert_ok(edo_buf_consume(&buf, 8));
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 3);
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 0);
    check_holds(&buf, "rld");
    assert_int_equal(f.calls, 4);
    edo_buf_fini(&buf);
}

/* A select puts back what a loser has read by one call. */
EDO_TEST(what_a_loser_read_goes_back)
{
    feed f = feed_of("hello world");
    edo_future first = edo_ready(0);
    edo_buf buf = {0};
    char bytes[8];
    uint32_t number = 7;

    edo_read_exact_future exact = edo_read_exact_async(feed_reader(&f), bytes, 8);
    assert_int_equal(assert_ready(&exact.base), 0);
    edo_future_put_back(&exact.base);
    assert_err(exact.base.result, -ECANCELED);
    assert_int_equal(exact.done, 0);
    assert_int_equal(f.at, 0);
    edo_read_buf_future in = edo_read_buf_async(feed_reader(&f), &buf);
    assert_int_equal(assert_ready(&in.base), 11);
    edo_future_put_back(&in.base);
    assert_int_equal(buf.len, 0);
    assert_int_equal(f.at, 0);
    edo_read_number_future u32 = edo_read_u32_be_async(feed_reader(&f), &number);
    assert_int_equal(assert_ready(&u32.base), 0);
    edo_future_put_back(&u32.base);
    assert_int_equal(f.at, 0);
    assert_int_equal(edo_select(&first), 0);
    edo_buf_fini(&buf);
}

/* The reader has a new transfer then, of which it knows nothing. */
EDO_TEST(a_read_begun_anew_after_its_bytes_went_back_is_another_call)
{
    feed f = feed_of("hello");
    char bytes[8];
    const struct iovec iov[] = {{NULL, 0}, {bytes, sizeof bytes}};
    edo_read_future reads[] = {edo_read_async(feed_reader(&f), bytes, sizeof bytes),
                               edo_readv_async(feed_reader(&f), iov, 2)};

    f.waits = true;
    for (int i = 0; i < 2; i++) {
        edo_future *read = &reads[i].base;
        f.at = f.calls = 0;
        for (unsigned calls = 1; calls <= 3; calls++) {
            memset(bytes, 0, sizeof bytes);
            assert_pending(read); /* as each call does once */
            assert_int_equal(assert_ready(read), 5);
            assert_string_equal(bytes, "hello");
            assert_int_equal(f.calls, calls);
            edo_future_put_back(read);
            assert_err(read->result, -ECANCELED);
            *read = (edo_future)EDO_FUTURE_INIT(read->ops);
        }
    }
}

/* But not what took it two. */
EDO_TEST(what_was_read_in_parts_stays_a_success)
{
    feed f = feed_of("hello world");
    char bytes[8];

    f.step = 5;
    edo_read_exact_future exact = edo_read_exact_async(feed_reader(&f), bytes, 8);
    assert_int_equal(assert_ready(&exact.base), 0);
    edo_future_put_back(&exact.base);
    assert_int_equal(exact.base.result, 0);
    assert_int_equal(exact.done, 8);
    assert_int_equal(f.at, 8);
}

/* A reader around another, as in docs/guide/streams.md: it hands its own transfer on. */
static char turn(char c)
{
    char base = c >= 'a' && c <= 'z' ? 'a' : 'A';

    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? (char)(base + (c - base + 13) % 26)
                                                            : c;
}

static edo_poll rot13_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_reader *inner = self;

    if (edo_reader_poll(*inner, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    for (int64_t i = 0; i < t->result; i++)
        ((char *)t->buf)[i] = turn(((char *)t->buf)[i]);
    return EDO_READY;
}

static void rot13_cancel(void *self, edo_transfer *t)
{
    edo_reader_cancel(*(edo_reader *)self, t);
}

EDO_TEST_BOTH(a_reader_around_another_hands_its_transfer_on)
{
    static const edo_reader_ops ops = {.read = rot13_read, .cancel = rot13_cancel, .name = "rot13"};
    feed f = feed_of("Uryyb, Jbeyq!");
    edo_reader inner = feed_reader(&f);
    edo_reader from = {&ops, &inner};
    edo_buf buf = {0};

    f.waits = true;
    f.step = 5;
    assert_ok(edo_read_to_end(from, &buf, NULL));
    assert_string_equal(edo_buf_text(&buf), "Hello, World!");
    f.at = 0;
    edo_read_future read = edo_read_async(from, buf.data, 5);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    assert_int_equal(f.at, 0);
    edo_buf_fini(&buf);
}

static edo_poll note_transfer(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)waker;
    *(edo_transfer *)self = *t;
    t->result = 1;
    return EDO_READY;
}

EDO_TEST(one_that_takes_one_piece_is_asked_for_the_first_that_is_not_empty)
{
    static const edo_reader_ops reader_ops = {.read = note_transfer};
    static const edo_writer_ops writer_ops = {.write = note_transfer};
    char piece[3] = "";
    const struct iovec iov[] = {{NULL, 0}, {piece, 3}, {piece, 2}};
    edo_transfer seen;

    assert_int_equal(edo_readv((edo_reader){&reader_ops, &seen}, iov, 3), 1);
    assert_int_equal(seen.kind, EDO_TRANSFER_READ);
    assert_ptr_equal(seen.buf, piece);
    assert_int_equal(seen.len, 3);
    assert_null(seen.iov);
    assert_int_equal(edo_writev((edo_writer){&writer_ops, &seen}, iov, 3), 1);
    assert_int_equal(seen.kind, EDO_TRANSFER_WRITE);
    assert_ptr_equal(seen.buf, piece);
    assert_int_equal(seen.len, 3);
    assert_null(seen.iov);
}

EDO_TEST(readers_that_are_none_are_refused)
{
    edo_reader none = {0};
    edo_buf buf = {0};
    char byte;

    assert_err(edo_read(none, &byte, 1), -EINVAL);
    assert_err(edo_read_exact(none, &byte, 1, NULL), -EINVAL);
    assert_err(edo_read_exact(edo_empty(), NULL, 1, NULL), -EINVAL);
    assert_err(edo_read_to_end(none, &buf, NULL), -EINVAL);
    assert_err(edo_read_to_end(edo_empty(), NULL, NULL), -EINVAL);
    assert_err(edo_read_buf(none, &buf), -EINVAL);
    assert_err(edo_read_until(none, 0, &buf, NULL), -EINVAL);
    assert_err(edo_read_u32_be(edo_empty(), NULL), -EINVAL);
}
