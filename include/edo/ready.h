/*
 * edo/ready.h: readiness: that an operation of a descriptor would not wait, whoever makes it.
 *
 * The system is asked each time, so something is readable until somebody has read it. An error ends every
 * wait, and so does a hang-up, whatever is waited for: the flags say so. What lies in a socket's error
 * queue counts as an error until it is read.
 */
#ifndef EDO_READY_H
#define EDO_READY_H

#include <edo/future.h>
#include <edo/op.h>

EDO_BEGIN_DECLS

/** What something is ready for; also what one is interested in: any of them, joined by |. */
enum {
    EDO_READABLE = 1,     /**< there is something to read, or to accept */
    EDO_WRITABLE = 2,     /**< there is room */
    EDO_READ_CLOSED = 4,  /**< nothing more will come; what came before may still be there */
    EDO_WRITE_CLOSED = 8, /**< nobody will read what is written */
    EDO_PRIORITY = 16,    /**< urgent data of TCP, and what else poll(2) calls so */
    EDO_ERROR = 32        /**< an error is to be fetched, or the error queue isn't empty */
};

/** A wait for readiness under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fd_ready_future {
    edo_future base;
    edo_op op;
    uint8_t interest;
    bool of_pipe, tells, gives_way;
} edo_fd_ready_future;

EDO_END_DECLS

#endif
