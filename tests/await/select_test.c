/* select_test.c: the first of several, and every other one brought to its end. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/macros.h"

EDO_TEST_BOTH(ready_arm_wins_and_later_ones_are_not_polled) /* future-020 future-039 */
{
    probe never = probe_pending(), ready = probe_ready(7), after = probe_ready(8);
    probe last = probe_pending();

    assert_int_equal(edo_select_biased(&never.base, &ready.base, &after.base, &last.base), 1);
    assert_int_equal(ready.base.result, 7);
    assert_int_equal(never.polls, 2); /* once in the race, once after its cancel */
    assert_int_equal(never.cancels, 1);
    assert_int_equal(after.polls + after.cancels + last.polls + last.cancels, 0);
    assert_int_equal(after.base.result, -ECANCELED); /* settled untouched */
    assert_true(edo_future_is_ready(&last.base) && edo_future_is_ready(&never.base));
}

EDO_TEST_BOTH(of_two_ready_arms_exactly_one_has_run) /* future-021 */
{
    unsigned wins[2] = {0};

    for (int i = 0; i < 200; i++) {
        probe a = probe_ready(10), b = probe_ready(20);
        int winner = edo_select(&a.base, &b.base);
        assert_in_range(winner, 0, 1);
        wins[winner]++;
        assert_int_equal(a.polls + b.polls, 1);
        assert_int_equal((winner ? &b : &a)->base.result, winner ? 20 : 10);
        assert_int_equal((winner ? &a : &b)->base.result, -ECANCELED);
    }
    assert_true(wins[0] > 0 && wins[1] > 0); /* fails once in 2^199 */
}

EDO_TEST_BOTH(each_of_n_ready_arms_wins_equally_often) /* future-022 */
{
    enum { ARMS = 5, ROUNDS = 10000 };
    unsigned wins[ARMS] = {0};

    for (int i = 0; i < ROUNDS; i++) {
        probe p[ARMS];
        edo_future *arms[ARMS];
        for (int k = 0; k < ARMS; k++) {
            p[k] = probe_ready(k);
            arms[k] = &p[k].base;
        }
        wins[edo_select_array(arms, ARMS)]++;
    }
    for (int k = 0; k < ARMS; k++) /* 2000 +- 40 is the standard deviation */
        assert_in_range(wins[k], 1700, 2300);
}

EDO_TEST_BOTH(biased_select_polls_in_order_at_each_wake) /* future-023 */
{
    for (int i = 0; i < 100; i++) {
        probe a = probe_pending(), b = probe_ready(1), c = probe_ready(2);
        a.number = 1, b.number = 2, c.number = 3;
        b.yields = 3; /* it says PENDING three times: the third arm is reached, and waits too */
        c.yields = 1000;
        probe_trace_clear();
        assert_int_equal(edo_select_biased(&a.base, &b.base, &c.base), 1);
        c.yields = 0;
        assert_int_equal(strncmp(probe_trace, "12312312312", 11), 0);
        assert_int_equal(c.base.result, -ECANCELED);
        probe x = probe_pending(), y = probe_ready(1), z = probe_ready(2);
        assert_int_equal(edo_select_biased(&x.base, &y.base, &z.base), 1);
        assert_int_equal(z.polls, 0);
    }
}

static edo_poll must_not_run(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)arg;
    (void)waker;
    *ret_result = -1;
    fail_msg("polled");
    return EDO_READY;
}

EDO_TEST_BOTH(disabled_arm_is_never_polled) /* future-024 */
{
    edo_poll_fn_future bad = edo_poll_fn(must_not_run, NULL);
    bool enabled = false;
    probe later = probe_ready(5);

    later.yields = 3; /* the others are waited for */
    for (int i = 0; i < 20; i++) {
        later = probe_ready(5);
        later.yields = 3;
        edo_future *arms[] = {enabled ? &bad.base : NULL, &later.base, NULL};
        assert_int_equal(edo_select_array(arms, 3), 1);
        assert_int_equal(later.polls, 4);
    }
    assert_false(edo_future_is_ready(&bad.base));
}

