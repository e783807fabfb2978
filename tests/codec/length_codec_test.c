/* length_codec_test.c: frames with their length in front: every option, in any pieces, and what is refused. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/by_hand.h"
#include "codec/script.h"

#define NINE "abcdefghi"

/* A framed reader with a codec of these options. */
typedef struct rig {
    io_script script;
    edo_length_codec codec;
    edo_framed_reader framed;
} rig;

static void begin(rig *r, io_script script, const edo_length_codec_opts *opts)
{
    r->script = script;
    assert_ok(edo_length_codec_init(&r->codec, opts));
    assert_ok(edo_framed_reader_init(&r->framed, script_reader(&r->script),
                                     edo_length_decoder(&r->codec), NULL));
}

static void check_next(rig *r, const void *data, size_t len)
{
    edo_bytes frame;

    assert_int_equal(edo_framed_next(&r->framed, &frame), 1);
    assert_int_equal(frame.len, len);
    if (len)
        assert_memory_equal(frame.data, data, len);
    edo_bytes_free(&frame);
}
#define check_next_text(r, text) check_next((r), (text), sizeof(text) - 1)

static void check_next_says(rig *r, int expected)
{
    edo_bytes frame;

    assert_err(edo_framed_next(&r->framed, &frame), expected);
}

static void end(rig *r)
{
    edo_framed_reader_fini(&r->framed);
}

/* Just these frames come, and the end. */
#define check_frames(script, opts, ...)                                                            \
    do {                                                                                           \
        const char *texts[] = {__VA_ARGS__};                                                       \
        rig with;                                                                                  \
        begin(&with, (script), (opts));                                                            \
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)                                  \
            check_next(&with, texts[i], strlen(texts[i]));                                         \
        check_next_says(&with, 0);                                                                 \
        end(&with);                                                                                \
    } while (0)

EDO_TEST_BOTH(four_bytes_of_length_by_default) /* codec-036 */
{
    edo_length_codec codec;
    io_script script = SCRIPT(BYTES("\0\0\0\x09" NINE)), large = SCRIPT(BYTES("\0\x80\0\0")),
              larger = SCRIPT(BYTES("\0\x80\0\1"));
    rig r;

    assert_ok(edo_length_codec_init(&codec, NULL));
    assert_int_equal(edo_length_codec_max_len(&codec), 8 << 20);
    check_frames(script, NULL, NINE);
    begin(&r, large, NULL);
    check_next_says(&r, -EDO_EEOF); /* 8 MiB are waited for */
    end(&r);
    begin(&r, larger, NULL);
    check_next_says(&r, -EDO_ETOOLONG);
    end(&r);
}

EDO_TEST_BOTH(a_stream_of_nothing_is_an_end) /* codec-037 */
{
    rig r;

    begin(&r, (io_script){0}, NULL);
    check_next_says(&r, 0);
    end(&r);
}

EDO_TEST_BOTH(the_length_has_either_order) /* codec-038 */
{
    const uint16_t nine = 9;
    char native[] = "xx" NINE;
    io_script big = SCRIPT(BYTES("\0\0\0\x09" NINE)), little = SCRIPT(BYTES("\x09\0\0\0" NINE)),
              own = SCRIPT(BYTES(native));

    memcpy(native, &nine, 2);
    check_frames(big, EDO_OPTS(length_codec, .length_bytes = 4), NINE);
    check_frames(little, EDO_OPTS(length_codec, .length_bytes = 4, .order = EDO_LITTLE_ENDIAN),
                 NINE);
    check_frames(own, EDO_OPTS(length_codec, .length_bytes = 2, .order = EDO_NATIVE_ENDIAN), NINE);
}

EDO_TEST_BOTH(frames_come_in_any_pieces) /* codec-039 */
{
    io_script one_read = SCRIPT(BYTES("\0\0\0\x09" NINE "\0\0\0\x03"
                                      "123"
                                      "\0\0\0\x0bhello world"));
    io_script three = SCRIPT(BYTES("\0\0"), WAITS,
                             BYTES("\0\x09"
                                   "abc"),
                             BYTES("defghi"));
    io_script five = SCRIPT(BYTES("\0\0\0\x09"
                                  "abcd"),
                            BYTES("efghi\0\0\0\x03"), WAITS, WAITS, BYTES("123\0"),
                            BYTES("\0\0\x0bhello"), BYTES(" world"));

    check_frames(one_read, NULL, NINE, "123", "hello world");
    check_frames(three, NULL, NINE);
    check_frames(five, NULL, NINE, "123", "hello world");
}

