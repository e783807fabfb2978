/*
 * spawn.c: a task is one header from a slab and a push.
 *
 * Shutdown   The header is published (it can be found by a walk), then `down` is looked at; the
 *            shutdown sets `down`, lets every thread pass a fence (membarrier), then walks. So
 *            either the walk finds the task, or spawn sees `down` and takes the task back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#include "base/probe.h"
#include "base/report.h"
#include "base/sys.h"
#include "sched/backlog.h"
#include "sched/census.h"
#include "sched/debug.h"
#include "sched/inherit.h"
#include "sched/local_set.h"
#include "sched/observe.h"
#include "sched/slots.h"
#include "sched/spawn.h"
#include "sched/task_new.h"

/* Of the headers of tasks with a stack and nothing else. */
#define STACKFUL_CLASS task_slab_class(TASK_STACKFUL, task_header_size(TASK_STACKFUL))

static const edo_spawn_opts no_opts;

static noinline int refuse_without_runtime(const char *place)
{
    (void)place; /* of a debug build's sentence */
    report_misuse("%s: a task needs a runtime to run on: spawn inside of edo_block_on or "
                  "EDO_MAIN, or edo_enter a handle first",
                  place);
    return -EDO_ENORUNTIME;
}

static inline int check_target(const sched *s, const char *place)
{
    if (unlikely(!s))
        return refuse_without_runtime(place);
    if (unlikely(!sched_is_ours(s)))
        return -EDO_EFORKED;
    /* A first look; see count_spawn. */
    return unlikely(a_load(&s->down, acquire)) ? -EDO_ESHUTDOWN : 0;
}

static bool has_name(const edo_spawn_opts *opts)
{
    return opts->name && *opts->name;
}

static void copy_name(char *to, const char *name)
{
    size_t len = strnlen(name, TASK_NAME_MAX);

    memcpy(to, name, len);
    to[len] = 0;
}

static inline void note_lender(task *t, const void *arg)
{
#if EDO_DEBUG
    debug_note_lender(t, arg);
#else
    (void)t, (void)arg;
#endif
}

/* Into its extra part. */
static noinline void fill_extra(task *t, const spawn_request *req, const edo_spawn_opts *opts)
{
    if (has_name(opts))
        copy_name(t->extra->name, opts->name);
    if (req->gifts) {
        t->extra->hook = req->gifts->hook;
        if (req->gifts->inherited)
            inherited_enter(t, req->gifts->inherited);
    }
    if (opts->keep_fp) {
        t->keep_fp = true;
        fp_control_save(&t->extra->fp);
    }
}

static inline void fill_function(task *t, int (*fn)(void *arg), void *arg, size_t stack_size)
{
    t->fn = fn;
    t->arg = arg;
    a_store(&t->stack, NULL, relaxed); /* published by the push */
    t->stack_size = (uint32_t)stack_size;
}

static inline void fill(task *t, const sched *s, const spawn_request *req,
                        const edo_spawn_opts *opts)
{
    void *arg = req->arg;

    if (unlikely(t->extra))
        fill_extra(t, req, opts);
    if (req->copy_size) {
        arg = task_copy_place(t, req->copy_size);
        memcpy(arg, req->arg, req->copy_size);
    }
    if (req->kind == TASK_POLLED) {
        t->fut = arg;
    } else {
        fill_function(t, req->fn, arg,
                      opts->stack_size ? sys_whole_pages(opts->stack_size) : s->opts.stack_size);
        t->measure_stack = opts->measure_stack;
        if (req->kind != TASK_STACKFUL)
            t->release = req->release;
    }
    if (!req->copy_size)
        note_lender(t, req->arg);
}

static local_set *set_of(const spawn_request *req)
{
    return req->gifts ? req->gifts->set : NULL;
}

/* What few tasks have in their extra part. A blocking call has no slots: it runs on a thread of the
 * pool, with that one's values. */
static noinline int equip(const sched *s, task *t, const spawn_request *req)
{
    bool runs_here = req->kind == TASK_STACKFUL || req->kind == TASK_POLLED;
    int rc = s->slot_bytes > 0 && runs_here ? slots_give(s, t) : 0;

    return rc == 0 && set_of(req) ? local_set_adopt(set_of(req), t) : rc;
}

/* Nobody has known of it but its set. */
static noinline void take_back(task *t)
{
    local_set *set = t->extra ? t->extra->set : NULL;

    if (set)
        local_set_forget(set, t);
    task_discard(t);
    if (set)
        local_set_ended(set);
}

/* From the headers of all threads that have no core. */
static noinline int new_outside(sched *s, const spawn_request *req, task **ret)
{
    task_cache *cache = task_slab_shared_lock();
    int rc = task_new(s, cache, NULL, req, ret);

    task_slab_shared_unlock();
    return rc;
}

