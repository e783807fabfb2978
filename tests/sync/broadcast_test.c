/* broadcast_test.c: what is sent, seen and missed in a broadcast channel, and who holds it. */
#include "sync/broadcast_rig.h"

#include "sync/broadcast.h"

EDO_TEST_PLAIN(a_capacity_of_zero_or_beyond_half_of_memory_is_refused) /* sync-108 */
{
    edo_broadcast_sender *tx = NULL;
    edo_broadcast_receiver *rx = NULL;

    assert_err(edo_broadcast_new(PLAIN_INT, 0, &tx, &rx), -EINVAL);
    assert_err(edo_broadcast_new(PLAIN_INT, SIZE_MAX / 2 + 1, &tx, &rx), -EINVAL);
    assert_err(edo_broadcast_new(PLAIN_INT, SIZE_MAX / 2, &tx, &rx), -ENOMEM);
    assert_null(tx);
    assert_null(rx);
}

EDO_TEST_PLAIN(arguments_that_cant_be_are_refused)
{
    channel ch = make_channel(1);
    const edo_item crooked = {.size = 3, .align = 3};
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    int item;

    assert_err(edo_broadcast_new(NULL, 1, &tx, &rx), -EINVAL);
    assert_err(edo_broadcast_new(&crooked, 1, &tx, &rx), -EINVAL);
    assert_err(edo_broadcast_new(PLAIN_INT, 1, NULL, &rx), -EINVAL);
    /* Its receivers would share what one of them ends. */
    assert_err(edo_broadcast_new(EDO_ITEM(int, .destroy = item_count_destroyed), 1, &tx, &rx),
               -EINVAL);
    assert_err(edo_broadcast_subscribe(NULL, &rx), -EINVAL);
    assert_err(edo_broadcast_subscribe(ch.tx, NULL), -EINVAL);
    assert_err(edo_broadcast_resubscribe(NULL, &rx), -EINVAL);
    assert_err(edo_broadcast_send(NULL, &item), -EINVAL);
    assert_err(edo_broadcast_send(ch.tx, NULL), -EINVAL);
    assert_err(edo_broadcast_recv(NULL, &item, NULL), -EINVAL);
    assert_err(edo_broadcast_recv(ch.rx, NULL, NULL), -EINVAL);
    assert_err(edo_broadcast_try_recv(NULL, &item, NULL), -EINVAL);
    assert_err(edo_broadcast_try_recv(ch.rx, NULL, NULL), -EINVAL);
    assert_err(edo_broadcast_closed(NULL), -EINVAL);
    assert_null(edo_broadcast_sender_clone(NULL));
    assert_null(edo_broadcast_downgrade(NULL));
    assert_null(edo_broadcast_upgrade(NULL));
    assert_null(edo_broadcast_weak_clone(NULL));
    assert_int_equal(edo_broadcast_sender_len(NULL), 0);
    assert_int_equal(edo_broadcast_receiver_len(NULL), 0);
    edo_broadcast_weak_free(NULL);
    edo_broadcast_sender_free(NULL);
    edo_broadcast_receiver_free(NULL);
    free_channel(&ch);
}

