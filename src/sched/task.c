/*
 * task.c: the transitions of a task's state word that are not the worker's, and the header's life.
 *
 * Join   ARMED is the lock of the join's waker. The joiner writes the waker, then sets ARMED while
 *        COMPLETE is not set. The completer sets COMPLETE and reads ARMED in one read-modify-write;
 *        if it was set, it reads the waker, marks, and says waker_is_free as its last touch. A
 *        joiner that finds COMPLETE after it had armed waits for that. Its reference keeps the
 *        header. ARMED stays set, and goes with the handle: a plain store is cheaper to say it by.
 */
#include "sched/task_new.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/report.h"
#include "sched/failure.h"
#include "sched/local_set.h"

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
    if (!task_ref(data))
        return -ENOMEM;
    *ret_clone = (edo_waker){.ops = &counted_task_waker_ops, .data = data};
    return 0;
}

bool task_mark(task *t, uint64_t bit)
{
    uint64_t word = a_load(&t->state, relaxed); /* a guess: the exchange verifies it */

    /* release: what the waker wrote is seen by the run that takes the mark. acquire: we hand on what
     * was saved as it became idle. Never skipped because NOTIFIED "is set already": the run that
     * takes it may have begun before our write. */
    do {
        if (MODEL_BUG(301, false, word & TASK_NOTIFIED))
            return false;
    } while (!a_cas_weak(&t->state, &word, state_woken(word) | bit,
                         MODEL_BUG(302, acq_rel, relaxed), relaxed));
    return state_owns_enqueue(word);
}

bool task_ref(task *t)
{
    /* relaxed: who calls has one, or borrows under a lock, so it is not the last that is given back */
    bool fits = state_refs(a_fetch_add(&t->state, TASK_REF, relaxed)) < TASK_REFS_MAX;

    if (unlikely(!fits))
        a_fetch_sub(&t->state, TASK_REF, relaxed);
    return fits;
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

/* By a thread that may or may not own the cache that the header goes back to. */
static noinline void give_back(task *t)
{
    thread *self = thread_self();
    core *c = self->core && task_slab_home(t) == &self->core->tasks ? core_enter(self) : NULL;

    task_slab_put(t, c != NULL);
    core_leave(self, c);
}

void task_free(task *t, core *inside)
{
    uint32_t gen = state_gen(a_load(&t->state, relaxed)); /* we are the last */

    a_store(&t->sched, NULL, relaxed);
    if (gen == UINT32_MAX)
        return; /* its generations are used up: never given out again */
    /* release: a stale handle that reads the new generation reads nothing of the old life. */
    a_store(&t->state, ((uint64_t)(gen + MODEL_BUG(303, 1, 0)) << TASK_GEN_SHIFT) | TASK_COMPLETE,
            release);
    if (likely(inside && task_slab_home(t) == &inside->tasks))
        task_slab_put(t, true);
    else
        give_back(t);
}

void task_unref_with(task *t, uint64_t bits)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (state_refs(a_fetch_sub(&t->state, TASK_REF + bits, MODEL_BUG(304, acq_rel, relaxed))) == 1)
        task_free(t, NULL);
}

void task_unref(task *t)
{
    task_unref_with(t, 0);
}

noinline uint64_t task_next_id_slow(core *c)
{
    static uint64_t ids; /* atomic: the last one given out in the process */

    if (!c)
        return a_fetch_add(&ids, 1, relaxed) + 1;
    c->next_id = a_fetch_add(&ids, 32, relaxed);
    c->last_id = c->next_id + 32;
    return ++c->next_id;
}

static bool copy_has_room(const task *t, enum task_kind kind, size_t copy_size)
{
    return copy_size <= task_slab_size(t) - task_header_size(kind);
}

void *task_copy_place(task *t, size_t copy_size)
{
    return copy_has_room(t, t->kind, copy_size) ? (char *)t + task_header_size(t->kind)
                                                : t->extra->copy;
}

static int new_extra(size_t copy_size, task_extra **ret)
{
    task_extra *extra = malloc(sizeof *extra + copy_size);

    if (!extra)
        return -ENOMEM;
    memset(extra, 0, sizeof *extra);
    *ret = extra;
    return 0;
}

int task_need_extra(task *t)
{
    return t->extra ? 0 : new_extra(0, &t->extra);
}

/* The extra part of a new task that has one, or whose copy has no room in `t`. 0 or -ENOMEM. */
static int extra_for(const task *t, const spawn_request *req, task_extra **ret)
{
    bool is_far = !copy_has_room(t, req->kind, req->copy_size);

    return req->with_extra || is_far ? new_extra(is_far ? req->copy_size : 0, ret) : 0;
}

/* It stands in the place of a join whose waker is published: its end is told to the keeper instead. */
static const struct edo_waker_ops task_keeper_ops;

/* A header for so large a copy; NULL: no memory. */
static task *new_header(task_cache *cache, const spawn_request *req)
{
    size_t size = task_header_size(req->kind);

    if (unlikely(req->copy_size > SIZE_MAX / 2)) /* nobody has it, and sums would wrap */
        return NULL;
    return task_slab_get(cache, task_slab_class(req->kind, size + req->copy_size));
}

