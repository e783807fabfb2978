/*
 * rig.h: what the tests of runtime, sched and time build on: an event that happens once, runtimes
 * made in a line, and children whose stderr is read.
 */
#ifndef TESTS_RUNTIME_RIG_H
#define TESTS_RUNTIME_RIG_H

#ifndef RIG_WATCHES_MUTEXES
#define EDO_NO_MUTEX_WATCH
#endif

#include "support/edo_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/atomic.h"

/* An event with a value: opened once, from anywhere; awaited by one at a time. Zeros are closed. */
typedef struct once {
    pthread_mutex_t lock;
    bool open;
    int64_t value;
    edo_waker waiter; /* counted; guarded by lock */
    int polls;
} once;

static inline edo_poll once_poll(void *arg, const edo_waker *waker, int64_t *ret_value)
{
    once *o = arg;
    edo_waker old;

    pthread_mutex_lock(&o->lock);
    bool open = o->open;
    old = o->waiter;
    o->waiter = (edo_waker){0};
    o->polls++;
    if (!open)
        assert_int_equal(edo_waker_clone(waker, &o->waiter), 0);
    *ret_value = o->value;
    pthread_mutex_unlock(&o->lock);
    edo_waker_drop(old);
    return open ? EDO_READY : EDO_PENDING;
}

static inline edo_poll_fn_future once_async(once *o)
{
    return edo_poll_fn(once_poll, o);
}

/* The value; or why the waiting was cut short. */
static inline int64_t once_wait(once *o)
{
    edo_poll_fn_future wait = once_async(o);

    return edo_await(&wait.base);
}

static inline void once_open(once *o, int64_t value)
{
    pthread_mutex_lock(&o->lock);
    edo_waker waiter = o->waiter;
    o->waiter = (edo_waker){0};
    o->open = true;
    o->value = value;
    pthread_mutex_unlock(&o->lock);
    edo_waker_wake(waiter); /* of zeros: nobody waits */
}

/* Whether somebody waits for it. */
static inline bool once_has_waiter(once *o)
{
    pthread_mutex_lock(&o->lock);
    bool has = o->waiter.ops != NULL;
    pthread_mutex_unlock(&o->lock);
    return has;
}

static inline bool once_is_open(once *o)
{
    pthread_mutex_lock(&o->lock);
    bool open = o->open;
    pthread_mutex_unlock(&o->lock);
    return open;
}

/* Forgets a waiter whose wait was cut short. */
static inline void once_fini(once *o)
{
    edo_waker_drop(o->waiter);
    o->waiter = (edo_waker){0};
}

static inline edo_runtime *make_runtime(const edo_runtime_opts *opts)
{
    edo_runtime *runtime = NULL;

    assert_ok(edo_runtime_new(opts, &runtime));
    return runtime;
}

static inline edo_runtime *make_current(void)
{
    return make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
}

static inline edo_runtime *make_multi(int workers)
{
    return make_runtime(EDO_OPTS(runtime, .workers = workers));
}

static inline edo_metrics metrics_of(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_metrics metrics;

    assert_int_equal(edo_handle_metrics(handle, &metrics), 0);
    edo_handle_unref(handle);
    return metrics;
}

/* Spawns onto a runtime from wherever this is. */
static inline edo_task spawn_on(edo_runtime *runtime, int (*fn)(void *arg), void *arg)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task task = {0};

    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .on = handle), fn, arg, &task), 0);
    edo_handle_unref(handle);
    return task;
}

static inline int join_result(edo_task task)
{
    int result = 0;

    assert_ok(edo_join(task, &result));
    return result;
}

/* Runs fn(arg) in a forked child, which then ends with status 0, and reads its stderr into `err`.
 * Returns the status as of waitpid. */
static inline int run_child(void (*fn)(void *arg), void *arg, char *err, size_t size)
{
    int fds[2], status = 0;
    size_t used = 0;
    ssize_t n;

    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    settle_threads();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        fn(arg);
        _exit(0);
    }
    close(fds[1]);
    while (used + 1 < size && (n = read(fds[0], err + used, size - used - 1)) != 0)
        used += n > 0 ? (size_t)n : 0;
    err[used] = 0;
    close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* A task's functions: one does nothing, one waits for what never comes. */
static inline int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static inline int wait_for_ever(void *arg)
{
    edo_future never = edo_pending();

    (void)arg;
    return (int)edo_await(&never);
}

#endif
