/*
 * objects.c: what threads share that is no atomic: locks, and what the kernel keeps.
 *
 * A lock is one choice a critical section: taking it. Taking acquires what the last holder released.
 */
#include "engine/internal.h"

object *object_at(const void *addr)
{
    for (unsigned i = 0; i < M->object_count; i++)
        if (M->objects[i].addr == addr)
            return &M->objects[i];
    if (M->object_count == OBJECTS_MAX)
        model_fail("the scenario has more than %d locks and the like", OBJECTS_MAX);
    object *o = &M->objects[M->object_count++];
    o->addr = addr;
    o->hash = 0;
    o->view.locs = 0;
    for (unsigned i = 0; i < THREADS; i++)
        o->view.clock[i] = 0;
    o->state = 0;
    o->owner = 0;
    o->touched_by = 0;
    o->shared = false;
    return o;
}

void object_event(object *o, uint64_t what)
{
    M->object_hash -= o->hash;
    me()->hash = mix(me()->hash, mix(o->hash, what));
    o->hash = mix(stable(o->addr), me()->hash);
    M->object_hash += o->hash;
}

static bool lock_is_free(void *arg)
{
    return object_at(arg)->owner == 0;
}

void model_lock_take(void *lock, const model_place *place)
{
    if (!M->active || M->self == 0)
        return;
    object *o = object_at(lock);
    if (is_shared(lock, &o->touched_by, &o->shared))
        point(place);
    if (o->owner == M->self)
        model_fail("%s:%d: the lock is held already by this thread", place->file, place->line);
    while (o->owner != 0)
        wait_for(lock_is_free, lock, lock, UINT64_MAX, "waits for a lock", place);
    o->owner = (uint8_t)M->self;
    race_atomic(lock, 4, true, place);
    view_join(&me()->now, &o->view);
    object_event(o, 1);
    trace(place, lock, 0, 0, NULL, false);
}

bool model_lock_try(void *lock, const model_place *place)
{
    if (!M->active || M->self == 0)
        return true;
    object *o = object_at(lock);
    if (is_shared(lock, &o->touched_by, &o->shared))
        point(place);
    if (o->owner != 0) {
        object_event(o, 3);
        return false;
    }
    model_lock_take(lock, place);
    return true;
}

void model_lock_drop(void *lock, const model_place *place)
{
    if (!M->active || M->self == 0)
        return;
    object *o = object_at(lock);
    if (o->owner != M->self)
        model_fail("%s:%d: the lock is not held by this thread", place->file, place->line);
    race_atomic(lock, 4, true, place);
    o->owner = 0;
    view_join(&o->view, &me()->now);
    tick();
    object_event(o, 2);
    M->writes++;
    trace(place, lock, 0, 0, NULL, false);
}
