/*
 * context/sanitizer.h: what ASan, TSan and valgrind have to be told of stacks and switches.
 *
 * All of it is nothing in a build without them; valgrind's part is a few instructions that do
 * nothing outside of it, and is left out where its header isn't there.
 */
#ifndef CONTEXT_SANITIZER_H
#define CONTEXT_SANITIZER_H

#include "base/macros.h"
#include "context/context.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#define NO_ASAN __attribute__((no_sanitize_address))
#else
#define NO_ASAN
#endif

#if HAS_TSAN
#include <sanitizer/tsan_interface.h>
/* Not even calls into and out of the function are noted: it is entered on one fiber and left on
 * another. */
#define NO_TSAN __attribute__((disable_sanitizer_instrumentation))
#else
#define NO_TSAN
#endif

/* For the functions that stand between two stacks. */
#define BETWEEN_STACKS NO_ASAN NO_TSAN

/* The last thing before a switch. `last`: `from` is never switched to again. */
static inline __attribute__((always_inline)) void sanitizer_leave(context *from, context *to,
                                                                  bool last)
{
    (void)from, (void)to, (void)last;
#if HAS_ASAN
    /* No place for the fake stack: it is freed. */
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->stack_low, to->stack_size);
#endif
#if HAS_TSAN
    __tsan_switch_to_fiber(to->fiber, 0); /* 0: what came before happens before what follows */
#endif
}

/* The first thing after a switch back to a context; NULL: on one that has just begun. */
static inline __attribute__((always_inline)) void sanitizer_arrive(context *ctx)
{
    (void)ctx;
#if HAS_ASAN
    __sanitizer_finish_switch_fiber(ctx ? ctx->fake_stack : NULL, NULL, NULL);
#endif
}

/* Fills in what they have to know of a new context on that stack. */
static inline void sanitizer_init_context(context *ctx, const stack *s)
{
    (void)ctx, (void)s;
#if HAS_ASAN
    ctx->stack_low = s->low;
    ctx->stack_size = s->size;
#endif
#if HAS_TSAN
    ctx->fiber = s->fiber;
#endif
}

/* Memory from mmap that points to what malloc gave: the search for leaks at exit has to look there, too. */
static inline void sanitizer_add_root(const void *memory, size_t len)
{
    (void)memory, (void)len;
#if HAS_ASAN
    __lsan_register_root_region(memory, len);
#endif
}

/* Fills in what is known of the running thread. */
void sanitizer_init_thread(context *ctx);
/* Memory for stacks is there, and nobody's yet; then a stack in it is about to be used. Valgrind's
 * search for leaks reads what it takes for memory, and would stumble over each word of a guard. */
void sanitizer_hide_stacks(char *base, size_t len);
void sanitizer_show_stack(stack *s);
/* Before a stack is used for a context: gives it a fiber and an id, if it has none. */
void sanitizer_adopt_new_stack(stack *s);
static inline void sanitizer_adopt_stack(stack *s)
{
    if (unlikely(!s->adopted))
        sanitizer_adopt_new_stack(s);
}
/* A stack was given back: what lies on it means nothing any more. */
void sanitizer_clean_stack(stack *s);
/* A stack's memory goes: so do its fiber and its id. Nothing runs on it. */
void sanitizer_forget_stack(stack *s);

/* Whether valgrind runs this: it takes a handler on an alternate stack, in a task, for a task's end. */
bool sanitizer_is_valgrind(void);

#endif
