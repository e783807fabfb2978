/* name.c: names of hosts, in builds that look them up and in those that don't. */
#include "net/tcp/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#if EDO_WITH_DNS

#include "net/lookup/text.h"

int tcp_name_split(const char *text, const char **ret_host, size_t *ret_len, unsigned *ret_port)
{
    const char *port;
    int rc = lookup_split(text, ret_host, ret_len, &port);

    if (rc == 0)
        *ret_port = (unsigned)strtoul(port, NULL, 10);
    return rc;
}

edo_lookup_future tcp_name_lookup(const char *host, size_t len, uint16_t number,
                                  char port[PORT_TEXT_SIZE], edo_addr_list *ret_list)
{
    snprintf(port, PORT_TEXT_SIZE, "%u", (unsigned)number);
    edo_lookup_future lookup = edo_lookup_async(host, port, NULL, ret_list);
    lookup.host_len = len;
    return lookup;
}

#else

int tcp_name_split(const char *text, const char **ret_host, size_t *ret_len, unsigned *ret_port)
{
    (void)text;
    (void)ret_host;
    (void)ret_len;
    (void)ret_port;
    return -EINVAL;
}

edo_lookup_future tcp_name_lookup(const char *host, size_t len, uint16_t number,
                                  char port[PORT_TEXT_SIZE], edo_addr_list *ret_list)
{
    (void)host;
    (void)len;
    (void)number;
    (void)port;
    (void)ret_list;
    return (edo_lookup_future){.base = edo_ready(-EINVAL)};
}

#endif
