/*
 * wheel.c: timers are added, polled, taken out and fired at once: each is told once, by a waker that
 * is good, and after its removal nobody touches it any more.
 */
#include "base/atomic.h"
#include "base/clock.h"
#include "driver/wheel.h"
#include "engine/model.h"
#include "future/parker.h"

#define ORIGIN UINT64_C(1000000000)

static timer_wheel wheel;

static void setup(void)
{
    wheel_init(&wheel, ORIGIN);
}

static void advance(void)
{
    wheel_advance(&wheel, ORIGIN + 3 * NS_PER_MS);
}

static void advance_far(void)
{
    wheel_advance(&wheel, ORIGIN + 2 * NS_PER_MS);
    wheel_advance(&wheel, ORIGIN + 200 * NS_PER_MS);
}

/* A wait for a timer on this stack, until it is over or is given up. */
static void wait_for_timer(uint64_t ms, bool gives_up)
{
    edo_timer timer = {0};
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);
    bool sooner;

    if (wheel_add(&wheel, &timer, ORIGIN + ms * NS_PER_MS, &waker, &sooner))
        while (!gives_up && wheel_poll(&timer, &waker) == TIMER_WAITING)
            parker_wait(p, UINT64_MAX);
    enum timer_state was = wheel_remove(&timer);
    model_assert(gives_up || was == TIMER_FIRED || was == TIMER_SHUTDOWN);
    timer.tick = 77; /* the memory is ours again, and so is the waker's */
    timer.link = NULL;
    parker_unref(p);
}

static void wait_one(void)
{
    wait_for_timer(1, false);
}

static void wait_two(void)
{
    wait_for_timer(2, false);
}

static void give_up(void)
{
    wait_for_timer(2, true);
}

/* Beyond the first level: it is placed anew on its way. */
static void wait_far(void)
{
    wait_for_timer(130, false);
}

/* One waker is replaced by another before the end: only the new one is woken. */
static void changes_waker(void)
{
    edo_timer timer = {0};
    parker *first = parker_new(), *second = parker_new();
    edo_waker one = parker_waker(first), other = parker_waker(second);
    bool sooner;

    if (wheel_add(&wheel, &timer, ORIGIN + NS_PER_MS, &one, &sooner) &&
        wheel_poll(&timer, &other) == TIMER_WAITING) {
        parker_unref(first);
        first = NULL;
        while (wheel_poll(&timer, &other) == TIMER_WAITING)
            parker_wait(second, UINT64_MAX);
    }
    wheel_remove(&timer);
    parker_unref(first);
    parker_unref(second);
}

/* Its deadline moves while it is being fired for the one before: whoever waits is told of its end. */
static void resets(void)
{
    edo_timer timer = {0};
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);
    bool sooner;
    wakes owed;

    wakes_init(&owed);
    if (wheel_add(&wheel, &timer, ORIGIN + NS_PER_MS, &waker, &sooner)) {
        enum timer_state was = wheel_reset(&timer, ORIGIN + 2 * NS_PER_MS, NULL, &sooner, &owed);
        wakes_push(&owed);
        model_assert(was != TIMER_IDLE);
        while (wheel_poll(&timer, &waker) == TIMER_WAITING)
            parker_wait(p, UINT64_MAX);
    }
    wheel_remove(&timer);
    timer.tick = 77;
    timer.link = NULL;
    parker_unref(p);
}

/* Two in the heap: one is taken out or fired while the other is. */
static void wait_precisely(void)
{
    edo_timer timer = {0};
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);
    bool sooner;

    if (wheel_add_precise(&wheel, &timer, ORIGIN + NS_PER_MS + 1, &waker, &sooner))
        while (wheel_poll(&timer, &waker) == TIMER_WAITING)
            parker_wait(p, UINT64_MAX);
    wheel_remove(&timer);
    timer.tick = 77;
    timer.child = timer.next = NULL;
    parker_unref(p);
}

static void give_up_precisely(void)
{
    edo_timer timer = {0};
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);
    bool sooner;

    wheel_add_precise(&wheel, &timer, ORIGIN + NS_PER_MS + 2, &waker, &sooner);
    wheel_remove(&timer);
    timer.tick = 77;
    timer.child = timer.next = NULL;
    parker_unref(p);
}

static void end_service(void)
{
    wheel_shutdown(&wheel);
}

static void check(void)
{
    model_assert(wheel.count == 0);
    for (unsigned level = 0; level < WHEEL_LEVELS; level++)
        model_assert(wheel.occupied[level] == 0);
    model_assert(!wheel.precise);
}

static const model_scenario scenarios[] = {
    {.name = "fire_and_give_up",
     .setup = setup,
     .threads = {end_service, give_up, wait_one},
     .check = check},
    {.name = "fire_by_time",
     .setup = setup,
     .threads = {advance, give_up, give_up},
     .check = check},
    {.name = "shutdown",
     .setup = setup,
     .threads = {advance, end_service, wait_two},
     .check = check},
    {.name = "placed_anew",
     .setup = setup,
     .threads = {advance_far, end_service, wait_far},
     .check = check},
    {.name = "changes_waker",
     .setup = setup,
     .threads = {advance, end_service, changes_waker},
     .check = check},
    {.name = "reset", .setup = setup, .threads = {advance, end_service, resets}, .check = check},
    {.name = "precise",
     .setup = setup,
     .threads = {end_service, give_up_precisely, wait_precisely},
     .check = check},
};

MODEL_PROGRAM("wheel", scenarios)
