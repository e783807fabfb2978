/* base/clone.h: a child that shares this process's memory until it is another program. */
#ifndef BASE_CLONE_H
#define BASE_CLONE_H

#include <sys/types.h>

/*
 * Runs fn(arg) in a new process, on a stack that ends at `stack_top` (aligned to 16 bytes), in the memory of
 * this one and without the handlers of fork(2). The calling thread stands still until the child has become
 * another program or has ended, as it does when `fn` returns. All signals should be blocked meanwhile.
 *
 * Returns the child's number, or a negative errno. `ret_pidfd`: where its descriptor is put; NULL: none.
 */
pid_t clone_sharing(int (*fn)(void *arg), void *arg, void *stack_top, int *ret_pidfd);

#endif
