/* framed_writer_test.c: frames to a writer: gathered, at the boundary, cut short, and each byte once. */
#include "support/edo_test.h"

#include <edo/error.h>

#include "codec/script.h"

typedef struct numbers {
    io_script script;
    number_codec codec;
    edo_framed_writer framed;
} numbers;

static void begin(numbers *n, io_script script, const edo_framed_opts *opts)
{
    n->script = script;
    n->codec = (number_codec){.size = 4};
    assert_ok(edo_framed_writer_init(&n->framed, script_writer(&n->script),
                                     number_encoder(&n->codec), opts));
}

static void end(numbers *n)
{
    edo_framed_writer_fini(&n->framed);
    edo_buf_fini(&n->script.written);
}

static void feed(numbers *n, uint32_t number)
{
    assert_ok(edo_framed_feed(&n->framed, &number));
}

/* The numbers from 0 on were written, so many. */
static void check_counts(const edo_buf *written, uint32_t count)
{
    assert_int_equal(written->len, (size_t)count * 4);
    for (uint32_t i = 0; i < count; i++)
        assert_memory_equal(written->data + (size_t)i * 4, &i, 4);
}

EDO_TEST_BOTH(frames_are_gathered_until_the_flush) /* codec-028 */
{
    numbers n;

    begin(&n, (io_script){0}, NULL);
    for (uint32_t i = 0; i < 3; i++)
        feed(&n, i);
    assert_int_equal(n.script.calls, 0);
    assert_ok(edo_framed_flush(&n.framed));
    assert_string_equal(n.script.order, "wf");
    check_counts(&n.script.written, 3);
    end(&n);
}

EDO_TEST_BOTH(another_encoder_goes_on_in_the_same_write) /* codec-029 */
{
    number_codec wide = {.size = 8};
    uint64_t number = 84;
    numbers n;

    begin(&n, (io_script){0}, NULL);
    feed(&n, 42);
    n.framed.encoder = number_encoder(&wide);
    assert_ok(edo_framed_feed(&n.framed, &number));
    assert_ok(edo_framed_flush(&n.framed));
    assert_string_equal(n.script.order, "wf");
    assert_int_equal(n.script.written.len, 12);
    assert_memory_equal(n.script.written.data, "\x2a\0\0\0\x54\0\0\0\0\0\0\0", 12);
    end(&n);
}

EDO_TEST(a_frame_waits_at_the_boundary) /* codec-030 */
{
    io_script script = SCRIPT(WAITS, TAKES(2048), TAKES(2048), WAITS, TAKES(2048), TAKES(2048),
                              TAKES(2048), TAKES(2048), TAKES(2048), TAKES(2048));
    uint32_t number = 4096;
    numbers n;

    begin(&n, script, EDO_OPTS(framed, .boundary = 16 * 1024));
    for (uint32_t i = 0; i < 4096; i++)
        assert_ok(edo_framed_try_feed(&n.framed, &i));
    assert_int_equal(n.script.calls, 0);
    assert_err(edo_framed_try_feed(&n.framed, &number), -EAGAIN);
    edo_framed_write_future fut = edo_framed_feed_async(&n.framed, &number);
    assert_pending(&fut.base);
    assert_pending(&fut.base);
    assert_ready_eq(&fut.base, 0);
    assert_int_equal(n.script.calls, 8);
    assert_int_equal(n.script.written.len, 16 * 1024);
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 4097);
    end(&n);
}

EDO_TEST_BOTH(a_flush_of_nothing_writes_nothing) /* codec-031 */
{
    numbers n;

    begin(&n, (io_script){0}, NULL);
    assert_ok(edo_framed_flush(&n.framed));
    assert_int_equal(n.script.calls, 0);
    end(&n);
}

EDO_TEST_BOTH(a_writer_that_takes_nothing_is_an_error) /* codec-032 */
{
    io_script script = SCRIPT(END);
    numbers n;

    begin(&n, script, NULL);
    feed(&n, 0);
    assert_err(edo_framed_flush(&n.framed), -EDO_EWRITEZERO);
    assert_int_equal(n.framed.buf.len, 4); /* nothing is lost */
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 1);
    end(&n);
}

