/* fork.c: one handler for the process; what it has to do is registered once by each module. */
#include "base/fork.h"

#include <pthread.h>
#include <stddef.h>

#include "base/atomic.h"

#define MOST 32 /* more than there are modules with something to guard */

static struct {
    lock lock; /* guards the rest; held over a fork as well, the last one taken */
    lock *guarded[MOST];
    unsigned guarded_count; /* atomic; written under the lock */
    void (*in_child[MOST])(void);
    unsigned in_child_count;
} table;
uint32_t fork_generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Another module may come for the first time meanwhile, until the table's lock is held: with all of them. */
static void before(void)
{
    unsigned taken = 0;

    for (;; lock_drop(&table.lock)) {
        /* acquire: pairs with the release in fork_guard. */
        unsigned count = a_load(&table.guarded_count, acquire);
        while (taken < count)
            lock_take(table.guarded[taken++]);
        lock_take(&table.lock);
        if (a_load(&table.guarded_count, relaxed) == taken) /* the lock orders it */
            return;
    }
}

static void release(void)
{
    unsigned taken = a_load(&table.guarded_count, relaxed); /* while nobody can come */

    lock_drop(&table.lock);
    while (taken > 0)
        lock_drop(table.guarded[--taken]);
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
    if (i == table.guarded_count && i < MOST) {
        table.guarded[i] = l;
        a_store(&table.guarded_count, i + 1, release); /* pairs with the acquire in before */
    }
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
