/*
 * thread.c: a thread's own record, and what code on it may ask.
 *
 * The record is thread-local, and its address must not be kept over a suspension: compilers would
 * keep it, so it is reached through a function that is never inlined.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/model.h"
#include "base/sys.h"
#include "sched/sched.h"

static __thread thread record;
static lock exit_lock; /* guards the making of the key */
static pthread_key_t exit_key;
static bool has_exit_key; /* atomic; written under the lock */

noinline thread *thread_self(void)
{
    thread *self = MODEL_LOCAL(record);

    __asm__ volatile("" : "+r"(self)); /* else it would be deduced to be const, and cached */
    return self;
}

/* A later destructor of the user's may block once more: then it makes another, freed likewise. */
static void thread_exit(void *p)
{
    thread_self()->parker = NULL;
    parker_unref(p);
}

uint64_t thread_system_id(thread *self)
{
    if (!self->system_id)
        self->system_id = (uint64_t)sys_gettid();
    return self->system_id;
}

/* False: the process has no keys left. Others may give theirs back, so it is tried each time. */
static bool make_exit_key(void)
{
    if (likely(a_load(&has_exit_key, acquire))) /* pairs with the release below: the key is set */
        return true;
    lock_take(&exit_lock);
    bool made = has_exit_key || pthread_key_create(&exit_key, thread_exit) == 0;
    a_store(&has_exit_key, made, release);
    lock_drop(&exit_lock);
    return made;
}

parker *thread_parker(thread *self)
{
    if (!self->parker && make_exit_key()) {
        self->parker = parker_new();
        if (self->parker && pthread_setspecific(exit_key, self->parker) != 0) {
            parker_unref(self->parker);
            self->parker = NULL;
        }
    }
    return self->parker;
}

uint32_t thread_random_below_plain(thread *self, uint32_t n)
{
    if (!self->rng_seeded) {
        rng_seed(&self->rng, random_seed());
        self->rng_seeded = true;
    }
    return rng_below(&self->rng, n);
}

core *core_enter_slow(thread *self)
{
    if (!(a_load(&self->revoked, relaxed) & THREAD_REVOKED)) /* asked for it: there is time */
        return self->core;
    core_let_go(self, self->core);
    return NULL;
}

void thread_call_hook(thread *self, void (*hook)(void *hook_arg))
{
    if (!hook)
        return;
    self->in_hook = true;
    hook(self->sched->opts.hook_arg);
    self->in_hook = false;
}

hook_around thread_begin_task_hook(thread *self, const sched *s)
{
    hook_around around = {self->in_hook, self->hook_of};

    self->in_hook = true;
    self->hook_of = s;
    return around;
}

void thread_end_task_hook(thread *self, hook_around around)
{
    self->in_hook = around.in_hook;
    self->hook_of = around.of;
}

bool thread_may_block(const thread *self)
{
    return !(self->task || self->core || self->in_hook || self->in_block_on || self->poll_depth);
}

/* The child of a fork is one thread, and no worker: what it runs was a task of a runtime that it
 * has none of the threads of. That runtime stays the current one, and says -EDO_EFORKED. */
static void forget_runtime(void)
{
    sched *current = sched_current(&record);

    record = (thread){.entered = current,
                      .loop = record.loop,
                      .errno_place = record.errno_place,
                      .parker = record.parker,
                      .alternate_stack = record.alternate_stack};
}

void thread_watch_forks(void)
{
    fork_guard(&exit_lock);
    fork_in_child(forget_runtime);
}
