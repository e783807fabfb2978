/*
 * edo/file.h: open files.
 *
 * What can't be done without perhaps waiting for a disk is done on a thread for blocking calls, in one hop; what
 * is in the page cache is read in the task itself. No worker waits for a disk. Outside of tasks the calls are
 * made where they stand.
 *
 * A file has a position of its own, which reads, writes and seeks by its reader, writer and seeker move, and
 * which handles made by edo_file_try_clone share. These take turns, each being done before the next begins.
 * Reads and writes at an offset of their own leave the position, and go beside each other. A write that has
 * returned is with the kernel: there is nothing to flush, and the next reader sees it.
 *
 * Pipes, FIFOs, sockets and terminals are waited for as such, without a thread. They have no position, nor
 * have other character devices.
 *
 * Cancel: an operation that waits for its turn, or for a thread, is dropped, and nothing has happened. One that
 * has begun goes on to its end, and the future is pending until then, as the kernel has the memory; a network
 * file system that doesn't answer is waited for. A cancelled read then says -ECANCELED and leaves the position;
 * what changes a file says what it has done.
 */
#ifndef EDO_FILE_H
#define EDO_FILE_H

#include <sys/types.h>

#include <edo/file_op.h>
#include <edo/fs_call.h>
#include <edo/io.h>
#include <edo/metadata.h>
#include <edo/write.h>

EDO_BEGIN_DECLS

typedef struct edo_file edo_file;

/** How to open one. Some access is asked for: read, write, append. */
typedef struct edo_file_opts {
    bool read;
    bool write;
    bool append;     /**< write, each time at the end as it is then */
    bool truncate;   /**< empty it; needs write */
    bool create;     /**< unless it is there; needs write or append */
    bool create_new; /**< -EEXIST if it is there; needs write or append */
    mode_t mode;     /**< of one that is created, less the umask; 0: 0666 */
    int flags;       /**< more flags of open(2): O_NOFOLLOW, O_DIRECT, O_TMPFILE */
} edo_file_opts;

/** An open under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_file_open_future {
    edo_future base;
    edo_job job;
    const char *path;
    edo_file **ret;
    edo_file *file; /* once it is open */
    int flags;
    mode_t mode;
} edo_file_open_future;

/**
 * Opens a file; close-on-exec. `opts` of NULL: for reading.
 *
 * Returns   0; -EINVAL, also for options that make no sense together; -ENOMEM; what open(2) says; -EAGAIN when
 *           no thread can be started; -EDO_ESHUTDOWN; or why the waiting was cut short.
 * Owns      the caller, until edo_file_close. `path` is read until it is READY.
 * Suspends  unless it is known to be there, to be opened and not made.
 * Cancel    puts back: a file that was opened is closed; one that was created or emptied is so.
 */
EDO_API_FS int edo_file_open(const char *path, const edo_file_opts *opts, edo_file **ret_file);
EDO_API_FS edo_file_open_future edo_file_open_async(const char *path, const edo_file_opts *opts,
                                                    edo_file **ret_file);
/** The same to write, a new one or an old one that is emptied. */
EDO_API_FS int edo_file_create(const char *path, edo_file **ret_file);
EDO_API_FS edo_file_open_future edo_file_create_async(const char *path, edo_file **ret_file);
/**
 * Takes a descriptor that is open, with its position. A pipe, socket or terminal is set to O_NONBLOCK, which all
 * that share it see, and is waited for without a thread. (But taken outside of a runtime, or in one without I/O,
 * each read of it blocks a thread for such calls until something comes, whatever becomes of who asked.)
 *
 * Returns   0; -EINVAL; -EBADF; -ENOMEM; of what can be waited for: -EDO_ESHUTDOWN.
 * Owns      the descriptor is the file's on success only.
 */
