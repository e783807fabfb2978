/* fork_test.c: a child of fork(2) has its parent's memory and none of its threads. */
#include "runtime/rig.h"

#include "base/macros.h"
#include "runtime/child_leaks.h"

static int spawn_and_join(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(do_nothing, arg, &task));
    return join_result(task) == 0 ? edo_sleep(EDO_MILLIS(1)) : -1;
}

typedef struct inherited {
    edo_runtime *runtime;
    edo_handle *handle;
    edo_runtime_kind child_kind; /* of the runtime that the child builds */
} inherited;

static void use_in_child(void *arg)
{
    inherited *in = arg;
    edo_enter_guard guard;
    edo_future never = edo_pending();
    edo_tcp_stream *stream;
    edo_tcp_listener *listener;
    edo_runtime *fresh;
    edo_runtime_opts opts = {.kind = in->child_kind, .workers = 2};

    leave_leaks_alone();
    assert_int_equal(edo_block_on(in->runtime, do_nothing, NULL), -EDO_EFORKED);
    assert_int_equal(edo_handle_block_on(in->handle, do_nothing, NULL), -EDO_EFORKED);
    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .on = in->handle), do_nothing, NULL, NULL),
                     -EDO_EFORKED);
    assert_int_equal(edo_runtime_shutdown(in->runtime, EDO_SECONDS(1)), -EDO_EFORKED);
    assert_int_equal(edo_runtime_free(in->runtime), -EDO_EFORKED);
    assert_ok(edo_enter(in->handle, &guard));
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -EDO_EFORKED);
    assert_int_equal(edo_timeout(&never, EDO_MILLIS(1)), -EDO_EFORKED);
    assert_int_equal(edo_tcp_connect("127.0.0.1:1", &stream), -EDO_EFORKED);
    assert_int_equal(edo_tcp_listen("127.0.0.1:0", &listener), -EDO_EFORKED);
    edo_leave(&guard);
    fresh = make_runtime(&opts); /* and a new runtime works there */
    assert_int_equal(edo_block_on(fresh, spawn_and_join, NULL), 0);
    assert_int_equal(edo_runtime_free(fresh), 0);
}

static void check_forked_child(edo_runtime_kind child_kind)
{
    for (int kind = 0; kind < 2; kind++) {
        inherited in = {
            .runtime =
                make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2)),
            .child_kind = child_kind,
        };
        char err[4096];
        in.handle = edo_runtime_handle(in.runtime);
        assert_int_equal(edo_block_on(in.runtime, spawn_and_join, NULL), 0);
        int status = run_child(use_in_child, &in, err, sizeof err);
        if (status != 0)
            fail_msg("child: status %#x: %s", status, err);
        assert_int_equal(edo_block_on(in.runtime, spawn_and_join, NULL), 0); /* undisturbed */
        edo_handle_unref(in.handle);
        assert_int_equal(edo_runtime_free(in.runtime), 0);
    }
}

EDO_TEST_PLAIN(a_forked_child_is_told_and_may_build_its_own) /* rt-079 */
{
    check_forked_child(EDO_CURRENT_THREAD);
}

EDO_TEST_PLAIN(a_forked_child_may_build_one_with_threads) /* rt-079 */
{
    if (HAS_TSAN || test_is_emulated())
        EDO_SKIP("a child of several threads can't start any here");
    check_forked_child(EDO_MULTI_THREAD);
}

static int fork_in_task(void *arg)
{
    int status = 0;

    (void)arg;
    settle_threads();
    pid_t pid = fork();
    if (pid == 0) {
        edo_task task;
        leave_leaks_alone();
        bool told = edo_spawn(do_nothing, NULL, &task) == -EDO_EFORKED &&
                    edo_sleep(EDO_MILLIS(1)) == -EDO_EFORKED;
        _exit(told ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

EDO_TEST_PLAIN(a_child_forked_in_a_task_is_told_too)
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, fork_in_task, NULL), 0);
    assert_int_equal(edo_block_on(runtime, spawn_and_join, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

typedef struct listening {
    edo_tcp_listener *listener;
    edo_addr addr;
} listening;

static int listen_and_wait(void *arg)
{
    listening *l = arg;
    edo_tcp_stream *none;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &l->listener));
    assert_ok(edo_tcp_listener_addr(l->listener, &l->addr));
    edo_tcp_accept_future accept = edo_tcp_accept_async(l->listener, &none);
    assert_err(edo_timeout(&accept.base, EDO_MILLIS(1)),
               -ETIMEDOUT); /* it is watched from now on */
    return 0;
}

static int connect_and_accept(void *arg)
{
    listening *l = arg;
    edo_tcp_stream *server, *client;
    edo_tcp_accept_future accept = edo_tcp_accept_async(l->listener, &server);
    edo_tcp_connect_future connect = edo_tcp_connect_addr_async(&l->addr, &client);

    assert_ok(edo_timeout(&accept.base, EDO_MILLIS(1)) == -ETIMEDOUT ? 0 : -EINVAL);
    accept = edo_tcp_accept_async(l->listener, &server);
    assert_ok(edo_join_all(&accept.base, &connect.base));
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(l->listener);
    return 0;
}

/* The set by which the parent hears of events is the child's, too. */
EDO_TEST_PLAIN(a_listener_closed_in_a_child_goes_on_in_the_parent)
{
    edo_runtime *runtime = make_multi(1);
    listening l;
    int status;

    assert_int_equal(edo_block_on(runtime, listen_and_wait, &l), 0);
    settle_threads();
    pid_t pid = fork();
    if (pid == 0) {
        leave_leaks_alone();
        edo_tcp_listener_close(l.listener);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(edo_block_on(runtime, connect_and_accept, &l), 0);
    assert_ok(edo_runtime_free(runtime));
}
