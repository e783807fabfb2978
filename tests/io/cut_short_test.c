/* cut_short_test.c: copies, buffers and pipes in memory, cancelled at each of their steps: no byte is lost. */
#include "support/edo_test.h"
#include "support/memory_io.h"

#include <edo/testing_cancel.h>

#include <errno.h>
#include <string.h>

#define TEXT "a few words, of which none may be lost and none may come twice"

/* A reader that gives little at a time and waits, a writer that takes little and waits. */
typedef struct scene {
    memory_io from, to;
    edo_buf_reader reader;
    edo_buf_writer writer;
    union {
        edo_copy_future copy;
        edo_read_future read;
        edo_write_future write;
        edo_copy_bidirectional_future both;
    } future;
    unsigned kind;
    char got[128];
} scene;

enum { COPY, COPY_OUT_OF_BUFFER, COPY_THROUGH_BUFFERS, BOTH, READ_BUFFERED, WRITE_BUFFERED, KINDS };

static edo_io nowhere(void)
{
    static memory_io silent;

    silent = (memory_io){0};
    return (edo_io){memory_reader(&silent), memory_writer(&silent, false)};
}

static void set_up(scene *s)
{
    s->from = memory_io_of(TEXT);
    s->to = (memory_io){.most = 5, .waits = true};
    s->from.most = 16;
    s->from.waits = true;
    assert_ok(edo_buf_reader_init(&s->reader, memory_reader(&s->from),
                                  EDO_OPTS(buffering, .capacity = 24)));
    assert_ok(edo_buf_writer_init(&s->writer, memory_writer(&s->to, true),
                                  EDO_OPTS(buffering, .capacity = 12)));
}

static edo_future *make(void *arg)
{
    scene *s = arg;

    set_up(s);
    edo_reader plain = memory_reader(&s->from), reader = edo_buf_reader_reader(&s->reader);
    edo_writer writer = edo_buf_writer_writer(&s->writer);
    switch (s->kind) {
    case COPY:
        s->future.copy = edo_copy_async(plain, memory_writer(&s->to, true));
        break;
    case COPY_OUT_OF_BUFFER:
        s->future.copy = edo_copy_buf_async(reader, memory_writer(&s->to, true));
        break;
    case COPY_THROUGH_BUFFERS:
        s->future.copy = edo_copy_async(reader, writer);
        break;
    case BOTH:
        s->future.both = edo_copy_bidirectional_async(
            edo_io_join(plain, nowhere().writer),
            edo_io_join(nowhere().reader, memory_writer(&s->to, true)));
        break;
    case READ_BUFFERED:
        s->future.read = edo_read_async(reader, s->got, 10);
        break;
    default:
        assert_int_equal(edo_write(writer, "0123456789", 10), 10);
        s->future.write = edo_write_async(writer, "abcdefgh", 8);
    }
    return &s->future.copy.base;
}

/* All of the text is in these, in this order. */
static void assert_whole(const char *text, scene *s, const char *first, size_t first_len)
{
    char all[256];
    size_t at = 0, held;
    const void *data;

    memcpy(all, s->to.data, s->to.len);
    at += s->to.len;
    data = edo_buf_writer_unwritten(&s->writer, &held);
    memcpy(all + at, data, held);
    at += held;
    memcpy(all + at, first, first_len);
    at += first_len;
    if (s->kind != WRITE_BUFFERED) {
        data = edo_buf_reader_buffered(&s->reader, &held);
        memcpy(all + at, data, held);
        at += held;
        memcpy(all + at, s->from.data + s->from.at, s->from.len - s->from.at);
        at += s->from.len - s->from.at;
    }
    assert_int_equal(at, strlen(text));
    assert_memory_equal(all, text, at);
}

static unsigned runs;

static void check(void *arg, unsigned step, int64_t result)
{
    scene *s = arg;

    (void)step;
    runs++;
    switch (s->kind) {
    case READ_BUFFERED:
        assert_true(result == -ECANCELED || result == 10);
        assert_whole(TEXT, s, s->got, result > 0 ? (size_t)result : 0);
        break;
    case WRITE_BUFFERED:
        assert_true(result == -ECANCELED || result == 8);
        assert_whole(result == 8 ? "0123456789abcdefgh" : "0123456789", s, "", 0);
        break;
    default:
        assert_true(result == -ECANCELED || result == 0);
        assert_whole(TEXT, s, "", 0);
        if (s->kind == COPY)
            assert_int_equal(s->future.copy.done, s->to.len);
        if (result == 0)
            assert_int_equal(s->to.len, strlen(TEXT));
    }
    edo_buf_reader_fini(&s->reader);
    edo_buf_writer_fini(&s->writer);
}

EDO_TEST_PLAIN(bytes_are_kept_when_it_is_cancelled_at_any_step) /* io-109 */
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        scene s = {.kind = kind};
        int steps;
        runs = 0;
        steps = edo_test_cancel_future(make, NULL, check, &s);
        assert_in_range(steps, 2, 200);
        assert_true(runs > 2 * (unsigned)steps);
    }
}
