/*
 * lock.c: base/lock.c itself, on its futex: one holder at a time, who sees what the one before wrote,
 * and no sleeper is forgotten.
 */
#include "base/lock.h"
#include "engine/model.h"

static lock the_lock;
static unsigned sum; /* plain */

static void setup(void)
{
    model_name(&the_lock.word, "word");
}

static void add_once(void)
{
    lock_take(&the_lock);
    sum++;
    lock_drop(&the_lock);
}

static void add_twice(void)
{
    add_once();
    add_once();
}

static void try_once(void)
{
    if (!lock_try(&the_lock))
        return;
    sum++;
    lock_drop(&the_lock);
}

static void check_four(void)
{
    model_assert(sum == 4 && the_lock.word == 0);
}

static void check_try(void)
{
    model_assert((sum == 3 || sum == 2) && the_lock.word == 0);
}

static const model_scenario scenarios[] = {
    {.name = "three_takers",
     .setup = setup,
     .threads = {add_once, add_once, add_twice},
     .weak = 1,
     .check = check_four},
    {.name = "try_beside_takers",
     .setup = setup,
     .threads = {add_once, add_once, try_once},
     .check = check_try},
};

MODEL_PROGRAM("lock", scenarios)
