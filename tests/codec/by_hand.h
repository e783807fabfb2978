/* by_hand.h: a decoder and a buffer, fed by hand. Frames are compared as texts. */
#ifndef TESTS_CODEC_BY_HAND_H
#define TESTS_CODEC_BY_HAND_H

#include <string.h>

typedef struct by_hand {
    edo_decoder decoder;
    edo_buf buf;
} by_hand;

static inline void put_text(by_hand *hand, const char *text)
{
    assert_ok(edo_buf_append(&hand->buf, text, strlen(text)));
}

static inline void check_frame(int rc, edo_bytes *frame, const char *text)
{
    assert_int_equal(rc, 1);
    assert_int_equal(frame->len, strlen(text));
    assert_memory_equal(frame->data, text, frame->len);
    edo_bytes_free(frame);
}

/* The next frame is this one. */
static inline void check_gives(by_hand *hand, const char *text)
{
    edo_bytes frame;

    check_frame(edo_decode(hand->decoder, &hand->buf, &frame), &frame, text);
}

/* There is none, or an error: 0, or what. */
static inline void check_says(by_hand *hand, int expected)
{
    edo_bytes frame;

    assert_err(edo_decode(hand->decoder, &hand->buf, &frame), expected);
}

/* So it does once this has come. */
static inline void check_says_to(by_hand *hand, const char *text, int expected)
{
    put_text(hand, text);
    check_says(hand, expected);
}

static inline void check_ends_with(by_hand *hand, const char *text)
{
    edo_bytes frame;

    check_frame(edo_decode_eof(hand->decoder, &hand->buf, &frame), &frame, text);
}

static inline void check_end_says(by_hand *hand, int expected)
{
    edo_bytes frame;

    assert_err(edo_decode_eof(hand->decoder, &hand->buf, &frame), expected);
}

/* The buffer holds just this, and is freed. */
static inline void check_holds(edo_buf *buf, const char *text)
{
    assert_int_equal(buf->len, strlen(text));
    assert_memory_equal(buf->data, text, buf->len);
    edo_buf_fini(buf);
}

#endif
