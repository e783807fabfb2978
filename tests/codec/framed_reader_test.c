/* framed_reader_test.c: frames of a reader: in any pieces, errors, ends, and what stays when a wait is cut short. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/script.h"

#define ONE "\1\0\0\0"
#define TWO "\2\0\0\0"
#define THREE "\3\0\0\0"

/* A reader of numbers of four bytes. */
typedef struct numbers {
    io_script script;
    number_codec codec;
    edo_framed_reader framed;
} numbers;

static void begin(numbers *n, io_script script, const edo_framed_opts *opts)
{
    n->script = script;
    n->codec = (number_codec){.size = 4};
    assert_ok(edo_framed_reader_init(&n->framed, script_reader(&n->script),
                                     number_decoder(&n->codec), opts));
}

static void check_next(numbers *n, uint32_t expected)
{
    uint32_t number = 0;

    assert_int_equal(edo_framed_next(&n->framed, &number), 1);
    assert_int_equal(number, expected);
}

static void check_next_says(numbers *n, int expected)
{
    uint32_t number;

    assert_err(edo_framed_next(&n->framed, &number), expected);
}

EDO_TEST_BOTH(frames_come_in_one_read_or_in_several) /* codec-015 */
{
    io_script whole = SCRIPT(BYTES(ONE TWO THREE)),
              apart = SCRIPT(BYTES(ONE), BYTES(TWO), BYTES(THREE));
    numbers n;

    for (int i = 0; i < 2; i++) {
        begin(&n, i ? apart : whole, NULL);
        check_next(&n, 1);
        assert_int_equal(n.script.calls, 1);
        check_next(&n, 2);
        check_next(&n, 3);
        assert_int_equal(n.script.calls, i ? 3 : 1);
        check_next_says(&n, 0);
        edo_framed_reader_fini(&n.framed);
    }
}

