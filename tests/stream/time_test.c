/* time_test.c: streams and time, which stands still unless it is advanced. */
#include "stream/streams.h"

/* A source whose items come at given times: those of `at`, in ms from its making. */
typedef struct plan {
    edo_iter iter;
    edo_stage stage;
    edo_sleep_future sleep;
    edo_instant start;
    const int *at;
} plan;

static edo_future *wait_for_time(void *arg, void *item, void *ret_item)
{
    plan *p = arg;
    int n = *(int *)item;

    *(int *)ret_item = n;
    p->sleep = edo_sleep_until_async(edo_instant_add(p->start, EDO_MILLIS((uint64_t)p->at[n - 1])));
    return &p->sleep.base;
}

/* 1, 2 ... at those times. */
static edo_stream planned(plan *p, const int *at, size_t count)
{
    *p = (plan){.start = edo_now(), .at = at};
    return edo_stream_then(&p->stage, count_up_to(&p->iter, count), wait_for_time, p, INT_ITEM);
}

/* Waits for the next, and looks when it came. */
static void check_at(edo_stream s, edo_instant start, unsigned ms, int expected)
{
    int item = -1, rc = edo_stream_next(s, &item);

    assert_int_equal(edo_elapsed(start).ns / 1000000, ms);
    if (expected > 0) {
        assert_int_equal(rc, 1);
        assert_int_equal(item, expected);
    } else {
        assert_int_equal(rc, expected);
    }
}

EDO_TEST(timeout_says_so_among_the_items) /* stream-042 */
{
    static const int at[] = {0, 200, 200, 400};
    plan p;
    edo_timed timed;
    edo_instant start = edo_now();
    edo_stream s = edo_stream_timeout(&timed, planned(&p, at, 4), EDO_MILLIS(100));

    check_at(s, start, 0, 1);
    check_at(s, start, 100, -ETIMEDOUT);
    check_at(s, start, 200, 2);
    check_at(s, start, 200, 3);
    check_at(s, start, 300, -ETIMEDOUT);
    check_at(s, start, 400, 4);
    check_at(s, start, 400, 0);
    edo_stream_release(s);
}

EDO_TEST(after_a_timeout_there_is_no_limit_until_an_item_has_come) /* stream-042 */
{
    static const int at[] = {450, 600};
    plan p;
    edo_timed timed;
    edo_instant start = edo_now();
    edo_stream s = edo_stream_timeout(&timed, planned(&p, at, 2), EDO_MILLIS(100));

    check_at(s, start, 100, -ETIMEDOUT);
    check_at(s, start, 450, 1);
    check_at(s, start, 550, -ETIMEDOUT);
    check_at(s, start, 600, 2);
    edo_stream_release(s);
}

EDO_TEST(no_timeout_while_items_come_in_time) /* stream-043 */
{
    static const int at[] = {60, 120, 180};
    plan p;
    edo_timed timed;
    edo_instant start = edo_now();
    edo_stream s = edo_stream_timeout(&timed, planned(&p, at, 3), EDO_MILLIS(100));

    check_at(s, start, 60, 1);
    check_at(s, start, 120, 2);
    check_at(s, start, 180, 3);
    check_at(s, start, 180, 0);
    check_at(s, start, 180, 0);
    edo_stream_release(s);
}

