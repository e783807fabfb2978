/*
 * dumpable.c: the flag that lets a process be traced and have a core.
 *
 * Why         The kernel clears it in the memory of whoever changes its user or group, and that memory is ours
 *             too until the child has become its program.
 * The last    of several such children brings it back: until then one that is somebody else already could be traced by
 *             them, and our memory be read that way.
 */
#include "process/dumpable.h"

#include <stdbool.h>

#include "base/fork.h"
#include "base/lock.h"
#include "base/sys_process.h"

static struct {
    lock lock; /* guards the rest */
    unsigned children;
    bool was; /* before the first of them */
} lent;

static void bring_back(void)
{
    if (lent.was)
        sys_make_dumpable();
}

/* A child of a fork has its memory for itself. */
static void forget(void)
{
    if (lent.children)
        bring_back();
    lent.children = 0;
}

void dumpable_lend(void)
{
    fork_guard(&lent.lock);
    fork_in_child(forget);
    lock_take(&lent.lock);
    if (lent.children++ == 0)
        lent.was = sys_is_dumpable();
    lock_drop(&lent.lock);
}

void dumpable_take_back(void)
{
    lock_take(&lent.lock);
    if (--lent.children == 0)
        bring_back();
    lock_drop(&lent.lock);
}
