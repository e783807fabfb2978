/*
 * rig_stubs.c: what lies beneath the modelled parts of sched and is not modelled: each is weak, so a
 * program that links the real one has that. What no scenario may come to fails the run.
 */
#include <edo/time.h>

#include "base/sys.h"
#include "engine/model.h"
#include "runtime/runtime.h"
#include "sched/asleep.h"
#include "sched/current.h"
#include "sched/in_place.h"
#include "sched/inherit.h"
#include "sched/observe.h"
#include "sched/overflow.h"
#include "sched/sched.h"
#include "sched/stuck.h"
#include "sched/threads.h"

#define STUB __attribute__((weak))
#define NOT_MODELLED() model_fail("%s is not modelled here", __func__)

STUB void core_free(core *c)
{
    (void)c;
    NOT_MODELLED();
}

STUB void core_park(core *c, uint64_t until_ns)
{
    (void)c, (void)until_ns;
    NOT_MODELLED();
}

STUB void core_let_go(thread *self, core *c)
{
    (void)self, (void)c;
    NOT_MODELLED();
}

STUB bool coop_refill(const edo_waker *waker)
{
    (void)waker;
    NOT_MODELLED();
}

STUB bool scope_is_unconstrained(const task *t)
{
    (void)t;
    NOT_MODELLED();
}

STUB int current_runtime_check(void)
{
    NOT_MODELLED();
}

STUB void inherited_leave(task *t)
{
    (void)t;
    NOT_MODELLED();
}

STUB int task_why_slow(task *t)
{
    (void)t;
    NOT_MODELLED();
}

STUB void core_turn(core *c)
{
    (void)c;
}

STUB void core_wake(core *c)
{
    (void)c;
}

STUB uint64_t sys_thread_preemptions(void)
{
    return 0;
}

STUB int sys_timer_slack(int ns)
{
    (void)ns;
    return -1;
}

STUB void monitor_kick(sched *s)
{
    (void)s;
}

STUB int current_own_wheel(timer_wheel **ret)
{
    (void)ret;
    NOT_MODELLED();
}

STUB void current_wheel_sooner(timer_wheel *wheel)
{
    (void)wheel;
}

STUB int64_t edo_await(edo_future *fut)
{
    (void)fut;
    NOT_MODELLED();
}

STUB uint64_t random_seed(void)
{
    return 1;
}

STUB void rng_seed(rng *r, uint64_t seed)
{
    (void)r, (void)seed;
}

STUB uint64_t sched_now(sched *s)
{
    (void)s;
    return clock_now();
}

STUB int stack_get(stack_cache *cache, size_t size, stack **ret)
{
    (void)cache, (void)size, (void)ret;
    NOT_MODELLED();
}

STUB void stack_put(stack_cache *cache, stack *s)
{
    (void)cache, (void)s;
    NOT_MODELLED();
}

STUB bool stack_pool_has_excess(void)
{
    return false;
}

STUB bool stack_pool_trim(unsigned n)
{
    (void)n;
    return false;
}

STUB const driver_ops *driver_choose(void)
{
    return NULL;
}

STUB void stack_cache_flush(stack_cache *cache)
{
    (void)cache;
}

STUB const char *edo_err_name(int code)
{
    (void)code;
    return "";
}

STUB void overflow_init_thread(void) {}

STUB void overflow_fini_thread(void) {}

STUB int *edo_errno_location(void)
{
    static int place;

    return &place;
}

STUB void stack_empty(stack *s)
{
    (void)s;
    NOT_MODELLED();
}

STUB int64_t stack_peak(const stack *s)
{
    (void)s;
    NOT_MODELLED();
}

STUB bool stack_canary_is_whole(const stack *s)
{
    (void)s;
    NOT_MODELLED();
}

STUB _Noreturn void overflow_found_late(const task *t, bool has_ended)
{
    (void)t, (void)has_ended;
    NOT_MODELLED();
}

STUB void pool_drop(struct thread *self, task *t)
{
    (void)self, (void)t;
    NOT_MODELLED();
}

STUB bool pool_holds_clock(sched *s)
{
    (void)s;
    return false;
}

/* It has no calls. */
STUB void pool_tell_shutdown(sched *s)
{
    (void)s;
}

STUB void pool_stop(sched *s)
{
    (void)s;
    NOT_MODELLED();
}

STUB void driver_shutdown(driver *d)
{
    (void)d;
    NOT_MODELLED();
}

STUB bool drive_begin(sched *s, thread *self, bool (*until)(void *arg), void *arg,
                      uint64_t until_ns)
{
    (void)s, (void)self, (void)until, (void)arg, (void)until_ns;
    NOT_MODELLED();
}

STUB void drive_end(sched *s, thread *self)
{
    (void)s, (void)self;
    NOT_MODELLED();
}

STUB void in_place_run(thread *self, task *t)
{
    (void)self, (void)t;
    NOT_MODELLED();
}

STUB uint64_t sched_time(sched *s, uint64_t now)
{
    (void)s;
    return now;
}

STUB pid_t sys_gettid(void)
{
    return 1;
}

/* Nobody watches. */
STUB int observe_init_core(core *c)
{
    (void)c;
    return 0;
}

STUB void observe_free_core(core *c)
{
    (void)c;
}

STUB void busy_begin(core *c, uint64_t now)
{
    (void)c, (void)now;
}

STUB void busy_end(core *c, uint64_t now)
{
    (void)c, (void)now;
}

STUB void observe_ready(sched *s, task *t)
{
    (void)s, (void)t;
    NOT_MODELLED();
}

STUB void observe_run(thread *self, sched *s, task *t)
{
    (void)self, (void)s, (void)t;
    NOT_MODELLED();
}

STUB void observe_left(thread *self, sched *s, task *t)
{
    (void)self, (void)s, (void)t;
    NOT_MODELLED();
}

STUB void observe_end(thread *self, sched *s, task *t)
{
    (void)self, (void)s, (void)t;
    NOT_MODELLED();
}

STUB bool worker_give(thread *self, core *c)
{
    (void)self, (void)c;
    NOT_MODELLED();
}

STUB void threads_join(thread *self)
{
    (void)self;
}

/* None of them ends here. */
STUB task *threads_task_of(const thread *record)
{
    return a_load(&record->task, relaxed);
}

STUB void threads_leave(thread *self)
{
    (void)self;
}

STUB void stuck_name(task *t, const task_glimpse *seen)
{
    (void)t, (void)seen;
}

STUB int sys_thread_call(pid_t tid, sys_call_place *ret)
{
    (void)tid, (void)ret;
    return -EAGAIN;
}

STUB int64_t edo_timeout(edo_future *fut, edo_duration span)
{
    (void)fut, (void)span;
    NOT_MODELLED();
}

STUB void observe_free(sched *s)
{
    (void)s;
}

STUB void observe_steal(core *c, unsigned victim, unsigned count)
{
    (void)c, (void)victim, (void)count;
    NOT_MODELLED();
}

STUB void observe_park(core *c, bool begins)
{
    (void)c, (void)begins;
    NOT_MODELLED();
}

STUB void observe_stall(core *c, uint64_t id)
{
    (void)c, (void)id;
}

STUB void asleep_look(sched *s)
{
    (void)s;
}
