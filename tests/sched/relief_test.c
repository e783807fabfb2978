/* relief_test.c: a task that blocks its worker's thread delays itself and not its neighbours. */
#include "runtime/rig.h"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BLOCK_MS 1000
#define STEP_MS 10
#define GRACE_NS UINT64_C(60000000)

/* The longest that something took beyond what it should have; shared with a control thread. */
typedef struct lateness {
    uint64_t worst;
    int rounds;
    int *stop;
} lateness;

static void note(lateness *l, uint64_t began, uint64_t due)
{
    uint64_t took = real_time_ns() - began;

    if (took > due && took - due > l->worst)
        l->worst = took - due;
    l->rounds++;
}

/* What the system itself delays a thread that only sleeps. */
static void *control(void *arg)
{
    lateness *l = arg;

    while (!a_load(l->stop, acquire)) {
        uint64_t began = real_time_ns();
        block_thread_for(STEP_MS);
        note(l, began, STEP_MS * UINT64_C(1000000));
    }
    return NULL;
}

static int keep_sleeping(void *arg)
{
    lateness *l = arg;

    while (!a_load(l->stop, acquire)) {
        uint64_t began = real_time_ns();
        assert_ok(edo_sleep(EDO_MILLIS(STEP_MS)));
        note(l, began, STEP_MS * UINT64_C(1000000));
    }
    return 0;
}

static int echo(void *arg)
{
    edo_tcp_stream *stream;
    char byte;

    assert_ok(edo_tcp_accept(arg, &stream));
    while (edo_tcp_read(stream, &byte, 1) == 1)
        assert_ok(edo_tcp_write_all(stream, &byte, 1));
    return edo_tcp_close(stream);
}

typedef struct client {
    lateness l;
    edo_addr addr;
} client;

/* A plain thread with a plain socket. */
static void *keep_asking(void *arg)
{
    client *c = arg;
    char text[64], byte = 'x';
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(edo_addr_format(&c->addr, text, sizeof text) > 0);
    sin.sin_port = htons((uint16_t)atoi(strrchr(text, ':') + 1));
    assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof sin), 0);
    while (!a_load(c->l.stop, acquire)) {
        uint64_t began = real_time_ns();
        assert_int_equal(write(fd, &byte, 1), 1);
        assert_int_equal(read(fd, &byte, 1), 1);
        note(&c->l, began, 0);
        block_thread_for(STEP_MS);
    }
    close(fd);
    return NULL;
}

static int block_worker(void *arg)
{
    (void)arg;
    block_thread_for(BLOCK_MS);
    return 3;
}

static int beside_a_blocker(void *arg)
{
    int stop = 0, workers = *(int *)arg;
    lateness own = {.stop = &stop}, timers[2] = {{.stop = &stop}, {.stop = &stop}};
    client c = {.l.stop = &stop};
    edo_tcp_listener *listener;
    edo_task sleepers[2], server, blocker;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &c.addr));
    assert_ok(edo_spawn(echo, listener, &server));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn(keep_sleeping, &timers[i], &sleepers[i]));
    pthread_t control_thread = start_thread(control, &own);
    pthread_t client_thread = start_thread(keep_asking, &c);
    assert_ok(edo_sleep(EDO_MILLIS(50)));
    assert_ok(edo_spawn(block_worker, NULL, &blocker));
    uint64_t began = real_time_ns();
    assert_int_equal(join_result(blocker), 3);
    assert_true(real_time_ns() - began >= BLOCK_MS * UINT64_C(1000000));
    a_store(&stop, 1, release);
    for (int i = 0; i < 2; i++)
        assert_int_equal(join_result(sleepers[i]), 0);
    join_thread(control_thread);
    join_thread(client_thread);
    assert_int_equal(join_result(server), 0);
    edo_tcp_listener_close(listener);

    uint64_t limit = (GRACE_NS + own.worst) * test_scale();
    for (int i = 0; i < 2; i++) {
        if (timers[i].worst > limit)
            fail_msg("%d workers: a timer was %llu us late, control %llu us", workers,
                     (unsigned long long)timers[i].worst / 1000,
                     (unsigned long long)own.worst / 1000);
        assert_true(timers[i].rounds >= 10);
    }
    if (c.l.worst > limit)
        fail_msg("%d workers: an echo took %llu us, control %llu us", workers,
                 (unsigned long long)c.l.worst / 1000, (unsigned long long)own.worst / 1000);
    assert_true(c.l.rounds >= 10);
    return 0;
}

