/* copy_test.c: copies in one direction and in both. */
#include "support/edo_test.h"
#include "support/memory_io.h"
#include "support/tcp.h"

#include <errno.h>
#include <string.h>

static void assert_has(const memory_io *io, const char *expected)
{
    assert_int_equal(io->len, strlen(expected));
    assert_memory_equal(io->data, expected, io->len);
}

EDO_TEST(all_of_it_is_copied_and_flushed) /* io-063 */
{
    for (int round = 0; round < 4; round++) {
        memory_io from = memory_io_of("hello world"), to = {0};
        uint64_t done;
        from.waits = round & 1;
        to.waits = round & 2;
        to.most = 4;
        assert_ok(edo_copy(memory_reader(&from), memory_writer(&to, false), &done));
        assert_int_equal(done, 11);
        assert_has(&to, "hello world");
        assert_int_equal(to.calls[strlen(to.calls) - 1], 'f');
        assert_int_equal(to.shutdowns, 0);
    }
}

#define MESSAGES 1024
#define MESSAGE "hello world"

typedef struct relay {
    edo_tcp_stream *from, *to;
    uint64_t done;
} relay;

static int copy_relay(void *arg)
{
    relay *r = arg;

    assert_ok(edo_copy(edo_tcp_reader(r->from), edo_tcp_writer(r->to), &r->done));
    assert_ok(edo_tcp_shutdown(r->to, EDO_WRITE_HALF));
    return 0;
}

static int send_messages(void *arg)
{
    for (int i = 0; i < MESSAGES; i++)
        assert_ok(edo_tcp_write_all(arg, MESSAGE, 11));
    assert_ok(edo_tcp_shutdown(arg, EDO_WRITE_HALF));
    return 0;
}

EDO_TEST_BOTH(a_copy_relays_from_one_connection_to_another) /* io-064 */
{
    edo_tcp_stream *client, *in, *out, *server;
    edo_task tasks[2];
    static char got[MESSAGES * 11 + 1];

    connect_pair(&in, &client);
    connect_pair(&server, &out);
    relay r = {in, out, 0};
    assert_ok(edo_spawn(copy_relay, &r, &tasks[0]));
    assert_ok(edo_spawn(send_messages, client, &tasks[1]));
    assert_int_equal(read_some_all(server, got, MESSAGES * 11 + 1), MESSAGES * 11);
    for (int i = 0; i < MESSAGES; i++)
        assert_memory_equal(got + i * 11, MESSAGE, 11);
    for (int i = 0; i < 2; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(r.done, MESSAGES * 11);
    edo_tcp_close(client);
    edo_tcp_close(in);
    edo_tcp_close(out);
    edo_tcp_close(server);
}

EDO_TEST(a_copy_out_of_a_buffered_reader_has_no_buffer_of_its_own) /* io-065 */
{
    memory_io from = memory_io_of("hello world"), to = {0};
    char memory[8];
    edo_buf_reader buffered;
    uint64_t done;
    size_t held;

    to.most = 3;
    to.error = -EIO;
    to.fails_at = 6;
    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&from),
                                  EDO_OPTS(buffering, .capacity = 8, .memory = memory)));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_err(edo_copy_buf(reader, memory_writer(&to, false), &done), -EIO);
    assert_int_equal(done, 6);
    assert_ptr_equal(edo_buf_reader_buffered(&buffered, &held), memory + 6);
    assert_int_equal(held, 2); /* what was written was consumed, and no more */
    to.error = 0;
    assert_ok(edo_copy(reader, memory_writer(&to, false), &done));
    assert_int_equal(done, 5);
    assert_has(&to, "hello world");
    assert_int_equal(from.reads, 3); /* into its own memory, of eight bytes at a time */
    edo_buf_reader_fini(&buffered);
    assert_err(edo_copy_buf(memory_reader(&from), memory_writer(&to, false), NULL), -ENOTSUP);
}

