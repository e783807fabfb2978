/* ended.h: what belongs to a runtime that has ended, or that ends while somebody waits on it. */
#ifndef TESTS_NET_ENDED_H
#define TESTS_NET_ENDED_H

#include "support/edo_test.h"
#include "support/tcp.h"

typedef struct belongings {
    int (*make)(void *arg);       /* in the runtime that ends */
    int (*check_over)(void *arg); /* in another one: what uses them says so */
    int (*wait)(void *arg); /* in the runtime that ends: makes them, and has tasks wait on them */
    void (*check_told)(void *arg); /* these tasks were told */
    void (*close)(void *arg);
    void *arg;
} belongings;

static inline edo_runtime *runtime_that_ends(edo_runtime_kind kind)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    return runtime;
}

static inline void check_use_after_the_end(const belongings *of, edo_runtime_kind kind)
{
    int fds = open_fds();
    edo_runtime *runtime = runtime_that_ends(kind), *other;

    assert_ok(edo_block_on(runtime, of->make, of->arg));
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &other));
    assert_ok(edo_block_on(other, of->check_over, of->arg));
    assert_ok(edo_runtime_free(other));
    of->close(of->arg);
    if (!driver_is_fake()) /* whose threads keep descriptors */
        assert_int_equal(open_fds(), fds);
}

static inline void check_end_while_waiting(const belongings *of, edo_runtime_kind kind)
{
    edo_runtime *runtime = runtime_that_ends(kind);

    assert_ok(edo_block_on(runtime, of->wait, of->arg));
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
    of->check_told(of->arg);
    assert_ok(edo_runtime_free(runtime));
    of->close(of->arg);
}

#endif
