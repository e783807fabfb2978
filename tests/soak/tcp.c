/*
 * tcp.c: one server that echoes, as long as it all lasts; connections that stay, that come and go,
 * and reads that are withdrawn again and again.
 */
#include "soak/soak.h"

#include <errno.h>
#include <string.h>

#include "base/atomic.h"

enum { ROOM = 4096, KEPT_BYTES = 64 << 10, CHURN = 20, WITHDRAWN_BYTES = 2000 };

static edo_tcp_listener *listener;
static edo_addr addr;
static edo_task server;

static int echo(void *arg)
{
    edo_tcp_stream *stream = arg;
    char bytes[ROOM];
    ssize_t n;

    while ((n = edo_tcp_read(stream, bytes, sizeof bytes)) > 0)
        if (edo_tcp_write_all(stream, bytes, (size_t)n) < 0)
            break; /* the client has gone */
    SOAK_OK(edo_tcp_close(stream));
    return 0;
}

static int accept_all(void *arg)
{
    edo_tcp_stream *stream;
    int rc;

    while ((rc = edo_tcp_accept(arg, &stream)) == 0)
        SOAK_OK(edo_spawn(echo, stream, NULL));
    return rc;
}

int tcp_open(void)
{
    SOAK_OK(edo_tcp_listen("127.0.0.1:0", &listener));
    SOAK_OK(edo_tcp_listener_addr(listener, &addr));
    return edo_spawn(accept_all, listener, &server);
}

void tcp_close_all(void)
{
    int result = 0;

    SOAK_OK(edo_task_abort(server));
    SOAK_OK(edo_join(server, &result));
    SOAK_CHECK(result == -ECANCELED);
    SOAK_OK(edo_tcp_listener_close(listener));
}

static edo_tcp_stream *connect_here(void)
{
    edo_tcp_stream *stream = NULL;

    SOAK_OK(edo_tcp_connect_addr(&addr, &stream));
    return stream;
}

static char nth(size_t i)
{
    return (char)(i * 31 + (i >> 8));
}

/* What was sent, from number `begin` on, comes back whole. */
static void exchange(edo_tcp_stream *stream, size_t begin, size_t len)
{
    char bytes[ROOM] = {0};
    size_t done = 0;

    for (size_t i = 0; i < len; i++)
        bytes[i] = nth(begin + i);
    SOAK_OK(edo_tcp_write_all(stream, bytes, len));
    while (done < len) {
        ssize_t n = edo_tcp_read(stream, bytes, len - done);
        SOAK_CHECK(n > 0);
        for (ssize_t i = 0; i < n; i++)
            SOAK_CHECK(bytes[i] == nth(begin + done + (size_t)i));
        done += (size_t)n;
    }
}

int echo_round(work *w)
{
    edo_tcp_stream *stream = connect_here();

    (void)w;
    for (size_t done = 0; done < KEPT_BYTES;) {
        size_t len = 1 + soak_random(ROOM);
        exchange(stream, done, len);
        done += len;
    }
    SOAK_OK(edo_tcp_close(stream));
    return 0;
}

/* Any end: closed, reset, or its task aborted. */
static int come_and_go(void *arg)
{
    edo_tcp_stream *stream;
    char bytes[64];
    int rc = edo_tcp_connect_addr(&addr, &stream);

    if (rc < 0)
        return rc;
    if (arg)
        SOAK_OK(edo_tcp_set_linger(stream, 0));
    memset(bytes, 'x', sizeof bytes);
    rc = edo_tcp_write_all(stream, bytes, sizeof bytes);
    if (rc == 0)
        rc = (int)edo_tcp_read(stream, bytes, sizeof bytes);
    SOAK_OK(edo_tcp_close(stream));
    return rc < 0 ? rc : 0;
}

int churn_round(work *w)
{
    edo_task tasks[CHURN];
    bool aborted[CHURN];

    for (unsigned i = 0; i < CHURN; i++) {
        void *resets = soak_random(4) == 0 ? w : NULL;
        SOAK_OK(edo_spawn(come_and_go, resets, &tasks[i]));
        aborted[i] = soak_random(5) == 0;
    }
    for (unsigned i = 0; i < CHURN; i++) {
        int result = 0;
        if (aborted[i])
            SOAK_OK(edo_task_abort(tasks[i]));
        SOAK_OK(edo_join(tasks[i], &result));
        SOAK_CHECK(result == 0 || (aborted[i] && result == -ECANCELED));
    }
    return 0;
}

/* Reads that lose against a timer, often with bytes already taken: none may be missing, or come in
 * another order. */
int withdraw_round(work *w)
{
    edo_tcp_stream *stream = connect_here();
    char bytes[WITHDRAWN_BYTES];
    size_t done = 0;

    (void)w;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = nth(i);
    SOAK_OK(edo_tcp_write_all(stream, bytes, sizeof bytes));
    while (done < WITHDRAWN_BYTES) {
        char got[100];
        edo_tcp_read_future read = edo_tcp_read_async(stream, got, 1 + soak_random(sizeof got));
        edo_sleep_future timer = edo_sleep_async(EDO_MICROS(soak_random(50)));
        edo_future instant = edo_ready(0);
        edo_future *other = soak_random(2) ? &instant : &timer.base;
        edo_future *arms[] = {&read.base, other};
        SOAK_OK(edo_select_array(arms, 2));
        SOAK_CHECK(read.base.result > 0 || read.base.result == -ECANCELED);
        for (int64_t i = 0; i < read.base.result; i++)
            SOAK_CHECK(got[i] == nth(done + (size_t)i));
        done += read.base.result > 0 ? (size_t)read.base.result : 0;
    }
    SOAK_OK(edo_tcp_close(stream));
    return 0;
}
