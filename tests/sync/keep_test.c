/* keep_test.c: waits of channels and locks as arms that a select keeps for its next round. */
#include "sync/rig.h"

/* One round, in which `fut` was polled, waits, and loses. */
static void lose_round(edo_future *fut)
{
    edo_yield_future yield = edo_yield_async();
    edo_future *arms[] = {fut, &yield.base};

    assert_int_equal(edo_select_keep_array(arms, 2), 1);
    assert_false(edo_future_is_ready(fut));
}

/* A round in which it wins. */
static void win_round(edo_future *fut, int64_t result)
{
    assert_int_equal(edo_select_keep(fut), 0);
    assert_int_equal(fut->result, result);
}

static void check_kept_lock(void)
{
    edo_mutex m = EDO_MUTEX_INIT;
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);

    assert_ok(edo_mutex_try_lock(&m));
    lose_round(&lock.base);
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_try_lock(&m)); /* it is anybody's */
    lose_round(&lock.base);
    assert_ok(edo_mutex_unlock(&m));
    win_round(&lock.base, 0);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_fini(&m));
}

static void check_kept_acquire(void)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_many_async(&s, 2, &permit);

    lose_round(&acquire.base);
    assert_int_equal(edo_semaphore_available(&s), 1); /* nor has it collected one */
    assert_ok(edo_semaphore_add(&s, 1));
    assert_ok(edo_semaphore_try_acquire_many(&s, 2, NULL));
    lose_round(&acquire.base);
    assert_ok(edo_semaphore_add(&s, 2));
    win_round(&acquire.base, 0);
    assert_int_equal(edo_permit_count(&permit), 2);
    edo_permit_release(&permit);
    assert_ok(edo_semaphore_fini(&s));
}

static void check_kept_reserve_and_recv(bool bounded)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_permit permit = {0};
    int item = 1, got = 0;

    assert_ok(bounded ? edo_mpsc_new(PLAIN_INT, 1, &tx, &rx)
                      : edo_mpsc_new_unbounded(PLAIN_INT, &tx, &rx));
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, &got);
    lose_round(&recv.base);
    assert_ok(edo_mpsc_try_send(tx, &item));
    assert_int_equal(edo_mpsc_try_recv(rx, &got), 1); /* it is still there */
    lose_round(&recv.base);
    assert_ok(edo_mpsc_try_send(tx, &item));
    if (bounded) {
        edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(tx, &permit);
        lose_round(&reserve.base);
        win_round(&recv.base, 1);
        assert_ok(edo_mpsc_try_send(tx, &item)); /* the slot is anybody's */
        lose_round(&reserve.base);
        assert_int_equal(edo_mpsc_try_recv(rx, &got), 1);
        win_round(&reserve.base, 0);
        edo_mpsc_permit_release(&permit);
    } else {
        win_round(&recv.base, 1);
    }
    edo_mpsc_sender_free(tx);
    edo_mpsc_receiver_free(rx);
}

static void check_kept_broadcast_recv(void)
{
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    int item = 1, got = 0;

    assert_ok(edo_broadcast_new(PLAIN_INT, 4, &tx, &rx));
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(rx, &got, NULL);
    lose_round(&recv.base);
    assert_int_equal(edo_broadcast_send(tx, &item), 1);
    assert_int_equal(edo_broadcast_receiver_len(rx), 1);
    assert_int_equal(edo_broadcast_try_recv(rx, &got, NULL), 1);
    lose_round(&recv.base);
    assert_int_equal(edo_broadcast_send(tx, &item), 1);
    win_round(&recv.base, 1);
    edo_broadcast_sender_free(tx);
    edo_broadcast_receiver_free(rx);
}

static void check_kept_oneshot_recv(void)
{
    edo_oneshot_sender *tx;
    edo_oneshot_receiver *rx;
    int item = 1, got = 0;

    assert_ok(edo_oneshot_new(PLAIN_INT, &tx, &rx));
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &got);
    lose_round(&recv.base);
    lose_round(&recv.base);
    assert_ok(edo_oneshot_send(tx, &item));
    assert_false(edo_oneshot_is_empty(rx));
    win_round(&recv.base, 1);
    assert_int_equal(got, 1);
    edo_oneshot_receiver_free(rx);
}

static void check_kept_notified(void)
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n);

    lose_round(&wait.base);
    edo_notify_one(&n);
    edo_notify_wait_future other = edo_notify_wait_async(&n);
    assert_ready_eq(&other.base, 0); /* it was stored, for anybody */
    lose_round(&wait.base);
    edo_notify_one(&n);
    win_round(&wait.base, 0);
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_BOTH(a_kept_arm_is_granted_nothing_while_nobody_polls_it) /* sync-026 */
{
    check_kept_lock();
    check_kept_acquire();
    check_kept_reserve_and_recv(true);
    check_kept_reserve_and_recv(false);
    check_kept_broadcast_recv();
    check_kept_oneshot_recv();
    check_kept_notified();
}