static noinline void tell_keeper(task_keeper *keeper, task *t)
{
    keeper->gen = state_gen(a_load(&t->state, relaxed));
    a_store(&keeper->header, t, release); /* from now on it may be aborted */
}

/* Before the push: the task may end, and the caller's variable is its own. */
static inline void tell_spawned(const task *t, edo_task *ret_task)
{
    PROBE2(task_spawn, t->id, t->place);
    if (ret_task)
        *ret_task = (edo_task){.header = (task *)t, .gen = state_gen(a_load(&t->state, relaxed))};
}

/* One for all, with their probe: a linker keeps what a probe's note points to, and so would keep
 * blocking calls in programs that have none. */
static noinline int make(sched *s, core *c, const spawn_request *req, const edo_spawn_opts *opts,
                         edo_task *ret_task, task **ret)
{
    task *t;
    int rc = likely(c) ? task_new(s, &c->tasks, c, req, &t) : new_outside(s, req, &t);

    if (unlikely(rc < 0))
        return rc;
    fill(t, s, req, opts);
    rc = unlikely(t->extra) ? equip(s, t, req) : 0;
    if (likely(rc == 0))
        rc = count_spawn(s, c);
    if (unlikely(rc < 0)) {
        take_back(t);
        return rc;
    }
    if (unlikely(req->keeper))
        tell_keeper(req->keeper, t);
    tell_spawned(t, ret_task);
    *ret = t;
    return 0;
}

static int check_opts(const edo_spawn_opts *opts)
{
    bool fits = !opts->stack_size ||
                (opts->stack_size >= STACK_MIN_SIZE && opts->stack_size <= TASK_STACK_MAX);

    return fits ? 0 : -EINVAL;
}

static bool needs_extra(const sched *s, const spawn_request *req, const edo_spawn_opts *opts)
{
    return req->gifts || s->equips || has_name(opts) || opts->keep_fp;
}

/* Outside of the core: a hook may last. Returns the core if it is still held. */
static noinline core *tell_observers(thread *self, sched *s, core *c, task *t)
{
    core_leave(self, c);
    observe_spawn(self, s, t);
    return c ? core_enter(self) : NULL;
}

static inline void push_here(thread *self, sched *s, core *c, task *t)
{
    core_push_next(self, c, t);
    if (s->core_count > 1 && idle_wants_notice(s) && backlog_with_new_is_worth_a_call(c))
        idle_notify(s);
}

/* Not into the core that the caller is inside of, if any. */
static noinline void push_elsewhere(const spawn_request *req, task *t)
{
    if (set_of(req))
        seat_push(t);
    else if (req->uncounted)
        task_inject(t);
    else
        task_push_from_outside(t);
}

int sched_spawn(thread *self, sched *s, spawn_request *req, const edo_spawn_opts *opts,
                edo_task *ret_task)
{
    task *t = NULL;
    int rc = check_target(s, req->place);

    if (!opts)
        opts = &no_opts;
    if (unlikely(rc < 0 || (rc = check_opts(opts)) < 0))
        return rc;
    req->with_handle = ret_task || req->keeper;
    req->with_extra = needs_extra(s, req, opts);
    core *c = likely(self->sched == s) ? core_enter(self) : NULL;
    rc = make(s, c, req, opts, ret_task, &t);
    if (unlikely(rc < 0)) {
        core_leave(self, c);
        return rc;
    }
    if (unlikely(s->observed))
        c = tell_observers(self, s, c, t);
    bool is_here = c && !req->uncounted && !set_of(req);
    if (likely(is_here))
        push_here(self, s, c, t);
    core_leave(self, c);
    if (unlikely(!is_here))
        push_elsewhere(req, t);
    return 0;
}

/*
 * The usual spawn, in short: a function with no options, by a task of a runtime that nobody watches. The
 * same steps as in sched_spawn, where nothing is to be asked of a request. False: it isn't one.
 */
static inline bool spawn_shortly(const char *place, int (*fn)(void *arg), void *arg,
                                 edo_task *ret_task, int *ret)
{
    thread *self = thread_self();
    sched *s = sched_current(self);

    if (unlikely(!s || s != self->sched || s->equips || s->observed || check_target(s, place) < 0))
        return false;
    core *c = core_enter(self);
    task *t = likely(c) ? task_slab_get(&c->tasks, STACKFUL_CLASS) : NULL;
    if (unlikely(!t)) {
        core_leave(self, c);
        return false;
    }
    task_fill_in(t, s, c, TASK_STACKFUL, place);
    t->extra = NULL;
    fill_function(t, fn, arg, s->opts.stack_size);
    note_lender(t, arg);
    task_publish(t, ret_task ? TASK_HANDLE + TASK_REF : 0);
    *ret = count_spawn(s, c);
    if (likely(*ret == 0)) {
        tell_spawned(t, ret_task);
        push_here(self, s, c, t);
    } else {
        take_back(t);
    }
    core_leave(self, c);
    return true;
}

