/* trace_test.c: what the flight recorder kept, as a trace of events. */
#include "runtime/rig.h"

typedef struct page {
    char *text;
    size_t used, room;
} page;

static int take(const char *text, size_t len, void *arg)
{
    page *p = arg;

    while (p->used + len + 1 > p->room) {
        p->room = p->room ? 2 * p->room : 65536;
        p->text = realloc(p->text, p->room);
        assert_non_null(p->text);
    }
    memcpy(p->text + p->used, text, len);
    p->used += len;
    p->text[p->used] = 0;
    return 0;
}

static const char *trace_of(edo_runtime *runtime, page *p)
{
    edo_handle *handle = edo_runtime_handle(runtime);

    p->used = 0;
    assert_ok(edo_handle_write_trace(handle, take, p));
    edo_handle_unref(handle);
    return p->text;
}

/* Lines that have both texts. */
static unsigned lines_with(const char *text, const char *one, const char *other)
{
    unsigned count = 0;

    while (text && *text) {
        const char *end = strchr(text, '\n');
        size_t len = end ? (size_t)(end - text) : strlen(text);
        count += memmem(text, len, one, strlen(one)) && memmem(text, len, other, strlen(other));
        text = end ? end + 1 : NULL;
    }
    return count;
}

/* Braces and brackets in balance outside of strings: what is wrong with a generator mostly shows. */
static void assert_balanced(const char *text)
{
    int depth = 0;
    bool in_string = false;

    for (; *text; text++) {
        if (in_string && *text == '\\')
            text++;
        else if (*text == '"')
            in_string = !in_string;
        else if (!in_string && (*text == '{' || *text == '['))
            depth++;
        else if (!in_string && (*text == '}' || *text == ']'))
            assert_true(--depth >= 0);
    }
    assert_int_equal(depth, 0);
    assert_false(in_string);
}

static int yield_thrice(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        assert_ok(edo_yield());
    return 0;
}

/* Until the worker has slept: on a slow machine a short sleep is over before that. */
static int sleep_once(edo_runtime *runtime)
{
    uint64_t parks = metrics_of(runtime).parks;
    int rc;

    while ((rc = edo_sleep(EDO_MILLIS(2))) == 0 && metrics_of(runtime).parks == parks)
        ;
    return rc;
}

typedef struct sleeper {
    edo_runtime *runtime;
    uint64_t id; /* of the task that it spawned */
} sleeper;

static int spawn_and_sleep(void *arg)
{
    sleeper *s = arg;
    edo_task task;

    assert_ok(edo_spawn(yield_thrice, NULL, &task));
    s->id = edo_task_id(task);
    assert_int_equal(join_result(task), 0);
    return sleep_once(s->runtime);
}

EDO_TEST_PLAIN(a_trace_has_each_run_of_each_task)
{
    for (int kind = 0; kind < 2; kind++) {
        page p = {0};
        char slice[64], spawn[64];
        edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind,
                                                     .workers = 1, .flight_recorder = 1000));
        sleeper s = {.runtime = runtime};
        assert_int_equal(edo_block_on(runtime, spawn_and_sleep, &s), 0);
        trace_of(runtime, &p);
        assert_balanced(p.text);
        snprintf(slice, sizeof slice, "\"name\":\"task %llu\"", (unsigned long long)s.id);
        snprintf(spawn, sizeof spawn, "\"name\":\"spawn task %llu\"", (unsigned long long)s.id);
        assert_int_equal(lines_with(p.text, "\"ph\":\"X\"", slice), 4);
        assert_int_equal(lines_with(p.text, slice, "trace_test.c:"), 4);
        assert_int_equal(lines_with(p.text, "\"ph\":\"i\"", spawn), 1);
        assert_true(lines_with(p.text, "\"ph\":\"X\"", "\"name\":\"asleep\"") >= 1);
        assert_true(lines_with(p.text, "\"ph\":\"i\"", "\"name\":\"wake task ") >= 1);
        assert_true(lines_with(p.text, "\"ph\":\"f\"", "\"cat\":\"wake\"") >= 1);
        assert_int_equal(lines_with(p.text, "thread_name", "worker 0"), 1);
        assert_ok(edo_runtime_free(runtime));
        free(p.text);
    }
}