EDO_TEST(a_flush_goes_on_where_the_writer_stopped) /* codec-033 */
{
    io_script script = SCRIPT(WAITS, TAKES(2), WAITS, TAKES(2));
    numbers n;

    begin(&n, script, NULL);
    for (uint32_t i = 0; i < 3; i++)
        feed(&n, i);
    edo_framed_write_future flush = edo_framed_flush_async(&n.framed);
    assert_pending(&flush.base);
    assert_woken(1);
    assert_pending(&flush.base);
    assert_ready_eq(&flush.base, 0);
    assert_string_equal(n.script.order, "wwwf");
    check_counts(&n.script.written, 3);
    end(&n);
}

static int64_t poll_to_ready(edo_future *fut)
{
    task_wait_until(edo_test_poll(fut) == EDO_READY);
    return fut->result;
}

EDO_TEST_BOTH(close_flushes_and_shuts_down) /* codec-034 */
{
    numbers n;

    begin(&n, (io_script){0}, NULL);
    feed(&n, 0);
    assert_ok(edo_framed_close(&n.framed));
    assert_string_equal(n.script.order, "wfs");
    check_counts(&n.script.written, 1);
    end(&n);
}

EDO_TEST(a_close_that_was_cancelled_goes_on_in_the_next) /* codec-034 */
{
    io_script script = SCRIPT(WAITS);
    numbers n;

    begin(&n, script, NULL);
    feed(&n, 0);
    edo_framed_write_future close = edo_framed_close_async(&n.framed);
    assert_pending(&close.base);
    edo_future_cancel(&close.base);
    assert_err(poll_to_ready(&close.base), -ECANCELED);
    close = edo_framed_close_async(&n.framed);
    assert_err(poll_to_ready(&close.base), 0);
    assert_int_equal(n.script.order[strlen(n.script.order) - 1], 's');
    check_counts(&n.script.written, 1);
    end(&n);
}

EDO_TEST(a_close_whose_write_fails_shuts_nothing_down) /* codec-034 */
{
    io_script script = SCRIPT(FAILS(-EPIPE));
    numbers n;

    begin(&n, script, NULL);
    feed(&n, 0);
    edo_framed_write_future close = edo_framed_close_async(&n.framed);
    assert_ready_eq(&close.base, -EPIPE);
    assert_int_equal(n.script.flushes + n.script.shutdowns, 0);
    assert_ok(edo_framed_close(&n.framed));
    assert_string_equal(n.script.order, "wfs");
    check_counts(&n.script.written, 1);
    end(&n);
}

/* A writer whose flush and shutdown wait once each. */
typedef struct slow_end {
    unsigned flushes, shutdowns;
} slow_end;

static edo_poll slow_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    return script_says(t, (int64_t)t->len);
}

static edo_poll second_time(unsigned *calls, edo_transfer *t, const edo_waker *waker)
{
    if (++*calls % 2 == 0)
        return script_says(t, 0);
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static edo_poll slow_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    return second_time(&((slow_end *)self)->flushes, t, waker);
}

static edo_poll slow_shutdown(void *self, edo_transfer *t, const edo_waker *waker)
{
    return second_time(&((slow_end *)self)->shutdowns, t, waker);
}

