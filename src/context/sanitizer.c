/*
 * sanitizer.c: what is told of a stack once, not at each switch.
 *
 * A TSan fiber costs as much as a thread and there are at most 8191 of both, so it stays with its
 * stack from task to task, until the stack's memory is given back to the system.
 */
#include "context/sanitizer.h"

#include <pthread.h>

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#define HAS_VALGRIND 1
#endif
#endif
#ifndef HAS_VALGRIND
#define HAS_VALGRIND 0
#endif

#if HAS_ASAN
static void find_thread_stack(context *ctx)
{
    pthread_attr_t attr;
    void *low;

    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return;
    if (pthread_attr_getstack(&attr, &low, &ctx->stack_size) == 0)
        ctx->stack_low = low;
    pthread_attr_destroy(&attr);
}
#endif

void sanitizer_init_thread(context *ctx)
{
    (void)ctx;
#if HAS_ASAN
    find_thread_stack(ctx);
#endif
#if HAS_TSAN
    ctx->fiber = __tsan_get_current_fiber();
#endif
}

void sanitizer_hide_stacks(char *base, size_t len)
{
    (void)base, (void)len;
#if HAS_VALGRIND
    (void)VALGRIND_MAKE_MEM_NOACCESS(base, len);
#endif
}

void sanitizer_show_stack(stack *s)
{
    (void)s;
#if HAS_VALGRIND
    (void)VALGRIND_MAKE_MEM_UNDEFINED(s->low, s->size);
#endif
}

noinline void sanitizer_adopt_new_stack(stack *s)
{
    s->adopted = true;
#if HAS_TSAN
    if (!s->fiber)
        s->fiber = __tsan_create_fiber(0);
#endif
#if HAS_VALGRIND
    if (s->valgrind_id == 0 && RUNNING_ON_VALGRIND) /* its ids start at 0, ours at 1 */
        s->valgrind_id = VALGRIND_STACK_REGISTER(s->low, s->low + s->size - 1) + 1;
#endif
}

void sanitizer_clean_stack(stack *s)
{
    (void)s;
#if HAS_ASAN
    __asan_unpoison_memory_region(s->low, s->size);
#endif
#if HAS_VALGRIND
    (void)VALGRIND_MAKE_MEM_UNDEFINED(s->low, s->size);
#endif
}

void sanitizer_forget_stack(stack *s)
{
#if HAS_TSAN
    if (s->fiber)
        __tsan_destroy_fiber(s->fiber);
#endif
#if HAS_VALGRIND
    if (s->valgrind_id != 0)
        VALGRIND_STACK_DEREGISTER(s->valgrind_id - 1);
#endif
    s->fiber = NULL;
    s->valgrind_id = 0;
    s->adopted = false;
}

bool sanitizer_is_valgrind(void)
{
#if HAS_VALGRIND
    return RUNNING_ON_VALGRIND;
#else
    return false;
#endif
}