/* The numbers of the arrows' ends of a phase, in the order of the file. */
static unsigned arrows(const char *text, char phase, unsigned long *numbers, unsigned room)
{
    char begin[16];
    unsigned count = 0;

    snprintf(begin, sizeof begin, "{\"ph\":\"%c\"", phase);
    for (const char *at = text; (at = strstr(at, begin)); at++) {
        const char *id = strstr(at, "\"id\":");
        assert_non_null(id);
        assert_true(count < room);
        numbers[count++] = strtoul(id + strlen("\"id\":"), NULL, 10);
    }
    return count;
}

static unsigned times_in(unsigned long number, const unsigned long *numbers, unsigned count)
{
    unsigned times = 0;

    for (unsigned i = 0; i < count; i++)
        times += numbers[i] == number;
    return times;
}

/* Each waits, as the one thread can't run the task before. */
static int join_thrice(void *arg)
{
    edo_task task;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_spawn(do_nothing, NULL, &task));
        assert_int_equal(join_result(task), 0);
    }
    return 0;
}

/* Perfetto leads every arrow of a number from the first begin that it saw. */
EDO_TEST_PLAIN(each_arrow_of_a_trace_has_a_number_of_its_own)
{
    page p = {0};
    unsigned long begins[200], ends[200];
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .flight_recorder = 1000));

    assert_int_equal(edo_block_on(runtime, join_thrice, NULL), 0);
    trace_of(runtime, &p);
    unsigned begun = arrows(p.text, 's', begins, 200), ended = arrows(p.text, 'f', ends, 200);
    assert_true(ended >= 7); /* of first runs, and of those after a join */
    for (unsigned i = 0; i < begun; i++)
        assert_int_equal(times_in(begins[i], begins, begun), 1);
    for (unsigned i = 0; i < ended; i++) {
        assert_int_equal(times_in(ends[i], ends, ended), 1);
        assert_int_equal(times_in(ends[i], begins, begun), 1);
    }
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

/* It doesn't come of a wake: the run before it ended so that others get their turn. */
EDO_TEST_PLAIN(no_arrow_leads_to_a_run_after_a_yield)
{
    page p = {0};
    unsigned long ends[10];
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .flight_recorder = 1000));

    assert_int_equal(edo_block_on(runtime, yield_thrice, NULL), 0);
    trace_of(runtime, &p);
    assert_int_equal(lines_with(p.text, "\"ph\":\"X\"", "\"cat\":\"run\""), 4);
    assert_int_equal(arrows(p.text, 'f', ends, 10), 1);
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

/* Perfetto puts a thread 0's events on the main thread, and once took a unit for all times'. */
EDO_TEST_PLAIN(a_trace_has_no_thread_0_and_no_unit_of_its_own)
{
    page p = {0};
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2, .flight_recorder = 1000));

    assert_int_equal(join_result(spawn_on(runtime, do_nothing, NULL)), 0);
    trace_of(runtime, &p);
    assert_int_equal(lines_with(p.text, "\"tid\":0,", ""), 0);
    assert_int_equal(lines_with(p.text, "thread_name", "\"no worker\""), 1);
    assert_int_equal(lines_with(p.text, "\"tid\":3,", "\"no worker\""), 1);
    assert_int_equal(lines_with(p.text, "\"tid\":3,", "\"name\":\"spawn task "), 1);
    assert_int_equal(lines_with(p.text, "displayTimeUnit", ""), 0);
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

static bool blocks, went_on; /* atomic */

/* Until the other task has run, which takes another thread for the one worker. */
static int block_once(void *arg)
{
    (void)arg;
    __atomic_store_n(&blocks, true, __ATOMIC_RELEASE);
    wait_until(__atomic_load_n(&went_on, __ATOMIC_ACQUIRE));
    return 0;
}

