/*
 * pinned_pool.c: threads, each of which builds a local runtime and drives it until the pool is freed.
 *
 * The load of a thread is what its tracker counts. Who spawns on the thread with the fewest looks and
 * spawns under one lock, so that two at once don't choose the same.
 */
#include <edo/pinned_pool.h>

#include <errno.h>
#include <stdlib.h>

#include <edo/notify.h>
#include <edo/runtime.h>
#include <edo/tracker.h>

#include "base/atomic.h"
#include "base/futex.h"
#include "base/lock.h"
#include "base/thread.h"
#include "sched/sched.h"

#define THREADS_MAX 4096

typedef struct pinned_worker {
    pthread_t id;
    uint32_t built;     /* atomic futex: `result` and `handle` are there */
    int result;         /* of building its runtime */
    edo_handle *handle; /* of that; counted */
    edo_tracker *tasks;
    edo_notify stop;
} pinned_worker;

struct edo_pinned_pool {
    lock lock; /* of whoever chooses a thread */
    size_t size;
    pinned_worker workers[];
};

static int wait_for_stop(void *arg)
{
    pinned_worker *w = arg;

    return edo_notify_wait(&w->stop);
}

static void *pinned_main(void *arg)
{
    pinned_worker *w = arg;
    edo_runtime *runtime = NULL;
    edo_runtime_opts opts = {.kind = EDO_LOCAL, .name = "edo-pinned"};

    /* What it will block by: without it the thread is of no use, and the caller is told. */
    w->result = thread_parker(thread_self()) ? edo_runtime_new(&opts, &runtime) : -ENOMEM;
    w->handle = edo_runtime_handle(runtime);
    a_store(&w->built, 1, release); /* pairs with start */
    futex_wake(&w->built, 1);
    if (!runtime)
        return NULL;
    /* Without memory for the root it drives nothing until there is some. */
    while (edo_block_on(runtime, wait_for_stop, w) == -ENOMEM)
        thread_nap(1000000);
    while (edo_runtime_free(runtime) < 0) /* no memory to wait by */
        thread_nap(1000000);
    return NULL;
}

/* 0, and then it has to be ended; or nothing of it is left. */
static int start(pinned_worker *w)
{
    int rc = edo_tracker_new(&w->tasks);

    if (rc < 0)
        return rc;
    edo_notify_init(&w->stop);
    rc = thread_start(&w->id, pinned_main, w, "edo-pinned");
    if (rc == 0) {
        while (!a_load(&w->built, acquire)) /* pairs with pinned_main */
            futex_wait(&w->built, 0, UINT64_MAX);
        rc = w->result;
        if (rc < 0)
            thread_join(w->id);
    }
    if (rc < 0) {
        edo_notify_fini(&w->stop);
        edo_tracker_free(w->tasks);
    }
    return rc;
}

static void end_all(edo_pinned_pool *all)
{
    for (size_t i = 0; i < all->size; i++)
        edo_notify_one(&all->workers[i].stop);
    for (size_t i = 0; i < all->size; i++) {
        pinned_worker *w = &all->workers[i];
        thread_join(w->id);
        edo_handle_unref(w->handle);
        edo_tracker_free(w->tasks);
        edo_notify_fini(&w->stop);
    }
    free(all);
}

int edo_pinned_pool_new(size_t threads, edo_pinned_pool **ret_pool)
{
    if (threads == 0 || threads > THREADS_MAX || !ret_pool)
        return -EINVAL;
    edo_pinned_pool *all = calloc(1, sizeof *all + threads * sizeof *all->workers);
    if (!all)
        return -ENOMEM;
    for (; all->size < threads; all->size++) {
        int rc = start(&all->workers[all->size]);
        if (rc < 0) {
            end_all(all);
            return rc;
        }
    }
    *ret_pool = all;
    return 0;
}

static bool is_inside(const edo_pinned_pool *all)
{
    edo_handle *here = edo_handle_try_current();
    bool inside = false;

    for (size_t i = 0; here && i < all->size; i++)
        inside |= all->workers[i].handle == here;
    edo_handle_unref(here);
    return inside;
}

int edo_pinned_pool_free(edo_pinned_pool *all)
{
    if (!all)
        return 0;
    if (!sched_is_ours(all->workers[0].handle))
        return -EDO_EFORKED;
    if (is_inside(all))
        return -EDEADLK;
    end_all(all);
    return 0;
}

static int spawn_on(const char *place, pinned_worker *w, const edo_spawn_opts *opts,
                    int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    edo_spawn_opts on = opts ? *opts : (edo_spawn_opts){0};

    on.on = w->handle;
    on.local = false;
    on.local_set = NULL;
    return edo_tracker_spawn_from(place, w->tasks, &on, fn, arg, ret_task);
}

int edo_pinned_pool_spawn_from(const char *place, edo_pinned_pool *all, const edo_spawn_opts *opts,
                               int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    pinned_worker *least = all ? &all->workers[0] : NULL;

    if (!all)
        return -EINVAL;
    lock_take(&all->lock);
    for (size_t i = 1; i < all->size; i++)
        if (edo_tracker_len(all->workers[i].tasks) < edo_tracker_len(least->tasks))
            least = &all->workers[i];
    int rc = spawn_on(place, least, opts, fn, arg, ret_task);
    lock_drop(&all->lock);
    return rc;
}

int edo_pinned_pool_spawn_on_from(const char *place, edo_pinned_pool *all, size_t index,
                                  const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                                  edo_task *ret_task)
{
    if (!all || index >= all->size)
        return -EINVAL;
    return spawn_on(place, &all->workers[index], opts, fn, arg, ret_task);
}

size_t edo_pinned_pool_size(const edo_pinned_pool *all)
{
    return all ? all->size : 0;
}

size_t edo_pinned_pool_load(const edo_pinned_pool *all, size_t index)
{
    return all && index < all->size ? edo_tracker_len(all->workers[index].tasks) : 0;
}
