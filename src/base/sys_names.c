/* sys_names.c: the C library's resolver, with the errno that belongs to EAI_SYSTEM. */
#include "base/sys_names.h"

#include <errno.h>

int sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                    struct addrinfo **ret, int *ret_errno)
{
    int saved = errno;

    errno = 0;
    int code = getaddrinfo(host, service, hints, ret);
    *ret_errno = errno;
    errno = saved;
    return code;
}

int sys_getnameinfo(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_size,
                    char *service, socklen_t service_size, int *ret_errno)
{
    int saved = errno;

    errno = 0;
    int code = getnameinfo(sa, len, host, host_size, service, service_size, 0);
    *ret_errno = errno;
    errno = saved;
    return code;
}
