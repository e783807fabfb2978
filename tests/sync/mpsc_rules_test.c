/* mpsc_rules_test.c: send, reserve, recv and closed, by the rules that every future of sync obeys. */
#include <stdlib.h>

#include "sync/mpsc_rig.h"

/* --- one wait of each kind ----------------------------------------------------------------------- */

enum kind { SEND, RESERVE, RECV, CLOSED, KINDS };

/* On a channel with room for one: full with a 0 for who gives, empty for who takes. */
struct op {
    enum kind kind;
    channel c;
    int item, got;
    edo_mpsc_permit permit;
    union {
        edo_future base;
        edo_mpsc_send_future send;
        edo_mpsc_reserve_future reserve;
        edo_mpsc_recv_future recv;
        edo_mpsc_closed_future closed;
    } fut;
};

static bool is_giving(enum kind kind)
{
    return kind == SEND || kind == RESERVE;
}

/* Another wait of the same kind. */
static void op_make(struct op *op, enum kind kind, channel c)
{
    *op = (struct op){.kind = kind, .c = c, .item = 1, .got = -1};
    if (kind == SEND)
        op->fut.send = edo_mpsc_send_async(c.tx, &op->item);
    else if (kind == RESERVE)
        op->fut.reserve = edo_mpsc_reserve_async(c.tx, &op->permit);
    else if (kind == RECV)
        op->fut.recv = edo_mpsc_recv_async(c.rx, &op->got);
    else
        op->fut.closed = edo_mpsc_closed_async(c.tx);
}

static channel op_channel(enum kind kind)
{
    channel c = channel_of(COUNTED_INT, 1);

    if (is_giving(kind))
        assert_ok(try_send(c.tx, 0));
    return c;
}

/* What one of them waits for happens. */
static void op_happens(void *arg)
{
    struct op *op = arg;

    if (is_giving(op->kind))
        check_receives(op->c.rx, 0);
    else if (op->kind == RECV)
        assert_ok(try_send(op->c.tx, 1));
    else
        edo_mpsc_close(op->c.rx);
}

static int64_t op_success(enum kind kind)
{
    return kind == RECV;
}

/* The room that it took is free again. */
static void op_gives_way(struct op *op)
{
    if (op->kind == RESERVE) {
        assert_int_equal(op->permit.count, 1);
        edo_mpsc_permit_release(&op->permit);
    }
    if (op->kind == SEND)
        check_receives(op->c.rx, 1);
}

/* It has had its effect, once; the channel is empty afterwards. */
static void check_effect(struct op *op)
{
    op_gives_way(op);
    if (op->kind == RECV)
        assert_int_equal(op->got, 1);
    check_receives_nothing(op->c.rx, op->kind == CLOSED ? 0 : -EAGAIN);
    assert_int_equal(edo_mpsc_capacity(op->c.tx), 1);
}

/* It has had none: what it waited for is there for another. */
static void check_no_effect(struct op *op)
{
    assert_null(op->permit.sender);
    assert_int_equal(op->got, -1);
    if (op->kind == RECV)
        check_receives(op->c.rx, 1);
    check_receives_nothing(op->c.rx, op->kind == CLOSED ? 0 : -EAGAIN);
    assert_int_equal(edo_mpsc_capacity(op->c.tx), 1);
}

