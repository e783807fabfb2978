/*
 * edo/fs_watch.h: being told what happens to files and in folders, by inotify(7).
 *
 *     edo_fs_watch_new(&watch);
 *     edo_fs_watch_add(watch, "/etc", EDO_FS_CREATED | EDO_FS_REMOVED);
 *     while (edo_fs_watch_next(watch, &event) > 0)
 *         printf("%s\n", event.name);
 *
 * A folder tells of what is in it, not of what is below that. Nothing is told of what other machines do on a
 * network file system.
 */
#ifndef EDO_FS_WATCH_H
#define EDO_FS_WATCH_H

#include <edo/async_fd.h>
#include <edo/fs_call.h>

EDO_BEGIN_DECLS

/** What is asked for, and what is told: inotify's IN_ flags, of which others may be used as well. */
enum {
    EDO_FS_MODIFIED = 0x2,       /**< written to, or cut */
    EDO_FS_METADATA = 0x4,       /**< permissions, owner, times, links */
    EDO_FS_WRITTEN = 0x8,        /**< closed by one who could write */
    EDO_FS_MOVED_FROM = 0x40,    /**< its name is gone; the other half has the same `pair` */
    EDO_FS_MOVED_TO = 0x80,      /**< its name has come */
    EDO_FS_CREATED = 0x100,      /**< is there now, by open, mkdir, link, symlink */
    EDO_FS_REMOVED = 0x200,      /**< its name is gone for good */
    EDO_FS_SELF_REMOVED = 0x400, /**< what is watched itself */
    EDO_FS_SELF_MOVED = 0x800,
    /* told, whether asked for or not: */
    EDO_FS_UNMOUNTED = 0x2000,
    EDO_FS_LOST = 0x4000,  /**< there was more than the queue holds: look for yourself */
    EDO_FS_ENDED = 0x8000, /**< nothing more is told of it: removed, or taken away */
    EDO_FS_IS_DIR = 0x40000000
};

typedef struct edo_fs_watch edo_fs_watch;

/**
 * Makes one that watches nothing yet.
 *
 * Returns   0; -EINVAL, -ENOMEM; -EMFILE and what else inotify_init1(2) says; what edo_async_fd_new says.
 * Owns      the caller, until edo_fs_watch_close.
 */
EDO_API_FS int edo_fs_watch_new(edo_fs_watch **ret_watch);

/** An add or a close under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fs_watch_future {
    edo_future base;
    edo_job job;
    edo_fs_watch *watch;
    const char *path;
    unsigned what;
    bool has_run;
} edo_fs_watch_future;

/**
 * Watches what is at `path` for `what`, flags from above. What is watched already is watched for these from now on.
 *
 * Returns   its number, at least 1; -EINVAL; -ENOENT, -EACCES, -ENOSPC (too many of the user's) and what else
 *           inotify_add_watch(2) says; -EAGAIN (no thread can be started, and there is none);
 *           -EDO_ENORUNTIME, -EDO_EFORKED; or why the waiting was cut short.
 * Owns      `path` stays until it is READY.
 * Suspends  always.
 * Cancel    takes nothing, before it has begun; one that has goes on to its end, and the result stands.
 */
EDO_API_FS int edo_fs_watch_add(edo_fs_watch *watch, const char *path, unsigned what);
EDO_API_FS edo_fs_watch_future edo_fs_watch_add_async(edo_fs_watch *watch, const char *path,
                                                      unsigned what);
/** Ends watching one: EDO_FS_ENDED is told, after what was known before. 0; -EINVAL: there is none. */
EDO_API_FS int edo_fs_watch_remove(edo_fs_watch *watch, int number);

/** What has happened. Its name is there until the next one is asked for. */
typedef struct edo_fs_event {
    int number;       /**< of what is watched; -1: of EDO_FS_LOST */
    unsigned what;    /**< flags; one of those above but EDO_FS_IS_DIR */
    uint32_t pair;    /**< the same in both halves of a move; else 0 */
    const char *name; /**< in the folder; "": of what is watched itself */
} edo_fs_event;

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fs_watch_next_future {
    edo_future base;
    edo_fs_watch *watch;
    edo_fs_event *ret_event;
    edo_async_fd_io_future read;
} edo_fs_watch_next_future;

/**
 * Waits for the next event.
 *
 * Returns   1; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless something has happened.
 * Cancel    puts back: the next one gets the same event.
 * Threads   one at a time.
 */
EDO_API_FS int edo_fs_watch_next(edo_fs_watch *watch, edo_fs_event *ret_event);
EDO_API_FS edo_fs_watch_next_future edo_fs_watch_next_async(edo_fs_watch *watch,
                                                            edo_fs_event *ret_event);

/**
 * Ends it. No next is under way. The system takes ten milliseconds for this.
 *
 * Returns   0; -EINVAL. It is closed in any case.
 * Suspends  always. In a task that was cancelled it doesn't, and blocks the thread instead.
 * Cancel    does nothing to edo_fs_watch_close; one of edo_fs_watch_close_async that says -ECANCELED has done nothing,
 *           and it can be closed again.
 */
EDO_API_FS int edo_fs_watch_close(edo_fs_watch *watch);
EDO_API_FS edo_fs_watch_future edo_fs_watch_close_async(edo_fs_watch *watch);

EDO_END_DECLS

#endif
