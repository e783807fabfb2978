/* error.c: what became of datagrams that were sent: the socket's error queue. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/errqueue.h>

#include <edo/udp_message.h>
#include <edo/udp_option.h>

#include "base/sys.h"
#include "net/socket/socket.h"
#include "net/udp/udp.h"

static void read_error(const struct cmsghdr *part, edo_udp_error *ret)
{
    struct sock_extended_err said;
    const unsigned char *data = CMSG_DATA(part);
    struct sockaddr_in6 from;
    size_t len = part->cmsg_len - CMSG_LEN(0), room = len - sizeof said;

    if (len < sizeof said)
        return;
    memcpy(&said, data, sizeof said);
    ret->error = -(int)said.ee_errno;
    ret->origin = said.ee_origin;
    ret->type = said.ee_type;
    ret->code = said.ee_code;
    ret->info = said.ee_info;
    memset(&from, 0, sizeof from);
    memcpy(&from, data + sizeof said, room < sizeof from ? room : sizeof from);
    if (said.ee_origin == SO_EE_ORIGIN_ICMP || said.ee_origin == SO_EE_ORIGIN_ICMP6)
        edo_addr_from_sockaddr((const struct sockaddr *)&from, (socklen_t)room, &ret->source);
}

static bool is_error(const struct cmsghdr *part)
{
    return (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) ||
           (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR);
}

ssize_t edo_udp_try_recv_error(edo_udp_socket *socket, void *buf, size_t len,
                               edo_udp_error *ret_error)
{
    size_t control[32]; /* aligned as control data is */
    struct sockaddr_in6 to;
    struct iovec iov = {buf, len};
    struct msghdr msg = {.msg_name = &to,
                         .msg_namelen = sizeof to,
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control,
                         .msg_controllen = sizeof control};
    edo_udp_error error = {0};
    edo_op op;

    if (!socket || !ret_error || (!buf && len))
        return -EINVAL;
    op_init(&op, socket->src, OP_RECVMSG, &msg, 1);
    op.flags = MSG_ERRQUEUE;
    int64_t result = op_try(&op);
    if (result < 0)
        return (ssize_t)result;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&msg); part; part = CMSG_NXTHDR(&msg, part))
        if (is_error(part))
            read_error(part, &error);
    if (msg.msg_namelen)
        edo_addr_from_sockaddr((const struct sockaddr *)&to, msg.msg_namelen, &error.to);
    *ret_error = error;
    return (ssize_t)result;
}

int edo_udp_take_error(edo_udp_socket *socket)
{
    return socket ? socket_take_error(socket->fd) : -EINVAL;
}
