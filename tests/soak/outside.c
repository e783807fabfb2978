/* outside.c: runtimes that are made and freed beside the long-lived one; signals. */
#include "soak/soak.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/atomic.h"

enum { LEFT = 20 };

static unsigned waiting, ended; /* of the runtime that is being made and freed; atomic */

static int wait_for_end(void *arg)
{
    a_fetch_add(&waiting, 1, relaxed);
    int rc = edo_sleep(EDO_SECONDS(3600));
    a_fetch_add(&ended, 1, relaxed);
    return arg ? rc : 0;
}

static int leave_some(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *stream;

    (void)arg;
    for (int i = 0; i < LEFT; i++)
        SOAK_OK(edo_spawn(wait_for_end, NULL, NULL));
    SOAK_OK(edo_tcp_listen("127.0.0.1:0", &listener));
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    SOAK_CHECK(edo_timeout(&accept.base, EDO_MICROS(200)) == -ETIMEDOUT);
    SOAK_OK(edo_tcp_listener_close(listener));
    return 42;
}

/* What is left in it when it is freed has to end, every task of it. */
int runtime_round(work *w)
{
    edo_runtime *runtime;
    edo_runtime_kind kind = soak_random(2) ? EDO_MULTI_THREAD : EDO_CURRENT_THREAD;

    (void)w;
    waiting = ended = 0;
    SOAK_OK(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    SOAK_CHECK(edo_block_on(runtime, leave_some, NULL) == 42);
    SOAK_OK(edo_runtime_free(runtime));
    SOAK_CHECK(a_load(&ended, relaxed) == LEFT);
    return 0;
}

int signal_round(work *w)
{
    edo_signal *signals;

    (void)w;
    SOAK_OK(edo_signal_open(SIGUSR1, &signals));
    for (int i = 0; i < 10; i++) {
        SOAK_CHECK(kill(getpid(), SIGUSR1) == 0);
        SOAK_OK(edo_signal_recv(signals));
    }
    SOAK_OK(edo_signal_close(signals));
    return 0;
}
