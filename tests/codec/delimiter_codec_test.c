/* delimiter_codec_test.c: what lies between any of several delimiters, by hand; limits in pieces. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/by_hand.h"

static by_hand chunks_of(edo_delimiter_codec *codec)
{
    return (by_hand){.decoder = edo_delimiter_decoder(codec)};
}

EDO_TEST_PLAIN(any_of_the_delimiters_ends_a_chunk) /* codec-010 */
{
    edo_delimiter_codec codec = {.delimiters = ",;\n\r"};
    by_hand hand = chunks_of(&codec);

    check_says(&hand, 0);
    put_text(&hand, "chunk 1,chunk 2;chunk 3\n\r");
    check_gives(&hand, "chunk 1");
    check_gives(&hand, "chunk 2");
    check_gives(&hand, "chunk 3");
    check_gives(&hand, "");
    check_says(&hand, 0);
    check_end_says(&hand, 0);
    put_text(&hand, "k");
    check_says(&hand, 0);
    check_ends_with(&hand, "k");
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_chunk_over_the_limit_is_refused_and_the_next_is_good) /* codec-011 */
{
    edo_delimiter_codec codec = {.delimiters = ",;\n\r", .max_len = 7};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "chunk 1 is too long\nchunk 2\nchunk 3\r\nchunk 4\n\r\n");
    check_says(&hand, -EDO_ETOOLONG);
    check_gives(&hand, "chunk 2");
    check_gives(&hand, "chunk 3");
    check_gives(&hand, "");
    check_gives(&hand, "chunk 4");
    check_gives(&hand, "");
    check_gives(&hand, "");
    check_says(&hand, 0);
    check_end_says(&hand, 0);
    put_text(&hand, "k");
    check_says(&hand, 0);
    check_ends_with(&hand, "k");
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

static void encodes(edo_encoder encoder, const char *text, edo_buf *dst)
{
    edo_bytes chunk = edo_bytes_static(text, strlen(text));

    assert_ok(edo_encode(encoder, &chunk, dst));
}

EDO_TEST_PLAIN(chunks_are_written_with_the_ending) /* codec-012 */
{
    edo_delimiter_codec codec = {.ending = ";--;"}, plain = {0};
    edo_buf dst = {0}, other = {0};

    encodes(edo_delimiter_encoder(&codec), "chunk 1", &dst);
    encodes(edo_delimiter_encoder(&codec), "chunk 2", &dst);
    check_holds(&dst, "chunk 1;--;chunk 2;--;");
    encodes(edo_delimiter_encoder(&plain), "a", &other);
    encodes(edo_delimiter_encoder(&plain), "", &other);
    check_holds(&other, "a,,");
    assert_null(edo_delimiter_encoder(NULL).ops);
    assert_null(edo_delimiter_decoder(NULL).ops);
}

EDO_TEST_PLAIN(limits_hold_in_pieces) /* codec-013 */
{
    edo_delimiter_codec codec = {.delimiters = ",;\n\r", .max_len = 7};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "chunk ");
    check_says(&hand, 0);
    put_text(&hand, "too l");
    check_says(&hand, -EDO_ETOOLONG);
    put_text(&hand, "o");
    check_says(&hand, 0);
    assert_int_equal(hand.buf.len, 0);
    put_text(&hand, "ng\n");
    check_says(&hand, 0);
    put_text(&hand, "chunk 2");
    check_says(&hand, 0);
    put_text(&hand, ",");
    check_gives(&hand, "chunk 2");
    codec.max_len = 11;
    put_text(&hand, "chunk ");
    check_says(&hand, 0);
    put_text(&hand, "too l");
    check_says(&hand, 0);
    put_text(&hand, "ong\n");
    check_says(&hand, -EDO_ETOOLONG);
    put_text(&hand, "chunk ");
    check_says(&hand, 0);
    put_text(&hand, "too long!\n");
    check_says(&hand, -EDO_ETOOLONG);
    put_text(&hand, "just eleven;");
    check_gives(&hand, "just eleven");
    edo_buf_fini(&hand.buf);
}