/* Some readers find out only when they are asked whether what is inside has a buffer. */
EDO_TEST(parts_and_chains_are_copied_with_the_buffer_that_there_is)
{
    memory_io plain = memory_io_of("hello world"), rest = memory_io_of(" of bytes"), to = {0};
    edo_buf_reader buffered;
    uint64_t done;

    edo_take take = edo_take_from(memory_reader(&plain), 5);
    assert_ok(edo_copy(edo_take_reader(&take), memory_writer(&to, false), &done));
    assert_int_equal(done, 5);
    assert_has(&to, "hello");
    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&plain), NULL));
    edo_chain chain = edo_chain_of(edo_buf_reader_reader(&buffered), memory_reader(&rest));
    assert_ok(edo_copy(edo_chain_reader(&chain), memory_writer(&to, false), &done));
    assert_int_equal(done, 15);
    assert_has(&to, "hello world of bytes");
    edo_take again = edo_take_from(memory_reader(&rest), 5);
    assert_err(edo_copy_buf(edo_take_reader(&again), memory_writer(&to, false), NULL), -ENOTSUP);
    edo_buf_reader_fini(&buffered);
}

/* One end of a, the other of b, with the copy between them. */
typedef struct between {
    edo_duplex *a, *a_inner, *b, *b_inner;
    edo_copy_bidirectional_future copy;
} between;

static void make(between *t, bool swapped)
{
    assert_ok(edo_duplex_new(64, &t->a, &t->a_inner));
    assert_ok(edo_duplex_new(64, &t->b, &t->b_inner));
    edo_io a = edo_duplex_io(t->a_inner), b = edo_duplex_io(t->b_inner);
    t->copy = swapped ? edo_copy_bidirectional_async(b, a) : edo_copy_bidirectional_async(a, b);
    assert_pending(&t->copy.base);
}

static void close_all(between *t)
{
    assert_ok(edo_duplex_close(t->a));
    assert_ok(edo_duplex_close(t->a_inner));
    assert_ok(edo_duplex_close(t->b));
    assert_ok(edo_duplex_close(t->b_inner));
}

static void put(edo_duplex *end, const char *text)
{
    assert_int_equal(edo_write(edo_duplex_writer(end), text, strlen(text)), strlen(text));
}

static void assert_gets(edo_duplex *end, const char *text)
{
    char buf[64];
    edo_read_future read = edo_read_async(edo_duplex_reader(end), buf, sizeof buf);

    assert_ready_eq(&read.base, (int64_t)strlen(text));
    assert_memory_equal(buf, text, strlen(text));
}

EDO_TEST(bytes_go_through_while_both_stay_open) /* io-066 */
{
    for (int swapped = 0; swapped < 2; swapped++) {
        between t;
        make(&t, swapped);
        put(t.a, "test");
        assert_woken(1);
        assert_pending(&t.copy.base);
        assert_gets(t.b, "test");
        put(t.b, "back");
        assert_pending(&t.copy.base);
        assert_gets(t.a, "back");
        edo_future_cancel(&t.copy.base);
        assert_ready_eq(&t.copy.base, -ECANCELED);
        assert_int_equal(t.copy.done.a_to_b, 4);
        assert_int_equal(t.copy.done.b_to_a, 4);
        close_all(&t);
    }
}

EDO_TEST(the_end_of_one_side_is_passed_on_and_the_other_goes_on) /* io-067 */
{
    between t;

    make(&t, false);
    assert_ok(edo_shutdown(edo_duplex_writer(t.a)));
    assert_pending(&t.copy.base);
    assert_gets(t.b, "");
    put(t.b, "late");
    assert_pending(&t.copy.base);
    assert_gets(t.a, "late");
    assert_ok(edo_duplex_close(t.b));
    assert_ready_eq(&t.copy.base, 0);
    assert_int_equal(t.copy.done.a_to_b, 0);
    assert_int_equal(t.copy.done.b_to_a, 4);
    assert_gets(t.a, "");
    assert_ok(edo_duplex_close(t.a));
    assert_ok(edo_duplex_close(t.a_inner));
    assert_ok(edo_duplex_close(t.b_inner));
}

typedef struct streams {
    edo_tcp_stream *a, *a_inner, *b, *b_inner;
    edo_copied done;
} streams;

