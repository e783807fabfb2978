/* lookup_names_test.c: the system's resolver, with names and a name server of the test's own. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/own_names.h"

#include <string.h>

static const char *const hosts = "127.0.0.1 localhost here.example\n"
                                 "::1 localhost six.example\n"
                                 "127.0.0.2 many.example\n"
                                 "127.0.0.3 many.example\n"
                                 "::1 many.example\n";

static int deny_names(void *arg)
{
    edo_addr_list list = {.count = 77};

    (void)arg;
    assert_err(edo_lookup_host("example.invalid.:80", &list), -EDO_EAI_NONAME);
    assert_string_equal(edo_err_name(-EDO_EAI_NONAME), "EDO_EAI_NONAME");
    assert_err(edo_lookup(NULL, NULL, NULL, &list), -EINVAL);
    assert_int_equal(list.count, 77);
    return 0;
}

EDO_TEST_PLAIN(a_name_that_the_name_server_denies) /* net-118 */
{
    own_network();
    own_names(hosts);
    check_in_both(deny_names, NULL);
    assert_true(own_names_asked() >= 2); /* by each runtime */
}

static int name_addresses(void *arg)
{
    static const char *const loopback[] = {"127.0.0.1:22", "[::1]:22"};
    edo_addr_names names;
    edo_addr addr;

    (void)arg;
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_addr_parse(loopback[i], &addr));
        memset(&names, 0, sizeof names);
        assert_ok(edo_lookup_names(&addr, &names));
        assert_string_equal(names.host, "localhost");
        assert_true(strcmp(names.service, "ssh") == 0 || strcmp(names.service, "22") == 0);
    }
    assert_ok(edo_addr_parse("127.9.9.9:1", &addr));
    edo_lookup_names_future look = edo_lookup_names_async(&addr, &names);
    assert_ok(edo_await(&look.base));
    assert_string_equal(names.host, "127.9.9.9");
    addr.storage.ss_family = 77;
    assert_err(edo_lookup_names(&addr, &names), -EAFNOSUPPORT);
    assert_err(edo_lookup_names(NULL, &names), -EINVAL);
    assert_err(edo_lookup_names(&addr, NULL), -EINVAL);
    return 0;
}

EDO_TEST_PLAIN(addresses_have_names) /* net-121 */
{
    own_network();
    own_names(hosts);
    check_in_both(name_addresses, NULL);
    assert_true(own_names_asked() >= 2); /* for the one that the file lacks, by each runtime */
}

static int find_all(void *arg)
{
    edo_addr_list list = {0};

    (void)arg;
    assert_ok(edo_lookup_host("many.example:80", &list));
    assert_int_equal(list.count, 3);
    edo_addr_list_free(&list);
    assert_ok(edo_lookup("many.example", "80", EDO_OPTS(lookup, .family = AF_INET6), &list));
    assert_int_equal(list.count, 1);
    edo_addr_list_free(&list);
    return 0;
}

EDO_TEST_PLAIN(a_host_with_several_addresses)
{
    own_network();
    own_names(hosts);
    check_in_both(find_all, NULL);
}
