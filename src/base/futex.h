/* base/futex.h: sleeping on a word of memory, and waking who sleeps there. */
#ifndef BASE_FUTEX_H
#define BASE_FUTEX_H

#include <stdint.h>

/*
 * Sleeps while *word is `expected`, until woken or until `until_ns` of the monotonic clock
 * (UINT64_MAX: for ever). Returns 0 when woken or when the word differed, -ETIMEDOUT; it may also
 * return 0 for no reason, so callers look again. EINTR is not reported.
 */
int futex_wait(uint32_t *word, uint32_t expected, uint64_t until_ns);
/* Wakes at most n threads that sleep on the word. The memory may be gone: that is not an error. */
void futex_wake(uint32_t *word, int n);

#endif
