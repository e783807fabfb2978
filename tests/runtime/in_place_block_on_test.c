/* in_place_block_on_test.c: code that blocks in place is in no task: it may drive runtimes, has the
 * thread's stack, and no budget. */
#include "runtime/blocking_rig.h"

static int answer(void *arg)
{
    (void)arg;
    assert_int_equal(edo_worker_index(), -1);
    return 42;
}

/* ---- it may block on a runtime ------------------------------------------------------------------ */

static int tell_id(void *arg)
{
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    *(uint64_t *)arg = edo_task_self_id();
    return 3;
}

static int spawn_inside(void *arg)
{
    edo_task task;

    assert_ok(edo_yield());
    assert_ok(edo_spawn(tell_id, arg, &task));
    return join_result(task);
}

static int block_on_another(void *arg)
{
    edo_runtime *current = make_current();
    uint64_t self = edo_task_self_id(), inner = 0;

    assert_true(self != 0);
    assert_int_equal(edo_block_on(current, spawn_inside, &inner), 3);
    assert_ok(edo_runtime_free(current));
    assert_true(inner != 0 && inner != self);
    assert_true(edo_task_self_id() == self);
    *(uint64_t *)arg = self;
    return 1;
}

static int enter_another(void *arg)
{
    uint64_t self = edo_task_self_id(), seen = 0;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_block_in_place(block_on_another, &seen), 1);
        assert_true(seen == self);
        assert_true(edo_task_self_id() == self);
        assert_ok(edo_yield());
    }
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    return 7;
}

EDO_TEST_PLAIN(it_may_drive_another_runtime_and_then_yield) /* rt-093 rt-097 task-053 */
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, enter_another, NULL), 7);
    assert_int_equal(join_result(spawn_on(runtime, enter_another, NULL)), 7);
    assert_ok(edo_runtime_free(runtime));
}

static int block_and_return(void *arg)
{
    (void)arg;
    return edo_block_in_place(answer, NULL);
}

static int on_own_handle(void *arg)
{
    return edo_handle_block_on(arg, block_and_return, NULL);
}

static int block_on_oneself(void *arg)
{
    edo_handle *handle;
    int rc = 0;

    (void)arg;
    assert_ok(edo_handle_current(&handle));
    rc = edo_block_in_place(on_own_handle, handle);
    edo_handle_unref(handle);
    return rc;
}

EDO_TEST_PLAIN(it_may_block_on_its_own_runtime_which_blocks_in_place) /* rt-093 */
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 1, .max_blocking_threads = 1));

    for (unsigned i = 0; i < test_count(100); i++)
        assert_int_equal(edo_block_on(runtime, block_on_oneself, NULL), 42);
    assert_ok(edo_runtime_free(runtime));
}

static int yield_once(void *arg)
{
    (void)arg;
    return edo_yield();
}

static int yield_by_others(void *arg)
{
    edo_yield_future yield = edo_yield_async();

    /* By a foreign executor, by this thread, and by a runtime. */
    assert_int_equal(edo_test_poll(&yield.base), EDO_PENDING);
    assert_true(edo_test_is_woken());
    assert_int_equal(edo_test_poll(&yield.base), EDO_READY);
    yield = edo_yield_async();
    assert_int_equal(edo_await(&yield.base), 0);
    return edo_handle_block_on(arg, yield_once, NULL);
}

static int yield_in_place(void *arg)
{
    edo_handle *handle = edo_handle_try_current();
    int rc = edo_block_in_place(yield_by_others, handle);

    (void)arg;
    edo_handle_unref(handle);
    return rc;
}

EDO_TEST_PLAIN(a_yield_in_it_completes) /* rt-094 */
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, yield_in_place, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

/* ---- the budget --------------------------------------------------------------------------------- */

enum { MESSAGES = 1024, FEW = 200 };

typedef struct messages {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} messages;

static void fill_messages(messages *m, int count)
{
    static const edo_item item = {.size = sizeof(int)};

    assert_ok(edo_mpsc_new_unbounded(&item, &m->tx, &m->rx));
    for (int i = 0; i < count; i++)
        assert_ok(edo_mpsc_try_send(m->tx, &i));
}

static void free_messages(messages *m)
{
    edo_mpsc_sender_free(m->tx);
    edo_mpsc_receiver_free(m->rx);
}

static uint64_t forced_yields(void)
{
    edo_handle *handle = edo_handle_try_current();
    edo_metrics m;

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.forced_yields;
}

static int drain(void *arg)
{
    messages m;
    int item;

    (void)arg;
    fill_messages(&m, MESSAGES);
    assert_int_equal(edo_block_in_place(answer, NULL), 42);
    uint64_t before = forced_yields();
    for (int i = 0; i < MESSAGES; i++)
        assert_int_equal(edo_mpsc_recv(m.rx, &item), 1);
    assert_true(forced_yields() > before);
    free_messages(&m);
    return 0;
}

EDO_TEST_PLAIN(after_it_the_task_has_a_budget_again) /* rt-095 */
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, drain, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int poll_all(void *arg)
{
    messages *m = arg;
    int item;

    for (int i = 0; i < FEW; i++) {
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(m->rx, &item);
        assert_int_equal(edo_test_poll(&recv.base), EDO_READY);
        assert_int_equal(recv.base.result, 1);
    }
    return 0;
}

static int poll_in_place(void *arg)
{
    messages m;

    (void)arg;
    fill_messages(&m, FEW);
    int rc = edo_block_in_place(poll_all, &m);
    free_messages(&m);
    return rc;
}

EDO_TEST_PLAIN(in_it_the_budget_does_not_count) /* rt-096 */
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, poll_in_place, NULL), 0);
    assert_int_equal(join_result(spawn_on(runtime, poll_in_place, NULL)), 0);
    assert_ok(edo_runtime_free(runtime));
}

/* ---- what goes along ---------------------------------------------------------------------------- */

static int set_errno(void *arg)
{
    (void)arg;
    assert_int_equal(errno, ENOENT);
    errno = EPIPE;
    return 0;
}

static int errno_travels(void *arg)
{
    (void)arg;
    errno = ENOENT;
    assert_int_equal(edo_block_in_place(set_errno, NULL), 0);
    return errno;
}

static int use_much_stack(void *arg)
{
    char large[1 << 20]; /* more than a task has */

    memset(large, *(int *)arg, sizeof large);
    return large[sizeof large / 2];
}

static int with_much_stack(void *arg)
{
    return edo_block_in_place(use_much_stack, arg);
}

EDO_TEST_PLAIN(it_has_the_threads_stack_and_the_tasks_errno)
{
    edo_runtime *runtime = make_multi(1);
    int value = 77;

    assert_int_equal(edo_block_on(runtime, errno_travels, NULL), EPIPE);
    assert_int_equal(edo_block_on(runtime, with_much_stack, &value), 77);
    assert_ok(edo_runtime_free(runtime));
}

static int many_times(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < test_count(10000); i++)
        assert_int_equal(edo_block_in_place(answer, NULL), 42);
    return 0;
}

EDO_TEST_PLAIN(it_may_be_called_over_and_over)
{
    edo_runtime *runtime = make_multi(2);
    edo_task other = spawn_on(runtime, many_times, NULL);

    assert_int_equal(edo_block_on(runtime, many_times, NULL), 0);
    assert_int_equal(join_result(other), 0);
    assert_ok(edo_runtime_free(runtime));
}
