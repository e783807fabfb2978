/*
 * run.c: a runtime for each test, and nothing left of it afterwards.
 *
 * A task that doesn't end keeps its runtime: that is given up to a thread which waits for it, since a test
 * that failed is not to hang as well.
 */
#include <edo/testing_run.h>

#include <errno.h>
#include <stdio.h>

#include <edo/dump.h>
#include <edo/error.h>
#include <edo/runtime.h>

#define PATIENCE_S 5

/* The first of them, in words, and how many. */
typedef struct left_over {
    unsigned count;
    char text[256];
} left_over;

static void note(const edo_task_dump *task, void *arg)
{
    left_over *left = arg;

    if (left->count++ == 0)
        snprintf(left->text, sizeof left->text, "%s%s%s awaits %s",
                 task->name ? task->name : "the one", task->place ? " spawned at " : "",
                 task->place ? task->place : "", task->awaits ? task->awaits : "nothing");
}

/* False: somebody doesn't end, and the test has failed. */
static bool end(const char *file, int line, edo_runtime *runtime, edo_duration patience)
{
    left_over left = {.text = ""};

    if (edo_runtime_shutdown(runtime, patience) != -ETIMEDOUT) {
        edo_runtime_free(runtime);
        return true;
    }
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_dump(handle, note, &left);
    edo_handle_unref(handle);
    edo_runtime_shutdown_background(runtime); /* no thread for it: it stays as it is */
    edo_test_fail(file, line, "%u task%s did not end after the test: %s", left.count,
                  left.count == 1 ? "" : "s", left.text);
    return false;
}

static int build(const edo_test_run_opts *opts, edo_runtime **ret_runtime)
{
    edo_runtime_opts wanted = {
        .kind = opts->workers ? EDO_MULTI_THREAD : EDO_CURRENT_THREAD,
        .workers = (int)opts->workers,
        .start_paused = opts->paused,
        .name = "test",
    };

    return edo_runtime_new(&wanted, ret_runtime);
}

static int run(const char *file, int line, const edo_test_run_opts *opts, int (*fn)(void *arg),
               void *arg, bool *ret_ended)
{
    static const edo_test_run_opts defaults;
    edo_runtime *runtime;

    *ret_ended = true;
    if (!opts)
        opts = &defaults;
    int rc = fn ? build(opts, &runtime) : -EINVAL;
    if (rc < 0)
        return rc;
    rc = edo_block_on(runtime, fn, arg);
    *ret_ended =
        end(file, line, runtime, opts->patience.ns ? opts->patience : EDO_SECONDS(PATIENCE_S));
    return rc;
}

int edo_test_block_on_from(const char *file, int line, const edo_test_run_opts *opts,
                           int (*fn)(void *arg), void *arg)
{
    bool ended;
    int rc = run(file, line, opts, fn, arg, &ended);

    return ended ? rc : -ETIMEDOUT;
}

void edo_test_run(const char *file, int line, const char *name, const edo_test_run_opts *opts,
                  int (*fn)(void *arg))
{
    bool ended;
    int rc = run(file, line, opts, fn, NULL, &ended);

    if (rc < 0)
        edo_test_fail(file, line, "%s returned %s (%s)", name, edo_err_name(rc), edo_strerror(rc));
}