EDO_TEST(a_close_waits_for_the_flush_and_for_the_shutdown) /* codec-034 */
{
    static const edo_writer_ops ops = {
        .write = slow_write, .flush = slow_flush, .shutdown = slow_shutdown, .name = "slow_end"};
    slow_end slow = {0};
    number_codec codec = {.size = 4};
    uint32_t number = 1;
    edo_framed_writer framed;

    assert_ok(
        edo_framed_writer_init(&framed, (edo_writer){&ops, &slow}, number_encoder(&codec), NULL));
    assert_ok(edo_framed_feed(&framed, &number));
    edo_framed_write_future close = edo_framed_close_async(&framed);
    assert_pending(&close.base);
    assert_int_equal(slow.flushes, 1);
    assert_int_equal(slow.shutdowns, 0);
    assert_pending(&close.base);
    assert_int_equal(slow.flushes, 2);
    assert_int_equal(slow.shutdowns, 1);
    assert_ready_eq(&close.base, 0);
    assert_int_equal(slow.flushes, 2);
    assert_int_equal(slow.shutdowns, 2);
    edo_framed_writer_fini(&framed);
}

EDO_TEST(a_cancelled_flush_does_not_wait_for_its_writer)
{
    io_script script = SCRIPT(WAITS);
    numbers n;

    script.stands = true;
    begin(&n, script, NULL);
    feed(&n, 0);
    edo_framed_write_future flush = edo_framed_flush_async(&n.framed);
    assert_pending(&flush.base);
    edo_future_cancel(&flush.base);
    assert_ready_eq(&flush.base, -ECANCELED);
    assert_int_equal(n.script.calls, 0);
    n.script.stands = false;
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 1);
    end(&n);
}

/* Flushes until the budget holds one back. */
static void flush_until_held_back(numbers *n, edo_framed_write_future *ret_flush)
{
    for (unsigned i = 0; i < 1000; i++) {
        *ret_flush = edo_framed_flush_async(&n->framed);
        if (edo_test_poll(&ret_flush->base) == EDO_PENDING)
            return;
        assert_int_equal(ret_flush->base.result, 0);
    }
    fail();
}

EDO_TEST(a_flush_that_was_cancelled_before_its_turn_leaves_nothing_under_way)
{
    edo_framed_write_future flush;
    numbers n;

    begin(&n, (io_script){0}, NULL);
    flush_until_held_back(&n, &flush);
    unsigned flushes = n.script.flushes;
    edo_future_cancel(&flush.base);
    assert_ready_eq(&flush.base, -ECANCELED);
    assert_int_equal(n.script.flushes, flushes);
    feed(&n, 0);
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 1);
    end(&n);
}

/* Cancels a send of 2 after so many polls, sends 3 and says what was written. */
static void check_cancelled_send(unsigned polls)
{
    io_script script = SCRIPT(WAITS, TAKES(3), WAITS, TAKES(2), WAITS, TAKES(4), WAITS);
    uint32_t number = 2, next = 3;
    numbers n;

    begin(&n, script, EDO_OPTS(framed, .boundary = 8));
    feed(&n, 0);
    feed(&n, 1);
    edo_framed_write_future send = edo_framed_send_async(&n.framed, &number);
    for (unsigned i = 0; i < polls; i++)
        assert_pending(&send.base);
    n.script.stands = true;
    edo_future_cancel(&send.base);
    while (edo_test_poll(&send.base) == EDO_PENDING)
        ;
    n.script.stands = false;
    assert_int_equal(send.base.result, -ECANCELED);
    if (!send.is_taken)
        assert_ok(edo_framed_feed(&n.framed, &number));
    assert_ok(edo_framed_send(&n.framed, &next, NULL));
    check_counts(&n.script.written, 4);
    end(&n);
}

EDO_TEST(a_cancelled_send_gave_all_of_its_frame_or_nothing) /* codec-035 */
{
    for (unsigned polls = 0; polls < 4; polls++)
        check_cancelled_send(polls);
}

EDO_TEST_BOTH(a_send_that_fails_says_whether_it_has_the_frame)
{
    io_script script = SCRIPT(FAILS(-EPIPE), FAILS(-EPIPE));
    uint32_t number = 0;
    bool taken = false;
    numbers n;

    begin(&n, script, EDO_OPTS(framed, .boundary = 4));
    assert_err(edo_framed_send(&n.framed, &number, &taken), -EPIPE);
    assert_true(taken);
    assert_err(edo_framed_send(&n.framed, &number, &taken), -EPIPE);
    assert_false(taken);
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 1);
    end(&n);
}

