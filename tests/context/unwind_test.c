/*
 * unwind_test.c: backtraces of running and of suspended contexts reach the entry, and end there.
 *
 * Names need -rdynamic, so return addresses are compared: each function notes its own.
 */
#include "support/edo_test.h"

#include <execinfo.h>
#include <string.h>

#include "base/macros.h"
#include "context/context.h"
#include "context/machine.h"

#define FRAMES 64

static context home, ctx;
static void *in_middle, *in_entry, *below_entry; /* where leaf, middle and entry return to */
static void *frames[FRAMES];
static int frame_count;
static bool suspend; /* in the leaf; else it takes the backtrace itself */

/* Keeps a call from becoming a jump. */
#define not_a_tail_call() __asm__ volatile("")

static noinline void take_backtrace(void *arg)
{
    (void)arg;
    frame_count = backtrace(frames, FRAMES);
    not_a_tail_call();
}

static noinline void leaf(void)
{
    in_middle = __builtin_return_address(0);
    if (suspend)
        context_switch(&ctx, &home);
    else
        take_backtrace(NULL);
    not_a_tail_call();
}

static noinline void middle(void)
{
    in_entry = __builtin_return_address(0);
    leaf();
    not_a_tail_call();
}

static void entry(void *arg)
{
    (void)arg;
    below_entry = __builtin_return_address(0);
    middle();
    context_switch_last(&ctx, &home);
}

static int frame_of(const void *addr)
{
    for (int i = 0; i < frame_count; i++)
        if (frames[i] == addr)
            return i;
    return -1;
}

static void assert_walked_to_entry(void)
{
    assert_true(frame_count > 3 && frame_count < FRAMES);
    assert_true(frame_of(in_middle) > 0);
    assert_int_equal(frame_of(in_entry), frame_of(in_middle) + 1);
    assert_int_equal(frame_of(below_entry), frame_of(in_entry) + 1);
#ifdef MACHINE_ASSEMBLY
    assert_ptr_equal(frames[frame_count - 1], below_entry);
#endif
}

static stack *start(bool suspended)
{
    stack *s;

    suspend = suspended;
    context_init_thread(&home);
    assert_ok(stack_get(NULL, 0, &s));
    context_init(&ctx, s, entry, NULL);
    return s;
}

static void end(stack *s)
{
    stack_put(NULL, s);
    context_fini_thread(&home);
}

EDO_TEST_PLAIN(backtrace_of_a_running_context_ends_at_its_entry)
{
    stack *s = start(false);

    context_switch(&home, &ctx);
    assert_walked_to_entry();
    end(s);
}

#ifdef MACHINE_ASSEMBLY

EDO_TEST_PLAIN(backtrace_of_a_suspended_context_ends_at_its_entry)
{
    stack *s = start(true);

    context_switch(&home, &ctx);
    for (int i = 0; i < 3; i++) { /* it can be asked again and again */
        void *sp = ctx.sp;
        frame_count = 0;
        assert_ok(context_call_on(&ctx, take_backtrace, NULL));
        assert_walked_to_entry();
        assert_ptr_equal(ctx.sp, sp);
    }
    context_switch(&home, &ctx); /* and it still goes on */
    end(s);
}

/* Nothing of the suspended stack is written, however little room it has left. */
EDO_TEST_PLAIN(a_backtrace_from_beside_touches_nothing_of_the_stack)
{
    stack *s = start(true);

    context_switch(&home, &ctx);
    size_t below = (size_t)((char *)context_low_water(&ctx) - s->low);
    memset(s->low, 0x5a, below);
    frame_count = 0;
    assert_ok(context_call_beside(&ctx, take_backtrace, NULL));
    assert_walked_to_entry();
    for (size_t i = 0; i < below; i++)
        assert_int_equal((unsigned char)s->low[i], 0x5a);
    context_switch(&home, &ctx);
    end(s);
}

/* Without the signature that a return address on the stack may bear. */
static void *unsigned_address(void *addr)
{
#if defined(__aarch64__)
    register void *x30 __asm__("x30") = addr;
    __asm__("hint #7" : "+r"(x30)); /* xpaclri: a nop where there are none */
    return x30;
#else
    return addr;
#endif
}

/* Follows the frame pointers, of which the library has kept them all. */
static noinline void walk_frames(void *arg)
{
    void **frame = __builtin_frame_address(0);

    (void)arg;
    for (frame_count = 0; frame && frame_count < FRAMES; frame = frame[0])
        frames[frame_count++] = unsigned_address(frame[1]);
}

EDO_TEST_PLAIN(frame_pointers_lead_through_a_suspended_context)
{
    stack *s = start(true);

    context_switch(&home, &ctx);
    assert_ok(context_call_on(&ctx, walk_frames, NULL));
    assert_walked_to_entry();
    context_switch(&home, &ctx);
    end(s);
}

EDO_TEST_PLAIN(backtrace_of_a_context_that_has_not_begun_is_short)
{
    stack *s = start(false);

    assert_ok(context_call_on(&ctx, take_backtrace, NULL));
    assert_in_range(frame_count, 2, 5);
    context_switch(&home, &ctx);
    assert_walked_to_entry();
    end(s);
}

static context asker;

static void call_from_task(void *arg)
{
    context *suspended = arg;

    assert_ok(context_call_on(suspended, take_backtrace, NULL));
    assert_walked_to_entry();
    context_switch_last(&asker, &home);
}

/* A dump may be asked for by a task: neither stack is a thread's. */
EDO_TEST_PLAIN(call_on_works_from_another_context)
{
    stack *s = start(true);
    stack *asker_stack;

    context_switch(&home, &ctx);
    assert_ok(stack_get(NULL, 0, &asker_stack));
    context_init(&asker, asker_stack, call_from_task, &ctx);
    context_switch(&home, &asker);
    context_switch(&home, &ctx);
    stack_put(NULL, asker_stack);
    end(s);
}

#else

EDO_TEST_PLAIN(call_on_is_not_supported_here)
{
    stack *s = start(true);

    context_switch(&home, &ctx);
    assert_err(context_call_on(&ctx, take_backtrace, NULL), -ENOTSUP);
    assert_err(context_call_beside(&ctx, take_backtrace, NULL), -ENOTSUP);
    context_switch(&home, &ctx);
    end(s);
}

#endif