EDO_TEST_BOTH(select_with_nothing_enabled_is_invalid_at_once) /* future-025 */
{
    edo_future *none[] = {NULL, NULL, NULL};
    edo_future otherwise = edo_ready(9);

    assert_err(edo_select_array(none, 3), -EINVAL);
    assert_err(edo_select_biased_array(none, 3), -EINVAL);
    assert_err(edo_select_array(none, 0), -EINVAL);
    assert_err(edo_select_array(NULL, 0), -EINVAL);
    assert_err(edo_select_array(NULL, 3), -EINVAL);
    /* An else is a last arm that is ready: with the rest disabled, or alone. */
    none[2] = &otherwise;
    assert_int_equal(edo_select_biased_array(none, 3), 2);
    otherwise = edo_ready(9);
    assert_int_equal(edo_select_biased(&otherwise), 0);
    assert_int_equal(otherwise.result, 9);
}

EDO_TEST_BOTH(sixty_four_arms_work_and_more_are_refused) /* future-026 */
{
    probe p[65];
    edo_future *arms[65];

    for (int winner = 0; winner < 64; winner++) {
        for (int i = 0; i < 65; i++) {
            p[i] = i == winner ? probe_ready(i) : probe_pending();
            arms[i] = &p[i].base;
        }
        assert_int_equal(edo_select_array(arms, 64), winner);
    }
    for (int i = 0; i < 65; i++) {
        p[i] = probe_ready(i);
        arms[i] = &p[i].base;
    }
    assert_err(edo_select_array(arms, 65), -EINVAL);
    assert_err(edo_select_biased_array(arms, 65), -EINVAL);
    for (int i = 0; i < 65; i++)
        assert_int_equal(p[i].polls, 0);
    assert_int_equal(EDO_SELECT_MAX, 64);
}

EDO_TEST_BOTH(selects_nest) /* future-028 */
{
    probe one = probe_ready(1), two = probe_ready(2), never = probe_pending();
    probe idle = probe_pending();
    edo_future *inner_arms[] = {&never.base, &two.base};
    edo_select_future inner = edo_select_async(inner_arms, 2);
    int64_t sum = 0;

    one.yields = two.yields = 2;
    if (edo_select(&idle.base, &one.base) == 1) /* in the handler of an arm */
        sum = one.base.result + (edo_await(&inner.base) == 1 ? two.base.result : 100);
    assert_int_equal(sum, 3);
    assert_int_equal(never.base.result, -ECANCELED);

    two = probe_ready(2); /* as an arm */
    two.yields = 2;
    never = probe_pending();
    idle = probe_pending();
    inner = edo_select_async(inner_arms, 2);
    assert_int_equal(edo_select(&inner.base, &idle.base), 0);
    assert_int_equal(inner.base.result, 1);
    assert_int_equal(two.base.result, 2);
}

EDO_TEST(loop_over_two_queues_ends_when_both_are_closed) /* future-029 */
{
    static test_queue a = TEST_QUEUE_INIT, b = TEST_QUEUE_INIT;
    bool open_a = true, open_b = true;
    unsigned got = 0, rounds = 0;

    test_queue_push(&a, 1);
    test_queue_push(&b, 2);
    test_queue_push(&a, 3);
    test_queue_close(&a);
    test_queue_close(&b);
    for (; open_a || open_b; rounds++) {
        int item = 0;
        test_pop_future from_a = test_queue_pop_async(&a, &item);
        test_pop_future from_b = test_queue_pop_async(&b, &item);
        edo_future *arms[] = {open_a ? &from_a.base : NULL, open_b ? &from_b.base : NULL};
        int at = edo_select_array(arms, 2);
        if (arms[at]->result == 1)
            got |= 1u << item;
        else
            *(at ? &open_b : &open_a) = false;
    }
    assert_int_equal(got, 1u << 1 | 1u << 2 | 1u << 3);
    assert_int_equal(rounds, 3 + 2);
}

