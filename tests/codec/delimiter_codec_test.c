/*
 * delimiter_codec_test.c: what lies between any of several delimiters, by hand; limits in pieces. What goes for
 * lines as well is in frame_scan_test.c.
 */
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
    check_says_to(&hand, "k", 0);
    check_ends_with(&hand, "k");
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_chunk_over_the_limit_is_refused_and_the_next_is_good) /* codec-011 */
{
    edo_delimiter_codec codec = {.delimiters = ",;\n\r", .max_len = 7};
    by_hand hand = chunks_of(&codec);

    check_says_to(&hand, "chunk 1 is too long\nchunk 2\nchunk 3\r\nchunk 4\n\r\n", -EDO_ETOOLONG);
    check_gives(&hand, "chunk 2");
    check_gives(&hand, "chunk 3");
    check_gives(&hand, "");
    check_gives(&hand, "chunk 4");
    check_gives(&hand, "");
    check_gives(&hand, "");
    check_says(&hand, 0);
    check_end_says(&hand, 0);
    check_says_to(&hand, "k", 0);
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

    check_says_to(&hand, "chunk ", 0);
    check_says_to(&hand, "too l", -EDO_ETOOLONG);
    check_says_to(&hand, "o", 0);
    assert_int_equal(hand.buf.len, 0);
    check_says_to(&hand, "ng\n", 0);
    check_says_to(&hand, "chunk 2", 0);
    put_text(&hand, ",");
    check_gives(&hand, "chunk 2");
    codec.max_len = 11;
    check_says_to(&hand, "chunk ", 0);
    check_says_to(&hand, "too l", 0);
    check_says_to(&hand, "ong\n", -EDO_ETOOLONG);
    check_says_to(&hand, "chunk ", 0);
    check_says_to(&hand, "too long!\n", -EDO_ETOOLONG);
    put_text(&hand, "just eleven;");
    check_gives(&hand, "just eleven");
    edo_buf_fini(&hand.buf);
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
