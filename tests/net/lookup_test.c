/* lookup_test.c: names and numbers to addresses, and back. */
#include "support/edo_test.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The one address that is found, as text. */
static const char *only(edo_addr_list *list)
{
    static char text[EDO_ADDR_TEXT_MAX];

    assert_int_equal(list->count, 1);
    assert_true(edo_addr_format(&list->addr[0], text, sizeof text) > 0);
    edo_addr_list_free(list);
    assert_null(list->addr);
    assert_int_equal(list->count, 0);
    return text;
}

EDO_TEST_BOTH(numbers_are_answered_without_a_thread) /* net-116 */
{
    static const char *const numeric[] = {"127.0.0.1:8000", "[::1]:80", "255.255.255.255:65535",
                                          "[fe80::1%1]:9"};
    edo_addr_list list = {0};
    edo_addr addr;
    char text[EDO_ADDR_TEXT_MAX];
    int awake;

    for (size_t i = 0; i < sizeof numeric / sizeof *numeric; i++) {
        edo_lookup_future lookup = edo_lookup_host_async(numeric[i], &list);
        assert_ready_eq(&lookup.base, 0);
        assert_ok(edo_addr_parse(numeric[i], &addr));
        assert_true(edo_addr_is_equal(&list.addr[0], &addr));
        assert_true(edo_addr_format(&addr, text, sizeof text) > 0);
        assert_string_equal(only(&list), text);
    }
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    sin6.sin6_addr.s6_addr[15] = 1;
    assert_ok(edo_addr_from_sockaddr((struct sockaddr *)&sin6, sizeof sin6, &addr));
    assert_true(edo_addr_format(&addr, text, sizeof text) > 0);
    assert_ok(edo_lookup_host(text, &list));
    assert_memory_equal(&list.addr[0].storage, &sin6, sizeof sin6);
    assert_string_equal(only(&list), "[::1]:80");
    assert_ok(edo_lookup("::1", "443", NULL, &list));
    assert_string_equal(only(&list), "[::1]:443");
    assert_ok(edo_lookup("10.1.2.3", NULL, NULL, &list));
    assert_string_equal(only(&list), "10.1.2.3:0");
    assert_int_equal(thread_count_named("edo-lookup", &awake), 0);
}

EDO_TEST_BOTH(localhost_is_loopback) /* net-117 */
{
    edo_addr_list list = {0};
    char text[EDO_ADDR_TEXT_MAX];

    assert_ok(edo_lookup_host("localhost:3000", &list));
    assert_true(list.count >= 1);
    assert_true(edo_addr_format(&list.addr[0], text, sizeof text) > 0);
    assert_true(strcmp(text, "127.0.0.1:3000") == 0 || strcmp(text, "[::1]:3000") == 0);
    edo_addr_list_free(&list);
    assert_ok(edo_lookup("localhost", "80", EDO_OPTS(lookup, .family = AF_INET), &list));
    assert_string_equal(only(&list), "127.0.0.1:80");
}

EDO_TEST_BOTH(without_a_host_it_is_the_machine_s_own)
{
    edo_addr_list list = {0};

    assert_ok(edo_lookup(NULL, "80", EDO_OPTS(lookup, .family = AF_INET), &list));
    assert_string_equal(only(&list), "127.0.0.1:80");
    assert_ok(edo_lookup(
        NULL, "80", EDO_OPTS(lookup, .family = AF_INET, .passive = true, .datagram = true), &list));
    assert_string_equal(only(&list), "0.0.0.0:80");
}

EDO_TEST_BOTH(what_is_neither_is_refused) /* net-118 net-120 */
{
    static const char *const bad[] = {"255.255.255.256:80",
                                      "2555.0.0.0:80",
                                      "255:80",
                                      "255.255.255*000:80",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:",
                                      "localhost:",
                                      "localhost:65536",
                                      "localhost:-1",
                                      "localhost: 1",
                                      "localhost",
                                      ":80",
                                      "::1:80",
                                      "[::1:80",
                                      "::1]:80",
                                      "[localhost]:80",
                                      "[127.0.0.1]:80",
                                      "[]:80",
                                      "[:]:80",
                                      "a b:80",
                                      "0x7f000001:80",
                                      "127.1:80",
                                      "x.0xA:80",
                                      "x.1:80",
                                      "w\xc3\xb6rt.de:80",
                                      ".:80",
                                      "[fe80::1%]:80",
                                      "",
                                      "localhost:000080"};
    edo_addr_list list = {.count = 77};
    char name[EDO_HOST_NAME_MAX + 5];

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(edo_lookup_host(bad[i], &list), -EINVAL);
    assert_err(edo_lookup_host(NULL, &list), -EINVAL);
    assert_err(edo_lookup_host("127.0.0.1:1", NULL), -EINVAL);
    assert_err(edo_lookup(NULL, NULL, NULL, &list), -EINVAL);
    assert_err(edo_lookup("", "80", NULL, &list), -EINVAL);
    assert_err(edo_lookup("localhost", "", NULL, &list), -EINVAL);
    assert_err(edo_lookup("localhost", "65536", NULL, &list), -EINVAL);
    assert_err(edo_lookup("localhost", "-1", NULL, &list), -EINVAL);
    memset(name, 'n', sizeof name);
    strcpy(name + EDO_HOST_NAME_MAX + 1, ":80");
    assert_err(edo_lookup_host(name, &list), -EDO_ETOOLONG);
    name[EDO_HOST_NAME_MAX + 1] = '\0';
    assert_err(edo_lookup(name, "80", NULL, &list), -EDO_ETOOLONG);
    name[65] = '\0';
    assert_err(edo_lookup("localhost", name, NULL, &list), -EDO_ETOOLONG);
    assert_err(edo_lookup("127.0.0.1", name, NULL, &list), -EDO_ETOOLONG);
    assert_int_equal(list.count, 77);
}

EDO_TEST_BOTH(families_that_an_address_is_not_of)
{
    edo_addr_list list = {.count = 77};

    assert_err(edo_lookup("::1", "80", EDO_OPTS(lookup, .family = AF_INET), &list),
               -EDO_EAI_NODATA);
    assert_err(edo_lookup("localhost", "80", EDO_OPTS(lookup, .family = 77), &list),
               -EDO_EAI_FAMILY);
    assert_err(edo_lookup("localhost", "nosuchservice", NULL, &list), -EDO_EAI_SERVICE);
    assert_int_equal(list.count, 77);
}

EDO_TEST_PLAIN(a_plain_thread_may_ask)
{
    edo_addr_list list = {0};

    assert_ok(edo_lookup("localhost", "80", EDO_OPTS(lookup, .family = AF_INET), &list));
    assert_string_equal(only(&list), "127.0.0.1:80");
}

EDO_TEST_BOTH(a_list_that_loses_is_freed)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("127.0.0.1:80", &list);

    assert_ready_eq(&lookup.base, 0);
    edo_future_put_back(&lookup.base);
    assert_err(lookup.base.result, -ECANCELED);
    assert_null(list.addr);
}

EDO_TEST_BOTH(a_service_by_its_future)
{
    edo_addr_list list = {0};

    edo_lookup_future look =
        edo_lookup_async("127.0.0.1", "80", EDO_OPTS(lookup, .family = AF_INET), &list);
    assert_ok(edo_await(&look.base));
    assert_string_equal(only(&list), "127.0.0.1:80");
    look = edo_lookup_async("127.0.0.1", "nosuchservice", NULL, &list);
    assert_err(edo_await(&look.base), -EDO_EAI_SERVICE);
}
