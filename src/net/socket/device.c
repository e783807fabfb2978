/* device.c: the network device by which alone a socket sends and receives. */
#include "net/socket/device.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sys.h"

int socket_bind_device(int fd, const char *device)
{
    if (!device || strlen(device) >= IF_NAMESIZE)
        return -EINVAL;
    return sys_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device));
}

int socket_device(int fd, char *text, size_t size)
{
    char name[IF_NAMESIZE] = ""; /* what isn't bound answers with nothing at all */
    socklen_t len = sizeof name;

    if (!text)
        return -EINVAL;
    int rc = sys_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len);
    if (rc < 0)
        return rc;
    size_t used = strnlen(name, sizeof name - 1);
    if (used >= size)
        return -ENOSPC;
    memcpy(text, name, used);
    text[used] = '\0';
    return (int)used;
}
