/* option.c: options by a table. */
#include "net/tcp/option.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/macros.h"
#include "base/sys.h"
#include "net/tcp/tcp.h"

typedef struct option_row {
    int level, name;       /* of IPv4; name 0: there is none */
    int level_v6, name_v6; /* of IPv6 */
    int min, max;
} option_row;

#define OF_SOCKET(name, min, max)                                                                  \
    {                                                                                              \
        SOL_SOCKET, name, SOL_SOCKET, name, min, max                                               \
    }
#define OF_TCP(name, min, max)                                                                     \
    {                                                                                              \
        IPPROTO_TCP, name, IPPROTO_TCP, name, min, max                                             \
    }
#define OF_IP(name, name_v6, min, max)                                                             \
    {                                                                                              \
        IPPROTO_IP, name, IPPROTO_IPV6, name_v6, min, max                                          \
    }

static const option_row rows[] = {
    [EDO_TCP_NODELAY] = OF_TCP(TCP_NODELAY, 0, 1),
    [EDO_TCP_QUICKACK] = OF_TCP(TCP_QUICKACK, 0, 1),
    [EDO_TCP_KEEPALIVE] = OF_SOCKET(SO_KEEPALIVE, 0, 1),
    [EDO_TCP_KEEPALIVE_IDLE] = OF_TCP(TCP_KEEPIDLE, 1, 32767),
    [EDO_TCP_KEEPALIVE_INTERVAL] = OF_TCP(TCP_KEEPINTVL, 1, 32767),
    [EDO_TCP_KEEPALIVE_COUNT] = OF_TCP(TCP_KEEPCNT, 1, 127),
    [EDO_TCP_USER_TIMEOUT] = OF_TCP(TCP_USER_TIMEOUT, 0, INT_MAX),
    [EDO_TCP_LINGER] = OF_SOCKET(SO_LINGER, -1, 65535),
    [EDO_TCP_TTL] = OF_IP(IP_TTL, IPV6_UNICAST_HOPS, 1, 255),
    [EDO_TCP_TOS] = OF_IP(IP_TOS, IPV6_TCLASS, 0, 255),
    [EDO_TCP_RECV_BUFFER] = OF_SOCKET(SO_RCVBUF, 1, INT_MAX / 2),
    [EDO_TCP_SEND_BUFFER] = OF_SOCKET(SO_SNDBUF, 1, INT_MAX / 2),
    [EDO_TCP_REUSE_ADDR] = OF_SOCKET(SO_REUSEADDR, 0, 1),
    [EDO_TCP_REUSE_PORT] = OF_SOCKET(SO_REUSEPORT, 0, 1),
    [EDO_TCP_V6_ONLY] = {0, 0, IPPROTO_IPV6, IPV6_V6ONLY, 0, 1},
};

static int set_linger(int fd, int seconds)
{
    struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds >= 0 ? seconds : 0};

    return sys_setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static int read_linger(int fd, int *ret_value)
{
    struct linger linger;
    socklen_t len = sizeof linger;
    int rc = sys_getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len);

    if (rc == 0)
        *ret_value = linger.l_onoff ? linger.l_linger : -1;
    return rc;
}

/* Where the option of a socket's family is. */
static int find(int fd, const option_row *row, int *ret_level, int *ret_name)
{
    int family, rc = socket_int(fd, SOL_SOCKET, SO_DOMAIN, &family);

    if (rc < 0)
        return rc;
    *ret_level = family == AF_INET6 ? row->level_v6 : row->level;
    *ret_name = family == AF_INET6 ? row->name_v6 : row->name;
    return *ret_name ? 0 : -ENOPROTOOPT;
}

int tcp_option_set(int fd, edo_tcp_option_name name, int value)
{
    int level, number;

    if ((unsigned)name >= array_len(rows) || value < rows[name].min || value > rows[name].max)
        return -EINVAL;
    if (name == EDO_TCP_LINGER)
        return set_linger(fd, value);
    int rc = find(fd, &rows[name], &level, &number);
    return rc < 0 ? rc : socket_set_int(fd, level, number, value);
}

int tcp_option_read(int fd, edo_tcp_option_name name, int *ret_value)
{
    int level, number;

    if ((unsigned)name >= array_len(rows) || !ret_value)
        return -EINVAL;
    if (name == EDO_TCP_LINGER)
        return read_linger(fd, ret_value);
    int rc = find(fd, &rows[name], &level, &number);
    return rc < 0 ? rc : socket_int(fd, level, number, ret_value);
}

int edo_tcp_set_option(edo_tcp_stream *stream, edo_tcp_option_name name, int value)
{
    if (!stream)
        return -EINVAL;
    int rc = tcp_option_set(stream->base.fd, name, value);
    if (rc == 0 && name == EDO_TCP_LINGER)
        stream->base.lingers = value > 0;
    return rc;
}

int edo_tcp_option(const edo_tcp_stream *stream, edo_tcp_option_name name, int *ret_value)
{
    return stream ? tcp_option_read(stream->base.fd, name, ret_value) : -EINVAL;
}

int edo_tcp_take_error(edo_tcp_stream *stream)
{
    return stream ? socket_take_error(stream->base.fd) : -EINVAL;
}
