/*
 * edo/set_once.h: a value that is set once, by whoever has it first, and waited for by all: a result,
 * or why something is to end. The value is a pointer, as that of an edo_once_cell.
 */
#ifndef EDO_SET_ONCE_H
#define EDO_SET_ONCE_H

#include <edo/future.h>
#include <edo/once.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user and may not move while it is in use. */
typedef struct edo_set_once {
    edo_once once;
} edo_set_once;

/** An empty one; `destroy` ends its value, and may be NULL: zeros do as well then. */
#define EDO_SET_ONCE_INIT(destroy)                                                                 \
    {                                                                                              \
        EDO_ONCE_INIT(destroy)                                                                     \
    }

/** Makes an empty one. */
EDO_API_SYNC void edo_set_once_init(edo_set_once *cell, void (*destroy)(void *value));
/**
 * Ends its use, and its value, if there is one. Every wait has ended and was seen to; who set the
 * value may still be on its way out.
 *
 * Returns   0; -EBUSY while somebody waits, and then it is as it was; -EINVAL.
 */
EDO_API_SYNC int edo_set_once_fini(edo_set_once *cell);

/**
 * Sets the value, and ends all waits for it; they see what the caller had written before.
 *
 * Returns   0; -EEXIST: it is set; -EINVAL for NULL.
 * Owns      the cell has the value on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_set_once_set(edo_set_once *cell, void *value);
/** The value; NULL while there is none. It stays the cell's. */
EDO_API_SYNC void *edo_set_once_get(const edo_set_once *cell);
/** Whether there is one. */
EDO_API_SYNC bool edo_set_once_is_set(const edo_set_once *cell);
/**
 * Takes the value out; NULL while there is none. The cell is as new then.
 *
 * Owns      the caller has the value. Who read it before may hold it still: the caller knows when
 *           nobody does.
 */
EDO_API_SYNC void *edo_set_once_take(edo_set_once *cell);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_set_once_wait_future {
    edo_future base;
    edo_set_once *cell;
    void **ret;
    edo_waiter waiter;
} edo_set_once_wait_future;

/**
 * Waits until the value is set.
 *
 * Returns   0, and the value in *ret_value, which may be NULL; -EINVAL; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is set; a plain thread parks.
 * Cancel    takes nothing; if it was set first, the answer is 0, of a loser of select as well.
 */
EDO_API_SYNC int edo_set_once_wait(edo_set_once *cell, void **ret_value);
EDO_API_SYNC edo_set_once_wait_future edo_set_once_wait_async(edo_set_once *cell, void **ret_value);

EDO_END_DECLS

#endif