EDO_API_FS int edo_file_from_fd(int fd, edo_file **ret_file);
/**
 * Closes it. A call that is under way goes on, and the descriptor is closed after it; what is made of several, as a
 * write of the whole, a copy or a buffered reader, may not be under way. close(2) is called where it stands: what a network file system has to say or to wait for belongs to edo_file_sync_all before.
 *
 * Returns   0; -EINVAL; what close(2) says. It is closed in any case.
 */
EDO_API_FS int edo_file_close(edo_file *file);

/** The descriptor, which stays the file's, and has a position of its own; -EINVAL. */
EDO_API_FS int edo_file_fd(const edo_file *file);
/** Where the next read or write begins; -ESPIPE; -EINVAL. */
EDO_API_FS int64_t edo_file_position(const edo_file *file);
/** The most that one read or write takes, on a file that has a position: 2 MiB, or what was set. */
EDO_API_FS size_t edo_file_max_buf_size(const edo_file *file);
/** 0; -EINVAL, also for none. Threads: none uses the file meanwhile. */
EDO_API_FS int edo_file_set_max_buf_size(edo_file *file, size_t size);
/**
 * Another handle of the open file, which shares the position and has its own descriptor and the same
 * maximum.
 *
 * Returns   0; -EINVAL; -EMFILE and what fcntl(2) says; -ENOMEM; what edo_file_from_fd says.
 * Owns      the caller, until edo_file_close.
 */
EDO_API_FS int edo_file_try_clone(edo_file *file, edo_file **ret_file);

/** As a reader: NULL gives one that says -EINVAL. Its reads are done by edo/read.h, edo/buf_reader.h, edo/copy.h. */
EDO_API_FS edo_reader edo_file_reader(edo_file *file);
/** As a writer, which is vectored. flush and shutdown have nothing to do. */
EDO_API_FS edo_writer edo_file_writer(edo_file *file);
/** As a seeker; -ESPIPE from what has no position. */
EDO_API_FS edo_seeker edo_file_seeker(edo_file *file);

/**
 * edo_read of its reader: reads at the position, and moves it by what was read.
 *
 * Returns   the count; 0 at the end, or when `len` is 0; -EINVAL, -EBADF, -EISDIR, -EIO and what read(2) says;
 *           -EAGAIN when no thread can be started; -EDO_ESHUTDOWN; or why the waiting was cut short.
 * Owns      `buf` is the file's until it is READY.
 * Suspends  unless it is in the page cache.
 * Cancel    takes nothing; of what has no position: puts back.
 */
EDO_API_FS ssize_t edo_file_read(edo_file *file, void *buf, size_t len);
EDO_API_FS edo_read_future edo_file_read_async(edo_file *file, void *buf, size_t len);
/** The same into `count` pieces, of which at most IOV_MAX are filled. */
EDO_API_FS ssize_t edo_file_readv(edo_file *file, const struct iovec *iov, size_t count);
EDO_API_FS edo_read_future edo_file_readv_async(edo_file *file, const struct iovec *iov,
                                                size_t count);
/**
 * edo_write of its writer: writes at the position, or with append at the end, and moves it behind.
 *
 * Returns   the count, which is less than `len` on a full disk or at a limit, before the error; -EINVAL,
 *           -EBADF, -ENOSPC, -EFBIG, -EIO and what write(2) says; or as edo_file_read.
 * Owns      `buf` is the file's until it is READY.
 * Suspends  in tasks.
 * Cancel    says how much it gave.
 */
EDO_API_FS ssize_t edo_file_write(edo_file *file, const void *buf, size_t len);
EDO_API_FS edo_write_future edo_file_write_async(edo_file *file, const void *buf, size_t len);
/** The same of `count` pieces, of which at most IOV_MAX are written. */
EDO_API_FS ssize_t edo_file_writev(edo_file *file, const struct iovec *iov, size_t count);
EDO_API_FS edo_write_future edo_file_writev_async(edo_file *file, const struct iovec *iov,
                                                  size_t count);
