/*
 * notify.c: notifications and waits of an edo_notify, with cancels, put-backs and crowds: none is lost
 * or given twice, what the notifier wrote is seen, and the memory may go once the waits are over.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/notify.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/future.h"
#include "future/parker.h"
#include "no_runtime.h"

static edo_notify *n;
static edo_notify_wait_future made[3]; /* before the threads began */
static unsigned data[4];               /* plain: what a notification tells of */
static unsigned passed;                /* atomic: the notification has gone through other hands */
static unsigned ended;                 /* atomic */
static bool notified[4];               /* by thread; plain, looked at by peeking alone */

static void setup(void)
{
    n = calloc(1, sizeof *n);
    for (unsigned i = 0; i < 3; i++)
        made[i] = edo_notify_wait_async(n);
    model_name(&n->word, "word");
}

enum wish { STAYS, GIVES_UP, PUTS_BACK };

static void wake_parker(void *p)
{
    parker_wake(p);
}

static void unref_parker(void *p)
{
    parker_unref(p);
}

/* Polls it to its end: whether it has the notification. The waker is called with no lock held, so a
 * crowd of two needs two turns. */
static bool finish(edo_notify_wait_future *wait, enum wish wish)
{
    parker *p = parker_new();
    edo_waker waker;
    (void)edo_waker_new(wake_parker, unref_parker, p, &waker);
    edo_poll is = edo_future_poll(&wait->base, &waker);

    if (is == EDO_PENDING && wish != STAYS)
        edo_future_cancel(&wait->base);
    while (is == EDO_PENDING && (is = edo_future_poll(&wait->base, &waker)) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    if (wish == PUTS_BACK)
        edo_future_put_back(&wait->base);
    bool has = wait->base.result == 0;
    model_assert(has || (wish != STAYS && wait->base.result == -ECANCELED));
    wait->waiter = (edo_waiter){0}; /* the memory is ours again, and so is the waker */
    edo_waker_drop(waker);
    return has;
}

static bool wait_anew(enum wish wish)
{
    edo_notify_wait_future wait = edo_notify_wait_async(n);

    return finish(&wait, wish);
}

/* One notification, one that stays, and one that leaves in each way. */

static void stay(void)
{
    model_assert(wait_anew(STAYS));
    model_assert(data[0] == 1);
    if (a_load(&passed, relaxed)) /* it came before the notification that we have */
        model_assert(data[3] == 1);
}

static void give_up(void)
{
    if (!wait_anew(GIVES_UP))
        return;
    data[3] = 1;
    a_store(&passed, 1, relaxed);
    edo_notify_one(n); /* it was ours: somebody else's now */
}

static void put_back(void)
{
    model_assert(!wait_anew(PUTS_BACK));
}

static void notify_one(void)
{
    data[0] = 1;
    edo_notify_one(n);
}

static void notify_last(void)
{
    data[0] = 1;
    edo_notify_last(n);
}

static void check_all_given(void)
{
    model_assert(n->word == 0 && !n->crowd.waits.first && !n->crowd.told.first);
    model_assert(edo_notify_fini(n) == 0);
    free(n);
}

/* Two store into one permit, and the one who takes it sees what both wrote. */

static bool has_notified(void *number)
{
    return notified[(uintptr_t)number];
}

static void store_first(void)
{
    data[1] = 1;
    edo_notify_one(n);
    notified[1] = true;
}

static void store_second(void)
{
    model_wait_until(has_notified, (void *)1, "the first has stored");
    data[2] = 1;
    edo_notify_one(n);
    notified[2] = true;
}

static void take_what_both_stored(void)
{
    model_wait_until(has_notified, (void *)2, "the second has stored");
    model_assert(wait_anew(STAYS));
    model_assert(data[1] == 1 && data[2] == 1);
}

/* A crowd, told at once; whoever is the last of it frees the object. */

static void leave_crowd(bool has, unsigned others)
{
    if (has)
        model_assert(data[0] == 1);
    /* acq_rel: the last one sees that the others are through. */
    if (a_fetch_add(&ended, 1, acq_rel) + 1 < others)
        return;
    model_assert(edo_notify_fini(n) == 0);
    free(n);
}

static void first_of_two(void)
{
    leave_crowd(finish(&made[0], STAYS), 2);
}

static void second_of_two(void)
{
    leave_crowd(finish(&made[1], STAYS), 2);
}

static void second_gives_up(void)
{
    leave_crowd(finish(&made[1], GIVES_UP), 2);
}

/* Where the call had its record others have theirs now. */
static noinline void use_the_stack_anew(void)
{
    volatile char here[1024];

    for (unsigned i = 0; i < sizeof here; i += 8)
        *(volatile uint64_t *)&here[i] = i;
}

static void tell_all(void)
{
    data[0] = 1;
    edo_notify_waiters(n);
    use_the_stack_anew();
}

static void check_crowd(void)
{
    model_assert(ended == 2);
}

/* Two wait already, and whoever tells them frees the object; they may be polled for no reason. */

static parker *waiting[2];
static edo_waker waker_of[2];

static void setup_waiting(void)
{
    setup();
    for (unsigned i = 0; i < 2; i++) {
        waiting[i] = parker_new();
        (void)edo_waker_new(wake_parker, unref_parker, waiting[i], &waker_of[i]);
        model_assert(edo_future_poll(&made[i].base, &waker_of[i]) == EDO_PENDING);
    }
}

static void wait_on(unsigned i)
{
    while (edo_future_poll(&made[i].base, &waker_of[i]) == EDO_PENDING)
        parker_wait(waiting[i], UINT64_MAX);
    model_assert(made[i].base.result == 0 && data[0] == 1);
    made[i].waiter = (edo_waiter){0};
    edo_waker_drop(waker_of[i]);
}

static void first_waits_on(void)
{
    wait_on(0);
}

static void second_waits_on(void)
{
    wait_on(1);
}

static void tell_and_free(void)
{
    tell_all();
    model_assert(edo_notify_fini(n) == 0);
    free(n);
}

/* A permit beside a crowd: it is stored still, or somebody took it. */

static void tell_one_and_all(void)
{
    data[0] = 1;
    edo_notify_one(n);
    edo_notify_waiters(n);
}

static void finish_made(void)
{
    model_assert(finish(&made[0], STAYS));
}

static void enable_made(void)
{
    bool over = edo_notify_wait_enable(&made[1]) == 1;

    model_assert(finish(&made[1], STAYS));
    if (over)
        model_assert(data[0] == 1);
}

/* The first of the two had it, if the call came later; else nobody. */
static void check_permit(void)
{
    model_assert(!(n->word & 2));
    model_outcome(n->word & 1 ? "stored" : "taken");
    model_assert(edo_notify_fini(n) == 0);
    free(n);
}

/* A wait comes and goes after the call, and another learns of the call from the word that it left. */

static void come_and_go(void)
{
    (void)wait_anew(GIVES_UP);
}

static void learn_of_the_call(void)
{
    model_assert(finish(&made[0], STAYS));
    model_assert(data[0] == 1);
}

static void check_nobody_waits(void)
{
    model_assert(!(n->word & 3));
    model_assert(edo_notify_fini(n) == 0);
    free(n);
}

static const model_scenario scenarios[] = {
    {.name = "one_stays_one_gives_up",
     .setup = setup,
     .threads = {notify_one, stay, give_up},
     .check = check_all_given},
    {.name = "one_stays_one_puts_back",
     .setup = setup,
     .threads = {notify_last, stay, put_back},
     .check = check_all_given},
    {.name = "two_notifications_in_one_permit",
     .setup = setup,
     .threads = {store_first, store_second, take_what_both_stored},
     .check = check_all_given},
    {.name = "told_at_once",
     .setup = setup,
     .threads = {tell_all, first_of_two, second_of_two},
     .check = check_crowd},
    {.name = "told_and_given_up",
     .setup = setup,
     .threads = {tell_all, first_of_two, second_gives_up},
     .check = check_crowd},
    {.name = "freed_by_who_told",
     .setup = setup_waiting,
     .threads = {tell_and_free, first_waits_on, second_waits_on}},
    {.name = "a_call_carried_on",
     .setup = setup,
     .threads = {tell_all, come_and_go, learn_of_the_call},
     .check = check_nobody_waits},
    {.name = "a_permit_beside_a_crowd",
     .setup = setup,
     .threads = {tell_one_and_all, finish_made, enable_made},
     .check = check_permit,
     .outcomes = "stored taken"},
};

MODEL_PROGRAM("notify", scenarios)