EDO_TEST_BOTH(an_end_inside_a_frame_is_an_error) /* codec-040 */
{
    io_script scripts[] = {SCRIPT(BYTES("\0\0")), SCRIPT(BYTES("\0")),
                           SCRIPT(BYTES("\0\0\0\x09"
                                        "abcd")),
                           SCRIPT(BYTES("\0\0\0\x09"))};
    rig r;

    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        begin(&r, scripts[i], NULL);
        check_next_says(&r, -EDO_EEOF);
        check_next_says(&r, 0);
        end(&r);
    }
}

EDO_TEST_BOTH(a_frame_over_the_limit_is_refused_at_its_header) /* codec-041 */
{
    io_script script = SCRIPT(BYTES("\0\0\0\x09"), WAITS, FAILS(-EIO));
    rig r;

    begin(&r, script, EDO_OPTS(length_codec, .length_bytes = 4, .max_len = 5));
    check_next_says(&r, -EDO_ETOOLONG);
    assert_int_equal(r.script.calls, 1);
    end(&r);
}

EDO_TEST_BOTH(a_frame_may_be_as_long_as_the_limit)
{
    io_script script = SCRIPT(BYTES("\x09" NINE "\x02xx"));

    check_frames(script, EDO_OPTS(length_codec, .length_bytes = 1, .max_len = 9), NINE, "xx");
}

EDO_TEST_BOTH(a_lowered_limit_holds_for_the_next_frame) /* codec-042 */
{
    io_script script = SCRIPT(BYTES("\0\0\0\x09" NINE "\0\0\0\x09" NINE));
    rig r;

    begin(&r, script, NULL);
    check_next_text(&r, NINE);
    edo_length_codec_set_max_len(&r.codec, 5);
    check_next_says(&r, -EDO_ETOOLONG);
    end(&r);
}

EDO_TEST_BOTH(the_length_may_be_anywhere_in_the_header) /* codec-043 */
{
    io_script one = SCRIPT(BYTES("\x09" NINE)), behind = SCRIPT(BYTES("zzzz\0\x09" NINE));

    check_frames(one, EDO_OPTS(length_codec, .length_bytes = 1), NINE);
    check_frames(behind, EDO_OPTS(length_codec, .length_bytes = 2, .offset = 4), NINE);
}

EDO_TEST_BOTH(frames_may_come_with_their_header) /* codec-044 */
{
    static const char all[] = "xx\0\x09" NINE "yy\0\x03"
                              "123"
                              "zz\0\x0bhello world";
    io_script script = SCRIPT(BYTES(all));
    rig r;

    begin(&r, script,
          EDO_OPTS(length_codec, .length_bytes = 2, .offset = 2, .adjustment = 4, .no_skip = true));
    check_next(&r, all, 13);
    check_next(&r, all + 13, 7);
    check_next(&r, all + 20, 15);
    check_next_says(&r, 0);
    assert_int_equal(r.script.calls, 2); /* of which one said the end */
    end(&r);
}

EDO_TEST_BOTH(more_than_the_header_may_be_skipped) /* codec-045 */
{
    io_script script = SCRIPT(BYTES("\0\0\x0b\x0cHello world"));

    check_frames(script, EDO_OPTS(length_codec, .length_bytes = 3, .skip = 4), "Hello world");
}

EDO_TEST_BOTH(the_length_may_count_its_header) /* codec-046 */
{
    io_script script = SCRIPT(BYTES("\0\x0b" NINE "\0\x05"
                                    "123"
                                    "\0\x0dhello world"));

    check_frames(script, EDO_OPTS(length_codec, .length_bytes = 2, .adjustment = -2), NINE, "123",
                 "hello world");
}

