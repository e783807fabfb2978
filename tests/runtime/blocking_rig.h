/* blocking_rig.h: calls that really block a thread until they are let go. */
#ifndef TESTS_RUNTIME_BLOCKING_RIG_H
#define TESTS_RUNTIME_BLOCKING_RIG_H

#include "runtime/rig.h"

/* What a call does, and what became of it. Zeros are fine. */
typedef struct call {
    int go;       /* atomic: it may end */
    int begun;    /* atomic: how often it has begun; with `released`, the order doesn't matter */
    int released; /* atomic */
    int result;
    pid_t tid; /* of the thread that ran or released it */
} call;

/* Blocks its thread until it may end. */
static inline int run_call(void *arg)
{
    call *c = arg;

    c->tid = gettid();
    a_fetch_add(&c->begun, 1, acq_rel);
    while (!a_load(&c->go, acquire))
        block_thread_for(1);
    return c->result;
}

static inline void release_call(void *arg)
{
    call *c = arg;

    c->tid = gettid();
    a_fetch_add(&c->released, 1, acq_rel);
}

static inline edo_task spawn_call(edo_runtime *runtime, call *c)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task task = {0};

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle, .release = release_call),
                                      run_call, c, &task));
    edo_handle_unref(handle);
    return task;
}

static inline bool has_begun(call *c)
{
    return a_load(&c->begun, acquire) > 0;
}

static inline void let_go(call *c)
{
    a_store(&c->go, 1, release);
}

/* A runtime of each kind, with at most so many blocking threads. */
static inline edo_runtime *make_with_threads(int kind, int most)
{
    return make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1,
                                 .max_blocking_threads = most));
}

#define FOR_BOTH_SCHEDULERS(kind)                                                                  \
    for (int kind = EDO_MULTI_THREAD; kind <= EDO_CURRENT_THREAD; kind++)

#endif
