/*
 * fs/file_op.h: an operation on an open file: it waits until it may begin, works in the task or on a thread for
 * blocking calls, and ends.
 */
#ifndef FS_FILE_OP_H
#define FS_FILE_OP_H

#include <edo/file_op.h>
#include <edo/future.h>

#include "base/macros.h"

typedef struct file_op_kind {
    int64_t (*run)(edo_file_op *op); /* may block; on any thread */
    int64_t (*now)(
        edo_file_op *op); /* must not block: the result, or -EAGAIN. NULL: it always may */
    /* What comes of the result, which it may change; before others may begin. NULL: nothing. */
    void (*end)(edo_file_op *op);
    size_t takes;    /* uses of the handle that it begins with */
    size_t keeps;    /* those it works with */
    bool takes_turn; /* if the file has a position */
} file_op_kind;

/* Polls: READY with op->result, and then it is new again. `canceled`: it is to end soon; nothing begins. */
edo_poll file_op_poll(edo_file_op *op, bool canceled, const edo_waker *waker);
/* The same for a future, which spends a unit of its task's budget. */
edo_poll file_op_poll_of(edo_file_op *op, const edo_future *base, const edo_waker *waker);
/* Asks one that said PENDING to end soon. */
void file_op_cancel(edo_file_op *op);

#endif
