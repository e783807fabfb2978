/* abort_guard_test.c: guards that abort their task when they are dropped. */
#include "support/edo_test.h"
#include "support/gate.h"

/* Has a sender, whose end its peer sees, until it ends. */
static int hold_sender(void *sender)
{
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);

    edo_oneshot_sender_free(sender);
    return rc;
}

struct held {
    edo_task task;
    edo_oneshot_receiver *peer;
};

static void spawn_held(struct held *h)
{
    edo_oneshot_sender *sender;

    assert_ok(edo_oneshot_new(EDO_ITEM(int), &sender, &h->peer));
    assert_ok(edo_spawn(hold_sender, sender, &h->task));
    assert_ok(edo_yield());
}

/* It has been closed, as the sender was freed. */
static void check_closed(struct held *h)
{
    int item;

    assert_int_equal(edo_oneshot_recv(h->peer, &item), 0);
    edo_oneshot_receiver_free(h->peer);
}

static void check_open(struct held *h)
{
    int item;

    assert_ok(edo_yield());
    assert_err(edo_oneshot_try_recv(h->peer, &item), -EAGAIN);
}

EDO_TEST_BOTH(dropped_it_aborts_its_task) /* util-082 */
{
    struct held h;

    spawn_held(&h);
    check_open(&h);
    edo_abort_guard guard = edo_task_guard(h.task);
    edo_abort_guard_drop(&guard);
    edo_abort_guard_drop(&guard); /* nothing any more */
    check_closed(&h);
    assert_err(edo_join(h.task, NULL), -ESRCH); /* its handle is gone */
}

EDO_TEST_BOTH(its_task_is_aborted_and_joined_as_ever) /* util-083 */
{
    struct held h;
    int ret = 0;

    spawn_held(&h);
    edo_abort_guard guard = edo_task_guard(h.task);
    edo_abort_handle handle;
    assert_ok(edo_abort_handle_new(guard.task, &handle));
    uint64_t id = edo_task_id(guard.task);
    assert_false(edo_task_is_finished(guard.task));
    assert_ok(edo_task_abort(guard.task));
    assert_ok(edo_join(guard.task, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_true(edo_abort_handle_is_finished(&handle));
    assert_int_equal(edo_abort_handle_id(&handle), id);
    edo_abort_handle_drop(handle);
    edo_abort_guard_drop(&guard);
    check_closed(&h);
}

EDO_TEST_BOTH(disarmed_it_lets_the_task_live) /* util-084 */
{
    struct held h;

    spawn_held(&h);
    edo_abort_guard guard = edo_task_guard(h.task);
    edo_abort_guard had = edo_abort_guard_disarm(&guard);
    edo_abort_guard_drop(&guard);
    check_open(&h);
    edo_abort_guard_drop(&had); /* as good as the first */
    check_closed(&h);
}

EDO_TEST_BOTH(the_same_of_an_abort_handle) /* util-085 */
{
    struct held h;
    edo_abort_handle handle;
    int ret = 0;

    spawn_held(&h);
    assert_ok(edo_abort_handle_new(h.task, &handle));
    edo_abort_guard guard = edo_abort_handle_guard(handle);
    edo_abort_guard had = edo_abort_guard_disarm(&guard);
    edo_abort_guard_drop(&guard);
    check_open(&h);
    guard = edo_abort_handle_guard(had.handle);
    edo_abort_guard_drop(&guard);
    check_closed(&h);
    assert_ok(edo_join(h.task, &ret)); /* its handle is another one */
    assert_int_equal(ret, -ECANCELED);
}

static int return_five(void *arg)
{
    (void)arg;
    return 5;
}

EDO_TEST_BOTH(of_a_task_that_has_ended_it_does_nothing) /* util-086 */
{
    edo_task t;
    edo_abort_handle handle;
    int ret = 0;

    assert_ok(edo_spawn(return_five, NULL, &t));
    assert_ok(edo_abort_handle_new(t, &handle));
    task_wait_until(edo_task_is_finished(t));
    edo_abort_guard of_handle = edo_abort_handle_guard(handle);
    edo_abort_guard_drop(&of_handle);
    edo_abort_guard guard = edo_task_guard(t);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 5);
    edo_abort_guard_drop(&guard);
    assert_ok(edo_spawn(return_five, NULL, &t)); /* perhaps in the same memory */
    edo_abort_guard_drop(&guard);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 5);
}

EDO_TEST_PLAIN(zeros_guard_nobody)
{
    edo_abort_guard none = {0};
    edo_abort_handle no_handle = {0};

    edo_abort_guard_drop(&none);
    edo_abort_guard_drop(NULL);
    none = edo_abort_guard_disarm(NULL);
    assert_null(none.task.header);
    assert_int_equal(edo_abort_handle_id(&no_handle), 0);
    assert_int_equal(edo_abort_handle_id(NULL), 0);
}
