/*
 * edo/sync_io.h: readers and writers for code that blocks, on threads that may: those of edo_spawn_blocking
 * and edo_block_in_place, and the program's own. Also as a FILE, for libraries that take one.
 *
 * Each call parks its thread until it is done. The runtime has to be running meanwhile: a current-thread
 * one does so only while somebody is in its edo_block_on.
 */
#ifndef EDO_SYNC_IO_H
#define EDO_SYNC_IO_H

#include <stdio.h>

#include <edo/io.h>

EDO_BEGIN_DECLS

struct edo_handle;

/** Its fields are private. For one thread at a time in each direction. */
typedef struct edo_sync_io {
    edo_io io;
    struct edo_handle *runtime;
} edo_sync_io;

/**
 * Makes a bridge to `io`, of which one direction may be zeros, in the current runtime.
 *
 * Returns   0; -EINVAL; -EDO_ENORUNTIME, which debug builds explain.
 * Owns      `io` is borrowed; edo_sync_io_fini gives the runtime's handle back.
 */
EDO_API_IO int edo_sync_io_init(edo_sync_io *bridge, edo_io io);
/** Nothing is flushed or shut down. Zeros and NULL are fine. */
EDO_API_IO void edo_sync_io_fini(edo_sync_io *bridge);

/**
 * As edo_read and edo_write.
 *
 * Returns   what these do; -EDEADLK in a task, in a hook and in a poll function, which must not block;
 *           -EINVAL also for a direction that isn't there; -EDO_ESHUTDOWN once the runtime shuts down.
 * Suspends  no: it blocks the thread.
 */
EDO_API_IO ssize_t edo_sync_read(edo_sync_io *bridge, void *buf, size_t len);
EDO_API_IO ssize_t edo_sync_write(edo_sync_io *bridge, const void *buf, size_t len);
/** All of it: 0, or the first failure; -EDO_EWRITEZERO where nothing is taken any more. */
EDO_API_IO int edo_sync_write_all(edo_sync_io *bridge, const void *buf, size_t len);
EDO_API_IO int edo_sync_flush(edo_sync_io *bridge);
EDO_API_IO int edo_sync_shutdown(edo_sync_io *bridge);

/**
 * A FILE over the bridge, for `mode` "r", "w" or "r+". A failed read or write sets errno, to one of edo's own
 * codes too, and the file's error. Its buffer is stdio's; fclose flushes that, and shuts nothing down.
 *
 * Returns   0; -EINVAL, -ENOMEM.
 * Owns      the caller, until fclose; the bridge has to outlive it.
 */
EDO_API_IO int edo_sync_io_open(edo_sync_io *bridge, const char *mode, FILE **ret_file);

EDO_END_DECLS

#endif
