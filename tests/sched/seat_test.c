/* seat_test.c: where pinned tasks become ready, looked at from within. */
#include "task/local_rig.h"

#include "sched/seat.h"

typedef struct woken {
    gate begun, wake;
    int ended;
} woken;

static int wait_to_be_woken(void *arg)
{
    woken *w = arg;

    gate_open(&w->begun);
    int rc = gate_wait(&w->wake);
    w->ended++;
    return rc;
}

static int begin_woken(void *arg)
{
    woken *w = arg;

    assert_ok(edo_spawn_local(wait_to_be_woken, w, NULL));
    return gate_wait(&w->begun);
}

static int count_to_ten(void *arg)
{
    for (int i = 0; i < 10; i++) {
        assert_ok(edo_yield());
        ++*(int *)arg;
    }
    return 0;
}

static int wake_local(void *arg)
{
    seat *st = thread_self()->seat;
    int count = 0;
    woken w = {.begun = GATE_INIT, .wake = GATE_INIT};

    (void)arg;
    assert_ok(begin_woken(&w));
    lock_take(&st->remote.lock); /* who came to it now would never go on */
    edo_task counter = spawn_local(count_to_ten, &count);
    gate_open(&w.wake);
    for (int i = 0; i < 1000 && (count < 10 || w.ended == 0); i++)
        assert_ok(edo_yield());
    int ended = w.ended;
    lock_drop(&st->remote.lock);
    assert_int_equal(count, 10);
    assert_int_equal(ended, 1);
    assert_ok(join_result(counter));
    return 7;
}

EDO_TEST_BOTH(a_wake_on_the_sets_own_thread_takes_no_lock) /* task-074 */
{
    edo_local_set *set = new_local_set();

    assert_int_equal(edo_local_set_run_until(set, wake_local, NULL), 7);
    assert_ok(edo_local_set_free(set));
}
