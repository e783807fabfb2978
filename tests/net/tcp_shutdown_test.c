/* tcp_shutdown_test.c: connections and the end of their runtime. */
#include "net/ended.h"

#include <unistd.h>

struct things {
    edo_tcp_listener *listener;
    edo_tcp_stream *server, *client;
    edo_tcp_stream *accepted;
    int accept_rc, read_rc, second_rc;
    bool waiting; /* atomic */
};

static int make(void *arg)
{
    struct things *things = arg;
    unsigned port;

    *things = (struct things){0};
    connect_pair(&things->server, &things->client);
    things->listener = listen_here(&port);
    return 0;
}

static int check_all_are_over(void *arg)
{
    struct things *things = arg;
    char byte;
    edo_addr addr;

    assert_err(edo_tcp_accept(things->listener, &things->accepted), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_read(things->server, &byte, 1), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_write(things->server, "x", 1), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_write_all(things->server, "x", 1), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_try_read(things->server, &byte, 1), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_try_write(things->server, &byte, 1), -EDO_ESHUTDOWN);
    assert_err(edo_tcp_shutdown(things->server, EDO_WRITE_HALF), -EDO_ESHUTDOWN);
    assert_ok(edo_tcp_peer_addr(things->server, &addr));
    return 0;
}

static void close_all(void *arg)
{
    struct things *things = arg;

    assert_ok(edo_tcp_listener_close(things->listener));
    assert_ok(edo_tcp_close(things->server));
    assert_ok(edo_tcp_close(things->client));
}

/* Tasks of the runtime itself that wait while it shuts down. */
static int wait_in_accept(void *arg)
{
    struct things *things = arg;

    things->accept_rc = edo_tcp_accept(things->listener, &things->accepted);
    things->second_rc = edo_tcp_accept(things->listener, &things->accepted);
    return 0;
}

static int wait_in_read(void *arg)
{
    struct things *things = arg;
    char byte;

    things->read_rc = (int)edo_tcp_read(things->server, &byte, 1);
    return 0;
}

static int start_waiting(void *arg)
{
    make(arg);
    assert_ok(edo_spawn(wait_in_accept, arg, NULL));
    assert_ok(edo_spawn(wait_in_read, arg, NULL));
    settle();
    return 0;
}

static void check_all_were_told(void *arg)
{
    const struct things *things = arg;

    assert_err(things->accept_rc, -EDO_ESHUTDOWN);
    assert_err(things->second_rc, -EDO_ESHUTDOWN);
    assert_err(things->read_rc, -EDO_ESHUTDOWN);
}

static struct things connections;
static const belongings of_tcp = {.make = make,
                                  .check_over = check_all_are_over,
                                  .wait = start_waiting,
                                  .check_told = check_all_were_told,
                                  .close = close_all,
                                  .arg = &connections};

EDO_TEST_PLAIN(what_is_used_after_its_runtime_ended_says_so) /* net-122 net-123 */
{
    check_use_after_the_end(&of_tcp, EDO_CURRENT_THREAD);
    check_use_after_the_end(&of_tcp, EDO_MULTI_THREAD);
}

EDO_TEST_PLAIN(what_waits_while_its_runtime_ends_is_woken) /* net-122 */
{
    check_end_while_waiting(&of_tcp, EDO_CURRENT_THREAD);
    check_end_while_waiting(&of_tcp, EDO_MULTI_THREAD);
}

/* A task of another runtime waits on them. */
static int wait_for_both(void *arg)
{
    struct things *things = arg;
    char byte;
    edo_tcp_accept_future accept = edo_tcp_accept_async(things->listener, &things->accepted);
    edo_tcp_read_future read = edo_tcp_read_async(things->server, &byte, 1);

    __atomic_store_n(&things->waiting, true, __ATOMIC_RELEASE);
    assert_ok(edo_join_all(&accept.base, &read.base));
    things->accept_rc = (int)accept.base.result;
    things->read_rc = (int)read.base.result;
    return 0;
}

static edo_runtime *ending;

static void *end_it(void *arg)
{
    struct things *things = arg;

    wait_until(__atomic_load_n(&things->waiting, __ATOMIC_ACQUIRE));
    block_thread_for(10);
    assert_ok(edo_runtime_free(ending));
    return NULL;
}

EDO_TEST_PLAIN(what_waits_in_another_runtime_is_woken) /* net-122 */
{
    struct things things = {0};
    edo_runtime *other;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &ending));
    assert_ok(edo_block_on(ending, make, &things));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &other));
    pthread_t thread = start_thread(end_it, &things);
    assert_ok(edo_block_on(other, wait_for_both, &things));
    join_thread(thread);
    assert_err(things.accept_rc, -EDO_ESHUTDOWN);
    assert_err(things.read_rc, -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(other));
    close_all(&things);
}

static int echo_one(void *arg)
{
    struct things *things = arg;
    char byte;

    assert_int_equal(edo_tcp_read(things->server, &byte, 1), 1);
    assert_int_equal(edo_tcp_write(things->server, &byte, 1), 1);
    return 0;
}

static int write_later(void *arg)
{
    struct things *things = arg;
    char byte = 'x';

    settle();
    assert_int_equal(edo_tcp_write(things->client, &byte, 1), 1);
    assert_int_equal(edo_tcp_read(things->client, &byte, 1), 1);
    return byte;
}

static void *write_in_own_runtime(void *arg)
{
    assert_int_equal(edo_block_on(ending, write_later, arg), 'x');
    return NULL;
}

EDO_TEST_PLAIN(streams_work_from_tasks_of_another_runtime)
{
    struct things things = {0};
    edo_runtime *other;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &ending));
    assert_ok(edo_block_on(ending, make, &things));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &other));
    pthread_t thread = start_thread(write_in_own_runtime, &things);
    assert_ok(edo_block_on(other, echo_one, &things));
    join_thread(thread);
    assert_ok(edo_runtime_free(ending));
    assert_ok(edo_runtime_free(other));
    close_all(&things);
}
