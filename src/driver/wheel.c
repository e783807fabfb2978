/*
 * wheel.c: timers in six rings of 64 lists; a ring's slot holds what the ring below has as a whole.
 *
 * Invariant   A waiting timer's tick is later than w->elapsed, and it lies at the level of the
 *             highest group of six bits in which the two differ, in the slot of that group's value.
 *             So all slots of a level come before the first of the next one, and the earliest slot
 *             is the first occupied one of the lowest level that has any.
 * Far         Beyond 2^36 ticks a timer lies in the last slot that the top level reaches, with its
 *             true tick, and is placed again when that slot's time has come. The top level is a
 *             ring: the slot of the present group is a whole turn away. Ticks of 64 bits of
 *             nanoseconds can't overflow.
 * Never early Deadlines are rounded up to a tick, the clock is rounded down.
 * Precise     Those that are to end between two ticks lie in a heap beside the slots, and their
 *             `tick` is the deadline itself, in nanoseconds.
 * No lost     A timer is unlinked and fired, and its waker marked, in one hold of w->lock; a poll
 * wake-up     that took the lock before has left its waker, a later one sees TIMER_FIRED.
 * Source      Varghese and Lauck, "Hashed and hierarchical timing wheels" (1987).
 */
#include "driver/wheel.h"

#include "base/chaos.h"
#include "base/clock.h"
#include "base/model.h"
#include "driver/timer_heap.h"

#define SLOT_BITS 6
#define PRECISE (WHEEL_LEVELS * WHEEL_SLOTS) /* a timer's slot: it lies in the heap */

static uint64_t ns_of(const timer_wheel *w, uint64_t tick)
{
    if (tick > (UINT64_MAX - w->origin) / NS_PER_MS)
        return UINT64_MAX;
    return w->origin + tick * NS_PER_MS;
}

static uint64_t tick_up(const timer_wheel *w, uint64_t ns)
{
    uint64_t since = ns > w->origin ? ns - w->origin : 0;
    return since / NS_PER_MS + (since % NS_PER_MS != 0);
}

static unsigned level_of(uint64_t elapsed, uint64_t tick)
{
    uint64_t differing = (elapsed ^ tick) | (WHEEL_SLOTS - 1);

    if (differing > WHEEL_MAX_TICK)
        return WHEEL_LEVELS - 1;
    return (63 - (unsigned)__builtin_clzll(differing)) / SLOT_BITS;
}

static void link_first(edo_timer **head, edo_timer *t)
{
    t->next = *head;
    if (t->next)
        t->next->link = &t->next;
    t->link = head;
    *head = t;
}

static void unlink_timer(edo_timer *t)
{
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
}

/* Puts a timer that is not due in its slot; returns the tick at which that slot's time comes. */
static uint64_t place(timer_wheel *w, edo_timer *t)
{
    bool far = t->tick - w->elapsed > WHEEL_MAX_TICK;
    uint64_t tick = far ? w->elapsed + WHEEL_MAX_TICK : t->tick;
    unsigned level = level_of(w->elapsed, tick);
    unsigned shift = level * SLOT_BITS;
    unsigned slot = (unsigned)(tick >> shift) % WHEEL_SLOTS;

    t->slot = level * WHEEL_SLOTS + slot;
    link_first(&w->slot[level][slot], t);
    w->occupied[level] |= UINT64_C(1) << slot;
    return tick >> shift << shift;
}

/* The earliest in the heap, for those who look without the lock. */
static void note_precise(timer_wheel *w)
{
    /* relaxed: a hint; only the one who parks acts on it. */
    a_store(&w->next_precise, w->precise ? w->precise->tick : UINT64_MAX, relaxed);
}

/* Puts a timer where its slot or its tick says; returns the time at which that has to be looked at. */
static uint64_t put_in(timer_wheel *w, edo_timer *t)
{
    w->count++;
    if (likely(t->slot != PRECISE))
        return ns_of(w, place(w, t));
    timer_heap_add(&w->precise, t);
    note_precise(w);
    return t->tick;
}

static void take_out(timer_wheel *w, edo_timer *t)
{
    unsigned level = t->slot / WHEEL_SLOTS, slot = t->slot % WHEEL_SLOTS;

    w->count--;
    if (unlikely(t->slot == PRECISE)) {
        timer_heap_remove(&w->precise, t);
        note_precise(w);
        return;
    }
    unlink_timer(t);
    if (!w->slot[level][slot])
        w->occupied[level] &= ~(UINT64_C(1) << slot);
}

