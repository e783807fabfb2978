/* spawn_test.c: what starts a task: its function, its argument, its result, its memory. */
#include "support/edo_test.h"
#include "support/gate.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "context/stack.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define HAS_MEMCHECK 1
#endif
#endif
#ifndef HAS_MEMCHECK
#define HAS_MEMCHECK 0
#endif

/* Sanitizers end the process where malloc would say NULL, unless they are told. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static uint64_t spawned_tasks(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.spawned_tasks;
}

static int return_number(void *arg)
{
    return (int)(intptr_t)arg;
}

static int yield_and_return(void *arg)
{
    assert_ok(edo_yield());
    return (int)(intptr_t)arg;
}

static int join_child(int (*fn)(void *arg), void *arg)
{
    edo_task child;
    int ret = -1;

    assert_ok(edo_spawn(fn, arg, &child));
    assert_ok(edo_join(child, &ret));
    return ret;
}

static int middle(void *arg)
{
    return join_child(yield_and_return, arg) + 100;
}

static int outer(void *arg)
{
    return join_child(middle, arg) + 1000;
}

EDO_TEST_BOTH(join_gives_what_the_function_returned) /* task-001 */
{
    assert_int_equal(join_child(return_number, (void *)7), 7);
    assert_int_equal(join_child(return_number, (void *)-5), -5);
    assert_int_equal(join_child(return_number, (void *)(intptr_t)INT32_MIN), INT32_MIN);
    assert_int_equal(join_child(outer, (void *)9), 1109);
}

EDO_TEST_BOTH(result_is_kept_until_it_is_joined) /* task-002 */
{
    edo_task tasks[100];
    int ret;

    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(return_number, (void *)(intptr_t)(i * 3), &tasks[i]));
    for (int i = 0; i < 100; i++)
        task_wait_until(edo_task_is_finished(tasks[i]));
    for (int i = 0; i < 1000; i++) /* others use the worker, its stacks and slabs meanwhile */
        assert_ok(edo_spawn(return_number, (void *)(intptr_t)-1, NULL));
    assert_ok(edo_yield());
    for (int i = 99; i >= 0; i--) {
        ret = -1;
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, i * 3);
    }
}

struct waiting {
    gate start;
    int await_said;
    int ended; /* atomic */
};

static int wait_for_gate(void *arg)
{
    struct waiting *w = arg;

    w->await_said = gate_wait(&w->start);
    a_store(&w->ended, 1, release);
    return 0;
}

EDO_TEST_BOTH(detached_task_runs_to_its_end) /* task-003 */
{
    static struct waiting w = {.start = GATE_INIT, .await_said = -1};
    edo_task task;

    assert_ok(edo_spawn(wait_for_gate, &w, &task));
    task_wait_until(gate_waiting(&w.start) == 1);
    assert_ok(edo_task_detach(task));
    assert_ok(edo_yield());
    assert_int_equal(a_load(&w.ended, acquire), 0);
    gate_open(&w.start);
    task_wait_until(a_load(&w.ended, acquire));
    assert_int_equal(w.await_said, 0); /* not -ECANCELED */
}

static unsigned ended_count; /* atomic */

static int count_end(void *arg)
{
    (void)arg;
    a_fetch_add(&ended_count, 1, relaxed);
    return 0;
}

static void spawn_unjoined(unsigned n)
{
    unsigned goal = a_load(&ended_count, relaxed) + n;

    for (unsigned i = 0; i < n; i++)
        assert_ok(edo_spawn(count_end, NULL, NULL));
    while (a_load(&ended_count, relaxed) != goal)
        assert_ok(edo_yield());
}

EDO_TEST_BOTH(a_million_unjoined_tasks_keep_memory_flat) /* task-013 */
{
    for (int i = 0; i < 20; i++)
        spawn_unjoined(1000);
    long before = rss_kib();
    for (unsigned i = 0; i < test_count(1000); i++)
        spawn_unjoined(1000);
    assert_in_range(rss_kib(), 0,
                    before + 12 * 1024 * (long)test_scale()); /* a header each: 200 MiB */
}

EDO_TEST_BOTH(spawn_without_memory_takes_nothing) /* task-017 */
{
    char byte = 'x';
    edo_task task = {0};
    uint64_t before = spawned_tasks();
    unsigned ended = a_load(&ended_count, relaxed);

    for (int i = 0; i < 10; i++)
        assert_err(edo_spawn_copy(count_end, &byte, (size_t)1 << 46, &task), -ENOMEM);
    assert_null(task.header);
    assert_int_equal(byte, 'x');
    assert_ok(edo_yield());
    assert_int_equal(spawned_tasks(), before);
    assert_int_equal(a_load(&ended_count, relaxed), ended);
}

