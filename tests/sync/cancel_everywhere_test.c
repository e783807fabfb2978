/*
 * cancel_everywhere_test.c: code that waits for locks is cancelled at each of its steps. Afterwards every
 * permit is back, every lock is free, and nobody is counted who has gone.
 */
#include "sync/cancel_rig.h"

/* --- locks -------------------------------------------------------------------------------------- */

/* Holds it over two waits, whoever runs it. */
static int hold_mutex(void *arg)
{
    edo_mutex *m = arg;
    int rc = edo_mutex_lock(m);

    if (note(rc) < 0)
        return rc;
    if ((rc = edo_yield()) == 0)
        rc = edo_sleep(EDO_MILLIS(1));
    assert_ok(edo_mutex_unlock(m));
    return rc;
}

static int contend_for_mutex(void *arg)
{
    assert_ok(edo_spawn(hold_mutex, arg, NULL));
    assert_ok(edo_spawn(hold_mutex, arg, NULL));
    edo_yield();
    return hold_mutex(arg);
}

static void check_mutex(void *arg, unsigned step)
{
    (void)step;
    assert_ok(edo_mutex_fini(arg)); /* neither held nor waited for */
}

EDO_TEST_PLAIN(a_mutex_is_free_after_a_cancel_at_any_step)
{
    edo_mutex m = EDO_MUTEX_INIT;

    check_cancels(contend_for_mutex, check_mutex, &m);
}

/* Held for so long that it is handed over: the one it is handed to may be cancelled before it looks. */
static int hold_mutex_for_long(void *arg)
{
    int rc = edo_mutex_lock(arg);

    if (rc < 0)
        return rc;
    rc = edo_yield();
    block_thread_for(2);
    assert_ok(edo_mutex_unlock(arg));
    return rc;
}

static int be_handed_the_mutex(void *arg)
{
    assert_ok(edo_spawn(hold_mutex_for_long, arg, NULL));
    edo_yield();
    return hold_mutex(arg);
}

EDO_TEST_PLAIN(a_mutex_that_is_handed_over_is_free_after_a_cancel_at_any_step)
{
    edo_mutex m = EDO_MUTEX_INIT;

    check_cancels(be_handed_the_mutex, check_mutex, &m);
}

static int hold_two_permits(void *arg)
{
    edo_semaphore *s = arg;
    edo_permit permit = {0};
    int rc = edo_semaphore_acquire_many(s, 2, &permit);

    if (note(rc) == 0 && (rc = edo_yield()) == 0)
        rc = edo_sleep(EDO_MILLIS(1));
    edo_permit_release(&permit);
    return rc;
}

static int contend_for_permits(void *arg)
{
    assert_ok(edo_spawn(hold_two_permits, arg, NULL));
    assert_ok(edo_spawn(hold_two_permits, arg, NULL));
    edo_yield();
    return hold_two_permits(arg);
}

static void check_permits(void *arg, unsigned step)
{
    (void)step;
    assert_int_equal(edo_semaphore_available(arg), 3);
    assert_ok(edo_semaphore_fini(arg));
}

EDO_TEST_PLAIN(all_permits_are_back_after_a_cancel_at_any_step)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(3); /* so that each wait collects one first */

    check_cancels(contend_for_permits, check_permits, &s);
}

/* Composites: what is cut short is a part of something. */
static int acquire_with_limits(void *arg)
{
    edo_semaphore *s = arg;
    edo_permit one = {0}, two = {0};
    edo_semaphore_acquire_future first = edo_semaphore_acquire_async(s, &one);
    edo_semaphore_acquire_future second = edo_semaphore_acquire_many_async(s, 2, &two);
    edo_sleep_future limit = edo_sleep_async(EDO_MILLIS(2));

    assert_ok(edo_spawn(hold_two_permits, s, NULL));
    edo_yield();
    edo_timeout_future short_second = edo_timeout_async(&second.base, EDO_MILLIS(1));
    int rc = edo_select(&first.base, &short_second.base, &limit.base);
    note(rc);
    edo_permit_release(&one);
    edo_permit_release(&two);
    if (rc < 0)
        return rc;
    first = edo_semaphore_acquire_async(s, &one);
    second = edo_semaphore_acquire_many_async(s, 2, &two);
    rc = edo_join_all(&first.base, &second.base);
    edo_permit_release(&one);
    edo_permit_release(&two);
    return rc;
}

EDO_TEST_PLAIN(all_permits_are_back_when_what_waits_for_them_is_a_part)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(3);

    check_cancels(acquire_with_limits, check_permits, &s);
}

/* --- notify ------------------------------------------------------------------------------------- */

typedef struct notified {
    edo_notify notify;
    unsigned sent, had;
} notified;

static int notify_later(void *arg)
{
    notified *n = arg;

    if (edo_yield() == 0 && edo_yield() == 0) {
        edo_notify_one(&n->notify);
        n->sent++;
    }
    return 0;
}

static int wait_for_notification(void *arg)
{
    notified *n = arg;

    assert_ok(edo_spawn(notify_later, arg, NULL));
    int rc = edo_notify_wait(&n->notify);
    n->had += note(rc) == 0;
    return rc;
}

static void check_notified(void *arg, unsigned step)
{
    notified *n = arg;
    edo_notify_wait_future wait = edo_notify_wait_async(&n->notify);

    (void)step;
    if (edo_test_poll(&wait.base) == EDO_READY) {
        n->had++;
    } else {
        edo_future_cancel(&wait.base);
        assert_ready_eq(&wait.base, -ECANCELED);
    }
    assert_int_equal(n->had, n->sent);
    assert_ok(edo_notify_fini(&n->notify));
}