EDO_TEST(the_end_is_not_timed_out) /* stream-043 */
{
    edo_iter iter;
    edo_timed timed;
    edo_stream s = edo_stream_timeout(&timed, count_up_to(&iter, 1), EDO_MILLIS(10));

    check_next(s, 1);
    assert_ok(edo_advance(EDO_MILLIS(100)));
    check_end(s);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(timeouts_hint_counts_one_before_each_item) /* stream-044 */
{
    edo_iter iter;
    edo_timed timed;
    edo_stream s = edo_stream_timeout(&timed, count_up_to(&iter, 4), EDO_MILLIS(10));

    check_hint(s, 4, 9);
    check_next(s, 1);
    check_hint(s, 3, 7);
    edo_stream_release(s);
    check_open_hint(edo_stream_timeout_repeating(&timed, count_up_to(&iter, 4), EDO_MILLIS(10)), 4);
}

EDO_TEST(timeout_repeats_until_an_item_comes) /* stream-045 */
{
    static const int at[] = {120, 200};
    plan p;
    edo_timed timed;
    edo_instant start = edo_now();
    edo_stream s = edo_stream_timeout_repeating(&timed, planned(&p, at, 2), EDO_MILLIS(50));

    check_at(s, start, 50, -ETIMEDOUT);
    check_at(s, start, 100, -ETIMEDOUT);
    check_at(s, start, 120, 1);
    check_at(s, start, 170, -ETIMEDOUT);
    check_at(s, start, 200, 2);
    check_at(s, start, 200, 0);
    edo_stream_release(s);
}

EDO_TEST(a_cancelled_next_keeps_the_time_of_a_timeout) /* stream-002 */
{
    script steps = SCRIPT(STEP_WAIT, 1);
    edo_timed timed;
    edo_stream s = edo_stream_timeout(&timed, script_stream(&steps), EDO_MILLIS(100));

    check_pends(s);
    assert_ok(edo_advance(EDO_MILLIS(60)));
    check_pends(s);
    assert_ok(edo_advance(EDO_MILLIS(40)));
    check_result(s, -ETIMEDOUT);
    check_pends(s);
    script_go_on(&steps);
    check_next(s, 1);
    edo_stream_release(s);
}

EDO_TEST(throttle_delays_after_an_item) /* stream-046 stream-047 */
{
    edo_iter iter;
    edo_timed timed;
    edo_stream s = edo_stream_throttle(&timed, count_up_to(&iter, 2), EDO_MILLIS(100));
    int item;

    check_next(s, 1);
    edo_stream_next_future next = edo_stream_next_async(s, &item);
    assert_pending(&next.base);
    assert_ok(edo_advance(EDO_MILLIS(90)));
    assert_woken(0);
    assert_pending(&next.base);
    assert_ok(edo_advance(EDO_MILLIS(11)));
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    assert_int_equal(item, 2);
    assert_ok(edo_advance(EDO_MILLIS(101)));
    check_end(s);
    check_end(s); /* and no delay behind the end */
    edo_stream_release(s);
}

EDO_TEST(throttle_of_nothing_does_not_delay) /* stream-046 */
{
    edo_iter iter;
    edo_timed timed;
    edo_stream s = edo_stream_throttle(&timed, count_up_to(&iter, 2), EDO_MILLIS(0));

    check_next(s, 1);
    check_next(s, 2);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_throttled_next_that_was_cancelled_took_nothing) /* stream-002 */
{
    edo_iter iter;
    edo_timed timed;
    edo_instant start = edo_now();
    edo_stream s = edo_stream_throttle(&timed, count_up_to(&iter, 2), EDO_MILLIS(100));

    check_next(s, 1);
    check_pends(s);
    check_at(s, start, 100, 2);
    edo_stream_release(s);
}

/* Chunks. */

static void check_chunk(edo_items *items, int first, size_t count)
{
    assert_int_equal(items->len, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(((int *)items->data)[i], first + (int)i);
    edo_items_fini(items);
}

/* Waits for the next chunk: `count` items from `first` on, or the end. */
static void check_chunk_at(edo_stream s, edo_instant start, unsigned ms, int first, size_t count)
{
    edo_items items = {0};

    assert_int_equal(edo_stream_next(s, &items), count > 0);
    assert_int_equal(edo_elapsed(start).ns / 1000000, ms);
    check_chunk(&items, first, count);
}

static void check_chunk_pends(edo_stream s)
{
    edo_items items;
    edo_stream_next_future next = edo_stream_next_async(s, &items);

    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
}

EDO_TEST(a_chunk_ends_when_its_time_has_passed) /* stream-048 stream-051 */
{
    static const int at[] = {0, 0, 0, 3000};
    plan p;
    edo_stream_chunks chunks;
    edo_instant start = edo_now();
    edo_stream s;

    assert_ok(edo_stream_chunks_timeout(&chunks, planned(&p, at, 4), 4, EDO_SECONDS(2), &s));
    check_chunk_at(s, start, 2000, 1, 3);
    check_chunk_at(s, start, 3000, 4, 1);
    check_chunk_at(s, start, 3000, 0, 0);
    edo_stream_release(s);
}

EDO_TEST(a_full_chunk_is_given_at_once) /* stream-049 stream-050 */
{
    static const int at[] = {0, 0, 1000, 4000};
    plan p;
    edo_stream_chunks chunks;
    edo_instant start = edo_now();
    edo_stream s;

    assert_ok(edo_stream_chunks_timeout(&chunks, planned(&p, at, 4), 3, EDO_SECONDS(2), &s));
    assert_ptr_equal(s.item, edo_items_item());
    check_hint(s, 2, 4);
    check_chunk_at(s, start, 1000, 1, 3);
    check_chunk_at(s, start, 4000, 4, 1);
    check_chunk_at(s, start, 4000, 0, 0);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
}

EDO_TEST(a_chunks_clock_starts_with_its_first_item) /* stream-051 */
{
    static const int at[] = {5000, 6500, 7500};
    plan p;
    edo_stream_chunks chunks;
    edo_instant start = edo_now();
    edo_stream s;

    assert_ok(edo_stream_chunks_timeout(&chunks, planned(&p, at, 3), 9, EDO_SECONDS(2), &s));
    check_chunk_at(s, start, 7000, 1, 2);
    check_chunk_at(s, start, 7500, 3, 1);
    check_chunk_at(s, start, 7500, 0, 0);
    edo_stream_release(s);
}

EDO_TEST(a_chunks_clock_goes_on_over_cancelled_nexts) /* stream-051 stream-002 */
{
    script steps = SCRIPT(1, STEP_WAIT, 2, STEP_WAIT);
    edo_stream_chunks chunks;
    edo_stream s;
    edo_instant start = edo_now();

    assert_ok(edo_stream_chunks_timeout(&chunks, script_stream(&steps), 9, EDO_MILLIS(100), &s));
    check_chunk_pends(s);
    assert_ok(edo_advance(EDO_MILLIS(60)));
    script_go_on(&steps);
    check_chunk_pends(s);
    check_chunk_at(s, start, 100, 1, 2);
    edo_stream_release(s);
}

/* A script whose cancelled nexts fail. */
static edo_poll sour_next(void *self, edo_pull *p, const edo_waker *waker)
{
    return p->canceled ? script_tell(p, -EIO) : script_next(self, p, waker);
}

EDO_TEST(a_losing_chunk_is_the_next_one_though_an_error_is_behind_it) /* stream-002 */
{
    static const edo_stream_ops sour = {.next = sour_next, .name = "sour"};
    script steps = SCRIPT(1, 2, STEP_WAIT);
    edo_stream_chunks chunks;
    edo_stream s;
    edo_items items;
    edo_instant start = edo_now();

    assert_ok(edo_stream_chunks_timeout(&chunks, (edo_stream){&sour, &steps, INT_ITEM}, 9,
                                        EDO_MILLIS(100), &s));
    edo_stream_next_future next = edo_stream_next_async(s, &items);
    assert_pending(&next.base);
    assert_ok(edo_advance(EDO_MILLIS(100)));
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_chunk_at(s, start, 100, 1, 2);
    assert_err(edo_stream_next(s, &items), -EIO);
    edo_stream_release(s);
}

EDO_TEST(chunks_of_nothing_are_refused) /* stream-052 */
{
    edo_iter iter;
    edo_stream_chunks chunks;
    edo_stream s;

    assert_err(edo_stream_chunks_timeout(&chunks, count_up_to(&iter, 2), 0, EDO_SECONDS(2), &s),
               -EINVAL);
}

EDO_TEST(what_is_gathered_can_be_taken_out) /* stream-053 stream-004 */
{
    static const int at[] = {0, 0, 0, 0, 1000};
    plan p;
    edo_stream_chunks chunks;
    edo_stream s, source;
    edo_instant start = edo_now();

    assert_ok(edo_stream_chunks_timeout(&chunks, planned(&p, at, 5), 10, EDO_MILLIS(20), &s));
    edo_items items;
    edo_stream_next_future next = edo_stream_next_async(s, &items);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    items = edo_stream_chunks_take(&chunks);
    check_chunk(&items, 1, 4);
    assert_ok(edo_stream_take_source(s, 0, &source));
    check_at(source, start, 1000, 5);
    edo_stream_release(source);
    edo_stream_release(s);
}

EDO_TEST(errors_pass_chunks_and_what_is_gathered_stays) /* stream-009 stream-050 */
{
    script steps = SCRIPT(1, STEP_ERROR, 2);
    edo_stream_chunks chunks;
    edo_stream s;

    assert_ok(edo_stream_chunks_timeout(&chunks, script_stream(&steps), 9, EDO_SECONDS(1), &s));
    edo_instant start = edo_now();
    edo_items items;
    assert_err(edo_stream_next(s, &items), -EIO);
    check_chunk_at(s, start, 0, 1, 2);
    check_chunk_at(s, start, 0, 0, 0);
    edo_stream_release(s);
}

EDO_TEST(a_chunk_that_was_put_back_is_given_again) /* stream-002 stream-003 */
{
    int three[] = {1, 2, 3};
    edo_iter iter;
    edo_stream_chunks chunks;
    edo_stream s;
    edo_items items;

    assert_ok(edo_stream_chunks_timeout(&chunks, edo_stream_iter(&iter, three, 3, &counted_item), 2,
                                        EDO_SECONDS(1), &s));
    edo_stream_next_future next = edo_stream_next_async(s, &items);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    destroyed = 0;
    assert_int_equal(edo_stream_next(s, &items), 1);
    check_chunk(&items, 1, 2);
    assert_int_equal(destroyed, 2);
    next = edo_stream_next_async(s, &items);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    edo_stream_release(s);
    assert_int_equal(destroyed, 3);
}

EDO_TEST(ticks_never_end) /* stream-054 */
{
    edo_interval interval;
    edo_ticks ticks;
    edo_instant start = edo_now(), at;

    assert_ok(edo_interval_init(&interval, EDO_MILLIS(10)));
    edo_stream s = edo_stream_ticks(&ticks, &interval);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(edo_stream_next(s, &at), 1);
        assert_int_equal(edo_instant_since(at, start).ns / 1000000, 10 * i);
        assert_int_equal(edo_elapsed(start).ns / 1000000, 10 * i);
        assert_false(edo_stream_is_done(s));
    }
    edo_stream_next_future next = edo_stream_next_async(s, &at);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(edo_stream_next(s, &at), 1);
    check_open_hint(s, SIZE_MAX);
    edo_stream_release(s);
}

EDO_TEST(a_losing_tick_is_put_back) /* stream-002 */
{
    edo_interval interval;
    edo_ticks ticks;
    edo_instant first, at;

    assert_ok(edo_interval_init(&interval, EDO_MILLIS(10)));
    edo_stream s = edo_stream_ticks(&ticks, &interval);
    edo_stream_next_future next = edo_stream_next_async(s, &first);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_stream_next(s, &at), 1);
    assert_int_equal(at.ns, first.ns);
}
