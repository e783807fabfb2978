/* in_place_end_test.c: runtimes that end while tasks block in place. */
#include "runtime/blocking_rig.h"

typedef struct ending {
    int yields, begun, runs;
} ending;

static int note_begun(void *arg)
{
    a_store(&((ending *)arg)->begun, 1, release);
    block_thread_for(1);
    return 0;
}

static int block_and_end(void *arg)
{
    ending *e = arg;

    assert_int_equal(edo_block_in_place(note_begun, e), 0);
    if (e->yields)
        (void)edo_yield();
    a_fetch_add(&e->runs, 1, acq_rel);
    return 0;
}

static int just_run(void *arg)
{
    a_fetch_add(&((ending *)arg)->runs, 1, acq_rel);
    return 0;
}

EDO_TEST_PLAIN(a_runtime_is_freed_while_a_task_blocks_in_place) /* rt-077 */
{
    for (unsigned round = 0; round < test_count(40); round++) {
        edo_runtime *runtime = make_multi(1);
        ending e = {.yields = (int)round % 2};
        int others = round / 2 % 2 ? 3 : 0;
        assert_ok(edo_task_detach(spawn_on(runtime, block_and_end, &e)));
        for (int i = 0; i < others; i++)
            assert_ok(edo_task_detach(spawn_on(runtime, just_run, &e)));
        if (round / 4 % 2)
            wait_until(a_load(&e.begun, acquire));
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(e.runs, 1 + others);
    }
}

typedef struct late {
    edo_oneshot_sender *tx;
    edo_oneshot_receiver *rx;
    int result;
} late;

static int recv_late(void *arg)
{
    late *l = arg;
    int item;

    return edo_oneshot_recv(l->rx, &item);
}

static int block_for_message(void *arg)
{
    late *l = arg;

    l->result = edo_block_in_place(recv_late, l);
    edo_oneshot_receiver_free(l->rx);
    return 0;
}

static int drop_after_a_while(void *arg)
{
    late *l = arg;

    (void)edo_sleep(EDO_SECONDS(2000)); /* the shutdown ends it */
    edo_oneshot_sender_free(l->tx);
    return 0;
}

static int start_both(void *arg)
{
    assert_ok(edo_spawn(block_for_message, arg, NULL));
    assert_ok(edo_spawn(drop_after_a_while, arg, NULL));
    return edo_sleep(EDO_MILLIS(20));
}

EDO_TEST_PLAIN(a_shutdown_ends_waits_in_place) /* rt-070 */
{
    static const edo_item item = {.size = sizeof(int)};
    edo_runtime *runtime = make_multi(2);
    late l;

    assert_ok(edo_oneshot_new(&item, &l.tx, &l.rx));
    assert_int_equal(edo_block_on(runtime, start_both, &l), 0);
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(60)));
    assert_true(l.result == -EDO_ESHUTDOWN || l.result == 0);
    assert_ok(edo_runtime_free(runtime));
}

static int free_own(void *arg)
{
    return edo_runtime_free(arg);
}

static int free_in_place(void *arg)
{
    return edo_block_in_place(free_own, arg);
}

EDO_TEST_PLAIN(it_cannot_free_its_runtime)
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, free_in_place, runtime), -EDEADLK);
    assert_ok(edo_runtime_free(runtime));
}
