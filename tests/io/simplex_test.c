/* simplex_test.c: pipes in memory, in one direction. */
#include "support/edo_test.h"

#include <errno.h>
#include <string.h>

typedef struct ends {
    edo_simplex_receiver *receiver;
    edo_simplex_sender *sender;
    edo_reader in;
    edo_writer out;
} ends;

static ends make(size_t capacity)
{
    ends e;

    assert_ok(edo_simplex_new(capacity, &e.receiver, &e.sender));
    e.in = edo_simplex_reader(e.receiver);
    e.out = edo_simplex_writer(e.sender);
    return e;
}

static void close_both(ends e)
{
    assert_ok(edo_simplex_sender_close(e.sender));
    assert_ok(edo_simplex_receiver_close(e.receiver));
}

#define MESSAGES 64
static const char message[] = "thirteen byte";

static void write_whole(edo_writer out, const char *buf, size_t len)
{
    while (len > 0) {
        ssize_t n = edo_write(out, buf, len);
        assert_true(n > 0);
        buf += n;
        len -= (size_t)n;
    }
}

static void read_whole(edo_reader in, char *buf, size_t len)
{
    while (len > 0) {
        ssize_t n = edo_read(in, buf, len);
        assert_true(n > 0);
        buf += n;
        len -= (size_t)n;
    }
}

static int send_all(void *arg)
{
    ends *e = arg;

    for (int i = 0; i < MESSAGES; i++)
        write_whole(e->out, message, 13);
    return 0;
}

static void check_receives_all(ends *e)
{
    for (int i = 0; i < MESSAGES; i++) {
        char buf[13];
        read_whole(e->in, buf, 13);
        assert_memory_equal(buf, message, 13);
    }
}

static void *send_in_thread(void *arg)
{
    return (void *)(intptr_t)send_all(arg);
}

EDO_TEST_BOTH(messages_pass_unchanged_whatever_the_room) /* io-076 */
{
    static const size_t rooms[] = {1, 6, 12, 13, 14};

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        ends e = make(rooms[i]);
        edo_task task;
        assert_ok(edo_spawn(send_all, &e, &task));
        check_receives_all(&e);
        assert_ok(edo_join(task, NULL));
        close_both(e);
    }
}

EDO_TEST_PLAIN(messages_pass_unchanged_between_threads) /* io-076 */
{
    static const size_t rooms[] = {1, 6, 12, 13, 14};

    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        ends e = make(rooms[i]);
        pthread_t thread = start_thread(send_in_thread, &e);
        check_receives_all(&e);
        assert_null(join_thread(thread));
        close_both(e);
    }
}

EDO_TEST(a_write_with_the_receiver_gone_fails_also_one_that_waits) /* io-077 */
{
    ends e = make(4);

    assert_int_equal(edo_write(e.out, "full", 4), 4);
    edo_write_future write = edo_write_async(e.out, "more", 4);
    assert_pending(&write.base);
    assert_ok(edo_simplex_receiver_close(e.receiver));
    assert_woken(1);
    assert_ready_eq(&write.base, -EPIPE);
    assert_err(edo_write(e.out, "more", 4), -EPIPE);
    assert_err(edo_flush(e.out), -EPIPE);
    assert_ok(edo_shutdown(e.out));
    assert_ok(edo_simplex_sender_close(e.sender));
}

EDO_TEST(with_the_sender_gone_the_rest_is_read_and_then_the_end) /* io-078 */
{
    ends e = make(32);
    char buf[32];
    size_t done = 7;

    assert_int_equal(edo_write(e.out, message, 13), 13);
    edo_read_exact_future waits = edo_read_exact_async(e.in, buf, 26);
    assert_pending(&waits.base);
    assert_ok(edo_simplex_sender_close(e.sender));
    assert_woken(1);
    assert_ready_eq(&waits.base, -EDO_EEOF);
    assert_int_equal(waits.done, 13);
    assert_memory_equal(buf, message, 13);
    assert_int_equal(edo_read(e.in, buf, sizeof buf), 0);
    assert_err(edo_read_exact(e.in, buf, 13, &done), -EDO_EEOF);
    assert_int_equal(done, 0);
    assert_ok(edo_simplex_receiver_close(e.receiver));
}

EDO_TEST(a_shutdown_ends_a_read_to_the_end_and_later_writes) /* io-079 */
{
    ends e = make(4);
    edo_buf buf = {0};

    assert_int_equal(edo_write(e.out, "x", 1), 1);
    edo_read_to_end_future read = edo_read_to_end_async(e.in, &buf);
    assert_pending(&read.base);
    assert_ok(edo_shutdown(e.out));
    assert_woken(1);
    assert_ready_eq(&read.base, 0);
    assert_int_equal(read.done, 1);
    assert_memory_equal(buf.data, "x", 1);
    assert_err(edo_write(e.out, "x", 1), -EPIPE);
    assert_err(edo_flush(e.out), -EPIPE);
    assert_ok(edo_shutdown(e.out));
    edo_buf_fini(&buf);
    close_both(e);
}

EDO_TEST(pieces_are_taken_as_far_as_there_is_room) /* io-080 */
{
    struct iovec iov[] = {
        {(char[]){"1"}, 1}, {NULL, 0}, {(char[]){"22"}, 2}, {NULL, 0}, {(char[]){"333"}, 3}};
    char buf[8];

    ends e = make(6);
    assert_int_equal(edo_writev(e.out, iov, 5), 6);
    assert_int_equal(edo_writev(e.out, iov + 1, 1), 0); /* none, though it is full */
    assert_int_equal(edo_read(e.in, buf, 8), 6);
    assert_memory_equal(buf, "122333", 6);
    close_both(e);
    e = make(4);
    assert_int_equal(edo_writev(e.out, iov, 5), 4);
    assert_int_equal(edo_read(e.in, buf, 8), 4);
    assert_memory_equal(buf, "1223", 4);
    close_both(e);
}

static uint64_t forced_yields(void)
{
    edo_metrics metrics;
    edo_handle *handle;

    assert_ok(edo_handle_current(&handle));
    assert_ok(edo_handle_metrics(handle, &metrics));
    edo_handle_unref(handle);
    return metrics.forced_yields;
}

EDO_TEST(a_hundred_and_twenty_nine_writes_or_reads_give_way_once) /* io-031 */
{
    ends e = make(512);
    const struct iovec iov[] = {{(char[]){"x"}, 1}};
    char buf[1];

    for (int form = 0; form < 3; form++) {
        uint64_t before = forced_yields();
        for (int i = 0; i < 129; i++)
            assert_int_equal(form == 0   ? edo_write(e.out, "x", 1)
                             : form == 1 ? edo_writev(e.out, iov, 1)
                                         : edo_read(e.in, buf, 1),
                             1);
        assert_true(forced_yields() > before);
        edo_yield();
    }
    close_both(e);
}
