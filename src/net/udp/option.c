/* option.c: options by a table, and groups of multicast. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <edo/udp_option.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "net/socket/device.h"
#include "net/socket/socket.h"
#include "net/udp/udp.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

typedef struct option_row {
    int level, name;       /* of IPv4; name 0: there is none */
    int level_v6, name_v6; /* of IPv6 */
    int min, max;
    bool both; /* an IPv6 socket has IPv4's as well, for what it exchanges with IPv4 */
} option_row;

#define OF_SOCKET(name, min, max)                                                                  \
    {                                                                                              \
        SOL_SOCKET, name, SOL_SOCKET, name, min, max, false                                        \
    }
#define OF_UDP(name, min, max)                                                                     \
    {                                                                                              \
        IPPROTO_UDP, name, IPPROTO_UDP, name, min, max, false                                      \
    }
#define OF_IP(name, name_v6, min, max, both)                                                       \
    {                                                                                              \
        IPPROTO_IP, name, IPPROTO_IPV6, name_v6, min, max, both                                    \
    }

static const option_row rows[] = {
    [EDO_UDP_BROADCAST] = OF_SOCKET(SO_BROADCAST, 0, 1),
    [EDO_UDP_TTL] = OF_IP(IP_TTL, IPV6_UNICAST_HOPS, 1, 255, true),
    [EDO_UDP_TOS] = OF_IP(IP_TOS, IPV6_TCLASS, 0, 255, true),
    [EDO_UDP_MULTICAST_LOOP] = OF_IP(IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, 0, 1, true),
    [EDO_UDP_MULTICAST_TTL] = OF_IP(IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, 0, 255, true),
    [EDO_UDP_MULTICAST_INTERFACE] = OF_IP(IP_MULTICAST_IF, IPV6_MULTICAST_IF, 0, INT_MAX, false),
    [EDO_UDP_V6_ONLY] = {0, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0, 1, false},
    [EDO_UDP_RECV_BUFFER] = OF_SOCKET(SO_RCVBUF, 1, INT_MAX / 2),
    [EDO_UDP_SEND_BUFFER] = OF_SOCKET(SO_SNDBUF, 1, INT_MAX / 2),
    [EDO_UDP_RECV_ERRORS] = OF_IP(IP_RECVERR, IPV6_RECVERR, 0, 1, true),
    [EDO_UDP_RECV_INFO] = OF_IP(IP_PKTINFO, IPV6_RECVPKTINFO, 0, 1, false),
    [EDO_UDP_RECV_TOS] = OF_IP(IP_RECVTOS, IPV6_RECVTCLASS, 0, 1, true),
    [EDO_UDP_RECV_TTL] = OF_IP(IP_RECVTTL, IPV6_RECVHOPLIMIT, 0, 1, true),
    [EDO_UDP_RECV_TIME] = OF_SOCKET(SO_TIMESTAMPNS, 0, 1),
    [EDO_UDP_RECV_DROPPED] = OF_SOCKET(SO_RXQ_OVFL, 0, 1),
    [EDO_UDP_SEGMENT] = OF_UDP(UDP_SEGMENT, 0, UINT16_MAX),
    [EDO_UDP_GRO] = OF_UDP(UDP_GRO, 0, 1),
    [EDO_UDP_DONT_FRAGMENT] = OF_IP(IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, 0, 1, true),
};

static const option_row *row_of(const edo_udp_socket *socket, edo_udp_option_name name)
{
    if (!socket || (unsigned)name >= sizeof rows / sizeof *rows)
        return NULL;
    return &rows[name];
}

static bool has_option(const edo_udp_socket *socket, const option_row *row)
{
    return socket->family == AF_INET6 || row->name;
}

/* The one that the system doesn't take as an int, and doesn't tell. */
static int set_multicast_interface(edo_udp_socket *socket, int index)
{
    struct ip_mreqn wanted = {.imr_ifindex = index};
    int rc = sys_setsockopt(socket->fd, IPPROTO_IP, IP_MULTICAST_IF, &wanted, sizeof wanted);

    if (rc == 0) /* relaxed: it says nothing of anything else */
        a_store(&socket->multicast_interface, (uint32_t)index, relaxed);
    return rc;
}

static bool is_kept_here(const edo_udp_socket *socket, edo_udp_option_name name)
{
    return name == EDO_UDP_MULTICAST_INTERFACE && socket->family == AF_INET;
}

