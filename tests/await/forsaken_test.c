/* forsaken_test.c: what a part owns from its making on ends with a composite that was never polled. */
#include "support/edo_test.h"

#include <errno.h>

#include <edo/error.h>

typedef struct owner {
    edo_future base;
    unsigned polls, cancels;
} owner;

static edo_poll owner_poll(edo_future *base, const edo_waker *waker)
{
    (void)waker;
    ((owner *)base)->polls++;
    return EDO_PENDING;
}

static void owner_cancel(edo_future *base)
{
    ((owner *)base)->cancels++;
}

static const edo_future_ops owner_ops = {
    .poll = owner_poll, .cancel = owner_cancel, .name = "owner", .flags = EDO_FUTURE_OWNS};

static owner new_owner(void)
{
    return (owner){.base = EDO_FUTURE_INIT(&owner_ops)};
}

static void check_forsaken(edo_future *composite, const owner *part)
{
    edo_future_cancel(composite);
    assert_int_equal(part->cancels, 1);
    assert_int_equal(part->polls, 0);
    assert_err(composite->result, -ECANCELED);
}

EDO_TEST(what_a_part_owns_ends_with_its_unpolled_composite)
{
    owner one = new_owner(), other = new_owner();
    edo_future *parts[] = {&one.base, NULL, &other.base};

    edo_select_future select = edo_select_async(parts, 3);
    check_forsaken(&select.base, &one);
    assert_int_equal(other.cancels, 1);

    one = new_owner(), other = new_owner();
    edo_join_all_future join = edo_join_all_async(parts, 3);
    check_forsaken(&join.base, &one);
    assert_int_equal(other.cancels, 1);

    one = new_owner();
    edo_timeout_future timeout = edo_timeout_async(&one.base, EDO_SECONDS(1));
    check_forsaken(&timeout.base, &one);
}

EDO_TEST_PLAIN(what_a_part_owns_ends_with_a_timeout_that_has_no_clock)
{
    owner one = new_owner();
    edo_timeout_future timeout = edo_timeout_async(&one.base, EDO_SECONDS(1));

    assert_err(edo_await(&timeout.base), -EDO_ENORUNTIME);
    assert_int_equal(one.cancels, 1);
    assert_int_equal(one.polls, 0);
}
