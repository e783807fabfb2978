/*
 * server.c: edo_serve, whose connections borrow their buffers.
 *
 * A connection may be closed at once, where there is no memory for its task; its client, who sees the end, comes
 * again. The hook is who is told such errors. In the end each client has its bytes back, no buffer is lent,
 * and the counts add up.
 */
#include <string.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { CLIENTS = 3, BYTES = 3000 };

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_buffer_pool *pool;
    edo_serve_counts counts;
    edo_addr at;
    unsigned served; /* clients; atomic */
} site;

static bool is_hung_up(int64_t rc)
{
    return rc == 0 || rc == -ECONNRESET || rc == -EPIPE;
}

static int echo(edo_tcp_stream *conn, void *arg)
{
    site *s = arg;
    edo_lent in;
    int64_t n;

    do {
        n = edo_tcp_read_lent(conn, s->pool, &in);
        if (n > 0) {
            int64_t rc = edo_tcp_write_all(conn, in.data, in.len);
            edo_lent_give_back(&in);
            n = rc < 0 ? rc : n;
        }
    } while (n > 0);
    MUST(edo_tcp_close(conn));
    return is_hung_up(n) ? 0 : (int)n;
}

static void hook(edo_serve_stage stage, int error, void *arg)
{
    static const int shortages[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

    (void)arg;
    for (size_t i = 0; i < sizeof shortages / sizeof *shortages; i++)
        if (stage == EDO_SERVE_ACCEPT && error == -shortages[i])
            return; /* it is borne, and mentioned */
    TRY(error);
}

static int run_site(void *arg)
{
    site *s = arg;
    int rc;

    PERSIST(rc, edo_serve(s->listener, echo, s,
                          EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts, .limit = 2,
                                   .drain = EDO_FOREVER(), .on_error = hook)));
    return rc;
}

/* 1: all came back; 0: not all of it did, for a reason that was told. */
static int exchange(edo_tcp_stream *stream)
{
    char sent[BYTES], got[BYTES];
    size_t done = 0;
    int64_t n;

    for (size_t i = 0; i < BYTES; i++)
        sent[i] = (char)(i * 11);
    if ((n = edo_tcp_write_all(stream, sent, BYTES)) < 0) {
        if (!is_hung_up(n))
            TRY(n);
        return 0;
    }
    while (done < BYTES && (n = edo_tcp_read(stream, got + done, BYTES - done)) > 0)
        done += (size_t)n;
    if (!is_hung_up(n) && n < 0)
        TRY(n);
    CHECK(memcmp(sent, got, done) == 0);
    return done == BYTES;
}

static int be_client(void *arg)
{
    site *s = arg;
    edo_tcp_stream *stream;
    int rc, is_done = 0;

    for (unsigned left = 4 * trial_attempts(); left > 0 && !is_done; left--) {
        PERSIST(rc, edo_tcp_connect_addr(&s->at, &stream));
        if (rc < 0)
            continue;
        is_done = exchange(stream);
        MUST(edo_tcp_close(stream));
    }
    CHECK(is_done);
    a_fetch_add(&s->served, 1, relaxed);
    return 0;
}

static void use_site(site *s)
{
    edo_task server, clients[CLIENTS];
    int rc, result = -1;

    PERSIST(rc, edo_tcp_listener_addr(s->listener, &s->at));
    PERSIST(rc, edo_spawn(run_site, s, &server));
    for (int i = 0; i < CLIENTS; i++)
        PERSIST(rc, edo_spawn(be_client, s, &clients[i]));
    for (int i = 0; i < CLIENTS; i++)
        MUST(edo_join(clients[i], NULL));
    trial_end_for_ever();
    edo_cancel_token_cancel(s->stop);
    MUST(edo_join(server, &result));
    CHECK(result == 0);
}

static int serve_all(void *arg)
{
    site *s = arg;
    int rc;

    PERSIST(rc, edo_cancel_token_new(&s->stop));
    PERSIST(rc, edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 1000), &s->pool));
    PERSIST(rc, edo_tcp_listen("127.0.0.1:0", &s->listener));
    if (rc == 0)
        use_site(s);
    CHECK(edo_buffer_pool_counts_now(s->pool).lent == 0);
    edo_buffer_pool_free(s->pool);
    edo_cancel_token_free(s->stop);
    if (s->listener)
        MUST(edo_tcp_listener_close(s->listener));
    return 0;
}

void use_server(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;
    site s = {.served = 0};
    int rc;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, serve_all, &s));
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(s.served == CLIENTS);
    CHECK(s.counts.open == 0 && s.counts.accepted == s.counts.ended);
}
