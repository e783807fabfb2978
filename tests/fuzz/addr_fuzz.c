/*
 * addr_fuzz.c: any text as an address. What is read is written and read again as the same; what the C library's
 * inet_pton takes, with a port, is taken; nothing else is.
 *
 * sources: src/net/addr.c src/base/sys_socket.c
 */
#include <edo/addr.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void check_round_trip(const edo_addr *addr)
{
    char text[EDO_ADDR_TEXT_MAX], again[EDO_ADDR_TEXT_MAX];
    edo_addr copy;

    int written = edo_addr_format(addr, text, sizeof text);
    MUST(written > 0 && (size_t)written == strlen(text));
    MUST(edo_addr_parse(text, &copy) == 0);
    MUST(edo_addr_is_equal(addr, &copy));
    MUST(edo_addr_format(&copy, again, sizeof again) == written && strcmp(text, again) == 0);
    MUST(edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &copy) == 0);
}

/* Whether the C library takes it, as "1.2.3.4:5" or "[1::2]:3"; interfaces are left to edo. */
static bool is_plain(const char *text)
{
    const char *colon = strrchr(text, ':');
    char host[64] = "";
    unsigned char bytes[16];

    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > 5 || atoi(colon + 1) > 65535 || (size_t)(colon - text) >= sizeof host)
        return false;
    memcpy(host, text, (size_t)(colon - text));
    size_t len = strlen(host);
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        return inet_pton(AF_INET6, host + 1, bytes) == 1;
    }
    return len == 0 || inet_pton(AF_INET, host, bytes) == 1;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
    char *text = malloc(len + 1); /* of just this size: a read behind it is seen */
    edo_addr addr;

    MUST(text);
    memcpy(text, data, len);
    text[len] = '\0';
    bool read = edo_addr_parse(text, &addr) == 0;
    if (read)
        check_round_trip(&addr);
    MUST(!is_plain(text) || read);
    MUST(!read || is_plain(text) || strchr(text, '%') || strlen(strrchr(text, ':')) > 6);
    if (edo_addr_parse_ip(text, len % 65536, &addr) == 0) {
        MUST(edo_addr_port(&addr) == len % 65536);
        check_round_trip(&addr);
    }
    free(text);
    return 0;
}
