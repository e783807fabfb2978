/*
 * composite_cancel_test.c: whatever is made of several reads or writes is cancelled at each of its steps, also
 * after a step had its effect: what was taken is where `done` says, what was given is what it says, and
 * nothing is lost or comes twice.
 */
#include "io/feed.h"

#include <edo/testing_cancel.h>

static const char text[] = "one\r\ntwo three\nfour\n";
#define LEN (sizeof text - 1)

/* What a scenario has done, and what of it is to be found afterwards. */
typedef struct trial {
    bool is_late;
    feed in;
    drain out;
    edo_buf buf;
    char bytes[64];
    size_t done;
    uint64_t number;
    edo_pieces pieces;
    edo_bytes_queue queue;
    char lines[64];
    unsigned cuts; /* checks that found something done, but not all */
} trial;

/* Each run begins with everything there. */
static void begin(trial *t)
{
    unsigned cuts = t->cuts;
    bool is_late = t->is_late;

    *t = (trial){.in = feed_of(text), .is_late = is_late, .cuts = cuts};
    t->in.step = t->out.step = 3;
    t->in.waits = t->out.waits = true;
    t->in.is_late = t->out.is_late = is_late;
}

static void end(trial *t)
{
    edo_buf_fini(&t->buf);
    edo_buf_fini(&t->out.got);
    edo_pieces_fini(&t->pieces);
    edo_bytes_queue_fini(&t->queue);
}

/* What was taken is `data`. */
static void taken_is(trial *t, const void *data, size_t len)
{
    t->cuts += t->in.at > 0 && t->in.at < LEN;
    assert_int_equal(t->in.at, len);
    assert_memory_equal(len ? data : text, text, len);
}

static void given_is(trial *t, size_t len)
{
    t->cuts += len > 0 && len < LEN;
    assert_int_equal(t->out.got.len, len);
    assert_memory_equal(len ? (const void *)t->out.got.data : text, text, len);
}

static int64_t cut_short(int64_t rc)
{
    assert_true(rc == 0 || rc == -ECANCELED);
    return rc;
}

static int read_exactly(void *arg)
{
    trial *t = arg;

    begin(t);
    return (int)cut_short(edo_read_exact(feed_reader(&t->in), t->bytes, 16, &t->done));
}

static void check_bytes(void *arg, unsigned step)
{
    trial *t = arg;

    (void)step;
    taken_is(t, t->bytes, t->done);
    end(t);
}

static int read_to_the_end(void *arg)
{
    trial *t = arg;

    begin(t);
    return (int)cut_short(edo_read_to_end(feed_reader(&t->in), &t->buf, &t->done));
}

static int read_up_to(void *arg)
{
    trial *t = arg;

    begin(t);
    return (int)cut_short(edo_read_until(feed_reader(&t->in), 'h', &t->buf, &t->done));
}

static int read_into_buffer(void *arg)
{
    trial *t = arg;
    ssize_t n;

    begin(t);
    while ((n = edo_read_buf(feed_reader(&t->in), &t->buf)) > 0)
        t->done += (size_t)n;
    return (int)cut_short(n);
}

static int read_by_parts(void *arg)
{
    trial *t = arg;

    begin(t);
    edo_take first = edo_take_from(feed_reader(&t->in), 7);
    edo_chain all = edo_chain_of(edo_take_reader(&first), feed_reader(&t->in));
    return (int)cut_short(edo_read_to_end(edo_chain_reader(&all), &t->buf, &t->done));
}

static void check_buffer(void *arg, unsigned step)
{
    trial *t = arg;

    (void)step;
    assert_int_equal(t->buf.len, t->done);
    taken_is(t, t->buf.data, t->done);
    end(t);
}

static int read_lines(void *arg)
{
    trial *t = arg;
    char *line;
    int rc;

    begin(t);
    t->pieces = edo_split_at(feed_reader(&t->in), '\n');
    while ((rc = edo_pieces_next(&t->pieces, &line, NULL)) > 0) {
        strcat(t->lines, line);
        strcat(t->lines, "\n");
    }
    return (int)cut_short(rc);
}

/* Those that came, and the beginning that is kept, are all that was taken. */
static void check_lines(void *arg, unsigned step)
{
    trial *t = arg;
    size_t len = strlen(t->lines);

    (void)step;
    if (!t->pieces.is_out && t->pieces.buf.len)
        memcpy(t->lines + len, t->pieces.buf.data, t->pieces.buf.len);
    len += t->pieces.is_out ? 0 : t->pieces.buf.len;
    taken_is(t, t->lines, len);
    end(t);
}

