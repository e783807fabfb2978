/* framed_stream_test.c: framed readers and writers as streams and sinks of items. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/script.h"

static const char lines_text[] = "one\ntwo\nthree\n";

static void check_frame(const edo_bytes *frame, const char *text)
{
    assert_int_equal(frame->len, strlen(text));
    assert_memory_equal(frame->data, text, frame->len);
}

EDO_TEST_BOTH(frames_are_a_stream)
{
    io_script script = SCRIPT(BYTES(lines_text), WAITS, BYTES("last"), FAILS(-EIO));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    edo_stream lines = edo_framed_reader_stream(&framed);
    static const char *const texts[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_stream_next(lines, &line), 1);
        check_frame(&line, texts[i]);
        edo_bytes_free(&line);
    }
    assert_err(edo_stream_next(lines, &line), -EIO);
    assert_err(edo_stream_next(lines, &line), 0);
    assert_int_equal(edo_stream_next(lines, &line), 1);
    check_frame(&line, "last");
    edo_bytes_free(&line);
    edo_stream_release(lines);
    assert_err(edo_framed_next(&framed, &line), -EINVAL); /* nothing is left */
}

EDO_TEST(a_stream_of_frames_puts_back)
{
    io_script script = SCRIPT(BYTES(lines_text));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    edo_stream lines = edo_framed_reader_stream(&framed);
    edo_stream_next_future next = edo_stream_next_async(lines, &line);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_stream_next(lines, &line), 1);
    check_frame(&line, "one");
    edo_bytes_free(&line);
    edo_stream_release(lines);
}

EDO_TEST(an_end_that_comes_back_is_no_frame)
{
    io_script script = SCRIPT(BYTES("one\n"));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_pull pull;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    edo_stream lines = edo_framed_reader_stream(&framed);
    assert_int_equal(edo_stream_next(lines, &line), 1);
    edo_bytes_free(&line);
    edo_pull_begin(&pull, &line);
    edo_waker none = {0};
    assert_int_equal(edo_stream_poll(lines, &pull, &none), EDO_READY);
    assert_int_equal(pull.result, 0);
    assert_ok(edo_stream_put_back(lines, &pull));
    assert_int_equal(pull.result, 0);
    assert_err(edo_stream_next(lines, &line), 0);
    edo_stream_release(lines);
}

EDO_TEST(a_cancelled_next_of_a_stream_takes_nothing)
{
    io_script script = SCRIPT(BYTES("on"), WAITS, BYTES("e\n"));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_bytes line;

    script.stands = true;
    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    edo_stream lines = edo_framed_reader_stream(&framed);
    edo_stream_next_future next = edo_stream_next_async(lines, &line);
    assert_pending(&next.base);
    assert_err(edo_stream_next(lines, &line), -EBUSY);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    script.stands = false;
    assert_int_equal(edo_stream_next(lines, &line), 1);
    check_frame(&line, "one");
    edo_bytes_free(&line);
    edo_stream_release(lines);
}

EDO_TEST_PLAIN(lent_frames_are_no_stream)
{
    io_script script = {0};
    edo_lines_codec codec = {.lends = true};
    edo_framed_reader framed;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    assert_null(edo_framed_reader_stream(&framed).ops);
    assert_null(edo_framed_reader_stream(NULL).ops);
    assert_null(edo_framed_writer_sink(NULL).ops);
    edo_framed_reader_fini(&framed);
}

static unsigned destroyed;

static void destroy(void *item)
{
    (void)item;
    destroyed++;
}

static int encode_int(void *self, const void *frame, edo_buf *dst)
{
    int n = *(const int *)frame;

    (void)self;
    return n < 0 ? -EILSEQ : edo_buf_print(dst, "%d,", n);
}

EDO_TEST_BOTH(a_writer_is_a_sink_that_ends_what_it_takes)
{
    static const edo_item item = {.size = sizeof(int), .align = _Alignof(int), .destroy = destroy};
    static const edo_encoder_ops ops = {.encode = encode_int, .name = "int"};
    io_script script = {0};
    edo_framed_writer framed;
    bool taken;

    destroyed = 0;
    assert_ok(edo_framed_writer_init(&framed, script_writer(&script),
                                     (edo_encoder){&ops, NULL, &item},
                                     EDO_OPTS(framed, .boundary = 4)));
    edo_item_sink sink = edo_framed_writer_sink(&framed);
    assert_ok(edo_item_sink_feed(sink, &(int){10}));
    assert_ok(edo_item_sink_feed(sink, &(int){20}));
    assert_int_equal(script.calls, 0);
    assert_ok(edo_item_sink_feed(sink, &(int){30})); /* the others are at the boundary */
    assert_string_equal(script.order, "w");
    assert_err(edo_item_sink_send(sink, &(int){-1}, &taken), -EILSEQ);
    assert_false(taken);
    assert_int_equal(destroyed, 3);
    assert_ok(edo_item_sink_flush(sink));
    assert_ok(edo_item_sink_close(sink));
    assert_string_equal(script.order, "wwffs");
    assert_memory_equal(script.written.data, "10,20,30,", 9);
    edo_item_sink_release(sink);
    assert_err(edo_framed_feed(&framed, &(int){40}), -EINVAL); /* nothing is left */
    edo_buf_fini(&script.written);
}

EDO_TEST(a_cancelled_flush_of_a_sink_goes_on_in_the_next)
{
    io_script script = SCRIPT(WAITS);
    edo_framed_writer framed;

    script.stands = true;
    assert_ok(edo_framed_writer_init(&framed, script_writer(&script), edo_lines_encoder(), NULL));
    edo_item_sink sink = edo_framed_writer_sink(&framed);
    edo_bytes line = edo_bytes_static("line", 4);
    assert_ok(edo_item_sink_feed(sink, &line));
    edo_item_sink_future flush = edo_item_sink_flush_async(sink);
    assert_pending(&flush.base);
    edo_future_cancel(&flush.base);
    assert_ready_eq(&flush.base, -ECANCELED);
    script.stands = false;
    assert_ok(edo_item_sink_flush(sink));
    assert_int_equal(script.written.len, 5);
    assert_memory_equal(script.written.data, "line\n", 5);
    edo_item_sink_release(sink);
    edo_buf_fini(&script.written);
}
