/* maybe_done_test.c: results taken once, and memory that holds one future after another. */
#include <stdlib.h>

#include "support/edo_test.h"
#include "support/probe.h"

EDO_TEST_PLAIN(a_result_is_taken_once_and_then_gone) /* future-049 */
{
    probe p = probe_pending();
    edo_maybe_done_future maybe = edo_maybe_done_async(&p.base);
    int64_t result = 1;

    assert_pending(&maybe.base);
    assert_err(edo_maybe_done_take(&maybe, &result), -EAGAIN);
    probe_finish(&p, 42);
    assert_ready_eq(&maybe.base, 42);
    assert_int_equal(edo_maybe_done_take(&maybe, &result), 1);
    assert_int_equal(result, 42);
    result = 1;
    assert_int_equal(edo_maybe_done_take(&maybe, &result), 0);
    assert_int_equal(edo_maybe_done_take(&maybe, &result), 0);
    assert_int_equal(result, 1);
    assert_int_equal(p.polls, 2);
    assert_err(edo_maybe_done_take(NULL, &result), -EINVAL);
    assert_err(edo_maybe_done_take(&maybe, NULL), -EINVAL);
}

EDO_TEST_PLAIN(a_maybe_passes_on_cancel_and_failure) /* future-049 */
{
    probe p = probe_pending(), failed = probe_ready(-EPIPE);
    edo_maybe_done_future maybe = edo_maybe_done_async(&p.base);
    edo_maybe_done_future fails = edo_maybe_done_async(&failed.base);
    edo_maybe_done_future none = edo_maybe_done_async(NULL);
    int64_t result;

    assert_pending(&maybe.base);
    edo_future_cancel(&maybe.base);
    assert_int_equal(p.cancels, 1);
    assert_ready_eq(&maybe.base, -ECANCELED);
    assert_ready_eq(&fails.base, -EPIPE);
    assert_int_equal(edo_maybe_done_take(&fails, &result), 1);
    assert_int_equal(result, -EPIPE);
    assert_ready_eq(&none.base, -EINVAL);
}

/* Futures of several sizes and alignments, READY with a number. */

static edo_poll say_number(edo_future *base, const edo_waker *waker)
{
    (void)waker;
    return edo_future_finish(base, 7);
}

static const edo_future_ops number_ops = {.poll = say_number, .name = "number"};

struct small {
    edo_future base;
    char rest[20];
};

struct large {
    edo_future base;
    char rest[500];
};

struct aligned {
    _Alignas(256) edo_future base;
    char rest[20];
};

EDO_TEST_PLAIN(storage_is_used_again_and_grows) /* util-095 */
{
    edo_future_storage storage = {0};
    struct large large = {.base = EDO_FUTURE_INIT(&number_ops), .rest = "large"};
    struct small small = {.base = EDO_FUTURE_INIT(&number_ops), .rest = "small"};
    struct aligned aligned = {.base = EDO_FUTURE_INIT(&number_ops), .rest = "aligned"};

    assert_null(edo_future_storage_get(&storage));
    assert_ok(edo_future_storage_set(&storage, &large));
    edo_future *there = edo_future_storage_get(&storage);
    assert_true(there != &large.base);
    assert_string_equal(((struct large *)there)->rest, "large");
    assert_ready_eq(there, 7);
    assert_ok(edo_future_storage_set(&storage, &small)); /* smaller: the same memory */
    assert_ptr_equal(edo_future_storage_get(&storage), there);
    assert_string_equal(((struct small *)there)->rest, "small");
    assert_ok(edo_future_storage_set(&storage, &large)); /* of the same size, too */
    assert_ptr_equal(edo_future_storage_get(&storage), there);
    assert_int_equal(edo_future_storage_size(&storage), sizeof large);

    assert_err(edo_future_storage_try_set(&storage, &aligned), -ENOSPC);
    assert_string_equal(((struct large *)edo_future_storage_get(&storage))->rest, "large");
    assert_ok(edo_future_storage_set(&storage, &aligned));
    edo_future *moved = edo_future_storage_get(&storage);
    assert_int_equal((uintptr_t)moved % 256, 0);
    assert_ready_eq(moved, 7);
    assert_ok(edo_future_storage_fini(&storage));
    assert_int_equal(edo_future_storage_size(&storage), 0);
}

