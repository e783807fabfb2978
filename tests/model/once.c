/*
 * once.c: cells and barriers: a value is set once and seen whole, one at a time makes it, a round
 * ends once, whoever gives up meanwhile; and the memory may go once the waits are over.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/barrier.h>
#include <edo/once_cell.h>
#include <edo/set_once.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "no_runtime.h"

enum wish { STAYS, GIVES_UP, PUTS_BACK };

static void wake_parker(void *p)
{
    parker_wake(p);
}

static void unref_parker(void *p)
{
    parker_unref(p);
}

/* Polls it to its end; its result. The waker is called with no lock held, so a crowd of two needs two
 * turns. */
static int64_t finish(edo_future *fut, edo_waiter *waiter, enum wish wish)
{
    parker *p = parker_new();
    edo_waker waker;
    (void)edo_waker_new(wake_parker, unref_parker, p, &waker);
    edo_poll is = edo_future_poll(fut, &waker);

    if (is == EDO_PENDING && wish != STAYS)
        edo_future_cancel(fut);
    while (is == EDO_PENDING && (is = edo_future_poll(fut, &waker)) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    if (wish == PUTS_BACK)
        edo_future_put_back(fut);
    model_assert(fut->result >= 0 || (wish != STAYS && fut->result == -ECANCELED));
    *waiter = (edo_waiter){0}; /* the memory is ours again, and so is the waker */
    edo_waker_drop(waker);
    return fut->result;
}

static unsigned ended; /* atomic */

/* Whether the caller is the last of so many. */
static bool is_last(unsigned of)
{
    /* acq_rel: the last one sees that the others are through. */
    return a_fetch_add(&ended, 1, acq_rel) + 1 == of;
}

/* --- set once ----------------------------------------------------------------------------- */

static edo_set_once *set_cell;
static unsigned values[2]; /* plain: 7 when set */
static unsigned set;       /* atomic */

static void setup_set(void)
{
    set_cell = calloc(1, sizeof *set_cell);
    model_name(&set_cell->once.word, "word");
    model_ignore(&set, sizeof set);
}

static void set_value(unsigned i)
{
    values[i] = 7;
    int rc = edo_set_once_set(set_cell, &values[i]);
    model_assert(rc == 0 || rc == -EEXIST);
    if (rc == 0)
        a_fetch_add(&set, 1, relaxed);
}

static void set_first(void)
{
    set_value(0);
}

static void set_second(void)
{
    set_value(1);
}

static bool wait_set(enum wish wish)
{
    void *value = NULL;
    edo_set_once_wait_future wait = edo_set_once_wait_async(set_cell, &value);
    bool has = finish(&wait.base, &wait.waiter, wish) == 0;

    if (has)
        model_assert(*(unsigned *)value == 7);
    return has;
}

static void wait_for_set(void)
{
    model_assert(wait_set(STAYS));
}

static void wait_a_little(void)
{
    (void)wait_set(GIVES_UP);
}

static void check_set_once(void)
{
    model_assert(set == 1);
    model_assert(edo_set_once_fini(set_cell) == 0);
    free(set_cell);
}

/* Two wait, and the last of them to know of the cell frees it: the setter may be in it still. */

static void leave_set(void)
{
    if (!is_last(2))
        return;
    model_assert(edo_set_once_fini(set_cell) == 0);
    free(set_cell);
}

static void wait_and_leave(void)
{
    wait_for_set();
    leave_set();
}

static void give_up_and_leave(void)
{
    if (!wait_set(GIVES_UP))
        wait_for_set();
    leave_set();
}

/* --- made once ---------------------------------------------------------------------------- */

static edo_once_cell *cell;
static unsigned making; /* plain: of whoever has the turn */
static unsigned made;   /* plain: 7 when made */

static void setup_cell(void)
{
    cell = calloc(1, sizeof *cell);
    model_name(&cell->once.word, "word");
}

static int take_turn(enum wish wish)
{
    void *value = NULL;
    edo_once_cell_begin_future begin = edo_once_cell_begin_async(cell, &value);
    int rc = (int)finish(&begin.base, &begin.waiter, wish);

    if (rc == 0)
        model_assert(*(unsigned *)value == 7);
    if (rc == 1)
        model_assert(made == 0 && making++ < 3);
    return rc;
}

static void make_it(void)
{
    if (take_turn(STAYS) == 0)
        return;
    made = 7;
    model_assert(edo_once_cell_finish(cell, &made) == 0);
}

static void fail(void)
{
    if (take_turn(STAYS) == 1)
        model_assert(edo_once_cell_abandon(cell) == 0);
}

static void give_up_turn(void)
{
    if (take_turn(GIVES_UP) == 1)
        model_assert(edo_once_cell_abandon(cell) == 0);
}

static void put_turn_back(void)
{
    (void)take_turn(PUTS_BACK);
}

static void look(void)
{
    unsigned *value = edo_once_cell_get(cell);

    if (value)
        model_assert(*value == 7);
}

static void check_made(void)
{
    model_assert(edo_once_cell_get(cell) == &made);
    model_assert(edo_once_cell_fini(cell) == 0);
    free(cell);
}

/* A value that is set, taken out and set again; who takes it has it to itself. */

static void set_and_take(unsigned *mine)
{
    *mine = 7;
    (void)edo_once_cell_set(cell, mine);
    unsigned *taken = edo_once_cell_take(cell);
    if (taken)
        model_assert((*taken)++ == 7);
}

static void set_and_take_first(void)
{
    set_and_take(&values[0]);
}

static void set_and_take_second(void)
{
    set_and_take(&values[1]);
}

static void check_taken(void)
{
    model_assert(!edo_once_cell_get(cell) && edo_once_cell_fini(cell) == 0);
    free(cell);
}

/* --- rounds ------------------------------------------------------------------------------- */

#define SIZE 3

static edo_barrier *barrier;
static unsigned at[2][SIZE]; /* plain: who has come in which round */
static unsigned leaders;     /* atomic */

static void setup_rounds(void)
{
    barrier = calloc(1, sizeof *barrier);
    edo_barrier_init(barrier, SIZE);
    model_ignore(&leaders, sizeof leaders);
}

static void setup_pairs(void)
{
    setup_rounds();
    barrier->size = 2;
}

static int64_t come(enum wish wish)
{
    edo_barrier_wait_future wait = edo_barrier_wait_async(barrier);
    int64_t rc = finish(&wait.base, &wait.waiter, wish);

    if (rc == 1)
        a_fetch_add(&leaders, 1, relaxed);
    return rc;
}

static void go_rounds(unsigned me, unsigned count)
{
    for (unsigned round = 0; round < count; round++) {
        at[round][me] = 1;
        (void)come(STAYS);
        for (unsigned i = 0; i < SIZE; i++)
            model_assert(at[round][i] == 1);
    }
    if (!is_last(SIZE))
        return;
    model_assert(leaders == count && barrier->arrived == 0);
    model_assert(edo_barrier_fini(barrier) == 0);
    free(barrier);
}

static void go_first(void)
{
    go_rounds(0, 2);
}

static void go_second(void)
{
    go_rounds(1, 2);
}

static void go_third(void)
{
    go_rounds(2, 2);
}

static void check_rounds(void)
{
    model_assert(ended == SIZE);
}

/* Two have come already, and the leader frees the barrier; they may be polled for no reason. */

static edo_barrier_wait_future come_before[2];
static parker *waiting[2];
static edo_waker waker_of[2];

static void setup_waiting(void)
{
    setup_rounds();
    for (unsigned i = 0; i < 2; i++) {
        waiting[i] = parker_new();
        (void)edo_waker_new(wake_parker, unref_parker, waiting[i], &waker_of[i]);
        come_before[i] = edo_barrier_wait_async(barrier);
        model_assert(edo_future_poll(&come_before[i].base, &waker_of[i]) == EDO_PENDING);
    }
}

static void wait_on(unsigned i)
{
    while (edo_future_poll(&come_before[i].base, &waker_of[i]) == EDO_PENDING)
        parker_wait(waiting[i], UINT64_MAX);
    model_assert(come_before[i].base.result == 0);
    come_before[i].waiter = (edo_waiter){0};
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

static void lead_and_free(void)
{
    model_assert(come(STAYS) == 1);
    model_assert(edo_barrier_fini(barrier) == 0);
    free(barrier);
}

static void come_once(void)
{
    (void)come(STAYS);
}

/* If it was counted, somebody else is alone now. */
static void come_and_give_up(void)
{
    if (come(GIVES_UP) >= 0)
        come_once();
}

/* A round of three in any case. */
static void come_in_the_end(void)
{
    if (come(GIVES_UP) < 0)
        come_once();
}

static void check_one_round(void)
{
    model_assert(barrier->arrived == 0 && leaders == 1);
    model_assert(edo_barrier_fini(barrier) == 0);
    free(barrier);
}

static void check_pairs(void)
{
    model_assert(barrier->arrived == 0 && (leaders == 1 || leaders == 2));
    model_outcome(leaders == 1 ? "gave_up" : "came");
    model_assert(edo_barrier_fini(barrier) == 0);
    free(barrier);
}

static const model_scenario scenarios[] = {
    {.name = "two_set_and_one_waits",
     .setup = setup_set,
     .threads = {set_first, set_second, wait_for_set},
     .check = check_set_once},
    {.name = "two_set_and_one_gives_up",
     .setup = setup_set,
     .threads = {set_first, set_second, wait_a_little},
     .check = check_set_once},
    {.name = "two_wait_and_the_last_frees",
     .setup = setup_set,
     .threads = {set_first, wait_and_leave, give_up_and_leave},
     .check = NULL},
    {.name = "one_makes_one_fails_one_gives_up",
     .setup = setup_cell,
     .threads = {make_it, fail, give_up_turn},
     .check = check_made},
    {.name = "two_make_and_one_puts_back",
     .setup = setup_cell,
     .threads = {make_it, put_turn_back, make_it},
     .check = check_made},
    {.name = "one_looks_on",
     .setup = setup_cell,
     .threads = {make_it, fail, look},
     .check = check_made},
    {.name = "set_and_taken",
     .setup = setup_cell,
     .threads = {set_and_take_first, set_and_take_second},
     .check = check_taken},
    {.name = "three_in_two_rounds",
     .setup = setup_rounds,
     .threads = {go_first, go_second, go_third},
     .preemptions = 2,
     .check = check_rounds},
    {.name = "freed_by_the_leader",
     .setup = setup_waiting,
     .threads = {lead_and_free, first_waits_on, second_waits_on}},
    {.name = "three_and_one_who_comes_in_the_end",
     .setup = setup_rounds,
     .threads = {come_once, come_once, come_in_the_end},
     .check = check_one_round},
    {.name = "a_pair_and_one_who_gives_up",
     .setup = setup_pairs,
     .threads = {come_once, come_once, come_and_give_up},
     .check = check_pairs,
     .outcomes = "gave_up came"},
};

MODEL_PROGRAM("once", scenarios)
