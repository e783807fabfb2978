/* channel_define_test.c: channels for one type: what goes in comes out, by value, and ends once. */
#include <stdio.h>

#include "sync/rig.h"

#include <edo/error.h>

struct job {
    int number;
    char name[20];
    double weight;
};

EDO_CHANNEL_DEFINE(jobs, struct job);

static struct job job_of(int number)
{
    struct job job = {.number = number, .weight = number / 4.0};

    snprintf(job.name, sizeof job.name, "job %d", number);
    return job;
}

static void check_job(const struct job *job, int number)
{
    struct job same = job_of(number);

    assert_int_equal(job->number, number);
    assert_string_equal(job->name, same.name);
    assert_true(job->weight == same.weight);
}

EDO_TEST_BOTH(typed_items_go_through_a_channel_by_value)
{
    jobs_sender tx, other;
    jobs_receiver rx;
    struct job job, many[2];

    assert_ok(jobs_new(3, &tx, &rx));
    other = jobs_sender_clone(tx);
    assert_ok(jobs_send(tx, job_of(1)));
    assert_ok(jobs_try_send(other, job_of(2)));
    assert_ok(jobs_send_within(tx, job_of(3), EDO_SECONDS(1)));
    assert_err(jobs_try_send(tx, job_of(4)), -EAGAIN);
    assert_int_equal(jobs_recv(rx, &job), 1);
    check_job(&job, 1);
    assert_int_equal(jobs_recv_many(rx, many, 2), 2);
    check_job(&many[0], 2);
    check_job(&many[1], 3);
    assert_err(jobs_try_recv(rx, &job), -EAGAIN);
    jobs_sender_free(other);
    jobs_close(rx);
    assert_err(jobs_send(tx, job_of(5)), -EPIPE);
    assert_int_equal(jobs_recv(rx, &job), 0);
    jobs_sender_free(tx);
    jobs_receiver_free(rx);
}

EDO_TEST_BOTH(typed_futures_wait_and_typed_permits_keep_room)
{
    jobs_sender tx;
    jobs_receiver rx;
    jobs_permit permit, second;
    struct job job, fourth = job_of(4), many[3];

    assert_ok(jobs_new(1, &tx, &rx));
    edo_mpsc_recv_future recv = jobs_recv_async(rx, &job);
    edo_test_task *hand = hand_wait(&recv.base);
    assert_ok(jobs_reserve(tx, &permit));
    assert_err(jobs_try_reserve(tx, &second), -EAGAIN);
    assert_ok(jobs_permit_send(&permit, job_of(3)));
    hand_end(hand, &recv.base, 1);
    check_job(&job, 3);
    assert_ok(jobs_try_reserve(tx, &permit));
    edo_mpsc_send_future send = jobs_send_async(tx, &fourth);
    hand = hand_wait(&send.base);
    jobs_permit_release(&permit);
    hand_end(hand, &send.base, 0);
    edo_mpsc_reserve_future reserve = jobs_reserve_async(tx, &permit);
    hand = hand_wait(&reserve.base);
    edo_mpsc_recv_future recv_many = jobs_recv_many_async(rx, many, 3);
    assert_ready_eq(&recv_many.base, 1);
    check_job(&many[0], 4);
    hand_end(hand, &reserve.base, 0);
    jobs_permit_release(&permit);
    jobs_sender_free(tx);
    jobs_receiver_free(rx);
}

/* Items that count their ends, and their clones. */
static unsigned ended[8], cloned;

static void end_number(int *number)
{
    ended[*number]++;
}

static int clone_number(int *to, const int *from)
{
    cloned++;
    *to = *from + 4;
    return 0;
}

EDO_CHANNEL_DEFINE_DESTROY(numbers, int, end_number);
EDO_ONESHOT_DEFINE_DESTROY(answer, int, end_number);
EDO_ONESHOT_DEFINE(plain_answer, struct job);
EDO_BROADCAST_DEFINE_CLONE(called, int, end_number, clone_number);
EDO_BROADCAST_DEFINE(news, struct job);

EDO_TEST_BOTH(typed_items_that_nobody_received_end_once)
{
    numbers_sender tx;
    numbers_receiver rx;
    int number = -1;

    assert_ok(numbers_new_unbounded(&tx, &rx));
    for (int i = 0; i < 3; i++)
        assert_ok(numbers_send(tx, i));
    assert_int_equal(numbers_recv(rx, &number), 1);
    assert_int_equal(number, 0);
    numbers_receiver_free(rx);
    numbers_sender_free(tx);
    assert_int_equal(ended[0], 0);
    assert_int_equal(ended[1], 1);
    assert_int_equal(ended[2], 1);
}

