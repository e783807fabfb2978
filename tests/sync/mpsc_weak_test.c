/* mpsc_weak_test.c: handles that don't keep a channel open, and what the counts say. */
#include "sync/mpsc_rig.h"

#include "sync/mpsc.h"

/* The counts, as every kind of handle sees them. `tx` and `weak` may be NULL. */
static void check_counts(const channel *c, const edo_mpsc_weak *weak, size_t strong, size_t weaks)
{
    assert_int_equal(edo_mpsc_receiver_strong_count(c->rx), strong);
    assert_int_equal(edo_mpsc_receiver_weak_count(c->rx), weaks);
    if (c->tx) {
        assert_int_equal(edo_mpsc_sender_strong_count(c->tx), strong);
        assert_int_equal(edo_mpsc_sender_weak_count(c->tx), weaks);
    }
    if (weak) {
        assert_int_equal(edo_mpsc_weak_strong_count(weak), strong);
        assert_int_equal(edo_mpsc_weak_weak_count(weak), weaks);
    }
}

static void free_sender(channel *c)
{
    edo_mpsc_sender_free(c->tx);
    c->tx = NULL;
}

EDO_TEST_BOTH(weak_handle_becomes_a_sender_while_there_is_one) /* sync-084 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        edo_mpsc_sender *upgraded = edo_mpsc_upgrade(weak);
        assert_non_null(upgraded);
        assert_true(edo_mpsc_same_channel(upgraded, c.tx));
        assert_ok(try_send(upgraded, 1));
        check_receives(c.rx, 1);
        free_sender(&c);
        edo_mpsc_sender *again = edo_mpsc_upgrade(weak); /* the upgraded one is left */
        assert_non_null(again);
        edo_mpsc_sender_free(upgraded);
        assert_ok(try_send(again, 2));
        edo_mpsc_sender_free(again);
        assert_null(edo_mpsc_upgrade(weak));
        check_receives(c.rx, 2);
        check_receives_nothing(c.rx, 0);
        edo_mpsc_weak_free(weak);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(weak_handle_of_a_clone_is_as_weak) /* sync-085 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_sender *clone = edo_mpsc_sender_clone(c.tx);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(clone), *second = edo_mpsc_weak_clone(weak);
        edo_mpsc_sender_free(clone);
        free_sender(&c);
        assert_null(edo_mpsc_upgrade(weak));
        assert_null(edo_mpsc_upgrade(second));
        edo_mpsc_weak_free(weak);
        assert_null(edo_mpsc_upgrade(second));
        edo_mpsc_weak_free(second);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(weak_handles_do_not_keep_it_open) /* sync-086 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        int got = -1;
        assert_ok(try_send(c.tx, 1));
        free_sender(&c);
        assert_true(edo_mpsc_receiver_is_closed(c.rx));
        check_receives(c.rx, 1);
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
        check_receives_nothing(c.rx, 0);
        edo_mpsc_weak_free(weak);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(last_sender_wakes_the_receiver_though_there_are_weak_ones)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        int got;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        edo_test_task *hand = hand_wait(&recv.base);
        free_sender(&c);
        assert_true(edo_test_task_is_woken(hand));
        hand_end(hand, &recv.base, 0);
        edo_mpsc_weak_free(weak);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(counts_follow_the_handles) /* sync-087 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        check_counts(&c, NULL, 1, 0);
        edo_mpsc_sender *clone = edo_mpsc_sender_clone(c.tx);
        check_counts(&c, NULL, 2, 0);
        assert_int_equal(edo_mpsc_sender_strong_count(clone), 2);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(clone), *second = edo_mpsc_weak_clone(weak);
        check_counts(&c, weak, 2, 2);
        edo_mpsc_sender_free(clone);
        check_counts(&c, second, 1, 2);
        edo_mpsc_weak_free(weak);
        check_counts(&c, second, 1, 1);
        free_sender(&c);
        check_counts(&c, second, 0, 1);
        edo_mpsc_weak_free(second);
        check_counts(&c, NULL, 0, 0);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(downgrade_counts_none_and_upgrade_one) /* sync-088 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        check_counts(&c, weak, 1, 1);
        edo_mpsc_sender *upgraded = edo_mpsc_upgrade(weak);
        check_counts(&c, weak, 2, 1);
        edo_mpsc_sender_free(upgraded);
        check_counts(&c, weak, 1, 1);
        edo_mpsc_weak_free(weak);
        check_counts(&c, NULL, 1, 0);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(upgraded_handle_sends_in_line) /* sync-089 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        int got;
        for (int i = 0; i < 10; i++)
            assert_ok(edo_mpsc_send(c.tx, &i));
        edo_mpsc_sender *upgraded = edo_mpsc_upgrade(weak);
        assert_ok(edo_mpsc_send(upgraded, &(int){10}));
        edo_mpsc_sender_free(upgraded);
        free_sender(&c);
        for (int i = 0; i <= 10; i++) {
            assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
            assert_int_equal(got, i);
        }
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
        edo_mpsc_weak_free(weak);
        channel_free(&c);
    }
}

/* An actor that sends itself a message for each one from outside; the even ones are from itself. */
struct actor {
    edo_mpsc_receiver *rx;
    edo_mpsc_weak *itself;
    int handled[2];
};

