/*
 * driver/driver.h: the seam between edo and the operating system's events.
 *
 * The verb is poll: a task polls its operation until that is READY. A readiness driver (epoll)
 * makes the call in the task that wanted it; a completion driver hands it to the kernel and reads
 * what came back. Nothing above this header knows which one runs. Sources are type-stable: their
 * memory is never unmapped and is reused with another generation.
 */
#ifndef DRIVER_DRIVER_H
#define DRIVER_DRIVER_H

#include <edo/op.h>

#include "base/lock.h"
#include "base/macros.h"
#include "future/wake.h"

/*
 * What an operation asks for, and what its `buf` and `len` are.
 *   ACCEPT                           nothing
 *   CONNECT                          the address; -EBUSY: to be tried again, and nothing tells when
 *   RECV, SEND, READ, WRITE          bytes
 *   RECV_LENT                        an edo_op_lend, and its lender's size
 *   SEND_FILE                        an edo_op_file, and how many of its bytes at most
 *   RECVV, SENDV, READV, WRITEV      an array of struct iovec, and their count
 *   RECVMSG, SENDMSG                 a struct msghdr
 *   RECVFROM, SENDTO                 the same, of one piece and without control data, of a datagram socket
 *   RECVMMSG, SENDMMSG               an array of struct mmsghdr, and their count; the result is how many
 *   SPLICE_IN, SPLICE_OUT            a struct splice_pipe, of which the first is empty and the other is not;
 *                                    bytes
 *   READINESS                        nothing; `flags` has the POLL* bits any of which ends it, and they
 *                                    are the result
 */
enum op_kind {
    OP_ACCEPT,
    OP_CONNECT,
    OP_RECV,
    OP_SEND,
    OP_READ,
    OP_WRITE,
    OP_RECVV,
    OP_SENDV,
    OP_READV,
    OP_WRITEV,
    OP_RECVMSG,
    OP_SENDMSG,
    OP_RECVFROM,
    OP_SENDTO,
    OP_RECVMMSG,
    OP_SENDMMSG,
    OP_SPLICE_IN,
    OP_SPLICE_OUT,
    OP_READINESS,
    OP_RECV_LENT,
    OP_SEND_FILE,
};
/* A pipe, by the ends of which bytes go in and come out; both don't wait. */
typedef struct splice_pipe {
    int in, out;
} splice_pipe;
/* Readiness is asked for by as many as like to, in no turn; the others go one by one. */
enum op_dir { OP_IN, OP_OUT, OP_ANY };
enum op_state { OP_NEW, OP_ARMED, OP_CANCELING, OP_COMPLETING, OP_DONE };

typedef struct source source;
typedef struct driver driver;

/* Whoever lends buffers for the time of a call, and longer if that brought bytes. On any thread. */
typedef struct op_lender op_lender;
struct op_lender {
    void *(*take)(op_lender *from); /* NULL: no memory */
    void (*give)(op_lender *from, void *data);
    size_t size; /* of each */
};

/* Operations of one direction of a source, first come first served. Written under the source's lock. */
typedef struct op_queue {
    uint32_t ready; /* readiness drivers: READY | HUP | tick << 8; atomic */
    edo_op *first;  /* atomic */
    edo_op *last;
} op_queue;

/* Something that was taken and put back; the source's until an operation takes it again. */
typedef struct source_kept source_kept;
struct source_kept {
    source_kept *next;
    void (*release)(source_kept *kept); /* the source is closed: nobody will take it */
};

struct source {
    int fd;        /* -1: the slot is free */
    uint32_t slot; /* this source's number in the process */
    uint32_t gen;  /* atomic; grows when the descriptor is closed */
    lock lock;
    uint32_t users; /* operations polled and not READY, under the lock */
    uint32_t calls; /* atomic: unlisted calls under way, and CALLS_SHUT; source.h */
    driver *home;   /* NULL once the runtime has ended; atomic; written under the lock */
    const struct driver_ops *ops; /* of the driver it was opened in; atomic; never NULL again */
    bool stream;                  /* short reads mean that nothing is left: stream sockets, pipes */
    bool closing;                 /* under the lock: no new operations */
    bool watched;                 /* epoll: registered, which happens at the first wait */
    bool wants_out;               /* epoll: EPOLLOUT is registered */
    uint32_t known;               /* io/async_fd.c: what it was last ready for; atomic */
    op_queue dir[3];              /* OP_IN, OP_OUT, OP_ANY */
    source_kept *kept;   /* what was put back, oldest first; atomic, written under the lock */
    source *next, *prev; /* in the home driver's list, or next in the free list */
    void *cookie;        /* completion drivers: what they keep about it */
};