/* The earliest occupied slot, and the tick at which its time comes. */
static bool first_slot(const timer_wheel *w, unsigned *ret_level, unsigned *ret_slot,
                       uint64_t *ret_tick)
{
    for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
        uint64_t occupied = w->occupied[level];
        if (!occupied)
            continue;
        uint64_t present = w->elapsed >> (level * SLOT_BITS);
        unsigned from = (unsigned)(present + 1) % WHEEL_SLOTS;
        uint64_t turned = occupied >> from | occupied << ((WHEEL_SLOTS - from) % WHEEL_SLOTS);
        uint64_t ahead = 1 + (uint64_t)__builtin_ctzll(turned);

        *ret_level = level;
        *ret_slot = (unsigned)(present + ahead) % WHEEL_SLOTS;
        *ret_tick = (present + ahead) << (level * SLOT_BITS);
        return true;
    }
    return false;
}

static uint64_t earliest(const timer_wheel *w)
{
    unsigned level, slot;
    uint64_t tick;

    uint64_t by_slot = first_slot(w, &level, &slot, &tick) ? ns_of(w, tick) : UINT64_MAX;
    return w->precise && w->precise->tick < by_slot ? w->precise->tick : by_slot;
}

/* With the lock held, which it drops for a moment when too much is owed. The timer is unlinked. */
static void fire(timer_wheel *w, edo_timer *t, enum timer_state state, wakes *owed)
{
    t->state = state;
    if (MODEL_BUG(704, true, false))
        wakes_add(owed, &t->waker);
    /* From here on the timer may be gone once the lock is dropped. */
    if (!wakes_full(owed))
        return;
    lock_drop(&w->lock);
    chaos_point();
    wakes_push(owed);
    lock_take(&w->lock);
}

void wheel_init(timer_wheel *w, uint64_t now_ns)
{
    lock_take(&w->lock); /* a timer of an earlier life may be looking at it */
    w->down = false;
    w->origin = now_ns;
    w->elapsed = 0;
    a_store(&w->next, UINT64_MAX, relaxed); /* readers take it for a hint */
    note_precise(w);
    lock_drop(&w->lock);
}

/* Its place is one of the slots, and that one's time has come. */
static bool is_due(const timer_wheel *w, const edo_timer *t)
{
    return t->slot != PRECISE && t->tick <= w->elapsed;
}

/* With the lock held. True: the timer waits. */
static bool add_locked(timer_wheel *w, edo_timer *t, bool *ret_sooner)
{
    if (w->down || is_due(w, t)) {
        t->state = w->down ? TIMER_SHUTDOWN : TIMER_FIRED;
        return false;
    }
    t->state = TIMER_WAITING;
    uint64_t when = put_in(w, t);
    /* relaxed, here and below: the value is a hint; the lock orders those who act on it. */
    if (when < a_load(&w->next, relaxed)) {
        a_store(&w->next, when, relaxed);
        *ret_sooner = true;
    }
    return true;
}

static uint64_t tick_of(const timer_wheel *w, const edo_timer *t, uint64_t when_ns)
{
    return t->slot == PRECISE ? when_ns : tick_up(w, when_ns);
}

static inline bool add(timer_wheel *w, edo_timer *t, unsigned slot, uint64_t when_ns,
                       const edo_waker *waker, bool *ret_sooner)
{
    *ret_sooner = false;
    lock_take(&w->lock);
    t->wheel = w;
    t->slot = slot;
    t->tick = tick_of(w, t, when_ns);
    t->waker = *waker;
    bool waits = add_locked(w, t, ret_sooner);
    lock_drop(&w->lock);
    return waits;
}

bool wheel_add(timer_wheel *w, edo_timer *t, uint64_t when_ns, const edo_waker *waker,
               bool *ret_sooner)
{
    return add(w, t, 0, when_ns, waker, ret_sooner);
}

bool wheel_add_precise(timer_wheel *w, edo_timer *t, uint64_t when_ns, const edo_waker *waker,
                       bool *ret_sooner)
{
    return add(w, t, PRECISE, when_ns, waker, ret_sooner);
}

enum timer_state wheel_reset(edo_timer *t, uint64_t when_ns, void (*keep)(timer_wheel *w),
                             bool *ret_sooner, wakes *owed)
{
    timer_wheel *w = t->wheel;

    *ret_sooner = false;
    if (!w)
        return TIMER_IDLE;
    lock_take(&w->lock);
    enum timer_state was = t->state;
    if (was == MODEL_BUG(705, TIMER_WAITING, TIMER_FIRED)) {
        take_out(w, t);
        t->tick = tick_of(w, t, when_ns);
        if (!add_locked(w, t, ret_sooner))
            wakes_add(owed, &t->waker);
    }
    if (*ret_sooner && keep)
        keep(w);
    lock_drop(&w->lock);
    return was;
}

