/*
 * pool.c: blocking calls: a queue, and threads that come with the work and go after a while.
 *
 * A call's state  is that of a task, and not ACTIVE while it stands in the queue. A pool's thread begins it
 *                 under the lock, by making it ACTIVE, unless it is that. An abort or a shutdown makes it
 *                 ACTIVE as well, and owns the enqueue then as with any task: it pushes the header to a
 *                 run queue, though it may stand in the pool's still. The worker that gets it takes it
 *                 out of the pool's queue under the lock, and releases it. So each call runs or is
 *                 released, and nothing of it happens on the thread that aborts it.
 * No lost         A submitter links the call, and under the same lock takes an idle thread off the
 *   wake-up       list, or counts a new one to the staff, unless there is one that has not looked yet.
 *                 That one takes a call, and does the same for those that are left. A thread goes on
 *                 the list, or off the staff, only under the lock and with the queue empty. So a call
 *                 that is linked has a thread that is yet to look, or all of the staff is busy and
 *                 looks after its call.
 * One at a time   So short calls in quick succession wake few threads, which find the next ones
 *                 as they go on; calls that block have a thread each, one wake-up after the other.
 * Clock           `live` is read by a read-modify-write after `paused` was written, and lowered before
 *                 `paused` is read: either the worker sees the call's end, or it is woken.
 * Ends            A thread that leaves joins the one that left before it; the stop waits for the count
 *                 and joins the last. Then none of them is left in the system either.
 */
#include "sched/pool.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/futex.h"
#include "base/thread.h"
#include "sched/census.h"
#include "sched/finish.h"
#include "sched/observe.h"
#include "sched/overflow.h"
#include "sched/pool_thread.h"
#include "sched/threads.h"

/* On the thread's stack. */
struct pool_thread {
    pool_thread *next; /* in the list of idle ones */
    uint32_t called;   /* atomic futex; set as it is taken off the list */
};

/* ---- the queue, under the lock ------------------------------------------------------------- */

static void link_call(pool *p, task *t)
{
    t->next_call = NULL;
    t->call_link = p->end ? p->end : &p->first;
    *t->call_link = t;
    p->end = &t->next_call;
    a_store(&p->depth, p->depth + 1, relaxed);
}

static void unlink_call(pool *p, task *t)
{
    *t->call_link = t->next_call;
    if (t->next_call)
        t->next_call->call_link = t->call_link;
    else
        p->end = t->call_link;
    t->call_link = MODEL_BUG(1912, NULL, t->call_link);
    a_store(&p->depth, p->depth - 1, relaxed);
}

/* False: it was dropped; a worker is on its way to it, or is there and waits for the lock. */
static bool begin_call(task *t)
{
    uint64_t word = a_load(&t->state, relaxed);

    do {
        if (word & MODEL_BUG(1901, TASK_ACTIVE, 0))
            return false;
        /* acq_rel: sees what the maker wrote, which no queue of tasks has published. */
    } while (!a_cas_weak(&t->state, &word, word + TASK_ACTIVE, acq_rel, relaxed));
    return true;
}

static task *take_call(pool *p)
{
    task *t;

    while ((t = p->first)) {
        unlink_call(p, t);
        if (begin_call(t))
            return t;
    }
    return NULL;
}

/* ---- threads ------------------------------------------------------------------------------- */

static pool_thread *pop_idle(pool *p)
{
    pool_thread *latest = p->idle;

    if (latest) {
        p->idle = latest->next;
        a_store(&p->idle_count, p->idle_count - 1, relaxed);
        a_store(&latest->called, 1, release); /* it may leave after the lock, with the memory */
        p->coming++;
    }
    return latest;
}

static void remove_idle(pool *p, const pool_thread *me)
{
    pool_thread **link = &p->idle;

    while (*link != me)
        link = &(*link)->next;
    *link = me->next;
    a_store(&p->idle_count, p->idle_count - 1, relaxed);
}

static bool has_work(const pool *p)
{
    return p->first || p->first_job;
}

/* With the lock held at both ends. False: nobody called it for the time that it is kept. */
static bool wait_for_call(sched *s, pool *p, pool_thread *me)
{
    uint64_t now = clock_now(), keep = s->opts.blocking_keep_alive.ns;
    uint64_t until = keep > UINT64_MAX - now ? UINT64_MAX : now + keep;

    if (p->stopping)
        return false;
    me->next = p->idle;
    a_store(&me->called, 0, relaxed);
    p->idle = me;
    a_store(&p->idle_count, p->idle_count + 1, relaxed);
    lock_drop(&p->lock);
    while (!a_load(&me->called, acquire)) /* pairs with pop_idle */
        if (futex_wait(&me->called, 0, until) == -ETIMEDOUT)
            break;
    chaos_point();
    lock_take(&p->lock);
    if (a_load(&me->called, relaxed)) {
        p->coming--;
        return MODEL_BUG(1903, true, false);
    }
    remove_idle(p, me);
    return has_work(p); /* the one who is to take it has not come yet */
}