EDO_TEST_BOTH(future_never_polled_holds_nothing) /* sync-001 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op abandoned, op;
        channel c = op_channel(kind);
        op_make(&abandoned, kind, c);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base); /* first in the queue, not second */
        op_happens(&op);
        hand_end(hand, &op.fut.base, op_success(kind));
        memset(&abandoned, 0xa5, sizeof abandoned);
        check_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(cancelled_before_its_first_poll_it_is_ready) /* sync-002 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op unpolled, op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base);
        op_make(&unpolled, kind, c);
        edo_future_cancel(&unpolled.fut.base);
        assert_ready_eq(&unpolled.fut.base, -ECANCELED);
        hand_waits_on(hand);
        op_happens(&op);
        hand_end(hand, &op.fut.base, op_success(kind));
        check_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(second_cancel_changes_nothing) /* sync-003 sync-006 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base);
        edo_test_task_cancel(hand);
        edo_test_task_cancel(hand);
        hand_cancel(hand, &op.fut.base, -ECANCELED);
        edo_future_cancel(&op.fut.base);
        assert_int_equal(op.fut.base.result, -ECANCELED);
        op_happens(&op);
        check_no_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(cancelled_wait_leaves_the_queue) /* sync-004 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        if (kind == RECV)
            continue; /* it waits alone */
        struct op ops[3];
        edo_test_task *hands[3];
        channel c = op_channel(kind);
        for (int i = 0; i < 3; i++) {
            op_make(&ops[i], kind, c);
            hands[i] = hand_wait(&ops[i].fut.base);
        }
        hand_cancel(hands[1], &ops[1].fut.base, -ECANCELED);
        op_happens(&ops[0]);
        hand_end(hands[0], &ops[0].fut.base, 0);
        if (is_giving(kind)) {
            hand_waits_on(hands[2]);
            op_gives_way(&ops[0]);
        }
        hand_end(hands[2], &ops[2].fut.base, 0);
        check_effect(&ops[2]);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(granted_before_the_cancel_it_succeeds) /* sync-005 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        if (kind == RECV)
            continue; /* a message is granted by the poll that takes it, so it stands anyway */
        struct op op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base);
        op_happens(&op);
        hand_cancel(hand, &op.fut.base, 0);
        check_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(poll_after_ready_does_nothing_more) /* sync-007 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        op_happens(&op);
        for (int i = 0; i < 3; i++)
            assert_ready_eq(&op.fut.base, op_success(kind));
        check_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(only_the_latest_waker_is_woken) /* sync-008 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op;
        edo_test_task *a, *b;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        assert_ok(edo_test_task_new(&op.fut.base, &a));
        assert_ok(edo_test_task_new(&op.fut.base, &b));
        assert_int_equal(edo_test_task_poll(a), EDO_PENDING);
        assert_int_equal(edo_test_task_poll(b), EDO_PENDING);
        op_happens(&op);
        assert_int_equal(edo_test_task_wake_count(a), 0);
        hand_end(b, &op.fut.base, op_success(kind));
        edo_test_task_release(a);
        check_effect(&op);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(poll_by_the_same_waker_keeps_one_place) /* sync-009 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base);
        for (int i = 0; i < 5; i++)
            hand_waits_on(hand);
        op_happens(&op);
        hand_end(hand, &op.fut.base, op_success(kind));
        check_effect(&op); /* a second place would have taken the room again */
        channel_free(&c);
    }
}

/* --- wakers of a user's own ----------------------------------------------------------------------- */

struct user_waker {
    struct op *op;
    void (*then)(struct op *op);
    uint32_t holds;        /* atomic: the call lasts until it is 0 */
    uint32_t calls;        /* atomic */
    uint32_t destructions; /* atomic */
    edo_waker waker;
};

static void user_wake(void *arg)
{
    struct user_waker *u = arg;

    a_fetch_add(&u->calls, 1, seq_cst);
    wait_until(a_load(&u->holds, seq_cst) == 0);
    if (u->then)
        u->then(u->op);
}

static void user_destroy(void *arg)
{
    a_fetch_add(&((struct user_waker *)arg)->destructions, 1, seq_cst);
}

static void user_polls(struct user_waker *u, edo_poll expected)
{
    if (!u->waker.ops)
        assert_ok(edo_waker_new(user_wake, user_destroy, u, &u->waker));
    assert_int_equal(edo_future_poll(&u->op->fut.base, &u->waker), expected);
}

static void *happens_in_a_thread(void *op)
{
    op_happens(op);
    return NULL;
}

