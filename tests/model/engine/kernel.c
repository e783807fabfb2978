/*
 * kernel.c: what base asks of the system, for modelled threads: futex, clock, threads, membarrier.
 *
 * Futex       Comparing and going to sleep is one step, on the newest value. Sleepers are woken first
 *             come first. Nothing is synchronised by it.
 * Time        stands still, unless a deadline passes: see threads.c.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/internal.h"

#define KERNEL_PLACE(what) MODEL_PLACE(what)

int futex_wait(uint32_t *word, uint32_t expected, uint64_t until_ns);
void futex_wake(uint32_t *word, int n);
uint64_t clock_now(void);
int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name);
int thread_start_sized(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name,
                       size_t stack_size);
pthread_t thread_id(void);
void thread_join(pthread_t thread);
void thread_detach_self(void);
void thread_yield(void);
void thread_nap(uint64_t ns);
int sys_membarrier_register(void);
int sys_membarrier(void);

/* --- futex -------------------------------------------------------------------------------- */

static bool is_awake(void *arg)
{
    return ((thread_state *)arg)->futex_place == 0;
}

int futex_wait(uint32_t *word, uint32_t expected, uint64_t until_ns)
{
    const model_place *place = KERNEL_PLACE("futex_wait");
    thread_state *t = me();

    if (!M->active || M->self == 0)
        return 0;
    point(place);
    object *o = object_at((char *)word + 1); /* beside a lock that has the same address */
    bool sleeps = *word == expected;
    object_event(o, sleeps);
    trace(place, word, *word, expected, NULL, false);
    if (!sleeps)
        return 0;
    t->futex_word = word;
    t->futex_place = ++M->wait_count;
    bool woken = wait_for(is_awake, t, word, until_ns, "sleeps on a futex", place);
    t->futex_place = 0;
    object_event(o, 5 + woken);
    return woken ? 0 : -ETIMEDOUT;
}

static thread_state *first_sleeper(const uint32_t *word)
{
    thread_state *first = NULL;

    for (unsigned i = 1; i < THREADS; i++) {
        thread_state *t = &M->threads[i];
        if (t->status == WAITING && t->futex_place && t->futex_word == word &&
            (!first || t->futex_place < first->futex_place))
            first = t;
    }
    return first;
}

void futex_wake(uint32_t *word, int n)
{
    const model_place *place = KERNEL_PLACE("futex_wake");

    if (!M->active || M->self == 0)
        return;
    point(place);
    object_event(object_at((char *)word + 1), 7);
    trace(place, word, 0, 0, NULL, false);
    for (thread_state *t; n > 0 && (t = first_sleeper(word)); n--)
        t->futex_place = 0;
    M->writes++;
}

/* --- time and threads --------------------------------------------------------------------- */

uint64_t clock_now(void)
{
    return M->clock_ns;
}

static bool has_ended(void *arg)
{
    return ((thread_state *)arg)->status == ENDED;
}

int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name)
{
    (void)name;
    *ret_thread = thread_add(NULL, fn, arg);
    return 0;
}

int thread_start_sized(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name,
                       size_t stack_size)
{
    (void)stack_size;
    return thread_start(ret_thread, fn, arg, name);
}

pthread_t thread_id(void)
{
    return M->self;
}

void thread_join(pthread_t thread)
{
    thread_state *t = &M->threads[thread];

    wait_for(has_ended, t, t, UINT64_MAX, "joins a thread", KERNEL_PLACE("thread_join"));
    view_join(&me()->now, &t->now);
    me()->hash = mix(me()->hash, t->hash);
}

void thread_detach_self(void) {}

void thread_yield(void)
{
    model_pause(KERNEL_PLACE("thread_yield"));
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void thread_nap(uint64_t ns)
{
    wait_for(never, NULL, NULL, M->clock_ns + ns, "naps", KERNEL_PLACE("thread_nap"));
}

bool model_lacks_membarrier;

int sys_membarrier_register(void)
{
    return model_lacks_membarrier ? -ENOSYS : 0;
}

int sys_membarrier(void)
{
    if (model_lacks_membarrier)
        return -ENOSYS;
    model_membarrier(KERNEL_PLACE("membarrier"));
    return 0;
}

/* --- thread-local variables --------------------------------------------------------------- */

void *model_thread_local(void *ours, unsigned long size);
void *model_thread_local(void *ours, unsigned long size)
{
    thread_state *t = me();

    if (M->self == 0)
        return ours;
    if (!t->locals)
        t->locals = memset(region_take(size, 64), 0, size);
    return t->locals; /* there is one such variable: sched/thread.c's record */
}

/* --- the rest of base --------------------------------------------------------------------- */

extern uint32_t fork_generation;
void fork_guard(void *l);
void fork_in_child(void (*fn)(void));
int sys_mmap_anonymous(size_t len, int extra_flags, void **ret);
int sys_munmap(void *addr, size_t len);
int sys_madvise(void *addr, size_t len, int advice);
void report(const char *format, ...);

uint32_t fork_generation;

void fork_guard(void *l)
{
    (void)l;
}

void fork_in_child(void (*fn)(void))
{
    (void)fn;
}

int sys_mmap_anonymous(size_t len, int extra_flags, void **ret)
{
    (void)extra_flags;
    *ret = memset(region_take(len, 4096), 0, len);
    return 0;
}

int sys_munmap(void *addr, size_t len)
{
    (void)addr, (void)len; /* the region is the execution's */
    return 0;
}

int sys_madvise(void *addr, size_t len, int advice)
{
    (void)addr, (void)len, (void)advice;
    return 0;
}

void report(const char *format, ...)
{
    char line[256];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    model_fail("reported: %s", line);
}
