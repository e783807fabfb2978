/*
 * local_set.c: the tasks of a local set, from their spawn to their end.
 *
 * Ready      While the set is driven its tasks are pinned tasks like others, of its seat. One that is
 *            popped otherwise goes to `waiting`, under the lock, under which a drive begins: so the
 *            drive finds it, or it finds the drive.
 * No thread  Before its first drive a set has no seat, and its new tasks wait likewise.
 * Shutdown   sets `down`, lets every thread pass a fence, and then takes each set's lock: so whoever
 *            puts a task into `waiting` sees `down`, or the shutdown finds the task.
 * The end    A task leaves the list before it completes, as nobody may mark it afterwards; it leaves
 *            the count when it can be joined, and then those are told who wait for the last.
 */
#include "sched/local_set.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/report.h"
#include "future/wake.h"

/* ---- the object ---------------------------------------------------------------------------- */

int local_set_new(sched *s, edo_on_failure on_failure, local_set **ret)
{
    local_set *set = calloc(1, sizeof *set);

    if (!set)
        return -ENOMEM;
    set->refs = 1;
    set->on_failure = on_failure;
    set->sched = sched_ref(s);
    lock_take(&s->seats_lock);
    set->next = s->local_sets;
    set->link = &s->local_sets;
    if (set->next)
        set->next->link = &set->next;
    s->local_sets = set;
    lock_drop(&s->seats_lock);
    *ret = set;
    return 0;
}

static void unref(local_set *set)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&set->refs, 1, acq_rel) != 1)
        return;
    sched_unref(set->sched);
    free(set);
}

void local_set_free(local_set *set)
{
    sched *s = set->sched;

    lock_take(&s->seats_lock);
    *set->link = set->next;
    if (set->next)
        set->next->link = set->link;
    lock_drop(&s->seats_lock);
    if (set->seat)
        seat_give_up(s, set->seat);
    unref(set);
}

int local_set_bind(local_set *set, thread *self)
{
    if (a_load(&set->seat, acquire)) /* pairs with the release below */
        return 0;
    seat *st = thread_seat(self);
    if (!st)
        return -ENOMEM;
    lock_take(&set->lock);
    if (MODEL_BUG(2908, !set->seat, true)) {
        a_fetch_add(&st->users, 1, relaxed); /* by its thread, who alone asks */
        a_store(&set->seat, st, release);
    }
    lock_drop(&set->lock);
    return 0;
}

bool local_set_is_here(const local_set *set, const thread *self)
{
    return self->seat && self->seat == a_load(&set->seat, acquire); /* pairs with local_set_bind */
}

/* ---- tasks that are ready ------------------------------------------------------------------ */

/* With the lock held. */
static void keep(local_set *set, task *t)
{
    t->next = NULL;
    if (set->waiting)
        set->last_waiting->next = t;
    else
        set->waiting = t;
    set->last_waiting = t;
}

/* Whether its tasks run; with the lock held. */
static bool runs(const local_set *set)
{
    return set->driven > 0 || set->closing || a_load(&set->sched->down, relaxed); /* see above */
}

bool local_set_admits_slow(local_set *set, task *t)
{
    lock_take(&set->lock);
    bool admits = runs(set);
    if (!admits)
        keep(set, t);
    lock_drop(&set->lock);
    return admits;
}

seat *local_set_keep(task *t)
{
    local_set *set = t->extra->set;

    lock_take(&set->lock);
    seat *st = set->seat;
    bool keeps = !st && !runs(set);
    if (keeps)
        keep(set, t);
    lock_drop(&set->lock);
    if (!st && !keeps) { /* it has never run, and nothing binds it to a thread */
        t->pinned = false;
        task_inject(t);
    }
    return st;
}

/* With the lock held. */
static task *take_waiting(local_set *set)
{
    task *first = set->waiting;

    set->waiting = NULL;
    return first;
}

static void push_all(task *t)
{
    for (task *next; t; t = next) {
        next = t->next;
        seat_push(t);
    }
}

static void link_drive(local_set *set, local_drive *drive)
{
    drive->next = set->drives;
    drive->link = &set->drives;
    if (drive->next)
        drive->next->link = &drive->next;
    set->drives = drive;
}

static void unlink_drive(local_drive *drive)
{
    *drive->link = drive->next;
    if (drive->next)
        drive->next->link = drive->link;
}

void local_set_drive(local_set *set, local_drive *drive)
{
    lock_take(&set->lock);
    if (drive)
        link_drive(set, drive);
    if (set->driven == 0)
        set->failed = false;
    a_store(&set->driven, set->driven + 1, relaxed); /* written under the lock */
    task *ready = take_waiting(set);
    lock_drop(&set->lock);
    push_all(ready);
}

bool local_set_rest(local_set *set, local_drive *drive)
{
    lock_take(&set->lock);
    if (drive)
        unlink_drive(drive);
    a_store(&set->driven, set->driven - 1, relaxed);
    bool failed = set->failed;
    lock_drop(&set->lock);
    return failed;
}

/* ---- tasks from first to last -------------------------------------------------------------- */