static int copy_streams(void *arg)
{
    streams *s = arg;

    return edo_copy_bidirectional(edo_tcp_io(s->a_inner), edo_tcp_io(s->b_inner), &s->done);
}

static void connect_both(streams *s)
{
    connect_pair(&s->a, &s->a_inner);
    connect_pair(&s->b, &s->b_inner);
}

static void close_streams(streams *s)
{
    edo_tcp_close(s->a);
    edo_tcp_close(s->a_inner);
    edo_tcp_close(s->b);
    edo_tcp_close(s->b_inner);
}

EDO_TEST_BOTH(connections_are_copied_in_both_directions_until_both_end) /* io-066 io-067 */
{
    streams s = {0};
    edo_task task;
    char buf[8];
    int rc;

    connect_both(&s);
    assert_ok(edo_spawn(copy_streams, &s, &task));
    assert_ok(edo_tcp_write_all(s.a, "test", 4));
    assert_int_equal(read_some_all(s.b, buf, 4), 4);
    assert_memory_equal(buf, "test", 4);
    assert_ok(edo_tcp_shutdown(s.a, EDO_WRITE_HALF));
    assert_int_equal(edo_tcp_read(s.b, buf, 8), 0);
    assert_ok(edo_tcp_write_all(s.b, "late", 4));
    assert_int_equal(read_some_all(s.a, buf, 4), 4);
    assert_memory_equal(buf, "late", 4);
    assert_ok(edo_tcp_shutdown(s.b, EDO_WRITE_HALF));
    assert_ok(edo_join(task, &rc));
    assert_ok(rc);
    assert_int_equal(s.done.a_to_b, 4);
    assert_int_equal(s.done.b_to_a, 4);
    close_streams(&s);
}

EDO_TEST(a_failure_of_either_side_ends_both_at_once) /* io-068 */
{
    for (int which = 0; which < 2; which++) {
        memory_io silent = {.stands_still = true}, broken = memory_io_of("x");
        edo_duplex *end, *inner;
        assert_ok(edo_duplex_new(64, &end, &inner));
        broken.error = -EIO;
        /* Its read fails, or the write of what comes from the other side. */
        edo_io bad = {which == 0 ? memory_reader(&broken) : memory_reader(&silent),
                      memory_writer(&broken, false)};
        edo_copy_bidirectional_future copy =
            edo_copy_bidirectional_async(bad, edo_duplex_io(inner));
        if (which == 1) {
            assert_pending(&copy.base);
            put(end, "to be written");
        }
        assert_ready_eq(&copy.base, -EIO);
        assert_int_equal(copy.done.a_to_b + copy.done.b_to_a, 0);
        assert_int_equal(copy.lost.b_to_a, 0);
        if (which == 1) { /* it is still there */
            char buf[32];
            assert_int_equal(edo_read(edo_duplex_reader(inner), buf, sizeof buf), 13);
        }
        assert_ok(edo_duplex_close(end));
        assert_ok(edo_duplex_close(inner));
    }
}

EDO_TEST(what_was_written_is_flushed_while_the_reader_waits)
{
    memory_io to = {0};
    edo_buf_writer buffered;
    edo_duplex *end, *inner;

    assert_ok(edo_duplex_new(64, &end, &inner));
    assert_ok(edo_buf_writer_init(&buffered, memory_writer(&to, false), NULL));
    edo_copy_future copy =
        edo_copy_async(edo_duplex_reader(inner), edo_buf_writer_writer(&buffered));
    assert_pending(&copy.base);
    assert_int_equal(to.flushes, 0);
    put(end, "request");
    to.waits = true;
    for (int i = 0; i < 4; i++)
        assert_pending(&copy.base);
    assert_has(&to, "request");
    assert_pending(&copy.base);
    assert_int_equal(to.flushes, 1); /* and no more, as nothing was written since */
    to.stands_still = true;          /* a flush that hangs does not keep the reader's bytes */
    put(end, "and more");
    assert_pending(&copy.base);
    put(end, ", and more");
    assert_pending(&copy.base);
    memory_io_let_go(&to);
    for (int i = 0; i < 6; i++)
        assert_pending(&copy.base);
    assert_has(&to, "requestand more, and more");
    assert_ok(edo_duplex_close(end));
    for (int i = 0; i < 4 && !edo_future_is_ready(&copy.base); i++)
        edo_test_poll(&copy.base);
    assert_true(edo_future_is_ready(&copy.base));
    assert_ok(copy.base.result);
    assert_ok(edo_duplex_close(inner));
    edo_buf_writer_fini(&buffered);
}

