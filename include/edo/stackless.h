/*
 * edo/stackless.h: tasks without a stack, written as functions that wait.
 *
 * Such a task takes its header and its frame: a struct with all that has to outlive a wait. Its body
 * looks like a function. At each EDO_AWAIT it leaves, and later comes back to the same place:
 *
 *     typedef struct echo {
 *         edo_stackless base;
 *         edo_tcp_stream *conn;
 *         char buf[256];
 *         EDO_WAITS(edo_tcp_read_future, edo_tcp_write_all_future);
 *     } echo;
 *
 *     EDO_STACKLESS(echo, me)
 *     {
 *         EDO_BEGIN();
 *         ssize_t n;
 *
 *         for (;;) {
 *             EDO_AWAIT(n, edo_tcp_read_async(me->conn, me->buf, sizeof me->buf));
 *             if (n <= 0)
 *                 break;
 *             EDO_AWAIT(n, edo_tcp_write_all_async(me->conn, me->buf, (size_t)n));
 *             if (n < 0)
 *                 break;
 *         }
 *         edo_tcp_close(me->conn);
 *         EDO_END(n);
 *     }
 *
 *     rc = edo_spawn_stackless(&EDO_FRAME(echo, .conn = conn), NULL);
 *
 * A local variable has lost its value after a wait: what is to be kept belongs into the frame. These
 * don't compile: an initialized local with a wait in its scope, an EDO_AWAIT inside of a switch over
 * anything that isn't 64 bits wide, two on one line, a plain return, a direct form (edo_tcp_read)
 * between EDO_BEGIN and EDO_END, what is smaller than a future, and a future that the frame has no room for.
 */
#ifndef EDO_STACKLESS_H
#define EDO_STACKLESS_H

#include <edo/direct_forms.h>
#include <edo/future.h>
#include <edo/task.h>

EDO_BEGIN_DECLS

/**
 * The first member of a frame, by the name `base`. It is a future: base.base may be an arm of a select,
 * have a timeout, be awaited by another body. As such it has done nothing until its first poll, and one
 * that is cancelled before that never runs. Its result is what EDO_END says.
 */
typedef struct edo_stackless {
    edo_future base;
    uint32_t line; /**< of the source, where it waits; 0: it has not begun. To be read */
} edo_stackless;

/** What a body returns: EDO_END makes it, so that no other return compiles. */
typedef struct edo_stackless_step {
    edo_poll is;
} edo_stackless_step;

/** The start of a frame whose body is EDO_STACKLESS(type, …): `.base = EDO_STACKLESS_INIT(echo)`. */
#define EDO_STACKLESS_INIT(type)                                                                   \
    {                                                                                              \
        EDO_FUTURE_INIT(&type##_ops), 0                                                            \
    }
#ifndef __cplusplus
/** A frame as a value: EDO_FRAME(echo, .conn = conn). */
#define EDO_FRAME(type, ...) ((type){.base = EDO_STACKLESS_INIT(type), __VA_ARGS__})
#endif

/**
 * Starts a task that runs the body of *frame, which is copied into the task. The body runs exactly
 * once unless spawn returned an error; if the runtime shuts down, or the task is aborted, before that,
 * it runs in the cancelled state. Its result (as an int) is the task's. Joins, aborts, names and ids are
 * those of any task; sets, queues, maps, trackers and groups take it by their `_spawn_future`, with
 * &frame->base.base and sizeof *frame.
 *
 * Returns   as edo_spawn.
 * Owns      what the frame points to is handed to the task.
 */
#define edo_spawn_stackless(frame, ret_task) edo_spawn_stackless_with(NULL, (frame), (ret_task))
/** The same with options, which may be NULL; those about stacks say nothing here. */
#define edo_spawn_stackless_with(opts, frame, ret_task)                                            \
    edo_spawn_future_from(EDO_HERE, (opts), &(frame)->base.base, sizeof *(frame), (ret_task))

/**
 * Room in a frame for the future that it waits for: one at a time, of the types that are listed, up to
 * twelve of them. Futures that wait at the same time are members of their own.
 */
#define EDO_WAITS(...)                                                                             \
    union {                                                                                        \
        edo_future edo_none_;                                                                      \
        EDO_WAITS_COUNT_(__VA_ARGS__, EDO_W12_, EDO_W11_, EDO_W10_, EDO_W9_, EDO_W8_, EDO_W7_,     \
                         EDO_W6_, EDO_W5_, EDO_W4_, EDO_W3_, EDO_W2_, EDO_W1_, )                   \
        (__VA_ARGS__)                                                                              \
    } edo_wait_

/**
 * Defines the body of the frames of a type, in which `me` points to the frame; what follows is a block
 * whose first line is EDO_BEGIN() and whose last is EDO_END(result).
 */
#define EDO_STACKLESS(type, me)                                                                    \
    static edo_stackless_step type##_body_(type *me, type *, const edo_waker *,                    \
                                           const char(*)[__LINE__]);                               \
    static edo_poll type##_poll_(edo_future *edo_fut_, const edo_waker *edo_waker_)                \
    {                                                                                              \
        type *edo_frame_ = (type *)(void *)edo_fut_; /* its first member's first */                \
        EDO_STATIC_ASSERT_(offsetof(type, base) == 0, "a frame begins with its `base`");           \
        return type##_body_(edo_frame_, edo_frame_, edo_waker_, NULL).is;                          \
    }                                                                                              \
    static const edo_future_ops type##_ops = {type##_poll_, NULL, NULL, #type, EDO_FUTURE_BODY};   \
    static edo_stackless_step type##_body_(type *me, EDO_UNUSED_ type *edo_frame_,                 \
                                           EDO_UNUSED_ const edo_waker *edo_waker_,                \
                                           EDO_UNUSED_ const char(*edo_start_)[__LINE__])