/** edo_write_all of its writer. */
EDO_API_FS int edo_file_write_all(edo_file *file, const void *buf, size_t len, size_t *ret_done);
EDO_API_FS edo_write_all_future edo_file_write_all_async(edo_file *file, const void *buf,
                                                         size_t len);
/**
 * edo_seek of its seeker: to `offset` bytes from the start (SEEK_SET), the position (SEEK_CUR) or the end
 * (SEEK_END). Behind the end is fine: a write there leaves a hole.
 *
 * Returns   the position; -EINVAL, also for one before the start; -ESPIPE; what lseek(2) says; or as
 *           edo_file_read.
 * Suspends  from the end; else only while another operation has its turn.
 * Cancel    takes nothing, or the success stands.
 */
EDO_API_FS int64_t edo_file_seek(edo_file *file, int64_t offset, int whence);
EDO_API_FS edo_seek_future edo_file_seek_async(edo_file *file, int64_t offset, int whence);

/** A read or write at an offset under way. Its fields but done are private. */
typedef struct edo_file_at_future {
    edo_future base;
    size_t done; /**< bytes read or written so far */
    edo_file_op op;
    const struct iovec *iov; /* NULL: the one piece below */
    size_t count;
    struct iovec one;
    int64_t offset;
} edo_file_at_future;

/**
 * Reads at `offset`, once, and leaves the position.
 *
 * Returns   as edo_file_read; -ESPIPE from what has no position.
 * Owns      `buf` is the file's until it is READY.
 * Suspends  unless it is in the page cache.
 * Cancel    takes nothing.
 */
EDO_API_FS ssize_t edo_file_read_at(edo_file *file, void *buf, size_t len, int64_t offset);
EDO_API_FS edo_file_at_future edo_file_read_at_async(edo_file *file, void *buf, size_t len,
                                                     int64_t offset);
/** The same into `count` pieces, of which at most IOV_MAX are filled. */
EDO_API_FS ssize_t edo_file_readv_at(edo_file *file, const struct iovec *iov, size_t count,
                                     int64_t offset);
EDO_API_FS edo_file_at_future edo_file_readv_at_async(edo_file *file, const struct iovec *iov,
                                                      size_t count, int64_t offset);
/**
 * Writes at `offset`, once, and leaves the position. A file opened with append is written at its end all the
 * same.
 *
 * Returns   as edo_file_write; -ESPIPE to what has no position.
 * Owns      `buf` is the file's until it is READY.
 * Suspends  in tasks.
 * Cancel    says how much it gave.
 */
EDO_API_FS ssize_t edo_file_write_at(edo_file *file, const void *buf, size_t len, int64_t offset);
EDO_API_FS edo_file_at_future edo_file_write_at_async(edo_file *file, const void *buf, size_t len,
                                                      int64_t offset);
/** The same of `count` pieces, of which at most IOV_MAX are written. */
EDO_API_FS ssize_t edo_file_writev_at(edo_file *file, const struct iovec *iov, size_t count,
                                      int64_t offset);
EDO_API_FS edo_file_at_future edo_file_writev_at_async(edo_file *file, const struct iovec *iov,
                                                       size_t count, int64_t offset);
/**
 * Writes all of `count` pieces from `offset` on, in one hop; any number is fine. *ret_done, which may be NULL,
 * is how much was written, in any case.
 *
 * Returns   0; else as edo_file_write_at; -EDO_EWRITEZERO.
 * Owns      what the pieces point to, and the array, are the file's until it is READY.
 * Suspends  in tasks.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_FS int edo_file_writev_all_at(edo_file *file, const struct iovec *iov, size_t count,
                                      int64_t offset, size_t *ret_done);
EDO_API_FS edo_file_at_future edo_file_writev_all_at_async(edo_file *file, const struct iovec *iov,
                                                           size_t count, int64_t offset);
/** The same of one piece. */
EDO_API_FS int edo_file_write_all_at(edo_file *file, const void *buf, size_t len, int64_t offset,
                                     size_t *ret_done);
