/* base/thread.h: the only place that starts threads. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Starts a thread with every signal that can be handled left as the caller has it, and a name of
 * at most 15 bytes. Returns 0 or a negative errno.
 */
int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name);
/* The same, with a stack of so many bytes, or a few more; 0: the system's size. */
int thread_start_sized(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name,
                       size_t stack_size);
void thread_join(pthread_t thread);
/* The calling thread. */
pthread_t thread_id(void);
/* The calling thread will not be joined. */
void thread_detach_self(void);
/* Gives the processor away once. */
void thread_yield(void);
/* Sleeps; for the bounded waits of slow paths only. */
void thread_nap(uint64_t ns);

#endif
