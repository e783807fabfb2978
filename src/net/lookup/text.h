/* net/lookup/text.h: what text may be a host, and what is answered without asking anybody. */
#ifndef NET_LOOKUP_TEXT_H
#define NET_LOOKUP_TEXT_H

#include <edo/lookup.h>

/* "host:port" in its parts: the host without brackets, and the port's text, which is a number. 0; -EINVAL. */
int lookup_split(const char *text, const char **ret_host, size_t *ret_len, const char **ret_port);
/*
 * Looks at a host and a service, of which one may be NULL. 0: it is numeric, and *ret_addr is it; 1: somebody has to be asked; -EINVAL:
 * neither; -EDO_ETOOLONG.
 */
int lookup_numeric(const char *host, size_t host_len, const char *service, edo_addr *ret_addr);

#endif
