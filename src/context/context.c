/*
 * context.c: contexts; the switch as the sanitizers see it, around the one of the machine.
 *
 * Without sanitizers a switch is two loads and a jump to machine_swap, on x86-64 in the caller
 * itself (context.h).
 */
#include "context/context.h"

#include <errno.h>

#include "context/machine.h"
#include "context/sanitizer.h"

void context_init_thread(context *ctx)
{
    *ctx = (context){.sp = machine_thread_begin()};
    sanitizer_init_thread(ctx);
}

void context_fini_thread(context *ctx)
{
    machine_thread_end(ctx->sp);
    *ctx = (context){0};
}

void context_init(context *ctx, stack *s, void (*entry)(void *arg), void *arg)
{
    sanitizer_adopt_stack(s);
    *ctx = (context){.sp = machine_prepare(s->top, entry, arg)};
    sanitizer_init_context(ctx, s);
}

#ifdef CONTEXT_SWITCH_CALLED
BETWEEN_STACKS void context_switch(context *from, context *to)
{
    sanitizer_leave(from, to, false);
    machine_swap(&from->sp, to->sp);
    sanitizer_arrive(from);
}

BETWEEN_STACKS _Noreturn void context_switch_last(context *from, context *to)
{
    sanitizer_leave(from, to, true);
    machine_swap(&from->sp, to->sp);
    __builtin_unreachable();
}
#endif

BETWEEN_STACKS void machine_entered(void)
{
    sanitizer_arrive(NULL);
}

void *context_low_water(const context *ctx)
{
    return machine_low_water(ctx->sp);
}

#if HAS_ASAN

/* ASan has to know of this switch too, on both of its sides. */
typedef struct visit {
    void (*fn)(void *arg);
    void *arg;
    void *fake_stack; /* of the visiting thread */
    const void *low;  /* the bounds of the stack that it came from */
    size_t size;
} visit;

NO_ASAN static void run_visit(void *arg)
{
    visit *v = arg;

    __sanitizer_finish_switch_fiber(NULL, &v->low, &v->size);
    v->fn(v->arg);
    __sanitizer_start_switch_fiber(NULL, v->low, v->size);
}

NO_ASAN int context_call_on(const context *ctx, void (*fn)(void *arg), void *arg)
{
    visit v = {.fn = fn, .arg = arg};
    int rc;

    if (!machine_low_water(ctx->sp))
        return -ENOTSUP;
    __sanitizer_start_switch_fiber(&v.fake_stack, ctx->stack_low, ctx->stack_size);
    rc = machine_call_on(ctx->sp, run_visit, &v);
    __sanitizer_finish_switch_fiber(v.fake_stack, NULL, NULL);
    return rc;
}

#else

int context_call_on(const context *ctx, void (*fn)(void *arg), void *arg)
{
    return machine_call_on(ctx->sp, fn, arg);
}

#endif

int context_call_beside(const context *ctx, void (*fn)(void *arg), void *arg)
{
    return machine_call_beside(ctx->sp, fn, arg);
}
