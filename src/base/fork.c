/* fork.c: one handler for the process; what it has to do is registered once by each module. */
#include "base/fork.h"

#include <pthread.h>
#include <stddef.h>

#define MOST 16

static struct {
    lock lock; /* guards the rest; held over a fork as well, the last one taken */
    lock *guarded[MOST];
    unsigned guarded_count;
    void (*in_child[MOST])(void);
    unsigned in_child_count;
} table;
uint32_t fork_generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before(void)
{
    for (unsigned i = 0; i < table.guarded_count; i++) /* grows before a module's first use */
        lock_take(table.guarded[i]);
    lock_take(&table.lock);
}

static void release(void)
{
    lock_drop(&table.lock);
    for (unsigned i = table.guarded_count; i-- > 0;)
        lock_drop(table.guarded[i]);
}

static void in_child(void)
{
    a_fetch_add(&fork_generation, 1, relaxed); /* the child has one thread */
    release();
    for (unsigned i = 0; i < table.in_child_count; i++)
        table.in_child[i]();
}

static void install(void)
{
    /* Without memory for the handlers children aren't told apart; nothing else depends on it. */
    (void)pthread_atfork(before, release, in_child);
}

void fork_guard(lock *l)
{
    pthread_once(&once, install);
    lock_take(&table.lock);
    unsigned i = 0;
    while (i < table.guarded_count && table.guarded[i] != l)
        i++;
    if (i == table.guarded_count && i < MOST)
        table.guarded[table.guarded_count++] = l;
    lock_drop(&table.lock);
}

void fork_in_child(void (*fn)(void))
{
    pthread_once(&once, install);
    lock_take(&table.lock);
    unsigned i = 0;
    while (i < table.in_child_count && table.in_child[i] != fn)
        i++;
    if (i == table.in_child_count && i < MOST)
        table.in_child[table.in_child_count++] = fn;
    lock_drop(&table.lock);
}