EDO_TEST_BOTH(a_frame_of_nothing_is_a_frame) /* codec-047 */
{
    io_script script = SCRIPT(BYTES("\0\0\0\0\0\0\0\x01x\0\0\0\0"));

    check_frames(script, NULL, "", "x", "");
}

static int made_with(edo_length_codec_opts opts)
{
    edo_length_codec codec;

    return edo_length_codec_init(&codec, &opts);
}

EDO_TEST_PLAIN(lengths_of_one_to_eight_bytes_work) /* codec-048 */
{
    for (unsigned bytes = 1; bytes <= 8; bytes++)
        for (int order = 0; order < 3; order++) {
            edo_length_codec codec;
            edo_buf buf = {0};
            edo_bytes nine = edo_bytes_static(NINE, 9), frame;
            assert_ok(edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = bytes,
                                                             .order = (edo_byte_order)order)));
            assert_ok(edo_encode(edo_length_encoder(&codec), &nine, &buf));
            assert_int_equal(buf.len, bytes + 9);
            check_frame(edo_decode(edo_length_decoder(&codec), &buf, &frame), &frame, NINE);
            edo_buf_fini(&buf);
        }
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 0}), -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 9}), -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .offset = SIZE_MAX}), -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .offset = SIZE_MAX - 4}),
               -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .skip = SIZE_MAX}), -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .skip = 4, .no_skip = true}),
               -EINVAL);
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .order = (edo_byte_order)3}),
               -EINVAL);
    assert_err(edo_length_codec_init(NULL, NULL), -EINVAL);
    assert_ok(made_with((edo_length_codec_opts){.length_bytes = 4, .offset = PTRDIFF_MAX - 4}));
    assert_err(made_with((edo_length_codec_opts){.length_bytes = 4, .offset = PTRDIFF_MAX - 3}),
               -EINVAL);
    assert_ok(made_with((edo_length_codec_opts){.length_bytes = 4, .skip = PTRDIFF_MAX}));
}

EDO_TEST_BOTH(a_length_that_makes_no_sense_is_refused)
{
    io_script negative = SCRIPT(BYTES("\x01")), nothing = SCRIPT(BYTES("\0")),
              most = SCRIPT(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"));
    rig r;

    begin(&r, negative, EDO_OPTS(length_codec, .length_bytes = 1, .adjustment = -2));
    check_next_says(&r, -EBADMSG);
    end(&r);
    begin(&r, nothing, EDO_OPTS(length_codec, .length_bytes = 1, .no_skip = true));
    check_next_says(&r, -EBADMSG);
    end(&r);
    begin(&r, most, EDO_OPTS(length_codec, .length_bytes = 8, .adjustment = 1));
    check_next_says(&r, -EDO_ETOOLONG);
    end(&r);
}

EDO_TEST(a_frame_over_the_buffers_limit_is_refused_with_its_header)
{
    static char memory[16];
    edo_buf buf = edo_buf_over(memory, sizeof memory);
    edo_length_codec codec;
    edo_bytes frame;

    assert_ok(edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 1)));
    assert_ok(edo_buf_append(&buf, "\x20\x01z", 3));
    assert_true(edo_decode(edo_length_decoder(&codec), &buf, &frame) < 0);
    assert_int_equal(edo_decode(edo_length_decoder(&codec), &buf, &frame), 1); /* the next one */
    assert_int_equal(frame.len, 1);
    edo_bytes_free(&frame);
}

/* A framed writer of nine bytes, three and eleven. */
static void send_three(io_script *script, edo_length_codec *codec, bool each)
{
    static const char *const texts[] = {NINE, "123", "hello world"};
    edo_framed_writer framed;

    assert_ok(
        edo_framed_writer_init(&framed, script_writer(script), edo_length_encoder(codec), NULL));
    for (int i = 0; i < 3; i++) {
        edo_bytes frame = edo_bytes_static(texts[i], strlen(texts[i]));
        assert_ok(each ? edo_framed_send(&framed, &frame, NULL) : edo_framed_feed(&framed, &frame));
    }
    assert_ok(edo_framed_flush(&framed));
    edo_framed_writer_fini(&framed);
}

