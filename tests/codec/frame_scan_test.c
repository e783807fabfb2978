/* frame_scan_test.c: what goes for every decoder that looks for the end of a frame. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/by_hand.h"

/* What goes for each of them: they end frames at "\n". */
static void check_each_decoder(size_t max_len, bool lends, void (*check)(by_hand *hand))
{
    edo_lines_codec lines = {.max_len = max_len, .lends = lends};
    edo_delimiter_codec any = {.max_len = max_len, .lends = lends};
    edo_delimiter_codec one = {.delimiters = "\n", .max_len = max_len, .lends = lends};
    const edo_decoder decoders[] = {edo_lines_decoder(&lines), edo_delimiter_decoder(&any),
                                    edo_delimiter_decoder(&one)};

    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++) {
        by_hand hand = {.decoder = decoders[i]};
        check(&hand);
        edo_buf_fini(&hand.buf);
    }
}

static void check_any_length(by_hand *hand)
{
    edo_bytes frame;

    for (int i = 0; i < 16; i++) {
        assert_ok(edo_buf_fill(&hand->buf, 'x', 1 << 16));
        check_says(hand, 0);
    }
    put_text(hand, "\n");
    assert_int_equal(edo_decode(hand->decoder, &hand->buf, &frame), 1);
    assert_int_equal(frame.len, 1 << 20);
    edo_bytes_free(&frame);
    assert_ok(edo_buf_fill(&hand->buf, 'x', 1 << 16));
    assert_int_equal(edo_decode_eof(hand->decoder, &hand->buf, &frame), 1);
    assert_int_equal(frame.len, 1 << 16);
    edo_bytes_free(&frame);
}

EDO_TEST_PLAIN(without_a_limit_any_length_is_good) /* codec-014 */
{
    check_each_decoder(0, false, check_any_length);
    check_each_decoder(0, true, check_any_length);
}

static void check_end_forgets(by_hand *hand)
{
    check_says_to(hand, "too long", -EDO_ETOOLONG);
    check_end_says(hand, 0);
    put_text(hand, "good\n");
    check_gives(hand, "good");
}

EDO_TEST_PLAIN(an_end_forgets_what_was_too_long)
{
    check_each_decoder(4, false, check_end_forgets);
}

static void check_another_buffer(by_hand *hand)
{
    check_says_to(hand, "the beginning of a frame", 0);
    edo_buf_clear(&hand->buf);
    put_text(hand, "a\nb\n");
    check_gives(hand, "a");
    check_gives(hand, "b");
}

EDO_TEST_PLAIN(another_buffer_is_looked_at_from_its_front)
{
    check_each_decoder(0, false, check_another_buffer);
}

static void check_after_end(by_hand *hand)
{
    put_text(hand, "last");
    check_ends_with(hand, "last");
    put_text(hand, "a\nbcdefgh\n");
    check_gives(hand, "a");
    check_gives(hand, "bcdefgh");
}

EDO_TEST_PLAIN(what_comes_after_an_end_is_looked_at_from_its_front)
{
    check_each_decoder(0, false, check_after_end);
}

static void check_after_too_long(by_hand *hand)
{
    check_says_to(hand, "too long", -EDO_ETOOLONG);
    put_text(hand, "\none\ntwo\n");
    check_gives(hand, "one");
    check_gives(hand, "two");
    check_says_to(hand, "too long", -EDO_ETOOLONG);
    check_says_to(hand, "and more", 0);
    put_text(hand, "\none\ntwo\n");
    check_gives(hand, "one");
    check_gives(hand, "two");
}

EDO_TEST_PLAIN(what_follows_something_too_long_is_looked_at_from_its_front)
{
    check_each_decoder(4, false, check_after_too_long);
}

static void check_behind_the_end(by_hand *hand)
{
    put_text(hand, "abc\n");
    edo_buf_truncate(&hand->buf, 3);
    check_says(hand, 0);
    check_ends_with(hand, "abc");
}

EDO_TEST_PLAIN(what_lies_behind_the_buffers_end_is_not_looked_at)
{
    check_each_decoder(0, false, check_behind_the_end);
}

static void check_looks_once(by_hand *hand)
{
    check_says_to(hand, "abc", 0);
    hand->buf.data[1] = '\n'; /* it wasn't one when it was looked at */
    check_says(hand, 0);
    put_text(hand, "\n");
    check_gives(hand, "a\nc");
}

EDO_TEST_PLAIN(bytes_are_looked_at_once)
{
    check_each_decoder(0, false, check_looks_once);
}
