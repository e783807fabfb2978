/* broadcast_item_test.c: items that are cloned for each receiver, and destroyed once. */
#include "sync/broadcast_rig.h"

#include <stdlib.h>

#include "base/atomic.h"

/*
 * A thing on the heap with a life: the channel's items are pointers to such. Live ones are counted,
 * and so is how many clones of one are being made at the same time.
 */
typedef struct thing {
    int number;
    unsigned cloning; /* atomic */
} thing;

static int things;  /* atomic; alive now */
static int clones;  /* atomic; made so far */
static int failing; /* the next clones that fail */

static thing *new_thing(int number)
{
    thing *t = malloc(sizeof *t);

    assert_non_null(t);
    *t = (thing){.number = number};
    a_fetch_add(&things, 1, relaxed);
    return t;
}

static void free_thing(thing *t)
{
    assert_true(t->number > 0);
    t->number = -1;
    free(t);
    a_fetch_sub(&things, 1, relaxed);
}

static void destroy_item(void *item)
{
    free_thing(*(thing **)item);
}

static int clone_item(void *to, const void *from)
{
    thing *t = *(thing *const *)from;

    assert_int_equal(a_fetch_add(&t->cloning, 1, relaxed), 0);
    if (failing) {
        failing--;
        a_fetch_sub(&t->cloning, 1, relaxed);
        return -ENOMEM;
    }
    a_fetch_add(&clones, 1, relaxed);
    *(thing **)to = new_thing(t->number);
    a_fetch_sub(&t->cloning, 1, relaxed);
    return 0;
}

#define THINGS EDO_ITEM(thing *, .destroy = destroy_item, .clone = clone_item)

static channel make_things(size_t capacity)
{
    channel ch = {0};

    assert_ok(edo_broadcast_new(THINGS, capacity, &ch.tx, &ch.rx));
    ch.rx2 = subscribed(&ch);
    return ch;
}

static void send_things(channel *ch, int first, int last, int receivers)
{
    for (int i = first; i <= last; i++) {
        thing *t = new_thing(i);
        assert_int_equal(edo_broadcast_send(ch->tx, &t), receivers);
    }
}

/* The number of the next thing, which is freed; or try_recv's result. */
static int next_thing(edo_broadcast_receiver *rx)
{
    thing *t = NULL;
    int rc = edo_broadcast_try_recv(rx, &t, NULL);

    if (rc != 1)
        return rc;
    rc = t->number;
    free_thing(t);
    return rc;
}

EDO_TEST_PLAIN(what_is_overwritten_is_destroyed_once) /* sync-127 */
{
    channel ch = make_things(2);

    send_things(&ch, 1, 2, 2);
    assert_int_equal(things, 2);
    send_things(&ch, 3, 5, 2);
    assert_int_equal(things, 2); /* 4 and 5 */
    assert_int_equal(next_thing(ch.rx), -EDO_ELAGGED);
    assert_int_equal(next_thing(ch.rx), 4);
    free_channel(&ch); /* and what it still holds goes with it */
    assert_int_equal(things, 0);
}

EDO_TEST_PLAIN(each_receiver_gets_a_clone_and_the_last_one_the_item)
{
    channel ch = make_things(4);
    thing *t = new_thing(1), *first, *last;

    assert_int_equal(edo_broadcast_send(ch.tx, &t), 2);
    assert_int_equal(edo_broadcast_try_recv(ch.rx2, &first, NULL), 1);
    assert_int_equal(clones, 1);
    assert_ptr_not_equal(first, t);
    assert_int_equal(edo_broadcast_try_recv(ch.rx, &last, NULL), 1);
    assert_int_equal(clones, 1);
    assert_ptr_equal(last, t);
    free_thing(first);
    free_thing(last);
    send_things(&ch, 2, 9, 2); /* over the slots from which it was taken */
    free_channel(&ch);
    assert_int_equal(things, 0);
}

EDO_TEST_PLAIN(what_only_a_freed_receiver_had_not_seen_is_destroyed)
{
    channel ch = make_things(4);

    send_things(&ch, 1, 6, 2); /* 1 and 2 are overwritten */
    assert_int_equal(next_thing(ch.rx), -EDO_ELAGGED);
    assert_int_equal(next_thing(ch.rx), 3);
    assert_int_equal(next_thing(ch.rx), 4);
    assert_int_equal(things, 4);
    edo_broadcast_receiver_free(ch.rx2); /* which had seen none */
    ch.rx2 = NULL;
    assert_int_equal(things, 2);
    assert_int_equal(next_thing(ch.rx), 5);
    assert_int_equal(next_thing(ch.rx), 6);
    assert_int_equal(things, 0);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_send_to_nobody_leaves_the_item_with_its_caller)
{
    channel ch = make_things(2);
    thing *t = new_thing(1);

    edo_broadcast_receiver_free(ch.rx);
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx = ch.rx2 = NULL;
    assert_err(edo_broadcast_send(ch.tx, &t), -EPIPE);
    assert_int_equal(t->number, 1);
    free_thing(t);
    free_channel(&ch);
    assert_int_equal(things, 0);
}

EDO_TEST_PLAIN(a_clone_that_fails_is_told_and_can_be_tried_again)
{
    channel ch = make_things(2);

    send_things(&ch, 1, 1, 2);
    failing = 1;
    assert_int_equal(next_thing(ch.rx), -ENOMEM);
    assert_int_equal(next_thing(ch.rx), 1);
    assert_int_equal(next_thing(ch.rx2), 1);
    free_channel(&ch);
    assert_int_equal(things, 0);
}

