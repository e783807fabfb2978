/*
 * edo/socket.h: what connections have in common, TCP's and Unix sockets'. Each kind gives these futures
 * names of its own. Private to edo but for edo_half.
 */
#ifndef EDO_SOCKET_H
#define EDO_SOCKET_H

#include <edo/future.h>
#include <edo/op.h>
#include <edo/time.h>

EDO_BEGIN_DECLS

typedef enum edo_half {
    EDO_READ_HALF = 0,  /**< what comes in */
    EDO_WRITE_HALF = 1, /**< what goes out: the peer reads the end */
    EDO_BOTH_HALVES = 2
} edo_half;

/** Longer and longer waits for what the system doesn't tell. Private to edo. */
typedef struct edo_back_off {
    edo_sleep_future sleep;
    int error; /**< what it is because of */
    uint16_t ms;
    bool waits;
    bool gives_way; /**< of an accept: it lies here as there is room */
} edo_back_off;

/** An accept under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_socket_accept_future {
    edo_future base;
    void *ret_stream; /**< where the pointer to the connection goes, of the kind's own type */
    struct edo_addr *ret_peer;
    edo_op op;
    edo_back_off back_off;
} edo_socket_accept_future;

EDO_END_DECLS

#endif
