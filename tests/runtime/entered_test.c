/* entered_test.c: futures that run in one runtime and use the timers of another. */
#include "runtime/rig.h"

/* Makes its sleep at its first poll, as code that is written as a future does. */
struct lazy_sleep {
    edo_sleep_future sleep;
    bool begun;
};

static edo_poll poll_lazily(void *arg, const edo_waker *waker, int64_t *ret)
{
    struct lazy_sleep *lazy = arg;

    if (!lazy->begun)
        lazy->sleep = edo_sleep_async(EDO_MILLIS(5));
    lazy->begun = true;
    if (edo_future_poll(&lazy->sleep.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    *ret = lazy->sleep.base.result;
    return EDO_READY;
}

struct both {
    edo_handle *timers;
    int64_t alone, wrapped, made_inside, after;
};

static int sleep_by_the_other(void *arg)
{
    struct both *b = arg;
    struct lazy_sleep lazy = {.begun = false};
    edo_poll_fn_future sleeps = edo_poll_fn(poll_lazily, &lazy);

    b->alone = edo_await(&sleeps.base);
    lazy.begun = false;
    sleeps = edo_poll_fn(poll_lazily, &lazy);
    edo_entered_future wrapped = edo_entered_async(b->timers, &sleeps.base);
    b->wrapped = edo_await(&wrapped.base);
    edo_enter_guard guard;
    assert_ok(edo_enter(b->timers, &guard));
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));
    edo_leave(&guard);
    wrapped = edo_entered_async(b->timers, &sleep.base);
    b->made_inside = edo_await(&wrapped.base);
    b->after = edo_sleep(EDO_MILLIS(5)); /* its own runtime is the current one again */
    return 0;
}

static void check_sleep_in(const edo_runtime_opts *opts)
{
    edo_runtime *with = make_multi(1), *without = make_runtime(opts);
    struct both b = {.timers = edo_runtime_handle(with)};

    assert_ok(edo_block_on(without, sleep_by_the_other, &b));
    assert_err(b.alone, -EDO_ENOTIME);
    assert_ok(b.wrapped);
    assert_ok(b.made_inside);
    assert_err(b.after, -EDO_ENOTIME);
    edo_handle_unref(b.timers);
    assert_ok(edo_runtime_free(without));
    assert_ok(edo_runtime_free(with));
}

EDO_TEST_PLAIN(a_future_uses_the_timers_of_the_runtime_it_is_wrapped_in) /* util-096 */
{
    check_sleep_in(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_time = true));
    check_sleep_in(EDO_OPTS(runtime, .workers = 2, .no_time = true));
}

EDO_TEST_BOTH(a_wrapped_future_is_cancelled_as_any)
{
    edo_handle *handle = edo_runtime_handle(test_runtime());
    edo_future never = edo_pending();
    edo_entered_future entered = edo_entered_async(handle, &never);

    assert_err(edo_timeout(&entered.base, EDO_MILLIS(1)), -ETIMEDOUT);
    entered = edo_entered_async(NULL, &never);
    assert_err(edo_await(&entered.base), -EINVAL);
    entered = edo_entered_async(handle, NULL);
    assert_err(edo_await(&entered.base), -EINVAL);
    edo_handle_unref(handle);
}

/* A timeout that is made outside of a runtime. The blocking bridge is io's. */
EDO_TEST_PLAIN(a_timeout_outside_of_a_runtime_says_so)
{
    edo_future never = edo_pending();
    edo_timeout_future timeout = edo_timeout_async(&never, EDO_MILLIS(1));

    assert_err(edo_timeout(&never, EDO_MILLIS(1)), -EDO_ENORUNTIME);
    assert_ready_eq(&timeout.base, -EDO_ENORUNTIME);
    assert_err(edo_timeout_at(&never, EDO_NEVER()), -EDO_ENORUNTIME);
}
