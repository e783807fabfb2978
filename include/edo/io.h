/*
 * edo/io.h: readers, writers and seekers: the interfaces that everything which carries bytes has, and
 * that anybody can implement.
 *
 * A reader is a table of functions and the object they work on. edo_read and what is built on it
 * (edo/read.h, edo/write.h, edo/copy.h, edo/buf_reader.h ...) take one by value; the object is borrowed
 * and stays its owner's, who also closes it. At a time one task may read from an object and another write
 * to it. Of two reads that are under way at once, as two arms of a select, either may get the earlier bytes.
 */
#ifndef EDO_IO_H
#define EDO_IO_H

#include <sys/uio.h>

#include <edo/file_op.h>
#include <edo/future.h>
#include <edo/op.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

typedef enum edo_transfer_kind {
    EDO_TRANSFER_READ,
    EDO_TRANSFER_READV,
    EDO_TRANSFER_FILL,
    EDO_TRANSFER_WRITE,
    EDO_TRANSFER_WRITEV,
    EDO_TRANSFER_FLUSH,
    EDO_TRANSFER_SHUTDOWN,
    EDO_TRANSFER_SEEK
} edo_transfer_kind;

/**
 * One call of an interface under way, in the memory of whoever called. It stays where it is from the first
 * poll to READY, and so does what `buf` or `iov` point to.
 */
typedef struct edo_transfer {
    uint8_t kind;   /**< edo_transfer_kind */
    uint8_t whence; /**< of a seek: SEEK_SET, SEEK_CUR, SEEK_END */
    bool begun;     /**< false at the first poll, true afterwards; kept by edo */
    bool canceled;  /**< it is to end soon; kept by edo */
    bool gives_way; /**< private */
    void *buf;  /**< read: to be filled. write: to be read only. fill: what is there, to be set */
    size_t len; /**< bytes at buf, or pieces at iov */
    const struct iovec *iov; /**< of readv and writev */
    int64_t offset;          /**< of a seek */
    int64_t result;          /**< to be set: a count, a position, 0, or a negative errno */
    union {
        edo_op op;
        edo_waiter waiter;
        edo_file_op file;
        uint64_t words[14];
        void *pointers[14];
    } own; /**< of whoever does the work, the innermost; zeros at first */
} edo_transfer;

/**
 * A poll function of an interface: says READY after it stored `t->result`, or PENDING after it has arranged
 * that `waker` is woken. A later poll's waker replaces an earlier one's. Once `t->canceled` is set it is
 * polled until it says READY: with -ECANCELED and without effect, or with its result.
 */
typedef edo_poll edo_transfer_poll(void *self, edo_transfer *t, const edo_waker *waker);

/** What a reader can do. */
typedef struct edo_reader_ops {
    /** Reads at most `t->len` bytes to `t->buf`, once; 0 is the end. Never called with no bytes to fill. */
    edo_transfer_poll *read;
    /** The same into several pieces, of which at least one isn't empty. NULL: only the first such is read
     * into. */
    edo_transfer_poll *readv;
    /** Of buffered readers, else NULL: waits until something is there unless it is, and sets `t->buf` and
     * `t->result` to it: 0 is the end. It stays there until it is consumed. */
    edo_transfer_poll *fill;
    /** Takes away `len` bytes of what fill has shown. 0; -EINVAL when that many aren't there. */
    int (*consume)(void *self, size_t len);
    /** Asks one that said PENDING to end soon. NULL: the next poll sees `t->canceled`. */
    void (*cancel)(void *self, edo_transfer *t);
    /** Takes back the last `t->result` bytes that a READY read has given, so that the next read gets them.
     * They lie at the beginning of its memory; if some are wanted, there are fewer than it said. 0; or a
     * negative errno: then its success stands. NULL: it always does. */
    int (*put_back)(void *self, edo_transfer *t);
    const char *name; /**< for reports: "tcp" */
    /** Private: the socket from which it reads, by recv and nothing else. NULL: there is none. */
    struct source *(*source)(void *self);
} edo_reader_ops;

/** What a writer can do. */
typedef struct edo_writer_ops {
    /** Writes at most `t->len` bytes of `t->buf`, once. Never called with none. 0 is a writer that takes
     * nothing any more. */
    edo_transfer_poll *write;
    /** The same of several pieces, of which at least one isn't empty. NULL: it can't, and only the first
     * such is written. */
    edo_transfer_poll *writev;
    /** Sees to it that what was written goes on to where it is going. NULL: nothing is held back. */
    edo_transfer_poll *flush;
    /** Ends the writing: the other side reads the end. NULL: there is no such thing here. */
    edo_transfer_poll *shutdown;
    /** Asks one that said PENDING to end soon. NULL: the next poll sees `t->canceled`. */
    void (*cancel)(void *self, edo_transfer *t);
    const char *name;
    /** Private: the socket to which it writes, by send and nothing else. NULL: there is none. */
    struct source *(*source)(void *self);
} edo_writer_ops;

/** What can be moved about in. */
typedef struct edo_seeker_ops {
    /** Moves to `t->offset` from `t->whence`; the result is the position from the start. */
    edo_transfer_poll *seek;
    /** As of a reader. */
    void (*cancel)(void *self, edo_transfer *t);
    const char *name;
} edo_seeker_ops;

typedef struct edo_reader {
    const edo_reader_ops *ops;
    void *self;
} edo_reader;

