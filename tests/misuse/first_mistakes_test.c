/*
 * first_mistakes_test.c: the seven mistakes that everybody makes first. Each is made in a child, and
 * ends in a sentence on stderr that names the cure.
 */
#define RIG_WATCHES_MUTEXES
#include "runtime/rig.h"

#include <edo/main.h>

/* The sentence is one line of edo's that has all of these words. */
static void check_sentence(const char *err, const char *what, const char *cure)
{
    char copy[8192];

    snprintf(copy, sizeof copy, "%s", err);
    for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
        if (!strncmp(line, "edo: ", 5) && strstr(line, what) && strstr(line, cure))
            return;
    fail_msg("no line with \"%s\" and \"%s\" in: %s", what, cure, err);
}

static int no_sentence_in(const char *err)
{
    return strstr(err, "edo: ") == NULL;
}

/* ---- an error returned from main: in every build --------------------------------------------- */

static int refuse(int argc, char **argv)
{
    (void)argv;
    return argc == 1 ? -ENOENT : 0;
}

static void return_error_from_main(void *arg)
{
    char *argv[] = {"program", NULL};

    _exit(edo_main(NULL, refuse, *(int *)arg, argv));
}

EDO_TEST_PLAIN(an_error_returned_from_main)
{
    char err[8192];
    int status = run_child(return_error_from_main, &(int){1}, err, sizeof err);

    assert_int_equal(WEXITSTATUS(status), 1);
    check_sentence(err, "main returned ENOENT", "handle the error in the program's main");
    assert_int_equal(run_child(return_error_from_main, &(int){2}, err, sizeof err), 0);
    assert_true(no_sentence_in(err));
}

/* ---- char big[300000] ------------------------------------------------------------------------ */

static int use_too_much(void *arg)
{
    volatile char big[300000];

    for (size_t i = 0; i < sizeof big; i += 256)
        big[sizeof big - 1 - i] = (char)i; /* from the top down, as calls would */
    return big[4] + (arg != NULL);
}

static int spawn_too_much(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn_with(arg, use_too_much, NULL, &task));
    return join_result(task) != 0;
}

static void overflow_the_stack(void *arg)
{
    edo_runtime *runtime = make_current();

    edo_spawn_opts opts = {.stack_size = *(size_t *)arg};
    edo_block_on(runtime, spawn_too_much, &opts);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(an_array_larger_than_the_stack)
{
    char err[8192];
    size_t size = 0;
    int status = run_child(overflow_the_stack, &size, err, sizeof err);

    assert_int_not_equal(status, 0);
    check_sentence(err, "stack overflow in task", "put large arrays on the heap");
    check_sentence(err, "first_mistakes_test.c:", "edo_spawn_opts.stack_size");
    size = 1 << 20; /* the cure */
    assert_int_equal(run_child(overflow_the_stack, &size, err, sizeof err), 0);
    assert_true(no_sentence_in(err));
}

#if EDO_DEBUG

/* ---- blocking in sleep(3) -------------------------------------------------------------------- */

static int rest(void *arg)
{
    if (*(int *)arg)
        return edo_sleep(EDO_MILLIS(60));
    block_thread_for(60);
    return 0;
}

static void block_in_task(void *arg)
{
    edo_runtime *runtime = make_multi(1);

    edo_block_on(runtime, rest, arg);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(blocking_in_sleep)
{
    char err[8192];

    assert_int_equal(run_child(block_in_task, &(int){0}, err, sizeof err), 0);
    check_sentence(err, "has blocked its worker", "use edo_sleep instead of");
    check_sentence(err, "first_mistakes_test.c:", "edo_sleep");
    for (int i = 0; i < 5; i++) { /* the system may stop a worker for 10 ms as well, now and then */
        assert_int_equal(run_child(block_in_task, &(int){1}, err, sizeof err), 0);
        if (no_sentence_in(err))
            break;
    }
    assert_true(no_sentence_in(err));
}

/* ---- a pthread mutex held across an await ---------------------------------------------------- */

static int hold_over_await(void *arg)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    int rc, way = *(int *)arg;

    if (way == 2) /* the same by trylock, and under the functions' own names */
        assert_int_equal(edo_debug_mutex_trylock(&mutex, EDO_HERE), 0);
    else
        pthread_mutex_lock(&mutex);
    assert_int_equal(pthread_mutex_trylock(&mutex), EBUSY); /* and that is no second one held */
    if (way == 1)
        edo_debug_mutex_unlock(&mutex);
    rc = edo_sleep(way == 1 ? EDO_MILLIS(1) : EDO_SECONDS(10)); /* refused; not over at once */
    if (way != 1)
        pthread_mutex_unlock(&mutex);
    assert_int_equal(edo_debug_mutex_lock(&mutex, EDO_HERE), 0);
    pthread_mutex_unlock(&mutex);
    return rc == (way == 1 ? 0 : -EDO_EMISUSE) && edo_sleep(EDO_MILLIS(1)) == 0;
}

static void await_with_mutex(void *arg)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = 1, .monitor = EDO_MONITOR_OFF));

    if (edo_block_on(runtime, hold_over_await, arg) != 1)
        _exit(3);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(a_mutex_held_across_an_await)
{
    char err[8192];

    for (int way = 0; way <= 2; way += 2) {
        assert_int_equal(run_child(await_with_mutex, &way, err, sizeof err), 0);
        check_sentence(err, "awaits while it holds the pthread mutex",
                       "unlock it before the await");
        check_sentence(err, "locked at", "first_mistakes_test.c:");
    }
    assert_int_equal(run_child(await_with_mutex, &(int){1}, err, sizeof err), 0);
    assert_true(no_sentence_in(err));
}

