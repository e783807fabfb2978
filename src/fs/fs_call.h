/*
 * fs/fs_call.h: operations that are one function which may block, as futures.
 *
 * An operation's future begins with `edo_future base; edo_job job;` (edo/fs_call.h), and what its function
 * needs and yields comes after them. It has a table
 *
 *     static int64_t rename_run(edo_future *base);
 *     static const fs_ops rename_ops = FS_OPS("fs_rename", rename_run);
 *     fut.base = (edo_future)EDO_FUTURE_INIT(&rename_ops.base)
 *
 * and its direct form is fs_await(&fut.base). An argument that is of no use is found by whoever makes the
 * future: future_settle(&fut.base, -EINVAL).
 *
 * Where     In a task: `now`, if it has one, in the task itself; if that says -EAGAIN, `run` on one of the
 *           runtime's threads for blocking calls. Elsewhere, `run` at once, on the thread that polls.
 * Cancel    A call that has not begun is dropped: -ECANCELED. One that has goes on to its end, and the
 *           future is pending until then; its result stands. So paths and memory that the caller passes
 *           needn't be copied.
 */
#ifndef FS_FS_CALL_H
#define FS_FS_CALL_H

#include <stddef.h>

#include <edo/fs_call.h>

#include "future/future.h"

typedef struct fs_ops {
    edo_future_ops base;
    int64_t (*run)(edo_future *fut); /* may block; on any thread */
    int64_t (*now)(
        edo_future *fut); /* must not block: the result, or -EAGAIN. NULL: it always may */
} fs_ops;

#define FS_OPS(what, run_fn)                                                                       \
    {                                                                                              \
        .base = {.poll = fs_call_poll,                                                             \
                 .cancel = fs_call_cancel,                                                         \
                 .name = what,                                                                     \
                 .flags = EDO_FUTURE_RESTARTS},                                                    \
        .run = run_fn                                                                              \
    }

/* That its future begins as it must. */
#define FS_CALL_CHECK(type)                                                                        \
    _Static_assert(offsetof(type, base) == offsetof(edo_fs_call, base) &&                          \
                       offsetof(type, job) == offsetof(edo_fs_call, job) && sizeof(type) <= 256,   \
                   "a call of the file system")

/* The tables' functions. */
edo_poll fs_call_poll(edo_future *base, const edo_waker *waker);
void fs_call_cancel(edo_future *base);

/* A direct form's await. */
int64_t fs_await(edo_future *base);

#endif