typedef struct edo_writer {
    const edo_writer_ops *ops;
    void *self;
} edo_writer;

typedef struct edo_seeker {
    const edo_seeker_ops *ops;
    void *self;
} edo_seeker;

/** Both directions of one thing, or of two that are to be used as one. */
typedef struct edo_io {
    edo_reader reader;
    edo_writer writer;
} edo_io;

/** A read under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_read_future {
    edo_future base;
    edo_reader from;
    edo_transfer t;
} edo_read_future;

/**
 * Reads what is there, at most `len` bytes, by one call of the reader.
 *
 * Returns   the count; 0 at the end, or when `len` is 0; -EINVAL; what the reader says; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN. -EDO_EMISUSE for a reader that says more
 *           than there is room for.
 * Owns      `buf` is the reader's until the read is READY.
 * Suspends  unless something is there.
 * Cancel    puts back, where the reader can; else takes nothing, or the success stands.
 */
EDO_API_IO ssize_t edo_read(edo_reader from, void *buf, size_t len);
EDO_API_IO edo_read_future edo_read_async(edo_reader from, void *buf, size_t len);
/** The same into `count` pieces; the array is read until it is READY. */
EDO_API_IO ssize_t edo_readv(edo_reader from, const struct iovec *iov, size_t count);
EDO_API_IO edo_read_future edo_readv_async(edo_reader from, const struct iovec *iov, size_t count);

/** A write, flush or shutdown under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_write_future {
    edo_future base;
    edo_writer to;
    edo_transfer t;
} edo_write_future;

/**
 * Writes what is taken of it, at most `len` bytes, by one call of the writer.
 *
 * Returns   the count; 0 when `len` is 0, and from a writer that takes nothing any more; -EINVAL; what the
 *           writer says; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 *           -EDO_EMISUSE for a writer that says more than it was given.
 * Owns      `buf` is the writer's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: bytes given stay given and are the result; none: -ECANCELED.
 */
EDO_API_IO ssize_t edo_write(edo_writer to, const void *buf, size_t len);
EDO_API_IO edo_write_future edo_write_async(edo_writer to, const void *buf, size_t len);
/** The same of `count` pieces; the array is read until it is READY. */
EDO_API_IO ssize_t edo_writev(edo_writer to, const struct iovec *iov, size_t count);
EDO_API_IO edo_write_future edo_writev_async(edo_writer to, const struct iovec *iov, size_t count);
/** Whether the writer takes several pieces at once; else only the first that isn't empty is written. */
EDO_API_IO bool edo_writer_is_vectored(edo_writer to);

/**
 * Waits until what was written has gone on to where it is going.
 *
 * Returns   0; -EINVAL; what the writer says; or why the waiting was cut short.
 * Suspends  while there is something to pass on.
 * Cancel    takes nothing: what was not passed on yet is still there.
 */
EDO_API_IO int edo_flush(edo_writer to);
EDO_API_IO edo_write_future edo_flush_async(edo_writer to);

/**
 * Ends the writing, after a flush: the other side reads the end.
 *
 * Returns   0; -EINVAL; what the writer says; or why the waiting was cut short.
 * Suspends  while there is something to pass on.
 * Cancel    takes nothing; it may be called again.
 */
EDO_API_IO int edo_shutdown(edo_writer to);
EDO_API_IO edo_write_future edo_shutdown_async(edo_writer to);

/** A seek under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_seek_future {
    edo_future base;
    edo_seeker in;
    edo_transfer t;
} edo_seek_future;

/**
 * Moves to `offset` bytes from the start (SEEK_SET), from where it stands (SEEK_CUR) or from the end
 * (SEEK_END).
 *
 * Returns   the position from the start; -EINVAL, also for one before the start; what the seeker says; or
 *           why the waiting was cut short.
 * Suspends  where the seeker does.
 * Cancel    takes nothing, or the success stands.
 */
EDO_API_IO int64_t edo_seek(edo_seeker in, int64_t offset, int whence);
EDO_API_IO edo_seek_future edo_seek_async(edo_seeker in, int64_t offset, int whence);

/*
 * For those who implement a reader or writer around another. Such a one either hands its own transfer on,
 * by calling the inner one's functions with it, or has one of its own for the inner, which it keeps in its
 * object: the calls below are for that.
 */

/** Begins a transfer: it is new, and asks for this. `buf` is the array of a vectored kind. */
EDO_API_IO void edo_transfer_begin(edo_transfer *t, edo_transfer_kind kind, const void *buf,
                                   size_t len);
/** Polls it, with the checks that edo_read makes; no budget is spent. Once READY, begin it anew. */
EDO_API_IO edo_poll edo_reader_poll(edo_reader from, edo_transfer *t, const edo_waker *waker);
EDO_API_IO edo_poll edo_writer_poll(edo_writer to, edo_transfer *t, const edo_waker *waker);
/** Asks it to end soon: then poll it until it is READY. */
EDO_API_IO void edo_reader_cancel(edo_reader from, edo_transfer *t);
EDO_API_IO void edo_writer_cancel(edo_writer to, edo_transfer *t);
/**
 * Takes a READY read's bytes back. Where only the last of them are to go back: make `t->result` their
 * number, and move them to the beginning of its memory. 0, and the result is -ECANCELED; or an error: its
 * success stands.
 */
EDO_API_IO int edo_reader_put_back(edo_reader from, edo_transfer *t);

EDO_END_DECLS

#endif