EDO_API_FS edo_file_at_future edo_file_write_all_at_async(edo_file *file, const void *buf,
                                                          size_t len, int64_t offset);
/** Fills all of `buf` from `offset` on, in one hop at most: 0; -EDO_EEOF; else as edo_file_read_at. */
EDO_API_FS int edo_file_read_exact_at(edo_file *file, void *buf, size_t len, int64_t offset,
                                      size_t *ret_done);
EDO_API_FS edo_file_at_future edo_file_read_exact_at_async(edo_file *file, void *buf, size_t len,
                                                           int64_t offset);

/** What else is done with an open file, under way. Its fields are private; don't move it once it has been
 * polled. */
typedef struct edo_file_future {
    edo_future base;
    edo_file_op op;
    int64_t value;
    void *ret;
    struct timespec times[2];
} edo_file_future;

/**
 * Waits for the operations that others have under way on this handle, and then has the kernel bring what was
 * written, with what is known about the file, to the disk.
 *
 * Returns   0; -EINVAL; what fsync(2) says: -EIO, -ENOSPC; or why the waiting was cut short.
 * Suspends  in tasks.
 * Cancel    takes nothing, or the success stands.
 */
EDO_API_FS int edo_file_sync_all(edo_file *file);
EDO_API_FS edo_file_future edo_file_sync_all_async(edo_file *file);
/** The same with no more about the file than is needed to read it: fdatasync(2). */
EDO_API_FS int edo_file_sync_data(edo_file *file);
EDO_API_FS edo_file_future edo_file_sync_data_async(edo_file *file);
/**
 * Makes it `size` bytes long: the rest is cut off, or zeros are added. The position stays.
 *
 * Returns   0; -EINVAL; what ftruncate(2) says; or why the waiting was cut short.
 * Suspends  in tasks.
 * Cancel    takes nothing, or the success stands.
 */
EDO_API_FS int edo_file_set_len(edo_file *file, int64_t size);
EDO_API_FS edo_file_future edo_file_set_len_async(edo_file *file, int64_t size);
/** Sets the bits of its mode: 0; what fchmod(2) says; otherwise as edo_file_set_len. */
EDO_API_FS int edo_file_set_permissions(edo_file *file, mode_t mode);
EDO_API_FS edo_file_future edo_file_set_permissions_async(edo_file *file, mode_t mode);
/** Sets its times; `times` isn't needed afterwards: 0; what futimens(3) says; otherwise the same. */
EDO_API_FS int edo_file_set_times(edo_file *file, const edo_file_times *times);
EDO_API_FS edo_file_future edo_file_set_times_async(edo_file *file, const edo_file_times *times);
/** What the file system knows of it: 0; what statx(2) says; otherwise the same. Cancel: takes nothing. */
EDO_API_FS int edo_file_metadata(edo_file *file, edo_metadata *ret_metadata);
EDO_API_FS edo_file_future edo_file_metadata_async(edo_file *file, edo_metadata *ret_metadata);

/**
 * Gives the descriptor back, open and with the position, once no operation is under way on this handle, and
 * ends the handle. A pipe, socket or terminal stays non-blocking.
 *
 * Returns   0; -EINVAL; -EBUSY of a pipe and the like while somebody waits for it; or why the waiting was cut
 *           short, and then the handle is as it was.
 * Suspends  while an operation is under way.
 * Cancel    takes nothing, or the success stands.
 */
EDO_API_FS int edo_file_into_fd(edo_file *file, int *ret_fd);
EDO_API_FS edo_file_future edo_file_into_fd_async(edo_file *file, int *ret_fd);
/** The same at once: -EBUSY while an operation is under way, and then the handle is as it was. */
EDO_API_FS int edo_file_try_into_fd(edo_file *file, int *ret_fd);

EDO_END_DECLS

#endif
