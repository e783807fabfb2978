/*
 * edo/temp.h: temporary files and folders, which are removed when they are closed.
 *
 *     edo_temp_dir_new(NULL, &temp);
 *     snprintf(path, sizeof path, "%s/data", edo_temp_path(temp));
 *     ...
 *     edo_temp_close(temp);            the folder goes, with all that is in it
 *
 * A program that is killed leaves them behind.
 */
#ifndef EDO_TEMP_H
#define EDO_TEMP_H

#include <edo/fs.h>

EDO_BEGIN_DECLS

typedef struct edo_temp edo_temp;

/** Zeros are the defaults. The texts stay until the operation is READY. */
typedef struct edo_temp_opts {
    const char *dir;    /**< where; NULL: $TMPDIR, or /tmp */
    const char *prefix; /**< what its name begins with; NULL: "tmp-" */
    const char *suffix; /**< what its name ends with: ".json"; NULL: nothing */
} edo_temp_opts;

/** Making one, under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_temp_new_future {
    edo_future base;
    edo_job job;
    edo_temp_opts opts;
    edo_temp **ret_temp;
    bool is_dir;
} edo_temp_new_future;

/**
 * Makes a file, 0600, with a name that nobody else has, and opens it to read and write. `opts` may be NULL.
 *
 * Returns   0; -EINVAL: a '/' in prefix or suffix; -ENOMEM; what open(2) says; -EAGAIN (no thread can be
 *           started, and there is none); -EDO_ENORUNTIME, -EDO_EFORKED; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller, until edo_temp_close.
 * Suspends  always.
 * Cancel    puts back: a losing arm's is removed.
 */
EDO_API_FS int edo_temp_file_new(const edo_temp_opts *opts, edo_temp **ret_temp);
EDO_API_FS edo_temp_new_future edo_temp_file_new_async(const edo_temp_opts *opts,
                                                       edo_temp **ret_temp);
/** The same of a folder, 0700. */
EDO_API_FS int edo_temp_dir_new(const edo_temp_opts *opts, edo_temp **ret_temp);
EDO_API_FS edo_temp_new_future edo_temp_dir_new_async(const edo_temp_opts *opts,
                                                      edo_temp **ret_temp);

/** Its path, while it is there; NULL for NULL. */
EDO_API_FS const char *edo_temp_path(const edo_temp *temp);
/** The file's descriptor, which stays its: edo_file_from_fd takes a dup(2) of it. -EINVAL: it is a folder. */
EDO_API_FS int edo_temp_fd(const edo_temp *temp);
/** From now on its closing leaves what is at its path. 0; -EINVAL. */
EDO_API_FS int edo_temp_keep(edo_temp *temp);

/** Closing one, under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_temp_close_future {
    edo_future base;
    edo_job job;
    edo_temp *temp;
    bool has_run;
} edo_temp_close_future;

/**
 * Closes it, and removes its path unless it was kept: a file, or a folder with all that is in it, whose links
 * aren't followed. A path that is gone is fine.
 *
 * Returns   0; -EINVAL; what could not be removed. It is closed in any case.
 * Suspends  always. In a task that was cancelled it doesn't, and blocks the thread instead.
 * Cancel    does nothing to edo_temp_close; one of edo_temp_close_async that says -ECANCELED has done nothing, and
 *           it can be closed again.
 */
EDO_API_FS int edo_temp_close(edo_temp *temp);
EDO_API_FS edo_temp_close_future edo_temp_close_async(edo_temp *temp);

EDO_END_DECLS

#endif