/* A mebibyte without an end is a frame, once its end comes; and so is what nobody ends. */
static void check_any_length(edo_decoder decoder)
{
    by_hand hand = {.decoder = decoder};
    edo_bytes frame;

    for (int i = 0; i < 16; i++) {
        assert_ok(edo_buf_fill(&hand.buf, 'x', 1 << 16));
        check_says(&hand, 0);
    }
    put_text(&hand, "\n");
    assert_int_equal(edo_decode(hand.decoder, &hand.buf, &frame), 1);
    assert_int_equal(frame.len, 1 << 20);
    edo_bytes_free(&frame);
    assert_ok(edo_buf_fill(&hand.buf, 'x', 1 << 16));
    assert_int_equal(edo_decode_eof(hand.decoder, &hand.buf, &frame), 1);
    assert_int_equal(frame.len, 1 << 16);
    edo_bytes_free(&frame);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(without_a_limit_any_length_is_good) /* codec-014 */
{
    edo_delimiter_codec chunks = {0}, one = {.delimiters = "\n"}, lent = {.lends = true};
    edo_lines_codec lines = {0}, lent_lines = {.lends = true};

    check_any_length(edo_lines_decoder(&lines));
    check_any_length(edo_lines_decoder(&lent_lines));
    check_any_length(edo_delimiter_decoder(&chunks));
    check_any_length(edo_delimiter_decoder(&one));
    check_any_length(edo_delimiter_decoder(&lent));
}

EDO_TEST_PLAIN(bytes_of_any_value_delimit)
{
    edo_delimiter_codec codec = {.delimiters = "\xff\x80"};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "\x7f\xfe\xff\x01\x80");
    check_gives(&hand, "\x7f\xfe");
    check_gives(&hand, "\x01");
    check_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(an_end_forgets_what_was_too_long)
{
    edo_delimiter_codec codec = {.max_len = 4};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "too long");
    check_says(&hand, -EDO_ETOOLONG);
    check_end_says(&hand, 0);
    put_text(&hand, "good,");
    check_gives(&hand, "good");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(another_buffer_is_looked_at_from_its_front)
{
    edo_delimiter_codec codec = {0};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "the beginning of a chunk");
    check_says(&hand, 0);
    edo_buf_clear(&hand.buf);
    put_text(&hand, "a,b,");
    check_gives(&hand, "a");
    check_gives(&hand, "b");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(what_comes_after_an_end_is_looked_at_from_its_front)
{
    edo_delimiter_codec codec = {0};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "last");
    check_ends_with(&hand, "last");
    put_text(&hand, "a,bcdefgh,");
    check_gives(&hand, "a");
    check_gives(&hand, "bcdefgh");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(what_follows_something_too_long_is_looked_at_from_its_front)
{
    edo_delimiter_codec codec = {.max_len = 4};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "too long");
    check_says(&hand, -EDO_ETOOLONG);
    put_text(&hand, ",one,two,");
    check_gives(&hand, "one");
    check_gives(&hand, "two");
    put_text(&hand, "too long");
    check_says(&hand, -EDO_ETOOLONG);
    put_text(&hand, "and more");
    check_says(&hand, 0);
    put_text(&hand, ",one,two,");
    check_gives(&hand, "one");
    check_gives(&hand, "two");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(what_lies_behind_the_buffers_end_is_not_looked_at)
{
    edo_delimiter_codec codec = {0};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "abc,");
    edo_buf_truncate(&hand.buf, 3);
    check_says(&hand, 0);
    check_ends_with(&hand, "abc");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(bytes_are_looked_at_once)
{
    edo_delimiter_codec codec = {0};
    by_hand hand = chunks_of(&codec);

    put_text(&hand, "abc");
    check_says(&hand, 0);
    hand.buf.data[1] = ','; /* it wasn't one when it was looked at */
    check_says(&hand, 0);
    put_text(&hand, ",");
    check_gives(&hand, "a,c");
    edo_buf_fini(&hand.buf);
}
