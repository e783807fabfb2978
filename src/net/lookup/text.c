/*
 * text.c: hosts and services as text.
 *
 * The C library also takes "127.1", "0x7f000001" and "255" for addresses. Who checks a host's text before it
 * is used is deceived by them, so they are refused: a host whose last label looks like a number is an
 * address of four numbers, or nothing.
 */
#include "net/lookup/text.h"

#include <errno.h>
#include <string.h>

#include <edo/error.h>

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define SERVICE_MAX 64

/* The port's number; -1: it is none. */
static int port_of(const char *text)
{
    size_t len = strspn(text, DIGITS);
    int port = 0;

    if (len == 0 || len > 5 || text[len])
        return -1;
    for (size_t i = 0; i < len; i++)
        port = port * 10 + (text[i] - '0');
    return port <= UINT16_MAX ? port : -1;
}

int lookup_split(const char *text, const char **ret_host, size_t *ret_len, const char **ret_port)
{
    const char *colon = text ? strrchr(text, ':') : NULL;

    if (!colon || port_of(colon + 1) < 0)
        return -EINVAL;
    *ret_host = text;
    *ret_len = (size_t)(colon - text);
    *ret_port = colon + 1;
    if (*ret_len > 2 && text[0] == '[' && colon[-1] == ']') {
        *ret_host = text + 1;
        *ret_len -= 2;
        return memchr(*ret_host, ':', *ret_len) ? 0 : -EINVAL;
    }
    return *ret_len == 0 || memchr(text, ':', *ret_len) ? -EINVAL : 0;
}

/* Whether the label that ends there is a decimal or hexadecimal number. */
static bool ends_in_number(const char *host, size_t len)
{
    size_t start = len;

    while (start > 0 && host[start - 1] != '.')
        start--;
    const char *label = host + start;
    if (len - start >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
        return strspn(label + 2, DIGITS "ABCDEFabcdef") >= len - start - 2;
    return strspn(label, DIGITS) >= len - start;
}

static bool is_name(const char *host, size_t len)
{
    if (len > 0 && host[len - 1] == '.')
        len--; /* the root's own dot */
    return len > 0 && strspn(host, DIGITS LETTERS "-_.") >= len && !ends_in_number(host, len);
}

/* 0: an address; 1: a name; else an error. */
static int look_at_host(const char *host, size_t len, unsigned port, edo_addr *ret_addr)
{
    char text[EDO_ADDR_TEXT_MAX];

    if (len < sizeof text) {
        memcpy(text, host, len);
        text[len] = '\0';
        if (edo_addr_parse_ip(text, port, ret_addr) == 0)
            return 0;
    }
    if (len > EDO_HOST_NAME_MAX)
        return -EDO_ETOOLONG;
    return is_name(host, len) ? 1 : -EINVAL;
}

int lookup_numeric(const char *host, size_t host_len, const char *service, edo_addr *ret_addr)
{
    int port = service ? port_of(service) : 0;

    if (service && port < 0) { /* a service by its name, which has a letter */
        if (!service[0] || !strpbrk(service, LETTERS))
            return -EINVAL;
        if (strlen(service) > SERVICE_MAX)
            return -EDO_ETOOLONG;
    }
    if (!host)
        return 1;
    int rc = look_at_host(host, host_len, port < 0 ? 0 : (unsigned)port, ret_addr);
    return rc == 0 && port < 0 ? 1 : rc;
}
