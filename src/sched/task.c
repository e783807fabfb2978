/*
 * task.c: the transitions of a task's state word that are not the worker's, and the header's life.
 *
 * Join   ARMED is the lock of the join's waker. The joiner writes the waker, then sets ARMED while
 *        COMPLETE is not set. The completer sets COMPLETE and reads ARMED in one read-modify-write;
 *        if it was set, it reads the waker, marks, and clears ARMED as its last touch. A joiner
 * that finds COMPLETE after it had armed waits until ARMED is clear. Its reference keeps the
 * header.
 */
#include "sched/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/chaos.h"
#include "base/report.h"
#include "sched/sched.h"

static bool mark_borrowed(void *data)
{
    return task_mark(data, 0);
}

static void push_borrowed(void *data)
{
    task_push(data);
}

static int clone_waker(void *data, edo_waker *ret_clone);

static void drop_counted(void *data)
{
    task_unref(data);
}

const struct edo_waker_ops task_waker_ops = {
    .mark = mark_borrowed,
    .push = push_borrowed,
    .clone = clone_waker,
};

static const struct edo_waker_ops counted_task_waker_ops = {
    .mark = mark_borrowed,
    .push = push_borrowed,
    .clone = clone_waker,
    .drop = drop_counted,
};

static int clone_waker(void *data, edo_waker *ret_clone)
{
    task_ref(data);
    *ret_clone = (edo_waker){.ops = &counted_task_waker_ops, .data = data};
    return 0;
}

bool task_mark(task *t, uint64_t bit)
{
    /* acq_rel: what the waker wrote is seen by the run that this causes. Never skipped because
     * NOTIFIED "is set already": the run that clears it may have begun before our write. */
    return state_owns_enqueue(a_fetch_or(&t->state, TASK_NOTIFIED | bit, acq_rel));
}

void task_ref(task *t)
{
    a_fetch_add(&t->state, TASK_REF, relaxed); /* who calls has one, or borrows under a lock */
}

bool task_look(task *t, task_glimpse *ret)
{
    uint64_t word = a_load(&t->state, acquire); /* pairs with the publication in task_new */

    *ret = (task_glimpse){
        .state = word,
        .sched = a_load(&t->sched, acquire), /* acquire: the second look comes after these */
        .id = a_load(&t->id, acquire),
        .place = a_load(&t->place, acquire),
    };
    return !(word & TASK_COMPLETE) && state_gen(a_load(&t->state, relaxed)) == state_gen(word);
}

/* Whether the calling thread owns the cache that the header goes back to. */
static void give_back(task *t)
{
    thread *self = thread_self();
    core *c = self->core && t->home == &self->core->tasks ? core_enter(self) : NULL;

    task_slab_put(t, c != NULL);
    core_leave(self, c);
}

static void task_free(task *t)
{
    uint32_t gen = state_gen(a_load(&t->state, relaxed)); /* we are the last */

    free(t->name);
    free(t->far_copy);
    a_store(&t->sched, NULL, relaxed);
    if (gen == UINT32_MAX)
        return; /* its generations are used up: never given out again */
    /* release: a stale handle that reads the new generation reads nothing of the old life. */
    a_store(&t->state, ((uint64_t)(gen + 1) << TASK_GEN_SHIFT) | TASK_COMPLETE, release);
    give_back(t);
}

void task_unref_with(task *t, uint64_t bits)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (state_refs(a_fetch_sub(&t->state, TASK_REF + bits, acq_rel)) == 1)
        task_free(t);
}

void task_unref(task *t)
{
    task_unref_with(t, 0);
}

static uint64_t next_id(core *c)
{
    static uint64_t ids; /* atomic: the last one given out in the process */

    if (!c)
        return a_fetch_add(&ids, 1, relaxed) + 1;
    if (c->next_id == c->last_id) {
        c->next_id = a_fetch_add(&ids, 32, relaxed);
        c->last_id = c->next_id + 32;
    }
    return ++c->next_id;
}

/* Bytes of copied argument that the header itself holds. */
static size_t copy_room(const task *t, enum task_kind kind)
{
    return task_slab_room(t) - (kind == TASK_STACKFUL ? offsetof(task_frame, copy) : 0);
}

void *task_copy_place(task *t, size_t copy_size)
{
    if (copy_size > copy_room(t, t->kind))
        return t->far_copy;
    return t->kind == TASK_STACKFUL ? t->frame.copy : t->copy;
}

/* Everything but the state word, which still says that it is free. */
static void fill_in(task *t, sched *s, core *owner, const char *place)
{
    uint8_t slab = t->slab;

    memset((char *)t + offsetof(task, fn), 0, offsetof(task, copy) - offsetof(task, fn));
    t->slab = slab;
    t->next = NULL;
    t->frame.stack = NULL;
    t->last_core = UINT16_MAX;
    t->forks = (uint16_t)s->fork_count;
    a_store(&t->sched, s, relaxed); /* these are published by the state word */
    a_store(&t->id, next_id(owner), relaxed);
    a_store(&t->place, place, relaxed);
#if EDO_DEBUG
    a_store(&t->lender, 0, relaxed);
    a_store(&t->pending_futures, 0, relaxed);
#endif
}

int task_new(sched *s, task_cache *cache, core *owner, enum task_kind kind, size_t copy_size,
             const char *place, bool with_handle, task **ret)
{
    task *t = task_slab_get(cache, copy_size);
    void *far_copy = NULL;

    if (!t)
        return -ENOMEM;
    if (copy_size > copy_room(t, kind) && !(far_copy = malloc(copy_size))) {
        task_slab_put(t, true);
        return -ENOMEM;
    }
    fill_in(t, s, owner, place);
    t->kind = (uint8_t)kind;
    t->far_copy = far_copy;
    uint64_t gen = state_gen(a_load(&t->state, relaxed)); /* nobody changes a free one's */
    uint64_t word = gen << TASK_GEN_SHIFT | TASK_NOTIFIED | TASK_REF;
    if (with_handle)
        word += TASK_HANDLE + TASK_REF;
    /* release: pairs with the acquire in task_look. */
    a_store(&t->state, word, release);
    *ret = t;
    return 0;
}

void task_discard(task *t)
{
    task_free(t); /* nobody else has a reference: the handle was never given out */
}

/* The joiner's waker is ours while ARMED is set; clearing it is our last touch. */
static void wake_joiner(task *t)
{
    edo_waker waker = t->join_waker;
    bool owed = waker.ops->mark(waker.data);

    chaos_point();
    a_fetch_and(&t->state, ~TASK_ARMED, release); /* pairs with the acquire in join's wait */
    if (!owed)
        return;
    if (waker.ops == &task_waker_ops)
        task_push_back(waker.data); /* then one wake serves a batch of joins */
    else
        waker.ops->push(waker.data);
}

void task_complete(task *t)
{
    if (t->far_copy) { /* dead with the function, whoever holds the header */
        free(t->far_copy);
        t->far_copy = NULL;
    }
    /* acquire: pairs with the unref of a handle that was dropped elsewhere. With one reference,
     * ours, nobody else can touch it. */
    if (state_refs(a_load(&t->state, acquire)) == 1) {
        task_free(t);
        return;
    }
    chaos_point();
    /* acq_rel: publishes the result and all that the task wrote to the joiner. */
    uint64_t old = a_fetch_add(&t->state, TASK_COMPLETE - TASK_RUNNING - TASK_REF, acq_rel);
    if (old & TASK_ARMED)
        wake_joiner(t);
    else if (state_refs(old) == 1)
        task_free(t);
}
