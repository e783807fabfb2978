/* slots_test.c: thread-locals that tasks take along. */
#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

static __thread int level;
static __thread char label[200];

static void *level_address(void)
{
    return &level;
}

static void *label_address(void)
{
    return label;
}

static const edo_thread_slot both[] = {{level_address, sizeof level},
                                       {label_address, sizeof label}};

/* Never inlined: a task may be on another thread after each wait. */
__attribute__((noinline)) static int *my_level(void)
{
    __asm__ volatile("");
    return &level;
}

__attribute__((noinline)) static char *my_label(void)
{
    __asm__ volatile("");
    return label;
}

static void write_label(int number)
{
    for (size_t i = 0; i < sizeof label; i++)
        my_label()[i] = (char)(number + (int)i);
}

static void check_label(int number)
{
    for (size_t i = 0; i < sizeof label; i++)
        assert_int_equal(my_label()[i], (char)(number + (int)i));
}

static int keep_own(void *arg)
{
    int number = (int)(intptr_t)arg;

    assert_int_equal(*my_level(), 0);
    assert_int_equal(my_label()[199], 0);
    *my_level() = number;
    write_label(number);
    for (int i = 0; i < 20; i++) {
        assert_ok(i % 2 ? edo_yield() : edo_sleep((edo_duration){50000}));
        assert_int_equal(*my_level(), number);
        check_label(number);
    }
    return 0;
}

static int keep_all(void *arg)
{
    edo_task tasks[32];

    for (intptr_t i = 0; i < 32; i++)
        assert_ok(edo_spawn(keep_own, (void *)(i + 1), &tasks[i]));
    for (int i = 0; i < 32; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return keep_own(arg);
}

static void check_on(edo_runtime_opts opts)
{
    edo_thread_slot list[2] = {both[0], both[1]};

    opts.thread_slots = list;
    opts.thread_slot_count = 2;
    edo_runtime *runtime = make_runtime(&opts);
    memset(list, 0, sizeof list); /* the runtime has its own */
    *my_level() = 77;
    write_label(77);
    assert_int_equal(edo_block_on(runtime, keep_all, (void *)99), 0);
    assert_int_equal(*my_level(), 77); /* the thread has its own as well */
    check_label(77);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(each_task_has_its_own_values)
{
    check_on((edo_runtime_opts){.kind = EDO_CURRENT_THREAD});
    check_on((edo_runtime_opts){.workers = 1});
    check_on((edo_runtime_opts){.workers = 4});
}

static int see_level(void *arg)
{
    (void)arg;
    return *my_level();
}

static int call_out(void *arg)
{
    edo_task call;

    (void)arg;
    *my_level() = 3;
    assert_int_equal(edo_block_in_place(see_level, NULL), 3);
    assert_ok(edo_spawn_blocking(see_level, NULL, &call));
    return join_result(call);
}

EDO_TEST_PLAIN(blocking_code_in_place_has_the_tasks_values_and_calls_have_the_threads)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = 1, .thread_slots = both, .thread_slot_count = 2));

    assert_int_equal(edo_block_on(runtime, call_out, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

static edo_poll count_level(void *arg, const edo_waker *waker, int64_t *ret_value)
{
    (void)arg;
    if (++*my_level() == 3) {
        *ret_value = 3;
        return EDO_READY;
    }
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static int spawn_polled(void *arg)
{
    edo_poll_fn_future futs[2] = {edo_poll_fn(count_level, arg), edo_poll_fn(count_level, arg)};
    edo_task tasks[2];

    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn_future(&futs[i].base, sizeof futs[i], &tasks[i]));
    for (int i = 0; i < 2; i++)
        assert_int_equal(join_result(tasks[i]), 3);
    return 0;
}

EDO_TEST_PLAIN(stackless_tasks_have_their_own_values)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD,
                                                 .thread_slots = both, .thread_slot_count = 1));

    assert_int_equal(edo_block_on(runtime, spawn_polled, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

static void check_refused(const edo_thread_slot *slots, size_t n)
{
    edo_runtime *runtime;

    assert_int_equal(
        edo_runtime_new(EDO_OPTS(runtime, .thread_slots = slots, .thread_slot_count = n), &runtime),
        -EINVAL);
}

EDO_TEST_PLAIN(slots_without_address_or_size_are_refused)
{
    check_refused(NULL, 1);
    check_refused((edo_thread_slot[]){both[0], {NULL, 4}}, 2);
    check_refused((edo_thread_slot[]){{level_address, 0}}, 1);
}
