/*
 * serve.c: a server that echoes, its clients, and what a program does beside: timers, several waits
 * at once, signals, callbacks.
 *
 * Whoever is told an error tries again, so that in the end every client has every byte back. What
 * was sent, echoed and received has to be the same number: a byte that an error lost would leave
 * somebody waiting, and the time limit of the trial ends that.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { CLIENTS = 3, BYTES = 6000, ROOM = 1000 };

static unsigned echoed, returned; /* bytes; atomic */
static unsigned begun, ended;     /* connections of the server; atomic */

/* All of it, going on where an error left off. */
static int write_whole(edo_tcp_stream *stream, const char *bytes, size_t len)
{
    unsigned left = trial_attempts();
    size_t done = 0;
    int rc;

    do {
        edo_tcp_write_all_future write = edo_tcp_write_all_async(stream, bytes + done, len - done);
        rc = (int)TRY(edo_await(&write.base));
        done += write.done;
    } while (rc < 0 && --left > 0);
    return rc;
}

static ssize_t read_some(edo_tcp_stream *stream, char *bytes, size_t room)
{
    int rc;

    PERSIST(rc, edo_tcp_read(stream, bytes, room));
    return rc;
}

static int echo(void *arg)
{
    edo_tcp_stream *stream = arg;
    char bytes[ROOM];
    ssize_t n;

    while ((n = read_some(stream, bytes, sizeof bytes)) > 0 &&
           write_whole(stream, bytes, (size_t)n) == 0)
        a_fetch_add(&echoed, (unsigned)n, relaxed);
    MUST(edo_tcp_close(stream));
    a_fetch_add(&ended, 1, relaxed);
    return 0;
}

/* Until it is aborted. */
static int accept_all(void *arg)
{
    edo_tcp_stream *stream;
    int rc;

    for (;;) {
        rc = edo_tcp_accept(arg, &stream);
        if (rc == -ECANCELED)
            return 0;
        if (TRY(rc) < 0)
            continue;
        a_fetch_add(&begun, 1, relaxed);
        PERSIST(rc, edo_spawn(echo, stream, NULL));
    }
}

static unsigned read_back(edo_tcp_stream *stream, const char *sent)
{
    char bytes[ROOM];
    unsigned done = 0;
    ssize_t n = 1;

    while (done < BYTES && n > 0) {
        n = read_some(stream, bytes, sizeof bytes);
        CHECK(n > 0 && done + (size_t)n <= BYTES && !memcmp(bytes, sent + done, (size_t)n));
        done += n > 0 ? (unsigned)n : 0;
    }
    return done;
}

static int be_client(void *arg)
{
    const edo_addr *server = arg;
    edo_tcp_stream *stream;
    edo_addr peer;
    char bytes[BYTES];
    int rc;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    PERSIST(rc, edo_tcp_connect_addr(server, &stream));
    if (rc < 0)
        return rc;
    PERSIST(rc, edo_tcp_peer_addr(stream, &peer));
    CHECK(rc < 0 || edo_addr_is_equal(&peer, server));
    PERSIST(rc, edo_tcp_set_nodelay(stream, false));
    if (write_whole(stream, bytes, sizeof bytes) == 0)
        a_fetch_add(&returned, read_back(stream, bytes), relaxed);
    PERSIST(rc, edo_tcp_shutdown(stream, EDO_WRITE_HALF));
    MUST(edo_tcp_close(stream));
    return 0;
}

static void echo_to_clients(edo_tcp_listener *listener)
{
    edo_task server, clients[CLIENTS];
    edo_addr addr;
    int rc, result = -1;

    PERSIST(rc, edo_tcp_listener_addr(listener, &addr));
    PERSIST(rc, edo_spawn(accept_all, listener, &server));
    for (int i = 0; i < CLIENTS; i++)
        PERSIST(rc, edo_spawn(be_client, &addr, &clients[i]));
    for (int i = 0; i < CLIENTS; i++) {
        MUST(edo_join(clients[i], &result));
        CHECK(result == 0);
    }
    while (!trial_has_failed() && a_load(&ended, relaxed) < a_load(&begun, relaxed))
        MUST(edo_yield());
    MUST(edo_task_abort(server));
    MUST(edo_join(server, NULL));
}

static void wait_for_several(void)
{
    edo_sleep_future short_one = edo_sleep_precise_async(EDO_MICROS(100));
    edo_sleep_future long_one = edo_sleep_async(EDO_SECONDS(3600));
    edo_sleep_future both[2] = {edo_sleep_async(EDO_MICROS(10)), edo_sleep_async(EDO_MICROS(200))};

    CHECK(edo_select(&long_one.base, &short_one.base) == 1);
    CHECK(edo_join_all(&both[0].base, &both[1].base) == 0);
    edo_sleep_future late = edo_sleep_async(EDO_SECONDS(3600));
    CHECK(edo_timeout(&late.base, EDO_MICROS(100)) == -ETIMEDOUT);
}

static void hear_signals(void)
{
    edo_signal *signals;
    int rc;

    PERSIST(rc, edo_signal_open(SIGUSR1, &signals));
    if (rc < 0)
        return;
    kill(getpid(), SIGUSR1);
    PERSIST(rc, edo_signal_recv(signals));
    MUST(edo_signal_close(signals));
}

static int finish_callback(void *arg)
{
    edo_callback_finish(arg, 5);
    return 0;
}

static void call_back(void)
{
    edo_callback *callback;
    edo_task finisher;
    int rc;

    PERSIST(rc, edo_callback_new(NULL, NULL, &callback));
    if (rc < 0)
        return;
    PERSIST(rc, edo_spawn(finish_callback, callback, &finisher));
    CHECK(rc < 0 || edo_callback_wait(callback) == 5);
    MUST(edo_join(finisher, NULL));
}

static int serve_all(void *arg)
{
    edo_tcp_listener *listener;
    int rc;

    (void)arg;
    PERSIST(rc, edo_tcp_listen("127.0.0.1:0", &listener));
    if (rc == 0) {
        echo_to_clients(listener);
        MUST(edo_tcp_listener_close(listener));
    }
    wait_for_several();
    hear_signals();
    call_back();
    return 0;
}

void serve_echo(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;
    int rc;

    echoed = returned = begun = ended = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, serve_all, NULL));
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(returned == CLIENTS * BYTES);
    CHECK(echoed == returned);
}