int local_set_adopt(local_set *set, task *t)
{
    task_extra *extra = t->extra;

    lock_take(&set->lock);
    bool closing = set->closing;
    if (!closing) {
        extra->set = extra->around = set;
        extra->set_next = set->tasks;
        extra->set_link = &set->tasks;
        if (extra->set_next)
            extra->set_next->extra->set_link = &extra->set_next;
        set->tasks = t;
        a_store(&set->live, set->live + 1, relaxed);
        t->pinned = true;
    }
    lock_drop(&set->lock);
    if (closing)
        return -ECANCELED;
    a_fetch_add(&set->refs, 1, relaxed); /* who spawns has one, or is a task of it */
    return 0;
}

void local_set_forget(local_set *set, task *t)
{
    task_extra *extra = t->extra;

    lock_take(&set->lock);
    *extra->set_link = extra->set_next;
    if (extra->set_next)
        extra->set_next->extra->set_link = extra->set_link;
    lock_drop(&set->lock);
}

/* Out of the list, and marked; with the lock held. */
static void tell_waits(local_set *set, wakes *owed)
{
    for (local_wait *wait; (wait = set->waits) && !wakes_full(owed);) {
        set->waits = wait->next;
        if (wait->next)
            wait->next->link = &set->waits;
        wait->link = NULL;
        wakes_add(owed, &wait->waker);
    }
}

void local_set_ended(local_set *set)
{
    wakes owed;

    wakes_init(&owed);
    chaos_point();
    lock_take(&set->lock);
    a_store(&set->live, set->live - 1, release); /* pairs with the owner's look */
    for (bool all_told = set->live > 0; !all_told; lock_take(&set->lock)) {
        tell_waits(set, &owed);
        all_told = !set->waits;
        lock_drop(&set->lock);
        wakes_push(&owed);
    }
    lock_drop(&set->lock);
    unref(set);
}

/* Those that are owed a push, linked; with the lock held. */
static task *mark_all(local_set *set)
{
    task *owed = NULL;

    for (task *t = set->tasks; t; t = t->extra->set_next)
        if (task_mark(t, TASK_CANCELED)) {
            t->next = owed;
            owed = t;
        }
    return owed;
}

/* One that is to be cancelled, if it has a push coming; with the lock held. */
static task *cancel_drive(local_drive *drive)
{
    if (a_load(&drive->canceled, relaxed))
        return NULL;
    a_store(&drive->canceled, 1, release); /* pairs with scope_why */
    return task_mark(drive->task, 0) ? drive->task : NULL;
}

void local_set_fail(local_set *set)
{
    task *owed;

    if (set->on_failure != EDO_FAILURE_SHUTDOWN)
        return;
    lock_take(&set->lock);
    set->failed = true;
    owed = mark_all(set);
    for (local_drive *drive = set->drives; drive; drive = drive->next) {
        task *t = cancel_drive(drive);
        if (!t)
            continue;
        t->next = owed;
        owed = t;
    }
    lock_drop(&set->lock);
    for (task *next; owed; owed = next) {
        next = owed->next;
        owed->next = NULL;
        task_push_back(owed);
    }
}

void local_set_close(local_set *set)
{
    lock_take(&set->lock);
    set->closing = true;
    task *waiting = take_waiting(set), *owed = mark_all(set);
    lock_drop(&set->lock);
    push_all(waiting);
    push_all(owed);
}

/* Those that wait need no drive any more. */
static void let_go(local_set *set)
{
    lock_take(&set->lock);
    task *waiting = take_waiting(set);
    lock_drop(&set->lock);
    push_all(waiting);
}

void local_sets_release(sched *s)
{
    lock_take(&s->seats_lock); /* order: before those of sets */
    for (local_set *set = s->local_sets; set; set = set->next)
        let_go(set);
    lock_drop(&s->seats_lock);
}

/* ---- waiting for the last ------------------------------------------------------------------ */

bool local_set_stay(local_set *set, local_wait *wait, const edo_waker *waker)
{
    lock_take(&set->lock);
    bool stays = set->live > 0;
    wait->waker = *waker;
    if (stays && !wait->link) {
        wait->next = set->waits;
        wait->link = &set->waits;
        if (wait->next)
            wait->next->link = &wait->next;
        set->waits = wait;
    }
    lock_drop(&set->lock);
    return stays;
}

void local_set_go(local_set *set, local_wait *wait)
{
    lock_take(&set->lock);
    if (wait->link) {
        *wait->link = wait->next;
        if (wait->next)
            wait->next->link = wait->link;
        wait->link = NULL;
    }
    lock_drop(&set->lock);
}

/* ---- where a spawn goes -------------------------------------------------------------------- */

static local_set *set_around(const thread *self)
{
    const task *t = self->task;

    if (t)
        return t->extra ? t->extra->around : NULL;
    return self->on_behalf ? NULL : self->around;
}

int local_target(thread *self, const edo_spawn_opts *opts, sched **s, local_set **ret)
{
    local_set *set = opts->local_set;

    if (!set && !opts->on)
        set = set_around(self);
    if (set)
        *s = set->sched;
    *ret = set;
    if (set || !*s) /* nowhere: the spawn itself says so */
        return 0;
    if ((*s)->is_local && (*s)->owner == thread_number(self))
        return 0;
    report_misuse("a local task needs a local set around it, or a local runtime on this thread: "
                  "spawn it in edo_local_set_run_until, or name the set in the options");
    return -EDO_EMISUSE;
}
