/* current.c: which driver, which wheel, which clock the running code uses. */
#include "sched/current.h"

#include <errno.h>

#include <edo/error.h>

#include "base/backtrace.h"
#include "base/report.h"
#include "sched/sched.h"

/* A debug build says where it was called. */
static noinline void say_where(void)
{
#if EDO_DEBUG
    backtrace_write((uintptr_t)__builtin_return_address(0));
#endif
}

static int usable(sched *s)
{
    if (!s) {
        report_misuse("this needs a runtime and there is none on this thread: run it inside of "
                      "edo_block_on or EDO_MAIN, or edo_enter a handle first");
        say_where();
        return -EDO_ENORUNTIME;
    }
    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    if (a_load(&s->gone, acquire)) /* pairs with the release at the shutdown's end */
        return -EDO_ESHUTDOWN;
    return 0;
}

int current_runtime_check(void)
{
    sched *s = sched_current(thread_self());

    if (!s)
        return usable(s);
    return sched_is_ours(s) ? 0 : -EDO_EFORKED;
}

/* The worker's own core where it is of that runtime, else the runtime's first. */
static core *core_for(thread *self, sched *s)
{
    return self->core && self->sched == s ? self->core : s->cores[0];
}

int current_driver(struct driver **ret)
{
    thread *self = thread_self();
    sched *s = sched_current(self);
    int rc = usable(s);

    if (rc < 0)
        return rc;
    if (s->opts.no_io) {
        report_misuse("this needs a runtime with I/O, and this one was built with .no_io");
        say_where();
        return -EDO_ENOIO;
    }
    *ret = core_for(self, s)->driver;
    return 0;
}

int current_driver_of(unsigned worker, struct driver **ret)
{
    sched *s = sched_current(thread_self());
    int rc = usable(s);

    if (rc < 0)
        return rc;
    if (s->opts.no_io)
        return -EDO_ENOIO;
    if (worker >= s->core_count)
        return -ENOENT;
    *ret = s->cores[worker]->driver;
    return 0;
}

bool current_has_driver(void)
{
    const sched *s = sched_current(thread_self());

    return s && !s->opts.no_io;
}

bool current_has(const struct driver *d)
{
    const sched *s = sched_current(thread_self());

    for (unsigned i = 0; s && i < s->core_count; i++)
        if (s->cores[i]->driver == d)
            return true;
    return false;
}

static inline int has_timers(sched *s)
{
    int rc = usable(s);

    if (rc < 0)
        return rc;
    return s->opts.no_time ? -EDO_ENOTIME : 0;
}

static int wheel_of(thread *self, sched *s, timer_wheel **ret)
{
    int rc = has_timers(s);

    if (rc == 0)
        *ret = &core_for(self, s)->wheel;
    return rc;
}

int current_wheel(timer_wheel **ret)
{
    thread *self = thread_self();

    return wheel_of(self, sched_current(self), ret);
}

int current_wheel_in(sched *s, timer_wheel **ret)
{
    return wheel_of(thread_self(), s, ret);
}

int current_own_wheel(timer_wheel **ret)
{
    thread *self = thread_self();

    return wheel_of(self, self->sched, ret);
}

void current_wheel_sooner(timer_wheel *wheel)
{
    thread *self = thread_self();
    core *owner = container_of(wheel, core, wheel);
    core *c = core_enter(self);

    /* Held by us after the timer was added: nobody sleeps for it. */
    if (c != owner)
        core_wake(owner);
    core_leave(self, c);
}

/* While its wheel has a timer, and is locked, the runtime can't have ended. */
static void keep_runtime(timer_wheel *wheel)
{
    sched_ref(container_of(wheel, core, wheel)->sched);
}

enum timer_state current_timer_move(edo_timer *t, uint64_t when_ns, timer_nudge *nudge)
{
    timer_wheel *wheel = t->wheel;
    bool sooner;
    enum timer_state was = wheel_reset(t, when_ns, keep_runtime, &sooner, &nudge->owed);

    if (sooner)
        nudge->wheel = wheel;
    return was;
}

void current_timer_nudge(timer_nudge *nudge)
{
    wakes_push(&nudge->owed);
    if (!nudge->wheel)
        return;
    current_wheel_sooner(nudge->wheel);
    sched_unref(container_of(nudge->wheel, core, wheel)->sched);
}

enum timer_state current_timer_reset(edo_timer *t, uint64_t when_ns)
{
    timer_nudge nudge;

    timer_nudge_init(&nudge);
    enum timer_state was = current_timer_move(t, when_ns, &nudge);
    current_timer_nudge(&nudge);
    return was;
}

static inline uint64_t now_of(sched *s)
{
    return s ? sched_now(s) : clock_now();
}

uint64_t current_now(void)
{
    return now_of(sched_current(thread_self()));
}

bool current_has_passed(uint64_t at)
{
    sched *s = sched_current(thread_self());

    return s ? sched_has_passed(s, at) : clock_now() >= at;
}

int current_now_for_timer(uint64_t *ret_now)
{
    sched *s = sched_current(thread_self());

    *ret_now = now_of(s);
    return has_timers(s);
}
