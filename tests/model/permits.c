/*
 * permits.c: permits are taken, given, waited for, given up and closed at once: none is lost or made,
 * nobody overtakes, every wait ends, what a holder wrote the next one sees, and whoever has got the
 * last one may free the memory. WAKES_MAX is one here: two who are served make two rounds.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "sync/permits.h"

static edo_permits permits;
static unsigned guarded; /* plain: touched by holders of the one permit */
static unsigned kept;    /* atomic: permits that their takers didn't give back */

static void setup_permits(size_t count)
{
    permits = (edo_permits)EDO_PERMITS_INIT(count);
    model_name(&permits.word, "word");
    model_ignore(&kept, sizeof kept);
}

static void setup_none(void)
{
    setup_permits(0);
}

static void setup_one(void)
{
    setup_permits(1);
}

/* Until the wait is over, after a poll for nothing; or, given up, until that poll. */
static enum waiter_state wait_by(edo_permits *p, edo_waiter *w, size_t n, parker *own,
                                 const edo_waker *waker, bool gives_up)
{
    enum waiter_state state = permits_poll(p, w, n, waker);

    if (state == WAITER_LINKED)
        state = permits_poll(p, w, n, waker);
    while (state == WAITER_LINKED && !gives_up) {
        parker_wait(own, UINT64_MAX);
        state = permits_poll(p, w, n, waker);
    }
    return state == WAITER_LINKED ? permits_cancel(p, w) : state;
}

/* The same on this thread's stack, which is its own again afterwards, and so is the waker's memory. */
static enum waiter_state wait_for(size_t n, bool gives_up)
{
    edo_waiter w = {0};
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);
    enum waiter_state state = wait_by(&permits, &w, n, own, &waker, gives_up);

    w = (edo_waiter){.prev = &w, .next = &w};
    parker_unref(own);
    return state;
}

static void use_and_release(void)
{
    guarded++;
    permits_release(&permits, 1);
}

static void wait_and_use(void)
{
    model_assert(wait_for(1, false) == WAITER_GRANTED);
    use_and_release();
}

static void try_and_use(void)
{
    if (permits_try(&permits, 1) == 0)
        use_and_release();
}

/* As the direct form of a read lock. */
static void grab_and_use(void)
{
    if (!permits_grab(&permits) && !permits_settle(&permits))
        model_assert(wait_for(1, false) == WAITER_GRANTED);
    use_and_release();
}

static void use_or_give_up(void)
{
    if (wait_for(1, true) == WAITER_GRANTED)
        use_and_release();
}

static void keep(unsigned n)
{
    a_fetch_add(&kept, n, relaxed);
}

static void check_available(size_t n)
{
    model_assert((permits.word & ~PERMITS_CLOSED) == n * PERMITS_ONE);
    model_assert(permits.collected == 0 && permits_fini(&permits) == 0);
}

static void check_one(void)
{
    check_available(1);
}

static void check_all_used(void)
{
    check_one();
    model_assert(guarded == 3);
}

/* --- close: whoever finds it closed sees what the closer wrote before --------------------------- */

static const char *reason; /* plain */

static void close_it(void)
{
    reason = "over";
    model_assert(permits_close(&permits));
}

static void wait_or_be_closed(void)
{
    if (wait_for(1, false) == WAITER_GRANTED) {
        guarded++;
        keep(1);
    } else {
        model_assert(reason);
    }
}

static void release_and_look(void)
{
    use_and_release();
    if (permits_is_closed(&permits))
        model_assert(reason);
}

static void try_or_be_closed(void)
{
    int rc = permits_try(&permits, 1);

    model_assert(rc == 0 || rc == -EAGAIN || (rc == -EPIPE && reason));
    if (rc == 0)
        use_and_release();
}

static void check_closed(void)
{
    model_assert(permits_try(&permits, 1) == -EPIPE);
    check_available(1 - kept);
}

/* --- a large request, first in the queue --------------------------------------------------------- */

