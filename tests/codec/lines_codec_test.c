/* lines_codec_test.c: lines by hand: their ends, limits in pieces, UTF-8, shared and lent. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/by_hand.h"

static by_hand lines_of(edo_lines_codec *codec)
{
    return (by_hand){.decoder = edo_lines_decoder(codec)};
}

EDO_TEST_PLAIN(both_ends_of_lines_are_left_out) /* codec-003 */
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);

    check_says(&hand, 0);
    put_text(&hand, "line 1\nline 2\r\nline 3\n\r\n\r");
    check_gives(&hand, "line 1");
    check_gives(&hand, "line 2");
    check_gives(&hand, "line 3");
    check_gives(&hand, "");
    check_says(&hand, 0);
    check_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(lines_are_written_with_their_end) /* codec-004 */
{
    edo_buf dst = {0};
    edo_bytes first = edo_bytes_static("line 1", 6), second = edo_bytes_static("line 2", 6);
    edo_bytes empty = {0};

    assert_ok(edo_encode(edo_lines_encoder(), &first, &dst));
    assert_ok(edo_encode(edo_lines_encoder(), &second, &dst));
    assert_int_equal(dst.len, 14);
    assert_ok(edo_encode(edo_lines_encoder(), &empty, &dst));
    check_holds(&dst, "line 1\nline 2\n\n");
}

EDO_TEST_PLAIN(a_line_without_an_end_comes_at_the_end) /* codec-005 */
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);

    put_text(&hand, "line 1\r\nk");
    check_ends_with(&hand, "line 1");
    check_says(&hand, 0);
    check_ends_with(&hand, "k");
    check_end_says(&hand, 0);
    put_text(&hand, "\r");
    check_end_says(&hand, 0); /* the half of an end is no line */
    check_says_to(&hand, "k", 0);
    check_ends_with(&hand, "\rk");
    put_text(&hand, "last\r");
    check_ends_with(&hand, "last");
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(what_is_not_utf8_is_refused_once) /* codec-006 */
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);

    check_says_to(&hand, "line 1\xc3\x28", 0);
    check_end_says(&hand, -EILSEQ);
    check_end_says(&hand, 0);
    put_text(&hand, "line 2\n\xff\nline 3 \xc3\xa4\n");
    check_gives(&hand, "line 2");
    check_says(&hand, -EILSEQ);
    check_gives(&hand, "line 3 \xc3\xa4");
    check_says(&hand, 0);
    codec.any_bytes = true;
    put_text(&hand, "\xff\n");
    check_gives(&hand, "\xff");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_line_over_the_limit_is_refused_and_the_next_is_good) /* codec-007 */
{
    edo_lines_codec codec = {.max_len = 6};
    by_hand hand = lines_of(&codec);

    check_says_to(&hand, "line 1 is too long\nline 2\nline 3\r\nline 4\n\r\n\r", -EDO_ETOOLONG);
    check_gives(&hand, "line 2");
    check_gives(&hand, "line 3"); /* the end of a line doesn't count */
    check_gives(&hand, "line 4");
    check_gives(&hand, "");
    check_says(&hand, 0);
    check_end_says(&hand, 0);
    check_says_to(&hand, "k", 0);
    check_ends_with(&hand, "\rk");
    check_says_to(&hand, "line 1\r", 0);
    put_text(&hand, "\nline 1\rx");
    check_gives(&hand, "line 1");
    check_says(&hand, -EDO_ETOOLONG);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_line_over_the_limit_in_pieces_is_dropped_as_it_comes) /* codec-008 */
{
    edo_lines_codec codec = {.max_len = 6};
    by_hand hand = lines_of(&codec);

    check_says_to(&hand, "line ", 0);
    check_says_to(&hand, "too l", -EDO_ETOOLONG);
    check_says_to(&hand, "o", 0);
    assert_int_equal(hand.buf.len, 0);
    check_says_to(&hand, "ng\n", 0);
    check_says_to(&hand, "line 2", 0);
    put_text(&hand, "\n");
    check_gives(&hand, "line 2");
    check_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_line_may_be_as_long_as_the_limit) /* codec-009 */
{
    edo_lines_codec codec = {.max_len = 10};
    by_hand hand = lines_of(&codec);

    check_says_to(&hand, "line ", 0);
    check_says_to(&hand, "too l", 0);
    check_says_to(&hand, "ong\n", -EDO_ETOOLONG);
    check_says_to(&hand, "line ", 0);
    check_says_to(&hand, "too long!\n", -EDO_ETOOLONG);
    put_text(&hand, "ten bytes!\n");
    check_gives(&hand, "ten bytes!");
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_limit_may_be_lowered_meanwhile)
{
    edo_lines_codec codec = {.max_len = 4};
    by_hand hand = lines_of(&codec);

    check_says_to(&hand, "four", 0);
    codec.max_len = 3;
    check_end_says(&hand, -EDO_ETOOLONG);
    check_end_says(&hand, 0);
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_line_begins_where_the_one_before_it_ended)
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);

    put_text(&hand, "\r\n");
    assert_ok(edo_buf_consume(&hand.buf, 1));
    check_gives(&hand, ""); /* the '\r' is no part of it */
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_line_that_has_no_room_for_its_end_is_not_written)
{
    char memory[9] = "........";
    edo_buf buf = edo_buf_over(memory, 8);
    edo_bytes line = edo_bytes_static("8 bytes.", 8);

    assert_err(edo_encode(edo_lines_encoder(), &line, &buf), -EDO_ETOOLONG);
    assert_int_equal(buf.len, 0);
    assert_string_equal(memory, "........");
    line.len = 7;
    assert_ok(edo_encode(edo_lines_encoder(), &line, &buf));
    assert_string_equal(memory, "8 bytes\n");
}

