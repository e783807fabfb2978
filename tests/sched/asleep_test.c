/* asleep_test.c: all tasks wait and nothing can wake them: that is said, and nothing else. */
#include "runtime/rig.h"

#include <sys/time.h>

#include "base/macros.h"
#include "context/machine.h"
#include "context/sanitizer.h"

#define SENTENCE "nothing can wake them"

typedef struct setting {
    edo_runtime_kind kind;
    bool monitor;
    int way;
} setting;

static noinline int wait_for_a_message(edo_mpsc_receiver *rx)
{
    int item, rc = (int)edo_mpsc_recv(rx, &item);

    __asm__ volatile("");
    return rc;
}

static int receive(void *arg)
{
    return wait_for_a_message(arg);
}

static void *idle_thread(void *arg)
{
    wait_until(a_load((int *)arg, acquire));
    return NULL;
}

static int sleep_then_send(void *arg)
{
    int one = 1;

    assert_ok(edo_sleep(EDO_MILLIS(1500)));
    return (int)edo_mpsc_send(arg, &one);
}

static int block_then_send(void *arg)
{
    int one = 1;

    block_thread_for(1500);
    return (int)edo_mpsc_try_send(arg, &one);
}

static int block_here_then_send(void *arg)
{
    int one = 1;

    block_thread_for(1000); /* another thread has its core meanwhile, and nothing to do */
    return (int)edo_mpsc_try_send(arg, &one);
}

/* The task that would send waits for a task that would receive; or something else goes on. */
static int wait_in_a_ring(void *arg)
{
    const setting *set = arg;
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_task receiver, other = {0};
    edo_tcp_listener *listener = NULL;

    assert_ok(edo_mpsc_new(&(edo_item){.size = sizeof(int)}, 1, &tx, &rx));
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "receiver"), receive, rx, &receiver));
    if (set->way == 1)
        assert_ok(edo_spawn(sleep_then_send, tx, &other));
    if (set->way == 2)
        assert_ok(edo_spawn_blocking(block_then_send, tx, &other));
    if (set->way == 3)
        assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    if (set->way == 3) { /* somebody may connect */
        edo_tcp_stream *stream;
        return edo_tcp_accept(listener, &stream);
    }
    if (set->way == 5 && set->kind == EDO_MULTI_THREAD)
        assert_ok(edo_spawn(block_here_then_send, tx, &other));
    return join_result(receiver);
}

static void run_setting(void *arg)
{
    const setting *set = arg;
    int stop = 0;
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = set->kind, .workers = 2,
                              .monitor = set->monitor ? EDO_MONITOR_ON : EDO_MONITOR_OFF));

    struct itimerval end = {.it_value.tv_usec = 600000};

    if (!set->monitor)
        end.it_value = (struct timeval){.tv_sec = 1, .tv_usec = 600000};
    setitimer(ITIMER_REAL, &end, NULL); /* it would wait for ever, and is ended */
    if (set->way == 4)
        start_thread(idle_thread, &stop);
    edo_block_on(runtime, wait_in_a_ring, arg);
    _exit(0);
}

static const char *said_of(setting set)
{
    static char err[16384];

    (void)run_child(run_setting, &set, err, sizeof err);
    return err;
}

EDO_TEST_PLAIN(tasks_that_wait_for_each_other_are_named)
{
    if (HAS_TSAN || test_is_emulated())
        EDO_SKIP("the process has threads that are not its own");
    for (int kind = 0; kind < 2; kind++) {
        const char *err = said_of((setting){.kind = (edo_runtime_kind)kind, .monitor = true});
        assert_non_null(strstr(err, "all 2 tasks of the runtime wait, and " SENTENCE));
        assert_non_null(strstr(err, "\"receiver\" (spawned at "));
        assert_null(strstr(strstr(err, SENTENCE) + 1, SENTENCE)); /* once */
#if defined MACHINE_ASSEMBLY && EDO_DEBUG /* else such functions may have become a part of others */
        assert_non_null(strstr(err, "waits in edo_mpsc_recv"));
        assert_non_null(strstr(err, "waits in edo_join"));
#endif
    }
}

#if EDO_DEBUG
EDO_TEST_PLAIN(a_debug_build_needs_no_monitor_to_name_them)
{
    if (HAS_TSAN || test_is_emulated())
        EDO_SKIP("the process has threads that are not its own");
    assert_non_null(strstr(said_of((setting){.kind = EDO_CURRENT_THREAD}), SENTENCE));
}
#endif

EDO_TEST_PLAIN(where_something_may_wake_them_nothing_is_said)
{
    for (int kind = 0; kind < 2; kind++)
        for (int way = 1; way <= (kind == EDO_MULTI_THREAD ? 5 : 4); way++) {
            const char *err =
                said_of((setting){.kind = (edo_runtime_kind)kind, .monitor = true, .way = way});
            if (strstr(err, SENTENCE))
                fail_msg("way %d: %s", way, err);
        }
}
