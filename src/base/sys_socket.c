/* sys_socket.c: the calls on sockets. */
#include "base/sys.h"

#include "base/macros.h"
#include "base/sys_result.h"

#include <net/if.h>

int sys_socket(int family, int type, int protocol)
{
    int saved = errno;
    return (int)sys_result(socket(family, type | SOCK_CLOEXEC, protocol), saved);
}

int sys_socketpair(int family, int type, int protocol, int fds[2])
{
    int saved = errno;
    return (int)sys_result(socketpair(family, type | SOCK_CLOEXEC, protocol, fds), saved);
}

int sys_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
    int saved = errno;
    return (int)sys_result(bind(fd, sa, len), saved);
}

int sys_listen(int fd, int backlog)
{
    int saved = errno;
    return (int)sys_result(listen(fd, backlog), saved);
}

int sys_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
    int saved = errno;
    int rc;

    do
        rc = accept4(fd, sa, len, flags | SOCK_CLOEXEC);
    while (sys_interrupted(rc, saved));
    return (int)sys_result(rc, saved);
}

int sys_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
    int saved = errno;
    /* Not again after EINTR: the attempt goes on, a second call would say EALREADY. */
    return (int)sys_result(connect(fd, sa, len), saved);
}

ssize_t sys_recv_at(int *errno_place, int fd, void *buf, size_t len, int flags)
{
    int saved = *errno_place;
    ssize_t n;

    do
        n = recv(fd, buf, len, flags);
    while (unlikely(sys_interrupted(n, saved)));
    return likely(n >= 0) ? n : sys_result(n, saved);
}

ssize_t sys_recv(int fd, void *buf, size_t len, int flags)
{
    return sys_recv_at(&errno, fd, buf, len, flags);
}

ssize_t sys_send_at(int *errno_place, int fd, const void *buf, size_t len, int flags)
{
    int saved = *errno_place;
    ssize_t n;

    do
        n = send(fd, buf, len, flags);
    while (unlikely(sys_interrupted(n, saved)));
    return likely(n >= 0) ? n : sys_result(n, saved);
}

ssize_t sys_send(int fd, const void *buf, size_t len, int flags)
{
    return sys_send_at(&errno, fd, buf, len, flags);
}

ssize_t sys_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
                     socklen_t *from_len)
{
    int saved = errno;
    ssize_t n;

    do
        n = recvfrom(fd, buf, len, flags, from, from_len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
                   socklen_t to_len)
{
    int saved = errno;
    ssize_t n;

    do
        n = sendto(fd, buf, len, flags, to, to_len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
    int saved = errno;
    ssize_t n;

    do
        n = recvmsg(fd, msg, flags | MSG_CMSG_CLOEXEC);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    int saved = errno;
    ssize_t n;

    do
        n = sendmsg(fd, msg, flags);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

int sys_recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    int saved = errno;
    int n;

    do
        n = recvmmsg(fd, msgs, count, flags | MSG_CMSG_CLOEXEC, NULL);
    while (sys_interrupted(n, saved));
    return (int)sys_result(n, saved);
}

int sys_sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    int saved = errno;
    int n;

    do
        n = sendmmsg(fd, msgs, count, flags);
    while (sys_interrupted(n, saved));
    return (int)sys_result(n, saved);
}

int sys_shutdown(int fd, int how)
{
    int saved = errno;
    return (int)sys_result(shutdown(fd, how), saved);
}

int sys_getsockname(int fd, struct sockaddr *sa, socklen_t *len)
{
    int saved = errno;
    return (int)sys_result(getsockname(fd, sa, len), saved);
}

int sys_getpeername(int fd, struct sockaddr *sa, socklen_t *len)
{
    int saved = errno;
    return (int)sys_result(getpeername(fd, sa, len), saved);
}

int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    int saved = errno;
    return (int)sys_result(setsockopt(fd, level, name, value, len), saved);
}

int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int saved = errno;
    return (int)sys_result(getsockopt(fd, level, name, value, len), saved);
}

bool sys_is_at_mark(int fd)
{
    int saved = errno;
    int rc = sockatmark(fd);

    errno = saved;
    return rc > 0;
}

uint32_t sys_if_index(const char *name)
{
    int saved = errno;
    uint32_t index = if_nametoindex(name);

    errno = saved;
    return index;
}

int sys_if_name(uint32_t index, char *name)
{
    int saved = errno;
    int rc = if_indextoname(index, name) ? 0 : -errno;

    errno = saved;
    return rc;
}