/** The body begins; on the line after its brace, so that nothing is done anew at each return to it. */
#define EDO_BEGIN()                                                                                \
    EDO_STATIC_ASSERT_(__LINE__ - sizeof *edo_start_ <= 2,                                         \
                       "EDO_BEGIN() stands on the first line of its body");                        \
    EDO_STACKLESS_NO_DIRECT_FORMS_                                                                 \
    EDO_STACKLESS_STRICT_                                                                          \
    switch (EDO_STACKLESS_CASE_(edo_frame_->base.line)) {                                          \
    case EDO_STACKLESS_CASE_(0):

/**
 * The body ends with this result. By it alone, or by EDO_RETURN: a `break` that leaves no loop and no
 * switch of one's own would get past both; then the result is -EDO_EMISUSE.
 */
#define EDO_END(result)                                                                            \
    EDO_RETURN(result);                                                                            \
    }                                                                                              \
    EDO_STACKLESS_LENIENT_                                                                         \
    return edo_stackless_end_(&edo_frame_->base, edo_stackless_lost(&edo_frame_->base))
/** The same in the middle of it. */
#define EDO_RETURN(result) return edo_stackless_end_(&edo_frame_->base, (result))

/**
 * Waits for what an `_async` function returns, and stores its result in `ret`. The arguments are
 * evaluated once, before the wait. A statement; one a line; not inside of a switch. In a task that was
 * aborted, or whose runtime shuts down, it says so, as edo_await does: what was begun is cancelled and
 * waited for, and a success stands; what was not begun does not begin. The body goes on to its clean-up.
 */
#define EDO_AWAIT(ret, ...) EDO_AWAIT_HERE_(ret, 0, __VA_ARGS__)
/**
 * The same, but no cancel is seen: for clean-up that has to wait. Give it a limit of its own, by an
 * edo_timeout_async, as a shutdown waits for it as well.
 */
#define EDO_AWAIT_SHIELDED(ret, ...) EDO_AWAIT_HERE_(ret, EDO_STACKLESS_SHIELDED, __VA_ARGS__)
/** The same for a future that lies somewhere: `fut` is evaluated again after each suspension. */
#define EDO_AWAIT_AT(ret, fut)                                                                     \
    do {                                                                                           \
        EDO_STACKLESS_SUSPEND_(ret, (fut), 0);                                                     \
    } while (0)

enum { EDO_STACKLESS_SHIELDED = 1 };

/**
 * What the macros are made of: polls `fut`, for the body `self`. When it says READY, the result is in
 * self->base.result: the future's, or why the wait was cut short.
 */
EDO_API edo_poll edo_stackless_wait(edo_stackless *self, edo_future *fut, const edo_waker *waker,
                                    unsigned flags);
/** A body has left its switch: says so in a debug build. Returns -EDO_EMISUSE. */
EDO_API int64_t edo_stackless_lost(const edo_stackless *self);

static inline edo_stackless_step edo_stackless_step_(edo_poll is)
{
    edo_stackless_step step = {is};
    return step;
}

static inline edo_stackless_step edo_stackless_end_(edo_stackless *self, int64_t result)
{
    return edo_stackless_step_(edo_future_finish(&self->base, result));
}

EDO_END_DECLS

#ifdef __cplusplus
#define EDO_STATIC_ASSERT_(holds, text) static_assert(holds, text)
#else
#define EDO_STATIC_ASSERT_(holds, text) _Static_assert(holds, text)
#endif
#define EDO_UNUSED_ __attribute__((unused))

/* No int, and no char, can be one of these: a case of theirs in such a switch is an error. */
#define EDO_STACKLESS_CASE_(line) (INT64_C(0x45444f0000000000) + (int64_t)(line))