EDO_TEST(two_oneshots_are_joined_by_select) /* future-030 */
{
    probe a = probe_pending(), b = probe_pending();
    edo_future *arms[] = {&a.base, &b.base};
    edo_select_future first = edo_select_async(arms, 2);

    a.value = b.value = 0;
    assert_pending(&first.base);
    probe_finish(&a, 123);
    assert_woken(1);
    assert_ready_eq(&first.base, 0);
    b = probe_pending();
    edo_future *rest[] = {NULL, &b.base};
    edo_select_future second = edo_select_async(rest, 2);
    assert_pending(&second.base);
    probe_finish(&b, 456);
    assert_woken(1);
    assert_ready_eq(&second.base, 1);
    assert_int_equal(a.base.result + b.base.result, 123 + 456);
}

EDO_TEST(select_returns_only_when_every_loser_is_ready) /* future-031 future-036 */
{
    probe winner = probe_pending(), slow = probe_pending(), quick = probe_pending();
    edo_future *arms[] = {&slow.base, &winner.base, &quick.base};
    edo_select_future select = edo_select_biased_async(arms, 3);

    slow.ignores_cancel = true;
    assert_pending(&select.base);
    probe_finish(&winner, 5);
    assert_pending(&select.base); /* it has won, and the slow one is not over */
    assert_int_equal(slow.cancels + quick.cancels, 2);
    assert_true(edo_future_is_ready(&quick.base));
    assert_pending(&select.base);
    assert_int_equal(slow.cancels, 1);
    probe_finish(&slow, -ECANCELED);
    assert_woken(1);
    assert_ready_eq(&select.base, 1);
    for (int i = 0; i < 3; i++) /* their memory is the caller's again */
        assert_true(edo_future_is_ready(arms[i]));
    memset(&slow, 0xff, sizeof slow);
}

EDO_TEST(select_allocates_nothing) /* future-037 */
{
#if !HAS_ASAN && !HAS_TSAN /* whose mallinfo2 tells nothing */
    size_t before = mallinfo2().uordblks;
    struct mallinfo2 arena = mallinfo2();
#endif
    unsigned won = 0;

    for (int i = 0; i < 1000; i++) {
        edo_future a = edo_pending(), b = edo_ready(1), c = edo_pending();
        edo_yield_future y = edo_yield_async();
        won += edo_select_biased(&a, &b, &c) == 1;
        edo_future d = edo_pending(), e = edo_pending();
        won += edo_select(&d, &y.base, &e) == 1;
#if !HAS_ASAN && !HAS_TSAN
        assert_int_equal(mallinfo2().uordblks, before);
        assert_int_equal(mallinfo2().fordblks, arena.fordblks);
#endif
    }
    assert_int_equal(won, 2000);
}

/* --- the same choices from the same seed ------------------------------------------------------ */

enum { CHOICES = 200 };

static int choose(void *arg)
{
    char *chosen = arg;

    for (int i = 0; i < CHOICES; i++) {
        edo_future ready[10], *arms[10];
        for (int k = 0; k < 10; k++) {
            ready[k] = edo_ready(k);
            arms[k] = &ready[k];
        }
        chosen[i] = (char)('0' + edo_select_array(arms, 10));
        if (i % 10 == 9)
            assert_ok(edo_yield());
    }
    return 0;
}

static void choose_with(const edo_runtime_opts *opts, char *chosen)
{
    edo_runtime *runtime;

    memset(chosen, 0, CHOICES + 1);
    assert_ok(edo_runtime_new(opts, &runtime));
    assert_ok(edo_block_on(runtime, choose, chosen));
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(seeded_runtimes_choose_alike) /* future-035 */
{
    char first[CHOICES + 1], second[CHOICES + 1], other[CHOICES + 1];

    for (int i = 0; i < 2; i++) {
        edo_runtime_opts opts = {
            .kind = i ? EDO_CURRENT_THREAD : EDO_MULTI_THREAD, .workers = !i, .seed = 4711};
        choose_with(&opts, first);
        choose_with(&opts, second);
        assert_string_equal(first, second);
        opts.seed = 4712;
        choose_with(&opts, other);
        assert_string_not_equal(first, other);
    }
}