int edo_udp_set_option(edo_udp_socket *socket, edo_udp_option_name name, int value)
{
    const option_row *row = row_of(socket, name);

    if (!row || value < row->min || value > row->max)
        return -EINVAL;
    if (!has_option(socket, row))
        return -ENOPROTOOPT;
    if (is_kept_here(socket, name))
        return set_multicast_interface(socket, value);
    if (name == EDO_UDP_DONT_FRAGMENT)
        value = value ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT; /* IPv6's have the same numbers */
    if (socket->family == AF_INET)
        return socket_set_int(socket->fd, row->level, row->name, value);
    if (row->both) /* a socket of IPv6 alone may refuse it */
        socket_set_int(socket->fd, row->level, row->name, value);
    return socket_set_int(socket->fd, row->level_v6, row->name_v6, value);
}

int edo_udp_option(const edo_udp_socket *socket, edo_udp_option_name name, int *ret_value)
{
    const option_row *row = row_of(socket, name);
    bool v6 = socket && socket->family == AF_INET6;

    if (!row || !ret_value)
        return -EINVAL;
    if (!has_option(socket, row))
        return -ENOPROTOOPT;
    if (is_kept_here(socket, name)) {
        *ret_value = (int)a_load(&socket->multicast_interface, relaxed); /* as above */
        return 0;
    }
    int rc = socket_int(socket->fd, v6 ? row->level_v6 : row->level, v6 ? row->name_v6 : row->name,
                        ret_value);
    if (rc == 0 && name == EDO_UDP_DONT_FRAGMENT)
        *ret_value = *ret_value == IP_PMTUDISC_DO;
    return rc;
}

int edo_udp_bind_device(edo_udp_socket *socket, const char *device)
{
    return socket ? socket_bind_device(socket->fd, device) : -EINVAL;
}

int edo_udp_device(const edo_udp_socket *socket, char *text, size_t size)
{
    return socket ? socket_device(socket->fd, text, size) : -EINVAL;
}

/* Groups. */

static bool is_group(const edo_addr *group)
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&group->storage;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&group->storage;

    return group->storage.ss_family == AF_INET6  ? IN6_IS_ADDR_MULTICAST(&v6->sin6_addr)
           : group->storage.ss_family == AF_INET ? IN_MULTICAST(ntohl(v4->sin_addr.s_addr))
                                                 : false;
}

static int level_of(const edo_addr *group)
{
    return group->storage.ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
}

static int change_group(edo_udp_socket *socket, int name, const edo_addr *group, unsigned index)
{
    struct group_req wanted = {.gr_interface = index};

    if (!socket || !group || !is_group(group))
        return -EINVAL;
    memcpy(&wanted.gr_group, &group->storage, sizeof group->storage);
    return sys_setsockopt(socket->fd, level_of(group), name, &wanted, sizeof wanted);
}

static int change_source(edo_udp_socket *socket, int name, const edo_addr *group,
                         const edo_addr *sender, unsigned index)
{
    struct group_source_req wanted = {.gsr_interface = index};

    if (!socket || !group || !sender || !is_group(group) ||
        sender->storage.ss_family != group->storage.ss_family)
        return -EINVAL;
    memcpy(&wanted.gsr_group, &group->storage, sizeof group->storage);
    memcpy(&wanted.gsr_source, &sender->storage, sizeof sender->storage);
    return sys_setsockopt(socket->fd, level_of(group), name, &wanted, sizeof wanted);
}

int edo_udp_join_group(edo_udp_socket *socket, const edo_addr *group, unsigned interface_index)
{
    return change_group(socket, MCAST_JOIN_GROUP, group, interface_index);
}

int edo_udp_leave_group(edo_udp_socket *socket, const edo_addr *group, unsigned interface_index)
{
    return change_group(socket, MCAST_LEAVE_GROUP, group, interface_index);
}

int edo_udp_join_source(edo_udp_socket *socket, const edo_addr *group, const edo_addr *sender,
                        unsigned interface_index)
{
    return change_source(socket, MCAST_JOIN_SOURCE_GROUP, group, sender, interface_index);
}

int edo_udp_leave_source(edo_udp_socket *socket, const edo_addr *group, const edo_addr *sender,
                         unsigned interface_index)
{
    return change_source(socket, MCAST_LEAVE_SOURCE_GROUP, group, sender, interface_index);
}
