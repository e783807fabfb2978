/*
 * lookup_fuzz.c: any text as "host:port". What is taken for a name is none that the C library would take for an
 * address behind our back, has a length that fits, and nothing in it that no name has.
 *
 * sources: src/net/lookup/text.c src/net/addr.c src/base/sys_socket.c
 */
#include "net/lookup/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void check_name(const char *host, size_t len)
{
    char copy[EDO_HOST_NAME_MAX + 1];
    struct in_addr addr;

    MUST(len > 0 && len <= EDO_HOST_NAME_MAX);
    memcpy(copy, host, len);
    copy[len] = '\0';
    MUST(strlen(copy) == len);
    MUST(inet_aton(copy, &addr) == 0);
    for (size_t i = 0; i < len; i++)
        MUST(isalnum((unsigned char)copy[i]) || strchr("-_.", copy[i]));
}

static void check_host(const char *host, size_t len, const char *port)
{
    edo_addr addr, same;
    char text[EDO_ADDR_TEXT_MAX];
    int rc = lookup_numeric(host, len, port, &addr);

    MUST(rc == 0 || rc == 1 || rc == -22 || rc == -EDO_ETOOLONG);
    if (rc == 1)
        check_name(host, len);
    if (rc != 0)
        return;
    MUST(edo_addr_port(&addr) == (unsigned)atoi(port));
    MUST(edo_addr_format(&addr, text, sizeof text) > 0);
    MUST(edo_addr_parse(text, &same) == 0 && edo_addr_is_equal(&addr, &same));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
    char *text = malloc(len + 1); /* of just this size: a read behind it is seen */
    const char *host, *port;
    size_t host_len;

    MUST(text);
    memcpy(text, data, len);
    text[len] = '\0';
    if (lookup_split(text, &host, &host_len, &port) == 0) {
        MUST(host >= text && host + host_len < port && port < text + len);
        check_host(host, host_len, port);
    }
    check_host(text, strlen(text), "80");
    free(text);
    return 0;
}
