/*
 * driver/source.h: what drivers share: a source by its number, the queues of waiting operations,
 * and the end of an operation.
 *
 * All of it goes by the source's lock. An operation whose state is not OP_NEW or OP_DONE counts as
 * a user, so its descriptor stays open; a linked one may be marked by whoever holds the lock.
 */
#ifndef DRIVER_SOURCE_H
#define DRIVER_SOURCE_H

#include "driver/driver.h"

/* op_queue.ready: what a readiness driver knows. */
enum { DIR_READY = 1, DIR_HUP = 2, DIR_TICK = 256 };

/* edo_op.linked. LINK_TOLD: marked because its source closed or lost its home. */
enum op_link { LINK_NONE, LINK_WAITS, LINK_TOLD };

/* The source with this number; NULL: there was never one. */
source *source_at(uint32_t slot);

/* Lock held: 0 if the operation may go on, else -ECANCELED or -EDO_ESHUTDOWN. */
int op_check(const edo_op *op);
/* Lock held: the first poll; from here on it is a user. */
void op_begin(edo_op *op);
/* Lock held: keeps the waker, and stands in the queue if it did not yet. */
void op_wait(edo_op *op, const edo_waker *waker);
void op_unlink(edo_op *op);
/*
 * Lock held, and dropped: ends an operation with a result, passes the turn on to the next in the
 * queue if something is left, and finishes a close if it was the last user. It unlinks nobody's
 * memory but the operation's, and its last touch of that is the store of OP_DONE. `owed` may hold
 * what was marked before.
 */
void op_end(edo_op *op, int64_t result, wakes *owed);
/* Lock held, and dropped: a user leaves that is no linked operation. */
void source_leave(source *src);
/* Lock held, and dropped: wakes who is first in a direction's queue, as something was put back. */
void source_wake_first(source *src, enum op_dir dir);

#endif
