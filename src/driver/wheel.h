/*
 * driver/wheel.h: a hierarchical timer wheel: six levels of 64 slots, ticks of a millisecond; and
 * beside it a heap of the few timers that are to end between two ticks.
 *
 * A worker has one; any thread may add and remove under its lock. Wheels are type-stable: they lie
 * in memory that is never unmapped, so that a timer may look at its wheel after the runtime ended.
 * Times are nanoseconds of the runtime's clock, from `origin`.
 */
#ifndef DRIVER_WHEEL_H
#define DRIVER_WHEEL_H

#include <edo/time.h>

#include "base/lock.h"
#include "future/wake.h"

#define WHEEL_LEVELS 6
#define WHEEL_SLOTS 64
#define WHEEL_MAX_TICK ((UINT64_C(1) << 36) - 1)

enum timer_state { TIMER_IDLE, TIMER_WAITING, TIMER_FIRED, TIMER_SHUTDOWN };

typedef struct timer_wheel {
    lock lock;
    bool down;                       /* takes no more timers */
    uint64_t origin;                 /* ns of the clock at tick 0 */
    uint64_t elapsed;                /* ticks processed */
    uint64_t count;                  /* timers waiting */
    uint64_t next;                   /* atomic: earliest deadline in ns that a park must end by */
    uint64_t next_precise;           /* atomic: the earliest in the heap, or UINT64_MAX */
    edo_timer *precise;              /* the heap */
    uint64_t occupied[WHEEL_LEVELS]; /* a bit a slot */
    edo_timer *slot[WHEEL_LEVELS][WHEEL_SLOTS];
} timer_wheel;

/* Begins a life of it, with tick 0 at `now_ns`. It is empty: zeros, or a wheel that was shut down. */
void wheel_init(timer_wheel *w, uint64_t now_ns);
/*
 * Adds an idle timer that ends at `when_ns` or up to a tick later, never earlier. Further than the
 * wheel reaches is clamped. One that is due already is TIMER_FIRED at once and returns false; a
 * wheel that is down leaves TIMER_SHUTDOWN and returns false. *ret_sooner: it is now the earliest,
 * so whoever sleeps for this wheel has to be woken.
 */
bool wheel_add(timer_wheel *w, edo_timer *t, uint64_t when_ns, const edo_waker *waker,
               bool *ret_sooner);
/* The same for one that ends at `when_ns` itself, as near as the system wakes us: it isn't due until
 * somebody has looked, and so always waits at first, unless the wheel is down. */
bool wheel_add_precise(timer_wheel *w, edo_timer *t, uint64_t when_ns, const edo_waker *waker,
                       bool *ret_sooner);
/*
 * Gives a waiting timer another deadline; its waker stays. If that is due already it fires, and what
 * is owed is the caller's to push; `owed` has room. *ret_sooner as in wheel_add; before it is set,
 * keep(w) is called under the lock, so that what the wheel is a part of lasts until it is woken;
 * NULL where it does anyway. Any other timer stays as it is. Returns the state it had.
 */
enum timer_state wheel_reset(edo_timer *t, uint64_t when_ns, void (*keep)(timer_wheel *w),
                             bool *ret_sooner, wakes *owed);
/* Looks at a timer that was added, and stores the waker while it waits. Returns its state. */
enum timer_state wheel_poll(edo_timer *t, const edo_waker *waker);
/* Takes it out; returns the state it had: TIMER_WAITING means that it never fired. Idle: nothing. */
enum timer_state wheel_remove(edo_timer *t);
/* Fires all that is due at `now_ns`: marks and pushes. Returns how many. Time never goes back. */
unsigned wheel_advance(timer_wheel *w, uint64_t now_ns);
/* The earliest time at which wheel_advance has something to do; UINT64_MAX: never. */
uint64_t wheel_next(timer_wheel *w);
/* Whether a park until `ns`, of the wheel's clock, ends for a timer that is a precise one. */
static inline bool wheel_is_precise(const timer_wheel *w, uint64_t ns)
{
    return unlikely(a_load(&w->next_precise, relaxed) <= ns);
}
/* Ends service: each waiting timer is TIMER_SHUTDOWN and its waker is woken. */
void wheel_shutdown(timer_wheel *w);

#endif
