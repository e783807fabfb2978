/* failures.h: catches what libedo-test fails with, to test the failures themselves. */
#ifndef TESTS_TESTING_FAILURES_H
#define TESTS_TESTING_FAILURES_H

#include "support/edo_test.h"

#include <stdio.h>
#include <string.h>

static unsigned failures;
static char failure_text[1024];
static char failure_file[256];
static int failure_line;

static void catch_failure(const char *text, const char *file, int line)
{
    failures++;
    snprintf(failure_text, sizeof failure_text, "%s", text);
    snprintf(failure_file, sizeof failure_file, "%s", file);
    failure_line = line;
}

/* Runs the statement, which has to fail once, with `part` in its text. */
#define check_fails(statement, part)                                                               \
    do {                                                                                           \
        failures = 0;                                                                              \
        edo_test_on_failure(catch_failure);                                                        \
        statement;                                                                                 \
        edo_test_on_failure(fail_again);                                                           \
        assert_int_equal(failures, 1);                                                             \
        if (!strstr(failure_text, part))                                                           \
            fail_msg("'%s' does not say '%s'", failure_text, part);                                \
    } while (0)

static void fail_again(const char *text, const char *file, int line)
{
    print_error("%s\n", text);
    _fail(file, line);
}

#endif