enum timer_state wheel_poll(edo_timer *t, const edo_waker *waker)
{
    timer_wheel *w = t->wheel; /* NULL: idle; only the timer's owner writes it */

    if (!w)
        return TIMER_IDLE;
    MODEL_BUG(701, lock_take(&w->lock), (void)0);
    enum timer_state state = t->state;
    if (state == TIMER_WAITING && MODEL_BUG(702, true, false))
        t->waker = *waker;
    MODEL_BUG(701, lock_drop(&w->lock), (void)0);
    return state;
}

enum timer_state wheel_remove(edo_timer *t)
{
    timer_wheel *w = t->wheel;

    if (!w)
        return TIMER_IDLE;
    chaos_point();
    lock_take(&w->lock);
    enum timer_state state = t->state;
    if (state == MODEL_BUG(703, TIMER_WAITING, TIMER_FIRED))
        take_out(w, t);
    lock_drop(&w->lock);
    t->wheel = NULL; /* idle, whatever its state says */
    return state;
}

/* What lies around a timer on the stack of a task that sleeps: cache lines below and above. */
#define LINES_BELOW 3
#define LINES_ABOVE 5

/* Has the processor fetch what the next timers of the list wake: else one thing after the other would
 * be waited for. A task returns by what lies around its timer. Only advice, so it does no harm where
 * a waker or a timer is something else. Always inline: to the compiler a call of it does nothing. */
static inline __attribute__((always_inline)) void warm_sleepers(const edo_timer *list)
{
    for (int i = 0; list && i < WAKES_MAX; i++, list = list->next) {
        const char *at = (const char *)list;
        __builtin_prefetch(list->waker.data, 1);
        for (int line = -LINES_BELOW; line <= LINES_ABOVE; line++)
            __builtin_prefetch(at + line * cache_line, 1);
    }
}

/* Empties the slot whose time has come: fires what is due, places the rest anew. The timers hang on
 * a list of this stack meanwhile, from which wheel_remove can take them. */
static unsigned empty_slot(timer_wheel *w, unsigned level, unsigned slot, wakes *owed)
{
    edo_timer *list = NULL, *t = w->slot[level][slot];
    unsigned fired = 0;

    if (t) {
        list = t;
        t->link = &list;
    }
    w->slot[level][slot] = NULL;
    w->occupied[level] &= ~(UINT64_C(1) << slot);
    while ((t = list)) {
        if (level == 0 && fired % WAKES_MAX == 0)
            warm_sleepers(t);
        unlink_timer(t);
        if (t->tick > w->elapsed) {
            place(w, t);
            continue;
        }
        w->count--;
        fired++;
        fire(w, t, TIMER_FIRED, owed);
    }
    return fired;
}

static unsigned fire_precise(timer_wheel *w, uint64_t now_ns, wakes *owed)
{
    unsigned fired = 0;

    for (edo_timer *t; (t = w->precise) && t->tick <= now_ns; fired++) {
        take_out(w, t);
        fire(w, t, TIMER_FIRED, owed);
    }
    return fired;
}

unsigned wheel_advance(timer_wheel *w, uint64_t now_ns)
{
    wakes owed;
    unsigned fired = 0, level, slot;
    uint64_t due;

    wakes_init(&owed);
    lock_take(&w->lock);
    uint64_t now = now_ns > w->origin ? (now_ns - w->origin) / NS_PER_MS : 0;
    while (first_slot(w, &level, &slot, &due) && due <= now) {
        w->elapsed = due;
        fired += empty_slot(w, level, slot, &owed);
    }
    if (now > w->elapsed)
        w->elapsed = now;
    fired += fire_precise(w, now_ns, &owed);
    a_store(&w->next, earliest(w), relaxed);
    lock_drop(&w->lock);
    chaos_point();
    wakes_push(&owed);
    return fired;
}

uint64_t wheel_next(timer_wheel *w)
{
    lock_take(&w->lock);
    uint64_t next = earliest(w);
    a_store(&w->next, next, relaxed);
    lock_drop(&w->lock);
    return next;
}

static edo_timer *any_timer(const timer_wheel *w)
{
    for (unsigned level = 0; level < WHEEL_LEVELS; level++)
        if (w->occupied[level])
            return w->slot[level][__builtin_ctzll(w->occupied[level])];
    return w->precise;
}

void wheel_shutdown(timer_wheel *w)
{
    wakes owed;
    edo_timer *t;

    wakes_init(&owed);
    lock_take(&w->lock);
    w->down = true;
    while ((t = any_timer(w))) {
        take_out(w, t);
        fire(w, t, TIMER_SHUTDOWN, &owed);
    }
    lock_drop(&w->lock);
    wakes_push(&owed);
}
