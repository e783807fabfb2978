/*
 * relief.c: the threads of a multi-thread runtime, and how a core without one gets another.
 *
 * A worker thread starts with a core. When the monitor has taken that from it, the core goes to
 * the list of free cores; a spare thread takes it from there, or a new one is started. A thread
 * that finds its core lost becomes a spare.
 */
#include <stdlib.h>

#include "base/futex.h"
#include "base/thread.h"
#include "sched/sched.h"

static bool stopping(void *arg)
{
    sched *s = arg;

    return a_load(&s->stop, acquire); /* pairs with the release of the shutdown */
}

static core *pop_free_core(sched *s)
{
    core *c = s->free_cores;

    if (c) {
        s->free_cores = c->next_free;
        s->free_count--;
    }
    return c;
}

/* A spare's wait. NULL: the runtime stops. */
static core *wait_for_core(sched *s)
{
    core *c = NULL;
    bool stop = false;

    lock_take(&s->threads_lock);
    s->spare_count++;
    while (!(stop = stopping(s)) && !(c = pop_free_core(s))) {
        uint32_t word = a_load(&s->spare_word, acquire); /* pairs with wake_spares */
        lock_drop(&s->threads_lock);
        futex_wait(&s->spare_word, word, UINT64_MAX);
        lock_take(&s->threads_lock);
    }
    s->spare_count--;
    lock_drop(&s->threads_lock);
    return c;
}

static void wake_spares(sched *s, int n)
{
    a_fetch_add(&s->spare_word, 1, release); /* pairs with the acquire in wait_for_core */
    futex_wake(&s->spare_word, n);
}

static void hook(thread *self, void (*fn)(void *arg))
{
    self->in_hook = true;
    if (fn)
        fn(self->sched->opts.hook_arg);
    self->in_hook = false;
}

static void *worker_main(void *arg)
{
    worker_thread *w = arg;
    sched *s = w->sched;
    thread *self = thread_self();

    self->sched = s;
    context_init_thread(&self->loop);
    overflow_init_thread();
    hook(self, s->opts.on_thread_start);
    for (core *c = w->core ? w->core : wait_for_core(s); c; c = wait_for_core(s)) {
        a_store(&self->revoked, 0, relaxed); /* nobody revokes a thread without a core */
        self->core = c;
        worker_loop(self, stopping, s);
        self->core = NULL;
    }
    hook(self, s->opts.on_thread_stop);
    overflow_fini_thread();
    context_fini_thread(&self->loop);
    return NULL;
}

int worker_start(sched *s, core *c)
{
    worker_thread *w = malloc(sizeof *w);

    if (!w)
        return -ENOMEM;
    *w = (worker_thread){.sched = s, .core = c};
    int rc = thread_start(&w->id, worker_main, w, s->name ? s->name : "edo-worker");
    if (rc < 0) {
        free(w);
        return rc;
    }
    lock_take(&s->threads_lock);
    w->next = s->threads;
    s->threads = w;
    s->thread_count++;
    lock_drop(&s->threads_lock);
    return 0;
}

void worker_staff(sched *s)
{
    lock_take(&s->threads_lock);
    bool short_of_hands = s->free_count > s->spare_count;
    lock_drop(&s->threads_lock);
    if (short_of_hands)
        worker_start(s, NULL); /* fails: the monitor tries again at its next look */
}

void worker_offer(sched *s, core *c)
{
    lock_take(&s->threads_lock);
    c->next_free = s->free_cores;
    s->free_cores = c;
    s->free_count++;
    lock_drop(&s->threads_lock);
    wake_spares(s, 1);
    worker_staff(s);
}

void worker_join_all(sched *s)
{
    wake_spares(s, INT32_MAX);
    idle_wake_all(s);
    while (s->threads) {
        worker_thread *w = s->threads;
        thread_join(w->id);
        s->threads = w->next;
        free(w);
    }
}