EDO_TEST_PLAIN(timers_and_sockets_are_served_beside_a_blocked_worker) /* rt-056 */
{
    for (int workers = 1; workers <= 2; workers++) {
        edo_runtime *runtime = make_multi(workers);
        assert_int_equal(edo_block_on(runtime, beside_a_blocker, &workers), 0);
        assert_true(metrics_of(runtime).reliefs >= 1);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct pair {
    edo_tcp_listener *listener;
    edo_tcp_stream *near, *far;
    edo_addr addr;
    edo_task reader, writer;
    int heard;
} pair;

static int hear(void *arg)
{
    pair *p = arg;
    char byte;

    assert_int_equal(edo_tcp_read(p->near, &byte, 1), 1);
    a_store(&p->heard, 1, release);
    return 0;
}

static int say_later(void *arg)
{
    pair *p = arg;

    assert_ok(edo_sleep(EDO_MILLIS(30)));
    return edo_tcp_write_all(p->far, "x", 1);
}

/* Opens the pair on this worker's driver, has others use it, and blocks until they have. */
static int block_on_others(void *arg)
{
    pair *p = arg;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &p->listener));
    assert_ok(edo_tcp_listener_addr(p->listener, &p->addr));
    assert_ok(edo_tcp_connect_addr(&p->addr, &p->near));
    assert_ok(edo_tcp_accept(p->listener, &p->far));
    assert_ok(edo_spawn(hear, p, &p->reader));
    assert_ok(edo_spawn(say_later, p, &p->writer));
    wait_until(a_load(&p->heard, acquire)); /* nothing of this thread's can help */
    return 8;
}

EDO_TEST_MT(a_blocked_worker_waits_for_io_of_its_own_driver) /* rt-056 */
{
    pair p = {0};
    edo_task blocker;

    assert_ok(edo_spawn(block_on_others, &p, &blocker));
    assert_int_equal(join_result(blocker), 8);
    assert_int_equal(join_result(p.reader), 0);
    assert_int_equal(join_result(p.writer), 0);
    edo_tcp_close(p.near);
    edo_tcp_close(p.far);
    edo_tcp_listener_close(p.listener);
}

static int block_then_await(void *arg)
{
    long *sum = arg;

    for (int i = 0; i < 3; i++) {
        block_thread_for(25); /* the core is taken meanwhile */
        assert_ok(edo_sleep(EDO_MILLIS(1)));
        assert_ok(edo_yield());
        edo_task child;
        assert_ok(edo_spawn(do_nothing, NULL, &child)); /* from a thread without a core, maybe */
        assert_int_equal(join_result(child), 0);
        a_fetch_add(sum, 1, seq_cst);
    }
    return 0;
}

EDO_TEST_MT(many_blocked_tasks_all_go_on)
{
    edo_task tasks[8];
    long sum = 0;
    int threads = thread_count();

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(block_then_await, &sum, &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_int_equal(sum, 24);
    assert_true(thread_count() <= threads + 9); /* threads are reused */
    wait_until(metrics_of(test_runtime()).alive_tasks == 1);
}

static int block_in_current(void *arg)
{
    edo_task sleeper;
    int stop = 0;
    lateness l = {.stop = &stop};

    (void)arg;
    assert_ok(edo_spawn(keep_sleeping, &l, &sleeper));
    assert_ok(edo_yield());
    block_thread_for(60);
    a_store(&stop, 1, release);
    assert_int_equal(join_result(sleeper), 0);
    return l.worst >= 45000000; /* nobody could help: the thread is the caller's */
}

EDO_TEST_PLAIN(a_current_thread_runtime_is_not_relieved)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .monitor = EDO_MONITOR_ON));

    assert_int_equal(edo_block_on(runtime, block_in_current, NULL), 1);
    assert_int_equal(metrics_of(runtime).reliefs, 0);
    assert_ok(edo_runtime_free(runtime));
}

static long waits_of_this_process(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_nvcsw;
}

EDO_TEST_PLAIN(a_runtime_that_nobody_drives_is_not_watched)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .monitor = EDO_MONITOR_ON));

    assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
    block_thread_for(300 * test_scale()); /* it gives up looking meanwhile */
    long before = waits_of_this_process();
    block_thread_for(300);
    assert_in_range(waits_of_this_process() - before, 1, 20);           /* one is ours; 60 looks */
    assert_int_equal(edo_block_on(runtime, block_in_current, NULL), 1); /* it begins again */
    assert_ok(edo_runtime_free(runtime));
}