static int clone_that_waits(void *to, const void *from)
{
    edo_future never = edo_pending();

    (void)to;
    (void)from;
    return (int)edo_await(&never);
}

EDO_TEST_BOTH(a_clone_cant_wait)
{
    channel ch = {0};
    int item = 1;

    assert_ok(edo_broadcast_new(EDO_ITEM(int, .clone = clone_that_waits), 2, &ch.tx, &ch.rx));
    ch.rx2 = subscribed(&ch);
    send_all(ch.tx, 1, 1, 2);
    assert_err(edo_broadcast_recv(ch.rx, &item, NULL), -EDEADLK);
    assert_ok(edo_yield()); /* and afterwards the task can */
    free_channel(&ch);
}

/* A composite that has received loses a select: what it got was a clone, or the item itself. */
EDO_TEST_BOTH(a_thing_put_back_is_there_again)
{
    for (int others_first = 0; others_first < 2; others_first++) {
        channel ch = make_things(2);
        thing *t = NULL;
        probe never = probe_pending(), winner = probe_pending();
        send_things(&ch, 1, 2, 2);
        if (others_first)
            assert_int_equal(next_thing(ch.rx2), 1);
        edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &t, NULL);
        edo_future *parts[] = {&recv.base, &never.base};
        edo_join_all_future both = edo_join_all_async(parts, 2);
        edo_future *arms[] = {&winner.base, &both.base};
        edo_select_future sel = edo_select_biased_async(arms, 2);
        assert_pending(&sel.base);
        assert_int_equal(things, others_first ? 2 : 3);
        probe_finish(&winner, 0);
        assert_ready_eq(&sel.base, 0);
        assert_int_equal(recv.base.result, -ECANCELED);
        assert_int_equal(things, 2);
        assert_int_equal(next_thing(ch.rx), 1);
        assert_int_equal(next_thing(ch.rx), 2);
        free_channel(&ch);
        assert_int_equal(things, 0);
    }
}

EDO_TEST_BOTH(a_thing_put_back_after_it_was_overwritten_is_destroyed)
{
    channel ch = make_things(1);
    thing *t = NULL;
    probe never = probe_pending(), winner = probe_pending();

    send_things(&ch, 1, 1, 2);
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &t, NULL);
    edo_future *parts[] = {&recv.base, &never.base};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    edo_future *arms[] = {&winner.base, &both.base};
    edo_select_future sel = edo_select_biased_async(arms, 2);
    assert_pending(&sel.base);
    send_things(&ch, 2, 2, 2);
    probe_finish(&winner, 0);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(things, 1);
    assert_int_equal(next_thing(ch.rx), -EDO_ELAGGED);
    assert_int_equal(next_thing(ch.rx), 2);
    free_channel(&ch);
    assert_int_equal(things, 0);
}

EDO_TEST_PLAIN(cloned_items_may_be_large_and_aligned)
{
    typedef struct block {
        _Alignas(256) char bytes[4096];
    } block;
    static block sent, got;
    channel ch = {0};

    assert_ok(edo_broadcast_new(EDO_ITEM(block, .clone = clone_that_waits), 3, &ch.tx, &ch.rx));
    for (int i = 0; i < 9; i++) {
        memset(&sent, i, sizeof sent);
        assert_int_equal(edo_broadcast_send(ch.tx, &sent), 1);
        assert_int_equal(edo_broadcast_try_recv(ch.rx, &got, NULL), 1); /* the last: no clone */
        assert_memory_equal(&got, &sent, sizeof got);
    }
    free_channel(&ch);
}

/* Receivers come and go while things are sent, on several threads. */
typedef struct crowd {
    edo_broadcast_sender *tx;
    unsigned rounds;
} crowd;

static int receive_things(void *arg)
{
    edo_broadcast_receiver *rx = arg;
    thing *t;
    int rc, last = 0;

    while ((rc = edo_broadcast_recv(rx, &t, NULL)) != 0) {
        if (rc == -EDO_ELAGGED) {
            last = 0;
            continue;
        }
        assert_int_equal(rc, 1);
        assert_true(last == 0 || t->number == last + 1);
        last = t->number;
        free_thing(t);
        if (last % 97 == 0)
            break;
    }
    edo_broadcast_receiver_free(rx);
    return 0;
}

static int come_and_go(void *arg)
{
    crowd *c = arg;

    for (unsigned i = 0; i < c->rounds; i++) {
        edo_broadcast_receiver *rx;
        edo_task t;
        assert_ok(edo_broadcast_subscribe(c->tx, &rx));
        assert_ok(edo_spawn(receive_things, rx, &t));
        assert_ok(edo_join(t, NULL));
    }
    edo_broadcast_sender_free(c->tx);
    return 0;
}

EDO_TEST_MT(things_survive_a_crowd_and_none_is_left)
{
    channel ch = {0};
    edo_task tasks[4];
    crowd c = {.rounds = test_count(300)};
    int sent = 0;

    assert_ok(edo_broadcast_new(THINGS, 8, &ch.tx, NULL));
    c.tx = ch.tx;
    for (int i = 0; i < 4; i++) {
        edo_broadcast_sender_clone(ch.tx);
        assert_ok(edo_spawn(come_and_go, &c, &tasks[i]));
    }
    while (edo_broadcast_sender_strong_count(ch.tx) > 1) {
        thing *t = new_thing(++sent);
        if (edo_broadcast_send(ch.tx, &t) < 0)
            free_thing(t);
        if (sent % 16 == 0)
            assert_ok(edo_yield());
    }
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join(tasks[i], NULL));
    edo_broadcast_sender_free(ch.tx);
    assert_int_equal(things, 0);
}
