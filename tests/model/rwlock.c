/*
 * rwlock.c: readers and writers of a lock for two readers, in every order: a writer is alone, sees
 * what was written before and is seen by whoever comes after, also when it becomes a reader; who is
 * cancelled holds nothing or all of it; and what is held can be unlocked.
 */
#include <edo/rwlock.h>

#include <errno.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "no_task.h"
#include "sync/permits.h"

static edo_rwlock rwlock;
static unsigned value;   /* plain: written under the lock, and read */
static uint32_t written; /* atomic: what it has to be */

static void setup(void)
{
    model_assert(edo_rwlock_init(&rwlock, 2) == 0);
    model_name(&rwlock.permits.word, "word");
    model_name(&rwlock.writing, "writing");
    model_ignore(&written, sizeof written);
}

static void setup_written(void)
{
    setup();
    model_assert(edo_rwlock_try_write(&rwlock) == 0);
}

static void write_and_unlock(void)
{
    value++;
    a_fetch_add(&written, 1, relaxed);
    model_assert(edo_rwlock_unlock_write(&rwlock) == 0);
}

static void read_and_unlock(void)
{
    unsigned seen = value;

    model_assert(value == seen);
    model_assert(edo_rwlock_unlock_read(&rwlock) == 0);
}

static void write_and_stay_to_read(void)
{
    value++;
    unsigned seen = value;
    a_fetch_add(&written, 1, relaxed);
    model_assert(edo_rwlock_downgrade(&rwlock) == 0);
    model_assert(value == seen); /* no other writer came in between */
    read_and_unlock();
}

static void try_to_write(void)
{
    if (edo_rwlock_try_write(&rwlock) == 0)
        write_and_unlock();
}

static void try_to_read(void)
{
    if (edo_rwlock_try_read(&rwlock) == 0)
        read_and_unlock();
}

static void try_to_downgrade(void)
{
    if (edo_rwlock_try_write(&rwlock) == 0)
        write_and_stay_to_read();
}

/* False: it was given up in time. */
static bool lock_by(edo_rwlock_future *wait, bool gives_up)
{
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);

    while (edo_future_poll(&wait->base, &waker) == EDO_PENDING) {
        if (gives_up)
            edo_future_cancel(&wait->base);
        else
            parker_wait(own, UINT64_MAX);
    }
    parker_unref(own);
    model_assert(wait->base.result == 0 || (gives_up && wait->base.result == -ECANCELED));
    return wait->base.result == 0;
}

static void wait_to_write(void)
{
    edo_rwlock_write_future wait = edo_rwlock_write_async(&rwlock);

    lock_by(&wait, false);
    write_and_unlock();
}

static void wait_to_read(void)
{
    edo_rwlock_read_future wait = edo_rwlock_read_async(&rwlock);

    lock_by(&wait, false);
    read_and_unlock();
}

/* As edo_rwlock_read. */
static void grab_to_read(void)
{
    if (permits_grab(&rwlock.permits) || permits_settle(&rwlock.permits))
        read_and_unlock();
    else
        wait_to_read();
}

static void give_up_writing(void)
{
    edo_rwlock_write_future wait = edo_rwlock_write_async(&rwlock);

    if (lock_by(&wait, true))
        write_and_unlock();
}

static void write_and_put_back(void)
{
    edo_rwlock_write_future wait = edo_rwlock_write_async(&rwlock);

    lock_by(&wait, false);
    edo_future_put_back(&wait.base);
    model_assert(wait.base.result == -ECANCELED);
}

static void check(void)
{
    model_assert(value == written);
    model_assert(rwlock.writing == 0 && edo_rwlock_fini(&rwlock) == 0);
}

static const model_scenario scenarios[] = {
    {.name = "try_against_each_other",
     .setup = setup,
     .threads = {try_to_write, try_to_read, try_to_downgrade},
     .check = check},
    {.name = "wait_for_the_writer",
     .setup = setup_written,
     .threads = {write_and_unlock, wait_to_read, wait_to_write},
     .check = check,
     .preemptions = 2},
    {.name = "grab_beside_writers",
     .setup = setup_written,
     .threads = {write_and_unlock, grab_to_read, wait_to_write},
     .check = check,
     .preemptions = 2},
    {.name = "two_grabs_beside_an_unlock",
     .setup = setup_written,
     .threads = {write_and_unlock, grab_to_read, grab_to_read},
     .check = check,
     .preemptions = 2},
    {.name = "wait_for_a_downgrade",
     .setup = setup_written,
     .threads = {write_and_stay_to_read, wait_to_read, wait_to_write},
     .check = check,
     .preemptions = 2},
    {.name = "cancel_beside_an_unlock",
     .setup = setup_written,
     .threads = {write_and_unlock, give_up_writing, wait_to_read},
     .check = check,
     .preemptions = 2},
    {.name = "put_back_before_a_reader",
     .setup = setup_written,
     .threads = {write_and_unlock, write_and_put_back, wait_to_read},
     .check = check,
     .preemptions = 2},
};

MODEL_PROGRAM("rwlock", scenarios)
