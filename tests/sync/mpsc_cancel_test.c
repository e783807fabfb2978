/*
 * mpsc_cancel_test.c: waits of a channel that are cancelled at each of their steps, and tasks that are
 * aborted at each of their waits. Every message is received once, destroyed once, or still its sender's.
 */
#include <stdlib.h>

#include <edo/testing_cancel.h>

#include "sync/mpsc_rig.h"

/* --- one future ----------------------------------------------------------------------------------- */

enum kind { SEND, RESERVE, RESERVE_ALL, RESERVE_OWNED, RECV, RECV_MANY, CLOSED, KINDS };

/* A channel of two: filled, for who gives, and closed after it was drained; empty, for who takes. */
struct trial {
    enum kind kind;
    size_t capacity;
    channel c;
    int item, got[2], happened;
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
    return kind <= RESERVE_OWNED;
}

static edo_future *trial_make(void *arg)
{
    struct trial *t = arg;
    const channel c = channel_of(COUNTED_INT, t->capacity);

    *t = (struct trial){.kind = t->kind, .capacity = t->capacity, .c = c, .item = 7};
    for (int i = 0; is_giving(t->kind) && i < 2; i++)
        assert_ok(try_send(c.tx, i));
    if (t->kind == SEND)
        t->fut.send = edo_mpsc_send_async(c.tx, &t->item);
    else if (t->kind == RESERVE_OWNED)
        t->fut.reserve = edo_mpsc_reserve_owned_async(c.tx, &t->permit);
    else if (is_giving(t->kind))
        t->fut.reserve = edo_mpsc_reserve_many_async(c.tx, t->kind == RESERVE ? 1 : 2, &t->permit);
    else if (t->kind == CLOSED)
        t->fut.closed = edo_mpsc_closed_async(c.tx);
    else
        t->fut.recv = edo_mpsc_recv_many_async(c.rx, t->got, t->kind == RECV ? 1 : 2);
    return &t->fut.base;
}

static void trial_happens(void *arg)
{
    struct trial *t = arg;

    if (is_giving(t->kind) && t->happened < 2)
        check_receives(t->c.rx, t->happened);
    else if (t->kind == RECV || t->kind == RECV_MANY)
        assert_ok(try_send(t->c.tx, 10 + t->happened));
    else
        edo_mpsc_close(t->c.rx);
    t->happened++;
}

/* What should be in the channel still, then nothing, and all its room is free. */
static void trial_check(void *arg, unsigned step, int64_t result)
{
    struct trial *t = arg;
    int done = t->happened < 2 ? t->happened : 2;

    (void)step;
    assert_true(result >= 0 || result == -ECANCELED);
    assert_int_equal(t->permit.count, t->kind == RESERVE_ALL && result == 0     ? 2
                                      : t->kind <= RESERVE_OWNED && result == 0 ? t->kind != SEND
                                                                                : 0);
    assert_int_equal(edo_mpsc_sender_strong_count(t->c.tx),
                     1 + (t->kind == RESERVE_OWNED && result == 0));
    edo_mpsc_permit_release(&t->permit);
    for (int i = done; is_giving(t->kind) && i < 2; i++)
        check_receives(t->c.rx, i);
    if (t->kind == SEND && result == 0)
        check_receives(t->c.rx, 7);
    if (t->kind == RECV || t->kind == RECV_MANY) {
        int taken = result > 0 ? (int)result : 0;
        for (int i = 0; i < taken; i++)
            assert_int_equal(t->got[i], 10 + i);
        for (int i = taken; i < t->happened; i++)
            check_receives(t->c.rx, 10 + i);
    }
    check_receives_nothing(t->c.rx, edo_mpsc_receiver_is_closed(t->c.rx) ? 0 : -EAGAIN);
    if (t->capacity)
        assert_int_equal(edo_mpsc_capacity(t->c.tx), t->capacity);
    channel_free(&t->c);
}

EDO_TEST_PLAIN(wait_cancelled_at_any_step_has_its_effect_or_none) /* sync-005 sync-006 sync-019 */
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (int bounded = is_giving(kind); bounded < 2; bounded++) {
            struct trial t = {.kind = kind, .capacity = bounded ? 2 : UNBOUNDED};
            int steps = edo_test_cancel_future(trial_make, trial_happens, trial_check, &t);
            assert_in_range(steps, 3, 5);
        }
    }
    assert_int_equal(items_gone(12), 0);
}

/* --- a pipeline ----------------------------------------------------------------------------------- */

typedef struct parcel {
    int number;
} parcel;

static uint32_t parcels; /* atomic: how many there are */