static edo_waiter large;
static parker *large_parker;
static edo_waker large_waker;

static void setup_large(void)
{
    setup_one();
    large_parker = parker_new();
    large_waker = parker_waker(large_parker);
    model_assert(permits_poll(&permits, &large, 2, &large_waker) == WAITER_LINKED);
}

static void wait_large(void)
{
    model_assert(wait_by(&permits, &large, 2, large_parker, &large_waker, false) == WAITER_GRANTED);
    keep(2);
}

static void give_large_up(void)
{
    if (wait_by(&permits, &large, 2, large_parker, &large_waker, true) == WAITER_GRANTED)
        keep(2);
}

static void release_two(void)
{
    permits_release(&permits, 1);
    permits_release(&permits, 1);
}

/* Whoever gets one comes after the large request. */
static void take_small(void)
{
    model_assert(waiter_peek(&large) == WAITER_GRANTED);
    keep(1);
}

static void try_small(void)
{
    if (permits_try(&permits, 1) == 0)
        take_small();
}

static void wait_small(void)
{
    model_assert(wait_for(1, false) == WAITER_GRANTED);
    take_small();
}

static void wait_small_anyway(void)
{
    model_assert(wait_for(1, false) == WAITER_GRANTED);
    keep(1);
}

static void check_rest(void)
{
    parker_unref(large_parker);
    check_available(3 - kept);
}

/* --- memory that is freed as soon as the permits are back ------------------------------------------ */

static edo_permits *brief;
static uint32_t left_it; /* atomic: the other waiter has */

static void setup_brief(void)
{
    brief = malloc(sizeof *brief);
    *brief = (edo_permits)EDO_PERMITS_INIT(0);
}

static void wake_parker(void *own)
{
    parker_wake(own);
}

static void drop_parker(void *own)
{
    parker_unref(own);
}

/* By a user's waker, which is owed a push. */
static enum waiter_state wait_counted(bool gives_up)
{
    edo_waiter w = {0};
    edo_waker waker;
    parker *own = parker_new();

    model_assert(edo_waker_new(wake_parker, drop_parker, own, &waker) == 0);
    enum waiter_state state = wait_by(brief, &w, 1, own, &waker, gives_up);
    w = (edo_waiter){.prev = &w, .next = &w};
    edo_waker_drop(waker);
    return state;
}

static void release_two_at_once(void)
{
    permits_release(brief, 2);
}

static void release_last(void)
{
    permits_release(brief, 1);
}

static void leave(void)
{
    wait_counted(true);
    a_store(&left_it, 1, release);
}

static bool has_left(void *arg)
{
    (void)arg;
    return left_it;
}

static void get_and_free(void)
{
    model_assert(wait_counted(false) == WAITER_GRANTED);
    model_assert(permits_fini(brief) == 0);
    free(brief);
    brief = NULL;
}

static void get_and_free_if_alone(void)
{
    model_assert(wait_counted(false) == WAITER_GRANTED);
    model_wait_until(has_left, NULL, "the other one is still there");
    a_fetch_add(&left_it, 0, acquire); /* a read-modify-write reads the newest */
    if (permits_fini(brief) < 0)
        return; /* the releaser is still about */
    free(brief);
    brief = NULL;
}

/* --- a close in two rounds ----------------------------------------------------------------------- */

static edo_waiter queued[2];
static edo_waker queued_waker;

static void do_nothing(void *arg)
{
    (void)arg;
}

static void setup_queued(void)
{
    setup_none();
    model_assert(edo_waker_new(do_nothing, NULL, NULL, &queued_waker) == 0);
    for (unsigned i = 0; i < 2; i++)
        model_assert(permits_poll(&permits, &queued[i], 1, &queued_waker) == WAITER_LINKED);
}

static void give_second_up(void)
{
    if (permits_cancel(&permits, &queued[1]) == WAITER_GRANTED)
        keep(1);
}

