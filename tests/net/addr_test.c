/* addr_test.c: numeric addresses and their text. */
#include "support/edo_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static const struct sockaddr *sa(const edo_addr *addr)
{
    return (const struct sockaddr *)&addr->storage;
}

EDO_TEST_PLAIN(what_is_not_wholly_an_address_is_refused) /* net-120 */
{
    static const char *const hosts[] = {"255.255.255.256",
                                        "2555.0.0.0",
                                        "255",
                                        "255.255.255*000",
                                        "",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        " 1.2.3.4",
                                        "1.2.3.4 ",
                                        "::1]",
                                        "[::1]",
                                        "::g",
                                        "localhost",
                                        "1::2::3",
                                        "fe80::1%",
                                        "fe80::1%no-such-if0"};
    edo_addr addr = {.len = 7};

    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        char text[64];
        assert_err(edo_addr_parse_ip(hosts[i], 80, &addr), -EINVAL);
        if (!*hosts[i] || strcmp(hosts[i], "[::1]") == 0)
            continue;
        snprintf(text, sizeof text, "%s:80", hosts[i]);
        assert_err(edo_addr_parse(text, &addr), -EINVAL);
    }
    assert_err(edo_addr_parse_ip("1.2.3.4", 65536, &addr), -EINVAL);
    assert_err(edo_addr_parse_ip(NULL, 80, &addr), -EINVAL);
    assert_err(edo_addr_parse_ip("1.2.3.4", 80, NULL), -EINVAL);
    assert_ok(edo_addr_parse_ip("1.2.3.4", 65535, &(edo_addr){0}));
    assert_int_equal(addr.len, 7); /* untouched */
}

EDO_TEST_PLAIN(ports_are_numbers_up_to_65535) /* net-120 net-017 */
{
    static const char *const texts[] = {"1.2.3.4:65536",
                                        "1.2.3.4:-1",
                                        "1.2.3.4:",
                                        "1.2.3.4",
                                        "1.2.3.4:+1",
                                        "1.2.3.4: 1",
                                        "1.2.3.4:1 ",
                                        "1.2.3.4:0x1",
                                        "[::1]",
                                        "[::1]:",
                                        "::1:80",
                                        "[]:80",
                                        "1.2.3.4:99999999999999999999",
                                        "[1.2.3.4]:80",
                                        "",
                                        ":",
                                        "[::1:80",
                                        "1.2.3.4:4294967297"};
    edo_addr addr;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_err(edo_addr_parse(texts[i], &addr), -EINVAL, "%s", texts[i]);
    assert_ok(edo_addr_parse("1.2.3.4:65535", &addr));
    assert_int_equal(edo_addr_port(&addr), 65535);
    assert_ok(edo_addr_parse("1.2.3.4:0", &addr));
    assert_int_equal(edo_addr_port(&addr), 0);
    assert_err(edo_addr_parse(NULL, &addr), -EINVAL);
    assert_err(edo_addr_parse("1.2.3.4:1", NULL), -EINVAL);
}

EDO_TEST_PLAIN(both_families_are_read) /* net-120 */
{
    edo_addr addr;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&addr.storage;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&addr.storage;

    assert_ok(edo_addr_parse("127.0.0.1:80", &addr));
    assert_int_equal(sa(&addr)->sa_family, AF_INET);
    assert_int_equal(addr.len, sizeof *v4);
    assert_int_equal(ntohl(v4->sin_addr.s_addr), 0x7f000001);
    assert_ok(edo_addr_parse("[::1]:80", &addr));
    assert_int_equal(sa(&addr)->sa_family, AF_INET6);
    assert_int_equal(addr.len, sizeof *v6);
    assert_memory_equal(&v6->sin6_addr, &in6addr_loopback, 16);
    assert_int_equal(edo_addr_port(&addr), 80);
    assert_ok(edo_addr_parse("[fe80::1%lo]:80", &addr));
    assert_int_equal(v6->sin6_scope_id, 1); /* lo is the first in every network namespace */
    assert_ok(edo_addr_parse("[fe80::1%7]:80", &addr));
    assert_int_equal(v6->sin6_scope_id, 7);
    assert_ok(edo_addr_parse_ip("::1", 443, &addr));
    assert_int_equal(edo_addr_port(&addr), 443);
    assert_ok(edo_addr_parse(":80", &addr));
    assert_int_equal(v4->sin_addr.s_addr, INADDR_ANY);
}

