/* seat_test.c: where pinned tasks become ready, looked at from within. */
#include "task/local_rig.h"

#include "sched/seat.h"

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

/* ---- seats are used again ------------------------------------------------------------------ */

static int pin_for_a_yield(void *arg)
{
    (void)arg;
    assert_ok(edo_pin());
    assert_ok(edo_yield());
    assert_non_null(thread_self()->seat);
    return edo_unpin();
}

static void *drive_once(void *runtime)
{
    assert_int_equal(edo_block_on(runtime, pin_for_a_yield, NULL), 0);
    assert_null(thread_self()->seat); /* it drives no more */
    return NULL;
}

static unsigned count_seats(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    unsigned n = 0;

    for (seat *st = handle->seats; st; st = st->next)
        n++;
    edo_handle_unref(handle);
    return n;
}

EDO_TEST_PLAIN(a_seat_that_nobody_needs_is_the_next_threads)
{
    edo_runtime *runtime = make_current();

    for (int i = 0; i < 10; i++)
        join_thread(start_thread(drive_once, runtime));
    assert_int_equal(count_seats(runtime), 1);
    assert_ok(edo_runtime_free(runtime));
}

static edo_local_set *kept;

static int keep_a_set(void *arg)
{
    assert_ok(edo_local_set_new(NULL, &kept));
    return edo_local_set_run_until(kept, pin_for_a_yield, arg);
}

static void *drive_a_set(void *runtime)
{
    assert_int_equal(edo_block_on(runtime, keep_a_set, NULL), 0);
    drive_once(runtime);
    assert_int_equal(count_seats(runtime), 1); /* its own again */
    return NULL;
}

EDO_TEST_PLAIN(a_seat_with_a_set_stays_its_threads)
{
    edo_runtime *runtime = make_current();

    join_thread(start_thread(drive_a_set, runtime));
    drive_once(runtime);
    assert_int_equal(count_seats(runtime), 2);
    edo_local_set *before = kept;
    assert_int_equal(edo_block_on(runtime, keep_a_set, NULL), 0); /* now both are needed */
    assert_ok(edo_local_set_free(before)); /* an empty one can be freed from anywhere */
    join_thread(start_thread(drive_once, runtime));
    assert_int_equal(count_seats(runtime), 2);
    assert_ok(edo_local_set_free(kept));
    assert_ok(edo_runtime_free(runtime));
}

/* ---- a thread without a core --------------------------------------------------------------- */

typedef struct spare {
    gate pinned, woken;
    pid_t tid;
} spare;

static int wait_pinned(void *arg)
{
    spare *sp = arg;

    assert_ok(edo_pin());
    sp->tid = gettid();
    gate_open(&sp->pinned);
    assert_ok(gate_wait(&sp->woken));
    return gettid() == sp->tid;
}

/* Until another thread has its core. */
static int block_thread(void *arg)
{
    edo_handle *handle = edo_runtime_handle(arg);
    const thread *self = thread_self(), *holder;

    wait_until((holder = a_load(&handle->cores[0]->holder, acquire)) && holder != self);
    edo_handle_unref(handle);
    return gettid();
}

static unsigned spares_of(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);

    lock_take(&handle->threads_lock);
    unsigned n = handle->spare_count;
    lock_drop(&handle->threads_lock);
    edo_handle_unref(handle);
    return n;
}

static int wake_a_spare(void *arg)
{
    spare sp = {.pinned = GATE_INIT, .woken = GATE_INIT};
    edo_task pinned, blocker;

    assert_ok(edo_spawn(wait_pinned, &sp, &pinned));
    assert_ok(gate_wait(&sp.pinned));
    assert_ok(edo_spawn(block_thread, arg, &blocker));
    assert_int_equal(join_result(blocker), sp.tid);
    task_wait_until(spares_of(arg) == 1); /* another thread has the core now, for good */
    assert_true(gettid() != sp.tid);
    gate_open(&sp.woken);
    return join_result(pinned);
}

EDO_TEST_PLAIN(a_thread_without_a_core_is_called_for_its_pinned_task)
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, wake_a_spare, runtime), 1);
    assert_ok(edo_runtime_free(runtime));
}
