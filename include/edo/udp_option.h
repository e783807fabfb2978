/*
 * edo/udp_option.h: what a UDP socket can be told to do, and groups of multicast.
 *
 * An option whose name doesn't say IPv4 or IPv6 works on both kinds of sockets.
 */
#ifndef EDO_UDP_OPTION_H
#define EDO_UDP_OPTION_H

#include <edo/udp.h>

EDO_BEGIN_DECLS

typedef enum edo_udp_option_name {
    EDO_UDP_BROADCAST, /**< 0 or 1: may send to broadcast addresses */
    EDO_UDP_TTL,       /**< 1 to 255: how many routers a datagram may pass */
    EDO_UDP_TOS, /**< 0 to 255: type of service, or traffic class; the lower two bits are ECN */
    EDO_UDP_MULTICAST_LOOP, /**< 0 or 1: groups on this machine get what it sends to them; 1 at first */
    EDO_UDP_MULTICAST_TTL,       /**< 0 to 255; 1 at first */
    EDO_UDP_MULTICAST_INTERFACE, /**< the index of the interface that sends to groups; 0: by route */
    EDO_UDP_V6_ONLY,             /**< 0 or 1; IPv6, and only to be read: see edo_udp_opts */
    EDO_UDP_RECV_BUFFER,  /**< bytes; the system doubles what it is told, within its limits */
    EDO_UDP_SEND_BUFFER,  /**< the same */
    EDO_UDP_RECV_ERRORS,  /**< 0 or 1: what sends met is kept for edo_udp_try_recv_error */
    EDO_UDP_RECV_INFO,    /**< 0 or 1: edo_udp_info has `to` and `interface` */
    EDO_UDP_RECV_TOS,     /**< 0 or 1: edo_udp_info has `tos` */
    EDO_UDP_RECV_TTL,     /**< 0 or 1: edo_udp_info has `ttl` */
    EDO_UDP_RECV_TIME,    /**< 0 or 1: edo_udp_info has `time_ns` */
    EDO_UDP_RECV_DROPPED, /**< 0 or 1: edo_udp_info has `dropped` */
    EDO_UDP_SEGMENT, /**< 0 to 65535: a longer send is cut into datagrams of this size; 0: not */
    EDO_UDP_GRO, /**< 0 or 1: datagrams of one sender and size may come as one, with `segment` */
    EDO_UDP_DONT_FRAGMENT /**< 0 or 1: -EMSGSIZE for what the way can't take in one packet */
} edo_udp_option_name;

/**
 * Sets an option.
 *
 * Returns   0; -EINVAL (NULL, no such option, out of its range); -ENOPROTOOPT where the system or this
 *           kind of socket has no such option, and what else setsockopt(2) says.
 */
EDO_API_UDP int edo_udp_set_option(edo_udp_socket *socket, edo_udp_option_name name, int value);
/** Reads one back. The same results. */
EDO_API_UDP int edo_udp_option(const edo_udp_socket *socket, edo_udp_option_name name,
                               int *ret_value);

/**
 * Joins a multicast group on an interface, by its index; 0 is the one that the system chooses. From then
 * on the socket gets what is sent to the group and its own port.
 *
 * Returns   0; -EINVAL (NULL, no multicast address); -EADDRINUSE when it is in the group already; -ENODEV
 *           (no such interface), -ENOBUFS (too many groups) and what else setsockopt(2) says.
 */
EDO_API_UDP int edo_udp_join_group(edo_udp_socket *socket, const edo_addr *group,
                                   unsigned interface_index);
/** Leaves it again. The same, but -EADDRNOTAVAIL when it isn't in the group. */
EDO_API_UDP int edo_udp_leave_group(edo_udp_socket *socket, const edo_addr *group,
                                    unsigned interface_index);
/** The same for what one `sender` sends to the group. */
EDO_API_UDP int edo_udp_join_source(edo_udp_socket *socket, const edo_addr *group,
                                    const edo_addr *sender, unsigned interface_index);
EDO_API_UDP int edo_udp_leave_source(edo_udp_socket *socket, const edo_addr *group,
                                     const edo_addr *sender, unsigned interface_index);

/** Binds it to a network device by its name ("eth0"); "": to none. 0; -EINVAL, -ENODEV, -EPERM. */
EDO_API_UDP int edo_udp_bind_device(edo_udp_socket *socket, const char *device);
/**
 * Writes the name of that device and its end to `text`.
 *
 * Returns   the length without the end, 0: it is bound to none; -EINVAL; -ENOSPC when `size` is too small.
 */
EDO_API_UDP int edo_udp_device(const edo_udp_socket *socket, char *text, size_t size);

/** Takes the pending error of the socket: it is the result then, negative; 0: there is none; -EINVAL. */
EDO_API_UDP int edo_udp_take_error(edo_udp_socket *socket);

EDO_END_DECLS

#endif
