/* forked.h: what a process says on stderr, and how it ends. */
#ifndef TESTS_FORKED_H
#define TESTS_FORKED_H

#include <stddef.h>

/* Runs `fn` in a forked child, which exits with 0 after it. Its stderr is put into `text`. Returns
 * its wait status. From a test without a runtime, as a fork takes no threads along. */
int forked_run(void (*fn)(void), char *text, size_t room);

#endif
