/* semaphore_owned_test.c: permits that hold a reference to what the semaphore lies in. */
#include "sync/rig.h"

static void add_one(void *semaphore)
{
    assert_ok(edo_semaphore_add(semaphore, 1));
}

EDO_TEST_BOTH(owned_permit_gives_its_reference_back_once)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(8);
    unsigned unrefs = 0;
    edo_permit a, b, part;

    assert_ok(edo_semaphore_acquire_owned(&s, 3, counted_owner(&unrefs), &a));
    assert_ok(edo_semaphore_try_acquire_owned(&s, 2, counted_owner(&unrefs), &b));
    assert_ok(edo_permit_split(&a, 1, &part));
    edo_permit_release(&part);
    assert_int_equal(unrefs, 0); /* the reference stayed with the rest */
    assert_ok(edo_permit_merge(&a, &b));
    assert_int_equal(unrefs, 1); /* it needs one only */
    edo_permit_release(&b);
    edo_permit_release(&a);
    edo_permit_release(&a);
    assert_int_equal(unrefs, 2);
    assert_int_equal(edo_semaphore_available(&s), 8);
    assert_ok(edo_semaphore_acquire_owned(&s, 3, counted_owner(&unrefs), &a));
    edo_permit_forget(&a);
    assert_int_equal(unrefs, 3);
    assert_int_equal(edo_semaphore_available(&s), 5);
}

EDO_TEST_BOTH(without_success_the_reference_is_still_the_callers)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    unsigned unrefs = 0;
    edo_owner owner = counted_owner(&unrefs);
    edo_permit permit = {0};
    edo_semaphore_acquire_future waits = edo_semaphore_acquire_owned_async(&s, 2, owner, &permit);
    edo_semaphore_acquire_future loses = edo_semaphore_acquire_owned_async(&s, 2, owner, &permit);

    assert_err(edo_semaphore_try_acquire_owned(&s, 2, owner, &permit), -EAGAIN);
    assert_err(edo_semaphore_acquire_owned(&s, 1, owner, NULL), -EINVAL);
    hand_cancel(hand_wait(&waits.base), &waits.base, -ECANCELED);
    lose_after(&loses.base, add_one, &s);
    assert_int_equal(edo_permit_count(&permit), 0);
    edo_permit_release(&permit);
    edo_semaphore_close(&s);
    assert_err(edo_semaphore_acquire_owned(&s, 1, owner, &permit), -EPIPE);
    assert_int_equal(unrefs, 0);
    assert_int_equal(edo_semaphore_available(&s), 2);
}

static int release_after_a_yield(void *arg)
{
    int rc = edo_yield();

    edo_permit_release(arg);
    return rc;
}

struct holder {
    edo_semaphore *semaphore;
    unsigned *unrefs;
    edo_permit ten;
};

static int wait_for_the_rest(void *arg)
{
    struct holder *h = arg;
    edo_permit rest;

    assert_ok(edo_semaphore_acquire_owned(h->semaphore, 32, counted_owner(h->unrefs), &rest));
    assert_int_equal(edo_semaphore_available(h->semaphore), 0);
    assert_ok(edo_permit_merge(&rest, &h->ten));
    edo_permit_release(&rest);
    return 0;
}

EDO_TEST_BOTH(owned_permits_add_up) /* sync-209 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(42);
    unsigned unrefs = 0;
    edo_owner owner = counted_owner(&unrefs);
    edo_permit all, most;
    struct holder h = {&s, &unrefs, {0}};
    edo_task waits, releases;

    assert_ok(edo_semaphore_try_acquire_owned(&s, 42, owner, &all));
    assert_err(edo_semaphore_try_acquire_owned(&s, 1, owner, &most), -EAGAIN);
    edo_permit_release(&all);
    assert_ok(edo_semaphore_try_acquire_owned(&s, 32, owner, &most));
    assert_ok(edo_semaphore_try_acquire_owned(&s, 10, owner, &h.ten));
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_ok(edo_spawn(wait_for_the_rest, &h, &waits));
    assert_ok(edo_spawn(release_after_a_yield, &most, &releases));
    assert_ok(edo_join(waits, NULL));
    assert_ok(edo_join(releases, NULL));
    assert_int_equal(edo_semaphore_available(&s), 42);
    assert_int_equal(unrefs, 4);
}
