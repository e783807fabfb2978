/*
 * edo/maybe_done.h: a future's result kept until it is asked for, once; for joins of one's own, which poll
 * several futures until all have ended.
 */
#ifndef EDO_MAYBE_DONE_H
#define EDO_MAYBE_DONE_H

#include <edo/future.h>

EDO_BEGIN_DECLS

/** Its fields are private; don't move it once it has been polled. */
typedef struct edo_maybe_done_future {
    edo_future base;
    edo_future *inner;
    bool taken;
} edo_maybe_done_future;

/**
 * The future `fut`, whose result stays to be taken.
 *
 * Returns   the future's result; -EINVAL.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API edo_maybe_done_future edo_maybe_done_async(edo_future *fut);
/**
 * Takes the result.
 *
 * Returns   1; -EAGAIN: it is not READY yet; 0: it is gone, as it was taken; -EINVAL.
 */
EDO_API int edo_maybe_done_take(edo_maybe_done_future *maybe, int64_t *ret_result);

EDO_END_DECLS

#endif
