/*
 * edo/fs.h: names in the file system: making, moving, removing them, and what they stand for.
 *
 * Each operation is one or a few calls of the system that may have to wait for a disk. In a task they are made
 * on one of the runtime's threads for blocking calls, a whole operation in one hop; elsewhere, on the thread
 * itself. What may be known without waiting is asked for at once.
 *
 * Paths and what else is passed by a pointer stay as they are until the operation is READY.
 */
#ifndef EDO_FS_H
#define EDO_FS_H

#include <edo/fs_call.h>
#include <edo/metadata.h>

EDO_BEGIN_DECLS

/** An operation under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fs_future {
    edo_future base;
    edo_job job;
    const char *path, *other;
    void *ret;
    struct timespec times[2];
    unsigned mode;
} edo_fs_future;

/**
 * Makes a folder, with the permissions 0777 less the umask.
 *
 * Returns   0; -EINVAL for NULL; -EEXIST: something is there, and what else mkdir(2) says; -EAGAIN, -ENOMEM
 *           (no thread can be started, and there is none); -EDO_ENORUNTIME, -EDO_EFORKED; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  always.
 * Cancel    takes nothing, before it has begun; one that has goes on to its end, and the result stands.
 */
EDO_API_FS int edo_fs_create_dir(const char *path);
EDO_API_FS edo_fs_future edo_fs_create_dir_async(const char *path);
/** The same with those that it is to lie in. 0 also when it is there; -EEXIST: something else is. */
EDO_API_FS int edo_fs_create_dir_all(const char *path);
EDO_API_FS edo_fs_future edo_fs_create_dir_all_async(const char *path);

/** Zeros are the defaults. */
typedef struct edo_fs_create_dir_opts {
    unsigned mode;  /**< permissions of the last folder, less the umask; 0: 0777 */
    bool recursive; /**< as edo_fs_create_dir_all */
} edo_fs_create_dir_opts;
/** Either of them. `opts` may be NULL, and isn't needed afterwards. */
EDO_API_FS int edo_fs_create_dir_with(const char *path, const edo_fs_create_dir_opts *opts);
EDO_API_FS edo_fs_future edo_fs_create_dir_with_async(const char *path,
                                                      const edo_fs_create_dir_opts *opts);

/** Removes an empty folder: -ENOTEMPTY, -ENOTDIR, and what else rmdir(2) says. */
EDO_API_FS int edo_fs_remove_dir(const char *path);
EDO_API_FS edo_fs_future edo_fs_remove_dir_async(const char *path);
/** Removes a name of a file or link, not of a folder (-EISDIR), and the file with its last name. */
EDO_API_FS int edo_fs_remove_file(const char *path);
EDO_API_FS edo_fs_future edo_fs_remove_file_async(const char *path);

/** A removal under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fs_remove_future {
    edo_future base;
    edo_job job;
    const char *path;
    uint32_t stop;
} edo_fs_remove_future;

/**
 * Removes a folder with all that is in it. Links are removed and not followed, whoever may change the tree
 * meanwhile: nothing outside of it is touched.
 *
 * Returns   0; -ENOENT; -ENOTDIR, also for a link; what edo_fs_create_dir says of the rest. After a failure
 *           some of it is gone.
 * Suspends  always.
 * Cancel    ends it at the next name; what is gone stays gone.
 */
EDO_API_FS int edo_fs_remove_dir_all(const char *path);
EDO_API_FS edo_fs_remove_future edo_fs_remove_dir_all_async(const char *path);

/**
 * Gives what is at `from` the name `to`, in one step: who looks at `to` finds what was there before, or what
 * was at `from`. -EXDEV: that is another file system; and what else rename(2) says.
 */
EDO_API_FS int edo_fs_rename(const char *from, const char *to);
EDO_API_FS edo_fs_future edo_fs_rename_async(const char *from, const char *to);
/** Gives a file another name, beside the one it has. A folder: -EPERM; a link is not followed. */
EDO_API_FS int edo_fs_hard_link(const char *from, const char *to);
EDO_API_FS edo_fs_future edo_fs_hard_link_async(const char *from, const char *to);
/** Makes a link at `path` that points to `target`, whatever is there. */
EDO_API_FS int edo_fs_symlink(const char *target, const char *path);
EDO_API_FS edo_fs_future edo_fs_symlink_async(const char *target, const char *path);

/**
 * Where a link points to, whole.
 *
 * Returns   0; -EINVAL, also when it is no link; -ENOMEM; what readlink(2) says, and edo_fs_create_dir.
 * Owns      *ret_target is the caller's to free(3). One that a losing arm got is freed.
 * Suspends  always.
 * Cancel    takes nothing, before it has begun; one that has goes on to its end, and the result stands.
 */
EDO_API_FS int edo_fs_read_link(const char *path, char **ret_target);
EDO_API_FS edo_fs_future edo_fs_read_link_async(const char *path, char **ret_target);
/** The same of any path: from the root on, without links, "." and "..": what realpath(3) says. */
EDO_API_FS int edo_fs_canonicalize(const char *path, char **ret_path);
EDO_API_FS edo_fs_future edo_fs_canonicalize_async(const char *path, char **ret_path);