int task_new(sched *s, task_cache *cache, core *owner, const spawn_request *req, task **ret)
{
    task_extra *extra = NULL;
    task *t = new_header(cache, req);

    if (unlikely(!t))
        return -ENOMEM;
    if (unlikely(req->with_extra || req->copy_size) && extra_for(t, req, &extra) < 0) {
        task_slab_put(t, true);
        return -ENOMEM;
    }
    task_fill_in(t, s, owner, req->kind, req->place);
    t->extra = extra;
    uint64_t bits = req->with_handle ? TASK_HANDLE + TASK_REF : 0;
    if (unlikely(req->keeper)) {
        t->join_waker = (edo_waker){.ops = &task_keeper_ops, .data = req->keeper};
        t->kept = true;
        bits += TASK_JOINING | TASK_ARMED;
    }
    task_publish(t, bits);
    *ret = t;
    return 0;
}

static void free_extra(task_extra *extra)
{
    free(extra->slots);
    free(extra);
}

void task_discard(task *t)
{
    if (t->extra)
        free_extra(t->extra);
    task_free(t, NULL); /* nobody else has a reference: the handle was never given out */
}

/* The joiner's waker is ours until we say that it is free, which is our last touch. */
static void wake_joiner(task *t)
{
    if (MODEL_BUG(305, false, true))
        a_store(&t->waker_is_free, true, release);
    edo_waker waker = t->join_waker;
    bool owed = waker.ops->mark(waker.data);

    chaos_point();
    /* Pairs with the acquire in join's wait. */
    a_store(&t->waker_is_free, true, MODEL_BUG(306, release, relaxed));
    if (!owed)
        return;
    if (waker.ops == &task_waker_ops)
        task_push_back(waker.data); /* then one wake serves a batch of joins */
    else
        waker.ops->push(waker.data);
}

/* Who hears of the end of a task that has an extra part. */
typedef struct listeners {
    task_hook *hook;
    local_set *set;
} listeners;

/* Dead with the function, whoever holds the header. */
static noinline listeners end_extra(task *t)
{
    task_extra *extra = t->extra;
    listeners heard = {extra->hook, extra->set};

    while (unlikely(extra->pins > 0)) /* it has not unpinned itself */
        task_unpin(t);
    if (unlikely(heard.set))
        local_set_forget(heard.set, t);
    t->extra = NULL;
    free_extra(extra);
    return heard;
}

static noinline void tell(listeners heard, bool lost)
{
    if (unlikely(lost && heard.set))
        local_set_fail(heard.set);
    if (heard.hook)
        heard.hook->ended(heard.hook, NULL);
    if (heard.set)
        local_set_ended(heard.set);
}

static void tell_keeper(task *t)
{
    task_keeper *keeper = t->join_waker.data;

    keeper->hook.ended(&keeper->hook, t); /* the handle's reference is its own */
}

/* Others know of it: its handle, or whoever woke it. Returns the state before. */
static inline uint64_t complete_known(task *t, core *inside)
{
    chaos_point();
    /* acq_rel: publishes the result and all that the task wrote to the joiner. */
    uint64_t old = a_fetch_add(&t->state, TASK_COMPLETE - TASK_ACTIVE - TASK_REF,
                               MODEL_BUG(308, acq_rel, relaxed));
    if (old & TASK_ARMED) {
        if (t->join_waker.ops == &task_keeper_ops) /* there before it first ran */
            tell_keeper(t);
        else
            wake_joiner(t);
    } else if (state_refs(old) == 1)
        task_free(t, inside);
    return old;
}

/* With an error, of which perhaps nobody hears. True: so it is. */
static noinline bool complete_failed(task *t)
{
    sched *s = a_load(&t->sched, relaxed); /* it waits for the end to be counted */

    a_fetch_add(&t->state, TASK_REF, relaxed); /* never too many: there is room beyond the limit */
    if (a_load(&t->state, relaxed) & TASK_HANDLE)
        failure_expect(s);
    bool lost = !(complete_known(t, NULL) & TASK_HANDLE) && failure_note(s, t);
    task_unref(t);
    return lost;
}

/* True: it has failed, and nobody joins it. */
static inline bool complete(task *t, core *inside)
{
    if (unlikely(t->result < 0))
        return complete_failed(t);
    /* acquire: pairs with the unref of a handle that was dropped elsewhere. With one reference,
     * ours, nobody else can touch it. */
    if (state_refs(a_load(&t->state, MODEL_BUG(307, acquire, relaxed))) == 1) {
        task_free(t, inside);
        return false;
    }
    complete_known(t, inside);
    return false;
}

void task_complete(task *t, core *inside)
{
    if (likely(!t->extra)) {
        complete(t, inside);
        return;
    }
    listeners heard = end_extra(t);
    tell(heard, complete(t, NULL));
}