EDO_TEST_PLAIN(an_interface_is_a_name_or_a_number_above_0) /* net-120 */
{
    static const char *const bad[] = {"fe80::1%0", "fe80::1%4294967296", "fe80::1%00000000001"};
    edo_addr addr;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&addr.storage;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(edo_addr_parse_ip(bad[i], 80, &addr), -EINVAL, "%s", bad[i]);
    assert_ok(edo_addr_parse_ip("fe80::1%4294967295", 80, &addr));
    assert_int_equal(v6->sin6_scope_id, UINT32_MAX);
    char text[EDO_ADDR_TEXT_MAX];
    assert_true(edo_addr_format(&addr, text, sizeof text) > 0); /* there is none of that number */
    assert_string_equal(text, "[fe80::1%4294967295]:80");
}

EDO_TEST_PLAIN(what_is_longer_than_any_address_is_refused) /* net-120 */
{
    char text[4 * EDO_ADDR_TEXT_MAX];
    edo_addr addr;

    for (size_t len = EDO_ADDR_TEXT_MAX - 2; len < EDO_ADDR_TEXT_MAX + 2; len++) {
        memset(text, '1', len);
        strcpy(text + len, ":80");
        assert_err(edo_addr_parse(text, &addr), -EINVAL);
        text[0] = '[';
        text[len - 1] = ']';
        assert_err(edo_addr_parse(text, &addr), -EINVAL);
        text[len] = '\0';
        assert_err(edo_addr_parse_ip(text, 80, &addr), -EINVAL);
    }
}

EDO_TEST_PLAIN(text_reads_back) /* net-120 */
{
    static const char *const texts[] = {"127.0.0.1:80", "[::1]:0", "[fe80::1%lo]:65535",
                                        "[2001:db8::ff:1]:8080", "0.0.0.0:1"};
    char text[EDO_ADDR_TEXT_MAX];
    edo_addr addr, again, none = {.len = 0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_ok(edo_addr_parse(texts[i], &addr));
        assert_int_equal(edo_addr_format(&addr, text, sizeof text), strlen(texts[i]));
        assert_string_equal(text, texts[i]);
        assert_ok(edo_addr_parse(text, &again));
        assert_true(edo_addr_is_equal(&addr, &again));
        assert_err(edo_addr_format(&addr, text, strlen(texts[i])), -ENOSPC);
        assert_int_equal(edo_addr_format(&addr, text, strlen(texts[i]) + 1), strlen(texts[i]));
    }
    assert_err(edo_addr_format(&none, text, sizeof text), -EINVAL);
    assert_err(edo_addr_format(NULL, text, sizeof text), -EINVAL);
    assert_err(edo_addr_format(&addr, NULL, 0), -EINVAL);
    assert_int_equal(edo_addr_port(&none), 0);
    assert_int_equal(edo_addr_port(NULL), 0);
}

EDO_TEST_PLAIN(different_addresses_are_not_equal) /* net-120 */
{
    static const char *const texts[] = {"1.2.3.4:80", "1.2.3.4:81",     "1.2.3.5:80",
                                        "[::1]:80",   "[fe80::1%1]:80", "[fe80::1%2]:80"};
    edo_addr addr[6];

    for (size_t i = 0; i < 6; i++)
        assert_ok(edo_addr_parse(texts[i], &addr[i]));
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 6; j++)
            assert_int_equal(edo_addr_is_equal(&addr[i], &addr[j]), i == j);
    assert_false(edo_addr_is_equal(&addr[0], NULL));
    assert_false(edo_addr_is_equal(NULL, &addr[0]));
}

EDO_TEST_PLAIN(short_and_foreign_addresses_are_refused) /* net-013 net-017 */
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    edo_addr addr;

    assert_ok(edo_addr_from_sockaddr((struct sockaddr *)&sin, sizeof sin, &addr));
    assert_int_equal(edo_addr_port(&addr), 9);
    assert_err(edo_addr_from_sockaddr((struct sockaddr *)&sin, sizeof sin - 1, &addr), -EINVAL);
    assert_err(edo_addr_from_sockaddr((struct sockaddr *)&sin, 1, &addr), -EINVAL);
    assert_err(edo_addr_from_sockaddr(NULL, sizeof sin, &addr), -EINVAL);
    assert_err(edo_addr_from_sockaddr((struct sockaddr *)&sin, sizeof sin, NULL), -EINVAL);
    assert_err(edo_addr_from_sockaddr((struct sockaddr *)&sun, sizeof sun, &addr), -EAFNOSUPPORT);
    sin.sin_family = AF_INET6; /* and too short for that */
    assert_err(edo_addr_from_sockaddr((struct sockaddr *)&sin, sizeof sin, &addr), -EINVAL);
}
