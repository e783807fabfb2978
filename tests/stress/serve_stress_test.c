/* serve_stress_test.c: servers that come and go under clients that do what they like. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_buffer_pool *pool;
    edo_serve_counts counts;
    edo_addr at;
    unsigned ends; /* atomic: no client begins anew */
} site;

static int echo(edo_tcp_stream *conn, void *arg)
{
    site *s = arg;
    edo_lent in;
    ssize_t n;

    while ((n = edo_tcp_read_lent(conn, s->pool, &in)) > 0) {
        n = edo_tcp_write_all(conn, in.data, in.len);
        edo_lent_give_back(&in);
        if (n < 0)
            break;
    }
    edo_tcp_close(conn);
    return 0;
}

static int run_site(void *arg)
{
    site *s = arg;

    return edo_serve(s->listener, echo, s,
                     EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts, .limit = 6,
                              .per_worker = true, .drain = EDO_MILLIS(20)));
}

/* Says something and hears it, or leaves in the middle; what comes is what was said. */
static int be_client(void *arg)
{
    site *s = arg;
    char said[500], heard[500];
    unsigned seed = (unsigned)edo_task_self_id();

    memset(said, (int)(seed % 255) + 1, sizeof said);
    while (!__atomic_load_n(&s->ends, __ATOMIC_SEQ_CST)) {
        edo_tcp_stream *stream;
        if (edo_tcp_connect_addr(&s->at, &stream) < 0)
            break;
        size_t len = (size_t)rand_r(&seed) % sizeof said + 1;
        ssize_t n = edo_tcp_write(stream, said, len);
        edo_tcp_read_future read = edo_tcp_read_async(stream, heard, len);
        if (n > 0 && rand_r(&seed) % 4)
            n = edo_timeout(&read.base, EDO_MILLIS(50));
        if (n > 0 && read.base.result > 0)
            assert_memory_equal(heard, said, (size_t)read.base.result);
        if (rand_r(&seed) % 3 == 0)
            edo_tcp_set_linger(stream, 0);
        edo_tcp_close(stream);
    }
    return 0;
}

static void check_round(unsigned number)
{
    site s = {.ends = 0};
    edo_task server, clients[12];
    edo_addr any;
    int result;

    assert_ok(edo_addr_parse("127.0.0.1:0", &any));
    assert_ok(edo_tcp_listen_with(&any, EDO_OPTS(tcp_listen, .reuse_port = true), &s.listener));
    assert_ok(edo_tcp_listener_addr(s.listener, &s.at));
    assert_ok(edo_cancel_token_new(&s.stop));
    assert_ok(edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 200, .keep = 8), &s.pool));
    assert_ok(edo_spawn(run_site, &s, &server));
    for (int i = 0; i < 12; i++)
        assert_ok(edo_spawn(be_client, &s, &clients[i]));
    task_wait_until(edo_serve_counts_now(&s.counts).ended >= 30);
    if (number % 2)
        edo_cancel_token_cancel(s.stop);
    else
        edo_task_abort(server);
    assert_ok(edo_join(server, &result));
    assert_true(result == 0 || result == -ETIMEDOUT || result == -ECANCELED);
    assert_int_equal(s.counts.open, 0);
    assert_int_equal(s.counts.accepted, s.counts.ended);
    assert_in_range(s.counts.most_open, 1, 6);
    assert_int_equal(edo_buffer_pool_counts_now(s.pool).lent, 0);
    __atomic_store_n(&s.ends, 1, __ATOMIC_SEQ_CST);
    edo_tcp_listener_close(s.listener);
    for (int i = 0; i < 12; i++)
        assert_ok(edo_join(clients[i], NULL));
    edo_buffer_pool_free(s.pool);
    edo_cancel_token_free(s.stop);
}

EDO_TEST_MT(a_server_ends_in_order_whatever_its_clients_do)
{
    for (unsigned i = 0; i < test_count(20); i++)
        check_round(i);
}