static void check_written(io_script *script, const char *data, size_t len)
{
    assert_int_equal(script->written.len, len);
    assert_memory_equal(script->written.data, data, len);
    edo_buf_fini(&script->written);
}
#define check_wrote(script, text) check_written((script), (text), sizeof(text) - 1)

EDO_TEST_BOTH(frames_are_written_behind_their_length) /* codec-049 */
{
    static const char all[] = "\0\0\0\x09" NINE "\0\0\0\x03"
                              "123"
                              "\0\0\0\x0bhello world";
    io_script one = {0}, three = {0};
    edo_length_codec codec;

    assert_ok(edo_length_codec_init(&codec, NULL));
    send_three(&one, &codec, false);
    assert_string_equal(one.order, "wf");
    check_wrote(&one, all);
    send_three(&three, &codec, true);
    assert_string_equal(three.order, "wfwfwff"); /* the last is the helper's */
    check_wrote(&three, all);
}

EDO_TEST_BOTH(headers_are_written_as_they_are_read) /* codec-050 */
{
    io_script counted = {0}, little = {0}, one = {0};
    edo_length_codec codec;

    assert_ok(
        edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 2, .adjustment = -2)));
    send_three(&counted, &codec, false);
    check_wrote(&counted, "\0\x0b" NINE "\0\x05"
                          "123"
                          "\0\x0dhello world");
    assert_ok(edo_length_codec_init(
        &codec, EDO_OPTS(length_codec, .length_bytes = 4, .order = EDO_LITTLE_ENDIAN)));
    send_three(&little, &codec, false);
    check_wrote(&little, "\x09\0\0\0" NINE "\x03\0\0\0"
                         "123"
                         "\x0b\0\0\0hello world");
    assert_ok(edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 1)));
    send_three(&one, &codec, false);
    check_wrote(&one, "\x09" NINE "\x03"
                      "123"
                      "\x0bhello world");
}

static int encodes(edo_length_codec *codec, const char *text, edo_buf *dst)
{
    edo_bytes frame = edo_bytes_static(text, strlen(text));

    return edo_encode(edo_length_encoder(codec), &frame, dst);
}

EDO_TEST_PLAIN(what_lies_around_the_length_is_zero)
{
    edo_length_codec codec;
    edo_buf dst = {0};
    edo_bytes frame;

    assert_ok(edo_buf_fill(&dst, 'x', 64));
    edo_buf_clear(&dst); /* and there they are still */
    assert_ok(edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 2, .offset = 2,
                                                     .skip = 5, .adjustment = 1)));
    assert_ok(encodes(&codec, "abc", &dst));
    assert_int_equal(dst.len, 8);
    assert_memory_equal(dst.data, "\0\0\0\2\0abc", 8);
    check_frame(edo_decode(edo_length_decoder(&codec), &dst, &frame), &frame, "abc");
    assert_err(encodes(&codec, "", &dst), -EINVAL); /* a length of -1 */
    assert_ok(encodes(&codec, "a", &dst));
    assert_memory_equal(dst.data, "\0\0\0\0\0a", 6);
    check_frame(edo_decode(edo_length_decoder(&codec), &dst, &frame), &frame, "a");
    edo_buf_fini(&dst);
}

EDO_TEST_BOTH(a_frame_over_the_limit_is_not_written) /* codec-051 */
{
    io_script script = {0};
    edo_bytes five = edo_bytes_static("12345", 5), six = edo_bytes_static("123456", 6);
    edo_framed_writer framed;
    edo_length_codec codec;

    assert_ok(
        edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 4, .max_len = 5)));
    assert_ok(
        edo_framed_writer_init(&framed, script_writer(&script), edo_length_encoder(&codec), NULL));
    assert_err(edo_framed_send(&framed, &six, NULL), -EDO_ETOOLONG);
    assert_ok(edo_framed_flush(&framed));
    assert_int_equal(script.calls, 0);
    assert_ok(edo_framed_feed(&framed, &five));
    edo_length_codec_set_max_len(&codec, 4);
    assert_err(edo_framed_feed(&framed, &five), -EDO_ETOOLONG);
    assert_ok(edo_framed_flush(&framed));
    check_wrote(&script, "\0\0\0\x05"
                         "12345");
    edo_framed_writer_fini(&framed);
}

