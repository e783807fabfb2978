/* rwlock_owned_test.c: read and write locks that hold a reference to what the lock lies in. */
#include "sync/rig.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

static edo_rwlock written_lock(void)
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    assert_ok(edo_rwlock_try_write(&l));
    return l;
}

static void end_lock(edo_rwlock *l)
{
    assert_ok(edo_rwlock_try_write(l));
    assert_ok(edo_rwlock_unlock_write(l));
    assert_ok(edo_rwlock_fini(l));
}

static void unlock_write(void *l)
{
    assert_ok(edo_rwlock_unlock_write(l));
}

EDO_TEST_PLAIN(guards_give_their_references_back_at_the_unlock)
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_guard one, two, three = {0};
    unsigned gone = 0;

    assert_ok(edo_rwlock_read_owned(&l, counted_owner(&gone), &one));
    assert_ok(edo_rwlock_try_read_owned(&l, counted_owner(&gone), &two));
    assert_err(edo_rwlock_try_write_owned(&l, counted_owner(&gone), &three), -EAGAIN);
    assert_null(three.rwlock); /* written on success only */
    assert_int_equal(gone, 0);
    assert_ok(edo_rwlock_guard_unlock(&one));
    assert_int_equal(gone, 1);
    assert_ok(edo_rwlock_guard_unlock(&one)); /* it is empty now */
    assert_int_equal(gone, 1);
    assert_ok(edo_rwlock_guard_unlock(&two));
    assert_int_equal(gone, 2);
    assert_ok(edo_rwlock_write_owned(&l, counted_owner(&gone), &three));
    assert_err(edo_rwlock_try_read_owned(&l, counted_owner(&gone), &one), -EAGAIN);
    assert_ok(edo_rwlock_guard_unlock(&three));
    assert_ok(edo_rwlock_try_write_owned(&l, counted_owner(&gone), &three));
    assert_ok(edo_rwlock_guard_unlock(&three));
    assert_int_equal(gone, 4);
    assert_ok(edo_rwlock_guard_unlock(NULL));
    end_lock(&l);
}

EDO_TEST_PLAIN(a_reference_whose_lock_failed_is_still_the_callers)
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_guard guard = {0};
        unsigned gone = 0;
        edo_rwlock_future (*const begin)(edo_rwlock *, edo_owner, edo_rwlock_guard *) =
            write ? edo_rwlock_write_owned_async : edo_rwlock_read_owned_async;
        edo_rwlock_future canceled = begin(&l, counted_owner(&gone), &guard),
                          loser = begin(&l, counted_owner(&gone), &guard),
                          taken = begin(&l, counted_owner(&gone), &guard);
        hand_cancel(hand_wait(&canceled.base), &canceled.base, -ECANCELED);
        lose_after(&loser.base, unlock_write, &l);
        assert_int_equal(loser.base.result, -ECANCELED);
        assert_null(guard.rwlock);
        assert_int_equal(gone, 0);
        assert_ready_eq(&taken.base, 0);
        assert_ptr_equal(guard.rwlock, &l);
        assert_int_equal(guard.write, write);
        assert_ok(edo_rwlock_guard_unlock(&guard));
        assert_int_equal(gone, 1);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(a_reference_needs_a_guard)
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    unsigned gone = 0;
    edo_rwlock_read_future read = edo_rwlock_read_owned_async(&l, counted_owner(&gone), NULL);
    edo_rwlock_write_future write = edo_rwlock_write_owned_async(&l, counted_owner(&gone), NULL);

    assert_ready_eq(&read.base, -EINVAL);
    assert_ready_eq(&write.base, -EINVAL);
    assert_err(edo_rwlock_read_owned(&l, counted_owner(&gone), NULL), -EINVAL);
    assert_err(edo_rwlock_write_owned(&l, counted_owner(&gone), NULL), -EINVAL);
    assert_err(edo_rwlock_try_read_owned(&l, counted_owner(&gone), NULL), -EINVAL);
    assert_err(edo_rwlock_try_write_owned(&l, counted_owner(&gone), NULL), -EINVAL);
    assert_int_equal(gone, 0);
    end_lock(&l);
}

static bool say(void *arg)
{
    return *(bool *)arg;
}

EDO_TEST_PLAIN(a_downgraded_guard_keeps_its_reference) /* sync-182 sync-183 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_guard guard = {0};
    unsigned gone = 0;
    bool may = false;

    assert_err(edo_rwlock_guard_downgrade(&guard), -EINVAL);
    assert_err(edo_rwlock_guard_downgrade(NULL), -EINVAL);
    assert_err(edo_rwlock_guard_downgrade_if(NULL, say, &may), -EINVAL);
    assert_ok(edo_rwlock_write_owned(&l, counted_owner(&gone), &guard));
    assert_int_equal(edo_rwlock_guard_downgrade_if(&guard, say, &may), 0);
    assert_true(guard.write);
    assert_err(edo_rwlock_try_read(&l), -EAGAIN);
    may = true;
    assert_int_equal(edo_rwlock_guard_downgrade_if(&guard, say, &may), 1);
    assert_false(guard.write);
    assert_err(edo_rwlock_guard_downgrade(&guard), -EDO_EMISUSE);
    assert_int_equal(gone, 0);
    assert_ok(edo_rwlock_guard_unlock(&guard));
    assert_int_equal(gone, 1);
    assert_ok(edo_rwlock_write_owned(&l, counted_owner(&gone), &guard));
    assert_ok(edo_rwlock_guard_downgrade(&guard));
    assert_err(edo_rwlock_try_write(&l), -EAGAIN);
    assert_ok(edo_rwlock_guard_unlock(&guard));
    assert_int_equal(gone, 2);
    end_lock(&l);
}

EDO_TEST_PLAIN(a_guard_whose_lock_was_given_back_by_hand_is_misuse) /* sync-187 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_guard guard = {0};
    unsigned gone = 0;

    assert_ok(edo_rwlock_write_owned(&l, counted_owner(&gone), &guard));
    assert_ok(edo_rwlock_unlock_write(&l));
    assert_err(edo_rwlock_guard_unlock(&guard), -EDO_EMISUSE);
    assert_int_equal(gone, 0);
    end_lock(&l);
}

struct boxed {
    edo_rwlock rwlock;
    unsigned refs;
};

static void box_unref(void *arg)
{
    struct boxed *b = arg;

    if (--b->refs > 0)
        return;
    assert_ok(edo_rwlock_fini(&b->rwlock)); /* after the unlock */
    free(b);
}

EDO_TEST_PLAIN(the_last_reference_may_free_the_lock)
{
    for (int write = 0; write < 2; write++) {
        struct boxed *b = calloc(1, sizeof *b);
        edo_rwlock_guard guard;
        assert_non_null(b);
        assert_ok(edo_rwlock_init(&b->rwlock, 4));
        b->refs = 2;
        edo_owner owner = {box_unref, b};
        assert_ok(write ? edo_rwlock_write_owned(&b->rwlock, owner, &guard)
                        : edo_rwlock_read_owned(&b->rwlock, owner, &guard));
        b->refs--; /* ours, not the last: it is held, and so alive */
        assert_ok(edo_rwlock_guard_unlock(&guard));
        assert_null(guard.rwlock);
    }
}
