/* net/udp/udp.h: sockets of UDP, as its files share them. */
#ifndef NET_UDP_UDP_H
#define NET_UDP_UDP_H

#include <edo/udp.h>

#include "base/macros.h"
#include "driver/driver.h"

/* Futures find a socket's source by slot and generation, so they never touch this. */
struct edo_udp_socket {
    source *src;
    int fd;
    int family;                   /* AF_INET, AF_INET6 */
    uint32_t multicast_interface; /* atomic; of IPv4, which the system doesn't tell */
};

static inline source *udp_source(const edo_udp_socket *socket)
{
    return socket ? socket->src : NULL;
}
/* Copies an address of IPv4 or IPv6 for the system: its length; -EINVAL. */
int udp_name(const edo_addr *addr, uint32_t name[7]);

#endif