EDO_TEST_PLAIN(a_larger_one_is_refused_and_the_old_one_stays) /* util-095 */
{
    edo_future_storage storage = {0};
    struct large large = {.base = EDO_FUTURE_INIT(&number_ops), .rest = "large"};
    struct small small = {.base = EDO_FUTURE_INIT(&number_ops), .rest = "small"};

    assert_err(edo_future_storage_try_set(&storage, &small),
               -ENOSPC); /* there is no memory at all */
    assert_null(edo_future_storage_get(&storage));
    assert_ok(edo_future_storage_set(&storage, &small));
    assert_err(edo_future_storage_try_set(&storage, &large), -ENOSPC);
    edo_future *there = edo_future_storage_get(&storage);
    assert_string_equal(((struct small *)there)->rest, "small");
    assert_ready_eq(there, 7);
    assert_ok(edo_future_storage_try_set(&storage, &small));
    assert_ptr_equal(edo_future_storage_get(&storage), there);
    assert_ok(edo_future_storage_fini(&storage));
}

EDO_TEST_PLAIN(the_smallest_future_is_no_more_than_its_base) /* util-095 */
{
    edo_future_storage storage = {0};
    edo_future ready = edo_ready(5);

    assert_ok(edo_future_storage_set_sized(&storage, &ready, sizeof ready, _Alignof(edo_future)));
    assert_true(edo_future_storage_get(&storage) != &ready);
    assert_ready_eq(edo_future_storage_get(&storage), 5);
    assert_ok(edo_future_storage_fini(&storage));
}

EDO_TEST_PLAIN(size_0_is_the_future_where_it_lies) /* util-095 */
{
    edo_future_storage storage = {0};
    edo_future here = edo_ready(5);

    assert_ok(edo_future_storage_try_set_sized(&storage, &here, 0, 0));
    assert_ptr_equal(edo_future_storage_get(&storage), &here);
    assert_ready_eq(edo_future_storage_get(&storage), 5);
    assert_int_equal(edo_future_storage_size(&storage), 0);
    assert_ok(edo_future_storage_fini(&storage));
    assert_ok(edo_future_storage_fini(NULL));
}

EDO_TEST_PLAIN(one_that_is_under_way_is_not_replaced) /* util-095 */
{
    edo_future_storage storage = {0};
    probe p = probe_pending();
    struct small small = {.base = EDO_FUTURE_INIT(&number_ops)};

    assert_ok(edo_future_storage_set(&storage, &p));
    probe *there = (probe *)edo_future_storage_get(&storage);
    assert_pending(&there->base);
    assert_err(edo_future_storage_set(&storage, &small), -EBUSY);
    assert_err(edo_future_storage_fini(&storage), -EBUSY);
    edo_future_cancel(&there->base);
    assert_err(edo_future_storage_set(&storage, &small), -EBUSY);
    assert_ready_eq(&there->base, -ECANCELED);
    assert_ok(edo_future_storage_set(&storage, &small));
    assert_ready_eq(edo_future_storage_get(&storage), 7);
    edo_future_storage other = {0};
    edo_future *done = edo_future_storage_get(&storage);
    assert_err(edo_future_storage_set_sized(&other, done, sizeof small, 8), -EINVAL);
    struct small fresh = {.base = EDO_FUTURE_INIT(&number_ops)};
    assert_err(edo_future_storage_set_sized(&other, &fresh.base, sizeof fresh, 3), -EINVAL);
    assert_err(edo_future_storage_set_sized(&other, &fresh.base, 4, 4), -EINVAL);
    assert_err(edo_future_storage_set_sized(&other, NULL, 0, 0), -EINVAL);
    assert_ok(edo_future_storage_fini(&storage));
}