EDO_TEST(a_cancelled_copy_gives_back_what_it_has_not_written)
{
    memory_io from = memory_io_of("hello world"), to = {.most = 4};

    edo_copy_future copy = edo_copy_async(memory_reader(&from), memory_writer(&to, false));
    to.waits = true;
    assert_pending(&copy.base); /* all is read, and the first write waits */
    assert_pending(&copy.base); /* the second one does */
    edo_future_cancel(&copy.base);
    assert_ready_eq(&copy.base, -ECANCELED);
    assert_int_equal(copy.done, 4);
    assert_int_equal(copy.lost, 0);
    assert_has(&to, "hell");
    assert_int_equal(from.at, 4);
    uint64_t done;
    assert_ok(edo_copy(memory_reader(&from), memory_writer(&to, false), &done));
    assert_int_equal(done, 7);
    assert_has(&to, "hello world");
}

EDO_TEST(what_a_reader_does_not_take_back_is_told)
{
    memory_io from = memory_io_of("hello world"), to = {.most = 4, .error = -EIO, .fails_at = 8};

    from.keeps_nothing = true;
    edo_copy_future copy = edo_copy_async(memory_reader(&from), memory_writer(&to, false));
    assert_ready_eq(&copy.base, -EIO);
    assert_int_equal(copy.done, 8);
    assert_int_equal(copy.lost, 3);
}

EDO_TEST(a_writer_that_takes_nothing_fails_a_copy)
{
    memory_io from = memory_io_of("hello"), to = {.takes_nothing = true};
    uint64_t done = 7;

    assert_err(edo_copy(memory_reader(&from), memory_writer(&to, false), &done), -EDO_EWRITEZERO);
    assert_int_equal(done, 0);
    assert_int_equal(from.at, 0);
    assert_err(edo_copy((edo_reader){0}, memory_writer(&to, false), NULL), -EINVAL);
    assert_err(edo_copy(memory_reader(&from), (edo_writer){0}, NULL), -EINVAL);
    assert_err(edo_copy_bidirectional((edo_io){0}, (edo_io){0}, NULL), -EINVAL);
}

/* A reader that never ends, and a writer that takes all. */
static edo_poll read_on(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self, (void)waker;
    t->result = (int64_t)t->len;
    return EDO_READY;
}

static const edo_reader_ops endless_reader = {.read = read_on};
static const edo_writer_ops endless_writer = {.write = read_on};

typedef struct endless {
    bool both;
    edo_copied done;
} endless;

static int copy_on(void *arg)
{
    endless *e = arg;
    edo_reader reader = {&endless_reader, NULL};
    edo_writer writer = {&endless_writer, NULL};
    edo_io io = {reader, writer};

    return e->both ? edo_copy_bidirectional(io, io, &e->done)
                   : edo_copy(reader, writer, &e->done.a_to_b);
}

/* If it didn't, nobody would come to abort it. */
EDO_TEST(copies_that_are_always_ready_give_way) /* io-029 */
{
    for (int both = 0; both < 2; both++) {
        endless e = {.both = both};
        edo_task task;
        int rc;
        assert_ok(edo_spawn(copy_on, &e, &task));
        edo_yield();
        edo_yield();
        edo_task_abort(task);
        assert_ok(edo_join(task, &rc));
        assert_err(rc, -ECANCELED);
        assert_in_range(e.done.a_to_b, 1, 3 * 128 * 65536);
        if (both) /* and neither direction takes all of it */
            assert_in_range(e.done.b_to_a, 1, 3 * 128 * 65536);
    }
}