static int refuses(void *self, const void *frame, edo_buf *dst)
{
    (void)self;
    (void)frame;
    return edo_buf_append(dst, "half", 4) < 0 ? -ENOMEM : -EILSEQ;
}

EDO_TEST_BOTH(a_frame_that_cannot_be_encoded_leaves_nothing)
{
    static const edo_encoder_ops ops = {.encode = refuses, .name = "refuses"};
    uint32_t number = 0;
    bool taken = true;
    numbers n;

    begin(&n, (io_script){0}, NULL);
    feed(&n, 0);
    edo_encoder good = n.framed.encoder;
    n.framed.encoder = (edo_encoder){&ops, NULL, EDO_ITEM(uint32_t)};
    assert_err(edo_framed_feed(&n.framed, &number), -EILSEQ);
    assert_err(edo_framed_send(&n.framed, &number, &taken), -EILSEQ);
    assert_false(taken);
    n.framed.encoder = good;
    feed(&n, 1);
    assert_ok(edo_framed_flush(&n.framed));
    check_counts(&n.script.written, 2);
    end(&n);
}

EDO_TEST(one_call_at_a_time)
{
    io_script script = SCRIPT(WAITS);
    uint32_t number = 1;
    edo_buf buf;
    numbers n;

    script.stands = true;
    begin(&n, script, NULL);
    feed(&n, 0);
    edo_framed_write_future flush = edo_framed_flush_async(&n.framed);
    assert_pending(&flush.base);
    assert_err(edo_framed_feed(&n.framed, &number), -EBUSY);
    assert_err(edo_framed_try_feed(&n.framed, &number), -EBUSY);
    assert_err(edo_framed_flush(&n.framed), -EBUSY);
    assert_err(edo_framed_close(&n.framed), -EBUSY);
    assert_err(edo_framed_writer_into_buf(&n.framed, &buf), -EBUSY);
    n.script.stands = false;
    assert_pending(&flush.base);
    assert_ready_eq(&flush.base, 0);
    check_counts(&n.script.written, 1);
    end(&n);
}

EDO_TEST(what_is_missing_is_refused)
{
    io_script script = {0};
    number_codec codec = {.size = 4};
    edo_framed_writer framed = {0};
    edo_writer writer = script_writer(&script);
    uint32_t number = 0;
    edo_framed both;
    edo_buf buf;

    assert_err(edo_framed_writer_init(NULL, writer, number_encoder(&codec), NULL), -EINVAL);
    assert_err(edo_framed_writer_init(&framed, (edo_writer){0}, number_encoder(&codec), NULL),
               -EINVAL);
    assert_err(edo_framed_writer_init(&framed, writer, (edo_encoder){0}, NULL), -EINVAL);
    assert_err(edo_framed_feed(&framed, &number), -EINVAL);
    assert_err(edo_framed_try_feed(&framed, &number), -EINVAL);
    assert_err(edo_framed_send(NULL, &number, NULL), -EINVAL);
    assert_err(edo_framed_flush(&framed), -EINVAL);
    assert_err(edo_framed_close(NULL), -EINVAL);
    assert_ok(edo_framed_writer_init(&framed, writer, number_encoder(&codec), NULL));
    assert_err(edo_framed_feed(&framed, NULL), -EINVAL);
    assert_err(edo_framed_send(&framed, NULL, NULL), -EINVAL);
    assert_err(edo_framed_writer_into_buf(NULL, &buf), -EINVAL);
    assert_err(edo_framed_writer_into_buf(&framed, NULL), -EINVAL);
    edo_framed_writer_fini(&framed);
    edo_framed_writer_fini(&framed);
    edo_framed_writer_fini(NULL);
    edo_io io = {script_reader(&script), {0}};
    assert_err(edo_framed_init(&both, io, number_decoder(&codec), number_encoder(&codec), NULL),
               -EINVAL);
}