static int keep_sleeping(void *arg)
{
    edo_task blocker;

    assert_ok(edo_spawn(block_once, NULL, &blocker));
    *(uint64_t *)arg = edo_task_id(blocker);
    while (!__atomic_load_n(&blocks, __ATOMIC_ACQUIRE))
        assert_ok(edo_sleep(EDO_MILLIS(1)));
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    __atomic_store_n(&went_on, true, __ATOMIC_RELEASE);
    return join_result(blocker);
}

EDO_TEST_PLAIN(a_stuck_task_is_in_the_trace_and_goes_on_beside_its_worker)
{
    page p = {0};
    char stuck[64], aside[64];
    uint64_t id = 0;
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = 1, .flight_recorder = 1 << 14));

    assert_int_equal(edo_block_on(runtime, keep_sleeping, &id), 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    trace_of(runtime, &p);
    assert_balanced(p.text);
    snprintf(stuck, sizeof stuck, "\"name\":\"stuck: task %llu\"", (unsigned long long)id);
    snprintf(aside, sizeof aside, "\"name\":\"task %llu, without its worker\"",
             (unsigned long long)id);
    assert_true(lines_with(p.text, "\"ph\":\"i\"", stuck) >= 1);
    assert_int_equal(lines_with(p.text, "\"ph\":\"b\"", aside), 1);
    assert_int_equal(lines_with(p.text, "\"ph\":\"e\"", aside), 1);
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

static int work_a_little(void *arg)
{
    uint64_t until = real_time_ns() + 50000;

    (void)arg;
    while (real_time_ns() < until)
        ;
    return 0;
}

static int spawn_many(void *arg)
{
    edo_task tasks[200];

    (void)arg;
    for (int i = 0; i < 200; i++)
        assert_ok(edo_spawn(work_a_little, NULL, &tasks[i]));
    for (int i = 0; i < 200; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return 0;
}

static int until_a_steal(void *arg)
{
    edo_runtime *runtime = arg;

    for (int i = 0; i < 200 && metrics_of(runtime).steals == 0;
         i++) /* in chaos there are hardly any */
        assert_int_equal(spawn_many(NULL), 0);
    return 0;
}

EDO_TEST_PLAIN(steals_are_in_the_trace)
{
    page p = {0};
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = 2, .flight_recorder = 1 << 16));

    assert_int_equal(edo_block_on(runtime, until_a_steal, runtime), 0);
    trace_of(runtime, &p);
    assert_true(lines_with(p.text, "\"ph\":\"i\"", "\"name\":\"steal ") >= 1 ||
                metrics_of(runtime).steals == 0);
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

EDO_TEST_PLAIN(traces_are_written_while_the_runtime_goes_on)
{
    page p = {0};
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2, .flight_recorder = 256));
    edo_task task = spawn_on(runtime, spawn_many, NULL);

    while (!edo_task_is_finished(task)) {
        trace_of(runtime, &p);
        assert_balanced(p.text);
    }
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
    free(p.text);
}

static int refuse(const char *text, size_t len, void *arg)
{
    (void)text, (void)len, (void)arg;
    return -ENOSPC;
}

EDO_TEST_PLAIN(a_trace_needs_a_recorder_and_a_sink)
{
    page p = {0};
    edo_runtime *runtime = make_current(), *with = NULL;
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_int_equal(edo_handle_write_trace(handle, take, &p), -ENODATA);
    assert_int_equal(edo_handle_write_trace(NULL, take, &p), -EINVAL);
    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .flight_recorder = (1 << 20) + 1), &with),
                     -EINVAL);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
    runtime = make_runtime(
        EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .flight_recorder = 1, .name = "a \"name\""));
    assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
    handle = edo_runtime_handle(runtime);
    assert_int_equal(edo_handle_write_trace(handle, refuse, NULL), -ENOSPC);
    assert_int_equal(edo_handle_write_trace(handle, NULL, NULL), -EINVAL);
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_handle_write_trace(handle, take, &p)); /* the events outlive it */
    assert_balanced(p.text);
    assert_int_equal(lines_with(p.text, "process_name", "a \\\"name\\\""), 1);
    edo_handle_unref(handle);
    free(p.text);
}