/* It loses a round, polled by hand, and is then woken by the waker of that round. */
static void lose_and_be_woken(edo_future *fut, void (*happens)(void *arg), void *arg)
{
    edo_yield_future yield = edo_yield_async();
    edo_future *arms[] = {fut, &yield.base};
    edo_select_future sel = edo_select_keep_async(arms, 2);

    assert_pending(&sel.base);
    assert_ready_eq(&sel.base, 1);
    sel = edo_select_keep_async(arms, 1);
    assert_pending(&sel.base);
    assert_false(edo_test_is_woken());
    happens(arg);
    assert_true(edo_test_is_woken());
    assert_ready_eq(&sel.base, 0);
    assert_true(fut->result >= 0);
}

static void unlock(void *mutex)
{
    assert_ok(edo_mutex_unlock(mutex));
}

static void add_permit(void *semaphore)
{
    assert_ok(edo_semaphore_add(semaphore, 1));
}

static void notify(void *n)
{
    edo_notify_one(n);
}

static void send_mpsc(void *tx)
{
    assert_ok(edo_mpsc_try_send(tx, &(int){1}));
}

static void send_broadcast(void *tx)
{
    assert_int_equal(edo_broadcast_send(tx, &(int){1}), 1);
}

static void send_oneshot(void *tx)
{
    assert_ok(edo_oneshot_send(tx, &(int){1}));
}

EDO_TEST_BOTH(a_kept_lock_acquire_or_notification_is_woken_in_the_next_round)
{
    edo_mutex m = EDO_MUTEX_INIT;
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_notify n = EDO_NOTIFY_INIT;
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);
    edo_notify_wait_future wait = edo_notify_wait_async(&n);

    assert_ok(edo_mutex_try_lock(&m));
    lose_and_be_woken(&lock.base, unlock, &m);
    assert_ok(edo_mutex_unlock(&m));
    lose_and_be_woken(&acquire.base, add_permit, &s);
    lose_and_be_woken(&wait.base, notify, &n);
    assert_ok(edo_mutex_fini(&m));
    assert_ok(edo_semaphore_fini(&s));
    assert_ok(edo_notify_fini(&n));
}

static void unlock_write(void *rwlock)
{
    assert_ok(edo_rwlock_unlock_write(rwlock));
}

static void unlock_read(void *rwlock)
{
    assert_ok(edo_rwlock_unlock_read(rwlock));
}

static void arrive(void *barrier)
{
    edo_barrier_wait_future other = edo_barrier_wait_async(barrier);
    const edo_waker *waker = edo_test_waker();

    assert_int_equal(edo_future_poll(&other.base, waker), EDO_READY);
    assert_int_equal(other.base.result, 1);
}

static void abandon(void *cell)
{
    assert_ok(edo_once_cell_abandon(cell));
}

static void set(void *cell)
{
    assert_ok(edo_set_once_set(cell, cell));
}

EDO_TEST_BOTH(a_kept_shared_lock_arrival_turn_or_value_is_woken_in_the_next_round)
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_once_cell turns = {0};
    edo_set_once value = {0};
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);
    edo_rwlock_write_future write = edo_rwlock_write_async(&l);
    edo_barrier_wait_future arrival = edo_barrier_wait_async(&b);
    edo_once_cell_begin_future begin = edo_once_cell_begin_async(&turns, NULL);
    edo_set_once_wait_future wait = edo_set_once_wait_async(&value, NULL);

    assert_ok(edo_rwlock_try_write(&l));
    lose_and_be_woken(&read.base, unlock_write, &l);
    lose_and_be_woken(&write.base, unlock_read, &l);
    unlock_write(&l);
    lose_and_be_woken(&arrival.base, arrive, &b); /* it counts once, in the second round */
    assert_int_equal(edo_once_cell_begin(&turns, NULL), 1);
    lose_and_be_woken(&begin.base, abandon, &turns);
    abandon(&turns);
    lose_and_be_woken(&wait.base, set, &value);
    assert_ok(edo_rwlock_fini(&l));
    assert_ok(edo_barrier_fini(&b));
    assert_ok(edo_once_cell_fini(&turns));
    assert_ok(edo_set_once_fini(&value));
}

static void free_mpsc_receiver(void *rx)
{
    edo_mpsc_receiver_free(rx);
}

static void free_broadcast_receiver(void *rx)
{
    edo_broadcast_receiver_free(rx);
}