static void check_queued(void)
{
    if (waiter_peek(&queued[0]) == WAITER_GRANTED)
        keep(1);
    model_assert(waiter_peek(&queued[0]) != WAITER_LINKED);
    edo_waker_drop(queued_waker);
    check_closed();
}

/* --- a wait that is ended by who then frees the memory ------------------------------------------- */

static void setup_brief_waited(void)
{
    setup_brief();
    large_parker = parker_new();
    large_waker = parker_waker(large_parker);
    model_assert(permits_poll(brief, &large, 1, &large_waker) == WAITER_LINKED);
}

static void free_brief(void)
{
    model_assert(permits_fini(brief) == 0);
    free(brief);
}

static void close_and_free(void)
{
    model_assert(permits_close(brief));
    free_brief();
}

static void release_and_free(void)
{
    permits_release(brief, 1);
    free_brief();
}

static void wait_until_ended(void)
{
    model_assert(wait_by(brief, &large, 1, large_parker, &large_waker, false) != WAITER_LINKED);
    large = (edo_waiter){.prev = &large, .next = &large};
    parker_unref(large_parker);
}

static void check_brief(void)
{
    if (brief)
        model_assert(permits_fini(brief) == 0);
    free(brief);
}

static const model_scenario scenarios[] = {
    {.name = "try_against_release",
     .setup = setup_one,
     .threads = {try_and_use, try_and_use, try_and_use},
     .check = check_one},
    {.name = "wait_against_release",
     .setup = setup_one,
     .threads = {wait_and_use, wait_and_use, wait_and_use},
     .check = check_all_used,
     .preemptions = 2},
    {.name = "grab_against_release",
     .setup = setup_one,
     .threads = {grab_and_use, grab_and_use, wait_and_use},
     .check = check_all_used,
     .preemptions = 2},
    {.name = "grab_beside_a_try",
     .setup = setup_none,
     .threads = {use_and_release, grab_and_use, try_and_use},
     .check = check_one},
    {.name = "cancel_against_hand_out",
     .setup = setup_none,
     .threads = {use_and_release, use_or_give_up, wait_and_use},
     .check = check_one},
    {.name = "cancel_beside_a_try",
     .setup = setup_none,
     .threads = {use_and_release, use_or_give_up, try_and_use},
     .check = check_one},
    {.name = "close_against_wait_and_release",
     .setup = setup_none,
     .threads = {close_it, wait_or_be_closed, release_and_look},
     .check = check_closed},
    {.name = "close_against_try_and_release",
     .setup = setup_none,
     .threads = {close_it, try_or_be_closed, release_and_look},
     .check = check_closed},
    {.name = "close_in_two_rounds",
     .setup = setup_queued,
     .threads = {close_it, give_second_up, release_and_look},
     .check = check_queued},
    {.name = "large_before_a_try",
     .setup = setup_large,
     .threads = {wait_large, try_small, release_two},
     .check = check_rest},
    {.name = "large_before_small",
     .setup = setup_large,
     .threads = {wait_large, wait_small, release_two},
     .check = check_rest,
     .preemptions = 2},
    {.name = "large_gives_up",
     .setup = setup_large,
     .threads = {give_large_up, wait_small_anyway, release_two},
     .check = check_rest,
     .preemptions = 2},
    {.name = "freed_by_who_got_the_last",
     .setup = setup_brief,
     .threads = {get_and_free, release_last},
     .check = check_brief},
    {.name = "freed_by_who_closed",
     .setup = setup_brief_waited,
     .threads = {close_and_free, wait_until_ended}},
    {.name = "freed_by_who_released",
     .setup = setup_brief_waited,
     .threads = {release_and_free, wait_until_ended}},
    {.name = "freed_between_two_rounds",
     .setup = setup_brief,
     .threads = {get_and_free_if_alone, leave, release_two_at_once},
     .check = check_brief,
     .preemptions = 2},
};

MODEL_PROGRAM("permits", scenarios)
