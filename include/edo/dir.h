/*
 * edo/dir.h: what is in a folder, one entry after the other.
 *
 *     edo_dir_open("/etc", &dir);
 *     while ((rc = edo_dir_next(dir, &entry)) > 0)
 *         puts(entry.path);
 *     edo_dir_close(dir);
 *
 * The system is asked for hundreds of entries at a time: in a task that is one hop to a thread for blocking
 * calls, and what was read is given out without another.
 */
#ifndef EDO_DIR_H
#define EDO_DIR_H

#include <edo/fs.h>

EDO_BEGIN_DECLS

typedef struct edo_dir edo_dir;

/**
 * Opens a folder, to see what is in it.
 *
 * Returns   0; -EINVAL, -ENOMEM; -ENOENT, -ENOTDIR and what else open(2) says; what edo_fs_create_dir says of
 *           the rest.
 * Owns      the caller, until edo_dir_close. One that a losing arm got is closed.
 * Suspends  always.
 * Cancel    takes nothing, before it has begun; one that has goes on to its end, and the result stands.
 */
EDO_API_FS int edo_dir_open(const char *path, edo_dir **ret_dir);
EDO_API_FS edo_fs_future edo_dir_open_async(const char *path, edo_dir **ret_dir);
/** Closes it. No next is under way. NULL is fine. */
EDO_API_FS void edo_dir_close(edo_dir *dir);
/** Its descriptor, which stays its: for openat(2) and its like. -EINVAL. */
EDO_API_FS int edo_dir_fd(const edo_dir *dir);

/** An entry. Its texts are there until the next one is asked for, or the folder is closed. */
typedef struct edo_dir_entry {
    const char *name;
    const char *path;   /**< the folder's, as it was opened, and the name */
    edo_file_type type; /**< of a link it says link */
    uint64_t inode;
} edo_dir_entry;

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_dir_next_future {
    edo_future base;
    edo_job job;
    edo_dir *dir;
    edo_dir_entry *ret_entry;
} edo_dir_next_future;

/**
 * Gives the next entry, in whatever order they are, without "." and "..". What comes and goes meanwhile is
 * among them or not.
 *
 * Returns   1; 0: there are no more, and this may be asked again; -EINVAL; -ENAMETOOLONG: that one is left
 *           out; what getdents(2) says; what edo_fs_create_dir says of the rest.
 * Suspends  once in hundreds of entries.
 * Cancel    puts back: the next one gets the same entry.
 * Threads   one at a time.
 */
EDO_API_FS int edo_dir_next(edo_dir *dir, edo_dir_entry *ret_entry);
EDO_API_FS edo_dir_next_future edo_dir_next_async(edo_dir *dir, edo_dir_entry *ret_entry);
/** Goes back to the first entry. 0; -EINVAL. */
EDO_API_FS int edo_dir_rewind(edo_dir *dir);

/** Metadata of a name in an open folder, wherever that has been moved to; of a link, its own. */
EDO_API_FS int edo_dir_metadata(edo_dir *dir, const char *name, edo_metadata *ret_metadata);
EDO_API_FS edo_fs_future edo_dir_metadata_async(edo_dir *dir, const char *name,
                                                edo_metadata *ret_metadata);

EDO_END_DECLS

#endif