EDO_TEST_PLAIN(a_full_buffer_grows_for_the_header) /* codec-052 */
{
    edo_length_codec codec;
    edo_buf dst = {0};

    assert_ok(edo_length_codec_init(&codec, NULL));
    assert_ok(edo_buf_reserve(&dst, 1024));
    assert_ok(edo_buf_fill(&dst, 'x', 1024));
    assert_int_equal(edo_buf_spare(&dst), 0);
    assert_ok(encodes(&codec, "hello", &dst));
    assert_int_equal(dst.len, 1024 + 9);
    assert_memory_equal(dst.data + 1024, "\0\0\0\x05hello", 9);
    edo_buf_fini(&dst);
}

EDO_TEST_PLAIN(a_frame_and_a_header_that_no_memory_holds_are_refused)
{
    edo_bytes frame = edo_bytes_static("", PTRDIFF_MAX);
    edo_length_codec codec;
    edo_buf dst = {0};

    assert_ok(edo_length_codec_init(
        &codec, EDO_OPTS(length_codec, .length_bytes = 8, .max_len = SIZE_MAX)));
    assert_err(edo_encode(edo_length_encoder(&codec), &frame, &dst), -ENOMEM);
    assert_int_equal(dst.len, 0);
}

static size_t max_len_of(unsigned bytes, int64_t adjustment, size_t wanted)
{
    edo_length_codec codec;

    assert_ok(edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = bytes,
                                                     .adjustment = adjustment, .max_len = wanted)));
    return edo_length_codec_max_len(&codec);
}

EDO_TEST_PLAIN(a_limit_is_what_the_field_can_say) /* codec-053 */
{
    assert_int_equal(max_len_of(1, 0, 256), 255);
    assert_int_equal(max_len_of(1, -1, 256), 254);
    assert_int_equal(max_len_of(1, 1, 256), 256);
    assert_int_equal(max_len_of(8, 0, 10), 10);
    assert_int_equal(max_len_of(8, 0, SIZE_MAX), SIZE_MAX);
    assert_int_equal(max_len_of(2, 0, 0), 65535);
    assert_int_equal(max_len_of(1, -300, 0), 0);
    assert_int_equal(max_len_of(8, -1, SIZE_MAX), SIZE_MAX - 1);
    assert_int_equal(max_len_of(8, 1, SIZE_MAX), SIZE_MAX);
}

EDO_TEST_PLAIN(lent_frames_lie_in_the_buffer)
{
    edo_length_codec codec;
    edo_buf buf = {0};
    edo_bytes frame, kept;

    assert_ok(
        edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 4, .lends = true)));
    assert_ok(encodes(&codec, NINE, &buf));
    edo_decoder decoder = edo_length_decoder(&codec);
    const unsigned char *place = buf.data + 4;
    assert_int_equal(edo_decode(decoder, &buf, &frame), 1);
    assert_ptr_equal(frame.data, place);
    assert_memory_equal(frame.data, NINE, 9);
    assert_null(decoder.item->destroy);
    assert_ok(decoder.item->clone(&kept, &frame)); /* a copy */
    edo_buf_fini(&buf);
    assert_memory_equal(kept.data, NINE, 9);
    edo_bytes_free(&kept);
}

EDO_TEST_PLAIN(room_for_a_frame_is_made_at_its_header)
{
    edo_length_codec codec;
    by_hand hand = {0};

    assert_ok(edo_length_codec_init(&codec, NULL));
    hand.decoder = edo_length_decoder(&codec);
    assert_ok(edo_buf_append(&hand.buf, "\0\1\0\0", 4));
    check_says(&hand, 0);
    assert_true(edo_buf_spare(&hand.buf) >= 65536);
    edo_buf_fini(&hand.buf);
    hand.buf.limit = 1000;
    codec.knows = false;
    assert_ok(edo_buf_append(&hand.buf, "\0\1\0\0", 4));
    check_says(&hand, -EDO_ETOOLONG);
    assert_int_equal(hand.buf.len, 0); /* its header is gone */
    edo_buf_fini(&hand.buf);
}
