/*
 * lookup_lane_test.c: a resolver that answers when the test says so, or never: nothing waits for it but who
 * wants the answer. The program's getaddrinfo stands in for the C library's.
 */
#include "support/edo_test.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/macros.h"

static unsigned asked, answered, freed; /* atomic */
static unsigned let_go;                 /* atomic: how many may be answered */

/* Waits until its turn, and gives 127.0.0.1 with the port 77. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    struct sockaddr_in *sin;
    unsigned ticket = a_fetch_add(&asked, 1, relaxed);

    (void)service;
    (void)hints;
    if (strcmp(host, "quick") != 0)
        while (a_load(&let_go, acquire) <= ticket)
            block_thread_for(1);
    if (strcmp(host, "denied") == 0)
        return EAI_NONAME;
    *ret = calloc(1, sizeof **ret + sizeof *sin);
    sin = (struct sockaddr_in *)(*ret + 1);
    *sin = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(77)};
    sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (*ret)->ai_addr = (struct sockaddr *)sin;
    (*ret)->ai_addrlen = sizeof *sin;
    a_fetch_add(&answered, 1, relaxed);
    return 0;
}

void freeaddrinfo(struct addrinfo *found)
{
    free(found);
    a_fetch_add(&freed, 1, release);
}

EDO_TEST_MT(a_timeout_does_not_wait_for_the_resolver)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("hangs:1", &list);
    uint64_t begin = real_time_ns();

    assert_err(edo_timeout(&lookup.base, EDO_MILLIS(50)), -ETIMEDOUT);
    assert_in_range((real_time_ns() - begin) / 1000000, 49, 100 * test_patience());
    assert_int_equal(list.count, 0);
    a_store(&let_go, 1,
            release); /* and the orphan ends, and frees what it has: LeakSanitizer looks */
    task_wait_until(a_load(&freed, acquire) == 1);
}

static edo_addr_list unused;

static int look_up_for_ever(void *arg)
{
    (void)arg;
    return edo_lookup_host("hangs:1", &unused);
}

EDO_TEST_PLAIN(a_shutdown_does_not_wait_for_the_resolver)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_MULTI_THREAD, .workers = 2), &runtime));
    edo_handle *handle = edo_runtime_handle(runtime);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), look_up_for_ever, NULL, NULL));
    edo_handle_unref(handle);
    wait_until(a_load(&asked, relaxed) == 1);
    uint64_t begin = real_time_ns();
    assert_ok(edo_runtime_free(runtime));
    assert_true((real_time_ns() - begin) / 1000000 < 100 * test_patience());
}

EDO_TEST_BOTH(a_canceled_one_is_over_at_once)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("hangs:1", &list);

    assert_pending(&lookup.base);
    task_wait_until(a_load(&asked, relaxed) == 1);
    edo_future_cancel(&lookup.base);
    assert_ready_eq(&lookup.base, -ECANCELED);
    a_store(&let_go, 1, release);
    task_wait_until(a_load(&freed, acquire) == 1);
    assert_null(list.addr);
}

EDO_TEST_BOTH(a_listen_that_is_canceled_leaves_its_lookup)
{
    edo_tcp_listener *listener = NULL;
    edo_tcp_listen_future listen = edo_tcp_listen_async("hangs:1", &listener);

    assert_pending(&listen.base);
    task_wait_until(a_load(&asked, relaxed) == 1);
    edo_future_cancel(&listen.base);
    assert_ready_eq(&listen.base, -ECANCELED);
    assert_null(listener);
    a_store(&let_go, 1, release);
    task_wait_until(a_load(&freed, acquire) == 1);
}

enum { LANE = 64, MORE = 100 };

EDO_TEST_BOTH(sixty_four_run_and_the_rest_wait_in_a_queue)
{
    static edo_addr_list list[MORE];
    static edo_lookup_future lookup[MORE];

    for (int i = 0; i < MORE; i++) {
        lookup[i] = edo_lookup_host_async("hangs:1", &list[i]);
        assert_pending(&lookup[i].base);
    }
    task_wait_until(a_load(&asked, relaxed) == LANE);
    edo_future_cancel(&lookup[MORE - 1].base); /* it has not begun, and never will */
    assert_ready_eq(&lookup[MORE - 1].base, -ECANCELED);
    a_store(&let_go, MORE, release);
    for (int i = 0; i < MORE - 1; i++) {
        assert_ok(edo_await(&lookup[i].base));
        assert_int_equal(edo_addr_port(&list[i].addr[0]), 77);
        edo_addr_list_free(&list[i]);
    }
    assert_int_equal(a_load(&asked, relaxed), MORE - 1);
}