#define EDO_AWAIT_HERE_(ret, flags, ...)                                                           \
    do {                                                                                           \
        EDO_STATIC_ASSERT_(sizeof(__typeof__(__VA_ARGS__)) >= sizeof(edo_future),                  \
                           "this is no future: take the _async form");                             \
        EDO_STATIC_ASSERT_(sizeof(__typeof__(__VA_ARGS__)) <= sizeof edo_frame_->edo_wait_,        \
                           "EDO_WAITS of this frame doesn't list this future's type");             \
        *(__typeof__(__VA_ARGS__) *)(void *)&edo_frame_->edo_wait_ = (__VA_ARGS__);                \
        EDO_STACKLESS_SUSPEND_(ret, &edo_frame_->edo_wait_.edo_none_, flags);                      \
    } while (0)

#define EDO_STACKLESS_SUSPEND_(ret, fut, flags)                                                    \
    edo_frame_->base.line = __LINE__;                                                              \
    __attribute__((fallthrough));                                                                  \
    case EDO_STACKLESS_CASE_(__LINE__):                                                            \
        if (edo_stackless_wait(&edo_frame_->base, (fut), edo_waker_, (flags)) == EDO_PENDING)      \
            return edo_stackless_step_(EDO_PENDING);                                               \
        (ret) = (__typeof__(ret))edo_frame_->base.base.result

/*
 * What would read a local that has lost its value, or miss its initialization, is an error: gcc says
 * "switch jumps over variable initialization" where the wait is, clang "variable may be uninitialized".
 */
#ifdef __clang__
#define EDO_STACKLESS_NO_DIRECT_FORMS_                                                             \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wshadow\"") enum {       \
        EDO_DIRECT_FORMS_                                                                          \
    };                                                                                             \
    _Pragma("clang diagnostic pop")
#else
#define EDO_STACKLESS_NO_DIRECT_FORMS_ enum { EDO_DIRECT_FORMS_ };
#endif
#ifdef __clang__
#define EDO_STACKLESS_STRICT_                                                                      \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic error \"-Wuninitialized\"")         \
        _Pragma("clang diagnostic error \"-Wsometimes-uninitialized\"")                            \
            _Pragma("clang diagnostic error \"-Wconditional-uninitialized\"")                      \
                _Pragma("clang diagnostic error \"-Wswitch\"")
#define EDO_STACKLESS_LENIENT_ _Pragma("clang diagnostic pop")
#elif !defined __cplusplus /* where it is an error anyway */
#define EDO_STACKLESS_STRICT_                                                                      \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wjump-misses-init\"")          \
        _Pragma("GCC diagnostic error \"-Woverflow\"")
#define EDO_STACKLESS_LENIENT_ _Pragma("GCC diagnostic pop")
#else
#define EDO_STACKLESS_STRICT_
#define EDO_STACKLESS_LENIENT_
#endif

/* The macro for as many types as there are, which is the fourteenth of these. */
#define EDO_WAITS_COUNT_(a, b, c, d, e, f, g, h, i, j, k, l, macro, ...) macro
#define EDO_W1_(a) a edo_w1_;
#define EDO_W2_(a, ...)                                                                            \
    a edo_w2_;                                                                                     \
    EDO_W1_(__VA_ARGS__)
#define EDO_W3_(a, ...)                                                                            \
    a edo_w3_;                                                                                     \
    EDO_W2_(__VA_ARGS__)
#define EDO_W4_(a, ...)                                                                            \
    a edo_w4_;                                                                                     \
    EDO_W3_(__VA_ARGS__)
#define EDO_W5_(a, ...)                                                                            \
    a edo_w5_;                                                                                     \
    EDO_W4_(__VA_ARGS__)
#define EDO_W6_(a, ...)                                                                            \
    a edo_w6_;                                                                                     \
    EDO_W5_(__VA_ARGS__)
#define EDO_W7_(a, ...)                                                                            \
    a edo_w7_;                                                                                     \
    EDO_W6_(__VA_ARGS__)
#define EDO_W8_(a, ...)                                                                            \
    a edo_w8_;                                                                                     \
    EDO_W7_(__VA_ARGS__)
#define EDO_W9_(a, ...)                                                                            \
    a edo_w9_;                                                                                     \
    EDO_W8_(__VA_ARGS__)
#define EDO_W10_(a, ...)                                                                           \
    a edo_w10_;                                                                                    \
    EDO_W9_(__VA_ARGS__)
#define EDO_W11_(a, ...)                                                                           \
    a edo_w11_;                                                                                    \
    EDO_W10_(__VA_ARGS__)
#define EDO_W12_(a, ...)                                                                           \
    a edo_w12_;                                                                                    \
    EDO_W11_(__VA_ARGS__)

#endif
