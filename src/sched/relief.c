/*
 * relief.c: the threads of a multi-thread runtime, and how a core without one gets another.
 *
 * A worker thread starts with a core. When the monitor has taken that from it, the core goes to
 * the list of free cores; a spare thread takes it from there, or a new one is started. A thread
 * that finds its core lost becomes a spare. A task that blocks in place gives the core away itself,
 * and takes it back if it is free still.
 *
 * Pinned tasks run on their one thread. If that has lost its core it takes the next free one before
 * all others, or asks another thread, which gives its core between two runs.
 */
#include <limits.h>
#include <stdlib.h>

#include <edo/errno.h>

#include "base/futex.h"
#include "base/thread.h"
#include "sched/overflow.h"
#include "sched/seat.h"
#include "sched/sched.h"
#include "sched/threads.h"

/* Threads beyond one a core, and how long one without a core is kept. */
#define RELIEF_MOST 512
#define KEEP_ALIVE_NS (10 * NS_PER_S)
/* After which a thread that wants a core asks one more of those that have one. */
#define ASK_AGAIN_NS (5 * NS_PER_MS)

static bool stopping(void *arg)
{
    sched *s = arg;

    return a_load(&s->stop, acquire); /* pairs with the release of the shutdown */
}

static void push_free_core(sched *s, core *c)
{
    c->next_free = s->free_cores;
    s->free_cores = c;
    s->free_count++;
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

static void wake_spares(sched *s, int n)
{
    if (a_load(&s->wanting, relaxed) > 0) /* not seen: who wants one has looked at the list since */
        n = INT_MAX;
    a_fetch_add(&s->spare_word, 1, release); /* pairs with the acquire in wait_for_core */
    futex_wake(&s->spare_word, n);
}

/* ---- a thread with pinned tasks, without a core; under the lock ---------------------------- */

static void set_wanting(sched *s, thread *self, bool wants)
{
    if (self->wants_core != wants)
        a_store(&s->wanting, s->wanting + (wants ? 1 : -1U), relaxed);
    self->wants_core = wants;
}

/* A holder's record is there: to end, it takes the lock. */
static void ask_for_core(sched *s)
{
    for (unsigned i = 0; i < s->core_count; i++) {
        core *c = s->cores[(s->asks + i) % s->core_count];
        thread *holder = a_load(&c->holder, acquire); /* pairs with worker_loop */
        if (!holder || a_load(&holder->revoked, relaxed))
            continue;
        a_fetch_or(&holder->revoked, THREAD_ASKED, relaxed); /* looked at between two runs */
        core_wake(c);
        s->asks++; /* the next one asks another */
        return;
    }
}

/* What it waits for at the most. */
static uint64_t want_core(sched *s, thread *self, uint64_t keep_until)
{
    bool wants = MODEL_BUG(2903, seat_is_ready(self), false);

    set_wanting(s, self, wants);
    if (wants)
        ask_for_core(s);
    if (wants)
        return clock_now() + ASK_AGAIN_NS;
    return seat_is_used(self) ? UINT64_MAX : keep_until;
}

static core *take_free_core(sched *s, thread *self)
{
    set_wanting(s, self, seat_is_ready(self));
    return s->wanting == 0 || self->wants_core ? pop_free_core(s) : NULL;
}

/* A spare's wait, as which it is counted already. NULL: the runtime stops, or nobody needed it for
 * a long time, and then it is not counted any more. */
static core *wait_for_core(thread *self, sched *s)
{
    uint64_t until = clock_now() + KEEP_ALIVE_NS;
    core *c = NULL;

    lock_take(&s->threads_lock);
    for (;;) {
        /* First: what comes after these looks changes it. Pairs with wake_spares, call_spares. */
        uint32_t word = a_load(&s->spare_word, acquire);
        if (stopping(s) || (c = take_free_core(s, self)) ||
            (clock_now() >= until && !seat_is_used(self)))
            break;
        if (MODEL_BUG(2905, false, true))
            word = a_load(&s->spare_word, acquire);
        uint64_t limit = want_core(s, self, until);
        lock_drop(&s->threads_lock);
        futex_wait(&s->spare_word, word, limit);
        lock_take(&s->threads_lock);
    }
    set_wanting(s, self, false);
    s->spare_count--;
    bool more = s->free_count > 0; /* others may have left them to us */
    lock_drop(&s->threads_lock);
    if (more)
        wake_spares(s, 1);
    return c;
}

static void become_spare(sched *s)
{
    lock_take(&s->threads_lock);
    s->spare_count++;
    lock_drop(&s->threads_lock);
}

/* A thread that ends while the runtime goes on: nobody joins it. */
static void leave_early(sched *s, worker_thread *w)
{
    lock_take(&s->threads_lock);
    worker_thread **link = &s->threads;
    while (*link && *link != w)
        link = &(*link)->next;
    bool mine = *link && !stopping(s); /* else: whoever stops the runtime joins it */
    if (mine) {
        *link = w->next;
        s->thread_count--;
    }
    lock_drop(&s->threads_lock);
    if (mine) {
        thread_detach_self();
        free(w);
    }
}

static void run_cores(thread *self, worker_thread *w)
{
    sched *s = w->sched;
    core *c = w->core;

    if (c && (c->special & CORE_BINDS))
        self->seat = c->seat;
    for (;;) {
        if (!c && !(c = wait_for_core(self, s)))
            return;
        self->core = c;
        worker_loop(self, stopping, s);
        seat_hold(self, NULL);
        become_spare(s);
        c = NULL;
    }
}

static void leave_seat(sched *s, thread *self)
{
    if (!self->seat)
        return;
    lock_take(&s->seats_lock);
    seat_leave(self->seat);
    lock_drop(&s->seats_lock);
    self->seat = NULL;
}

static void *worker_main(void *arg)
{
    worker_thread *w = arg;
    sched *s = w->sched;
    thread *self = thread_self();

    self->sched = s;
    context_init_thread(&self->loop);
    self->errno_place = edo_errno_location();
    overflow_init_thread();
    threads_join(self);
    thread_call_hook(self, s->opts.on_thread_start);
    run_cores(self, w);
    thread_call_hook(self, s->opts.on_thread_stop);
    threads_leave(self);
    overflow_fini_thread();
    context_fini_thread(&self->loop);
    leave_seat(s, self);
    leave_early(s, w);
    return NULL;
}

/* With the lock held, which it keeps: the thread can't end before it is on the list. */
static int start_locked(sched *s, core *c)
{
    worker_thread *w = malloc(sizeof *w);

    if (!w)
        return -ENOMEM;
    *w = (worker_thread){.next = s->threads, .sched = s, .core = c};
    int rc = thread_start(&w->id, worker_main, w, s->name ? s->name : "edo-worker");
    if (rc < 0) {
        free(w);
        return rc;
    }
    s->threads = w;
    s->thread_count++;
    if (!c)
        s->spare_count++; /* from now on: a starting one is on its way */
    return 0;
}

int worker_start(sched *s, core *c)
{
    lock_take(&s->threads_lock);
    int rc = start_locked(s, c);
    lock_drop(&s->threads_lock);
    return rc;
}

void worker_staff(sched *s)
{
    lock_take(&s->threads_lock);
    if (s->free_count > s->spare_count && s->thread_count < s->core_count + RELIEF_MOST)
        (void)start_locked(s, NULL); /* fails: the monitor tries again at its next look */
    lock_drop(&s->threads_lock);
}

void worker_offer(sched *s, core *c)
{
    lock_take(&s->threads_lock);
    push_free_core(s, c);
    lock_drop(&s->threads_lock);
    wake_spares(s, 1);
    worker_staff(s);
}

/* Under the lock, as the monitor decides under it whether to take the core away itself. */
bool worker_give(thread *self, core *c)
{
    sched *s = self->sched;

    lock_take(&s->threads_lock);
    bool mine = MODEL_BUG(509, !(a_load(&self->revoked, relaxed) & THREAD_REVOKED), true);
    if (c->run_seq & 1)
        a_store(&c->run_seq, c->run_seq + 1, relaxed);
    core_let_go(self, c);
    if (mine)
        push_free_core(s, c);
    lock_drop(&s->threads_lock);
    if (mine) {
        wake_spares(s, 1);
        worker_staff(s);
    }
    return mine;
}

/* As worker_loop takes one, but for a thread that is in a task. */
static void hold_again(thread *self, core *c)
{
    a_store(&self->revoked, 0, relaxed); /* nobody revokes a thread without a core */
    a_store(&c->run_seq, c->run_seq + 1, relaxed);
    self->core = c;
    a_store(&c->thread_id, thread_system_id(self), relaxed);
    /* Whoever acts on it has the lock as well; release for the monitor's look before that, as in
     * worker_loop. */
    a_store(&c->holder, self, release);
}

void worker_retake(thread *self, core *c)
{
    sched *s = self->sched;

    lock_take(&s->threads_lock);
    core **link = &s->free_cores;
    while (*link && *link != c)
        link = &(*link)->next_free;
    if (*link) {
        *link = c->next_free;
        s->free_count--;
        hold_again(self, c);
    }
    lock_drop(&s->threads_lock);
}

void worker_join_all(sched *s)
{
    wake_spares(s, INT32_MAX);
    idle_wake_all(s);
    for (;;) {
        lock_take(&s->threads_lock);
        worker_thread *w = s->threads;
        if (w)
            s->threads = w->next;
        lock_drop(&s->threads_lock);
        if (!w)
            return;
        thread_join(w->id);
        free(w);
    }
}
