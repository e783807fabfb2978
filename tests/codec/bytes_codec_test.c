/* bytes_codec_test.c: bytes as they come, and what holds for every decoder and encoder by hand. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/by_hand.h"

EDO_TEST_PLAIN(all_that_is_there_is_one_frame) /* codec-001 */
{
    by_hand hand = {.decoder = edo_bytes_decoder()};

    check_says(&hand, 0);
    check_end_says(&hand, 0);
    put_text(&hand, "abc");
    check_gives(&hand, "abc");
    check_says(&hand, 0);
    check_says(&hand, 0);
    put_text(&hand, "a");
    check_gives(&hand, "a");
    check_says(&hand, 0);
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

static void encodes(edo_buf *dst, size_t len)
{
    char data[8193] = "";
    size_t before = dst->len;
    edo_bytes frame = edo_bytes_static(data, len);

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    assert_ok(edo_encode(edo_bytes_encoder(), &frame, dst));
    assert_int_equal(dst->len, before + len);
    assert_memory_equal(dst->data + before, data, len);
}

EDO_TEST_PLAIN(frames_longer_than_the_buffer_make_it_grow) /* codec-002 */
{
    edo_buf empty = {0}, full = {0};

    encodes(&empty, 32);
    encodes(&empty, 5);
    edo_buf_fini(&empty);
    assert_ok(edo_buf_reserve(&full, 8192));
    encodes(&full, 8193);
    assert_int_equal(full.len, 8193);
    edo_buf_fini(&full);
}

static int fails(void *self, const void *frame, edo_buf *dst)
{
    (void)self;
    (void)frame;
    assert_ok(edo_buf_append(dst, "half", 4));
    return -EILSEQ;
}

EDO_TEST_PLAIN(a_failed_encode_leaves_what_was_there)
{
    static const edo_encoder_ops ops = {.encode = fails, .name = "fails"};
    edo_buf dst = {0};
    int frame = 1;

    assert_ok(edo_buf_append(&dst, "before", 6));
    assert_err(edo_encode((edo_encoder){&ops, NULL, EDO_ITEM(int)}, &frame, &dst), -EILSEQ);
    check_holds(&dst, "before");
}

EDO_TEST_PLAIN(nothing_where_something_is_needed_is_refused)
{
    edo_decoder decoder = edo_bytes_decoder();
    edo_encoder encoder = edo_bytes_encoder();
    edo_buf buf = {0};
    edo_bytes frame = {0};

    assert_err(edo_decode((edo_decoder){0}, &buf, &frame), -EINVAL);
    assert_err(edo_decode(decoder, NULL, &frame), -EINVAL);
    assert_err(edo_decode(decoder, &buf, NULL), -EINVAL);
    assert_err(edo_decode_eof((edo_decoder){0}, &buf, &frame), -EINVAL);
    assert_err(edo_decode_eof(decoder, NULL, &frame), -EINVAL);
    assert_err(edo_decode_eof(decoder, &buf, NULL), -EINVAL);
    assert_err(edo_encode((edo_encoder){0}, &frame, &buf), -EINVAL);
    assert_err(edo_encode(encoder, NULL, &buf), -EINVAL);
    assert_err(edo_encode(encoder, &frame, NULL), -EINVAL);
    assert_err(edo_frame_take(&buf, 1, 0, &frame), -EINVAL);
    assert_err(edo_frame_lend(&buf, 0, 1, &frame), -EINVAL);
    assert_null(edo_lines_decoder(NULL).ops);
}

EDO_TEST_PLAIN(a_frame_is_taken_or_lent_with_what_follows_it)
{
    edo_buf buf = {0};
    edo_bytes frame;

    assert_ok(edo_buf_append(&buf, "one,two,", 8));
    const unsigned char *place = buf.data;
    assert_err(edo_frame_lend(&buf, 3, 1, NULL), -EINVAL);
    assert_err(edo_frame_lend(&buf, 8, 1, &frame), -EINVAL);
    assert_ok(edo_frame_lend(&buf, 3, 1, &frame));
    assert_ptr_equal(frame.data, place); /* where it lay */
    assert_int_equal(frame.len, 3);
    edo_bytes_free(&frame); /* nothing */
    assert_err(edo_frame_take(&buf, 4, 1, &frame), -EINVAL);
    assert_err(edo_frame_take(&buf, 3, 1, NULL), -EINVAL);
    assert_ok(edo_frame_take(&buf, 3, 1, &frame));
    assert_int_equal(buf.len, 0);
    edo_buf_fini(&buf);
    assert_int_equal(frame.len, 3);
    assert_memory_equal(frame.data, "two", 3);
    edo_bytes_free(&frame);
}

static int number(void *self, edo_buf *src, void *frame)
{
    (void)self;
    return src->len < 4 ? 0 : edo_buf_take(src, frame, 4) < 0 ? -EINVAL : 1;
}

EDO_TEST_PLAIN(a_decoder_without_an_end_of_its_own_misses_the_rest)
{
    static const edo_decoder_ops ops = {.decode = number, .name = "number"};
    edo_decoder decoder = {&ops, NULL, EDO_ITEM(uint32_t)};
    edo_buf buf = {0};
    uint32_t frame;

    assert_err(edo_decode_eof(decoder, &buf, &frame), 0);
    assert_ok(edo_buf_append(&buf, "abcdefg", 7));
    assert_int_equal(edo_decode_eof(decoder, &buf, &frame), 1);
    assert_memory_equal(&frame, "abcd", 4);
    assert_err(edo_decode_eof(decoder, &buf, &frame), -EDO_EEOF);
    check_holds(&buf, "efg");
}
