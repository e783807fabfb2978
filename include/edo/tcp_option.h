/*
 * edo/tcp_option.h: what TCP can be told to do, on a socket before it is used and on a connection.
 *
 * An option works on IPv4 and IPv6 alike, unless it says so.
 */
#ifndef EDO_TCP_OPTION_H
#define EDO_TCP_OPTION_H

#include <edo/tcp.h>

EDO_BEGIN_DECLS

typedef enum edo_tcp_option_name {
    EDO_TCP_NODELAY,   /**< 0 or 1: small writes go out at once; 1 at first */
    EDO_TCP_QUICKACK,  /**< 0 or 1: acknowledgements go out at once; the system changes it back */
    EDO_TCP_KEEPALIVE, /**< 0 or 1: an idle peer is asked whether it is there */
    EDO_TCP_KEEPALIVE_IDLE,     /**< 1 to 32767: after so many idle seconds */
    EDO_TCP_KEEPALIVE_INTERVAL, /**< 1 to 32767: seconds from one question to the next */
    EDO_TCP_KEEPALIVE_COUNT, /**< 1 to 127: questions without an answer until the end: -ETIMEDOUT */
    EDO_TCP_USER_TIMEOUT, /**< milliseconds that bytes may stay unacknowledged; 0: as the system likes */
    EDO_TCP_LINGER, /**< 0: close resets the connection; -1: it doesn't; seconds, to 65535: it does
                                   after these, in other programs, as edo's close never waits */
    EDO_TCP_TTL,    /**< 1 to 255: how many routers a packet may pass */
    EDO_TCP_TOS, /**< 0 to 255: type of service, or traffic class; the lower two bits are ECN's */
    EDO_TCP_RECV_BUFFER, /**< bytes; the system doubles what it is told, within its limits */
    EDO_TCP_SEND_BUFFER, /**< the same */
    EDO_TCP_REUSE_ADDR,  /**< 0 or 1: an address is bound though old connections have it */
    EDO_TCP_REUSE_PORT,  /**< 0 or 1: several listeners share the connections to a port */
    EDO_TCP_V6_ONLY      /**< 0 or 1; IPv6: no IPv4 connections */
} edo_tcp_option_name;

/**
 * Sets an option of a connection.
 *
 * Returns   0; -EINVAL (NULL, no such option, out of its range); -ENOPROTOOPT where the system or this
 *           kind of socket has no such option, and what else setsockopt(2) says.
 */
EDO_API_TCP int edo_tcp_set_option(edo_tcp_stream *stream, edo_tcp_option_name name, int value);
/** Reads one back. The same results. */
EDO_API_TCP int edo_tcp_option(const edo_tcp_stream *stream, edo_tcp_option_name name,
                               int *ret_value);
/**
 * Takes the error that a connection keeps for the next call: it is the result then, negative; 0: there is none;
 * -EINVAL. Reads and writes say it by themselves.
 */
EDO_API_TCP int edo_tcp_take_error(edo_tcp_stream *stream);

EDO_END_DECLS

#endif
