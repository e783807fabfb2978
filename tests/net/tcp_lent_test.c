/* tcp_lent_test.c: reads that have a buffer only once bytes are there. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <string.h>
#include <unistd.h>

static edo_buffer_pool *new_pool(size_t size)
{
    edo_buffer_pool *pool;

    assert_ok(edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = size), &pool));
    return pool;
}

static size_t lent_of(edo_buffer_pool *pool)
{
    return edo_buffer_pool_counts_now(pool).lent;
}

static void check_lent(edo_lent *in, const char *text)
{
    assert_int_equal(in->len, strlen(text));
    assert_memory_equal(in->data, text, in->len);
    edo_lent_give_back(in);
    assert_null(in->data);
    edo_lent_give_back(in); /* an empty one */
}

typedef struct reader {
    edo_tcp_stream *stream;
    edo_buffer_pool *pool;
    edo_lent in;
    ssize_t result;
} reader;

static int read_once(void *arg)
{
    reader *r = arg;

    r->result = edo_tcp_read_lent(r->stream, r->pool, &r->in);
    return 0;
}

EDO_TEST_BOTH(a_lent_read_has_no_buffer_while_it_waits)
{
    int peer;
    edo_lent untouched = {(char *)"x", 1, NULL}, in;
    reader r = {.stream = accept_plain(&peer), .pool = new_pool(0), .in = untouched};
    edo_task task;

    assert_ok(edo_spawn(read_once, &r, &task));
    settle();
    assert_int_equal(lent_of(r.pool), 0);
    assert_true(r.in.data == untouched.data);
    assert_int_equal(write(peer, "hello", 5), 5);
    assert_ok(edo_join(task, NULL));
    assert_int_equal(r.result, 5);
    assert_int_equal(lent_of(r.pool), 1);
    check_lent(&r.in, "hello");
    assert_int_equal(lent_of(r.pool), 0);
    close(peer);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_tcp_read_lent(r.stream, r.pool, &in), 0);
        assert_null(in.data);
        assert_int_equal(in.len, 0);
    }
    assert_int_equal(lent_of(r.pool), 0);
    edo_tcp_close(r.stream);
    edo_buffer_pool_free(r.pool);
}

EDO_TEST_BOTH(a_lent_read_gives_at_most_a_buffer)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool = new_pool(4);
    edo_lent in[3];

    assert_int_equal(write(peer, "0123456789", 10), 10);
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in[0]), 4);
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in[1]), 4);
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in[2]), 2);
    assert_int_equal(lent_of(pool), 3);
    check_lent(&in[2], "89");
    check_lent(&in[0], "0123");
    check_lent(&in[1], "4567");
    assert_int_equal(lent_of(pool), 0);
    edo_tcp_close(stream);
    edo_buffer_pool_free(pool);
    close(peer);
}

EDO_TEST_BOTH(a_lent_read_that_loses_gives_its_bytes_and_its_buffer_back)
{
    int peer;
    char buf[10];
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool = new_pool(0);
    edo_lent in = {0};

    for (int i = 0; i < 20; i++) {
        edo_tcp_read_lent_future read = edo_tcp_read_lent_async(stream, pool, &in);
        if (i % 2)
            assert_pending(&read.base);
        assert_int_equal(write(peer, "hello", 5), 5);
        if (poll_to_end(&read.base) > 0)
            edo_future_put_back(&read.base);
        assert_err(read.base.result, -ECANCELED);
        assert_null(in.data);
        assert_int_equal(lent_of(pool), 0);
        if (i % 4 < 2) {
            assert_int_equal(edo_tcp_read(stream, buf, sizeof buf), 5);
            assert_memory_equal(buf, "hello", 5);
        } else {
            assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 5);
            check_lent(&in, "hello");
        }
    }
    edo_tcp_close(stream);
    edo_buffer_pool_free(pool);
    close(peer);
}

EDO_TEST_BOTH(a_lent_read_gives_way_to_bytes_that_are_put_back)
{
    int peer;
    char buf[3];
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool = new_pool(4);
    edo_lent in = {0};

    assert_int_equal(write(peer, "0123456789", 10), 10);
    edo_tcp_read_future first = edo_tcp_read_async(stream, buf, sizeof buf);
    assert_int_equal(poll_to_end(&first.base), 3);
    edo_future_put_back(&first.base);
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 3); /* what was put back, alone */
    check_lent(&in, "012");
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 4);
    check_lent(&in, "3456");
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 3);
    check_lent(&in, "789");
    /* One that waits: the other one's bytes come first. */
    edo_tcp_read_future older = edo_tcp_read_async(stream, buf, sizeof buf);
    edo_tcp_read_lent_future waits = edo_tcp_read_lent_async(stream, pool, &in);
    assert_pending(&older.base);
    assert_pending(&waits.base);
    assert_int_equal(write(peer, "abcde", 5), 5);
    assert_int_equal(poll_to_end(&older.base), 3);
    edo_future_put_back(&older.base);
    ssize_t got = (ssize_t)poll_to_end(&waits.base);
    assert_in_range(got, 3,
                    4); /* with those behind them, if these were taken and put back as well */
    check_lent(&in, got == 3 ? "abc" : "abcd");
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 5 - got);
    check_lent(&in, got == 3 ? "de" : "e");
    assert_int_equal(lent_of(pool), 0);
    edo_tcp_close(stream);
    edo_buffer_pool_free(pool);
    close(peer);
}

