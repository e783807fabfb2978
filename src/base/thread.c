/*
 * thread.c: threads by pthread_create; each names itself before its function runs.
 *
 * Where pthread_self is called, nothing is inlined: it is declared const, and a caller that can
 * suspend would go on with the thread that it was on before (tools/check-tls).
 */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"

typedef struct thread_start_args {
    void *(*fn)(void *arg);
    void *arg;
    char name[16];
} thread_start_args;

static noinline void name_self(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

static void *start(void *arg)
{
    thread_start_args args = *(thread_start_args *)arg;

    free(arg);
    /* Here and not in the starter: there the thread may have ended and detached itself by now. */
    name_self(args.name);
    return args.fn(args.arg);
}

/* pthread_create, with an attribute only if it is needed: the default's size is the system's. */
static int create(pthread_t *ret_thread, thread_start_args *args, size_t stack_size)
{
    pthread_attr_t attr;

    if (!stack_size)
        return pthread_create(ret_thread, NULL, start, args);
    int rc = pthread_attr_init(&attr);
    if (rc != 0)
        return rc;
    size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN);
    rc = pthread_attr_setstacksize(&attr, stack_size > least ? stack_size : least);
    if (rc == 0)
        rc = pthread_create(ret_thread, &attr, start, args);
    pthread_attr_destroy(&attr);
    return rc;
}

int thread_start_sized(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name,
                       size_t stack_size)
{
    thread_start_args *args = malloc(sizeof *args);

    if (!args)
        return -ENOMEM;
    *args = (thread_start_args){.fn = fn, .arg = arg};
    memcpy(args->name, name, strnlen(name, sizeof args->name - 1)); /* the rest is zeros */
    int rc = create(ret_thread, args, stack_size);
    if (rc != 0)
        free(args);
    return -rc;
}

int thread_start(pthread_t *ret_thread, void *(*fn)(void *arg), void *arg, const char *name)
{
    return thread_start_sized(ret_thread, fn, arg, name, 0);
}

void thread_join(pthread_t thread)
{
    pthread_join(thread, NULL);
}

noinline pthread_t thread_id(void)
{
    return pthread_self();
}

noinline void thread_detach_self(void)
{
    pthread_detach(pthread_self());
}

void thread_yield(void)
{
    sched_yield();
}

/* To a moment: what is left of a span has the timer's slack in it, so that many signals make it last for ever. */
void thread_nap(uint64_t ns)
{
    uint64_t end = clock_now() + ns;
    struct timespec until = {.tv_sec = (time_t)(end / NS_PER_S), .tv_nsec = (long)(end % NS_PER_S)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}
