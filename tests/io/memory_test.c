/* memory_test.c: no memory while something is read: who asked is told, and nothing that was read is lost. */
#include "io/feed.h"

#include <malloc.h>
#include <stdlib.h>

/* Only buffers that grow ask for memory in this way. */
static bool is_short;

void *realloc(void *old, size_t size)
{
    void *memory = is_short ? NULL : malloc(size);

    if (memory && old) {
        size_t had = malloc_usable_size(old);
        memcpy(memory, old, had < size ? had : size);
        free(old);
    }
    return memory;
}

static char text[5000];

static feed long_feed(void)
{
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 23);
    text[sizeof text - 1] = '\n';
    return (feed){.data = (unsigned char *)text, .len = sizeof text, .step = 700};
}

EDO_TEST(read_to_end_without_memory_keeps_what_it_read) /* io-115 */
{
    feed f = long_feed();
    edo_buf buf = {0};
    size_t done, more;

    is_short = true;
    assert_err(edo_read_to_end(feed_reader(&f), &buf, &done), -ENOMEM);
    assert_int_equal(done, 1024); /* its first room */
    assert_int_equal(buf.len, done);
    assert_memory_equal(buf.data, text, done);
    assert_err(edo_read_to_end(feed_reader(&f), &buf, &more), -ENOMEM);
    assert_int_equal(more, 0);
    is_short = false;
    assert_ok(edo_read_to_end(feed_reader(&f), &buf, &more));
    assert_int_equal(done + more, sizeof text);
    assert_memory_equal(buf.data, text, sizeof text);
    edo_buf_fini(&buf);
}

EDO_TEST(read_buf_without_memory_reads_nothing) /* io-115 */
{
    feed f = long_feed();
    edo_buf buf = {0};

    assert_ok(edo_buf_reserve(&buf, 5));
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 5);
    is_short = true;
    edo_read_buf_future read = edo_read_buf_async(feed_reader(&f), &buf);
    assert_ready_eq(&read.base, -ENOMEM);
    assert_int_equal(f.at, 5);
    is_short = false;
    assert_int_equal(edo_read_buf(feed_reader(&f), &buf), 700);
    assert_memory_equal(buf.data, text, 705);
    edo_buf_fini(&buf);
}

EDO_TEST(a_line_without_memory_stays_in_the_reader) /* io-115 */
{
    feed f = long_feed();
    edo_buf buf = {0};
    edo_pieces lines = edo_lines(feed_reader(&f));
    size_t done, len;
    char *line;

    is_short = true;
    assert_err(edo_read_line(feed_reader(&f), &buf, &done), -ENOMEM);
    assert_int_equal(done, f.at);
    assert_memory_equal(buf.data, text, done);
    is_short = false;
    assert_ok(edo_read_line(feed_reader(&f), &buf, NULL));
    assert_memory_equal(buf.data, text, sizeof text);
    f.at = 0;
    is_short = true;
    assert_err(edo_pieces_next(&lines, &line, &len), -ENOMEM);
    is_short = false;
    assert_int_equal(edo_pieces_next(&lines, &line, &len), 1);
    assert_int_equal(len, sizeof text - 1);
    assert_memory_equal(line, text, len);
    edo_pieces_fini(&lines);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(a_queue_without_memory_leaves_the_bytes_with_the_caller) /* io-115 */
{
    edo_bytes_queue queue = {0};
    edo_bytes part = edo_bytes_static("abc", 3);

    is_short = true;
    assert_err(edo_bytes_queue_push(&queue, &part), -ENOMEM);
    assert_int_equal(part.len, 3);
    is_short = false;
    assert_ok(edo_bytes_queue_push(&queue, &part));
    assert_int_equal(queue.len, 3);
    edo_bytes_queue_fini(&queue);
}

EDO_TEST_PLAIN(a_buffer_without_memory_is_as_it_was) /* io-115 */
{
    edo_buf buf = {0};

    assert_ok(edo_buf_append(&buf, text, 60));
    assert_ok(edo_buf_consume(&buf, 10));
    is_short = true;
    assert_err(edo_buf_append(&buf, text, 100), -ENOMEM);
    assert_int_equal(buf.len, 50);
    assert_ok(edo_buf_append(&buf, text, 14)); /* what fits fits */
    is_short = false;
    assert_ok(edo_buf_append(&buf, text, 100));
    assert_int_equal(buf.len, 164);
    edo_buf_fini(&buf);
}
