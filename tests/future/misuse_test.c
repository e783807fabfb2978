/* misuse_test.c: what a debug build says on stderr, and what every build answers. */
#include "support/edo_test.h"
#include "support/forked.h"
#include "support/gate.h"
#include "support/probe.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int (*body)(void);

static int root(void *arg)
{
    (void)arg;
    return body();
}

static void run_body(void)
{
    edo_runtime *runtime;

    if (edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime) < 0)
        _exit(100);
    int rc = edo_block_on(runtime, root, NULL);
    (void)edo_runtime_free(runtime);
    _exit(rc);
}

/* What `fn`, in a task of its own process, returns; its stderr is in `said`. */
static char said[4096];

static int run(int (*fn)(void))
{
    body = fn;
    int status = forked_run(run_body, said, sizeof said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Whether stderr has the text, which only a debug build writes. */
static bool debug_said(const char *text)
{
    return strstr(said, text) ? EDO_DEBUG : !EDO_DEBUG;
}

static int poll_again(void)
{
    probe p = probe_ready(3);

    (void)edo_test_poll(&p.base);
    (void)edo_test_poll(&p.base);
    return (int)p.base.result + (int)p.polls;
}

EDO_TEST_PLAIN(poll_after_ready_is_reported) /* future-009 */
{
    assert_int_equal(run(poll_again), 4);
    assert_true(debug_said("probe was polled again after it was READY, by edo_test_poll+"));
}

static edo_mpsc_receiver *two_items(void)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;

    if (edo_mpsc_new(EDO_ITEM(int), 2, &tx, &rx) < 0)
        return NULL;
    for (int i = 5; i < 7; i++)
        (void)edo_mpsc_send(tx, &i);
    edo_mpsc_sender_free(tx);
    return rx;
}

static int take_again(void)
{
    edo_mpsc_receiver *rx = two_items();
    int first = 0, second = 0;
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, &first);
    bool ready = edo_test_poll(&recv.base) == EDO_READY && edo_test_poll(&recv.base) == EDO_READY;

    ready = ready && recv.base.result == 1 && first == 5;
    ready = ready && edo_mpsc_recv(rx, &second) == 1 && second == 6; /* which was not taken */
    edo_mpsc_receiver_free(rx);
    return ready ? 3 : 0;
}

EDO_TEST_PLAIN(a_poll_after_ready_takes_nothing_twice) /* future-009 */
{
    assert_int_equal(run(take_again), 3);
    assert_true(debug_said("was polled again after it was READY"));
}

static int cancel_then_poll(void)
{
    probe p = probe_ready(3);
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));

    edo_future_cancel(&p.base);
    edo_future_cancel(&sleep.base);
    return edo_test_poll(&p.base) == EDO_READY && p.base.result == -ECANCELED &&
           edo_test_poll(&sleep.base) == EDO_READY && sleep.base.result == -ECANCELED && !p.polls;
}

EDO_TEST_PLAIN(poll_after_a_cancel_before_the_first_is_no_misuse) /* future-005 */
{
    assert_int_equal(run(cancel_then_poll), 1);
    assert_string_equal(said, "");
}

static int move_it(void)
{
    gate g = GATE_INIT;
    gate_future first = gate_async(&g), second;

    if (edo_test_poll(&first.base) != EDO_PENDING)
        return 50;
    second = first;
#if EDO_DEBUG
    int rc = edo_test_poll(&second.base) == EDO_READY && second.base.result == -EDO_EMISUSE;
#else
    int rc = second.gate == &g; /* to poll it would be undefined without the watch */
#endif
    gate_open(&g);
    if (edo_test_poll(&first.base) != EDO_READY)
        return 51;
    return rc;
}

EDO_TEST_PLAIN(moved_future_is_noticed) /* future-001 */
{
    assert_int_equal(run(move_it), 1);
    assert_true(debug_said("gate was moved after its first poll"));
}

static probe shared;

static int await_shared(void *arg)
{
    (void)arg;
    return (int)edo_await(&shared.base);
}

static int await_twice(void)
{
    edo_task first, second;
    int a = 0, b = 0;

    shared = probe_pending();
    if (edo_spawn(await_shared, NULL, &first) < 0 || edo_spawn(await_shared, NULL, &second) < 0)
        return 50;
    if (edo_join(second, &b) < 0 || edo_task_is_finished(first))
        return 51;
    probe_finish(&shared, 8);
    if (edo_join(first, &a) < 0)
        return 52;
    return a == 8 && b == -EDO_EMISUSE;
}

EDO_TEST_PLAIN(second_awaiter_is_refused_and_told) /* future-018 */
{
    assert_int_equal(run(await_twice), 1);
    assert_true(debug_said("probe is being awaited already"));
}

static gate left_gate = GATE_INIT;
static gate_future left;

static int leave_it_pending(void *arg)
{
    (void)arg;
    left = gate_async(&left_gate);
    edo_future *arms[] = {&left.base};
    edo_join_all_future all = edo_join_all_async(arms, 1);
    (void)edo_test_poll(&all.base);
    return 0;
}

static int leave_pending(void)
{
    edo_task t;

    if (edo_spawn(leave_it_pending, NULL, &t) < 0 || edo_join(t, NULL) < 0)
        return 50;
    gate_open(&left_gate);
    return 1;
}

EDO_TEST_PLAIN(future_left_pending_at_the_tasks_end_is_reported) /* future-002 */
{
    assert_int_equal(run(leave_pending), 1);
    assert_true(debug_said("ended while 2 future(s) that it had polled were pending"));
    assert_true(debug_said("misuse_test.c:"));
}

static int finish_properly(void *arg)
{
    gate g = GATE_INIT;
    gate_future a = gate_async(&g), b = gate_async(&g);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    (void)arg;
    (void)edo_test_poll(&a.base);
    edo_future_cancel(&a.base);
    (void)edo_test_poll(&a.base);
    return edo_select(&b.base, &sleep.base) == 1 ? 0 : -1;
}

static int proper(void)
{
    edo_task t;
    int ret = -1;

    if (edo_spawn(finish_properly, NULL, &t) < 0 || edo_join(t, &ret) < 0)
        return 50;
    return ret == 0;
}

EDO_TEST_PLAIN(futures_that_were_finished_are_not_reported) /* future-002 */
{
    assert_int_equal(run(proper), 1);
    assert_string_equal(said, "");
}

static edo_poll await_inside(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    edo_future ready = edo_ready(1);
    int *results = arg;

    (void)waker;
    results[0] = edo_yield();
    results[1] = (int)edo_await(&ready);
    results[2] = edo_sleep(EDO_MILLIS(1));
    *ret_result = 5;
    return EDO_READY;
}

static int await_in_a_poll(void)
{
    int results[3] = {0};
    edo_poll_fn_future fut = edo_poll_fn(await_inside, results);

    if (edo_await(&fut.base) != 5)
        return 50;
    for (int i = 0; i < 3; i++)
        if (results[i] != -EDEADLK)
            return 60 + i;
    return edo_yield() == 0; /* outside of it all is well */
}

EDO_TEST_PLAIN(await_inside_of_a_poll_function_is_a_deadlock) /* future-019 */
{
    assert_int_equal(run(await_in_a_poll), 1);
    assert_true(debug_said("can't be awaited in a poll function"));
}