/* ---- a pointer to the spawner's stack given to a task that outlives it ----------------------- */

static int use_pointer(void *arg)
{
    for (int i = 0; i < 5; i++)
        if (edo_yield() < 0)
            return 0;
    return arg != NULL; /* *arg would be somebody else's by now */
}

static int lend_stack(void *arg)
{
    int local = 1;

    switch (*(int *)arg) {
    case 0:
        return edo_spawn(use_pointer, &local, NULL);
    case 1: /* a cure: a copy */
        return edo_spawn_copy(use_pointer, &local, sizeof local, NULL);
    default: { /* the other: the spawner outlives it */
        edo_task task;
        assert_ok(edo_spawn(use_pointer, &local, &task));
        return join_result(task) - 1;
    }
    }
}

static int lend_and_wait(void *arg)
{
    edo_task lender;

    assert_ok(edo_spawn(lend_stack, arg, &lender));
    assert_int_equal(join_result(lender), 0);
    return edo_sleep(EDO_MILLIS(5));
}

static void outlive_the_spawner(void *arg)
{
    edo_runtime *runtime = make_current();

    edo_block_on(runtime, lend_and_wait, arg);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(a_pointer_to_a_stack_that_is_gone)
{
    char err[8192];

    assert_int_equal(run_child(outlive_the_spawner, &(int){0}, err, sizeof err), 0);
    check_sentence(err, "was given a pointer to the stack of task", "use edo_spawn_copy");
    for (int cure = 1; cure <= 2; cure++) {
        assert_int_equal(run_child(outlive_the_spawner, &cure, err, sizeof err), 0);
        assert_true(no_sentence_in(err));
    }
}

/* ---- a task never joined --------------------------------------------------------------------- */

static int forget_task(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(do_nothing, NULL, &task));
    if (*(int *)arg == 1)
        return join_result(task);
    return *(int *)arg == 2 ? edo_task_detach(task) : 0;
}

static void never_join(void *arg)
{
    edo_runtime *runtime = make_current();

    edo_block_on(runtime, forget_task, arg);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(a_task_never_joined)
{
    char err[8192];

    assert_int_equal(run_child(never_join, &(int){0}, err, sizeof err), 0);
    check_sentence(err, "was never joined", "join or detach it");
    check_sentence(err, "first_mistakes_test.c:", "spawn with NULL");
    for (int cure = 1; cure <= 2; cure++) {
        assert_int_equal(run_child(never_join, &cure, err, sizeof err), 0);
        assert_true(no_sentence_in(err));
    }
}

/* ---- awaiting outside of a runtime ----------------------------------------------------------- */

static int rest_inside(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_MILLIS(1));
}

static void await_outside(void *arg)
{
    edo_runtime *runtime;

    if (*(int *)arg == 0)
        _exit(edo_sleep(EDO_MILLIS(1)) == -EDO_ENORUNTIME ? 0 : 3);
    if (*(int *)arg == 1)
        _exit(edo_spawn(do_nothing, NULL, NULL) == -EDO_ENORUNTIME ? 0 : 3);
    runtime = make_current();
    if (edo_block_on(runtime, rest_inside, NULL) != 0)
        _exit(3);
    edo_runtime_free(runtime);
}

EDO_TEST_PLAIN(awaiting_outside_of_a_runtime)
{
    char err[8192];

    assert_int_equal(run_child(await_outside, &(int){0}, err, sizeof err), 0);
    check_sentence(err, "there is none on this thread", "run it inside of edo_block_on");
    assert_int_equal(run_child(await_outside, &(int){1}, err, sizeof err), 0);
    check_sentence(err, "first_mistakes_test.c:", "spawn inside of edo_block_on");
    assert_int_equal(run_child(await_outside, &(int){2}, err, sizeof err), 0);
    assert_true(no_sentence_in(err));
}
#endif
