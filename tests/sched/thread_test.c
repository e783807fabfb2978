/* thread_test.c: a thread's own record. */
#include "runtime/rig.h"

#include <dlfcn.h>

#include "base/macros.h"
#include "sched/sched.h"

static bool takes_its_time, is_inside; /* atomic */

#if !HAS_TSAN
/* Before libc's. */
int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int (*real)(pthread_key_t *, void (*)(void *));

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_key_create");
    if (a_xchg(&takes_its_time, false, seq_cst)) {
        a_store(&is_inside, true, release);
        block_thread_for(100);
    }
    return real(key, destructor);
}
#endif

static void *first_to_park(void *arg)
{
    assert_non_null(thread_parker(thread_self()));
    return arg;
}

static void park_as_well(void *arg)
{
    alarm(5 * test_scale());
    first_to_park(arg);
}

EDO_TEST_PLAIN(a_fork_while_the_first_thread_begins_to_park_waits_for_it)
{
    char err[4096];

    if (HAS_TSAN)
        EDO_SKIP("TSan has taken pthread_key_create's place");
    edo_runtime *runtime = make_current(); /* from here on forks are watched */
    a_store(&takes_its_time, true, seq_cst);
    pthread_t other = start_thread(first_to_park, NULL);
    wait_until(a_load(&is_inside, acquire));
    assert_int_equal(run_child(park_as_well, NULL, err, sizeof err), 0);
    join_thread(other);
    assert_ok(edo_runtime_free(runtime));
}
