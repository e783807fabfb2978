/*
 * seat.c: pinned tasks: they become ready at the seat of their thread, which looks there between any
 * two runs, and nobody else takes them.
 *
 * Own list     of the thread's: what it pushes itself takes no lock, whether it has a core or not.
 * No lost      A push to `remote` comes before the look at seat->core; the thread writes that before
 *   wake-up    it looks at `remote`. All are seq_cst: so the thread finds the task, or the pusher finds
 *              the core that it is about to sleep in, whose wake is kept; or NULL, and then the spare
 *              threads are called. A core that has another holder by now is woken for nothing.
 * Rounds       Pinned tasks and the others take turns, as many at a time as stand there: so one that
 *              yields lets the others run.
 * A driver     of a current-thread runtime has its seat for as long as it drives; a thread that comes
 *              back finds it by its number. A seat without users is anybody's.
 */
#include "sched/seat.h"

#include <limits.h>
#include <stdlib.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/futex.h"
#include "sched/local_set.h"

/* Runs of one round at the most. */
#define ROUND_MOST 64

/* ---- a thread's seat ----------------------------------------------------------------------- */

uint64_t thread_number(thread *self)
{
    static uint64_t numbers; /* atomic */

    if (!self->number)
        self->number = a_fetch_add(&numbers, 1, relaxed) + 1;
    return self->number;
}

/* With seats_lock held. */
static seat *owned_by(sched *s, uint64_t number)
{
    seat *st = s->seats;

    while (st && st->owner != number)
        st = st->next;
    return st;
}

/* One that nobody needs: its thread has ended, or drives no more. With seats_lock held. */
static seat *left_over(sched *s)
{
    seat *st = s->seats;

    while (st && (a_load(&st->users, acquire) > 0 || (s->multi && st->owner)))
        st = st->next;
    return st;
}

static seat *add_seat(sched *s)
{
    seat *st = calloc(1, sizeof *st);

    if (st) {
        st->next = s->seats;
        a_store(&s->seats, st,
                relaxed); /* others look under the lock, or only whether there is one */
    }
    return st;
}

seat *seat_new(sched *s)
{
    lock_take(&s->seats_lock);
    seat *st = add_seat(s);
    lock_drop(&s->seats_lock);
    return st;
}

seat *seat_find(sched *s, thread *self)
{
    if (!a_load(&s->seats, relaxed)) /* a guess: one of this thread's it has seen itself */
        return NULL;
    lock_take(&s->seats_lock);
    seat *st = owned_by(s, thread_number(self));
    lock_drop(&s->seats_lock);
    return st;
}

seat *thread_seat(thread *self)
{
    sched *s = self->sched;

    if (self->seat)
        return self->seat;
    lock_take(&s->seats_lock);
    seat *st = left_over(s);
    if (!st)
        st = add_seat(s);
    if (st)
        st->owner = thread_number(self);
    lock_drop(&s->seats_lock);
    if (!st)
        return NULL;
    core *c = core_enter(self);
    self->seat = st;
    seat_hold(self, c);
    core_leave(self, c);
    return st;
}

void seat_leave(seat *st)
{
    st->owner = 0;
    a_store(&st->core, NULL, relaxed); /* it has no users, and so nobody who pushes */
}

void seats_free(sched *s)
{
    for (seat *st = s->seats, *next; st; st = next) {
        next = st->next;
        free(st);
    }
}

void seats_take_over(sched *s, thread *self)
{
    if (!a_load(&s->seats, relaxed)) /* no task is pinned; and none will be by another thread */
        return;
    a_store(&s->seats_taken, true, seq_cst); /* before the look at them; pairs with wake_thread */
    if (!self->seat)
        self->seat = s->seats;
    seat_hold(self, self->core);
}

/* ---- becoming ready ------------------------------------------------------------------------ */

static void push_own(seat *st, task *first, task *last, uint64_t n)
{
    last->next = NULL;
    if (st->own)
        st->last_own->next = first;
    else
        st->own = first;
    st->last_own = last;
    st->own_count += n;
}

/* NULL: its set is bound to no thread yet. */
static seat *seat_of(const task *t)
{
    const task_extra *extra = t->extra;

    if (extra && extra->seat)
        return extra->seat;
    if (extra && extra->set)
        return a_load(&extra->set->seat, acquire);                /* pairs with local_set_bind */
    return a_load(&t->sched, relaxed)->cores[t->last_core]->seat; /* migration is off */
}

/* The thread has no core: it is a spare. Those wait for one word. */
static void call_spares(sched *s)
{
    a_fetch_add(&s->spare_word, 1, release); /* pairs with the acquire in wait_for_core */
    futex_wake(&s->spare_word, INT_MAX);
}