/* A frame that is a C text, and stays so although the buffer goes on. */
static edo_bytes text_frame(by_hand *hand, int (*decode)(edo_decoder, edo_buf *, void *))
{
    edo_bytes frame;

    assert_int_equal(decode(hand->decoder, &hand->buf, &frame), 1);
    assert_int_equal(strlen((const char *)frame.data), frame.len);
    return frame;
}

EDO_TEST_PLAIN(shared_lines_are_texts_that_stay)
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);

    put_text(&hand, "first\r\n\nlast");
    edo_bytes first = text_frame(&hand, edo_decode);
    edo_bytes empty = text_frame(&hand, edo_decode);
    edo_bytes last = text_frame(&hand, edo_decode_eof);
    put_text(&hand, "overwrites what the buffer still has, and grows, and grows");
    assert_string_equal((const char *)first.data, "first");
    assert_string_equal((const char *)empty.data, "");
    assert_string_equal((const char *)last.data, "last");
    edo_buf_fini(&hand.buf);
    assert_string_equal((const char *)last.data, "last");
    edo_bytes_free(&first);
    edo_bytes_free(&empty);
    edo_bytes_free(&last);
}

EDO_TEST_PLAIN(lent_lines_lie_in_the_buffer)
{
    edo_lines_codec codec = {.lends = true}, shares = {.lends = false};
    by_hand hand = lines_of(&codec);

    assert_ptr_equal(edo_lines_decoder(&codec).item, edo_lent_item());
    assert_ptr_equal(edo_lines_decoder(&shares).item, edo_bytes_item());
    put_text(&hand, "first\nlast");
    const unsigned char *place = hand.buf.data;
    edo_bytes first = text_frame(&hand, edo_decode);
    assert_ptr_equal(first.data, place);
    assert_string_equal((const char *)first.data, "first");
    edo_bytes last = text_frame(&hand, edo_decode_eof);
    assert_string_equal((const char *)last.data, "last");
    assert_int_equal(hand.buf.len, 0);
    edo_bytes_free(&last); /* nothing */
    edo_buf_fini(&hand.buf);
}

EDO_TEST_PLAIN(a_buffer_of_the_callers_needs_room_for_the_last_zero)
{
    edo_lines_codec codec = {0};
    by_hand hand = lines_of(&codec);
    char memory[8];

    hand.buf = edo_buf_over(memory, sizeof memory);
    put_text(&hand, "a\nfull..");
    edo_bytes line = text_frame(&hand, edo_decode);
    assert_string_equal((const char *)line.data, "a");
    edo_bytes_free(&line);
    check_ends_with(&hand, "full..");
    put_text(&hand, "8 bytes.");
    check_end_says(&hand, -ENOMEM);
    assert_int_equal(hand.buf.len, 8);
    assert_memory_equal(hand.buf.data, "8 bytes.", 8);
}
