/* sync_io_test.c: readers and writers for code that blocks. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <string.h>

typedef struct bridged {
    edo_sync_io bridge;
    char got[32];
    size_t len;
} bridged;

static int read_to_end(void *arg)
{
    bridged *b = arg;
    ssize_t n;

    while ((n = edo_sync_read(&b->bridge, b->got + b->len, sizeof b->got - b->len)) > 0)
        b->len += (size_t)n;
    return (int)n;
}

static int call(int (*fn)(void *), void *arg)
{
    edo_task task;
    int rc;

    assert_ok(edo_spawn_blocking(fn, arg, &task));
    assert_ok(edo_join(task, &rc));
    return rc;
}

EDO_TEST_BOTH(a_blocking_call_reads_to_the_end) /* io-125 */
{
    for (int empty = 0; empty < 2; empty++) {
        bridged b = {0};
        edo_duplex *end, *inner;
        assert_ok(edo_duplex_new(4, &end, &inner));
        assert_ok(edo_sync_io_init(&b.bridge, edo_duplex_io(inner)));
        edo_task task;
        int rc;
        assert_ok(edo_spawn_blocking(read_to_end, &b, &task));
        for (int i = 0; !empty && i < 11; i++)
            assert_int_equal(edo_write(edo_duplex_writer(end), &"hello world"[i], 1), 1);
        assert_ok(edo_duplex_close(end));
        assert_ok(edo_join(task, &rc));
        assert_ok(rc);
        assert_int_equal(b.len, empty ? 0 : 11);
        assert_memory_equal(b.got, "hello world", b.len);
        edo_sync_io_fini(&b.bridge);
        assert_ok(edo_duplex_close(inner));
    }
}

static int write_and_shut_down(void *arg)
{
    bridged *b = arg;

    assert_ok(edo_sync_write_all(&b->bridge, "hello", 5));
    assert_ok(edo_sync_flush(&b->bridge));
    assert_ok(edo_sync_shutdown(&b->bridge));
    return edo_sync_write_all(&b->bridge, "more", 4);
}

EDO_TEST_BOTH(a_blocking_call_writes_and_shuts_down) /* io-125 */
{
    bridged b = {0};
    edo_duplex *end, *inner;
    edo_task task;
    char buf[8];
    size_t got = 0;
    ssize_t n;
    int rc;

    assert_ok(edo_duplex_new(4, &end, &inner));
    assert_ok(edo_sync_io_init(&b.bridge, edo_duplex_io(inner)));
    assert_ok(edo_spawn_blocking(write_and_shut_down, &b, &task));
    while ((n = edo_read(edo_duplex_reader(end), buf + got, sizeof buf - got)) > 0)
        got += (size_t)n;
    assert_int_equal(n, 0);
    assert_int_equal(got, 5);
    assert_memory_equal(buf, "hello", 5);
    assert_ok(edo_join(task, &rc));
    assert_err(rc, -EPIPE);
    edo_sync_io_fini(&b.bridge);
    assert_ok(edo_duplex_close(end));
    assert_ok(edo_duplex_close(inner));
}

static int talk_by_file(void *arg)
{
    bridged *b = arg;
    FILE *file;
    char line[32];

    assert_ok(edo_sync_io_open(&b->bridge, "r+", &file));
    assert_true(fprintf(file, "question %d\n", 42) > 0);
    assert_int_equal(fflush(file), 0);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "answer\n");
    errno = EDOM;
    assert_null(fgets(line, sizeof line, file));
    assert_int_not_equal(errno, 0); /* the end is no error, nor the end of one */
    assert_true(feof(file));
    assert_int_equal(fclose(file), 0);
    return 0;
}

