/* socket.c: what all sockets are asked and told. */
#include "net/socket.h"

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
