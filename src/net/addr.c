/* addr.c: numeric addresses, read strictly: what is not wholly an address is none. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edo/addr.h>

#include "base/sys.h"

/* A number of decimal digits and nothing else, at most `max`. */
static bool read_number(const char *text, size_t len, uint32_t max, uint32_t *ret)
{
    uint64_t n = 0;

    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(text[i] - '0');
    }
    if (n > max)
        return false;
    *ret = (uint32_t)n;
    return true;
}

/* An interface by its name or number. */
static bool read_scope(const char *text, uint32_t *ret)
{
    if (read_number(text, strlen(text), UINT32_MAX, ret))
        return *ret != 0;
    *ret = sys_if_index(text);
    return *ret != 0;
}

static int read_v4(const char *host, uint16_t port, edo_addr *ret)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};

    if (inet_pton(AF_INET, host, &sin.sin_addr) != 1)
        return -EINVAL;
    *ret = (edo_addr){.len = sizeof sin};
    memcpy(&ret->storage, &sin, sizeof sin);
    return 0;
}

static int read_v6(char *host, uint16_t port, edo_addr *ret)
{
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    char *scope = strchr(host, '%');

    if (scope) {
        *scope++ = '\0';
        if (!read_scope(scope, &sin6.sin6_scope_id))
            return -EINVAL;
    }
    if (inet_pton(AF_INET6, host, &sin6.sin6_addr) != 1)
        return -EINVAL;
    *ret = (edo_addr){.len = sizeof sin6};
    memcpy(&ret->storage, &sin6, sizeof sin6);
    return 0;
}

/* `len` bytes of `text` as a string of its own; false: no address is that long. */
static bool copy_host(char *host, const char *text, size_t len)
{
    if (len >= EDO_ADDR_TEXT_MAX)
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    return true;
}

int edo_addr_parse_ip(const char *text, unsigned port, edo_addr *ret_addr)
{
    char host[EDO_ADDR_TEXT_MAX];

    if (!text || !ret_addr || port > UINT16_MAX || !copy_host(host, text, strlen(text)))
        return -EINVAL;
    return strchr(host, ':') ? read_v6(host, (uint16_t)port, ret_addr)
                             : read_v4(host, (uint16_t)port, ret_addr);
}

int edo_addr_parse(const char *text, edo_addr *ret_addr)
{
    char host[EDO_ADDR_TEXT_MAX];
    uint32_t port;

    if (!text || !ret_addr)
        return -EINVAL;
    const char *colon = strrchr(text, ':');
    if (!colon || !read_number(colon + 1, strlen(colon + 1), UINT16_MAX, &port))
        return -EINVAL;
    size_t len = (size_t)(colon - text);
    if (len == 0)
        return read_v4(strcpy(host, "0.0.0.0"), (uint16_t)port, ret_addr);
    if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
        if (!copy_host(host, text + 1, len - 2))
            return -EINVAL;
        return read_v6(host, (uint16_t)port, ret_addr);
    }
    return copy_host(host, text, len) ? read_v4(host, (uint16_t)port, ret_addr) : -EINVAL;
}

int edo_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, edo_addr *ret_addr)
{
    socklen_t needed;

    if (!sa || !ret_addr || len < sizeof sa->sa_family)
        return -EINVAL;
    switch (sa->sa_family) {
    case AF_INET:
        needed = sizeof(struct sockaddr_in);
        break;
    case AF_INET6:
        needed = sizeof(struct sockaddr_in6);
        break;
    default:
        return -EAFNOSUPPORT;
    }
    if (len < needed)
        return -EINVAL;
    edo_addr addr = {.len = needed};
    memcpy(&addr.storage, sa, needed);
    *ret_addr = addr;
    return 0;
}

/* Writes "[host%scope]:port". */
static int format_v6(const struct sockaddr_in6 *sin6, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN], scope[IF_NAMESIZE + 1] = "";

    inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof host);
    if (sin6->sin6_scope_id) {
        scope[0] = '%';
        if (sys_if_name(sin6->sin6_scope_id, scope + 1) < 0)
            snprintf(scope + 1, sizeof scope - 1, "%u", (unsigned)sin6->sin6_scope_id);
    }
    return snprintf(text, size, "[%s%s]:%u", host, scope, (unsigned)ntohs(sin6->sin6_port));
}

static int format_v4(const struct sockaddr_in *sin, char *text, size_t size)
{
    char host[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &sin->sin_addr, host, sizeof host);
    return snprintf(text, size, "%s:%u", host, (unsigned)ntohs(sin->sin_port));
}

int edo_addr_format(const edo_addr *addr, char *text, size_t size)
{
    char whole[EDO_ADDR_TEXT_MAX];
    int len;

    if (!addr || !text)
        return -EINVAL;
    if (addr->storage.ss_family == AF_INET)
        len = format_v4((const struct sockaddr_in *)&addr->storage, whole, sizeof whole);
    else if (addr->storage.ss_family == AF_INET6)
        len = format_v6((const struct sockaddr_in6 *)&addr->storage, whole, sizeof whole);
    else
        return -EINVAL;
    if ((size_t)len >= size)
        return -ENOSPC;
    memcpy(text, whole, (size_t)len + 1);
    return len;
}

unsigned edo_addr_port(const edo_addr *addr)
{
    if (!addr)
        return 0;
    if (addr->storage.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&addr->storage)->sin_port);
    if (addr->storage.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&addr->storage)->sin6_port);
    return 0;
}

static bool is_equal_v6(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return memcmp(&a->sin6_addr, &b->sin6_addr, sizeof a->sin6_addr) == 0 &&
           a->sin6_port == b->sin6_port && a->sin6_scope_id == b->sin6_scope_id;
}

bool edo_addr_is_equal(const edo_addr *a, const edo_addr *b)
{
    if (!a || !b || a->storage.ss_family != b->storage.ss_family)
        return false;
    if (a->storage.ss_family == AF_INET6)
        return is_equal_v6((const struct sockaddr_in6 *)&a->storage,
                           (const struct sockaddr_in6 *)&b->storage);
    const struct sockaddr_in *a4 = (const struct sockaddr_in *)&a->storage;
    const struct sockaddr_in *b4 = (const struct sockaddr_in *)&b->storage;
    return a4->sin_addr.s_addr == b4->sin_addr.s_addr && a4->sin_port == b4->sin_port;
}