EDO_TEST_BOTH(a_connection_as_a_file) /* io-125 */
{
    edo_tcp_stream *server, *client;
    bridged b = {0};
    edo_task task;
    char buf[16];

    connect_pair(&server, &client);
    assert_ok(edo_sync_io_init(&b.bridge, edo_tcp_io(server)));
    assert_ok(edo_spawn_blocking(talk_by_file, &b, &task));
    assert_int_equal(read_some_all(client, buf, 12), 12);
    assert_memory_equal(buf, "question 42\n", 12);
    assert_ok(edo_tcp_write_all(client, "answer\n", 7));
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_ok(edo_join(task, NULL));
    edo_sync_io_fini(&b.bridge);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

static int fail_by_file(void *arg)
{
    bridged *b = arg;
    FILE *file;

    assert_err(edo_sync_io_open(&b->bridge, "never", &file), -EINVAL);
    assert_ok(edo_sync_io_open(&b->bridge, "w", &file));
    assert_true(fputs("x", file) >= 0);
    errno = 0;
    assert_int_equal(fflush(file), EOF);
    assert_int_equal(errno, EPIPE);
    assert_true(ferror(file));
    fclose(file);
    return 0;
}

static edo_poll fail_to_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self, (void)waker;
    t->result = -ENOLINK;
    return EDO_READY;
}

static const edo_reader_ops failing = {.read = fail_to_read};

static int fail_to_read_by_file(void *arg)
{
    bridged *b = arg;
    FILE *file;

    assert_ok(edo_sync_io_open(&b->bridge, "r", &file));
    errno = 0;
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(errno, ENOLINK);
    assert_true(ferror(file));
    fclose(file);
    return 0;
}

EDO_TEST(a_failed_read_is_the_errno_of_a_file)
{
    bridged b = {0};

    assert_ok(edo_sync_io_init(&b.bridge, (edo_io){{&failing, NULL}, {0}}));
    assert_ok(call(fail_to_read_by_file, &b));
    edo_sync_io_fini(&b.bridge);
}

EDO_TEST(a_failure_is_the_errno_of_a_file)
{
    bridged b = {0};
    edo_duplex *end, *inner;

    assert_ok(edo_duplex_new(4, &end, &inner));
    assert_ok(edo_duplex_close(end));
    assert_ok(edo_sync_io_init(&b.bridge, edo_duplex_io(inner)));
    assert_ok(call(fail_by_file, &b));
    edo_sync_io_fini(&b.bridge);
    assert_ok(edo_duplex_close(inner));
}

EDO_TEST_PLAIN(a_bridge_needs_a_runtime) /* util-097 */
{
    edo_duplex *end, *inner;
    edo_sync_io bridge = {0};

    assert_ok(edo_duplex_new(4, &end, &inner));
    assert_err(edo_sync_io_init(&bridge, edo_duplex_io(inner)), -EDO_ENORUNTIME);
    assert_err(edo_sync_read(&bridge, &(char){0}, 1), -EINVAL); /* it was not made */
    edo_sync_io_fini(&bridge);
    edo_sync_io_fini(NULL);
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));
    edo_timeout_future timeout = edo_timeout_async(&sleep.base, EDO_MILLIS(1));
    assert_err(edo_await(&timeout.base), -EDO_ENORUNTIME);
    assert_ok(edo_duplex_close(end));
    assert_ok(edo_duplex_close(inner));
}

EDO_TEST_BOTH(a_bridge_used_in_a_task_would_block_its_worker) /* util-097 */
{
    edo_duplex *end, *inner;
    edo_sync_io bridge;
    char buf[4];

    assert_ok(edo_duplex_new(4, &end, &inner));
    assert_err(edo_sync_io_init(&bridge, (edo_io){0}), -EINVAL);
    assert_ok(edo_sync_io_init(&bridge, edo_duplex_io(inner)));
    assert_err(edo_sync_read(&bridge, buf, 4), -EDEADLK);
    assert_err(edo_sync_write(&bridge, "x", 1), -EDEADLK);
    assert_err(edo_sync_write_all(&bridge, "x", 1), -EDEADLK);
    assert_err(edo_sync_flush(&bridge), -EDEADLK);
    assert_err(edo_sync_shutdown(&bridge), -EDEADLK);
    edo_sync_io_fini(&bridge);
    assert_ok(edo_duplex_close(end));
    assert_ok(edo_duplex_close(inner));
}