int sched_spawn_blocking(thread *self, sched *s, spawn_request *req, const edo_spawn_opts *opts,
                         edo_task *ret_task)
{
    task *t = NULL;
    edo_task handle;
    int rc = check_target(s, req->place);

    if (rc < 0)
        return rc;
    req->with_handle = ret_task || req->keeper;
    req->with_extra = needs_extra(s, req, opts);
    core *c = self->sched == s ? core_enter(self) : NULL;
    rc = make(s, c, req, opts, ret_task ? &handle : NULL, &t);
    core_leave(self, c);
    if (rc < 0)
        return rc;
    if (unlikely(s->observed))
        observe_spawn(self, s, t);
    edo_task before = {0};
    if (ret_task) { /* before it can run */
        before = *ret_task;
        *ret_task = handle;
    }
    rc = pool_submit(s, t);
    if (rc < 0) {
        if (ret_task)
            *ret_task = before;
        if (req->keeper)
            req->withdraw(req->keeper);
        task_discard(t);
        count_end(s, NULL);
    }
    return rc;
}

/* Into a local set, or with values of the task that spawns it. */
static noinline int spawn_with_gifts(thread *self, sched *s, spawn_request *req,
                                     const edo_spawn_opts *opts, edo_task *ret_task)
{
    spawn_gifts gifts = req->gifts ? *req->gifts : (spawn_gifts){0};
    int rc = check_opts(opts);

    if (rc == 0 && (opts->local || opts->local_set))
        rc = local_target(self, opts, &s, &gifts.set);
    if (rc == 0 && opts->inherit)
        rc = inherited_new(self, &gifts.inherited);
    if (rc < 0)
        return rc;
    if (gifts.hook || gifts.set || gifts.inherited)
        req->gifts = &gifts;
    rc = sched_spawn(self, s, req, opts, ret_task);
    if (rc < 0)
        inherited_free(gifts.inherited);
    return rc;
}

/* On the runtime that the options name, or the current one. */
static inline int spawn(spawn_request *req, const edo_spawn_opts *opts, edo_task *ret_task)
{
    thread *self = thread_self();
    sched *s = opts && opts->on ? (sched *)opts->on : sched_current(self);

    if (unlikely(opts && (opts->local || opts->local_set || opts->inherit)))
        return spawn_with_gifts(self, s, req, opts, ret_task);
    return sched_spawn(self, s, req, opts, ret_task);
}

static inline int of_function(spawn_request *req, const edo_spawn_opts *opts, int (*fn)(void *arg),
                              void *arg, edo_task *ret_task)
{
    if (!fn)
        return -EINVAL;
    req->kind = TASK_STACKFUL;
    req->fn = fn;
    req->arg = arg;
    req->copy_size = opts ? opts->copy_size : 0;
    if (req->copy_size && !arg)
        return -EINVAL;
    return spawn(req, opts, ret_task);
}

int spawn_function(spawn_request *req, const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                   edo_task *ret_task)
{
    return of_function(req, opts, fn, arg, ret_task);
}

int spawn_future(spawn_request *req, const edo_spawn_opts *opts, edo_future *fut, size_t size,
                 edo_task *ret_task)
{
    if (!fut || !fut->ops || (size && size < sizeof *fut) || (fut->state & FUTURE_POLLED))
        return -EINVAL;
    req->kind = TASK_POLLED;
    req->arg = fut;
    req->copy_size = size;
    return spawn(req, opts, ret_task);
}

int edo_spawn_from(const char *place, const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                   edo_task *ret_task)
{
    int rc;

    if (likely(!opts && fn) && spawn_shortly(place, fn, arg, ret_task, &rc))
        return rc;
    spawn_request req = {.place = place};
    return of_function(&req, opts, fn, arg, ret_task);
}

int edo_spawn_copy_from(const char *place, int (*fn)(void *arg), const void *arg, size_t size,
                        edo_task *ret_task)
{
    edo_spawn_opts opts = {.copy_size = size};

    if (!size || !arg)
        return -EINVAL;
    return edo_spawn_from(place, &opts, fn, (void *)arg, ret_task);
}

int edo_spawn_future_from(const char *place, const edo_spawn_opts *opts, edo_future *fut,
                          size_t size, edo_task *ret_task)
{
    spawn_request req = {.place = place};

    return spawn_future(&req, opts, fut, size, ret_task);
}
