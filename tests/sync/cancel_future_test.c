/*
 * cancel_future_test.c: each wait of a lock is polled by hand and cancelled around each
 * poll, and around each thing that happens to it; what it took is kept, or put back. Either way
 * nothing is missing, nobody is left in a queue, and who waits is woken.
 */
#include "sync/cancel_rig.h"

/* --- locks -------------------------------------------------------------------------------------- */

typedef struct locking {
    edo_mutex mutex;
    edo_mutex_lock_future lock;
    bool held; /* by us */
} locking;

static edo_future *make_lock(void *arg)
{
    locking *l = arg;

    *l = (locking){.mutex = EDO_MUTEX_INIT, .held = true};
    assert_ok(edo_mutex_try_lock(&l->mutex));
    l->lock = edo_mutex_lock_async(&l->mutex);
    return &l->lock.base;
}

static void unlock(void *arg)
{
    locking *l = arg;

    if (l->held)
        assert_ok(edo_mutex_unlock(&l->mutex));
    l->held = false;
}

static void unlock_late(void *arg)
{
    block_thread_for(2); /* so that it is handed over */
    unlock(arg);
}

static void check_lock(void *arg, unsigned step, int64_t result)
{
    locking *l = arg;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    assert_true(result < 0 || !l->held);
    if (result == 0 || l->held)
        assert_err(edo_mutex_try_lock(&l->mutex), -EAGAIN);
    else
        assert_ok(edo_mutex_try_lock(&l->mutex));
    assert_ok(edo_mutex_unlock(&l->mutex));
    assert_ok(edo_mutex_fini(&l->mutex));
}

EDO_TEST_PLAIN(a_lock_is_had_or_not_wherever_it_is_cancelled)
{
    locking l;

    check_future_cancels(make_lock, unlock, check_lock, &l);
    check_future_cancels(make_lock, unlock_late, check_lock, &l);
}

typedef struct acquiring {
    edo_semaphore semaphore;
    edo_semaphore_acquire_future acquire;
    edo_permit permit;
    size_t added;
} acquiring;

static edo_future *make_acquire(void *arg)
{
    acquiring *a = arg;

    *a = (acquiring){.semaphore = EDO_SEMAPHORE_INIT(0)};
    a->acquire = edo_semaphore_acquire_many_async(&a->semaphore, 2, &a->permit);
    return &a->acquire.base;
}

static void add_one(void *arg)
{
    acquiring *a = arg;

    assert_ok(edo_semaphore_add(&a->semaphore, 1));
    a->added++;
}

static void check_acquire(void *arg, unsigned step, int64_t result)
{
    acquiring *a = arg;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    assert_int_equal(edo_permit_count(&a->permit), result < 0 ? 0 : 2);
    edo_permit_release(&a->permit);
    assert_int_equal(edo_semaphore_available(&a->semaphore), a->added);
    assert_ok(edo_semaphore_fini(&a->semaphore));
}

EDO_TEST_PLAIN(permits_are_had_or_free_wherever_their_wait_is_cancelled)
{
    acquiring a;

    check_future_cancels(make_acquire, add_one, check_acquire, &a);
}

typedef struct notified {
    edo_notify notify;
    edo_notify_wait_future wait;
    bool sent;
} notified;

static edo_future *make_wait(void *arg)
{
    notified *n = arg;

    *n = (notified){.notify = EDO_NOTIFY_INIT};
    n->wait = edo_notify_wait_async(&n->notify);
    return &n->wait.base;
}

static void notify_once(void *arg)
{
    notified *n = arg;

    if (!n->sent)
        edo_notify_one(&n->notify);
    n->sent = true;
}

static void check_wait(void *arg, unsigned step, int64_t result)
{
    notified *n = arg;
    edo_notify_wait_future other = edo_notify_wait_async(&n->notify);

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    bool stored = edo_test_poll(&other.base) == EDO_READY;
    assert_int_equal(stored + (result == 0), n->sent);
    edo_future_cancel(&other.base);
    if (!stored)
        assert_ready_eq(&other.base, -ECANCELED);
    assert_ok(edo_notify_fini(&n->notify));
}

EDO_TEST_PLAIN(a_notification_is_had_or_stored_wherever_its_wait_is_cancelled)
{
    notified n;

    check_future_cancels(make_wait, notify_once, check_wait, &n);
}

/* --- reader-writer locks ------------------------------------------------------------------------ */

typedef struct sharing {
    edo_rwlock lock;
    edo_rwlock_read_future read;
    edo_rwlock_write_future write;
    unsigned readers, writers; /* of ours, that hold it */
} sharing;

static edo_future *make_read(void *arg)
{
    sharing *s = arg;

    *s = (sharing){.lock = EDO_RWLOCK_INIT, .writers = 1};
    assert_ok(edo_rwlock_try_write(&s->lock));
    s->read = edo_rwlock_read_async(&s->lock);
    return &s->read.base;
}

static edo_future *make_write(void *arg)
{
    sharing *s = arg;

    *s = (sharing){.lock = EDO_RWLOCK_INIT, .readers = 2};
    assert_ok(edo_rwlock_try_read(&s->lock));
    assert_ok(edo_rwlock_try_read(&s->lock));
    s->write = edo_rwlock_write_async(&s->lock);
    return &s->write.base;
}