EDO_TEST_PLAIN(send_says_how_many_receivers_get_a_copy_of_their_own) /* sync-109 */
{
    channel ch = make_channel(4);
    int items[2] = {1, 2}, got = 0, got2 = 0;

    assert_int_equal(edo_broadcast_send(ch.tx, &items[0]), 1);
    ch.rx2 = subscribed(&ch);
    assert_int_equal(edo_broadcast_send(ch.tx, &items[1]), 2);
    items[0] = items[1] = 77; /* the sender's memory is its own again */
    assert_int_equal(next(ch.rx), 1);
    assert_int_equal(edo_broadcast_try_recv(ch.rx, &got, NULL), 1);
    assert_int_equal(got, 2);
    got = 78;
    assert_int_equal(edo_broadcast_try_recv(ch.rx2, &got2, NULL), 1);
    assert_int_equal(got2, 2);
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx2 = NULL;
    send_all(ch.tx, 3, 3, 1);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_send_to_nobody_fails_and_is_seen_by_nobody_later) /* sync-110 */
{
    edo_broadcast_sender *tx;
    int item = 1;

    assert_ok(edo_broadcast_new(PLAIN_INT, 2, &tx, NULL));
    assert_err(edo_broadcast_send(tx, &item), -EPIPE);
    assert_int_equal(item, 1);
    channel ch = {.tx = tx};
    ch.rx = subscribed(&ch);
    assert_int_equal(next(ch.rx), -EAGAIN);
    send_all(ch.tx, 2, 2, 1);
    check_gives(ch.rx, 2, 2, -EAGAIN);
    edo_broadcast_receiver_free(ch.rx);
    ch.rx = NULL;
    assert_err(edo_broadcast_send(tx, &item), -EPIPE);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_receiver_sees_only_what_was_sent_after_it_was_made) /* sync-111 */
{
    channel ch = make_channel(4);
    edo_broadcast_receiver *third;

    send_all(ch.tx, 1, 2, 1);
    ch.rx2 = subscribed(&ch);
    send_all(ch.tx, 3, 3, 2);
    assert_ok(edo_broadcast_resubscribe(ch.rx, &third)); /* which has seen nothing itself */
    send_all(ch.tx, 4, 4, 3);
    check_gives(ch.rx, 1, 4, -EAGAIN);
    check_gives(ch.rx2, 3, 4, -EAGAIN);
    check_gives(third, 4, 4, -EAGAIN);
    edo_broadcast_receiver_free(third);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_slow_receiver_within_capacity_gets_all_in_order) /* sync-114 */
{
    channel ch = make_channel_of_two(16);

    send_all(ch.tx, 1, 3, 2);
    check_gives(ch.rx, 1, 3, -EAGAIN);
    check_gives(ch.rx2, 1, 3, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_receiver_that_fell_behind_is_told_by_how_many) /* sync-116 */
{
    channel ch = make_channel_of_two(2);

    send_all(ch.tx, 1, 3, 2);
    assert_int_equal(missed(ch.rx), 1);
    check_gives(ch.rx, 2, 3, -EAGAIN);
    send_all(ch.tx, 4, 4, 2);
    assert_int_equal(missed(ch.rx2), 2);
    check_gives(ch.rx2, 3, 4, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_PLAIN(after_a_lag_the_oldest_that_is_left_comes_next) /* sync-117 */
{
    channel ch = make_channel(4);

    send_all(ch.tx, 1, 4, 1);
    assert_int_equal(next(ch.rx), 1);
    send_all(ch.tx, 5, 8, 1);
    assert_int_equal(missed(ch.rx), 3);
    check_gives(ch.rx, 5, 8, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_PLAIN(lag_is_told_once_for_each_gap) /* sync-118 */
{
    channel ch = make_channel(2);

    for (int i = 0; i < 3; i++) {
        send_all(ch.tx, 1, 3, 1);
        assert_int_equal(missed(ch.rx), 1);
        check_gives(ch.rx, 2, 3, -EAGAIN);
    }
    free_channel(&ch);
}

EDO_TEST_PLAIN(with_room_for_one_only_the_last_is_left) /* sync-119 */
{
    channel ch = make_channel(1);

    send_all(ch.tx, 1, 1, 1);
    assert_int_equal(next(ch.rx), 1);
    send_all(ch.tx, 2, 3, 1);
    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 2); /* one of which is gone */
    assert_int_equal(missed(ch.rx), 1);
    check_gives(ch.rx, 3, 3, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_PLAIN(who_keeps_up_never_hears_of_anothers_lag) /* sync-120 */
{
    channel ch = make_channel_of_two(2);

    for (int i = 1; i <= 6; i++) {
        send_all(ch.tx, i, i, 2);
        check_gives(ch.rx, i, i, -EAGAIN);
    }
    assert_int_equal(missed(ch.rx2), 4);
    check_gives(ch.rx2, 5, 6, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_PLAIN(capacity_is_rounded_up_to_a_power_of_two) /* sync-121 */
{
    channel ch = make_channel(3);

    send_all(ch.tx, 1, 6, 1);
    assert_int_equal(missed(ch.rx), 2);
    check_gives(ch.rx, 3, 6, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_BOTH(an_awaiting_receive_tells_of_a_lag_as_well) /* sync-122 */
{
    channel ch = make_channel(2);
    uint64_t n = 0;
    int item = 0;

    send_all(ch.tx, 1, 3, 1);
    assert_err(edo_broadcast_recv(ch.rx, &item, &n), -EDO_ELAGGED);
    assert_int_equal(n, 1);
    assert_int_equal(edo_broadcast_recv(ch.rx, &item, &n), 1);
    assert_int_equal(item, 2);
    send_all(ch.tx, 4, 7, 1);
    edo_broadcast_recv_future fut = edo_broadcast_recv_async(ch.rx, &item, &n);
    assert_ready_eq(&fut.base, -EDO_ELAGGED);
    assert_int_equal(n, 3);
    fut = edo_broadcast_recv_async(ch.rx, &item, NULL);
    assert_ready_eq(&fut.base, 1);
    assert_int_equal(item, 6);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_receivers_length_counts_from_its_own_place) /* sync-123 */
{
    channel ch = make_channel(2);

    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 0);
    send_all(ch.tx, 1, 4, 1);
    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 4);
    assert_int_equal(missed(ch.rx), 2);
    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 2);
    assert_int_equal(next(ch.rx), 3);
    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 1);
    assert_int_equal(next(ch.rx), 4);
    assert_int_equal(edo_broadcast_receiver_len(ch.rx), 0);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_senders_length_is_what_is_kept_for_the_slowest) /* sync-124 */
{
    channel ch = make_channel_of_two(4);

    assert_int_equal(edo_broadcast_sender_len(ch.tx), 0);
    send_all(ch.tx, 1, 3, 2);
    assert_int_equal(next(ch.rx), 1);
    assert_int_equal(next(ch.rx), 2);
    assert_int_equal(edo_broadcast_sender_len(ch.tx), 3);
    assert_int_equal(next(ch.rx2), 1);
    assert_int_equal(edo_broadcast_sender_len(ch.tx), 2);
    send_all(ch.tx, 4, 6, 2);
    assert_int_equal(edo_broadcast_sender_len(ch.tx), 4);
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx2 = NULL;
    check_gives(ch.rx, 3, 6, -EAGAIN);
    assert_int_equal(edo_broadcast_sender_len(ch.tx), 0);
    free_channel(&ch);
}

EDO_TEST_PLAIN(the_end_overwrites_nothing) /* sync-126 */
{
    for (int sent = 2; sent <= 3; sent++) {
        channel ch = make_channel(2);
        send_all(ch.tx, 1, sent, 1);
        edo_broadcast_sender_free(ch.tx);
        ch.tx = NULL;
        if (sent == 3)
            assert_int_equal(missed(ch.rx), 1);
        check_gives(ch.rx, sent - 1, sent, 0);
        assert_int_equal(next(ch.rx), 0);
        free_channel(&ch);
    }
}

EDO_TEST_PLAIN(the_counts_follow_subscribe_clone_and_drop) /* sync-130 */
{
    channel ch = make_channel(2);

    assert_int_equal(edo_broadcast_receiver_count(ch.tx), 1);
    ch.rx2 = subscribed(&ch);
    edo_broadcast_receiver *third;
    assert_ok(edo_broadcast_resubscribe(ch.rx, &third));
    assert_int_equal(edo_broadcast_receiver_count(ch.tx), 3);
    edo_broadcast_receiver_free(third);
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx2 = NULL;
    assert_int_equal(edo_broadcast_receiver_count(ch.tx), 1);
    assert_int_equal(edo_broadcast_sender_strong_count(ch.tx), 1);
    edo_broadcast_sender *clone = edo_broadcast_sender_clone(ch.tx);
    assert_int_equal(edo_broadcast_sender_strong_count(ch.tx), 2);
    assert_int_equal(edo_broadcast_receiver_strong_count(ch.rx), 2);
    edo_broadcast_sender_free(clone);
    assert_int_equal(edo_broadcast_sender_strong_count(ch.tx), 1);
    free_channel(&ch);
}

EDO_TEST_PLAIN(a_weak_sender_is_one_as_long_as_there_is_a_strong_one) /* sync-131 */
{
    channel ch = make_channel(4);
    edo_broadcast_weak *weak = edo_broadcast_downgrade(ch.tx);
    edo_broadcast_weak *weak2 = edo_broadcast_weak_clone(weak);

    assert_int_equal(edo_broadcast_sender_strong_count(ch.tx), 1);
    assert_int_equal(edo_broadcast_sender_weak_count(ch.tx), 2);
    assert_int_equal(edo_broadcast_weak_strong_count(weak), 1);
    assert_int_equal(edo_broadcast_weak_weak_count(weak), 2);
    assert_int_equal(edo_broadcast_receiver_weak_count(ch.rx), 2);
    edo_broadcast_sender *tx2 = edo_broadcast_upgrade(weak);
    assert_int_equal(edo_broadcast_weak_strong_count(weak), 2);
    edo_broadcast_sender_free(ch.tx);
    send_all(tx2, 1, 1, 1);
    assert_false(edo_broadcast_receiver_is_closed(ch.rx));
    edo_broadcast_sender_free(tx2);
    ch.tx = NULL;
    assert_true(edo_broadcast_receiver_is_closed(ch.rx)); /* with only weak ones left */
    assert_null(edo_broadcast_upgrade(weak));
    assert_null(edo_broadcast_upgrade(weak2)); /* made of another, and before */
    check_gives(ch.rx, 1, 1, 0);
    edo_broadcast_weak_free(weak2);
    assert_int_equal(edo_broadcast_receiver_weak_count(ch.rx), 1);
    assert_int_equal(edo_broadcast_receiver_strong_count(ch.rx), 0);
    free_channel(&ch);
    edo_broadcast_weak_free(weak); /* and with it the channel */
}

EDO_TEST_PLAIN(handles_of_one_channel_are_told_from_those_of_two) /* sync-132 */
{
    channel ch = make_channel_of_two(1), other = make_channel(1);
    edo_broadcast_sender *clone = edo_broadcast_sender_clone(ch.tx);

    assert_true(edo_broadcast_same_channel(ch.tx, clone));
    assert_false(edo_broadcast_same_channel(ch.tx, other.tx));
    assert_true(edo_broadcast_receiver_same_channel(ch.rx, ch.rx2));
    assert_false(edo_broadcast_receiver_same_channel(ch.rx, other.rx));
    edo_broadcast_sender_free(clone);
    free_channel(&ch);
    free_channel(&other);
}

/* Sizes that are no whole words, none at all, and more than a page. */
EDO_TEST_PLAIN(items_of_any_size_are_carried_whole)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 24, 4096, 5001};
    unsigned char sent[5001], got[5002];

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = sizes[i];
        channel ch = {0};
        edo_item item = {.size = size};
        assert_ok(edo_broadcast_new(&item, 3, &ch.tx, &ch.rx));
        for (unsigned round = 0; round < 9; round++) {
            for (size_t at = 0; at < size; at++)
                sent[at] = (unsigned char)(at * 7 + round);
            memset(got, 0xEE, sizeof got);
            assert_int_equal(edo_broadcast_send(ch.tx, sent), 1);
            assert_int_equal(edo_broadcast_try_recv(ch.rx, got, NULL), 1);
            assert_memory_equal(got, sent, size);
            assert_int_equal(got[size], 0xEE);
        }
        free_channel(&ch);
    }
}

EDO_TEST(more_handles_than_32_bits_count_are_counted)
{
    edo_broadcast_sender *tx;

    assert_ok(edo_broadcast_new(EDO_ITEM(int), 4, &tx, NULL));
    broadcast *shared = of_sender(tx);
    edo_broadcast_weak *weak = edo_broadcast_downgrade(tx);
    shared->senders = shared->weak = shared->refs = UINT32_MAX;
    edo_broadcast_sender_clone(tx);
    edo_broadcast_weak_clone(weak);
    assert_int_equal(edo_broadcast_sender_strong_count(tx), (size_t)UINT32_MAX + 1);
    assert_int_equal(edo_broadcast_sender_weak_count(tx), (size_t)UINT32_MAX + 1);
    assert_true(shared->refs > UINT32_MAX);
    shared->senders = shared->weak = 1;
    shared->refs = 2;
    edo_broadcast_weak_free(weak);
    edo_broadcast_sender_free(tx);
}
