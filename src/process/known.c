/* known.c: a list under a lock. */
#include "process/known.h"

#include <stddef.h>

#include "base/fork.h"
#include "base/lock.h"

static lock known_lock;
static known_child *first;

/* A child of a fork has none of its parent's children. */
static void forget(void)
{
    first = NULL;
}

void known_add(known_child *child)
{
    fork_guard(&known_lock);
    fork_in_child(forget);
    lock_take(&known_lock);
    child->prev = NULL;
    child->next = first;
    if (first)
        first->prev = child;
    first = child;
    lock_drop(&known_lock);
}

void known_remove(known_child *child)
{
    lock_take(&known_lock);
    if (child->next)
        child->next->prev = child->prev;
    if (child->prev)
        child->prev->next = child->next;
    else if (first == child) /* else it was the parent's of this process */
        first = child->next;
    lock_drop(&known_lock);
}

bool known_has(pid_t pid)
{
    lock_take(&known_lock);
    known_child *child = first;
    while (child && a_load(&child->pid, relaxed) != pid) /* see launch_in_child */
        child = child->next;
    lock_drop(&known_lock);
    return child != NULL;
}