static void unlock_shared(void *arg)
{
    sharing *s = arg;

    if (s->writers) {
        s->writers--;
        assert_ok(edo_rwlock_unlock_write(&s->lock));
    } else if (s->readers) {
        s->readers--;
        assert_ok(edo_rwlock_unlock_read(&s->lock));
    }
}

static void end_sharing(sharing *s)
{
    while (s->readers || s->writers)
        unlock_shared(s);
    assert_ok(edo_rwlock_try_write(&s->lock)); /* all of it is free */
    assert_ok(edo_rwlock_unlock_write(&s->lock));
    assert_ok(edo_rwlock_fini(&s->lock));
}

static void check_read(void *arg, unsigned step, int64_t result)
{
    sharing *s = arg;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    if (result == 0)
        assert_ok(edo_rwlock_unlock_read(&s->lock));
    end_sharing(s);
}

static void check_write(void *arg, unsigned step, int64_t result)
{
    sharing *s = arg;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    if (result == 0) {
        assert_err(edo_rwlock_try_read(&s->lock), -EAGAIN);
        assert_ok(edo_rwlock_unlock_write(&s->lock));
    } else if (s->readers) {
        assert_ok(edo_rwlock_try_read(&s->lock)); /* nobody waits to write any more */
        s->readers++;
    }
    end_sharing(s);
}

EDO_TEST_PLAIN(a_shared_lock_is_had_or_not_wherever_it_is_cancelled)
{
    sharing s;

    check_future_cancels(make_read, unlock_shared, check_read, &s);
    check_future_cancels(make_write, unlock_shared, check_write, &s);
}

/* --- barriers and cells ------------------------------------------------------------------------- */

typedef struct meeting {
    edo_barrier barrier;
    edo_barrier_wait_future wait, other;
    bool came;
} meeting;

static edo_future *make_meeting(void *arg)
{
    meeting *m = arg;

    *m = (meeting){.barrier = EDO_BARRIER_INIT(2)};
    m->wait = edo_barrier_wait_async(&m->barrier);
    return &m->wait.base;
}

static void other_comes(void *arg)
{
    meeting *m = arg;

    if (m->came)
        return;
    m->came = true;
    m->other = edo_barrier_wait_async(&m->barrier);
    assert_ready_eq(&m->other.base, 1);
}

static void check_meeting(void *arg, unsigned step, int64_t result)
{
    meeting *m = arg;

    (void)step;
    assert_int_equal(result, m->came ? 0 : -ECANCELED); /* a full round stands */
    check_two_fill(&m->barrier);
}

EDO_TEST_PLAIN(an_arrival_counts_or_not_wherever_it_is_cancelled)
{
    meeting m;

    check_future_cancels(make_meeting, other_comes, check_meeting, &m);
}

typedef struct cells {
    edo_once_cell cell;
    edo_once_cell_begin_future begin;
    edo_set_once once;
    edo_set_once_wait_future wait;
    void *value;
    bool ours; /* the turn */
    bool set;
} cells;

static int the_value;

static edo_future *make_begin(void *arg)
{
    cells *c = arg;

    *c = (cells){.ours = true};
    assert_int_equal(edo_once_cell_begin(&c->cell, NULL), 1);
    c->begin = edo_once_cell_begin_async(&c->cell, &c->value);
    return &c->begin.base;
}

static void abandon(void *arg)
{
    cells *c = arg;

    if (c->ours)
        assert_ok(edo_once_cell_abandon(&c->cell));
    c->ours = false;
}

static void finish(void *arg)
{
    cells *c = arg;

    if (c->ours)
        assert_ok(edo_once_cell_finish(&c->cell, &the_value));
    c->set |= c->ours;
    c->ours = false;
}

static void check_begin(void *arg, unsigned step, int64_t result)
{
    cells *c = arg;

    (void)step;
    assert_true(result == 1 || result == -ECANCELED || (result == 0 && c->set));
    assert_true(result != 0 || c->value == &the_value);
    assert_true(result != 1 || !c->ours);
    if (result == 1)
        assert_ok(edo_once_cell_abandon(&c->cell));
    else if (!c->ours)
        assert_err(edo_once_cell_abandon(&c->cell), -EDO_EMISUSE); /* nobody has the turn */
    abandon(c);
    assert_ok(edo_once_cell_fini(&c->cell));
}

static edo_future *make_wait_for_set(void *arg)
{
    cells *c = arg;

    *c = (cells){0};
    c->wait = edo_set_once_wait_async(&c->once, &c->value);
    return &c->wait.base;
}

static void set_once(void *arg)
{
    cells *c = arg;

    if (!c->set)
        assert_ok(edo_set_once_set(&c->once, &the_value));
    c->set = true;
}

static void check_set(void *arg, unsigned step, int64_t result)
{
    cells *c = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && c->value == &the_value));
    assert_ok(edo_set_once_fini(&c->once));
}

EDO_TEST_PLAIN(a_turn_or_a_value_is_had_or_not_wherever_its_wait_is_cancelled)
{
    cells c;

    check_future_cancels(make_begin, abandon, check_begin, &c);
    check_future_cancels(make_begin, finish, check_begin, &c);
    check_future_cancels(make_wait_for_set, set_once, check_set, &c);
}
