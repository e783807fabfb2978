/* buf_test.c: a buffer of bytes: its room, its ends, its limit, and what no memory leaves. */
#include "support/edo_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"

static void holds(const edo_buf *buf, const char *text)
{
    assert_int_equal(buf->len, strlen(text));
    assert_memory_equal(buf->data, text, buf->len);
}

EDO_TEST_PLAIN(free_space_is_told_exactly_after_each_advance) /* io-006 */
{
    edo_buf buf = {0};

    assert_int_equal(edo_buf_spare(&buf), 0);
    assert_ok(edo_buf_reserve(&buf, 8));
    assert_int_equal(edo_buf_spare(&buf), 8);
    assert_ok(edo_buf_advance(&buf, 1));
    assert_int_equal(edo_buf_spare(&buf), 7);
    assert_ok(edo_buf_advance(&buf, 5));
    assert_int_equal(edo_buf_spare(&buf), 2);
    assert_ok(edo_buf_advance(&buf, 2));
    assert_int_equal(edo_buf_spare(&buf), 0);
    edo_buf_clear(&buf);
    assert_int_equal(edo_buf_spare(&buf), 8);
    assert_ok(edo_buf_advance(&buf, 8));
    assert_int_equal(edo_buf_spare(&buf), 0);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(the_limit_counts_for_the_free_space) /* io-006 */
{
    edo_buf buf = {.limit = 8};

    assert_ok(edo_buf_append(&buf, "abc", 3)); /* and allocates more than that */
    assert_int_equal(edo_buf_spare(&buf), 5);
    buf.limit = 4;
    assert_int_equal(edo_buf_spare(&buf), 1);
    buf.limit = 2;
    assert_int_equal(edo_buf_spare(&buf), 0);
    holds(&buf, "abc");
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(past_the_capacity_nothing_is_done) /* io-007 */
{
    char memory[8];
    edo_buf buf = edo_buf_over(memory, sizeof memory);

    assert_int_equal(edo_buf_spare(&buf), 8);
    assert_err(edo_buf_advance(&buf, 9), -EINVAL);
    assert_ok(edo_buf_append(&buf, "hello", 5));
    assert_err(edo_buf_advance(&buf, 4), -EINVAL);
    assert_err(edo_buf_append(&buf, "worl", 4), -EDO_ETOOLONG);
    assert_err(edo_buf_fill(&buf, 0, 4), -EDO_ETOOLONG);
    assert_err(edo_buf_print(&buf, "%d", 1000), -EDO_ETOOLONG);
    assert_err(edo_buf_reserve(&buf, 4), -EDO_ETOOLONG);
    assert_err(edo_buf_consume(&buf, 6), -EINVAL);
    assert_err(edo_buf_truncate(&buf, 6), -EINVAL);
    assert_err(edo_buf_take(&buf, memory, 6), -EINVAL);
    holds(&buf, "hello");
    assert_int_equal(edo_buf_spare(&buf), 3);
    assert_ok(edo_buf_fill(&buf, '!', 3));
    holds(&buf, "hello!!!");
    assert_ptr_equal(buf.data, memory);
}

EDO_TEST_PLAIN(memory_of_no_size_holds_nothing)
{
    char memory[1];
    edo_buf bufs[] = {edo_buf_over(memory, 0), edo_buf_over(NULL, 0), edo_buf_over(NULL, 8)};

    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_buf_spare(&bufs[i]), 0);
        assert_err(edo_buf_append(&bufs[i], "a", 1), -EDO_ETOOLONG);
        assert_ok(edo_buf_append(&bufs[i], "a", 0));
        edo_buf_fini(&bufs[i]);
    }
}

EDO_TEST_PLAIN(fixed_memory_makes_use_of_what_was_consumed)
{
    char memory[8], out[4];
    edo_buf buf = edo_buf_over(memory, sizeof memory);

    assert_ok(edo_buf_append(&buf, "abcdefgh", 8));
    assert_ok(edo_buf_take(&buf, out, 3));
    assert_memory_equal(out, "abc", 3);
    assert_int_equal(edo_buf_spare(&buf), 0); /* without a move */
    assert_ok(edo_buf_append(&buf, "xyz", 3));
    holds(&buf, "defghxyz");
    assert_ok(edo_buf_truncate(&buf, 8)); /* all of it */
    assert_ok(edo_buf_truncate(&buf, 2));
    assert_string_equal(edo_buf_text(&buf), "de");
    edo_buf_fini(&buf); /* leaves the memory alone */
    assert_int_equal(edo_buf_spare(&buf), 0);
}

EDO_TEST_PLAIN(limits_hold_and_may_be_changed)
{
    edo_buf buf = {.limit = 5};

    assert_ok(edo_buf_append(&buf, "abcde", 5));
    assert_err(edo_buf_append(&buf, "f", 1), -EDO_ETOOLONG);
    buf.limit = 6;
    assert_ok(edo_buf_append(&buf, "f", 1));
    buf.limit = 0;
    assert_ok(edo_buf_print(&buf, "%s-%d", "ghi", 7));
    holds(&buf, "abcdefghi-7");
    edo_buf_fini(&buf);
    assert_err(edo_buf_reserve(&buf, SIZE_MAX), -ENOMEM);
    assert_err(edo_buf_reserve(&buf, SIZE_MAX / 2), -ENOMEM);
}

