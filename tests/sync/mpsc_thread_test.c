/* mpsc_thread_test.c: channels between plain threads, tasks and hooks. */
#include "sync/mpsc_rig.h"

/* --- there and back ------------------------------------------------------------------------------- */

enum { PASSES = 10 };

struct table {
    channel there, back;
};

static void *play_in_a_thread(void *arg)
{
    struct table *t = arg;
    int item;

    for (int i = 0; i < PASSES; i++) {
        assert_int_equal(edo_mpsc_recv(t->there.rx, &item), 1);
        assert_int_equal(item, i);
        item += 100;
        assert_ok(edo_mpsc_send(t->back.tx, &item));
    }
    assert_int_equal(edo_mpsc_recv(t->there.rx, &item), 0);
    edo_mpsc_receiver_free(t->there.rx);
    edo_mpsc_sender_free(t->back.tx);
    return NULL;
}

EDO_TEST_BOTH(plain_thread_passes_messages_to_and_fro) /* sync-077 */
{
    FOR_BOTH_KINDS(capacity)
    {
        struct table t = {channel_new(capacity ? 1 : UNBOUNDED), channel_new(capacity)};
        pthread_t other = start_thread(play_in_a_thread, &t);
        int item;
        for (int i = 0; i < PASSES; i++) {
            assert_ok(edo_mpsc_send(t.there.tx, &i));
            assert_int_equal(edo_mpsc_recv(t.back.rx, &item), 1);
            assert_int_equal(item, i + 100);
        }
        edo_mpsc_sender_free(t.there.tx);
        assert_int_equal(edo_mpsc_recv(t.back.rx, &item), 0);
        join_thread(other);
        edo_mpsc_receiver_free(t.back.rx);
    }
}

static void *send_four(void *tx)
{
    for (int i = 0; i < 4; i++)
        assert_ok(edo_mpsc_send(tx, &i));
    edo_mpsc_sender_free(tx);
    return NULL;
}

EDO_TEST_PLAIN(plain_thread_receives_several) /* sync-079 */
{
    for (unsigned round = 0; round < test_count(300); round++) {
        channel c = channel_new(round % 2 ? 2 : UNBOUNDED);
        int items[4] = {-1, -1, -1, -1}, count = 0;
        ssize_t n;
        assert_int_equal(edo_mpsc_recv_many(c.rx, items, 0), 0);
        pthread_t sender = start_thread(send_four, c.tx);
        while ((n = edo_mpsc_recv_many(c.rx, items, 3)) > 0) {
            assert_in_range(n, 1, 3);
            for (ssize_t i = 0; i < n; i++)
                assert_int_equal(items[i], count++);
        }
        assert_int_equal(n, 0);
        assert_int_equal(count, 4);
        assert_int_equal(items[3], -1);
        join_thread(sender);
        edo_mpsc_receiver_free(c.rx);
    }
}

/* --- who waits how -------------------------------------------------------------------------------- */

/* Something that waits for `there`, and answers on `back` what it got. */
static int recv_and_answer(void *arg)
{
    struct table *t = arg;
    int items[2] = {-1, -1};

    assert_int_equal(edo_mpsc_recv(t->there.rx, &items[0]), 1);
    assert_int_equal(edo_mpsc_recv_many(t->there.rx, &items[1], 1), 1);
    for (int i = 0; i < 2; i++)
        assert_ok(edo_mpsc_send(t->back.tx, &items[i])); /* the second has to wait for room */
    return 0;
}

static void *recv_and_answer_in_a_thread(void *t)
{
    recv_and_answer(t);
    return NULL;
}

/* One worker alone: a task that blocked it instead of being suspended would hang them both. */
EDO_TEST(direct_forms_suspend_a_task_and_park_a_thread) /* sync-078 */
{
    enum { IN_TASK, IN_THREAD, IN_CALL, KINDS };

    for (int kind = 0; kind < KINDS; kind++) {
        struct table t = {channel_new(1), channel_new(1)};
        edo_task waits = {0};
        pthread_t thread_waits = 0;
        if (kind == IN_THREAD)
            thread_waits = start_thread(recv_and_answer_in_a_thread, &t);
        else if (kind == IN_TASK)
            assert_ok(edo_spawn(recv_and_answer, &t, &waits));
        else
            assert_ok(edo_spawn_blocking(recv_and_answer, &t, &waits));
        assert_ok(edo_yield()); /* the task waits now */
        for (int i = 0; i < 2; i++) {
            assert_ok(edo_mpsc_send(t.there.tx, &i));
            assert_ok(edo_yield());
        }
        for (int i = 0; i < 2; i++) {
            int item = -1;
            assert_int_equal(edo_mpsc_recv(t.back.rx, &item), 1);
            assert_int_equal(item, i);
        }
        if (kind == IN_THREAD)
            join_thread(thread_waits);
        else
            assert_ok(edo_join(waits, NULL));
        channel_free(&t.there);
        channel_free(&t.back);
    }
}

