/*
 * edo/once_cell.h: a value that the first who asks for it makes, and that all others then share.
 *
 * The value is a pointer. What it points to lies wherever its maker puts it: on the heap, or in a
 * static variable. So a cell needs no size and no memory, readers get the thing itself and no copy,
 * and an empty cell is all zeros:
 *
 *     static edo_once_cell config = EDO_ONCE_CELL_INIT(config_free);
 *
 *     struct config *c;
 *     int rc = edo_once_cell_get_or_init(&config, config_load, "app.conf", (void **)&c);
 */
#ifndef EDO_ONCE_CELL_H
#define EDO_ONCE_CELL_H

#include <edo/future.h>
#include <edo/once.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user and may not move while it is in use. */
typedef struct edo_once_cell {
    edo_once once;
} edo_once_cell;

/** An empty one; `destroy` ends its value, and may be NULL: zeros do as well then. */
#define EDO_ONCE_CELL_INIT(destroy)                                                                \
    {                                                                                              \
        EDO_ONCE_INIT(destroy)                                                                     \
    }

/** Makes an empty one. */
EDO_API_SYNC void edo_once_cell_init(edo_once_cell *cell, void (*destroy)(void *value));
/**
 * Ends its use, and its value, if there is one. Every wait has ended and was seen to.
 *
 * Returns   0; -EBUSY while somebody makes a value or waits for it, and then it is as it was;
 *           -EINVAL.
 */
EDO_API_SYNC int edo_once_cell_fini(edo_once_cell *cell);

/** The value, complete; NULL while there is none. It stays the cell's. */
EDO_API_SYNC void *edo_once_cell_get(const edo_once_cell *cell);
/** Whether there is one. */
EDO_API_SYNC bool edo_once_cell_is_set(const edo_once_cell *cell);
/**
 * Gives it a value.
 *
 * Returns   0; -EEXIST: it has one; -EBUSY: somebody is making one; -EINVAL for NULL.
 * Owns      the cell has the value on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_once_cell_set(edo_once_cell *cell, void *value);
/**
 * Takes the value out; NULL while there is none. The cell is empty again, and may be set anew.
 *
 * Owns      the caller has the value. Who read it before may hold it still: the caller knows when
 *           nobody does.
 */
EDO_API_SYNC void *edo_once_cell_take(edo_once_cell *cell);

/**
 * The value; if there is none, `fn(arg, &value)` makes it, in the calling task, and may suspend.
 * Who comes meanwhile waits. Where `fn` fails, its caller gets what it returned, the cell stays
 * empty, and the next who waits calls its own function: so too when the task in `fn` is cancelled,
 * whose waits then fail. `fn` may not ask for the value of the same cell: it would wait for itself.
 *
 * Returns   0, and the value in *ret_value, which may be NULL; a failure of `fn`, or -EINVAL if it
 *           left no value; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN. Once there is a value the answer is always 0.
 * Owns      the value stays the cell's.
 * Suspends  while another makes it, and where `fn` does; a plain thread parks.
 * Cancel    takes nothing.
 */
EDO_API_SYNC int edo_once_cell_get_or_init(edo_once_cell *cell,
                                           int (*fn)(void *arg, void **ret_value), void *arg,
                                           void **ret_value);

/** Waiting for one's turn. Its fields are private; don't move it once it has been polled. */
typedef struct edo_once_cell_begin_future {
    edo_future base;
    edo_once_cell *cell;
    void **ret;
    edo_waiter waiter;
} edo_once_cell_begin_future;

/**
 * The parts of edo_once_cell_get_or_init, for code that is no function: says whether the value is
 * there, or is the caller's to make. Then edo_once_cell_finish or edo_once_cell_abandon is owed, by
 * any task or thread.
 *
 * Returns   0: it is in *ret_value, which may be NULL; 1: the caller makes it; -EINVAL; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  while another makes it; a plain thread parks.
 * Cancel    takes nothing; a turn that came first is the caller's, and says 1. As a loser of select
 *           puts back: the turn goes to the next who waits.
 */
EDO_API_SYNC int edo_once_cell_begin(edo_once_cell *cell, void **ret_value);
EDO_API_SYNC edo_once_cell_begin_future edo_once_cell_begin_async(edo_once_cell *cell,
                                                                  void **ret_value);
/**
 * Ends one's turn with a value: all who wait get it.
 *
 * Returns   0; -EINVAL for NULL, and the turn goes on; -EDO_EMISUSE: nobody has a turn.
 * Owns      the cell has the value on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_once_cell_finish(edo_once_cell *cell, void *value);
/** Ends one's turn without a value: the next who waits has it. 0; -EDO_EMISUSE; -EINVAL. */
EDO_API_SYNC int edo_once_cell_abandon(edo_once_cell *cell);

EDO_END_DECLS

#endif
