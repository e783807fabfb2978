/*
 * fork.c: a child of fork(2) inherits the memory of its parent's runtimes, and none of their
 * threads. Runtimes remember how many forks came before them; a child counts one more.
 */
#include <pthread.h>

#include "sched/sched.h"

static uint32_t forks; /* atomic */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void in_child(void)
{
    a_fetch_add(&forks, 1, relaxed); /* the child has one thread */
}

static void install(void)
{
    /* Without memory for the handler, children aren't told apart; nothing else depends on it. */
    (void)pthread_atfork(NULL, NULL, in_child);
}

uint32_t fork_count(void)
{
    pthread_once(&once, install);
    return a_load(&forks, relaxed);
}

bool sched_is_ours(const sched *s)
{
    return s->fork_count == a_load(&forks, relaxed);
}