static int write_all(void *arg)
{
    trial *t = arg;

    begin(t);
    return (int)cut_short(edo_write_all(drain_writer(&t->out), text, LEN, &t->done));
}

static int write_pieces(void *arg)
{
    trial *t = arg;
    const struct iovec pieces[] = {
        {(char *)text, 4}, {NULL, 0}, {(char *)text + 4, 1}, {(char *)text + 5, LEN - 5}};

    begin(t);
    return (int)cut_short(edo_write_all_vectored(drain_vectored(&t->out), pieces, 4, &t->done));
}

static void check_given(void *arg, unsigned step)
{
    trial *t = arg;

    (void)step;
    given_is(t, t->done);
    end(t);
}

static int write_chunks(void *arg)
{
    trial *t = arg;
    edo_bytes a = edo_bytes_static(text, 5), b = edo_bytes_static(text + 5, LEN - 5);

    begin(t);
    assert_ok(edo_bytes_queue_push(&t->queue, &a));
    assert_ok(edo_bytes_queue_push(&t->queue, &b));
    return (int)cut_short(
        edo_write_all_buf(drain_vectored(&t->out), edo_bytes_queue_as_chunks(&t->queue), &t->done));
}

static void check_chunks(void *arg, unsigned step)
{
    trial *t = arg;

    if (step > 0)
        assert_int_equal(t->queue.len + t->done, LEN);
    check_given(arg, step);
}

/* Both ways: a step that has no effect before its second poll, and one that has had it at its first. */
static void check_each_cancel(int (*scenario)(void *), void (*check)(void *, unsigned),
                              unsigned steps)
{
    for (int late = 0; late < 2; late++) {
        trial t = {.is_late = late};
        assert_in_range(edo_test_cancel_everywhere(scenario, check, &t), steps, 100);
        assert_true(t.cuts >= steps - 2);
    }
}

EDO_TEST_PLAIN(reads_of_so_many_bytes_lose_none)
{
    check_each_cancel(read_exactly, check_bytes, 6);
}

EDO_TEST_PLAIN(reads_to_the_end_lose_none)
{
    check_each_cancel(read_to_the_end, check_buffer, 8);
}

EDO_TEST_PLAIN(reads_up_to_a_delimiter_lose_none)
{
    check_each_cancel(read_up_to, check_buffer, 4);
}

EDO_TEST_PLAIN(reads_into_a_buffer_lose_none)
{
    check_each_cancel(read_into_buffer, check_buffer, 8);
}

EDO_TEST_PLAIN(reads_of_parts_lose_none)
{
    check_each_cancel(read_by_parts, check_buffer, 9);
}

EDO_TEST_PLAIN(lines_lose_none)
{
    check_each_cancel(read_lines, check_lines, 8);
}

EDO_TEST_PLAIN(writes_of_all_say_how_much_they_gave)
{
    check_each_cancel(write_all, check_given, 7);
}

EDO_TEST_PLAIN(writes_of_pieces_say_how_much_they_gave)
{
    check_each_cancel(write_pieces, check_given, 7);
}

EDO_TEST_PLAIN(writes_of_chunks_leave_the_rest_in_them)
{
    check_each_cancel(write_chunks, check_chunks, 7);
}

/* --- futures by hand: a cancel, a put-back ------------------------------------------------------- */

static union {
    edo_read_exact_future exact;
    edo_read_number_future number;
    edo_read_buf_future buf;
    edo_pieces_next_future next;
} fut;

static edo_future *make_exact(void *arg)
{
    trial *t = arg;

    begin(t);
    fut.exact = edo_read_exact_async(feed_reader(&t->in), t->bytes, 7);
    return &fut.exact.base;
}

static void check_exact(void *arg, unsigned step, int64_t result)
{
    trial *t = arg;

    (void)step;
    assert_true(result == -ECANCELED || fut.exact.done == 7);
    taken_is(t, t->bytes, fut.exact.done);
    end(t);
}

static edo_future *make_number(void *arg)
{
    trial *t = arg;

    begin(t);
    fut.number = edo_read_u64_be_async(feed_reader(&t->in), &t->number);
    return &fut.number.base;
}

