/*
 * process_stress_test.c: many children at once, beside those that the program forks and waits for itself: each status
 * reaches who started the child, and nobody is left. EDO_STRESS: how many; 1000 is a lot.
 */
#include "process/children.h"

#include "base/atomic.h"

static unsigned child_count(void)
{
    const char *text = getenv("EDO_STRESS");

    return text ? (unsigned)atoi(text) : test_count(60);
}

static bool over;          /* atomic */
static uint32_t own_count; /* atomic: children of the program's own */

static void *fork_and_wait(void *arg)
{
    for (int i = 0; !a_load(&over, relaxed); i++) {
        pid_t pid = fork();
        int status;
        if (pid == 0)
            _exit(i % 100);
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == i % 100);
        a_fetch_add(&own_count, 1, relaxed);
    }
    return arg;
}

typedef struct brood {
    unsigned count;
    edo_process **child;
} brood;

static brood begin_all(void)
{
    brood b = {.count = child_count()};
    char code[16];

    b.child = calloc(b.count, sizeof *b.child);
    assert_non_null(b.child);
    for (unsigned i = 0; i < b.count; i++) {
        snprintf(code, sizeof code, "exit %u", i % 200);
        b.child[i] = begin(&(edo_command){.program = "sh",
                                          .args = EDO_ARGS("-c", "read go; eval \"$0\"", code),
                                          .in = EDO_STDIO_PIPE});
    }
    return b;
}

static int check_code(void *arg)
{
    edo_exit_status status;

    assert_ok(edo_process_wait(arg, &status));
    edo_process_release(arg);
    return status.code;
}

EDO_TEST_BOTH(children_of_edo_and_of_the_program) /* process-031 */
{
    pthread_t own = start_thread(fork_and_wait, NULL);
    brood all = begin_all();
    edo_task *waits = calloc(all.count, sizeof *waits);
    int code;

    assert_non_null(waits);
    for (unsigned i = 0; i < all.count; i++)
        edo_pipe_sender_close(edo_process_take_stdin(all.child[i]));
    for (unsigned i = 0; i < all.count; i++)
        assert_ok(edo_spawn(check_code, all.child[i], &waits[i]));
    for (unsigned i = 0; i < all.count; i++) {
        assert_ok(edo_join(waits[i], &code));
        assert_int_equal(code, i % 200);
    }
    task_wait_until(a_load(&own_count, relaxed) > 10);
    a_store(&over, true, relaxed);
    join_thread(own);
    assert_true(has_no_children());
    free(waits);
    free(all.child);
}

/* One child: a wait that is cut short or not, a kill or its input's end, a release sooner or later. */
static int use_somehow(void *arg)
{
    edo_process *child = begin(&(edo_command){
        .program = "cat", .in = EDO_STDIO_PIPE, .kills_on_release = (uintptr_t)arg % 3 == 0});

    switch ((uintptr_t)arg % 5) {
    case 0:
        edo_pipe_sender_close(edo_process_take_stdin(child));
        break;
    case 1:
        assert_ok(edo_process_kill(child));
        break;
    case 2: {
        edo_process_wait_future wait = edo_process_wait_async(child, NULL);
        edo_sleep_future soon = edo_sleep_precise_async(EDO_MICROS((uintptr_t)arg % 7 * 100));
        edo_select(&wait.base, &soon.base);
        break;
    }
    case 3:
        assert_ok(edo_process_start_kill(child));
        check_ends(child, -1, SIGKILL);
        break;
    default:
        check_ends(child, 0, 0);
    }
    edo_process_release(child);
    return 0;
}

EDO_TEST_BOTH(children_that_are_let_go_somehow)
{
    edo_task tasks[10];

    for (unsigned i = 0; i < child_count(); i += 10) {
        for (uintptr_t k = 0; k < 10; k++)
            assert_ok(edo_spawn(use_somehow, (void *)(i + k), &tasks[k]));
        for (int k = 0; k < 10; k++)
            assert_ok(edo_join(tasks[k], NULL));
    }
    check_nobody_is_left();
}

static void *fork_alone(void *arg)
{
    while (!a_load(&over, relaxed)) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    return arg;
}

/* Nobody waits for them, so they are freed by whoever holds the orphans. */
EDO_TEST_BOTH(orphans_end_beside_forks)
{
    pthread_t forks = start_thread(fork_alone, NULL);

    for (unsigned i = 0; i < 4 * child_count(); i++)
        edo_process_release(begin(&(edo_command){.program = "/bin/true"}));
    a_store(&over, true, relaxed);
    join_thread(forks);
    check_nobody_is_left();
}

enum { RUNTIMES = 3 };

static edo_pipe_sender *its_input;

/* Waits that are cut short, and so take its descriptor from each other; then one to the end. */
static int wait_often(void *arg)
{
    a_fetch_add(&own_count, 1, relaxed);
    wait_until(a_load(&own_count, relaxed) >= RUNTIMES); /* all have begun */
    for (unsigned i = 0; i < test_count(500); i++) {
        edo_process_wait_future wait = edo_process_wait_async(arg, NULL);
        assert_pending(&wait.base);
        edo_future_cancel(&wait.base);
        task_wait_until(edo_test_poll(&wait.base) == EDO_READY);
        assert_int_equal(wait.base.result, -ECANCELED);
    }
    if (a_fetch_add(&own_count, 1, acq_rel) + 1 == 2 * RUNTIMES)
        edo_pipe_sender_close(its_input);
    check_ends(arg, 0, 0);
    return 0;
}

static void *wait_in_a_runtime(void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, wait_often, arg));
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

EDO_TEST_BOTH(runtimes_wait_for_one_child)
{
    edo_process *child = begin_cat();
    pthread_t threads[RUNTIMES];

    its_input = edo_process_take_stdin(child);
    for (int i = 0; i < RUNTIMES; i++)
        threads[i] = start_thread(wait_in_a_runtime, child);
    for (int i = 0; i < RUNTIMES; i++)
        join_thread(threads[i]);
    assert_true(has_no_children());
    edo_process_release(child);
}