typedef struct driver_ops {
    const char *name;
    bool tells_readiness; /* the calls are made by whoever wants them, also without its lock */
    int (*open)(driver **ret);
    /* No source is left open in it, and nobody parks. */
    void (*free)(driver *d);
    /* Adds a non-blocking descriptor's source to the driver, its lock held. 0 or a negative errno. */
    int (*add)(driver *d, source *src);
    /* Takes it out again, its lock held; no operation of it is out. By source_close's last user. */
    void (*remove)(driver *d, source *src);
    /* One poll or cancel of an operation at a time, by the task that owns it. poll keeps `waker`
     * when it says PENDING. */
    edo_poll (*poll)(edo_op *op, const edo_waker *waker);
    void (*cancel)(edo_op *op);
    /* Whoever holds the driver, one at a time: handles what has happened, waiting for it until
     * `until_ns` (0: not at all, UINT64_MAX: for ever) or an unpark. Marks and pushes the tasks
     * that it wakes. Returns the number of events handled, or a negative errno. */
    int (*park)(driver *d, uint64_t until_ns);
    /* Makes the holder's present or next park return. Any thread. No system call unless the
     * holder sleeps. */
    void (*unpark)(driver *d);
} driver_ops;

struct driver {
    const driver_ops *ops;
    lock lock;           /* guards sources and down; taken inside of a source's lock */
    bool down;           /* driver_shutdown was called: takes no more sources */
    source *sources;     /* those open in it */
    uint64_t registered; /* atomic counters */
    uint64_t deregistered;
};

extern const driver_ops epoll_driver_ops;

/* The driver named, or chosen by EDO_DRIVER in the environment; NULL when nobody has that name.
 * Tests offer theirs by driver_offer before the first runtime is built. */
const driver_ops *driver_choose(void);
void driver_offer(const driver_ops *ops);

/*
 * Makes a source of a non-blocking descriptor in driver `d`. The descriptor is the source's on
 * success only. 0; -ENOMEM; -EDO_ESHUTDOWN; what the driver says.
 */
int source_open(driver *d, int fd, bool stream, source **ret);
/*
 * Closes: no new operations; every operation that waits is marked and woken and will end with
 * -ECANCELED at its next poll (or with its result); whoever is last takes it out of the driver and
 * closes the descriptor. Never waits; any thread.
 */
void source_close(source *src);
/*
 * Takes the descriptor out of the driver and gives it back, still non-blocking; the source is gone then.
 * 0; -EBUSY while operations wait or something was put back, and nothing has changed.
 */
int source_release(source *src, int *ret_fd);
/* Keeps the sources' memory whole over fork(2). */
void source_slab_guard(void);
/* Ends a driver's service: every source loses its home, every waiter is woken and says
 * -EDO_ESHUTDOWN. Its descriptors stay open until source_close. */
void driver_shutdown(driver *d);

/* Makes one that is DONE new again, of the same source and generation. */
static inline void op_renew(edo_op *op)
{
    op->canceled = false;
    op->linked = 0;
    op->state = OP_NEW;
}
/* The queue that operations of this kind stand in. */
static inline uint8_t op_dir_of(enum op_kind kind)
{
    const unsigned out = 1U << OP_CONNECT | 1U << OP_SEND | 1U << OP_WRITE | 1U << OP_SENDV |
                         1U << OP_WRITEV | 1U << OP_SENDMSG | 1U << OP_SENDTO | 1U << OP_SENDMMSG |
                         1U << OP_SEND_FILE | 1U << OP_SPLICE_OUT;

    return kind == OP_READINESS ? OP_ANY : out >> kind & 1 ? OP_OUT : OP_IN;
}
/* An operation of `src`, to be polled; it takes no part in anything before its first poll. What
 * the first poll sets is left as it is. */
static inline void op_init(edo_op *op, source *src, enum op_kind kind, void *buf, size_t len)
{
    op->kind = (uint8_t)kind;
    op->dir = op_dir_of(kind);
    op_renew(op);
    op->src = src;
    op->gen = a_load(&src->gen, relaxed); /* the caller holds it open */
    op->flags = 0;
    op->buf = buf;
    op->len = len;
}
/*
 * Polls: READY with op->result. -ECANCELED for one that was cancelled or whose source is closing,
 * -EDO_ESHUTDOWN for one whose driver has ended. Any task or thread, one at a time.
 */
static inline edo_poll op_poll(edo_op *op, const edo_waker *waker)
{
    /* acquire: pairs with the release in op_end. */
    if (a_load(&op->state, acquire) == OP_DONE)
        return EDO_READY;
    /* relaxed: if the slot has a new life since, either driver finds so by the generation. */
    return a_load(&op->src->ops, relaxed)->poll(op, waker);
}
/* Not polled yet: nothing waits with an older waker, and it may be held back by the budget. */
static inline bool op_is_new(const edo_op *op)
{
    return a_load(&op->state, relaxed) == OP_NEW; /* written by the polling task alone */
}
/* Asks it to end soon; poll it until READY. A success that came first stands. */
void op_cancel(edo_op *op);
/* The system call of an operation, made now on its descriptor; -EAGAIN when it would wait. For the
 * drivers, and for calls by turns. */
int64_t op_perform(edo_op *op, int fd);
/* Makes the call once, for try forms: never waits, has no waker. A result as of op_poll, or
 * -EAGAIN. */
int64_t op_try(edo_op *op);
/* The same of any call on its descriptor, which stays open meanwhile. */
int64_t op_try_by(edo_op *op, int64_t (*call)(int fd, void *arg), void *arg);
/* Whether it would be told at its poll that its source is closed or without a driver: 0; the error. */
int op_may_begin(const edo_op *op);

#endif
