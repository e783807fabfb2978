/* stack_peak_test.c: how much of its stack a task has used: alive, ended, by itself and by others. */
#include "support/edo_test.h"
#include "support/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "base/sys.h"
#include "context/stack.h"

#define KIB 1024
/* What a task needs by itself, down to the switch; and what a sanitizer's frames add. */
#define OWN_USE ((HAS_ASAN || HAS_TSAN ? 24 : 8) * KIB)

struct diver {
    size_t bytes;
    int64_t seen; /* by itself, after it came up again */
    gate *held;   /* it waits there; NULL: it ends */
    int dived;    /* atomic */
};

static noinline void use(size_t bytes)
{
    volatile char *area = __builtin_alloca(bytes);

    for (size_t i = 0; i < bytes; i += 64)
        area[i] = 1;
}

static int dive(void *arg)
{
    struct diver *d = arg;

    use(d->bytes);
    d->seen = edo_task_self_stack_peak();
    a_store(&d->dived, 1, release); /* pairs with the acquire in the tests */
    return d->held ? gate_wait(d->held) : 0;
}

/* At least what was used, at most a page and the colour more, and what the task itself needs. */
static void assert_peak(int64_t peak, size_t used)
{
    size_t page = sys_page_size();

    assert_true(peak > 0);
    assert_int_equal((size_t)peak % page, 0);
    assert_in_range((size_t)peak, used, used + page + KIB + OWN_USE);
}

static edo_task spawn_measured(struct diver *d, size_t stack_size)
{
    edo_task t;

    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .measure_stack = true, .stack_size = stack_size), dive,
                             d, &t));
    return t;
}

static void wait_for_end(edo_task t)
{
    task_wait_until(edo_task_is_finished(t));
}

EDO_TEST_BOTH(peak_is_told_alive_and_after_the_end)
{
    gate held = GATE_INIT;
    struct diver *d = calloc(1, sizeof *d);

    *d = (struct diver){.bytes = 100 * KIB, .held = &held};
    edo_task t = spawn_measured(d, 0);
    task_wait_until(a_load(&d->dived, acquire));
    assert_peak(d->seen, d->bytes);
    assert_true(edo_task_stack_peak(t) >= d->seen); /* it stays though the task came up again */
    assert_peak(edo_task_stack_peak(t), d->bytes);
    gate_open(&held);
    wait_for_end(t);
    assert_peak(edo_task_stack_peak(t), d->bytes);
    assert_ok(edo_join(t, NULL));
    assert_int_equal(edo_task_stack_peak(t), -ESRCH);
    free(d);
}

EDO_TEST_BOTH(measured_tasks_know_nothing_of_those_before)
{
    size_t sizes[] = {200 * KIB, 0, 60 * KIB, 1 * KIB};

    /* One after another on the same warm stack, where there is one worker. */
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct diver *d = calloc(1, sizeof *d);
        d->bytes = sizes[i];
        edo_task t = spawn_measured(d, 0);
        wait_for_end(t);
        assert_peak(edo_task_stack_peak(t), d->bytes);
        assert_ok(edo_join(t, NULL));
        free(d);
    }
}

EDO_TEST_BOTH(peak_of_a_large_stack)
{
    struct diver *d = calloc(1, sizeof *d);

    for (size_t i = 0; i < 2; i++) {
        *d = (struct diver){.bytes = i ? 300 * KIB : 3000 * KIB};
        edo_task t = spawn_measured(d, (size_t)4 << 20);
        wait_for_end(t);
        assert_peak(edo_task_stack_peak(t), d->bytes);
        assert_ok(edo_join(t, NULL));
    }
    free(d);
}

EDO_TEST(unmeasured_task_is_an_upper_bound_and_then_none)
{
    gate held = GATE_INIT;
    struct diver *d = calloc(1, sizeof *d);
    edo_task t;

    *d = (struct diver){.bytes = 50 * KIB, .held = &held};
    assert_ok(edo_spawn(dive, d, &t));
    assert_int_equal(edo_task_stack_peak(t), 0); /* not started */
    task_wait_until(a_load(&d->dived, acquire));
    assert_in_range(edo_task_stack_peak(t), d->bytes, STACK_DEFAULT_SIZE);
    gate_open(&held);
    wait_for_end(t);
    assert_int_equal(edo_task_stack_peak(t), 0);
    assert_ok(edo_join(t, NULL));
    free(d);
}

EDO_TEST(no_stack_no_peak)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));
    edo_task t;

    assert_ok(edo_spawn_future(&sleep.base, sizeof sleep, &t));
    assert_ok(edo_yield());
    assert_int_equal(edo_task_stack_peak(t), 0);
    assert_ok(edo_join(t, NULL));
    assert_int_equal(edo_task_stack_peak((edo_task){0}), -ESRCH);
}

EDO_TEST_PLAIN(outside_of_tasks_there_is_none)
{
    assert_int_equal(edo_task_self_stack_peak(), 0);
}

static int dive_under_canary(void *arg)
{
    struct diver *d = arg;
    edo_task t = spawn_measured(d, 0);

    wait_for_end(t);
    int64_t peak = edo_task_stack_peak(t);
    assert_ok(edo_join(t, NULL));
    assert_peak(peak, d->bytes);
    return 0;
}

EDO_TEST_PLAIN(canary_does_not_count)
{
    edo_runtime *runtime;
    struct diver d = {.bytes = 30 * KIB};

    stack_guard_force(GUARD_CANARY);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, dive_under_canary, &d));
    assert_ok(edo_runtime_free(runtime));
}

/* Tasks that end while another thread asks. */
static int dive_little(void *arg)
{
    use((size_t)arg);
    return edo_yield();
}

EDO_TEST_MT(peak_may_be_asked_while_the_task_ends)
{
    for (unsigned i = 0; i < test_count(200); i++) {
        edo_task t;
        assert_ok(edo_spawn_with(
            EDO_OPTS(spawn, .measure_stack = true, .stack_size = i % 2 ? 0 : (size_t)1 << 20),
            dive_little, (void *)(uintptr_t)(20 * KIB), &t));
        int64_t peak = 0, last = 0;
        while (!edo_task_is_finished(t)) {
            peak = edo_task_stack_peak(t);
            assert_true(peak == 0 || peak >= last);
            last = peak;
            assert_ok(edo_yield());
        }
        assert_peak(edo_task_stack_peak(t), 20 * KIB);
        assert_ok(edo_join(t, NULL));
    }
}
