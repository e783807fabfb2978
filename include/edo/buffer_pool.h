/*
 * edo/buffer_pool.h: buffers that are lent for as long as there are bytes in them.
 *
 * A read of the usual kind has a buffer while it waits, so ten thousand idle connections have ten thousand.
 * A lent read takes one when bytes are there, and the reader gives it back when it is done with them: there
 * are as many as connections have something in hand.
 *
 *     edo_lent in;
 *     while ((n = edo_tcp_read_lent(conn, pool, &in)) > 0) {
 *         rc = handle(conn, in.data, in.len);
 *         edo_lent_give_back(&in);
 *     }
 */
#ifndef EDO_BUFFER_POOL_H
#define EDO_BUFFER_POOL_H

#include <edo/features.h>
#include <edo/macros.h>

#include <stddef.h>
#include <stdint.h>

EDO_BEGIN_DECLS

/** Any task or thread may use it at any time, in any runtime. */
typedef struct edo_buffer_pool edo_buffer_pool;

/** Zeros are the defaults. */
typedef struct edo_buffer_pool_opts {
    size_t size; /**< bytes of a buffer, which is the most that one read gives; 0: 16 KiB */
    size_t
        keep; /**< free ones kept for later, at most, about; 0: 64. What isn't used goes by and by */
} edo_buffer_pool_opts;

/**
 * Makes a pool, with no buffer in it. `opts` may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_pool is untouched.
 * Owns      the caller, until edo_buffer_pool_free.
 */
EDO_API_IO int edo_buffer_pool_new(const edo_buffer_pool_opts *opts, edo_buffer_pool **ret_pool);
/** Frees it and the buffers in it. None is lent, and no lent read is under way. NULL is fine. */
EDO_API_IO void edo_buffer_pool_free(edo_buffer_pool *pool);

/** A buffer with bytes in it, as a value; whoever has it gives it back once. Zeros are none. */
typedef struct edo_lent {
    char *data;            /**< the bytes; to be written to as well */
    size_t len;            /**< how many there are */
    edo_buffer_pool *pool; /**< private */
} edo_lent;

/** Gives it back, and empties the value. Zeros and NULL are fine. From any thread. */
EDO_API_IO void edo_lent_give_back(edo_lent *lent);

/** What a pool has done so far. */
typedef struct edo_buffer_pool_counts {
    size_t lent; /**< buffers that are out now */
    size_t kept; /**< free ones in it now */
} edo_buffer_pool_counts;

/** The counts, about: others go on meanwhile. NULL gives zeros. */
EDO_API_IO edo_buffer_pool_counts edo_buffer_pool_counts_now(edo_buffer_pool *pool);

EDO_END_DECLS

#endif