EDO_TEST(it_waits_when_its_reader_waits) /* codec-016 */
{
    io_script script = SCRIPT(WAITS, BYTES(ONE), BYTES("\2\0"), WAITS, BYTES("\0\0"));
    uint32_t number = 0;
    numbers n;

    begin(&n, script, NULL);
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(number, 1);
    next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    assert_int_equal(n.framed.buf.len, 2);
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(number, 2);
    check_next_says(&n, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(an_error_of_the_reader_comes_out) /* codec-017 */
{
    io_script scripts[] = {SCRIPT(FAILS(-EIO)), SCRIPT(BYTES("\1\0"), FAILS(-EIO)),
                           SCRIPT(BYTES("\1\0"), WAITS, FAILS(-EIO))};
    numbers n;

    for (int i = 0; i < 3; i++) {
        begin(&n, scripts[i], NULL);
        check_next_says(&n, -EIO);
        check_next_says(&n, 0);
        edo_framed_reader_fini(&n.framed);
    }
}

/* All of a buffer, once it has this much. */
static int all_of(void *self, edo_buf *src, void *frame)
{
    return src->len < *(size_t *)self ? 0 : (edo_frame_take(src, src->len, 0, frame), 1);
}

static const edo_decoder_ops all_ops = {.decode = all_of, .name = "all"};

EDO_TEST_BOTH(the_buffer_grows_for_a_long_frame) /* codec-018 */
{
    static char data[32 * 1024];
    io_script script = SCRIPT(BYTES(data));
    size_t size = sizeof data - 1;
    edo_framed_reader framed;
    edo_bytes frame;

    memset(data, 'x', size);
    assert_ok(edo_framed_reader_init(&framed, script_reader(&script),
                                     (edo_decoder){&all_ops, &size, edo_bytes_item()}, NULL));
    assert_int_equal(edo_buf_spare(&framed.buf), 8192);
    assert_int_equal(edo_framed_next(&framed, &frame), 1);
    assert_int_equal(frame.len, size);
    assert_memory_equal(frame.data, data, size);
    edo_bytes_free(&frame);
    edo_framed_reader_fini(&framed);
}

EDO_TEST_BOTH(an_end_inside_a_frame_is_an_error) /* codec-019 */
{
    io_script script = SCRIPT(BYTES(ONE "x"));
    numbers n;

    begin(&n, script, NULL);
    check_next(&n, 1);
    check_next_says(&n, -EDO_EEOF);
    check_next_says(&n, 0);
    check_next_says(&n, 0);
    edo_framed_reader_fini(&n.framed);
}

static int counts_up(void *self, edo_buf *src, void *frame)
{
    uint32_t *left = self;

    assert_int_equal(src->len, 0);
    if (*left == 4)
        return 0;
    memcpy(frame, left, sizeof *left);
    ++*left;
    return 1;
}

static int never(void *self, edo_buf *src, void *frame)
{
    (void)self;
    (void)src;
    (void)frame;
    fail();
    return 0;
}

EDO_TEST_BOTH(a_decoder_may_have_frames_at_the_end) /* codec-020 */
{
    static const edo_decoder_ops ops = {.decode = never, .decode_eof = counts_up, .name = "end"};
    io_script script = {0};
    uint32_t given = 0, number;
    edo_framed_reader framed;

    assert_ok(edo_framed_reader_init(&framed, script_reader(&script),
                                     (edo_decoder){&ops, &given, EDO_ITEM(uint32_t)}, NULL));
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(edo_framed_next(&framed, &number), 1);
        assert_int_equal(number, i);
    }
    assert_err(edo_framed_next(&framed, &number), 0);
    edo_framed_reader_fini(&framed);
}

EDO_TEST_BOTH(it_goes_on_after_an_end_if_the_reader_does) /* codec-021 */
{
    io_script script = SCRIPT(BYTES(ONE), END, BYTES(TWO), END, BYTES(THREE), END);
    numbers n;

    begin(&n, script, NULL);
    check_next(&n, 1);
    check_next_says(&n, 0);
    check_next(&n, 2);
    check_next_says(&n, 0);
    check_next(&n, 3);
    check_next_says(&n, 0);
    check_next_says(&n, 0);
    assert_int_equal(n.codec.on_nothing, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(after_an_error_it_says_the_end_once_and_goes_on) /* codec-022 */
{
    io_script script = SCRIPT(BYTES("abcdef"), FAILS(-EIO), BYTES("more data"));
    edo_framed_reader framed;
    edo_bytes frame;

    assert_ok(edo_framed_reader_init(&framed, script_reader(&script), edo_bytes_decoder(), NULL));
    assert_int_equal(edo_framed_next(&framed, &frame), 1);
    assert_int_equal(frame.len, 6);
    edo_bytes_free(&frame);
    assert_err(edo_framed_next(&framed, &frame), -EIO);
    assert_err(edo_framed_next(&framed, &frame), 0);
    assert_int_equal(edo_framed_next(&framed, &frame), 1);
    assert_int_equal(frame.len, 9);
    assert_memory_equal(frame.data, "more data", 9);
    edo_bytes_free(&frame);
    assert_err(edo_framed_next(&framed, &frame), 0);
    edo_framed_reader_fini(&framed);
}

EDO_TEST_BOTH(a_decoders_error_is_no_end_of_its_reader)
{
    io_script script = SCRIPT(BYTES("too long\nok\n"), BYTES("too long too\n"));
    edo_lines_codec codec = {.max_len = 3, .lends = true};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    assert_err(edo_framed_next(&framed, &line), -EDO_ETOOLONG);
    assert_err(edo_framed_next(&framed, &line), 0);
    assert_int_equal(edo_framed_next(&framed, &line),
                     1); /* what lay behind it, without another read */
    assert_int_equal(script.calls, 1);
    assert_memory_equal(line.data, "ok", 3);
    edo_framed_reader_fini(&framed);
}

EDO_TEST_BOTH(a_frame_that_is_dropped_as_it_comes_is_no_end)
{
    io_script script = SCRIPT(BYTES("too lo"), BYTES("ng"), BYTES("\nok\n"));
    edo_lines_codec codec = {.max_len = 3, .lends = true};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    assert_err(edo_framed_next(&framed, &line), -EDO_ETOOLONG);
    assert_err(edo_framed_next(&framed, &line), 0);
    assert_int_equal(edo_framed_next(&framed, &line), 1);
    assert_memory_equal(line.data, "ok", 3);
    edo_framed_reader_fini(&framed);
}

/* The first time there is no memory. */
static int without_memory(void *self, edo_buf *src, void *frame)
{
    number_codec *codec = self;

    return codec->decodes ? number_decode(self, src, frame) : (codec->decodes++, -ENOMEM);
}

EDO_TEST_BOTH(a_decoder_without_memory_has_lost_nothing)
{
    static const edo_decoder_ops ops = {.decode = without_memory, .name = "without_memory"};
    io_script script = SCRIPT(BYTES(ONE TWO));
    numbers n;

    begin(&n, script, NULL);
    n.framed.decoder.ops = &ops;
    check_next_says(&n, -ENOMEM);
    check_next(&n, 1); /* and no end before it */
    n.codec.decodes = 0;
    check_next_says(&n, -ENOMEM);
    check_next(&n, 2);
    check_next_says(&n, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(another_decoder_goes_on_where_the_first_came_to) /* codec-023 */
{
    io_script script = SCRIPT(BYTES("\x2a\0\0\0\x54\0\0\0\0\0\0\0"));
    number_codec wide = {.size = 8};
    uint64_t number = 0;
    numbers n;

    begin(&n, script, NULL);
    check_next(&n, 42);
    assert_int_equal(n.framed.buf.len, 8);
    assert_ok(edo_framed_reader_set_decoder(&n.framed, number_decoder(&wide)));
    assert_int_equal(edo_framed_next(&n.framed, &number), 1);
    assert_int_equal(number, 84);
    assert_int_equal(n.script.calls, 1);
    assert_err(edo_framed_reader_set_decoder(&n.framed, (edo_decoder){0}), -EINVAL);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(another_decoder_may_see_a_frame_where_the_first_saw_none) /* codec-023 */
{
    io_script script = SCRIPT(BYTES("\x2a\0\0\0"), WAITS);
    number_codec wide = {.size = 8};
    uint64_t number;
    numbers n;

    script.stands = true;
    begin(&n, script, NULL);
    assert_ok(edo_framed_reader_set_decoder(&n.framed, number_decoder(&wide)));
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_ok(edo_framed_reader_set_decoder(&n.framed, number_decoder(&n.codec)));
    next = edo_framed_next_async(&n.framed, &number);
    assert_ready_eq(&next.base, 1); /* without a read */
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(the_parts_come_out_and_go_in_again) /* codec-024 */
{
    io_script script = SCRIPT(BYTES(ONE TWO "\3\0"), BYTES("\0\0"));
    number_codec codec = {.size = 4};
    uint32_t number = 7;
    edo_framed framed;
    edo_buf unread, unwritten;

    assert_ok(edo_framed_init(&framed, edo_io_join(script_reader(&script), script_writer(&script)),
                              number_decoder(&codec), number_encoder(&codec), NULL));
    assert_int_equal(edo_framed_next(&framed.reader, &number), 1);
    assert_ok(edo_framed_feed(&framed.writer, &number));
    edo_io io = {framed.reader.from, framed.writer.to};
    edo_decoder decoder = framed.reader.decoder;
    edo_encoder encoder = framed.writer.encoder;
    assert_ok(edo_framed_reader_into_buf(&framed.reader, &unread));
    assert_ok(edo_framed_writer_into_buf(&framed.writer, &unwritten));
    assert_err(edo_framed_next(&framed.reader, &number), -EINVAL); /* these have ended */
    assert_err(edo_framed_feed(&framed.writer, &number), -EINVAL);
    assert_int_equal(unread.len, 6);
    assert_int_equal(unwritten.len, 4);
    assert_ok(edo_framed_init(&framed, io, decoder, encoder,
                              EDO_OPTS(framed, .unread = &unread, .unwritten = &unwritten)));
    assert_int_equal(unread.len + unwritten.len, 0);
    assert_int_equal(edo_framed_next(&framed.reader, &number), 1);
    assert_int_equal(number, 2);
    assert_int_equal(script.calls, 1); /* what was there is first */
    assert_int_equal(edo_framed_next(&framed.reader, &number), 1);
    assert_int_equal(number, 3);
    script.at = script.count;
    assert_ok(edo_framed_flush(&framed.writer));
    assert_int_equal(script.written.len, 4);
    assert_memory_equal(script.written.data, ONE, 4);
    edo_framed_fini(&framed);
    assert_err(edo_framed_next(&framed.reader, &number), -EINVAL);
    assert_err(edo_framed_feed(&framed.writer, &number), -EINVAL);
    edo_buf_fini(&script.written);
}

EDO_TEST_BOTH(a_buffer_from_outside_grows_and_never_shrinks) /* codec-025 */
{
    io_script script = SCRIPT(BYTES(ONE));
    edo_buf small = {0}, large = {0};
    numbers n;

    assert_ok(edo_buf_append(&small, "\2\0", 2));
    begin(&n, script, EDO_OPTS(framed, .unread = &small));
    assert_true(n.framed.buf.len + edo_buf_spare(&n.framed.buf) >= 8192);
    edo_framed_reader_fini(&n.framed);
    assert_ok(edo_buf_reserve(&large, 16 * 1024));
    const void *place = edo_buf_end(&large);
    begin(&n, script, EDO_OPTS(framed, .unread = &large));
    assert_int_equal(edo_buf_spare(&n.framed.buf), 16 * 1024);
    check_next(&n, 1);
    assert_int_equal(edo_buf_spare(&n.framed.buf), 16 * 1024);
    assert_ptr_equal(edo_buf_end(&n.framed.buf), place);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(an_empty_buffer_is_not_decoded) /* codec-026 */
{
    io_script script = SCRIPT(BYTES(ONE));
    edo_buf empty = {0};
    numbers n;

    assert_ok(edo_buf_reserve(&empty, 100));
    begin(&n, script, EDO_OPTS(framed, .unread = &empty));
    check_next(&n, 1);
    assert_int_equal(n.codec.decodes, 1);
    check_next_says(&n, 0);
    assert_int_equal(n.codec.on_nothing, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST_BOTH(a_decoder_is_asked_once_for_the_same_bytes)
{
    io_script script = SCRIPT(BYTES(ONE "\2\0"), BYTES("\0\0"));
    numbers n;

    begin(&n, script, NULL);
    check_next(&n, 1);
    assert_int_equal(n.codec.decodes, 1);
    check_next(&n, 2);
    assert_int_equal(n.codec.decodes, 3);
    edo_framed_reader_fini(&n.framed);
}

static int waits(void *self, edo_buf *src, void *frame)
{
    assert_err(edo_yield(), -EDEADLK);
    return number_decode(self, src, frame);
}

EDO_TEST_BOTH(a_decoder_cannot_wait)
{
    static const edo_decoder_ops ops = {.decode = waits, .name = "waits"};
    io_script script = SCRIPT(BYTES(ONE TWO));
    numbers n;

    begin(&n, script, NULL);
    n.framed.decoder.ops = &ops;
    check_next(&n, 1);
    check_next(&n, 2); /* from the buffer, without a future */
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(the_beginning_of_a_frame_survives_a_cancelled_next) /* codec-027 */
{
    io_script script = SCRIPT(BYTES("\1\0"), WAITS, BYTES("\0\0" TWO));
    uint32_t number = 0;
    numbers n;

    script.stands = true;
    begin(&n, script, NULL);
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(n.framed.buf.len, 2);
    n.script.stands = false;
    check_next(&n, 1);
    check_next(&n, 2);
    check_next_says(&n, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(bytes_that_came_in_spite_of_a_cancel_stay) /* codec-027 */
{
    io_script script = SCRIPT(WAITS, BYTES("\1\0"), BYTES("\0\0" TWO));
    uint32_t number = 0;
    numbers n;

    begin(&n, script, NULL);
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(n.script.calls, 1);
    assert_int_equal(n.framed.buf.len, 2);
    check_next(&n, 1);
    check_next(&n, 2);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(a_frame_that_came_back_is_the_next_ones)
{
    io_script script = SCRIPT(BYTES(ONE TWO));
    uint32_t number = 0;
    edo_buf buf;
    numbers n;

    begin(&n, script, NULL);
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_err(edo_framed_reader_into_buf(&n.framed, &buf), -EBUSY);
    assert_err(edo_framed_reader_set_decoder(&n.framed, number_decoder(&n.codec)), -EBUSY);
    check_next(&n, 1);
    check_next(&n, 2);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(only_one_frame_comes_back_and_no_end)
{
    io_script script = SCRIPT(BYTES(ONE TWO));
    uint32_t number = 0, other = 0;
    numbers n;

    begin(&n, script, NULL);
    edo_framed_next_future first = edo_framed_next_async(&n.framed, &number),
                           second = edo_framed_next_async(&n.framed, &other);
    assert_ready_eq(&first.base, 1);
    assert_ready_eq(&second.base, 1);
    edo_future_put_back(&second.base);
    edo_future_put_back(&first.base);
    assert_int_equal(second.base.result, -ECANCELED);
    assert_int_equal(first.base.result, 1); /* its success stands */
    check_next(&n, 2);
    edo_framed_next_future end = edo_framed_next_async(&n.framed, &number);
    assert_ready_eq(&end.base, 0);
    edo_future_put_back(&end.base);
    assert_int_equal(end.base.result, -ECANCELED);
    check_next_says(&n, 0);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(a_frame_that_came_back_and_is_not_wanted_ends)
{
    io_script script = SCRIPT(BYTES("a line\n"));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    edo_framed_next_future next = edo_framed_next_async(&framed, &line);
    assert_ready_eq(&next.base, 1);
    edo_bytes other = edo_bytes_clone(&line);
    edo_future_put_back(&next.base);
    edo_framed_reader_fini(&framed);
    edo_buf buf;
    assert_ok(edo_bytes_thaw(&other, &buf)); /* nobody else holds it */
    edo_buf_fini(&buf);
}

/* An item that is too large for the reader's own place, and particular about where it lies. */
typedef struct wide {
    _Alignas(1024) unsigned char bytes[1024];
} wide;

static int wide_decode(void *self, edo_buf *src, void *frame)
{
    (void)self;
    assert_int_equal((uintptr_t)frame % 1024, 0);
    return edo_buf_take(src, frame, sizeof(wide)) == 0;
}

static unsigned wide_ones_destroyed;

static void wide_destroy(void *item)
{
    assert_int_equal((uintptr_t)item % 1024, 0);
    wide_ones_destroyed++;
}

static const edo_decoder_ops wide_ops = {.decode = wide_decode, .name = "wide"};
static const edo_item wide_item = {
    .size = sizeof(wide), .align = _Alignof(wide), .destroy = wide_destroy};

/* A first frame comes back, and is the next one's. */
static void check_wide_comes_back(edo_framed_reader *framed, const char *data)
{
    static wide first, again;
    edo_framed_next_future next = edo_framed_next_async(framed, &first);

    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(edo_framed_next(framed, &again), 1);
    assert_memory_equal(&again, data, sizeof again);
    next = edo_framed_next_async(framed, &first);
    assert_ready_eq(&next.base, 1);
    assert_memory_equal(&first, data + sizeof again, sizeof first);
    edo_future_put_back(&next.base);
    wide_ones_destroyed = 0;
    edo_framed_reader_fini(framed);
    assert_int_equal(wide_ones_destroyed, 1);
}

EDO_TEST(large_frames_come_back_too)
{
    static char data[2 * sizeof(wide) + 1];
    io_script script = SCRIPT(BYTES(data)), more = SCRIPT(BYTES(data));
    edo_framed_reader framed;
    numbers n;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    edo_decoder decoder = {&wide_ops, NULL, &wide_item};
    assert_ok(edo_framed_reader_init(&framed, script_reader(&script), decoder, NULL));
    check_wide_comes_back(&framed, data);
    begin(&n, more, NULL);
    assert_ok(edo_framed_reader_set_decoder(&n.framed, decoder)); /* of larger ones than before */
    check_wide_comes_back(&n.framed, data);
}

EDO_TEST(one_next_at_a_time)
{
    io_script script = SCRIPT(WAITS, BYTES(ONE));
    uint32_t number;
    edo_buf buf;
    numbers n;

    script.stands = true;
    begin(&n, script, NULL);
    edo_framed_next_future next = edo_framed_next_async(&n.framed, &number);
    assert_pending(&next.base);
    check_next_says(&n, -EBUSY);
    assert_err(edo_framed_reader_into_buf(&n.framed, &buf), -EBUSY);
    assert_err(edo_framed_reader_set_decoder(&n.framed, number_decoder(&n.codec)), -EBUSY);
    n.script.stands = false;
    assert_pending(&next.base);
    assert_ready_eq(&next.base, 1);
    edo_framed_reader_fini(&n.framed);
}

EDO_TEST(a_limit_of_the_buffer_is_kept)
{
    io_script script = SCRIPT(BYTES("0123456789 and no end of line"));
    edo_lines_codec codec = {0};
    edo_buf limited = {.limit = 10};
    edo_framed_reader framed;
    edo_bytes line;

    assert_ok(edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec),
                                     EDO_OPTS(framed, .unread = &limited)));
    assert_err(edo_framed_next(&framed, &line), -EDO_ETOOLONG);
    assert_int_equal(framed.buf.len, 10);
    framed.buf.limit = 0;
    assert_int_equal(edo_framed_next(&framed, &line), 1);
    assert_int_equal(line.len, 29);
    edo_bytes_free(&line);
    edo_framed_reader_fini(&framed);
}

EDO_TEST(held_frames_do_not_make_reads_small)
{
    static char data[3 * 8192 + 1];
    io_script script = SCRIPT(BYTES(data));
    edo_lines_codec codec = {0};
    edo_framed_reader framed;
    edo_bytes lines[3 * 8192 / 64];

    memset(data, 'x', sizeof data - 1);
    for (size_t i = 63; i < sizeof data; i += 64)
        data[i] = '\n';
    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(edo_framed_next(&framed, &lines[i]), 1);
    assert_int_equal(script.calls, 3);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        edo_bytes_free(&lines[i]);
    edo_framed_reader_fini(&framed);
}

static int count_turns(void *arg)
{
    for (unsigned *turns = arg;; ++*turns)
        if (edo_yield() < 0)
            return 0;
}

/* Reads a buffer of empty lines, by futures or without. */
static void check_turns(bool by_futures)
{
    static char data[8192 + 1];
    io_script script = SCRIPT(BYTES(data));
    edo_lines_codec codec = {.lends = true};
    edo_framed_reader framed;
    unsigned turns = 0, lines = 0;
    edo_task other;
    edo_bytes line;

    memset(data, '\n', sizeof data - 1);
    assert_ok(
        edo_framed_reader_init(&framed, script_reader(&script), edo_lines_decoder(&codec), NULL));
    assert_ok(edo_spawn(count_turns, &turns, &other));
    for (int rc = 1; rc > 0; lines++) {
        edo_framed_next_future next = edo_framed_next_async(&framed, &line);
        rc = by_futures ? (int)edo_await(&next.base) : edo_framed_next(&framed, &line);
    }
    assert_int_equal(lines, 8192 + 1);
    assert_true(turns >= 30);
    edo_task_abort(other);
    edo_join(other, NULL);
    edo_framed_reader_fini(&framed);
}

EDO_TEST(frames_of_the_buffer_let_others_run)
{
    check_turns(false);
    check_turns(true);
}

EDO_TEST(what_is_missing_is_refused)
{
    io_script script = {0};
    number_codec codec = {.size = 4};
    edo_framed_reader framed = {0};
    edo_reader reader = script_reader(&script);
    uint32_t number;
    edo_buf buf;

    assert_err(edo_framed_reader_init(NULL, reader, number_decoder(&codec), NULL), -EINVAL);
    assert_err(edo_framed_reader_init(&framed, (edo_reader){0}, number_decoder(&codec), NULL),
               -EINVAL);
    assert_err(edo_framed_reader_init(&framed, reader, (edo_decoder){0}, NULL), -EINVAL);
    assert_err(edo_framed_next(&framed, &number), -EINVAL);
    assert_err(edo_framed_next(NULL, &number), -EINVAL);
    assert_ok(edo_framed_reader_init(&framed, reader, number_decoder(&codec), NULL));
    assert_err(edo_framed_next(&framed, NULL), -EINVAL);
    assert_err(edo_framed_reader_into_buf(NULL, &buf), -EINVAL);
    assert_err(edo_framed_reader_into_buf(&framed, NULL), -EINVAL);
    edo_framed_reader_fini(&framed);
    edo_framed_reader_fini(&framed);
    edo_framed_reader_fini(NULL);
    edo_framed_fini(NULL);
}