EDO_TEST(spawn_without_room_for_headers_takes_nothing) /* task-017 */
{
    struct rlimit old, small;
    unsigned made = 0;
    edo_task task = {0};
    int rc = 0;

    if (HAS_ASAN || HAS_TSAN) /* their shadow has no room under any limit */
        small = (struct rlimit){RLIM_INFINITY, RLIM_INFINITY};
    else
        small = (struct rlimit){(rlim_t)64 << 20, RLIM_INFINITY};
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    small.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &small), 0);
    while (made < 500000 && (rc = edo_spawn(count_end, NULL, NULL)) == 0)
        made++;
    int with_handle = rc ? edo_spawn(count_end, NULL, &task) : -ENOMEM;
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_err(with_handle, -ENOMEM);
    assert_null(task.header);
    if (made < 500000)
        assert_err(rc, -ENOMEM);
    while (a_load(&ended_count, relaxed) < made) /* the others are not disturbed */
        assert_ok(edo_yield());
    assert_int_equal(spawned_tasks(), made + 1);
}

#define COPY_MOST 70000

struct copy_case {
    size_t size;
    unsigned char *place;
    bool good;
    size_t misaligned;
};
static struct copy_case running; /* one at a time */

static int check_copy(void *arg)
{
    const unsigned char *bytes = arg;

    running.place = arg;
    running.misaligned = (uintptr_t)arg % _Alignof(max_align_t);
    running.good = true;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < running.size; i++)
            running.good &= bytes[i] == (unsigned char)(i * 7 + running.size);
        (void)edo_yield(); /* and it lives across a wait; a cancelled task's says so */
    }
    return 0;
}

static void fill(unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(i * 7 + size);
}

static void check_copy_of(size_t size, bool aborted)
{
    static unsigned char bytes[COPY_MOST];
    edo_task task;

    running = (struct copy_case){.size = size};
    fill(bytes, size);
    assert_ok(edo_spawn_copy(check_copy, bytes, size, &task));
    memset(bytes, 0xee, size); /* at once */
    if (aborted)
        assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, NULL));
    assert_true(running.good);
    assert_int_equal(running.misaligned, 0);
}

EDO_TEST_BOTH(copied_argument_is_whole_and_aligned) /* task-018 */
{
    for (size_t size = 1; size < 300; size++)
        check_copy_of(size, size % 2);
    for (size_t size = 300; size < COPY_MOST; size += size / 3)
        check_copy_of(size, size % 2);
}

/* Whether the memory at the address has been given back to the allocator. */
static bool is_freed(const unsigned char *place)
{
#if HAS_ASAN
    return __asan_address_is_poisoned(place);
#elif HAS_TSAN
    (void)place;
    return true; /* its allocator keeps pages: not seen here */
#else
#if HAS_MEMCHECK
    unsigned char bits; /* memcheck's own allocator keeps pages as well, and knows */
    if (RUNNING_ON_VALGRIND)
        return VALGRIND_GET_VBITS(place, &bits, 1) == 3;
#endif
    unsigned char resident;
    uintptr_t page = (uintptr_t)place & ~(uintptr_t)4095;
    return mincore((void *)page, 1, &resident) < 0;
#endif
}

EDO_TEST_BOTH(argument_is_dead_when_join_returns_whoever_holds_the_header) /* task-016 task-018 */
{
    size_t size = (size_t)4 << 20;
    unsigned char *bytes = malloc(size);
    edo_task task;
    edo_abort_handle abort_handle;

    mallopt(M_MMAP_THRESHOLD, 1 << 20); /* malloc maps it and free unmaps it, always */
    for (int aborted = 0; aborted < 2; aborted++) {
        running = (struct copy_case){.size = size};
        fill(bytes, size);
        assert_ok(edo_spawn_copy(check_copy, bytes, size, &task));
        assert_ok(edo_abort_handle_new(task, &abort_handle));
        if (aborted)
            edo_abort_handle_abort(&abort_handle);
        assert_ok(edo_join(task, NULL));
        assert_true(running.good);
        assert_true(is_freed(running.place));
        edo_abort_handle_drop(abort_handle);
    }
    free(bytes);
}

EDO_TEST_BOTH(stack_is_free_when_join_returns_whoever_holds_the_header) /* task-016 */
{
    enum { COUNT = 2000 };
    static edo_abort_handle handles[COUNT];
    edo_task task;

    for (int i = 0; i < 10; i++)
        assert_int_equal(join_child(yield_and_return, NULL), 0);
    uint64_t before = stack_bytes();
    for (int i = 0; i < COUNT; i++) {
        assert_ok(edo_spawn(yield_and_return, NULL, &task));
        assert_ok(edo_abort_handle_new(task, &handles[i]));
        assert_ok(edo_join(task, NULL));
    }
    /* A region more at most, not a stack each. */
    assert_in_range(stack_bytes(), 0, before + COUNT / 4 * STACK_DEFAULT_SIZE);
    for (int i = 0; i < COUNT; i++)
        edo_abort_handle_drop(handles[i]);
}
