/*
 * codec_stress_test.c: frames of all lengths through narrow pipes and TCP, both ways at once, with waits that are
 * cut short all the time: each frame arrives once, whole and in order.
 */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#include "base/atomic.h"
#include "base/random.h"

#define LONGEST 65536

/* How many frames; EDO_STRESS: all 10,000. */
static unsigned frame_count(void)
{
    return getenv("EDO_STRESS") ? 10000 : test_count(300);
}

typedef struct side {
    edo_framed framed;
    edo_length_codec codec;
    unsigned frames;
    bool is_cut; /* its waits are */
    uint64_t seed;
} side;

static unsigned cuts; /* atomic */

/* The length of frame i: mostly short, now and then up to 64 KiB. */
static size_t len_of(unsigned i)
{
    rng random = {0};

    rng_seed(&random, i + 1);
    switch (rng_below(&random, 40)) {
    case 0:
        return rng_below(&random, LONGEST + 1);
    case 1:
        return i % 2 ? LONGEST : 0;
    default:
        return rng_below(&random, 300);
    }
}

static unsigned char byte_of(unsigned frame, size_t at)
{
    return (unsigned char)(frame * 31 + at % 251);
}

static edo_duration soon(rng *random)
{
    return (edo_duration){rng_below(random, 3) * 300000u};
}

/* As edo_framed_send or _feed, cut short again and again until the frame was taken. */
static int give(side *s, rng *random, const edo_bytes *frame, bool flushes)
{
    for (;;) {
        edo_framed_write_future fut = flushes ? edo_framed_send_async(&s->framed.writer, frame)
                                              : edo_framed_feed_async(&s->framed.writer, frame);
        int64_t rc = s->is_cut ? edo_timeout(&fut.base, soon(random)) : edo_await(&fut.base);
        a_fetch_add(&cuts, rc == -ETIMEDOUT, relaxed);
        if (fut.is_taken || (rc < 0 && rc != -ETIMEDOUT))
            return rc == -ETIMEDOUT ? 0 : (int)rc;
    }
}

static int send_all(void *arg)
{
    side *s = arg;
    unsigned char *data = malloc(LONGEST);
    rng random = {0};
    int rc = 0;

    rng_seed(&random, s->seed);
    for (unsigned i = 0; i < s->frames && rc == 0; i++) {
        edo_bytes frame = edo_bytes_static(data, len_of(i));
        for (size_t at = 0; at < frame.len; at++)
            data[at] = byte_of(i, at);
        rc = give(s, &random, &frame, rng_below(&random, 4) == 0);
    }
    free(data);
    return rc < 0 ? rc : edo_framed_close(&s->framed.writer);
}

static void check(const edo_bytes *frame, unsigned i)
{
    assert_int_equal(frame->len, len_of(i));
    for (size_t at = 0; at < frame->len; at++)
        if (frame->data[at] != byte_of(i, at))
            fail_msg("frame %u differs at %zu", i, at);
}

static int next_frame(side *s, rng *random, edo_bytes *frame)
{
    for (;;) {
        edo_framed_next_future fut = edo_framed_next_async(&s->framed.reader, frame);
        int64_t rc = s->is_cut ? edo_timeout(&fut.base, soon(random)) : edo_await(&fut.base);
        if (rc != -ETIMEDOUT)
            return (int)rc;
        a_fetch_add(&cuts, 1, relaxed);
    }
}

static int read_all(void *arg)
{
    side *s = arg;
    rng random = {0};
    edo_bytes frame;

    rng_seed(&random, s->seed + 1);
    for (unsigned i = 0; i < s->frames; i++) {
        int rc = next_frame(s, &random, &frame);
        if (rc <= 0)
            return rc < 0 ? rc : -EDO_EEOF;
        check(&frame, i);
        edo_bytes_free(&frame);
    }
    return next_frame(s, &random, &frame);
}

/* Both sides send and read all frames. */
static void check_exchange(edo_io a, edo_io b, unsigned frames, bool is_cut)
{
    side *sides = calloc(2, sizeof *sides);
    edo_task tasks[4];
    int result;

    for (int i = 0; i < 2; i++) {
        side *s = &sides[i];
        *s = (side){.frames = frames, .is_cut = is_cut, .seed = (uint64_t)i * 7 + 1};
        assert_ok(edo_length_codec_init(&s->codec, NULL));
        assert_ok(edo_framed_init(&s->framed, i ? b : a, edo_length_decoder(&s->codec),
                                  edo_length_encoder(&s->codec), NULL));
        assert_ok(edo_spawn(send_all, s, &tasks[2 * i]));
        assert_ok(edo_spawn(read_all, s, &tasks[2 * i + 1]));
    }
    for (int i = 0; i < 4; i++) {
        assert_ok(edo_join(tasks[i], &result));
        assert_ok(result);
    }
    edo_framed_fini(&sides[0].framed);
    edo_framed_fini(&sides[1].framed);
    free(sides);
}

EDO_TEST_BOTH(frames_of_all_lengths_pass_a_narrow_pipe) /* codec-059 */
{
    edo_duplex *a, *b;

    assert_ok(edo_duplex_new(37, &a, &b));
    check_exchange(edo_duplex_io(a), edo_duplex_io(b), frame_count(), false);
    edo_duplex_close(a);
    edo_duplex_close(b);
}

EDO_TEST_BOTH(frames_of_all_lengths_pass_tcp) /* codec-059 */
{
    edo_tcp_stream *a, *b;

    connect_pair(&a, &b);
    check_exchange(edo_tcp_io(a), edo_tcp_io(b), frame_count(), false);
    edo_tcp_close(a);
    edo_tcp_close(b);
}

EDO_TEST_BOTH(waits_that_are_cut_short_lose_no_frame)
{
    unsigned frames = frame_count() / 4 + 1;
    edo_tcp_stream *a, *b;
    edo_duplex *c, *d;

    connect_pair(&a, &b);
    check_exchange(edo_tcp_io(a), edo_tcp_io(b), frames, true);
    edo_tcp_close(a);
    edo_tcp_close(b);
    assert_ok(edo_duplex_new(1000, &c, &d));
    check_exchange(edo_duplex_io(c), edo_duplex_io(d), frames, true);
    edo_duplex_close(c);
    edo_duplex_close(d);
    assert_true(a_load(&cuts, relaxed) > 0);
}