static void parcel_destroy(void *item)
{
    a_fetch_sub(&parcels, 1, relaxed);
    free(*(parcel **)item);
}

#define PARCELS EDO_ITEM(parcel *, .destroy = parcel_destroy)

static parcel *parcel_new(int number)
{
    parcel *p = malloc(sizeof *p);

    assert_non_null(p);
    a_fetch_add(&parcels, 1, relaxed);
    p->number = number;
    return p;
}

struct stage {
    edo_mpsc_receiver *from;
    edo_mpsc_sender *to;
};

/* Sends by a permit, so that a parcel is taken only when there is a place for it. */
static int pass_on(void *arg)
{
    struct stage *s = arg;
    edo_mpsc_permit permit = {0};
    parcel *p;
    int rc;

    while ((rc = edo_mpsc_reserve(s->to, &permit)) == 0) {
        if ((rc = edo_mpsc_recv(s->from, &p)) != 1)
            break;
        p->number++;
        assert_ok(edo_mpsc_permit_send(&permit, &p));
    }
    edo_mpsc_permit_release(&permit);
    edo_mpsc_receiver_free(s->from);
    edo_mpsc_sender_free(s->to);
    return rc;
}

static int send_parcels(void *arg)
{
    edo_mpsc_sender *tx = arg;
    int rc = 0;

    for (int i = 0; i < 6 && rc == 0; i++) {
        parcel *p = parcel_new(i);
        if ((rc = edo_mpsc_send(tx, &p)) < 0)
            parcel_destroy(&p);
    }
    edo_mpsc_sender_free(tx);
    return rc;
}

/* A select in which the receive loses now and then, and a parcel may have to go back. */
static int take_one(edo_mpsc_receiver *rx, parcel **ret)
{
    for (;;) {
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, ret);
        edo_yield_future yield = edo_yield_async();
        edo_future *parts[] = {&recv.base};
        edo_join_all_future join = edo_join_all_async(parts, 1);
        int won = edo_select(&join.base, &yield.base);
        if (edo_future_is_ready(&recv.base) && recv.base.result >= 0)
            return (int)recv.base.result;
        if (won < 0)
            return won;
    }
}

/* Sender, stage and receiver, of which the last is aborted, and leaves. */
static int run_pipeline(void *arg)
{
    channel first = channel_of(PARCELS, 1), second = channel_of(PARCELS, 1);
    struct stage stage = {first.rx, second.tx};
    parcel *p;
    int rc, number = 0;

    (void)arg;
    assert_ok(edo_spawn_copy(pass_on, &stage, sizeof stage, NULL));
    assert_ok(edo_spawn(send_parcels, first.tx, NULL));
    while ((rc = take_one(second.rx, &p)) == 1) {
        assert_int_equal(p->number, ++number);
        parcel_destroy(&p);
    }
    assert_true(rc == 0 ? number == 6 : rc == -ECANCELED);
    edo_mpsc_receiver_free(second.rx);
    return rc;
}

static void no_parcel_is_left(void *arg, unsigned step)
{
    (void)arg, (void)step;
    assert_int_equal(a_load(&parcels, relaxed), 0);
}

EDO_TEST_PLAIN(pipeline_aborted_anywhere_loses_nothing)
{
    assert_in_range(edo_test_cancel_everywhere(run_pipeline, no_parcel_is_left, NULL), 5, 1000);
}

/* The sender and the stage are what is aborted. */
static int run_sender(void *arg)
{
    channel c = channel_of(PARCELS, 1);
    parcel *p = NULL;
    edo_task t;

    (void)arg;
    assert_ok(edo_spawn(send_parcels, edo_mpsc_sender_clone(c.tx), &t));
    edo_mpsc_sender_free(c.tx);
    int rc = edo_mpsc_recv(c.rx, &p);
    if (rc == 1)
        parcel_destroy(&p);
    edo_mpsc_receiver_free(c.rx); /* under the one that still sends */
    edo_task_detach(t);
    return rc < 0 ? rc : 0;
}

EDO_TEST_PLAIN(receiver_that_leaves_early_loses_nothing)
{
    assert_in_range(edo_test_cancel_everywhere(run_sender, no_parcel_is_left, NULL), 1, 1000);
}

EDO_TEST_PLAIN(pipelines_aborted_at_random_lose_nothing)
{
    int64_t cut = edo_test_cancel_randomly(NULL, test_count(20000), run_pipeline, NULL);

    assert_in_range(cut, 1, INT32_MAX);
    assert_int_equal(a_load(&parcels, relaxed), 0);
}