/* A hook of the worker's may try, but not wait. */
static void use_in_hook(void *arg)
{
    struct table *t = arg;
    int item = 7, got = -1;

    assert_err(edo_mpsc_send(t->there.tx, &item), -EDEADLK);
    assert_err(edo_mpsc_recv(t->back.rx, &got), -EDEADLK);
    assert_err((int)edo_mpsc_recv_many(t->back.rx, &got, 1), -EDEADLK);
    assert_int_equal(got, -1);
    assert_int_equal(edo_mpsc_len(t->there.rx), 0);
    assert_int_equal(edo_mpsc_len(t->back.rx), 1);
    a_fetch_add(&items_destroyed[0], 1, seq_cst);
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

EDO_TEST_PLAIN(direct_forms_refuse_to_wait_in_a_hook) /* sync-078 */
{
    struct table t = {channel_new(1), channel_new(1)};
    edo_runtime *runtime;

    assert_ok(try_send(t.back.tx, 1));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_MULTI_THREAD, .workers = 1,
                                       .on_thread_start = use_in_hook, .hook_arg = &t),
                              &runtime));
    assert_ok(edo_block_on(runtime, nothing, NULL));
    assert_ok(edo_runtime_free(runtime));
    assert_in_range(a_load(&items_destroyed[0], seq_cst), 1, 2);
    check_receives(t.back.rx, 1);
    channel_free(&t.there);
    channel_free(&t.back);
}

/* --- at once -------------------------------------------------------------------------------------- */

enum { SENDERS = 3 };

/* Large enough to be long under way. */
typedef struct large {
    char bytes[64 << 10];
} large;

struct told {
    channel c;
    uint32_t sent; /* atomic: sends that have returned */
};

static void *send_and_tell(void *arg)
{
    static const large item;
    struct told *t = arg;

    for (unsigned i = 0; i < test_count(300); i++) {
        int rc;
        while ((rc = edo_mpsc_try_send(t->c.tx, &item)) == -EAGAIN)
            ;
        assert_ok(rc);
        a_fetch_add(&t->sent, 1, release);
    }
    return NULL;
}

/* Though a send that began earlier may still be in the middle of its copy. */
EDO_TEST_PLAIN(message_whose_send_has_returned_is_there)
{
    FOR_BOTH_KINDS(capacity)
    {
        struct told t = {channel_of(EDO_ITEM(large), capacity), 0};
        pthread_t senders[SENDERS];
        uint32_t received = 0;
        static large got;
        for (int i = 0; i < SENDERS; i++)
            senders[i] = start_thread(send_and_tell, &t);
        while (received < SENDERS * test_count(300)) {
            uint32_t sent = a_load(&t.sent, acquire);
            bool is_there = (int32_t)(sent - received) > 0; /* received ones may be untold yet */
            assert_true(!is_there || edo_mpsc_len(t.c.rx) >= sent - received);
            int rc = edo_mpsc_try_recv(t.c.rx, &got);
            assert_true(rc == 1 || (rc == -EAGAIN && !is_there));
            received += rc == 1;
        }
        for (int i = 0; i < SENDERS; i++)
            join_thread(senders[i]);
        channel_free(&t.c);
    }
}

static void *send_until_closed(void *arg)
{
    static const large item;
    struct told *t = arg;
    int rc;

    while ((rc = edo_mpsc_send(t->c.tx, &item)) == 0)
        a_fetch_add(&t->sent, 1, relaxed);
    assert_int_equal(rc, -EPIPE);
    return NULL;
}

/* Closed in the middle of a copy: that send succeeds, and the end comes after it. */
EDO_TEST_PLAIN(message_under_way_at_the_close_is_received)
{
    for (unsigned round = 0; round < test_count(200); round++) {
        struct told t = {channel_of(EDO_ITEM(large), both_kinds[round % 2]), 0};
        static large got;
        uint32_t received = 0;
        int rc;
        pthread_t sender = start_thread(send_until_closed, &t);
        while (received <= round % 3 && (rc = edo_mpsc_recv(t.c.rx, &got)) == 1)
            received++;
        edo_mpsc_close(t.c.rx);
        while ((rc = round % 4 < 2 ? edo_mpsc_recv(t.c.rx, &got)
                                   : edo_mpsc_try_recv(t.c.rx, &got)) != 0)
            received += rc == 1;
        join_thread(sender);
        assert_int_equal(received, t.sent);
        channel_free(&t.c);
    }
}

static uint32_t over; /* atomic */

static void *ask_for_lengths(void *rx)
{
    while (!a_load(&over, seq_cst)) {
        size_t len = edo_mpsc_len(rx);
        assert_in_range(len, 0, 16);
    }
    return NULL;
}

EDO_TEST_PLAIN(length_seen_from_elsewhere_is_never_out_of_range)
{
    channel c = channel_new(16);
    pthread_t asker = start_thread(ask_for_lengths, c.rx);
    int got;

    for (unsigned i = 0; i < test_count(100000); i++) {
        for (unsigned n = 0; n <= i % 17 && try_send(c.tx, 1) == 0; n++)
            ;
        for (unsigned n = 0; n <= i % 13 && edo_mpsc_try_recv(c.rx, &got) == 1; n++)
            ;
    }
    a_store(&over, 1, seq_cst);
    join_thread(asker);
    while (edo_mpsc_try_recv(c.rx, &got) == 1)
        ;
    assert_int_equal(edo_mpsc_len(c.rx), 0); /* and in the end it is right */
    channel_free(&c);
}
