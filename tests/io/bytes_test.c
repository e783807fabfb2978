/* bytes_test.c: bytes that are shared: cut without a copy, freed once, and a buffer again. */
#include "support/edo_test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

static void are(const edo_bytes *bytes, const char *text)
{
    assert_int_equal(bytes->len, strlen(text));
    assert_memory_equal(bytes->data, text, bytes->len);
}

static unsigned destroyed;

static void destroy(void *arg)
{
    destroyed++;
    free(arg);
}

EDO_TEST_PLAIN(cutting_copies_nothing)
{
    edo_bytes all, front, rest, middle;

    assert_ok(edo_bytes_copy("hello world", 11, &all));
    const unsigned char *place = all.data;
    assert_ok(edo_bytes_split_to(&all, 5, &front));
    are(&front, "hello");
    are(&all, " world");
    assert_ok(edo_bytes_split_off(&all, 1, &rest));
    are(&all, " ");
    are(&rest, "world");
    assert_ok(edo_bytes_slice(&rest, 1, 3, &middle));
    are(&middle, "orl");
    assert_ptr_equal(front.data, place);
    assert_ptr_equal(middle.data, place + 7);
    edo_bytes_free(&all);
    edo_bytes_free(&rest);
    are(&front, "hello");
    edo_bytes_free(&front);
    are(&middle, "orl");
    edo_bytes_free(&middle);
    edo_bytes_free(&middle);
}

EDO_TEST_PLAIN(owned_memory_goes_with_its_last_part)
{
    char *memory = strdup("abcdef");
    edo_bytes all, rest;

    assert_ok(edo_bytes_own(memory, 6, destroy, memory, &all));
    edo_bytes clone = edo_bytes_clone(&all);
    assert_ok(edo_bytes_split_off(&all, 6, &rest)); /* no byte, no reference */
    assert_int_equal(rest.len, 0);
    assert_ok(edo_bytes_advance(&all, 2));
    are(&all, "cdef");
    assert_ok(edo_bytes_truncate(&all, 1));
    are(&all, "c");
    assert_ok(edo_bytes_truncate(&all, 0));
    assert_int_equal(destroyed, 0);
    assert_ok(edo_bytes_advance(&clone, 6));
    assert_int_equal(destroyed, 1);
    edo_bytes_free(&all);
    edo_bytes_free(&clone);
    edo_bytes_free(&rest);
    assert_int_equal(destroyed, 1);
}

EDO_TEST_PLAIN(what_is_not_there_is_refused)
{
    edo_bytes bytes = edo_bytes_static("abc", 3), out = {0};
    edo_buf buf = {0};

    assert_err(edo_bytes_slice(&bytes, 2, 2, &out), -EINVAL);
    assert_err(edo_bytes_slice(&bytes, 4, 0, &out), -EINVAL);
    assert_err(edo_bytes_slice(&bytes, 1, SIZE_MAX, &out), -EINVAL);
    assert_err(edo_bytes_split_to(&bytes, 4, &out), -EINVAL);
    assert_err(edo_bytes_split_off(&bytes, 4, &out), -EINVAL);
    assert_err(edo_bytes_advance(&bytes, 4), -EINVAL);
    assert_err(edo_bytes_truncate(&bytes, 4), -EINVAL);
    assert_err(edo_buf_split_to(&buf, 1, &out), -EINVAL);
    assert_err(edo_bytes_copy(NULL, 1, &out), -EINVAL);
    assert_err(edo_bytes_own("a", 1, NULL, NULL, &out), -EINVAL);
    assert_err(edo_bytes_thaw(&bytes, &buf), -EBUSY); /* it is the program's own text */
    are(&bytes, "abc");
    assert_int_equal(out.len, 0);
    assert_ok(edo_bytes_truncate(&bytes, 3)); /* all that there is is no nonsense */
    assert_ok(edo_bytes_slice(&bytes, 3, 0, &out));
    assert_ok(edo_bytes_slice(&bytes, 0, 3, &out));
    are(&out, "abc");
    assert_ok(edo_bytes_split_to(&bytes, 3, &out));
    are(&out, "abc");
    assert_int_equal(bytes.len, 0);
    edo_bytes_free(NULL);
}

EDO_TEST_PLAIN(bytes_are_equal_wherever_they_lie)
{
    edo_bytes a = edo_bytes_static("abcabc", 6), b = {0}, none = {0};

    assert_ok(edo_bytes_split_off(&a, 3, &b));
    assert_true(edo_bytes_equal(&a, &b));
    assert_ok(edo_bytes_truncate(&b, 2));
    assert_false(edo_bytes_equal(&a, &b));
    assert_true(edo_bytes_equal(&none, NULL));
    assert_false(edo_bytes_equal(&none, &a));
}

