/*
 * copies.c: a copy between two connections, first by its buffer and then by a pipe of the system's, that is
 * begun again whenever a fault ends it; and one through pipes in memory and buffers.
 *
 * What a copy has read and couldn't write goes back, or is counted as lost. So what was sent, what was received
 * and what was lost are the same number in the end, and nothing lost means nothing changed.
 */
#include <string.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { MUCH = 400000, LITTLE = 5000, ROOM = 16384 };

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + at / 251);
}

typedef struct route {
    edo_io in, out;
    edo_writer from; /* where it is sent */
    edo_reader to;   /* where it is received */
    size_t len, lost;
} route;

static int send_all(void *arg)
{
    const route *r = arg;
    unsigned char bytes[ROOM];
    size_t at = 0;

    while (at < r->len && !trial_has_failed()) {
        size_t n = r->len - at < sizeof bytes ? r->len - at : sizeof bytes;
        for (size_t i = 0; i < n; i++)
            bytes[i] = pattern(at + i);
        int64_t rc = TRY(edo_write(r->from, bytes, n));
        at += rc > 0 ? (size_t)rc : 0;
    }
    int rc;
    PERSIST(rc, edo_shutdown(r->from));
    return 0;
}

static int receive_all(void *arg)
{
    const route *r = arg;
    unsigned char bytes[ROOM];
    size_t at = 0;
    int64_t n;

    while ((n = TRY(edo_read(r->to, bytes, sizeof bytes))) != 0 && !trial_has_failed())
        for (int64_t i = 0; i < n; i++, at++)
            CHECK(bytes[i] == pattern(at) || a_load(&r->lost, relaxed));
    CHECK(at + a_load(&r->lost, relaxed) == r->len);
    return 0;
}

/* False: a fault ended it. */
static bool copy_once(route *r)
{
    edo_copy_future copy = edo_copy_async(r->in.reader, r->out.writer);
    int64_t rc = TRY(edo_await(&copy.base));

    a_fetch_add(&r->lost, copy.lost, relaxed);
    return rc == 0;
}

static void copy_along(route *r)
{
    unsigned left = trial_attempts();
    edo_task sender, receiver;
    int rc;

    PERSIST(rc, edo_spawn(send_all, r, &sender));
    PERSIST(rc, edo_spawn(receive_all, r, &receiver));
    bool done = copy_once(r);
    while (!done && --left > 0)
        done = copy_once(r);
    trial_end_for_ever();
    CHECK(done || copy_once(r));
    PERSIST(rc, edo_shutdown(r->out.writer));
    MUST(edo_join(sender, NULL));
    MUST(edo_join(receiver, NULL));
}

/* A listener for each attempt: one that failed late may have left a connection there. */
static int try_to_connect(edo_tcp_stream **ret_a, edo_tcp_stream **ret_b)
{
    edo_tcp_listener *listener;
    edo_addr addr;
    int rc;

    PERSIST(rc, edo_tcp_listen("127.0.0.1:0", &listener));
    if (rc < 0)
        return rc;
    PERSIST(rc, edo_tcp_listener_addr(listener, &addr));
    if (rc == 0)
        rc = (int)TRY(edo_tcp_connect_addr(&addr, ret_a));
    if (rc == 0)
        PERSIST(rc, edo_tcp_accept(listener, ret_b));
    MUST(edo_tcp_listener_close(listener));
    return rc;
}

static bool connect_both(edo_tcp_stream **ret_a, edo_tcp_stream **ret_b)
{
    unsigned left = trial_attempts();
    int rc;

    do
        rc = try_to_connect(ret_a, ret_b);
    while (rc < 0 && --left > 0);
    return rc == 0;
}

static void copy_between_connections(void)
{
    edo_tcp_stream *client = NULL, *in = NULL, *out = NULL, *server = NULL;

    if (connect_both(&client, &in) && connect_both(&out, &server)) {
        route r = {edo_tcp_io(in),
                   edo_tcp_io(out),
                   edo_tcp_writer(client),
                   edo_tcp_reader(server),
                   MUCH,
                   0};
        copy_along(&r);
    }
    edo_tcp_close(client);
    edo_tcp_close(in);
    edo_tcp_close(out);
    edo_tcp_close(server);
}

/* Into halves and back. */
static void split_and_join(edo_io io)
{
    edo_read_half *read = NULL;
    edo_write_half *write = NULL;
    int rc;

    PERSIST(rc, edo_split(io, NULL, &read, &write));
    if (rc == 0)
        MUST(edo_unsplit(read, write, &io));
}

/* From one pipe through buffers into another. */
static void copy_in_memory(void)
{
    edo_duplex *a, *a_inner, *b, *b_inner;
    edo_buf_stream in, out;
    int rc;

    PERSIST(rc, edo_duplex_new(700, &a, &a_inner));
    if (rc < 0)
        return;
    split_and_join(edo_duplex_io(a));
    PERSIST(rc, edo_duplex_new(300, &b, &b_inner));
    if (rc == 0) {
        PERSIST(rc, edo_buf_stream_init(&in, edo_duplex_io(a_inner), NULL, NULL));
        if (rc == 0) {
            PERSIST(rc, edo_buf_stream_init(&out, edo_duplex_io(b_inner), NULL, NULL));
            if (rc == 0) {
                route r = {edo_buf_stream_io(&in),
                           edo_buf_stream_io(&out),
                           edo_duplex_writer(a),
                           edo_duplex_reader(b),
                           LITTLE,
                           0};
                copy_along(&r);
                CHECK(r.lost == 0);
                edo_buf_stream_fini(&out);
            }
            edo_buf_stream_fini(&in);
        }
        MUST(edo_duplex_close(b));
        MUST(edo_duplex_close(b_inner));
    }
    MUST(edo_duplex_close(a));
    MUST(edo_duplex_close(a_inner));
}

static int copy_all(void *arg)
{
    (void)arg;
    copy_between_connections();
    copy_in_memory();
    return 0;
}

void use_copies(edo_runtime_kind kind)
{
    edo_runtime *runtime;
    int rc;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, copy_all, NULL));
    trial_end_for_ever();
    fault_lift();
    MUST(edo_runtime_free(runtime));
}
