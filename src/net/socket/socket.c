/* socket.c: what all sockets are asked and told. */
#include "net/socket/socket.h"

#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"

int socket_set_int(int fd, int level, int name, int value)
{
    return sys_setsockopt(fd, level, name, &value, sizeof value);
}

int socket_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd, edo_addr *ret)
{
    edo_addr addr = {.len = sizeof addr.storage};
    int rc = call(fd, (struct sockaddr *)&addr.storage, &addr.len);

    if (rc == 0)
        *ret = addr;
    return rc;
}

int socket_int(int fd, int level, int name, int *ret_value)
{
    int value = 0;
    socklen_t len = sizeof value;
    int rc = sys_getsockopt(fd, level, name, &value, &len);

    if (rc == 0)
        *ret_value = value;
    return rc;
}

int socket_take_error(int fd)
{
    int error = 0, rc = socket_int(fd, SOL_SOCKET, SO_ERROR, &error);

    return rc < 0 ? rc : -error;
}

int socket_check(int fd, int type, int protocol, int *ret_family)
{
    int is = 0, rc = socket_int(fd, SOL_SOCKET, SO_TYPE, &is);

    if (rc < 0 || is != type)
        return rc < 0 ? rc : -EINVAL;
    if (protocol && ((rc = socket_int(fd, SOL_SOCKET, SO_PROTOCOL, &is)) < 0 || is != protocol))
        return rc < 0 ? rc : -EINVAL;
    return socket_int(fd, SOL_SOCKET, SO_DOMAIN, ret_family);
}

int socket_set_nonblocking(int fd)
{
    int flags = sys_fcntl_getfl(fd);

    return flags < 0 ? flags : flags & O_NONBLOCK ? 0 : sys_fcntl_setfl(fd, flags | O_NONBLOCK);
}