EDO_TEST_PLAIN(a_notification_is_had_or_stored_after_a_cancel_at_any_step)
{
    notified n = {.notify = EDO_NOTIFY_INIT};

    check_cancels(wait_for_notification, check_notified, &n);
}

/* --- reader-writer locks ------------------------------------------------------------------------ */

static int read_briefly(void *arg)
{
    int rc = edo_rwlock_read(arg);

    if (note(rc) < 0)
        return rc;
    rc = edo_sleep(EDO_MILLIS(1));
    assert_ok(edo_rwlock_unlock_read(arg));
    return rc;
}

/* And goes on as a reader. */
static int write_briefly(void *arg)
{
    int rc = edo_rwlock_write(arg);

    if (note(rc) < 0)
        return rc;
    if ((rc = edo_yield()) == 0)
        rc = edo_sleep(EDO_MILLIS(1));
    assert_ok(edo_rwlock_downgrade(arg));
    if (rc == 0)
        rc = edo_yield();
    assert_ok(edo_rwlock_unlock_read(arg));
    return rc;
}

static int read_and_write(void *arg)
{
    assert_ok(edo_spawn(write_briefly, arg, NULL));
    assert_ok(edo_spawn(read_briefly, arg, NULL));
    edo_yield();
    int rc = read_briefly(arg);
    if (rc == 0) {
        assert_ok(edo_spawn(read_briefly, arg, NULL));
        edo_yield();
        rc = write_briefly(arg);
    }
    return rc;
}

static void check_rwlock(void *arg, unsigned step)
{
    (void)step;
    assert_ok(edo_rwlock_try_write(arg)); /* held by nobody, in either way */
    assert_ok(edo_rwlock_unlock_write(arg));
    assert_ok(edo_rwlock_fini(arg));
}

EDO_TEST_PLAIN(a_reader_writer_lock_is_free_after_a_cancel_at_any_step)
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    check_cancels(read_and_write, check_rwlock, &l);
}

/* --- barriers and cells ------------------------------------------------------------------------- */

static int meet(void *arg)
{
    return note(edo_barrier_wait(arg));
}

static int meet_later(void *arg)
{
    int rc = edo_yield();

    if (rc == 0 && (rc = edo_yield()) == 0)
        rc = meet(arg);
    return rc;
}

static int meet_twice(void *arg)
{
    assert_ok(edo_spawn(meet_later, arg, NULL));
    int rc = meet(arg);
    if (rc < 0)
        return rc;
    assert_ok(edo_spawn(meet_later, arg, NULL));
    return meet(arg);
}

static void check_barrier(void *arg, unsigned step)
{
    (void)step;
    check_two_fill(arg);
}

EDO_TEST_PLAIN(an_arrival_is_taken_back_by_a_cancel_at_any_step)
{
    edo_barrier b = EDO_BARRIER_INIT(2);

    check_cancels(meet_twice, check_barrier, &b);
}

static unsigned made, ended; /* values of cells */

static void end_value(void *value)
{
    (void)value;
    ended++;
}

static int make_value(void *arg, void **ret_value)
{
    int rc = edo_sleep(EDO_MILLIS(1));

    (void)arg;
    if (rc == 0) {
        made++;
        *ret_value = &made;
    }
    return rc;
}

static int want_value(void *arg)
{
    void *value = NULL;
    int rc = note(edo_once_cell_get_or_init(arg, make_value, NULL, &value));

    assert_true(rc < 0 || value == &made);
    return rc;
}

static int want_value_with_others(void *arg)
{
    assert_ok(edo_spawn(want_value, arg, NULL));
    edo_yield();
    assert_ok(edo_spawn(want_value, arg, NULL));
    return want_value(arg);
}

static void check_cell(void *arg, unsigned step)
{
    (void)step;
    assert_int_equal(edo_once_cell_is_set(arg), made);
    assert_ok(edo_once_cell_fini(arg)); /* nobody makes one, nobody waits */
    assert_int_equal(ended, made);
    assert_in_range(made, 0, 1);
    made = ended = 0;
    edo_once_cell_init(arg, end_value);
}

EDO_TEST_PLAIN(a_cell_has_one_value_or_none_after_a_cancel_at_any_step)
{
    edo_once_cell cell;

    edo_once_cell_init(&cell, end_value);
    check_cancels(want_value_with_others, check_cell, &cell);
}

static int set_later(void *arg)
{
    if (edo_yield() == 0 && edo_yield() == 0)
        assert_ok(edo_set_once_set(arg, &made));
    return 0;
}

static int wait_until_set(void *arg)
{
    void *value = NULL;

    assert_ok(edo_spawn(set_later, arg, NULL));
    int rc = note(edo_set_once_wait(arg, &value));
    assert_true(rc < 0 || value == &made);
    return rc;
}

static void check_set_once(void *arg, unsigned step)
{
    (void)step;
    assert_ok(edo_set_once_fini(arg));
    edo_set_once_init(arg, end_value);
}

EDO_TEST_PLAIN(a_wait_for_a_value_leaves_nothing_behind)
{
    edo_set_once cell;

    edo_set_once_init(&cell, end_value);
    check_cancels(wait_until_set, check_set_once, &cell);
}