/** What is at `path`; of a link, what it points to. 0; what stat(2) says. */
EDO_API_FS int edo_fs_metadata(const char *path, edo_metadata *ret_metadata);
EDO_API_FS edo_fs_future edo_fs_metadata_async(const char *path, edo_metadata *ret_metadata);
/** The same of a link itself. */
EDO_API_FS int edo_fs_symlink_metadata(const char *path, edo_metadata *ret_metadata);
EDO_API_FS edo_fs_future edo_fs_symlink_metadata_async(const char *path,
                                                       edo_metadata *ret_metadata);
/** Whether something is at `path`: 1, or 0; a negative errno where that can't be told. A link counts for what
 * it points to. What the system has in memory is answered without a hop. */
EDO_API_FS int edo_fs_try_exists(const char *path);
EDO_API_FS edo_fs_future edo_fs_try_exists_async(const char *path);

/** Sets the permission bits, 0644 or so. */
EDO_API_FS int edo_fs_set_permissions(const char *path, unsigned mode);
EDO_API_FS edo_fs_future edo_fs_set_permissions_async(const char *path, unsigned mode);
/** Sets times, of what a link points to, or of a link itself. `times` isn't needed afterwards. */
EDO_API_FS int edo_fs_set_times(const char *path, const edo_file_times *times);
EDO_API_FS edo_fs_future edo_fs_set_times_async(const char *path, const edo_file_times *times);
EDO_API_FS int edo_fs_set_symlink_times(const char *path, const edo_file_times *times);
EDO_API_FS edo_fs_future edo_fs_set_symlink_times_async(const char *path,
                                                        const edo_file_times *times);

/** A copy under way. Its fields but done are private; don't move it once it has been polled. */
typedef struct edo_fs_copy_future {
    edo_future base;
    edo_job job;
    uint64_t done; /**< bytes written, once it is READY */
    const char *from, *to;
    uint32_t stop;
} edo_fs_copy_future;

/**
 * Copies a file with its permission bits. What is at `to` is overwritten, whatever it is; a link there is followed.
 * The kernel copies, without the bytes passing through memory of the program, or shares blocks.
 *
 * Returns   0; -EINVAL: `from` is no regular file, or both are the same; -EISDIR, -ENOENT, -ENOSPC and what else
 *           open(2), read(2) and write(2) say; what edo_fs_create_dir says of the rest. *ret_done, which may be
 *           NULL, is how many bytes were written, also after a failure.
 * Suspends  always.
 * Cancel    says how much it gave: it ends after at most 4 MiB more, which stay in the target.
 */
EDO_API_FS int edo_fs_copy(const char *from, const char *to, uint64_t *ret_done);
EDO_API_FS edo_fs_copy_future edo_fs_copy_async(const char *from, const char *to);

/** Zeros are the defaults. */
typedef struct edo_fs_replace_opts {
    unsigned mode; /**< permissions of a new file, less the umask; 0: 0666 */
    bool
        no_sync; /**< doesn't wait for the disk: whole for all who look, but not after a loss of power */
} edo_fs_replace_opts;

/** A replacement under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fs_replace_future {
    edo_future base;
    edo_job job;
    const char *path;
    const void *data;
    size_t len;
    edo_fs_replace_opts opts;
} edo_fs_replace_future;

/**
 * Makes `data` the contents of the file at `path`, all at once: whenever the program or the machine stops, the
 * file has its old contents or the new ones, whole. They are written to a file beside it, which is synced and
 * renamed, and the folder is synced. A file that is there keeps its permissions, and its owner if that can be;
 * its other hard links keep the old contents; a link is followed. What stops in the middle may leave a file
 * `.NAME.XXXXXX.tmp` behind. `opts` may be NULL, and isn't needed afterwards.
 *
 * Returns   0; -EINVAL; -EISDIR; what open(2), write(2), fsync(2) and rename(2) say, and then the file is as it
 *           was, unless it is the last sync of the folder that failed; what edo_fs_create_dir says of the rest.
 * Owns      `data` stays until it is READY.
 * Suspends  always.
 * Cancel    takes nothing, before it has begun; one that has goes on to its end, and the result stands.
 */
EDO_API_FS int edo_fs_replace(const char *path, const void *data, size_t len,
                              const edo_fs_replace_opts *opts);
EDO_API_FS edo_fs_replace_future edo_fs_replace_async(const char *path, const void *data,
                                                      size_t len, const edo_fs_replace_opts *opts);

/**
 * Makes a folder of a name that nobody else has, with the permissions 0700: mkdtemp(3). The last six characters
 * of `path`, "XXXXXX", become its own. edo/temp.h has what removes itself.
 *
 * Returns   0; -EINVAL: it doesn't end so; what mkdir(2) says; what edo_fs_create_dir says of the rest. Then `path` may
 *           have been written to.
 * Suspends  always.
 * Cancel    puts back: a losing arm's is removed.
 */
EDO_API_FS int edo_fs_mkdtemp(char *path);
EDO_API_FS edo_fs_future edo_fs_mkdtemp_async(char *path);
/** The same of a file, 0600, which is opened to read and write, close-on-exec: mkstemp(3). */
EDO_API_FS int edo_fs_mkstemp(char *path, int *ret_fd);
EDO_API_FS edo_fs_future edo_fs_mkstemp_async(char *path, int *ret_fd);

EDO_END_DECLS

#endif
