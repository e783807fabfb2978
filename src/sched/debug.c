/* debug.c: notes that a debug build keeps about tasks: mutexes held, stacks lent, futures pending.
 */
#define EDO_NO_MUTEX_WATCH
#include "sched/debug.h"

#if EDO_DEBUG
#include <inttypes.h>
#include <stdlib.h>

#include <edo/debug.h>

#include "base/report.h"

struct held_mutex {
    struct held_mutex *next;
    pthread_mutex_t *mutex;
    const char *place;
};

static void note_locked(pthread_mutex_t *mutex, const char *place)
{
    task *t = thread_subject(thread_self());
    struct held_mutex *note;

    if (!t || !(note = malloc(sizeof *note)))
        return; /* unwatched: only a report is lost */
    *note = (struct held_mutex){.next = t->held, .mutex = mutex, .place = place};
    t->held = note;
    t->held_count++;
}

static void note_unlocked(pthread_mutex_t *mutex)
{
    task *t = thread_subject(thread_self());

    for (struct held_mutex **link = t ? &t->held : NULL; link && *link; link = &(*link)->next)
        if ((*link)->mutex == mutex) {
            struct held_mutex *note = *link;
            *link = note->next;
            t->held_count--;
            free(note);
            return;
        }
}

int edo_debug_mutex_lock(pthread_mutex_t *mutex, const char *place)
{
    int rc = pthread_mutex_lock(mutex);

    if (rc == 0)
        note_locked(mutex, place);
    return rc;
}

int edo_debug_mutex_trylock(pthread_mutex_t *mutex, const char *place)
{
    int rc = pthread_mutex_trylock(mutex);

    if (rc == 0)
        note_locked(mutex, place);
    return rc;
}

int edo_debug_mutex_unlock(pthread_mutex_t *mutex)
{
    note_unlocked(mutex);
    return pthread_mutex_unlock(mutex);
}

const char *debug_held_place(const task *t)
{
    return t->held ? t->held->place : "an unknown place";
}

void debug_forget_held(task *t)
{
    while (t->held) {
        struct held_mutex *note = t->held;
        t->held = note->next;
        free(note);
    }
    t->held_count = 0;
}

int debug_refuse_suspend(const task *t)
{
    report_misuse("task %" PRIu64 " (spawned at %s) awaits while it holds the pthread mutex that "
                  "it locked at %s: unlock it before the await, as the task may resume on another "
                  "thread",
                  t->id, t->place, debug_held_place(t));
    return -EDO_EMISUSE;
}

void debug_note_lender(task *child, const void *arg)
{
    task *self = thread_self()->task;

    if (!self || self->kind != TASK_STACKFUL || !self->stack || !arg)
        return;
    const stack *s = self->stack;
    if ((const char *)arg >= s->low && (const char *)arg < s->low + s->size) {
        a_store(&child->lender, self->id, relaxed);
        self->lent_stack = true;
    }
}

static void uncount_by_id(task *t, void *arg)
{
    edo_future *fut = arg;
    task_glimpse seen;

    if (task_look(t, &seen) && (uint32_t)seen.id == fut->gen)
        a_fetch_sub(&t->pending_futures, 1, relaxed);
}

/* fut->gen is the id of the task in which it is counted as pending; 0: in none. */
void debug_note_pending(edo_future *fut, int change)
{
    task *t = thread_self()->task;
    uint32_t id = t && t->kind == TASK_STACKFUL ? (uint32_t)t->id : 0;

    if (fut->gen && (change < 0 || fut->gen != id)) {
        if (fut->gen == id)
            a_fetch_sub(&t->pending_futures, 1, relaxed);
        else
            task_slab_walk(uncount_by_id, fut);
        fut->gen = 0;
    }
    if (change > 0 && id && !fut->gen) {
        a_fetch_add(&t->pending_futures, 1, relaxed);
        fut->gen = id;
    }
}

/* --- at the process's end -------------------------------------------------------------------- */

#define ALIVE_NAMED_MOST 10

static void name_alive(task *t, void *arg)
{
    unsigned *count = arg;
    task_glimpse seen;

    if (!task_look(t, &seen) || t == thread_self()->task || /* it ends the process */
        a_load(&t->forks, relaxed) != (uint16_t)fork_count())
        return;
    if (++*count <= ALIVE_NAMED_MOST)
        report_misuse("the process ends while task %" PRIu64 " (spawned at %s) is alive: free its "
                      "runtime first, which waits for it",
                      seen.id, seen.place);
}

__attribute__((destructor)) static void name_all_alive(void)
{
    unsigned count = 0;

    task_slab_walk(name_alive, &count);
    if (count > ALIVE_NAMED_MOST)
        report_misuse("and %u more tasks are", count - ALIVE_NAMED_MOST);
}
#endif
