/* stackless_wait_test.c: what the macros of stackless bodies are made of, called by a body without them. */
#include "support/edo_test.h"

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "support/forked.h"
#include "support/gate.h"

typedef struct by_hand {
    edo_stackless base;
    edo_future *fut;
    unsigned flags;
} by_hand;

/* Waits, and that is all. */
static edo_poll by_hand_poll(edo_future *fut, const edo_waker *waker)
{
    by_hand *me = (by_hand *)(void *)fut;

    return edo_stackless_wait(&me->base, me->fut, waker, me->flags);
}

static const edo_future_ops by_hand_ops = {
    .poll = by_hand_poll, .name = "by_hand", .flags = EDO_FUTURE_BODY};

EDO_TEST(a_wait_polls_its_future_and_has_its_result)
{
    gate g = GATE_INIT;
    gate_future wait = gate_async(&g);
    edo_future seven = edo_ready(7);
    by_hand frame = EDO_FRAME(by_hand, .fut = &wait.base);

    assert_pending(&frame.base.base);
    gate_open(&g);
    assert_woken(1);
    assert_ready_eq(&frame.base.base, 0);
    frame = EDO_FRAME(by_hand, .fut = &seven);
    assert_ready_eq(&frame.base.base, 7);
    frame = EDO_FRAME(by_hand, .fut = NULL);
    assert_ready_eq(&frame.base.base, -EINVAL);
}

EDO_TEST(a_cancel_ends_a_wait_unless_its_future_is_done)
{
    gate gates[] = {GATE_INIT, GATE_INIT};

    for (int i = 0; i < 2; i++) {
        gate_future wait = gate_async(&gates[i]);
        by_hand frame = EDO_FRAME(by_hand, .fut = &wait.base);
        assert_pending(&frame.base.base);
        if (i == 1)
            gate_open(&gates[i]);
        edo_future_cancel(&frame.base.base);
        assert_ready_eq(&frame.base.base, i == 1 ? 0 : -ECANCELED);
        assert_int_equal(gate_waiting(&gates[i]), 0);
    }
}

EDO_TEST(a_shielded_wait_does_not_see_a_cancel)
{
    gate g = GATE_INIT;
    gate_future wait = gate_async(&g);
    by_hand frame = EDO_FRAME(by_hand, .fut = &wait.base, .flags = EDO_STACKLESS_SHIELDED);

    assert_pending(&frame.base.base);
    edo_future_cancel(&frame.base.base);
    assert_pending(&frame.base.base);
    assert_int_equal(gate_waiting(&g), 1);
    gate_open(&g);
    assert_ready_eq(&frame.base.base, 0);
}

static void lose_the_way(void)
{
    by_hand frame = {.base = {.base = EDO_FUTURE_INIT(&by_hand_ops), .line = 77}};

    assert_err(edo_stackless_lost(&frame.base), -EDO_EMISUSE);
}

EDO_TEST_PLAIN(a_body_that_has_lost_its_way_is_named)
{
    char said[4096];

    assert_int_equal(forked_run(lose_the_way, said, sizeof said), 0);
    assert_int_equal(strstr(said, "by_hand, last at line 77") != NULL, EDO_DEBUG);
}
