/* edo_test.c: what runs inside the child: a runtime, the test's body, and how it ends. */
#include "support/edo_test.h"
#include "support/child.h"
#include "support/fake_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static edo_runtime *runtime;
static edo_test_kind running_kind;
static struct child_report *report_to;

edo_runtime *test_runtime(void)
{
    return runtime;
}

int test_workers(void)
{
    const char *text = getenv("EDO_TEST_WORKERS");
    int workers = text ? atoi(text) : 2;

    return workers > 0 ? workers : 2;
}

bool test_time_is_paused(void)
{
    return running_kind == TEST_CURRENT;
}

void edo_test_skip(const char *reason)
{
    snprintf(report_to->skip, sizeof report_to->skip, "%s", reason);
    fflush(NULL);
    _exit(0); /* not exit(): a leak is no reason to fail what was skipped */
}

/* Fails by cmocka's own ways, so that both kinds of assertions look alike. */
static void fail_by_cmocka(const char *text, const char *file, int line)
{
    print_error("%s\n", text);
    _fail(file, line);
}

static int run_body(void *arg)
{
    const edo_test_case *test = arg;

    test->body();
    return 0;
}

void child_run(edo_test_case *test, struct child_report *report)
{
    edo_runtime_opts opts = {.kind = EDO_CURRENT_THREAD, .start_paused = true};

    report_to = report;
    running_kind = test->kind;
    edo_test_on_failure(fail_by_cmocka);
    fake_driver_offer(); /* for EDO_DRIVER=fake */
    if (test->kind == TEST_PLAIN) {
        test->body();
    } else {
        if (test->kind == TEST_MULTI)
            opts = (edo_runtime_opts){.kind = EDO_MULTI_THREAD, .workers = test_workers()};
        assert_ok(edo_runtime_new(&opts, &runtime));
        assert_ok(edo_block_on(runtime, run_body, test));
        assert_ok(edo_runtime_free(runtime));
    }
    report->finished = true;
}
