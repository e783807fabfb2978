/* lock_test.c: the lock excludes, and nobody who waits for it is forgotten. */
#include "support/edo_test.h"

#include "base/lock.h"

#define THREADS 4

static lock guard;
static uint64_t counter; /* not atomic: the lock has to do */
static unsigned rounds;

static void *count_up(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < rounds; i++) {
        lock_take(&guard);
        counter++;
        lock_drop(&guard);
    }
    return NULL;
}

EDO_TEST_PLAIN(lock_excludes_threads)
{
    pthread_t threads[THREADS];

    rounds = test_count(200000);
    for (int i = 0; i < THREADS; i++)
        threads[i] = start_thread(count_up, NULL);
    for (int i = 0; i < THREADS; i++)
        join_thread(threads[i]);
    assert_int_equal(counter, (uint64_t)rounds * THREADS);
    assert_int_equal(guard.word, 0);
}

EDO_TEST_PLAIN(lock_try_fails_while_held)
{
    lock l = {0};

    assert_true(lock_try(&l));
    assert_false(lock_try(&l));
    lock_drop(&l);
    assert_true(lock_try(&l));
    lock_drop(&l);
}

EDO_TEST_PLAIN(lock_wakes_all_sleepers_in_turn)
{
    pthread_t threads[THREADS];

    rounds = 1;
    lock_take(&guard);
    for (int i = 0; i < THREADS; i++)
        threads[i] = start_thread(count_up, NULL);
    wait_until(a_load(&guard.word, relaxed) == 2); /* one sleeps, or is about to */
    block_thread_for(20);                          /* so do the others */
    lock_drop(&guard);
    for (int i = 0; i < THREADS; i++)
        join_thread(threads[i]);
    assert_int_equal(counter, THREADS);
}
