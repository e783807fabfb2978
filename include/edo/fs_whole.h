/* edo/fs_whole.h: whole files by their names, each in one hop at most. */
#ifndef EDO_FS_WHOLE_H
#define EDO_FS_WHOLE_H

#include <edo/buf.h>
#include <edo/fs_call.h>

EDO_BEGIN_DECLS

/** A whole file's read or write under way. Its fields but done are private; don't move it once it has been
 * polled. */
typedef struct edo_fs_whole_future {
    edo_future base;
    edo_job job;
    size_t done; /**< bytes read or written so far */
    const char *path;
    edo_buf *buf;
    const void *data;
    size_t len;
    int fd;          /* less one: open already */
    bool is_special; /* no regular file, and opened so that it doesn't wait */
    bool is_text;
    bool stops; /* atomic */
} edo_fs_whole_future;

/**
 * Reads a file, behind what the buffer holds: what is in the page cache and short in the task itself, everything
 * else on a thread for blocking calls. *ret_done, which may be NULL, is how much was read, in any case.
 *
 * Returns   0; -EINVAL; -EDO_ETOOLONG, -ENOMEM; what open(2) and read(2) say; -EAGAIN when no thread can be
 *           started; -EDO_ESHUTDOWN; or why the waiting was cut short. Each leaves in the buffer what was read.
 * Owns      `path` and the buffer are read and written until it is READY.
 * Suspends  unless the file is in the page cache.
 * Cancel    says how much it took, in `done`: these bytes are in the buffer. A read that has begun is waited for.
 */
EDO_API_FS int edo_fs_read(const char *path, edo_buf *buf, size_t *ret_done);
EDO_API_FS edo_fs_whole_future edo_fs_read_async(const char *path, edo_buf *buf);
/** The same with text: -EILSEQ when what was read isn't UTF-8. The bytes are in the buffer all the same. */
EDO_API_FS int edo_fs_read_to_string(const char *path, edo_buf *buf, size_t *ret_done);
EDO_API_FS edo_fs_whole_future edo_fs_read_to_string_async(const char *path, edo_buf *buf);
/**
 * Writes a file: a new one, of mode 0666 less the umask, or an old one that is emptied first. *ret_done, which may
 * be NULL, is how much was written, in any case. A reader may see it half done: edo/fs.h has one that replaces a
 * file at once.
 *
 * Returns   0; -EINVAL; -EDO_EWRITEZERO; what open(2), write(2) and close(2) say; else as edo_fs_read.
 * Owns      `path` and `data` are read until it is READY.
 * Suspends  in tasks.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_FS int edo_fs_write(const char *path, const void *data, size_t len, size_t *ret_done);
EDO_API_FS edo_fs_whole_future edo_fs_write_async(const char *path, const void *data, size_t len);

EDO_END_DECLS

#endif
