/* select_matching_test.c: arms whose result is none to go on with are out, and the others go on. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

static unsigned asked;

/* As with receives: 1 is an item, 0 the end. */
static bool is_item(size_t arm, int64_t result, void *arg)
{
    (void)arm;
    asked++;
    assert_string_equal(arg, "arg");
    return result == 1;
}

EDO_TEST_BOTH(an_arm_that_does_not_match_is_out_and_not_polled_again) /* future-027 */
{
    probe closed = probe_ready(0), item = probe_pending(), never = probe_pending();
    edo_future *arms[] = {&closed.base, NULL, &item.base, &never.base};
    edo_select_future sel = edo_select_matching_async(arms, 4, is_item, "arg");

    assert_pending(&sel.base);
    assert_int_equal(closed.polls, 1);
    assert_int_equal(asked, 1);
    probe_wake(&never);
    assert_pending(&sel.base);
    assert_int_equal(closed.polls, 1);
    assert_int_equal(item.polls, 2);
    probe_finish(&item, 1);
    assert_ready_eq(&sel.base, 2);
    assert_int_equal(closed.polls, 1);
    assert_int_equal(asked, 2);
    assert_int_equal(closed.base.result, 0); /* it keeps what it has said */
    assert_int_equal(closed.put_backs, 0);
    assert_int_equal(never.base.result, -ECANCELED);
    assert_int_equal(never.cancels, 1);
}

EDO_TEST_BOTH(when_none_matched_the_select_says_so) /* future-027 */
{
    probe closed = probe_ready(0), fails = probe_pending();
    edo_future *arms[] = {&closed.base, &fails.base};
    edo_select_future sel = edo_select_matching_async(arms, 2, is_item, "arg");

    assert_pending(&sel.base);
    probe_finish(&fails, -EPIPE);
    assert_ready_eq(&sel.base, -ENODATA);
    assert_int_equal(fails.base.result, -EPIPE);
    probe a = probe_ready(0), b = probe_ready(0);
    edo_future *both[] = {&a.base, &b.base};
    assert_int_equal(edo_select_matching_array(both, 2, is_item, "arg"), -ENODATA);
    edo_future *none[] = {NULL};
    assert_int_equal(edo_select_matching_array(none, 1, is_item, "arg"), -EINVAL);
}

EDO_TEST(a_cancel_finds_no_winner_among_those_that_are_out) /* future-027 */
{
    probe closed = probe_ready(0), never = probe_pending();
    edo_future *arms[] = {&closed.base, &never.base};
    edo_select_future sel = edo_select_matching_async(arms, 2, is_item, "arg");

    assert_pending(&sel.base);
    edo_future_cancel(&sel.base);
    assert_ready_eq(&sel.base, -ECANCELED);
    assert_int_equal(closed.base.result, 0);
}

static int send_both(void *arg)
{
    edo_mpsc_sender **tx = arg;

    for (int i = 1; i <= 3; i++)
        assert_ok(edo_mpsc_send(tx[i % 2], &i));
    for (int i = 0; i < 2; i++)
        edo_mpsc_sender_free(tx[i]);
    return 0;
}

static bool has_item(size_t arm, int64_t result, void *arg)
{
    (void)arm, (void)arg;
    return result == 1;
}

EDO_TEST_BOTH(a_loop_over_two_channels_ends_with_both_of_them) /* future-027 */
{
    edo_mpsc_sender *tx[2];
    edo_mpsc_receiver *rx[2];
    edo_task sender;
    int item[2], sum = 0, rc;

    for (int i = 0; i < 2; i++)
        assert_ok(edo_mpsc_new(EDO_ITEM(int), 1, &tx[i], &rx[i]));
    assert_ok(edo_spawn(send_both, tx, &sender));
    do {
        edo_mpsc_recv_future a = edo_mpsc_recv_async(rx[0], &item[0]);
        edo_mpsc_recv_future b = edo_mpsc_recv_async(rx[1], &item[1]);
        edo_future *arms[] = {&a.base, &b.base};
        rc = edo_select_matching_array(arms, 2, has_item, NULL);
        if (rc >= 0)
            sum += item[rc];
    } while (rc >= 0);
    assert_int_equal(rc, -ENODATA);
    assert_int_equal(sum, 6);
    assert_ok(edo_join(sender, NULL));
    for (int i = 0; i < 2; i++)
        edo_mpsc_receiver_free(rx[i]);
}