static int act(void *arg)
{
    struct actor *a = arg;
    int item;

    while (edo_mpsc_recv(a->rx, &item) == 1) {
        a_fetch_add(&a->handled[item % 2], 1, relaxed); /* the test looks at it meanwhile */
        edo_mpsc_sender *tx = item % 2 ? edo_mpsc_upgrade(a->itself) : NULL;
        if (tx)
            assert_ok(edo_mpsc_try_send(tx, &(int){0}));
        edo_mpsc_sender_free(tx);
    }
    edo_mpsc_weak_free(a->itself);
    edo_mpsc_receiver_free(a->rx);
    return 0;
}

EDO_TEST_BOTH(actor_ends_with_the_last_handle_outside) /* sync-090 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        struct actor a = {.rx = c.rx, .itself = edo_mpsc_downgrade(c.tx)};
        edo_task t;
        assert_ok(edo_spawn(act, &a, &t));
        assert_ok(edo_mpsc_send(c.tx, &(int){1}));
        task_wait_until(edo_mpsc_sender_strong_count(c.tx) == 1 &&
                        a_load(&a.handled[0], seq_cst) == 1);
        edo_mpsc_sender_free(c.tx);
        assert_ok(edo_join(t, NULL));
        assert_int_equal(a.handled[0], 1);
        assert_int_equal(a.handled[1], 1);
    }
}

EDO_TEST_BOTH(weak_handle_outlives_the_receiver) /* sync-091 sync-092 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx);
        items_destroyed[1] = items_destroyed[2] = 0;
        assert_ok(try_send(c.tx, 1));
        assert_ok(try_send(c.tx, 2));
        edo_mpsc_receiver_free(c.rx);
        assert_int_equal(items_gone(3), 2);
        assert_err(try_send(c.tx, 0), -EPIPE);
        assert_int_equal(edo_mpsc_weak_strong_count(weak), 1);
        edo_mpsc_sender *upgraded = edo_mpsc_upgrade(weak); /* there is a sender, closed as it is */
        assert_non_null(upgraded);
        assert_err(try_send(upgraded, 0), -EPIPE);
        edo_mpsc_sender_free(upgraded);
        edo_mpsc_sender_free(c.tx);
        assert_null(edo_mpsc_upgrade(weak));
        assert_int_equal(edo_mpsc_weak_weak_count(weak), 1);
        edo_mpsc_weak_free(weak);
        assert_int_equal(items_gone(3), 2);
    }
}

EDO_TEST_BOTH(null_is_no_weak_handle)
{
    assert_null(edo_mpsc_downgrade(NULL));
    assert_null(edo_mpsc_weak_clone(NULL));
    assert_null(edo_mpsc_upgrade(NULL));
    edo_mpsc_weak_free(NULL);
    assert_int_equal(edo_mpsc_sender_strong_count(NULL), 0);
    assert_int_equal(edo_mpsc_sender_weak_count(NULL), 0);
    assert_int_equal(edo_mpsc_receiver_strong_count(NULL), 0);
    assert_int_equal(edo_mpsc_receiver_weak_count(NULL), 0);
    assert_int_equal(edo_mpsc_weak_strong_count(NULL), 0);
    assert_int_equal(edo_mpsc_weak_weak_count(NULL), 0);
}

/* --- at once ----------------------------------------------------------------------------------- */

static void *upgrade_while_it_can(void *weak)
{
    edo_mpsc_sender *tx;
    uintptr_t sent = 0;

    while ((tx = edo_mpsc_upgrade(weak))) {
        assert_ok(try_send(tx, 1));
        sent++;
        edo_mpsc_sender_free(tx);
    }
    edo_mpsc_weak_free(weak);
    return (void *)sent;
}

EDO_TEST_PLAIN(upgrades_race_with_the_last_free)
{
    for (unsigned round = 0; round < test_count(1000); round++) {
        channel c = channel_new(UNBOUNDED);
        uintptr_t received = 0;
        int got, rc;
        /* One alone: two would keep it open for each other. */
        pthread_t upgrader = start_thread(upgrade_while_it_can, edo_mpsc_downgrade(c.tx));
        while (received < round % 3 && edo_mpsc_recv(c.rx, &got) == 1)
            received++;
        edo_mpsc_sender_free(c.tx);
        while ((rc = edo_mpsc_recv(c.rx, &got)) == 1)
            received++;
        assert_int_equal(rc, 0);
        assert_int_equal(received, (uintptr_t)join_thread(upgrader));
        assert_int_equal(edo_mpsc_receiver_strong_count(c.rx), 0);
        edo_mpsc_receiver_free(c.rx);
    }
}

/* A program that forgets to free them has so many in an hour, at a million a second. */
EDO_TEST(more_weak_handles_than_32_bits_count_keep_the_channel)
{
    channel c = channel_new(4);
    mpsc *shared = mpsc_of_sender(c.tx);
    uint32_t real = (uint32_t)shared->refs;

    assert_ok(try_send(c.tx, 1));
    shared->refs = UINT32_MAX;
    edo_mpsc_weak *weak = edo_mpsc_downgrade(c.tx), *last = edo_mpsc_downgrade(c.tx);
    edo_mpsc_weak_free(weak);
    assert_true(shared->refs > UINT32_MAX);
    shared->refs = real + 1;
    edo_mpsc_weak_free(last);
    check_receives(c.rx, 1);
    channel_free(&c);
}
