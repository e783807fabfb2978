/* support.h: what tests need of the system: waiting, threads, and what the process uses. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* How much slower this run is than a plain one, at least 1: EDO_TEST_SCALE. Multiply limits. */
unsigned test_scale(void);
/* What to multiply limits by that only end what hangs: the scale, and more on a busy machine. */
unsigned test_patience(void);
/* n rounds of a plain run, fewer in a slower one, at least 1. */
unsigned test_count(unsigned n);
/* Whether an emulator of the processor runs this: it has threads and memory of its own. */
bool test_is_emulated(void);

/* Really blocks the thread. The only real wait in the tests but for those that poll below. */
void block_thread_for(unsigned ms);

/* Nanoseconds of the system's clock; of the processor time that the process has used. */
uint64_t real_time_ns(void);
uint64_t cpu_time_ns(void);

/*
 * Waits until `cond`, at most 5 s (times the patience), else fails. wait_until blocks the thread;
 * task_wait_until, in a task, lets others run.
 */
#define wait_until(cond) WAIT_UNTIL_(cond, wait_nap)
#define task_wait_until(cond) WAIT_UNTIL_(cond, task_wait_nap)
#define WAIT_UNTIL_(cond, nap)                                                                     \
    do {                                                                                           \
        uint64_t until_ = wait_limit();                                                            \
        while (!(cond))                                                                            \
            nap(until_, #cond, __FILE__, __LINE__);                                                \
    } while (0)
uint64_t wait_limit(void);
void wait_nap(uint64_t until, const char *cond, const char *file, int line);
void task_wait_nap(uint64_t until, const char *cond, const char *file, int line);

/* Plain threads; a failure fails the test. join_thread returns what `fn` returned. */
pthread_t start_thread(void *(*fn)(void *arg), void *arg);
void *join_thread(pthread_t thread);

/* Resident memory, open descriptors and threads of this process. */
long rss_kib(void);
int open_fds(void);
int thread_count(void);

/* The same once the threads that a sanitizer or an emulator adds are there; a thread that is joined lasts a
 * moment longer. wait_for_thread_count waits until no more than `count` are left. */
int settled_thread_count(void);
void wait_for_thread_count(int count);

/* Threads beside this one of that name (NULL: any), and how many of them don't sleep. */
int thread_count_named(const char *name, int *ret_awake);

/* Before a fork(2) whose child allocates: under ASan waits until every other thread sleeps, since
 * its allocator's locks are copied as they are at that moment. */
void settle_threads(void);

#endif