static void check_number(void *arg, unsigned step, int64_t result)
{
    trial *t = arg;

    (void)step;
    assert_true(result == -ECANCELED || fut.number.done == 8);
    taken_is(t, fut.number.bytes, fut.number.done);
    end(t);
}

static edo_future *make_buf(void *arg)
{
    trial *t = arg;

    begin(t);
    fut.buf = edo_read_buf_async(feed_reader(&t->in), &t->buf);
    return &fut.buf.base;
}

static void check_buf(void *arg, unsigned step, int64_t result)
{
    trial *t = arg;

    (void)step;
    assert_int_equal(t->buf.len, result < 0 ? 0 : result);
    taken_is(t, t->buf.data, t->buf.len);
    end(t);
}

static edo_future *make_next(void *arg)
{
    trial *t = arg;

    begin(t);
    t->pieces = edo_lines(feed_reader(&t->in));
    fut.next = edo_pieces_next_async(&t->pieces, NULL, NULL);
    return &fut.next.base;
}

/* Whatever became of it, the line comes. */
static void check_next(void *arg, unsigned step, int64_t result)
{
    trial *t = arg;
    edo_future *first = &fut.next.base;

    (void)step;
    if (result == 1 && !t->pieces.is_back)
        assert_int_equal(t->pieces.len, 3);
    for (int i = 0; result != 1 && i < 20; i++) {
        if (i == 0)
            fut.next = edo_pieces_next_async(&t->pieces, NULL, NULL);
        if (edo_future_poll(first, edo_test_waker()) == EDO_READY) {
            assert_int_equal(first->result, 1);
            assert_int_equal(t->pieces.len, 3);
            result = 1;
        }
    }
    assert_int_equal(result, 1);
    end(t);
}

EDO_TEST_PLAIN(futures_that_are_cancelled_or_put_back_lose_nothing)
{
    for (int late = 0; late < 2; late++) {
        trial t = {.is_late = late};
        assert_true(edo_test_cancel_future(make_exact, NULL, check_exact, &t) > 3);
        assert_true(edo_test_cancel_future(make_number, NULL, check_number, &t) > 3);
        assert_true(edo_test_cancel_future(make_buf, NULL, check_buf, &t) > 1);
        assert_true(edo_test_cancel_future(make_next, NULL, check_next, &t) > 1);
    }
}

/* A part had its effect before it heard of the cancel: it counts, and no other begins. */
static void check_ends_between(edo_future *part, const size_t *done, const unsigned *calls)
{
    assert_pending(part);
    edo_future_cancel(part);
    assert_ready_eq(part, -ECANCELED);
    assert_int_equal(*done, 3);
    assert_int_equal(*calls, 1);
}

EDO_TEST_PLAIN(a_composite_that_is_cancelled_between_two_parts_begins_no_other)
{
    trial t = {.is_late = true};
    const struct iovec pieces[] = {{(char *)text, 1}, {(char *)text + 1, LEN - 1}};
    edo_bytes bytes = edo_bytes_static(text, LEN);

    begin(&t);
    t.in.waits = t.out.waits = false;
    edo_read_exact_future exact = edo_read_exact_async(feed_reader(&t.in), t.bytes, 10);
    check_ends_between(&exact.base, &exact.done, &t.in.calls);
    t.in.calls = 0;
    edo_read_to_end_future to_end = edo_read_to_end_async(feed_reader(&t.in), &t.buf);
    check_ends_between(&to_end.base, &to_end.done, &t.in.calls);
    t.in.calls = 0;
    edo_read_number_future number = edo_read_u64_be_async(feed_reader(&t.in), &t.number);
    check_ends_between(&number.base, &number.done, &t.in.calls);
    edo_write_all_future all = edo_write_all_async(drain_writer(&t.out), text, LEN);
    check_ends_between(&all.base, &all.done, &t.out.calls);
    edo_write_all_vectored_future vectored =
        edo_write_all_vectored_async(drain_vectored(&t.out), pieces, 2);
    check_ends_between(&vectored.base, &vectored.done, &t.out.vectored_calls);
    t.out.vectored_calls = 0;
    edo_write_buf_future chunks =
        edo_write_all_buf_async(drain_vectored(&t.out), edo_bytes_as_chunks(&bytes));
    check_ends_between(&chunks.base, &chunks.done, &t.out.vectored_calls);
    assert_int_equal(bytes.len, LEN - 3);
    end(&t);
}
