/*
 * child_leaks.h: children of a process with several threads, in which leaks don't count. Include it in
 * one file of a program.
 *
 * A child has none of its parent's threads, so what only these knew of in their registers and on their
 * stacks (a listener, a thread that is just being started) counts as leaked at its exit. Their
 * stopping is also what LeakSanitizer would wait for.
 */
#ifndef TESTS_RUNTIME_CHILD_LEAKS_H
#define TESTS_RUNTIME_CHILD_LEAKS_H

#include <stdbool.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

static bool leaks_are_left_alone;

int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return leaks_are_left_alone;
}

/* In the child, first: errors count, leaks don't. */
static inline void leave_leaks_alone(void)
{
    leaks_are_left_alone = true;
#ifdef VALGRIND_CLO_CHANGE
    VALGRIND_CLO_CHANGE("--leak-check=no");
#endif
}

#endif
