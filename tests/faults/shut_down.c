/*
 * shut_down.c: a runtime ends while its tasks wait in every way there is, and some never began.
 *
 * No shortage may keep it from ending: each function runs once, and each wait ends.
 */
#include <pthread.h>

#include "base/atomic.h"
#include "faults/trial.h"
#include "support/gate.h"

enum { OF_EACH = 4 };

static edo_runtime *runtime;
static edo_addr addr;
static edo_tcp_listener *listener, *lonely; /* nobody connects to the latter */
static gate never;
static unsigned spawned, ended; /* atomic */

static int end(int64_t rc)
{
    CHECK(rc < 0);
    if (rc != -EDO_ESHUTDOWN)
        TRY(rc); /* it was about to wait, and that failed */
    a_fetch_add(&ended, 1, relaxed);
    return (int)rc;
}

static int wait_for_time(void *arg)
{
    (void)arg;
    return end(edo_sleep(EDO_SECONDS(3600)));
}

static int wait_for_gate(void *arg)
{
    (void)arg;
    return end(gate_wait(&never));
}

static int wait_for_connection(void *arg)
{
    edo_tcp_stream *stream;

    (void)arg;
    return end(edo_tcp_accept(lonely, &stream));
}

static int wait_for_bytes(void *arg)
{
    edo_tcp_stream *stream;
    char byte;

    (void)arg;
    int64_t rc = edo_tcp_connect_addr(&addr, &stream);
    if (rc == 0) {
        rc = edo_tcp_read(stream, &byte, 1);
        MUST(edo_tcp_close(stream));
    }
    return end(rc);
}

static int wait_for_task(void *arg)
{
    edo_task task;

    (void)arg;
    int64_t rc = edo_spawn(wait_for_time, NULL, &task);
    if (rc == 0) {
        a_fetch_add(&spawned, 1, relaxed);
        rc = edo_join(task, NULL);
        if (rc < 0)
            MUST(edo_task_detach(task));
        else
            rc = -EDO_ESHUTDOWN; /* the other one was the first to end */
    }
    return end(rc);
}

/* The ones of the first round wait when the root returns; those of the last have not begun. */
static int spawn_all(void *arg)
{
    int (*const fns[])(void *) = {wait_for_time, wait_for_gate, wait_for_bytes, wait_for_connection,
                                  wait_for_task};

    (void)arg;
    MUST(edo_tcp_listen("127.0.0.1:0", &listener));
    MUST(edo_tcp_listener_addr(listener, &addr));
    MUST(edo_tcp_listen("127.0.0.1:0", &lonely));
    for (unsigned round = 0; round < OF_EACH; round++) {
        if (round == OF_EACH - 1)
            for (int i = 0; i < 100; i++)
                MUST(edo_yield());
        for (unsigned i = 0; i < sizeof fns / sizeof *fns; i++) {
            MUST(edo_spawn(fns[i], NULL, NULL));
            a_fetch_add(&spawned, 1, relaxed);
        }
    }
    return 0;
}

/* A thread that has never waited yet, so that it needs what a thread waits with. */
static void *shut_down_outside(void *arg)
{
    int rc;

    trial_arm();
    PERSIST(rc, edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
    PERSIST(rc, edo_runtime_free(runtime));
    fault_lift();
    return arg;
}

void shut_down(edo_runtime_kind kind)
{
    pthread_t outside;

    never = (gate)GATE_INIT;
    spawned = ended = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    MUST(edo_block_on(runtime, spawn_all, NULL));
    pthread_create(&outside, NULL, shut_down_outside, NULL);
    pthread_join(outside, NULL);
    CHECK(a_load(&ended, relaxed) == a_load(&spawned, relaxed));
    MUST(edo_tcp_listener_close(listener));
    MUST(edo_tcp_listener_close(lonely));
}
