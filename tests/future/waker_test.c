/* waker_test.c: wakers that are lent, and wakers that are counted. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "future/wake.h"

struct noted {
    unsigned wakes, destroyed; /* atomic */
    pthread_mutex_t *lock;     /* which the waker must be able to take */
};

static void note_wake(void *arg)
{
    struct noted *n = arg;

    if (n->lock) {
        pthread_mutex_lock(n->lock);
        pthread_mutex_unlock(n->lock);
    }
    a_fetch_add(&n->wakes, 1, relaxed);
}

static void note_destroy(void *arg)
{
    a_fetch_add(&((struct noted *)arg)->destroyed, 1, release);
}

static edo_waker noted_waker(struct noted *n)
{
    edo_waker waker;

    assert_ok(edo_waker_new(note_wake, note_destroy, n, &waker));
    return waker;
}

EDO_TEST_PLAIN(counted_waker_is_destroyed_with_its_last_reference) /* future-015 */
{
    struct noted n = {0};
    edo_waker a = noted_waker(&n), b, c;

    assert_ok(edo_waker_clone(&a, &b));
    assert_ok(edo_waker_clone(&b, &c));
    assert_true(edo_waker_is_same(&a, &c));
    edo_waker_wake_by_ref(&a);
    edo_waker_wake_by_ref(&a);
    assert_int_equal(n.wakes, 2);
    edo_waker_drop(a);
    edo_waker_wake(b);
    assert_int_equal(n.wakes, 3);
    assert_int_equal(n.destroyed, 0);
    edo_waker_wake(c);
    assert_int_equal(n.wakes, 4);
    assert_int_equal(n.destroyed, 1);
}

EDO_TEST_PLAIN(waker_arguments_are_checked) /* future-015 */
{
    struct noted n = {0};
    edo_waker w = {0}, zeros = {0}, other = noted_waker(&n);

    assert_err(edo_waker_new(NULL, note_destroy, &n, &w), -EINVAL);
    assert_err(edo_waker_new(note_wake, note_destroy, &n, NULL), -EINVAL);
    assert_err(edo_waker_clone(NULL, &w), -EINVAL);
    assert_err(edo_waker_clone(&zeros, &w), -EINVAL);
    assert_err(edo_waker_clone(&other, NULL), -EINVAL);
    assert_null(w.ops);
    edo_waker_drop(zeros);
    edo_waker_wake(zeros);
    edo_waker_wake_by_ref(NULL);
    assert_false(edo_waker_is_same(&other, &zeros));
    assert_false(edo_waker_is_same(&other, NULL));
    edo_waker_drop(other);
    assert_int_equal(n.destroyed, 1);
}

static int wait_at(void *arg)
{
    return gate_wait(arg);
}

EDO_TEST_BOTH(lent_waker_takes_no_reference) /* future-015 */
{
    static gate g = GATE_INIT;
    struct noted *n = calloc(1, sizeof *n);
    edo_waker w = noted_waker(n);
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(100));
    edo_task t;

    assert_int_equal(edo_future_poll(&sleep.base, &w), EDO_PENDING);
    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    assert_int_equal(edo_future_poll(&join.base, &w), EDO_PENDING);
    edo_future_cancel(&sleep.base);
    assert_int_equal(edo_future_poll(&sleep.base, &w), EDO_READY);
    edo_future_cancel(&join.base);
    assert_int_equal(edo_future_poll(&join.base, &w), EDO_READY);
    edo_waker_drop(w); /* ours was the only one: neither took, nor gave, another */
    assert_int_equal(n->destroyed, 1);
    assert_int_equal(n->wakes, 0);
    gate_open(&g);
    assert_ok(edo_join(t, NULL));
    free(n);
}

EDO_TEST_PLAIN(counted_waker_is_referenced_between_mark_and_push) /* future-015 */
{
    struct noted n = {0};
    edo_waker w = noted_waker(&n);
    wakes owed;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    wakes_init(&owed);
    n.lock = &lock;
    pthread_mutex_lock(&lock);
    wakes_add(&owed, &w); /* under the lock: marked only */
    edo_waker_drop(w);    /* its owner goes before the push */
    assert_int_equal(n.wakes + n.destroyed, 0);
    pthread_mutex_unlock(&lock);
    wakes_push(&owed); /* called with no lock held: else it would hang here */
    assert_int_equal(n.wakes, 1);
    assert_int_equal(n.destroyed, 1);
    assert_int_equal(owed.count, 0);
}

struct locked_end {
    gate gate;
    struct noted n;
};

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

