/* child.h: between the parent, which counts, and the child, in which a test runs. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include "support/edo_test.h"

/* In memory that both share. */
struct child_report {
    bool finished;  /* the body and the end of its runtime: so exit(0) in a test is no success */
    char skip[256]; /* the reason, or "" */
};

/* Runs the test in this process; returns when it has passed. */
void child_run(edo_test_case *test, struct child_report *report);

#endif