void seat_give_up(sched *s, seat *st)
{
    /* seq_cst: lowered before the look at its thread, who gives its core up before it looks at this, in
     * seat_is_used: one of them sees the other. As a release it pairs with left_over. */
    if (a_fetch_sub(&st->users, 1, MODEL_BUG(2906, seq_cst, release)) == 1 && s->multi &&
        !a_load(&st->core, MODEL_BUG(2907, seq_cst, relaxed)))
        call_spares(s); /* one that stayed for its seat alone may end */
}

static void wake_thread(sched *s, seat *st)
{
    core *c = a_load(&st->core, MODEL_BUG(2901, seq_cst, relaxed)); /* after the push: see above */

    if (c)
        core_wake(c);
    else if (s->multi)
        MODEL_BUG(2902, call_spares(s), (void)0);
    else if (a_load(&s->seats_taken, seq_cst)) /* else its thread looks when it drives again */
        core_wake(s->cores[0]);
}

static void push_remote(sched *s, seat *st, task *t, bool counted)
{
    if (counted)
        a_fetch_add(&s->remote_schedules, 1, relaxed);
    chaos_point();
    inject_push_list(&st->remote, t, t, 1);
    chaos_point();
    wake_thread(s, st);
}

void seat_push(task *t)
{
    thread *self = thread_self();
    sched *s = a_load(&t->sched, relaxed); /* ours: we own the enqueue */
    seat *st = seat_of(t);

    if (likely(st && st == self->seat)) {
        push_own(st, t, t, 1);
        return;
    }
    sched_ref(s); /* the task may end, and the runtime, as soon as it is pushed */
    if (st || (st = local_set_keep(t)))
        push_remote(s, st, t, self->sched != s);
    sched_unref(s);
}

/* ---- the loop's side ----------------------------------------------------------------------- */

static void collect(seat *st)
{
    uint64_t n;
    task *last, *first = inject_pop_list(&st->remote, UINT64_MAX, &n);

    if (!first)
        return;
    for (last = first; last->next;)
        last = last->next;
    push_own(st, first, last, n);
}

static task *pop_own(seat *st)
{
    task *t = st->own;

    if (t) {
        st->own = t->next;
        st->own_count--;
    }
    return t;
}

/* The next that may run: tasks of sets that nobody drives go to their sets. */
static task *take(seat *st)
{
    task *t;

    collect(st);
    while ((t = pop_own(st)) && t->extra && t->extra->set && !local_set_admits(t->extra->set, t))
        ;
    return t;
}

/* At the end of a current-thread runtime. */
static task *take_of_all(sched *s)
{
    task *t = NULL;

    lock_take(&s->seats_lock); /* order: before those of sets */
    for (seat *st = s->seats; st && !t; st = st->next)
        t = take(st);
    lock_drop(&s->seats_lock);
    return t;
}

static task *take_pinned(seat *st, sched *s)
{
    return unlikely(a_load(&s->seats_taken, relaxed)) ? take_of_all(s) : take(st);
}

static unsigned round_of(uint64_t n)
{
    return n < ROUND_MOST ? (unsigned)n : ROUND_MOST;
}

/* A new round, of the other kind. */
static void turn_over(seat *st, const core *c)
{
    st->others_round = !st->others_round;
    st->left = round_of(st->others_round ? 1 + run_queue_len(&c->queue) + inject_len(&c->overflow) +
                                               c->yielded_count
                                         : 1 + st->own_count + inject_len(&st->remote));
}

task *seat_next_task(thread *self, core *c, task *(*next_other)(core *c))
{
    seat *st = self->seat;
    task *t;

    if (st->left == 0)
        turn_over(st, c);
    st->left--;
    t = st->others_round ? next_other(c) : take_pinned(st, c->sched);
    if (t)
        return t;
    st->left = 0; /* nobody of these is left */
    return st->others_round ? take_pinned(st, c->sched) : next_other(c);
}

/* ---- pins ---------------------------------------------------------------------------------- */

int task_pin(thread *self, task *t)
{
    int rc = task_need_extra(t);

    if (rc < 0)
        return rc;
    if (t->extra->pins == 0) {
        seat *st = thread_seat(self);
        if (!st)
            return -ENOMEM;
        a_fetch_add(&st->users, 1, relaxed); /* by its thread, who alone asks */
        t->extra->seat = st;
        t->pinned = true;
    }
    t->extra->pins++;
    return 0;
}

void task_move_pin(task *t, seat *st)
{
    a_fetch_sub(&t->extra->seat->users, 1, release); /* pairs with left_over */
    a_fetch_add(&st->users, 1, relaxed);             /* a set of its thread's is one already */
    t->extra->seat = st;
}

void task_unpin(task *t)
{
    if (--t->extra->pins > 0)
        return;
    a_fetch_sub(&t->extra->seat->users, 1, release); /* pairs with left_over */
    t->extra->seat = NULL;
    t->pinned = t->extra->set != NULL; /* where nothing migrates, leaving its run pins it again */
}
