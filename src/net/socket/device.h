/* net/socket/device.h: the network device by which alone a socket sends and receives. */
#ifndef NET_SOCKET_DEVICE_H
#define NET_SOCKET_DEVICE_H

#include <stddef.h>

/* By its name; "": any. 0; -EINVAL (NULL, too long), -ENODEV, -EPERM. */
int socket_bind_device(int fd, const char *device);
/* Its name: the length; 0: it is bound to none; -EINVAL (NULL), -ENOSPC when `size` is too small. */
int socket_device(int fd, char *text, size_t size);

#endif
