/*
 * dump.c: what a task is doing, found out without stopping the others.
 *
 * Waits     It is claimed, and its stack is walked by the unwinder on ours; nothing of it is written.
 * Runs      Its thread is asked by a signal.
 * Ready     A queue has it and a worker may begin it at any moment, so nothing of it but what a walk
 *           may read is looked at. A moment later it will run or wait: so it is tried again, as
 *           long as patience lasts. But where the caller itself is the only one who could run it,
 *           nobody begins it, and its stack can be walked as it is.
 */
#include "sched/dump.h"

#include <stdio.h>
#include <string.h>

#include <edo/errno.h>

#include "base/backtrace.h"
#include "base/fork.h"
#include "base/thread.h"
#include "sched/claim.h"

#define PAUSE_NS UINT64_C(50000)
/* Of the library's own frames. */
#define INNER_MOST 8

static lock dump_lock;
static thread *dumping;  /* atomic: who is in a dump */
static uintptr_t caller; /* of the dump; under the lock */

static void forget(void)
{
    dump_lock = (lock){0};
    dumping = NULL;
    ask_forget();
}

int dump_begin(thread *self, uintptr_t from)
{
    if (a_load(&dumping, relaxed) == self) /* only this thread writes itself there */
        return -EDEADLK;
    fork_in_child(forget); /* before anybody has the lock */
    lock_take(&dump_lock);
    a_store(&dumping, self, relaxed);
    caller = from;
    return 0;
}

void dump_end(thread *self)
{
    (void)self;
    a_store(&dumping, NULL, relaxed);
    lock_drop(&dump_lock);
}

/* Runs as if it stood in the suspended task; the first frame is that of the call. */
static void walk(void *arg)
{
    answer *a = arg;

    a->frame_count = backtrace_take((uintptr_t)__builtin_return_address(0), a->frames, ASK_FRAMES);
    __asm__ volatile(""); /* no jump: it has to have a frame */
    if (a->frame_count > 0)
        memmove(a->frames, a->frames + 1, --a->frame_count * sizeof a->frames[0]);
}

/* Of a task that nobody runs meanwhile. */
static void read_held(const task *t, seen_task *seen)
{
    seen->answer.runtime = t->sched->id;
    if (t->extra) {
        memcpy(seen->answer.name, t->extra->name, sizeof seen->answer.name);
        seen->dump.since.ns = t->extra->ready_at;
    }
    if (t->kind == TASK_POLLED)
        seen->future = t->fut->ops ? t->fut->ops->name : NULL;
    else if (t->stack)
        (void)context_call_beside(&t->ctx, walk, &seen->answer); /* ucontext: none */
}

static bool look_waiting(task *t, uint64_t word, seen_task *seen)
{
    if (!task_claim(t, word))
        return false;
    seen->dump.state = EDO_TASK_WAITING;
    read_held(t, seen);
    task_unclaim(t);
    return true;
}

/* Whether the caller has the only core that could run it. */
static bool is_ours_to_run(const thread *self, const sched *s)
{
    return self->sched == s && !s->multi && self->core;
}

static void look_ready(const thread *self, const task *t, const sched *s, seen_task *seen)
{
    seen->dump.state = EDO_TASK_READY;
    if (is_ours_to_run(self, s) && t->kind <= TASK_POLLED)
        read_held(t, seen);
}

/* False: it is about to change, a second look is worth while. */
static bool look_once(task *t, const task_glimpse *at, seen_task *seen)
{
    const thread *self = thread_self();
    bool is_call = a_load(&t->kind, relaxed) >= TASK_CALL;

    if (!(at->state & TASK_ACTIVE)) {
        seen->dump.state = EDO_TASK_CALL;
        return is_call || look_waiting(t, at->state, seen);
    }
    bool found = ask_task(t, at->id, caller, &seen->answer);
    seen->dump.state = is_call ? EDO_TASK_BLOCKING : EDO_TASK_RUNNING;
    if (found && seen->answer.frame_count > 0)
        return true;
    if (!found)
        look_ready(self, t, at->sched, seen);
    return !found && is_ours_to_run(self, at->sched);
}

static void finish(const task_glimpse *at, seen_task *seen)
{
    edo_task_dump *d = &seen->dump;

    d->id = at->id;
    d->place = at->place;
    d->runtime = seen->answer.runtime;
    d->is_canceled = at->state & (TASK_CANCELED | TASK_SHUTDOWN);
    d->name = seen->answer.name[0] ? seen->answer.name : NULL;
    d->thread_id =
        d->state == EDO_TASK_RUNNING || d->state == EDO_TASK_BLOCKING ? seen->answer.thread_id : 0;
    d->frame_count = seen->answer.frame_count;
    d->frames = seen->answer.frames;
    d->has_since = d->since.ns != 0;
    if (d->has_since) {
        uint64_t now = clock_now();
        d->since.ns = now > d->since.ns ? now - d->since.ns : 0;
    }
}

bool dump_look(task *t, const sched *of, uint64_t until_ns, seen_task *ret)
{
    task_glimpse at;

    for (;;) {
        if (!task_look(t, &at) || !at.sched || (of && at.sched != of))
            return false;
        *ret = (seen_task){0};
        if (look_once(t, &at, ret) || clock_now() >= until_ns)
            break;
        thread_nap(PAUSE_NS);
    }
    finish(&at, ret);
    return true;
}

const char *dump_awaits(code_names *names, const seen_task *seen, char *to, size_t room)
{
    char name[64];
    bool known = false;

    if (seen->dump.state != EDO_TASK_WAITING)
        return NULL;
    for (unsigned i = 0; i < seen->dump.frame_count && i < INNER_MOST; i++)
        if (code_function(names, seen->dump.frames[i], name, sizeof name) &&
            strncmp(name, "edo_", 4) == 0 && name[4] != '_') {
            snprintf(to, room, "%s", name);
            known = true;
        }
    return known ? to : seen->future;
}

bool dump_look_running(task *t, uint64_t id, answer *ret)
{
    fork_in_child(forget); /* as in dump_begin */
    if (!lock_try(&dump_lock))
        return false;
    bool found = ask_task(t, id, 0, ret);
    lock_drop(&dump_lock);
    return found;
}
