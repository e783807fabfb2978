/* local_rig.h: local sets in a line, and tasks that tell on which thread they run. */
#ifndef TESTS_TASK_LOCAL_RIG_H
#define TESTS_TASK_LOCAL_RIG_H

#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

static inline edo_local_set *new_local_set(void)
{
    edo_local_set *set;

    assert_ok(edo_local_set_new(NULL, &set));
    return set;
}

static inline edo_task spawn_local(int (*fn)(void *arg), void *arg)
{
    edo_task task = {0};

    assert_ok(edo_spawn_local(fn, arg, &task));
    return task;
}

static inline edo_task spawn_into(edo_local_set *set, int (*fn)(void *arg), void *arg)
{
    edo_task task = {0};

    assert_ok(edo_local_set_spawn(set, fn, arg, &task));
    return task;
}

/* Writes its thread's id to *arg, after it has waited as well. */
static inline int tell_thread(void *arg)
{
    pid_t *ret = arg, began = gettid();

    assert_ok(edo_yield());
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    assert_int_equal(gettid(), began);
    *ret = began;
    return 5;
}

/* Waits for ever, and counts to *arg when it was cancelled. */
static inline int wait_and_count(void *arg)
{
    int *count = arg;
    int rc = wait_for_ever(NULL);

    ++*count;
    return rc;
}

/* Is woken by another thread. */
typedef struct woken {
    gate begun, wake;
    int ended;
} woken;

static inline int wait_to_be_woken(void *arg)
{
    woken *w = arg;

    gate_open(&w->begun);
    int rc = gate_wait(&w->wake);
    w->ended++;
    return rc;
}

#endif
