/*
 * base/sys_names.h: names of hosts and services, by the C library's resolver. These block for as long as it
 * likes. Each returns an EAI_ code; *ret_errno tells what EAI_SYSTEM means.
 */
#ifndef BASE_SYS_NAMES_H
#define BASE_SYS_NAMES_H

#include <netdb.h>

int sys_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                    struct addrinfo **ret, int *ret_errno);
int sys_getnameinfo(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_size,
                    char *service, socklen_t service_size, int *ret_errno);

#endif