EDO_TEST_PLAIN(a_frozen_buffer_was_not_copied_and_thaws)
{
    edo_buf buf = {.limit = 100}, again = {0};
    edo_bytes bytes;

    assert_ok(edo_buf_append(&buf, "0123456789", 10));
    const unsigned char *place = buf.data;
    assert_ok(edo_buf_consume(&buf, 2));
    size_t spare = edo_buf_spare(&buf);
    assert_ok(edo_buf_freeze(&buf, &bytes));
    assert_ptr_equal(bytes.data, place + 2);
    are(&bytes, "23456789");
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.limit, 100);
    edo_bytes other = edo_bytes_clone(&bytes);
    assert_err(edo_bytes_thaw(&bytes, &again), -EBUSY);
    edo_bytes_free(&other);
    assert_ok(edo_bytes_thaw(&bytes, &again));
    assert_int_equal(bytes.len, 0);
    assert_ptr_equal(again.data, place + 2);
    assert_int_equal(edo_buf_spare(&again), spare);
    assert_ok(edo_buf_append(&again, "!", 1));
    assert_string_equal(edo_buf_text(&again), "23456789!");
    edo_buf_fini(&again);
}

EDO_TEST_PLAIN(what_was_split_off_is_not_written_over)
{
    edo_buf buf = {0};
    edo_bytes first, second;

    assert_ok(edo_buf_reserve(&buf, 16));
    assert_ok(edo_buf_append(&buf, "first-second-", 13));
    const unsigned char *place = buf.data;
    assert_ok(edo_buf_split_to(&buf, 6, &first));
    assert_ok(edo_buf_split_to(&buf, 7, &second));
    assert_int_equal(edo_buf_spare(&buf), 3);
    assert_ok(edo_buf_append(&buf, "abc", 3)); /* into the same block, behind them */
    assert_ptr_equal(buf.data, place + 13);
    assert_ok(edo_buf_append(&buf, "defg", 4)); /* no room: elsewhere */
    are(&first, "first-");
    are(&second, "second-");
    assert_string_equal(edo_buf_text(&buf), "abcdefg");
    edo_bytes_free(&first);
    edo_bytes_free(&second);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(the_room_of_what_is_gone_comes_back)
{
    edo_buf buf = {0};
    edo_bytes frame;

    assert_ok(edo_buf_reserve(&buf, 16));
    const unsigned char *place = edo_buf_end(&buf);
    for (int i = 0; i < 100; i++) {
        assert_ok(edo_buf_append(&buf, "0123456789", 10));
        assert_ptr_equal(buf.data, place);
        assert_ok(edo_buf_split_to(&buf, 10, &frame));
        are(&frame, "0123456789");
        edo_bytes_free(&frame);
    }
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(a_buffer_counts_what_it_gave_away_however_much_that_is)
{
    enum { MANY = 100 };
    edo_buf buf = {0}, again = {0};
    edo_bytes parts[MANY];

    assert_ok(edo_buf_reserve(&buf, MANY));
    assert_ok(edo_buf_fill(&buf, 'x', MANY));
    const unsigned char *place = buf.data;
    for (int i = 0; i < MANY; i++)
        assert_ok(edo_buf_split_to(&buf, 1, &parts[i]));
    for (int i = 1; i < MANY; i++)
        edo_bytes_free(&parts[i]);
    assert_int_equal(edo_buf_spare(&buf), 0); /* one is left: what comes lies elsewhere */
    assert_ok(edo_buf_append(&buf, "y", 1));
    assert_ptr_not_equal(buf.data, place);
    edo_buf_fini(&buf);
    assert_ok(edo_bytes_thaw(&parts[0], &again)); /* what it had not given went with the buffer */
    assert_ptr_equal(again.data, place);
    assert_ok(edo_buf_split_to(&again, 1, &parts[0]));
    edo_bytes_free(&parts[0]);
    assert_ok(edo_buf_reserve(&again, MANY)); /* all of it is its own again */
    assert_ptr_equal(edo_buf_end(&again), place);
    edo_buf_fini(&again);
}

EDO_TEST_PLAIN(a_buffer_in_the_callers_memory_is_copied)
{
    char memory[8];
    edo_buf buf = edo_buf_over(memory, sizeof memory);
    edo_bytes front, all;

    assert_ok(edo_buf_append(&buf, "abcdefgh", 8));
    assert_ok(edo_buf_split_to(&buf, 3, &front));
    assert_ok(edo_buf_freeze(&buf, &all));
    memset(memory, 'x', sizeof memory);
    are(&front, "abc");
    are(&all, "defgh");
    assert_ok(edo_buf_append(&buf, "12345678", 8)); /* and the memory is the buffer's still */
    edo_bytes_free(&front);
    edo_bytes_free(&all);
}

EDO_TEST_PLAIN(a_queue_shows_its_pieces_and_takes_from_the_front)
{
    edo_bytes_queue queue = {0};
    edo_bytes part, taken;
    size_t count;

    assert_ok(edo_bytes_queue_advance(&queue, 0)); /* nothing of nothing */
    for (int i = 0; i < 100; i++) {
        part = edo_bytes_static("abcd", (size_t)(i % 5)); /* empty ones leave no piece */
        assert_ok(edo_bytes_queue_push(&queue, &part));
        assert_int_equal(part.len, 0);
    }
    assert_int_equal(queue.len, 200);
    const struct iovec *pieces = edo_bytes_queue_pieces(&queue, &count);
    assert_int_equal(count, 80);
    assert_int_equal(pieces[3].iov_len, 4);
    assert_ok(edo_bytes_queue_advance(&queue, 7)); /* "a" "ab" "abc" and one of "abcd" */
    assert_ok(edo_bytes_queue_take(&queue, 3, &taken));
    are(&taken, "bcd");
    assert_ok(edo_bytes_queue_take(&queue, 5, &taken)); /* over a seam: a copy */
    are(&taken, "aabab");
    edo_bytes_free(&taken);
    pieces = edo_bytes_queue_pieces(&queue, &count);
    assert_int_equal(count, 74);
    assert_int_equal(queue.len, 185);
    assert_err(edo_bytes_queue_advance(&queue, 186), -EINVAL);
    assert_err(edo_bytes_queue_take(&queue, 186, &taken), -EINVAL);
    assert_ok(edo_bytes_queue_advance(&queue, 185));
    assert_null(edo_bytes_queue_pieces(&queue, &count));
    assert_int_equal(count, 0);
    edo_bytes_queue_fini(&queue);
    edo_bytes_queue_fini(NULL);
}

EDO_TEST_PLAIN(a_queue_holds_what_it_was_given)
{
    edo_bytes_queue queue = {0};
    edo_bytes all;
    char *memory = strdup("abcdef");

    assert_ok(edo_bytes_own(memory, 6, destroy, memory, &all));
    edo_bytes clone = edo_bytes_clone(&all);
    assert_ok(edo_bytes_queue_push(&queue, &all));
    assert_ok(edo_bytes_queue_push(&queue, &clone));
    assert_ok(edo_bytes_queue_advance(&queue, 7));
    assert_int_equal(destroyed, 0);
    const unsigned char *place = edo_bytes_queue_pieces(&queue, &(size_t){0})->iov_base;
    assert_ok(edo_bytes_queue_take(&queue, 5, &all)); /* all of a piece, and no copy */
    assert_ptr_equal(all.data, place);
    assert_ok(edo_bytes_truncate(&all, 2));
    edo_bytes_queue_fini(&queue);
    assert_int_equal(destroyed, 0);
    are(&all, "bc");
    edo_bytes_free(&all);
    assert_int_equal(destroyed, 1);
}

/* Pushed and taken at random, beside a counter: byte n of the stream is n. */
EDO_TEST_PLAIN(a_queue_keeps_the_order)
{
    edo_bytes_queue queue = {0};
    unsigned char next_in = 0, next_out = 0;
    rng random = {0};

    rng_seed(&random, 7);
    for (int i = 0; i < 2000; i++) {
        unsigned char data[32];
        size_t n = rng_below(&random, sizeof data);
        for (size_t j = 0; j < n; j++)
            data[j] = next_in++;
        edo_bytes part, taken;
        assert_ok(edo_bytes_copy(data, n, &part));
        assert_ok(edo_bytes_queue_push(&queue, &part));
        n = rng_below(&random, 34);
        n = n < queue.len ? n : queue.len;
        assert_ok(edo_bytes_queue_take(&queue, n, &taken));
        for (size_t j = 0; j < taken.len; j++)
            assert_int_equal(taken.data[j], next_out++);
        edo_bytes_free(&taken);
    }
    edo_bytes_queue_fini(&queue);
}

/* Threads that cut, clone and free parts of the same memory. */
static void *cut(void *arg)
{
    edo_bytes *mine = arg;

    for (unsigned i = 0; i < test_count(20000); i++) {
        edo_bytes front, clone = edo_bytes_clone(mine);
        assert_ok(edo_bytes_split_to(&clone, 1 + i % 9, &front));
        assert_true(front.data[0] == '0' && clone.data[0] == '1' + (char)(i % 9));
        edo_bytes_free(&front);
        edo_bytes_free(&clone);
    }
    edo_bytes_free(mine);
    return NULL;
}

EDO_TEST_PLAIN(threads_share_bytes)
{
    char *memory = strdup("0123456789");
    edo_bytes parts[4];
    pthread_t threads[4];

    assert_ok(edo_bytes_own(memory, 10, destroy, memory, &parts[0]));
    for (int i = 1; i < 4; i++)
        parts[i] = edo_bytes_clone(&parts[0]);
    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(cut, &parts[i]);
    for (int i = 0; i < 4; i++)
        join_thread(threads[i]);
    assert_int_equal(destroyed, 1);
}

EDO_TEST_PLAIN(bytes_are_a_reader)
{
    edo_bytes bytes = edo_bytes_static("hello", 5);
    char text[8] = "";
    edo_read_future read = edo_read_async(edo_bytes_as_reader(&bytes), text, 3);

    assert_int_equal(assert_ready(&read.base), 3);
    assert_string_equal(text, "hel");
    edo_future_put_back(&read.base);
    are(&bytes, "hello");
    edo_read_future all = edo_read_async(edo_bytes_as_reader(&bytes), text, 8);
    assert_int_equal(assert_ready(&all.base), 5);
    edo_read_future end = edo_read_async(edo_bytes_as_reader(&bytes), text, 8);
    assert_int_equal(assert_ready(&end.base), 0);
}