EDO_TEST_PLAIN(text_has_a_zero_that_is_not_counted)
{
    edo_buf buf = {.limit = 3};

    assert_string_equal(edo_buf_text(&buf), "");
    assert_ok(edo_buf_append(&buf, "abc", 3));
    assert_string_equal(edo_buf_text(&buf), "abc"); /* the limit is of bytes */
    assert_int_equal(buf.len, 3);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(all_of_it_is_moved_out)
{
    edo_buf buf = {.limit = 9};

    assert_ok(edo_buf_append(&buf, "abc", 3));
    edo_buf all = edo_buf_move(&buf);
    holds(&all, "abc");
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.limit, 9);
    assert_ok(edo_buf_append(&buf, "de", 2));
    holds(&all, "abc");
    edo_buf_fini(&all);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(nonsense_is_refused)
{
    edo_buf buf = {0};

    assert_err(edo_buf_append(NULL, "a", 1), -EINVAL);
    assert_err(edo_buf_append(&buf, NULL, 1), -EINVAL);
    assert_ok(edo_buf_append(&buf, NULL, 0));
    assert_ok(edo_buf_print(&buf, "%s", ""));
    assert_ok(edo_buf_fill(&buf, 'x', 0));
    assert_ok(edo_buf_take(&buf, NULL, 0));
    assert_null(buf.block); /* nothing needs no memory */
    assert_err(edo_buf_reserve(NULL, 1), -EINVAL);
    assert_err(edo_buf_advance(&buf, 1), -EINVAL);
    assert_err(edo_buf_consume(NULL, 0), -EINVAL);
    assert_err(edo_buf_print(&buf, NULL), -EINVAL);
    assert_int_equal(edo_buf_spare(NULL), 0);
    edo_buf_clear(NULL);
    edo_buf_fini(NULL);
}

/* A buffer that is appended to and consumed at random, beside a plain array. */
EDO_TEST_PLAIN(a_random_history_is_that_of_an_array)
{
    static unsigned char all[1 << 16];
    rng random = {0};
    edo_buf buf = {0};
    size_t in = 0, out = 0;
    edo_bytes kept = {0};
    size_t kept_from = 0;

    rng_seed(&random, 6);
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)rng_below(&random, 256);
    while (out < sizeof all) {
        size_t n = rng_below(&random, 300);
        size_t put = n < sizeof all - in ? n : sizeof all - in;
        assert_ok(edo_buf_append(&buf, all + in, put));
        in += put;
        n = rng_below(&random, 310);
        size_t got = n < buf.len ? n : buf.len;
        assert_memory_equal(buf.data, all + out, buf.len);
        if (rng_below(&random, 4) == 0) { /* somebody keeps what was cut off, for a while */
            edo_bytes_free(&kept);
            assert_ok(edo_buf_split_to(&buf, got, &kept));
            kept_from = out;
        } else {
            assert_ok(edo_buf_consume(&buf, got));
        }
        out += got;
        assert_memory_equal(kept.len ? kept.data : all, all + (kept.len ? kept_from : 0), kept.len);
    }
    assert_int_equal(buf.len, 0);
    edo_bytes_free(&kept);
    edo_buf_fini(&buf);
}

static int64_t step(edo_future *fut)
{
    return assert_ready(fut);
}

EDO_TEST_PLAIN(a_buffer_is_a_reader_and_a_writer)
{
    edo_buf buf = {.limit = 12};
    char text[16] = "";
    edo_write_future write = edo_write_async(edo_buf_as_writer(&buf), "hello ", 6);
    struct iovec two[2] = {{text, 3}, {text + 3, 3}};

    assert_int_equal(step(&write.base), 6);
    struct iovec pieces[3] = {{"wor", 3}, {"", 0}, {"ld-and-more", 11}};
    edo_write_future rest = edo_writev_async(edo_buf_as_writer(&buf), pieces, 3);
    assert_int_equal(step(&rest.base), 6); /* no more fits */
    edo_write_future none = edo_write_async(edo_buf_as_writer(&buf), "x", 1);
    assert_int_equal(step(&none.base), 0);
    edo_read_future read = edo_readv_async(edo_buf_as_reader(&buf), two, 2);
    assert_int_equal(step(&read.base), 6);
    assert_string_equal(text, "hello ");
    edo_future_put_back(&read.base);
    assert_err(read.base.result, -ECANCELED);
    holds(&buf, "hello world-");
    edo_read_future all = edo_read_async(edo_buf_as_reader(&buf), text, sizeof text);
    assert_int_equal(step(&all.base), 12);
    assert_int_equal(buf.len, 0);
    edo_future_put_back(&all.base);
    holds(&buf, "hello world-");
    edo_buf_fini(&buf);
}
