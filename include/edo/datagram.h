/*
 * edo/datagram.h: parts of the futures that receive whole datagrams, of UDP and of Unix sockets. Private to
 * edo.
 */
#ifndef EDO_DATAGRAM_H
#define EDO_DATAGRAM_H

#include <sys/socket.h>

#include <edo/future.h>
#include <edo/op.h>

EDO_BEGIN_DECLS

/** A message to be received, and what room it had: the system overwrites that with what it used. */
typedef struct edo_datagram_msg {
    struct msghdr hdr;
    uint32_t name_room;
    uint32_t control_room;
} edo_datagram_msg;

/** Many messages under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_datagram_many_future {
    edo_future base;
    edo_op op;
    uint32_t name_room;    /**< of each message */
    uint32_t control_room; /**< of each message */
    bool gives_way;
} edo_datagram_many_future;

EDO_END_DECLS

#endif
