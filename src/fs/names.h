/* fs/names.h: the making of an operation on one name or two. */
#ifndef FS_NAMES_H
#define FS_NAMES_H

#include <edo/fs.h>

#include "fs/fs_call.h"

/* Settled with -EINVAL if one of them is NULL: where only one is needed, the other is "". */
edo_fs_future fs_name(const fs_ops *ops, const char *path, const char *other);

/* FS_OPS of one that may be answered at once, or takes something. */
#define FS_OPS_WITH(what, run_fn, now_fn, put_back_fn)                                             \
    {                                                                                              \
        .base = {.poll = fs_call_poll,                                                             \
                 .cancel = fs_call_cancel,                                                         \
                 .put_back = put_back_fn,                                                          \
                 .name = what,                                                                     \
                 .flags = EDO_FUTURE_RESTARTS},                                                    \
        .run = run_fn, .now = now_fn                                                               \
    }

#endif
