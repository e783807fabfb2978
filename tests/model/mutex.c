/*
 * mutex.c: a mutex is taken past those who wait, handed over, waited for and given up at once: one
 * holder at a time, who sees what the one before wrote; no wait is left while the lock is free; and
 * whoever has got it last may free the memory. Whether a wait is late is a choice at each look.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/model.h"

static bool may_be_late = true;

static bool is_late(uint64_t due)
{
    (void)due;
    return may_be_late && model_choose(2);
}

#define MUTEX_IS_LATE(due) is_late(due)
#define PASSES_UNTIMED 1
#include "sync/mutex_word.c"

#include "future/parker.h"

static edo_mutex *mutex;
static unsigned turns;    /* plain: under the mutex */
static uint32_t given_up; /* atomic: waits that were */

static void setup(void)
{
    mutex = calloc(1, sizeof *mutex);
    model_name(&mutex->word, "word");
    model_name(&mutex->lock, "lock");
    model_ignore(&mutex->due, sizeof mutex->due); /* a hint */
    model_ignore(&given_up, sizeof given_up);
}

static void setup_held(void)
{
    setup();
    model_assert(mutex_try(mutex));
}

static void setup_held_in_time(void)
{
    setup_held();
    may_be_late = false;
}

static void unlock(void)
{
    uint32_t word;

    if (!mutex_try_free(mutex, &word))
        mutex_free(mutex);
}

static void take_turn(void)
{
    turns++;
    unlock();
}

static void try_turn(void)
{
    if (mutex_try(mutex))
        take_turn();
}

/* Waits on this thread's stack, which is its own again afterwards. False: it has given up. */
static bool wait_by(parker *own, const edo_waker *waker, bool gives_up)
{
    edo_mutex_lock_future wait = {.mutex = mutex};
    bool has = mutex_poll(&wait, waker);

    for (unsigned i = 0; !has && !(gives_up && i == 1); i++) {
        if (!gives_up)
            parker_wait(own, UINT64_MAX);
        has = mutex_poll(&wait, waker);
    }
    if (!has)
        has = mutex_cancel(&wait);
    model_assert(wait.waiter.state == WAITER_IDLE && !wait.waiter.kind);
    wait.waiter = (edo_waiter){.prev = &wait.waiter, .next = &wait.waiter};
    return has;
}

static bool wait_for_it(bool gives_up)
{
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);
    bool has = wait_by(own, &waker, gives_up);

    parker_unref(own);
    return has;
}

static void wait_turn(void)
{
    model_assert(wait_for_it(false));
    take_turn();
}

static void lock_twice(void)
{
    for (int i = 0; i < 2; i++) {
        if (!mutex_try(mutex))
            model_assert(wait_for_it(false));
        take_turn();
    }
}

static void give_up(void)
{
    if (wait_for_it(true))
        take_turn();
    else
        a_fetch_add(&given_up, 1, relaxed);
}

static void check_free(void)
{
    model_assert(mutex->word == 0 && !mutex->waiters.first && !mutex->waiters.last);
    free(mutex);
}

static void check_given_up_or_not_tried(void)
{
    model_assert(turns + given_up == 2 || turns + given_up == 3);
    check_free();
}

static void check_three(void)
{
    model_assert(turns == 3);
    check_free();
}

static void check_four(void)
{
    model_assert(turns == 4);
    check_free();
}

static void check_given_up(void)
{
    model_assert(turns + given_up == 3);
    check_free();
}

/* --- order: waits that stood in the queue -------------------------------------------------------- */

static edo_mutex_lock_future first, second; /* linked in the setup */
static parker *first_parker, *second_parker;
static edo_waker first_waker, second_waker;

static void setup_two_waits(void)
{
    setup_held_in_time();
    first_parker = parker_new();
    second_parker = parker_new();
    first_waker = parker_waker(first_parker);
    second_waker = parker_waker(second_parker);
    first.mutex = second.mutex = mutex;
    model_assert(!mutex_poll(&first, &first_waker));
    model_assert(!mutex_poll(&second, &second_waker));
}

static void setup_two_late_waits(void)
{
    setup_two_waits();
    may_be_late = true;
}

static bool first_is_over; /* plain: under the mutex */

static void end_first(void)
{
    while (!mutex_poll(&first, &first_waker))
        parker_wait(first_parker, UINT64_MAX);
    first_is_over = true;
    take_turn();
}

static void give_first_up(void)
{
    if (mutex_cancel(&first))
        take_turn();
    else
        a_fetch_add(&given_up, 1, relaxed);
}

/* Whoever barges, the second comes after the first. */
static void end_second(void)
{
    while (!mutex_poll(&second, &second_waker))
        parker_wait(second_parker, UINT64_MAX);
    model_assert(first_is_over);
    take_turn();
}

static void end_second_anyway(void)
{
    while (!mutex_poll(&second, &second_waker))
        parker_wait(second_parker, UINT64_MAX);
    take_turn();
}

static void unlock_and_barge(void)
{
    take_turn();
    try_turn();
}

static void check_two_waits(void)
{
    model_assert(turns + given_up == 3 || turns + given_up == 4); /* with or without barging */
    parker_unref(first_parker);
    parker_unref(second_parker);
    check_free();
}

/* --- memory that is freed by who got the lock last ------------------------------------------------ */

static void wait_and_free(void)
{
    model_assert(wait_for_it(false));
    unlock();
    lock_take(&mutex->lock); /* as edo_mutex_fini */
    model_assert(mutex->word == 0);
    lock_drop(&mutex->lock);
    free(mutex);
}

static const model_scenario scenarios[] = {
    {.name = "two_that_take_turns",
     .setup = setup,
     .threads = {lock_twice, lock_twice},
     .check = check_four},
    {.name = "three_that_wait",
     .setup = setup,
     .threads = {wait_turn, wait_turn, wait_turn},
     .check = check_three,
     .preemptions = 2},
    {.name = "cancel_beside_an_unlock",
     .setup = setup_held,
     .threads = {take_turn, give_up, wait_turn},
     .check = check_given_up},
    {.name = "cancel_beside_a_try",
     .setup = setup_held,
     .threads = {take_turn, give_up, try_turn},
     .check = check_given_up_or_not_tried},
    {.name = "two_that_give_up",
     .setup = setup_held,
     .threads = {take_turn, give_up, give_up},
     .check = check_given_up},
    {.name = "first_come_first",
     .setup = setup_two_waits,
     .threads = {unlock_and_barge, end_first, end_second},
     .check = check_two_waits,
     .preemptions = 2},
    {.name = "first_come_first_late",
     .setup = setup_two_late_waits,
     .threads = {unlock_and_barge, end_first, end_second},
     .check = check_two_waits,
     .preemptions = 2},
    {.name = "first_gives_up",
     .setup = setup_two_late_waits,
     .threads = {unlock_and_barge, give_first_up, end_second_anyway},
     .check = check_two_waits,
     .preemptions = 2},
    {.name = "freed_by_who_got_it_last",
     .setup = setup_held,
     .threads = {take_turn, wait_and_free}},
};

MODEL_PROGRAM("mutex", scenarios)
