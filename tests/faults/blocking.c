/*
 * blocking.c: calls that block, on threads that may not start, and in place.
 *
 * Each call that was taken runs once, with its argument whole, if only on the threads that there are;
 * one that was refused doesn't, and is not released either.
 */
#include <string.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { LARGE = 2000, CALLS = 4, IN_PLACE = 3 };

static unsigned runs, taken, releases; /* atomic */

static int count_run(void *arg)
{
    (void)arg;
    a_fetch_add(&runs, 1, relaxed);
    return 7;
}

static int check_copy(void *arg)
{
    const unsigned char *bytes = arg;

    for (int i = 0; i < LARGE; i++)
        if (bytes[i] != (unsigned char)i)
            return -1;
    return count_run(arg);
}

static void count_release(void *arg)
{
    (void)arg;
    a_fetch_add(&releases, 1, relaxed);
}

static unsigned make_calls(edo_task calls[CALLS])
{
    unsigned char bytes[LARGE];
    unsigned made = 0;
    int rc;

    for (int i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)i;
    for (int i = 0; i < CALLS; i++) {
        PERSIST(rc, edo_spawn_blocking_with(EDO_OPTS(blocking, .name = "named",
                                                     .copy_size = i % 2 ? LARGE : 0,
                                                     .release = count_release),
                                            i % 2 ? check_copy : count_run, bytes, &calls[made]));
        made += rc == 0;
    }
    memset(bytes, 0, sizeof bytes);
    return made;
}

/* What was refused is in no set. */
static void join_calls_of_a_set(void)
{
    edo_join_set *set;
    edo_joined joined;
    unsigned made = 0;
    int rc;

    PERSIST(rc, edo_join_set_new(&set));
    if (rc < 0)
        return;
    for (int i = 0; i < CALLS; i++) {
        PERSIST(rc, edo_join_set_spawn_blocking(set, count_run, NULL, NULL));
        made += rc == 0;
    }
    a_fetch_add(&taken, made, relaxed);
    CHECK(edo_join_set_len(set) == made);
    for (; made > 0; made--) {
        PERSIST(rc, edo_join_set_next(set, &joined));
        CHECK(rc == 1 && joined.result == 7);
    }
    CHECK(edo_join_set_is_empty(set));
    edo_join_set_free(set);
}

static int block_all(void *arg)
{
    edo_task calls[CALLS];
    int rc, result;

    trial_arm();
    unsigned made = make_calls(calls);
    a_fetch_add(&taken, made, relaxed);
    for (unsigned i = 0; i < made; i++) {
        PERSIST(rc, edo_join(calls[i], &result));
        CHECK(rc < 0 || result == 7);
    }
    join_calls_of_a_set();
    if (*(edo_runtime_kind *)arg == EDO_MULTI_THREAD)
        for (int i = 0; i < IN_PLACE; i++) {
            CHECK(edo_block_in_place(count_run, NULL) == 7);
            a_fetch_add(&taken, 1, relaxed);
        }
    return 0;
}

void use_blocking(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    runs = taken = releases = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .max_blocking_threads = 3,
                                  .blocking_stack_size = (size_t)256 << 10),
                         &runtime));
    MUST(edo_block_on(runtime, block_all, &kind));
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(runs == taken && releases == 0);
}