EDO_TEST_BOTH(typed_oneshot_carries_one)
{
    answer_sender tx;
    answer_receiver rx;
    plain_answer_sender plain_tx;
    plain_answer_receiver plain_rx;
    struct job job;
    int number = -1;

    assert_ok(answer_new(&tx, &rx));
    assert_err(answer_try_recv(rx, &number), -EAGAIN);
    edo_oneshot_recv_future recv = answer_recv_async(rx, &number);
    edo_test_task *hand = hand_wait(&recv.base);
    assert_ok(answer_send(tx, 5));
    hand_end(hand, &recv.base, 1);
    assert_int_equal(number, 5);
    answer_receiver_free(rx);
    assert_int_equal(ended[5], 0);
    assert_ok(answer_new(&tx, &rx));
    assert_ok(answer_send(tx, 6));
    answer_receiver_free(rx);
    assert_int_equal(ended[6], 1);
    assert_ok(plain_answer_new(&plain_tx, &plain_rx));
    assert_ok(plain_answer_send(plain_tx, job_of(7)));
    assert_int_equal(plain_answer_recv(plain_rx, &job), 1);
    check_job(&job, 7);
    plain_answer_receiver_free(plain_rx);
    assert_ok(plain_answer_new(&plain_tx, &plain_rx));
    plain_answer_sender_free(plain_tx);
    assert_int_equal(plain_answer_recv(plain_rx, &job), 0);
    plain_answer_receiver_free(plain_rx);
}

EDO_TEST_BOTH(typed_broadcast_reaches_each_receiver)
{
    news_sender tx, other;
    news_receiver first, second;
    struct job job;
    uint64_t missed = 0;

    assert_ok(news_new(2, &tx, &first));
    assert_ok(news_subscribe(tx, &second));
    other = news_sender_clone(tx);
    edo_broadcast_recv_future recv = news_recv_async(first, &job, &missed);
    edo_test_task *hand = hand_wait(&recv.base);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(news_send(i % 2 ? tx : other, job_of(i)), 2);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    edo_test_task_release(hand);
    assert_err(news_recv(second, &job, &missed), -EDO_ELAGGED);
    assert_int_equal(missed, 1);
    assert_int_equal(news_recv(second, &job, &missed), 1);
    check_job(&job, 2);
    assert_int_equal(news_try_recv(second, &job, &missed), 1);
    check_job(&job, 3);
    news_receiver_free(first);
    news_sender_free(tx);
    news_sender_free(other);
    assert_int_equal(news_recv(second, &job, &missed), 0);
    news_receiver_free(second);
}

EDO_TEST_BOTH(typed_broadcast_clones_for_all_but_the_last)
{
    called_sender tx;
    called_receiver first, second;
    int a = -1, b = -1;

    assert_ok(called_new(4, &tx, &first));
    assert_ok(called_subscribe(tx, &second));
    assert_int_equal(called_send(tx, 2), 2);
    assert_int_equal(called_send(tx, 3), 2);
    assert_int_equal(called_recv(first, &a, NULL), 1);
    assert_int_equal(called_recv(second, &b, NULL), 1);
    assert_int_equal(cloned, 1);
    assert_int_equal(a, 6); /* the clone */
    assert_int_equal(b, 2);
    called_sender_free(tx);
    called_receiver_free(first);
    called_receiver_free(second);
    assert_int_equal(ended[2], 0);
    assert_int_equal(ended[3], 1);
}

EDO_TEST_BOTH(typed_channels_refuse_null)
{
    jobs_sender tx;
    jobs_receiver rx;
    jobs_sender no_tx = {NULL};
    jobs_receiver no_rx = {NULL};
    struct job job;

    assert_err(jobs_new(1, NULL, &rx), -EINVAL);
    assert_err(jobs_new(1, &tx, NULL), -EINVAL);
    assert_err(jobs_new(0, &tx, &rx), -EINVAL);
    assert_err(jobs_send(no_tx, job_of(1)), -EINVAL);
    assert_err(jobs_recv(no_rx, &job), -EINVAL);
    jobs_sender_free(no_tx);
    jobs_receiver_free(no_rx);
    assert_null(jobs_sender_clone(no_tx).base);
}