EDO_TEST_BOTH(a_canceled_lent_read_takes_nothing)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool = new_pool(0);
    edo_lent in = {0};
    edo_tcp_read_lent_future read = edo_tcp_read_lent_async(stream, pool, &in);

    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_err(poll_to_end(&read.base), -ECANCELED);
    assert_null(in.data);
    assert_int_equal(lent_of(pool), 0);
    assert_int_equal(write(peer, "later", 5), 5);
    assert_int_equal(edo_tcp_read_lent(stream, pool, &in), 5);
    check_lent(&in, "later");
    edo_tcp_read_lent_future open = edo_tcp_read_lent_async(stream, pool, &in);
    assert_pending(&open.base);
    edo_tcp_close(stream);
    assert_err(poll_to_end(&open.base), -ECANCELED);
    assert_int_equal(lent_of(pool), 0);
    edo_buffer_pool_free(pool);
    close(peer);
}

EDO_TEST_BOTH(a_lent_read_can_be_tried)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool = new_pool(0);
    edo_lent in = {0};

    assert_err(edo_tcp_try_read_lent(stream, pool, &in), -EAGAIN);
    assert_null(in.data);
    assert_int_equal(write(peer, "now", 3), 3);
    ssize_t n;
    task_wait_until((n = edo_tcp_try_read_lent(stream, pool, &in)) != -EAGAIN);
    assert_int_equal(n, 3);
    check_lent(&in, "now");
    assert_err(edo_tcp_try_read_lent(NULL, pool, &in), -EINVAL);
    assert_err(edo_tcp_read_lent(stream, NULL, &in), -EINVAL);
    assert_err(edo_tcp_read_lent(stream, pool, NULL), -EINVAL);
    edo_tcp_close(stream);
    edo_buffer_pool_free(pool);
    close(peer);
}

/* A task without a stack. */
typedef struct echo {
    edo_stackless base;
    edo_tcp_stream *conn;
    edo_buffer_pool *pool;
    edo_lent in;
    EDO_WAITS(edo_tcp_read_lent_future, edo_tcp_write_all_future);
} echo;

EDO_STACKLESS(echo, me)
{
    EDO_BEGIN();
    ssize_t n;

    for (;;) {
        EDO_AWAIT(n, edo_tcp_read_lent_async(me->conn, me->pool, &me->in));
        if (n <= 0)
            break;
        EDO_AWAIT(n, edo_tcp_write_all_async(me->conn, me->in.data, me->in.len));
        edo_lent_give_back(&me->in);
        if (n < 0)
            break;
    }
    edo_tcp_close(me->conn);
    EDO_END(n);
}

enum { CONNECTIONS = 50, ROUNDS = 20 };

EDO_TEST_BOTH(fifty_connections_share_the_buffers_that_are_in_use)
{
    edo_buffer_pool *pool = new_pool(0);
    edo_task tasks[CONNECTIONS];
    int peers[CONNECTIONS];
    char sent[100], got[100];

    for (int i = 0; i < CONNECTIONS; i++) {
        echo frame = EDO_FRAME(echo, .conn = accept_plain(&peers[i]), .pool = pool);
        assert_ok(edo_spawn_stackless(&frame, &tasks[i]));
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CONNECTIONS; i++) {
            memset(sent, round * CONNECTIONS + i, sizeof sent);
            assert_int_equal(write(peers[i], sent, sizeof sent), sizeof sent);
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            memset(sent, round * CONNECTIONS + i, sizeof sent);
            for (ssize_t done = 0; done < (ssize_t)sizeof got;) {
                ssize_t n;
                task_wait_until(
                    (n = recv(peers[i], got + done, sizeof got - (size_t)done, MSG_DONTWAIT)) > 0);
                done += n;
            }
            assert_memory_equal(got, sent, sizeof sent);
        }
    }
    task_wait_until(lent_of(pool) == 0);
    assert_in_range(edo_buffer_pool_counts_now(pool).kept, 1, 16);
    for (int i = 0; i < CONNECTIONS; i++)
        close(peers[i]);
    for (int i = 0; i < CONNECTIONS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    edo_buffer_pool_free(pool);
}

/* Lends `count` at once and gives them back. */
static void rush(edo_tcp_stream *stream, int peer, edo_buffer_pool *pool, int count)
{
    edo_lent in[100];

    for (int i = 0; i < count; i++) {
        assert_int_equal(write(peer, "x", 1), 1);
        assert_int_equal(edo_tcp_read_lent(stream, pool, &in[i]), 1);
    }
    assert_int_equal(lent_of(pool), count);
    for (int i = 0; i < count; i++)
        edo_lent_give_back(&in[i]);
}

EDO_TEST(a_pool_keeps_so_many_and_shrinks_as_it_is_used)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_buffer_pool *pool;

    assert_ok(edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 4, .keep = 160), &pool));
    rush(stream, peer, pool, 100);
    assert_int_equal(edo_buffer_pool_counts_now(pool).kept, 20); /* of this thread's list */
    for (int i = 0; i < 2000; i++)
        rush(stream, peer, pool, 1);
    assert_int_equal(edo_buffer_pool_counts_now(pool).kept, 1);
    edo_buffer_pool_free(pool);
    assert_ok(edo_buffer_pool_new(NULL, &pool));
    assert_int_equal(edo_buffer_pool_counts_now(pool).kept, 0);
    edo_buffer_pool_free(pool);
    edo_buffer_pool_free(NULL);
    edo_lent_give_back(NULL);
    assert_err(edo_buffer_pool_new(NULL, NULL), -EINVAL);
    assert_err(edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = SIZE_MAX), &pool), -EINVAL);
    assert_int_equal(edo_buffer_pool_counts_now(NULL).lent, 0);
    edo_tcp_close(stream);
    close(peer);
}