EDO_TEST_BOTH(users_waker_may_call_edo_from_inside) /* future-015 */
{
    struct locked_end *e = calloc(1, sizeof *e);

    pthread_mutex_init(&e->gate.lock, NULL);
    e->n.lock = &e->gate.lock; /* the lock of what wakes it */
    edo_waker w = noted_waker(&e->n);
    gate_future fut = gate_async(&e->gate);
    assert_int_equal(edo_future_poll(&fut.base, &w), EDO_PENDING);
    edo_waker_drop(w);
    assert_int_equal(e->n.destroyed, 0); /* the gate's clone */
    gate_open(&e->gate);
    assert_int_equal(e->n.wakes, 1);
    assert_int_equal(e->n.destroyed, 1);
    assert_ready_eq(&fut.base, 0);
    free(e);
}

static edo_waker kept;

static edo_poll keep_waker(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    *ret_result = 0;
    if (kept.ops)
        return EDO_READY;
    assert_ok(edo_waker_clone(waker, &kept));
    edo_waker_wake_by_ref(waker);
    (void)arg;
    return EDO_PENDING;
}

static int await_keeper(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(keep_waker, arg);

    return (int)edo_await(&fut.base);
}

static void *wake_kept(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++)
        edo_waker_wake_by_ref(&kept);
    edo_waker_wake(kept);
    return NULL;
}

static void outlive(edo_runtime_kind kind)
{
    edo_runtime *runtime;
    edo_waker other;

    kept = (edo_waker){0};
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    assert_ok(edo_block_on(runtime, await_keeper, NULL));
    edo_waker_wake_by_ref(&kept); /* the task is gone */
    assert_int_equal(edo_block_on(runtime, return_5, NULL), 5);
    assert_ok(edo_runtime_free(runtime));
    edo_waker_wake_by_ref(&kept); /* and the runtime */
    assert_ok(edo_waker_clone(&kept, &other));
    join_thread(start_thread(wake_kept, NULL));
    edo_waker_drop(other);
}

EDO_TEST_PLAIN(tasks_waker_outlives_task_and_runtime) /* future-015 task-019 */
{
    for (int i = 0; i < 3; i++) {
        outlive(EDO_CURRENT_THREAD);
        outlive(EDO_MULTI_THREAD);
    }
    assert_non_null(kept.ops);
}

EDO_TEST_PLAIN(threads_waker_outlives_its_wait) /* future-015 */
{
    kept = (edo_waker){0};
    assert_int_equal(await_keeper(NULL), 0); /* this thread parked, and was woken */
    join_thread(start_thread(wake_kept, NULL));
    gate g = GATE_INIT;
    gate_open(&g);
    assert_int_equal(gate_wait(&g), 0); /* a stale wake ends no later wait */
}

/* --- a callback API of another library, wrapped ---------------------------------------------- */

struct call {
    pthread_mutex_t lock;
    bool done;
    int result;
    edo_waker waker;
    unsigned delivered;
};

static void call_back(struct call *c, int result)
{
    pthread_mutex_lock(&c->lock);
    c->done = true;
    c->result = result;
    edo_waker waker = c->waker;
    c->waker = (edo_waker){0};
    pthread_mutex_unlock(&c->lock);
    edo_waker_wake(waker);
}

enum when { BEFORE, DURING, AFTER };
struct wrapped {
    struct call call;
    enum when when;
    bool on_thread;
};

static void *call_back_42(void *arg)
{
    call_back(arg, 42);
    return NULL;
}

static void deliver(struct wrapped *w)
{
    if (w->on_thread)
        join_thread(start_thread(call_back_42, &w->call));
    else
        call_back(&w->call, 42);
}

static edo_poll call_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct wrapped *w = arg;
    struct call *c = &w->call;
    edo_waker clone = {0};

    assert_ok(edo_waker_clone(waker, &clone));
    pthread_mutex_lock(&c->lock);
    bool done = c->done;
    edo_waker old = c->waker;
    c->waker = done ? (edo_waker){0} : clone;
    pthread_mutex_unlock(&c->lock);
    edo_waker_drop(done ? clone : old);
    if (done) {
        c->delivered++;
        *ret_result = c->result;
        return EDO_READY;
    }
    if (w->when == DURING)
        deliver(w);
    return EDO_PENDING;
}

static int await_call(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(call_poll, arg);

    return (int)edo_await(&fut.base);
}

EDO_TEST_BOTH(callback_may_come_before_during_or_after_the_first_poll) /* future-013 */
{
    for (int i = 0; i < 6; i++) {
        struct wrapped *w = calloc(1, sizeof *w);
        edo_task t;
        int ret = -1;
        pthread_mutex_init(&w->call.lock, NULL);
        w->when = (enum when)(i / 2);
        w->on_thread = i % 2;
        if (w->when == BEFORE)
            deliver(w);
        assert_ok(edo_spawn(await_call, w, &t));
        if (w->when == AFTER) {
            block_thread_for(2);
            assert_ok(edo_yield());
            deliver(w);
        }
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, 42);
        assert_int_equal(w->call.delivered, 1);
        free(w);
    }
}