EDO_TEST_BOTH(a_thread_serves_many_that_come_one_by_one)
{
    edo_addr_list list = {0};
    int awake;

    for (int i = 0; i < 50; i++) {
        assert_ok(edo_lookup_host("quick:1", &list));
        edo_addr_list_free(&list);
        task_wait_until((thread_count_named("edo-lookup", &awake), awake == 0)); /* idle again */
    }
    assert_in_range(thread_count_named("edo-lookup", &awake), 1, 5);
}

EDO_TEST_BOTH(a_hanging_one_does_not_hold_another)
{
    edo_addr_list first = {0}, second = {0};

    assert_ok(edo_lookup_host("quick:1", &first)); /* a thread is idle */
    edo_addr_list_free(&first);
    edo_lookup_future hangs = edo_lookup_host_async("hangs:1", &first);
    edo_lookup_future quick = edo_lookup_host_async("quick:1", &second);
    assert_pending(&hangs.base);
    assert_pending(&quick.base);
    assert_ok(edo_await(&quick.base));
    edo_addr_list_free(&second);
    a_store(&let_go, 9, release);
    assert_ok(edo_await(&hangs.base));
    edo_addr_list_free(&first);
}

enum { AT_ONCE = 10 };

static int let_all_go_in_a_while(void *arg)
{
    (void)arg;
    while (a_load(&asked, relaxed) < AT_ONCE)
        edo_yield();
    for (int i = 0; i < 1000; i++)
        edo_yield();
    a_store(&let_go, AT_ONCE, release);
    return 0;
}

EDO_TEST_BOTH(ten_at_once_while_others_run) /* net-119 */
{
    edo_addr_list list[AT_ONCE] = {0};
    edo_lookup_future lookup[AT_ONCE];
    edo_task other;

    assert_ok(edo_spawn(let_all_go_in_a_while, NULL, &other));
    for (int i = 0; i < AT_ONCE; i++) {
        lookup[i] = edo_lookup_host_async("hangs:1", &list[i]);
        assert_pending(&lookup[i].base);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        assert_ok(edo_await(&lookup[i].base));
        assert_int_equal(list[i].count, 1);
        edo_addr_list_free(&list[i]);
    }
    assert_ok(edo_join(other, NULL));
    assert_int_equal(a_load(&answered, relaxed), AT_ONCE);
}

EDO_TEST(a_paused_clock_waits_for_the_answer)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("quick:1", &list);

    assert_ok(edo_timeout(&lookup.base, EDO_MILLIS(1)));
    edo_addr_list_free(&list);
}

EDO_TEST(a_paused_clock_goes_on_after_a_cancel)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("hangs:1", &list);

    assert_pending(&lookup.base);
    edo_future_cancel(&lookup.base);
    assert_ready_eq(&lookup.base, -ECANCELED);
    assert_ok(edo_sleep(EDO_SECONDS(3600)));
    a_store(&let_go, 1, release);
}

EDO_TEST_BOTH(it_is_begun_anew_after_a_cancel)
{
    edo_addr_list list = {0};
    edo_lookup_future lookup = edo_lookup_host_async("hangs:1", &list);

    for (unsigned i = 0; i < 3; i++) {
        edo_sleep_future nap = edo_sleep_async(EDO_SECONDS(0));
        assert_int_equal(edo_select_keep(&lookup.base, &nap.base), 1);
    }
    a_store(&let_go, 9, release);
    assert_ok(edo_await(&lookup.base));
    edo_addr_list_free(&list);
    task_wait_until(a_load(&freed, acquire) == a_load(&asked, relaxed));
}

EDO_TEST_BOTH(denied_names)
{
    edo_addr_list list = {0};

    a_store(&let_go, 1, release);
    assert_err(edo_lookup_host("denied:1", &list), -EDO_EAI_NONAME);
}

EDO_TEST_PLAIN(a_forked_child_has_a_lane_of_its_own)
{
    edo_addr_list list = {0};

    if (HAS_TSAN)
        EDO_SKIP("a child of several threads can't start any here");
    assert_ok(edo_lookup_host("quick:1", &list));
    edo_addr_list_free(&list);
    settle_threads();
    pid_t child = fork();
    if (child == 0) {
        int rc = edo_lookup_host("quick:1", &list);
        _exit(rc == 0 && list.count == 1 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* Cancels at every moment against answers at every moment: what is given is freed, once. */
EDO_TEST_MT(cancels_race_with_answers)
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        edo_addr_list list = {0};
        edo_lookup_future lookup = edo_lookup_host_async("quick:1", &list);
        if (edo_test_poll(&lookup.base) == EDO_PENDING) {
            for (unsigned n = i % 64; n > 0; n--)
                edo_yield();
            edo_future_cancel(&lookup.base);
            assert_int_equal(edo_test_poll(&lookup.base), EDO_READY);
        }
        if (lookup.base.result == 0)
            edo_addr_list_free(&list);
        else
            assert_err(lookup.base.result, -ECANCELED);
        assert_null(list.addr);
    }
    task_wait_until(a_load(&freed, acquire) == a_load(&asked, relaxed));
}