EDO_TEST_PLAIN(memory_is_its_owners_again_from_ready_on) /* sync-010 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op *op = malloc(sizeof *op), kept;
        struct user_waker u = {.op = op, .holds = 1};
        channel c = op_channel(kind);
        op_make(op, kind, c);
        user_polls(&u, EDO_PENDING);
        kept = *op; /* what makes it happen is not looked up in memory that goes */
        pthread_t other = start_thread(happens_in_a_thread, &kept);
        wait_until(a_load(&u.calls, seq_cst) == 1); /* the call is under way */
        user_polls(&u, EDO_READY);
        assert_int_equal(op->fut.base.result, op_success(kind));
        kept.got = op->got;
        kept.permit = op->permit;
        free(op); /* ASan knows who touches it now */
        edo_waker_drop(u.waker);
        assert_int_equal(a_load(&u.destructions, seq_cst), 0);
        a_store(&u.holds, 0, seq_cst);
        join_thread(other);
        assert_int_equal(a_load(&u.destructions, seq_cst), 1);
        assert_int_equal(a_load(&u.calls, seq_cst), 1);
        check_effect(&kept);
        channel_free(&c);
    }
}

/* What may be done with the channel, all of it, by a waker. */
static void use_the_channel(struct op *op)
{
    edo_mpsc_permit permit = {0};
    edo_mpsc_weak *weak = edo_mpsc_downgrade(op->c.tx);
    edo_mpsc_sender *tx = edo_mpsc_upgrade(weak);
    int rc = edo_mpsc_try_reserve(tx, &permit);

    assert_true(rc == 0 || rc == -EAGAIN || rc == -EPIPE);
    edo_mpsc_permit_release(&permit);
    assert_in_range(edo_mpsc_len(op->c.rx), 0, 1);
    edo_mpsc_close(op->c.rx);
    edo_mpsc_sender_free(tx);
    edo_mpsc_weak_free(weak);
}

EDO_TEST_PLAIN(waker_may_use_the_channel_that_wakes_it) /* sync-012 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op, behind;
        struct user_waker u = {.op = &op, .then = use_the_channel};
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        op_make(&behind, kind == RECV ? CLOSED : kind, c);
        user_polls(&u, EDO_PENDING);
        edo_test_task *hand = hand_wait(&behind.fut.base);
        op_happens(&op);
        assert_int_equal(a_load(&u.calls, seq_cst), 1);
        user_polls(&u, EDO_READY);
        assert_int_equal(op.fut.base.result, op_success(kind));
        hand_end(hand, &behind.fut.base, is_giving(kind) ? -EPIPE : 0);
        edo_mpsc_permit_release(&op.permit);
        edo_waker_drop(u.waker);
        channel_free(&c);
    }
}

EDO_TEST_PLAIN(works_with_no_runtime) /* sync-013 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct op op;
        channel c = op_channel(kind);
        op_make(&op, kind, c);
        edo_test_task *hand = hand_wait(&op.fut.base);
        op_happens(&op);
        hand_end(hand, &op.fut.base, op_success(kind));
        check_effect(&op);
        channel_free(&c);
        c = op_channel(kind); /* and the same with a thread that parks */
        op_make(&op, kind, c);
        pthread_t other = start_thread(happens_in_a_thread, &op);
        assert_int_equal(edo_await(&op.fut.base), op_success(kind));
        join_thread(other);
        check_effect(&op);
        channel_free(&c);
    }
}

/* --- one receive at a time ------------------------------------------------------------------------ */

EDO_TEST_BOTH(second_receive_that_would_wait_is_misuse)
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int woken = 0; woken < 2; woken++) {
            channel c = channel_new(capacity);
            int got = -1, other = -1;
            edo_mpsc_recv_future first = edo_mpsc_recv_async(c.rx, &got);
            edo_mpsc_recv_future second = edo_mpsc_recv_async(c.rx, &other);
            edo_test_task *hand = hand_wait(&first.base);
            if (woken) { /* and the message is gone: it still is the one that waits */
                assert_ok(try_send(c.tx, 1));
                check_receives(c.rx, 1);
                assert_true(edo_test_task_is_woken(hand));
            }
            assert_ready_eq(&second.base, -EDO_EMISUSE);
            assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
            assert_ok(try_send(c.tx, 2));
            hand_end(hand, &first.base, 1);
            assert_int_equal(got, 2);
            assert_int_equal(other, -1);
            channel_free(&c);
        }
    }
}
