/*
 * edo_test.h: the tests' harness, on cmocka's assertions.
 *
 * Each test runs in a forked child that builds its own runtime. An assertion that fails aborts the
 * child, on whichever stack or thread it stands; the parent reports its exit, its signal or its
 * time limit. A test registers itself; the program's main() is in here too.
 *
 *     x_test ['glob' ...] [--list] [--multi] [--repeat N]
 *
 * --multi: only the tests on the multi-thread runtime. In the environment: EDO_TEST_WORKERS (2),
 * EDO_TEST_SCALE (1: multiplies limits), EDO_TEST_NO_FORK=1 (runs the one test that was named in
 * this process, for a debugger).
 */
#ifndef TESTS_EDO_TEST_H
#define TESTS_EDO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <edo.h>
#include <edo/testing.h>

#include "support/support.h"

typedef enum edo_test_kind {
    TEST_PLAIN,   /* on the child's main thread, without a runtime */
    TEST_CURRENT, /* root task of a current-thread runtime whose time is paused */
    TEST_MULTI    /* root task of a multi-thread runtime with EDO_TEST_WORKERS workers */
} edo_test_kind;

typedef struct edo_test_case {
    const char *name;
    const char *variant; /* "/current", "/multi" or "" */
    edo_test_kind kind;
    void (*body)(void);
    struct edo_test_case *next;
} edo_test_case;

void edo_test_register(edo_test_case *test);

/* The runtime of the running test; NULL in a plain one. */
edo_runtime *test_runtime(void);
/* How many workers a multi-thread test's runtime has. */
int test_workers(void);
/* Whether this is a current-thread test, whose time stands still unless it was resumed. */
bool test_time_is_paused(void);

/* Ends the running test as skipped. The reason needs a line in tests/SKIPS. */
#define EDO_SKIP(reason) edo_test_skip(reason)
_Noreturn void edo_test_skip(const char *reason);

/* EDO_TEST(name) { body }: current-thread, paused time. MT: multi-thread, real time. BOTH: once
 * each, as name/current and name/multi. PLAIN: no runtime. */
#define EDO_TEST(name) EDO_TEST_DEFINE_(name, {#name, "", TEST_CURRENT, test_##name, NULL})
#define EDO_TEST_MT(name) EDO_TEST_DEFINE_(name, {#name, "", TEST_MULTI, test_##name, NULL})
#define EDO_TEST_PLAIN(name) EDO_TEST_DEFINE_(name, {#name, "", TEST_PLAIN, test_##name, NULL})
#define EDO_TEST_BOTH(name)                                                                        \
    EDO_TEST_DEFINE_(name, {#name, "/current", TEST_CURRENT, test_##name, NULL},                   \
                     {#name, "/multi", TEST_MULTI, test_##name, NULL})

#define EDO_TEST_DEFINE_(name, ...)                                                                \
    static void test_##name(void);                                                                 \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        static edo_test_case cases[] = {__VA_ARGS__};                                              \
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)                                  \
            edo_test_register(&cases[i]);                                                          \
    }                                                                                              \
    static void test_##name(void)

#endif