/* One call less: a paused clock may move on. */
static void lower_live(sched *s)
{
    a_fetch_sub(&s->pool.live, 1, acq_rel); /* pairs with pool_holds_clock */
    if (!s->multi && a_load(&s->paused, relaxed))
        core_wake(s->cores[0]);
}

/* The joiner first, as it is to run before the clock moves on; the count last, since the runtime may
 * end with it. */
static void end_call(sched *s, task *t)
{
    task_complete(t, NULL);
    lower_live(s);
    count_end(s, NULL);
}

static void run_call(thread *self, sched *s, task *t)
{
    a_store(&self->on_behalf, t, relaxed); /* a dump looks at it */
    t->result = t->fn(t->arg);
    if (unlikely(self->on_behalf != t)) /* a child of its fork: as in worker.c */
        exit(t->result < 0 ? EXIT_FAILURE : t->result);
    finish_checks(t);
    a_store(&self->on_behalf, NULL, relaxed);
    self->entered = s; /* whatever it entered and did not leave */
    chaos_point();
    if (unlikely(s->observed))
        observe_end(self, s, t);
    end_call(s, t);
}

void pool_wake_called(pool_thread *called)
{
    if (called)
        futex_wake(&called->called, 1);
}

void pool_call_next(sched *s)
{
    pool_thread *next = NULL;

    if (MODEL_BUG(1907, has_work(&s->pool), false))
        (void)pool_find_thread(s, &next);
    lock_drop(&s->pool.lock);
    pool_wake_called(next);
}

/* With the lock held at both ends. False: there was nothing. */
static bool serve_one(thread *self, sched *s)
{
    pool *p = &s->pool;
    task *t = NULL;

    if (!(p->first_job && p->jobs_turn))
        t = take_call(p);
    p->jobs_turn = t;
    if (t) {
        pool_call_next(s);
        run_call(self, s, t);
        lock_take(&p->lock);
        return true;
    }
    if (!p->first_job)
        return false;
    p->run_first_job(s);
    return true;
}

/* Until there was nothing to do for long; it is off the staff then. */
static void serve(thread *self, sched *s)
{
    pool *p = &s->pool;
    pool_thread me;

    lock_take(&p->lock);
    p->coming--;
    p->starting--;
    do {
        while (serve_one(self, s))
            ;
    } while (wait_for_call(s, p, &me));
    a_store(&p->staff, p->staff - 1, relaxed);
    p->leaving++;
    lock_drop(&p->lock);
}

/* The last touch of the runtime is under the lock. */
static void leave(pool *p)
{
    lock_take(&p->lock);
    bool join = p->has_leaver;
    pthread_t before = p->leaver;
    p->leaver = thread_id();
    p->has_leaver = true;
    p->leaving--;
    a_fetch_add(&p->left_seq, 1, relaxed); /* looked at under the lock as well */
    futex_wake(&p->left_seq, INT_MAX);
    lock_drop(&p->lock);
    if (join)
        thread_join(before); /* it has nothing left to do */
}

static void call_hook(thread *self, sched *s, void (*hook)(void *hook_arg))
{
    self->sched = s;
    thread_call_hook(self, hook);
    self->sched = NULL;
}

static void *pool_main(void *arg)
{
    sched *s = arg;
    thread *self = thread_self();

    call_hook(self, s, s->opts.on_thread_start);
    self->entered = s;      /* the current runtime of the calls: not one that this is a worker of */
    overflow_init_thread(); /* a dump's signal needs room beside a small stack */
    threads_join(self);
    serve(self, s);
    threads_leave(self);
    overflow_fini_thread();
    call_hook(self, s, s->opts.on_thread_stop);
    self->entered = NULL;
    leave(&s->pool);
    return NULL;
}

/* With the lock held: the thread can't leave before it is counted. */
static int start_thread(sched *s)
{
    pool *p = &s->pool;
    pthread_t id;
    int rc = thread_start_sized(&id, pool_main, s, s->name ? s->name : "edo-blocking",
                                s->opts.blocking_stack_size);

    if (rc < 0)
        return rc;
    a_store(&p->staff, p->staff + 1, relaxed);
    p->coming++;
    p->starting++;
    return 0;
}

/* Somebody for one more call, with the lock held, unless somebody is on the way. An idle thread isn't
 * passed over for one that is being started, whose hook may take its time. A thread that can't be
 * started is done without while there are others. */
