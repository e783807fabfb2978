/*
 * guard.c: three kinds of guard, from the best to the one that always works.
 *
 * madvise    MADV_GUARD_INSTALL (Linux 6.13): a mark in the page tables, which splits no mapping.
 *            Emulators say yes to advice that they don't know, so it is believed only after the
 *            kernel itself has failed to read from a guarded page.
 * mprotect   Splits the mapping: two more entries of vm.max_map_count a guard, of which a quarter
 *            is taken at most, since malloc and dlopen need some, too.
 * canary     A pattern at the low end, looked at when a task leaves the stack: it doesn't prevent
 *            the damage, but the process ends before it can spread.
 */
#include "context/guard.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <edo/errno.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "base/report.h"
#include "base/sys.h"
#include "context/sanitizer.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define ENTRIES_PER_GUARD 2
#define CANARY_WORDS 8
#define CANARY UINT64_C(0x6564e0ca4a51e0de) /* odd bits, no address, no text */

#define NOT_COUNTED LONG_MIN

static bool is_known;                       /* atomic: the next two are */
static guard_kind kind;                     /* the best to try; atomic: tests change it later */
static long map_entries_left = NOT_COUNTED; /* for mprotect; atomic */

/* Whether a write(2) out of the page says EFAULT. */
static bool kernel_cannot_read(void *page)
{
    int fds[2];
    ssize_t n;

    if (sys_pipe2(fds, O_NONBLOCK) < 0)
        return false; /* not known is no */
    n = sys_write(fds[1], page, 1);
    sys_close(fds[0]);
    sys_close(fds[1]);
    return n == -EFAULT;
}

static bool madvise_guards(void)
{
    size_t len = sys_page_size();
    void *page = NULL;
    bool works;

    if (sys_mmap_anonymous(len, MAP_NORESERVE, &page) < 0)
        return false;
    works = sys_madvise(page, len, MADV_GUARD_INSTALL) == 0 && kernel_cannot_read(page);
    sys_munmap(page, len);
    return works;
}

/* Several threads may find it out at once, and come to the same. No thread waits for another: one
 * that was just looking is missing in a child of fork(2). */
static void find_kind(void)
{
    long not_counted = NOT_COUNTED;

    /* acquire: pairs with the release below. */
    if (likely(a_load(&is_known, acquire)))
        return;
    /* relaxed: only the first one counts; the release below publishes. */
    a_cas(&map_entries_left, &not_counted, sys_max_map_count() / 4, relaxed, relaxed);
    a_store(&kind, madvise_guards() ? GUARD_MADVISE : GUARD_MPROTECT, relaxed);
    a_store(&is_known, true, release);
}

guard_kind stack_guard_kind(void)
{
    find_kind();
    /* relaxed: both kinds that a stack may see while a test changes it work. */
    guard_kind best = a_load(&kind, relaxed);
    if (best == GUARD_MPROTECT && a_load(&map_entries_left, relaxed) < ENTRIES_PER_GUARD)
        best = GUARD_CANARY;
    return best;
}

void stack_guard_force(guard_kind wanted)
{
    find_kind();
    a_store(&kind, wanted, relaxed);
}

static char *guard_of(const stack *s)
{
    return s->low - STACK_GUARD_SIZE;
}

static bool protect(const stack *s)
{
    /* relaxed: a count of a resource; it guards no memory. */
    if (a_fetch_sub(&map_entries_left, ENTRIES_PER_GUARD, relaxed) >= ENTRIES_PER_GUARD &&
        sys_mprotect(guard_of(s), STACK_GUARD_SIZE, PROT_NONE) == 0)
        return true;
    a_fetch_add(&map_entries_left, ENTRIES_PER_GUARD, relaxed);
    return false;
}

void guard_install(stack *s)
{
    guard_kind best = stack_guard_kind();

    s->guarded = true;
    guard_kind got = GUARD_CANARY;
    if (best == GUARD_MADVISE &&
        sys_madvise(guard_of(s), STACK_GUARD_SIZE, MADV_GUARD_INSTALL) == 0)
        got = GUARD_MADVISE;
    else if (best != GUARD_CANARY && protect(s)) /* also in locked memory, which takes no marks */
        got = GUARD_MPROTECT;
    a_store(&s->guard, got,
            relaxed); /* it comes with the stack; a late look at a peak may see it */
}

void guard_remove(stack *s)
{
    if (s->guarded && s->guard == GUARD_MPROTECT)
        a_fetch_add(&map_entries_left, ENTRIES_PER_GUARD, relaxed);
    s->guarded = false;
}

void guard_arm(stack *s)
{
    if (likely(s->guard != GUARD_CANARY))
        return;
    uint64_t *word = (uint64_t *)(void *)s->low;
    for (int i = 0; i < CANARY_WORDS; i++)
        word[i] = CANARY;
}

/* A task that was stopped in the middle of a frame leaves ASan's marks on it. */
NO_ASAN bool stack_canary_is_whole(const stack *s)
{
    const uint64_t *word = (const uint64_t *)(const void *)s->low;

    for (int i = 0; i < CANARY_WORDS; i++)
        if (word[i] != CANARY)
            return false;
    return true;
}

void guard_check(const stack *s)
{
    if (likely(stack_is_whole(s)))
        return;
    report("a stack of %zu bytes was overrun: the memory below %p is corrupt", s->size,
           (void *)s->low);
    abort();
}
