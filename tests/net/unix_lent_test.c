/* unix_lent_test.c: reads of Unix streams that have a buffer only once bytes are there. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <string.h>

typedef struct reader {
    edo_unix_stream *stream, *peer;
    edo_buffer_pool *pool;
    edo_lent in;
    ssize_t result;
} reader;

static reader new_reader(void)
{
    reader r = {0};

    unix_connect_pair(&r.stream, &r.peer);
    assert_ok(edo_buffer_pool_new(NULL, &r.pool));
    return r;
}

static void free_reader(reader *r)
{
    assert_int_equal(edo_buffer_pool_counts_now(r->pool).lent, 0);
    edo_unix_close(r->stream);
    edo_unix_close(r->peer);
    edo_buffer_pool_free(r->pool);
}

static void check_lent(reader *r, const char *text)
{
    assert_int_equal(r->result, strlen(text));
    assert_int_equal(r->in.len, strlen(text));
    assert_memory_equal(r->in.data, text, r->in.len);
    assert_int_equal(edo_buffer_pool_counts_now(r->pool).lent, 1);
    edo_lent_give_back(&r->in);
}

static int read_once(void *arg)
{
    reader *r = arg;

    r->result = edo_unix_read_lent(r->stream, r->pool, &r->in);
    return 0;
}

EDO_TEST_BOTH(a_unix_read_has_no_buffer_while_it_waits)
{
    reader r = new_reader();
    edo_task task;

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_spawn(read_once, &r, &task));
        settle();
        assert_int_equal(edo_buffer_pool_counts_now(r.pool).lent, 0);
        assert_int_equal(edo_unix_write(r.peer, "hello", 5), 5);
        assert_ok(edo_join(task, NULL));
        check_lent(&r, "hello");
    }
    assert_ok(edo_unix_shutdown(r.peer, EDO_WRITE_HALF));
    assert_int_equal(edo_unix_read_lent(r.stream, r.pool, &r.in), 0);
    assert_null(r.in.data);
    free_reader(&r);
}

EDO_TEST_BOTH(a_unix_read_that_loses_gives_its_bytes_and_its_buffer_back)
{
    reader r = new_reader();
    edo_unix_read_lent_future read = edo_unix_read_lent_async(r.stream, r.pool, &r.in);

    assert_pending(&read.base);
    assert_int_equal(edo_unix_write(r.peer, "hello", 5), 5);
    assert_int_equal(poll_to_end(&read.base), 5);
    edo_future_put_back(&read.base);
    assert_int_equal(edo_buffer_pool_counts_now(r.pool).lent, 0);
    read_once(&r);
    check_lent(&r, "hello");
    free_reader(&r);
}

EDO_TEST_BOTH(a_unix_read_into_a_lent_buffer_can_be_tried)
{
    reader r = new_reader();

    assert_err(edo_unix_try_read_lent(r.stream, r.pool, &r.in), -EAGAIN);
    assert_int_equal(edo_unix_write(r.peer, "now", 3), 3);
    task_wait_until((r.result = edo_unix_try_read_lent(r.stream, r.pool, &r.in)) != -EAGAIN);
    check_lent(&r, "now");
    assert_err(edo_unix_read_lent(NULL, r.pool, &r.in), -EINVAL);
    assert_err(edo_unix_read_lent(r.stream, NULL, &r.in), -EINVAL);
    assert_err(edo_unix_try_read_lent(r.stream, r.pool, NULL), -EINVAL);
    free_reader(&r);
}