int pool_find_thread(sched *s, pool_thread **ret_called)
{
    pool *p = &s->pool;

    if (p->coming > p->starting)
        return 0;
    if (p->idle)
        *ret_called = MODEL_BUG(1902, pop_idle(p), NULL);
    else if (p->starting == 0 && p->staff < (unsigned)s->opts.max_blocking_threads) {
        int rc = start_thread(s);
        if (rc < 0 && p->staff == 0)
            return rc;
    }
    return 0;
}

/* ---- from outside -------------------------------------------------------------------------- */

/* From now on it may be dropped. False: it was marked while it was made, and whoever did so left the
 * enqueue to us, as it is ACTIVE. release: publishes the header to whoever drops it. */
static bool make_droppable(task *t)
{
    uint64_t word = a_load(&t->state, relaxed);

    do {
        if (word & MODEL_BUG(1908, (TASK_CANCELED | TASK_SHUTDOWN), 0) && t->kind == TASK_CALL)
            return false;
    } while (
        !a_cas_weak(&t->state, &word, word & ~(TASK_ACTIVE | TASK_NOTIFIED), acq_rel, relaxed));
    return true;
}

int pool_submit(sched *s, task *t)
{
    pool *p = &s->pool;
    pool_thread *called = NULL;
    bool dropped = false;

    a_fetch_add(&p->live, 1, relaxed); /* seen by the worker with the call, or made by it */
    lock_take(&p->lock);
    int rc = pool_find_thread(s, &called);
    if (rc == 0) {
        link_call(p, t);
        dropped = !make_droppable(t);
    }
    lock_drop(&p->lock);
    pool_wake_called(called);
    if (dropped)
        task_push_back(t);
    if (rc < 0)
        lower_live(s);
    return rc;
}

void pool_drop(thread *self, task *t)
{
    sched *s = a_load(&t->sched, relaxed); /* ours: we run it */
    uint64_t word = a_load(&t->state, relaxed);

    lock_take(&s->pool.lock);
    if (MODEL_BUG(1904, t->call_link != NULL, false))
        unlink_call(&s->pool, t);
    lock_drop(&s->pool.lock);
    if (t->release) {
        self->poll_depth++; /* it must not wait */
        t->release(t->arg);
        self->poll_depth = 0;
    }
    t->result = word & TASK_SHUTDOWN ? -EDO_ESHUTDOWN : -ECANCELED;
    a_fetch_sub(&s->pool.live, 1, acq_rel);
    self->leave = LEAVE_END;
}

bool pool_holds_clock(sched *s)
{
    /* Pairs with end_call. */
    return MODEL_BUG(1905, a_fetch_add(&s->pool.live, 0, acq_rel), a_load(&s->pool.live, acquire)) >
           0;
}

void pool_hold_clock(sched *s)
{
    a_fetch_add(&s->pool.live, 1, relaxed); /* by a task, which its worker runs */
}

void pool_release_clock(sched *s)
{
    lower_live(s);
}

void pool_wait_begin(sched *s, call_wait *wait, parker *p)
{
    call_wait **first = &s->pool.waits;

    lock_take(&s->pool.lock);
    *wait = (call_wait){.next = *first, .link = first, .parker = p};
    if (wait->next)
        wait->next->link = &wait->next;
    *first = wait;
    lock_drop(&s->pool.lock);
}

void pool_wait_end(sched *s, call_wait *wait)
{
    lock_take(&s->pool.lock);
    *wait->link = wait->next;
    if (wait->next)
        wait->next->link = wait->link;
    lock_drop(&s->pool.lock);
}

void pool_tell_shutdown(sched *s)
{
    lock_take(&s->pool.lock);
    for (call_wait *wait = s->pool.waits; wait; wait = wait->next)
        parker_wake(wait->parker);
    lock_drop(&s->pool.lock);
}

static void call_all_idle(pool *p)
{
    pool_thread *called;

    while ((called = pop_idle(p)))
        futex_wake(&called->called, 1); /* it waits for the lock now, at the latest */
}

void pool_stop(sched *s)
{
    pool *p = &s->pool;

    lock_take(&p->lock);
    p->stopping = true;
    call_all_idle(p);
    while (p->staff + MODEL_BUG(1906, p->leaving, 0) > 0) {
        uint32_t seq = a_load(&p->left_seq, relaxed);
        lock_drop(&p->lock);
        futex_wait(&p->left_seq, seq, UINT64_MAX);
        lock_take(&p->lock);
    }
    bool join = p->has_leaver;
    p->has_leaver = false;
    lock_drop(&p->lock);
    if (join)
        thread_join(p->leaver);
}
