/*
 * block_on.c: from a plain thread into a runtime and back.
 *
 * The function runs as a root task. In a multi-thread runtime the calling thread parks until it
 * has ended; in a current-thread one it drives the runtime meanwhile, or waits in line.
 */
#include <errno.h>

#include "base/report.h"
#include "runtime/runtime.h"
#include "sched/spawn.h"

static bool has_ended(void *arg)
{
    edo_task *root = arg;

    /* acquire: pairs with the completion. The handle is ours, so the header is this task's. */
    return a_load(&root->header->state, acquire) & TASK_COMPLETE;
}

/* The thread sleeps until its root task has ended. */
static int wait_parked(thread *self, edo_task root, int *ret)
{
    edo_join_future join = edo_join_async(root, ret);
    edo_waker waker = parker_waker(self->parker);

    while (edo_future_poll(&join.base, &waker) == EDO_PENDING)
        parker_wait(self->parker, UINT64_MAX);
    return (int)join.base.result;
}

/* Arms the join, so that a wait in line ends with the root task; then drives. */
static int wait_driving(sched *s, thread *self, edo_task root, int *ret)
{
    edo_join_future join = edo_join_async(root, ret);
    edo_waker waker = parker_waker(self->parker);

    while (edo_future_poll(&join.base, &waker) == EDO_PENDING) {
        if (drive_begin(s, self, has_ended, &root, UINT64_MAX)) {
            worker_loop(self, has_ended, &root);
            drive_end(s, self);
        }
    }
    return (int)join.base.result;
}

static int check(const sched *s, const thread *self)
{
    if (!thread_may_block(self)) {
        report_misuse("block_on inside of a task or of another block_on would wait for itself: "
                      "await instead, or spawn");
        return -EDEADLK;
    }
    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    return a_load(&s->down, acquire) ? -EDO_ESHUTDOWN : 0;
}

/* A local runtime that only another thread drives. */
static bool is_others(const sched *s, thread *self)
{
    return s->is_local && s->owner != thread_number(self);
}

static int run_root(sched *s, thread *self, spawn_request *req)
{
    edo_task root;
    int result = 0;
    uint32_t outside = self->listed == 0; /* else it is counted among those that run something */

    /* relaxed: whoever frees the runtime learns from the root task that it has begun. */
    a_fetch_add(&s->roots, 1, relaxed);
    int rc = sched_spawn(self, s, req, NULL, &root);
    if (rc < 0) {
        a_fetch_sub(&s->roots, 1, relaxed);
        return rc;
    }
    self->in_block_on = true;
    a_fetch_add(&s->outsiders, outside, relaxed); /* a guess: see sched/asleep.c */
    rc = s->multi || is_others(s, self) ? wait_parked(self, root, &result)
                                        : wait_driving(s, self, root, &result);
    self->in_block_on = false;
    a_fetch_sub(&s->outsiders, outside, relaxed);
    a_fetch_sub(&s->roots, 1, release); /* joined; pairs with the acquire in shutdown.c */
    return rc < 0 ? rc : result;
}

int block_on(sched *s, const char *place, int (*fn)(void *arg), void *arg)
{
    thread *self = thread_self();
    /* The caller of a current-thread runtime drives it: its root is no schedule from outside. */
    spawn_request req = {
        .place = place, .kind = TASK_STACKFUL, .fn = fn, .arg = arg, .uncounted = !s->multi};
    int rc = check(s, self);

    if (rc < 0)
        return rc;
    if (!thread_parker(self))
        return -ENOMEM;
    sched_ref(s); /* the owner may free the runtime as soon as the root task has ended */
    rc = run_root(s, self, &req);
    sched_unref(s);
    return rc;
}

int edo_block_on_from(const char *place, edo_runtime *runtime, int (*fn)(void *arg), void *arg)
{
    return runtime && fn ? block_on(runtime->sched, place, fn, arg) : -EINVAL;
}

int edo_handle_block_on_from(const char *place, edo_handle *handle, int (*fn)(void *arg), void *arg)
{
    return handle && fn ? block_on(handle, place, fn, arg) : -EINVAL;
}
