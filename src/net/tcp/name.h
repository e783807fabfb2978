/* net/tcp/name.h: the names in TCP's addresses, for connects and listens. */
#ifndef NET_TCP_NAME_H
#define NET_TCP_NAME_H

#include <edo/lookup.h>

#define PORT_TEXT_SIZE 6

/* "host:port" in its parts. 0; -EINVAL, also where this build looks no names up. */
int tcp_name_split(const char *text, const char **ret_host, size_t *ret_len, unsigned *ret_port);
/* Looks a host up; `port` gets the port's text, which stays as the host does. Says -EINVAL where this build
 * looks no names up. */
edo_lookup_future tcp_name_lookup(const char *host, size_t len, uint16_t number,
                                  char port[PORT_TEXT_SIZE], edo_addr_list *ret_list);

#endif