static void free_oneshot_receiver(void *rx)
{
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(a_kept_receive_and_a_kept_end_are_woken_in_the_next_round)
{
    edo_broadcast_sender *btx;
    edo_broadcast_receiver *brx;
    edo_mpsc_sender *mtx;
    edo_mpsc_receiver *mrx;
    edo_oneshot_sender *otx;
    edo_oneshot_receiver *orx;
    int got;

    assert_ok(edo_broadcast_new(PLAIN_INT, 4, &btx, &brx));
    assert_ok(edo_mpsc_new(PLAIN_INT, 4, &mtx, &mrx));
    assert_ok(edo_oneshot_new(PLAIN_INT, &otx, &orx));
    edo_broadcast_recv_future brecv = edo_broadcast_recv_async(brx, &got, NULL);
    lose_and_be_woken(&brecv.base, send_broadcast, btx);
    edo_mpsc_recv_future mrecv = edo_mpsc_recv_async(mrx, &got);
    lose_and_be_woken(&mrecv.base, send_mpsc, mtx);
    edo_oneshot_recv_future orecv = edo_oneshot_recv_async(orx, &got);
    lose_and_be_woken(&orecv.base, send_oneshot, otx);
    edo_oneshot_receiver_free(orx);
    assert_ok(edo_oneshot_new(PLAIN_INT, &otx, &orx));
    edo_broadcast_closed_future bclosed = edo_broadcast_closed_async(btx);
    lose_and_be_woken(&bclosed.base, free_broadcast_receiver, brx);
    edo_mpsc_closed_future mclosed = edo_mpsc_closed_async(mtx);
    lose_and_be_woken(&mclosed.base, free_mpsc_receiver, mrx);
    edo_oneshot_closed_future oclosed = edo_oneshot_closed_async(otx);
    lose_and_be_woken(&oclosed.base, free_oneshot_receiver, orx);
    edo_broadcast_sender_free(btx);
    edo_mpsc_sender_free(mtx);
    edo_oneshot_sender_free(otx);
}

/* A kept arm waits behind who came between two rounds. */
EDO_TEST_BOTH(a_kept_arm_goes_to_the_end_of_its_queue)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future kept = edo_semaphore_acquire_async(&s, NULL);
    edo_semaphore_acquire_future other = edo_semaphore_acquire_async(&s, NULL);

    lose_round(&kept.base);
    edo_test_task *hand = hand_wait(&other.base);
    lose_round(&kept.base);
    assert_ok(edo_semaphore_add(&s, 1));
    hand_end(hand, &other.base, 0);
    assert_ok(edo_semaphore_add(&s, 1));
    win_round(&kept.base, 0);
    assert_ok(edo_semaphore_fini(&s));
}

/* The grant comes between two polls, so that the loser has to give it back. */
EDO_TEST_BOTH(a_kept_arm_that_was_granted_puts_back)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, &permit);
    unsigned lost = 0;

    for (int i = 0; i < 40; i++) {
        edo_yield_future yield = edo_yield_async();
        edo_future *arms[] = {&yield.base, &acquire.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_pending(&sel.base);
        assert_ok(edo_semaphore_add(&s, 1));
        assert_ready(&sel.base); /* either of them, by chance */
        if (sel.base.result == 0) {
            lost++;
            assert_false(edo_future_is_ready(&acquire.base));
            assert_int_equal(edo_semaphore_available(&s), 1);
            assert_ok(edo_semaphore_try_acquire(&s, NULL));
        } else {
            edo_permit_forget(&permit);
            acquire = edo_semaphore_acquire_async(&s, &permit);
        }
    }
    assert_in_range(lost, 1, 39);
    assert_ok(edo_semaphore_fini(&s));
}

/* A send that went in while it was losing says so in the next round. */
EDO_TEST_BOTH(a_kept_send_that_went_in_wins_the_next_round)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int item = 1, got;
    unsigned sent = 0, received = 0, late = 0;

    assert_ok(edo_mpsc_new(PLAIN_INT, 1, &tx, &rx));
    edo_mpsc_send_future send = edo_mpsc_send_async(tx, &item);
    for (int i = 0; i < 200; i++) {
        edo_yield_future yield = edo_yield_async();
        edo_future *arms[] = {&yield.base, &send.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_ok(edo_yield()); /* a budget for the polls by hand */
        late += edo_future_is_ready(&send.base);
        if (edo_future_poll(&sel.base, edo_test_waker()) == EDO_PENDING) {
            received += edo_mpsc_try_recv(rx, &got) == 1;
            assert_ready(&sel.base);
        }
        if (sel.base.result == 1) {
            assert_int_equal(send.base.result, 0);
            sent++;
            send = edo_mpsc_send_async(tx, &item);
        }
    }
    sent += edo_future_is_ready(&send.base);
    while (edo_mpsc_try_recv(rx, &got) == 1)
        received++;
    assert_int_equal(sent, received);
    assert_true(late > 0);
    edo_mpsc_sender_free(tx);
    edo_mpsc_receiver_free(rx);
}
