/* relief_test.c: a task that blocks its worker's thread delays itself and not its neighbours. */
#include "runtime/rig.h"

#include "context/sanitizer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BLOCK_MS 5000
#define STEP_MS 10
#define GRACE_NS UINT64_C(20000000)

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

    for (int i = 0; i < 2; i++)
        assert_true(timers[i].rounds >= 10);
    assert_true(c.l.rounds >= 10);
    uint64_t limit = (GRACE_NS + own.worst) * test_scale();
    bool in_time = timers[0].worst <= limit && timers[1].worst <= limit && c.l.worst <= limit;
    if (!in_time)
        fprintf(stderr, "%d workers: timers %llu and %llu us late, an echo %llu, control %llu\n",
                workers, (unsigned long long)timers[0].worst / 1000,
                (unsigned long long)timers[1].worst / 1000, (unsigned long long)c.l.worst / 1000,
                (unsigned long long)own.worst / 1000);
    return in_time;
}

typedef struct blocked_one {
    int workers;
    bool in_time;
    uint64_t reliefs;
} blocked_one;

static void *block_one_of(void *arg)
{
    blocked_one *b = arg;
    edo_runtime *runtime = make_multi(b->workers);

    b->in_time = edo_block_on(runtime, beside_a_blocker, &b->workers);
    b->reliefs = metrics_of(runtime).reliefs;
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

/* On a machine that has more to do than it can, chance delays one more than the other: so each has to
 * succeed in one of three rounds. */
EDO_TEST_PLAIN(timers_and_sockets_are_served_beside_a_blocked_worker) /* rt-056 */
{
    blocked_one all[] = {{.workers = 1}, {.workers = 2}, {.workers = 4}};
    pthread_t threads[3];

    for (int round = 0; round < 3; round++) {
        bool again[3];
        for (int i = 0; i < 3; i++)
            if ((again[i] = !all[i].in_time))
                threads[i] = start_thread(block_one_of, &all[i]);
        for (int i = 0; i < 3; i++)
            if (again[i])
                join_thread(threads[i]);
    }
    for (int i = 0; i < 3; i++) {
        assert_true(all[i].in_time);
        assert_true(all[i].reliefs >= 1);
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

/* --- a lock that is not edo's --------------------------------------------------------------- */

typedef struct contended {
    pthread_mutex_t mutex;
    int waiting, through;
    uint64_t all_came, first_through;
} contended;

static int take_mutex(void *arg)
{
    contended *c = arg;

    if (a_fetch_add(&c->waiting, 1, seq_cst) == 0)
        a_store(&c->all_came, real_time_ns(), seq_cst); /* from here on workers are blocked */
    pthread_mutex_lock(&c->mutex);
    uint64_t none = 0;
    a_cas(&c->first_through, &none, real_time_ns(), seq_cst, seq_cst);
    a_fetch_add(&c->through, 1, seq_cst);
    pthread_mutex_unlock(&c->mutex);
    return 0;
}

/* Holds the mutex, and stands in the queue behind those who want it. */
static int hold_mutex(void *arg)
{
    contended *c = arg;
    edo_task tasks[8];

    pthread_mutex_lock(&c->mutex);
    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(take_mutex, c, &tasks[i]));
    assert_ok(edo_yield());
    pthread_mutex_unlock(&c->mutex); /* perhaps on another thread than locked it: of type normal */
    for (int i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return 0;
}

EDO_TEST_PLAIN(eight_tasks_blocked_on_a_mutex_let_its_owner_run)
{
    for (int workers = 1; workers <= 4; workers *= 2) {
        contended c = {.mutex = PTHREAD_MUTEX_INITIALIZER};
        edo_runtime *runtime = make_multi(workers);
        assert_int_equal(edo_block_on(runtime, hold_mutex, &c), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(c.through, 8);
        if (c.first_through - c.all_came > UINT64_C(100000000) * test_scale())
            fail_msg("%d workers: %llu us", workers,
                     (unsigned long long)(c.first_through - c.all_came) / 1000);
    }
}

/* --- what the monitor costs ----------------------------------------------------------------- */

/* Of a thread by that name; -1: it isn't one. */
static long waits_of(const char *tid, const char *name)
{
    char path[300], line[256];
    long waits = -1;
    bool is_it = false;

    snprintf(path, sizeof path, "/proc/self/task/%s/status", tid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "Name:\t", 6) == 0)
            is_it = strncmp(line + 6, name, strlen(name)) == 0;
        if (is_it)
            sscanf(line, "voluntary_ctxt_switches: %ld", &waits);
    }
    if (f)
        fclose(f);
    return waits;
}

/* Waits of the monitor's thread so far, each of them a system call; -1: there is none. */
static long waits_of_monitor(void)
{
    DIR *threads = opendir("/proc/self/task");
    struct dirent *entry;
    long waits = -1;

    assert_non_null(threads);
    while (waits < 0 && (entry = readdir(threads)))
        waits = waits_of(entry->d_name, "edo-monitor");
    closedir(threads);
    return waits;
}

static int keep_yielding(void *arg)
{
    while (!a_load((int *)arg, acquire))
        assert_ok(edo_yield());
    return 0;
}

static int compute_and_yield(void *arg)
{
    while (!a_load((int *)arg, acquire)) {
        uint64_t until = real_time_ns() + 1000000;
        while (real_time_ns() < until)
            ;
        assert_ok(edo_yield());
    }
    return 0;
}

static void assert_monitor_is_calm(int (*fn)(void *arg))
{
    edo_runtime *runtime = make_multi(1);
    int stop = 0;
    edo_task task = spawn_on(runtime, fn, &stop);

    wait_until(waits_of_monitor() > 0);
    long before = waits_of_monitor();
    uint64_t began = real_time_ns();
    block_thread_for(1000);
    long waits = waits_of_monitor() - before, reliefs = (long)metrics_of(runtime).reliefs;
    double seconds = (double)(real_time_ns() - began) / 1e9;
    a_store(&stop, 1, release);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
    if ((double)(waits - 16 * reliefs) >
        100 * seconds) /* one that didn't get a processor is stuck, too */
        fail_msg("%ld looks in %.3f s", waits, seconds);
    assert_true(waits > 5);
}

EDO_TEST_PLAIN(the_monitor_looks_at_busy_workers_less_than_100_times_a_second)
{
    if (test_is_emulated() ||
        sanitizer_is_valgrind()) /* runs take so long that it looks more often */
        EDO_SKIP("emulated");
    assert_monitor_is_calm(keep_yielding);
    assert_monitor_is_calm(compute_and_yield);
}

EDO_TEST_PLAIN(the_monitor_of_an_idle_runtime_sleeps)
{
    edo_runtime *runtime = make_multi(2);

    assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
    block_thread_for(200 * test_scale()); /* it gives up looking meanwhile */
    long before = waits_of_monitor();
    assert_true(before > 0);
    block_thread_for(500);
    assert_int_equal(waits_of_monitor(), before);
    assert_ok(edo_runtime_free(runtime));
}

/* --- its report ----------------------------------------------------------------------------- */

static noinline void block_here(void)
{
    block_thread_for(300);
    __asm__ volatile("");
}

static int block_named(void *arg)
{
    (void)arg;
    block_here();
    __asm__ volatile("");
    return 0;
}

static void block_and_report(void *arg)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = *(edo_runtime_kind *)arg,
                                                 .workers = 1, .monitor = EDO_MONITOR_ON));
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task task;

    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "careless", .on = handle), block_named, NULL,
                             &task));
    edo_handle_unref(handle);
    assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
    if (*(edo_runtime_kind *)arg == EDO_MULTI_THREAD)
        assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

/* On a machine that lets the blocked thread wait for a processor it may miss the 20 ms in which it is asked. */
static void get_report(edo_runtime_kind kind, bool with_frames, char *err, size_t room)
{
    for (int tries = 0; tries < 5; tries++) {
        assert_int_equal(run_child(block_and_report, &kind, err, room), 0);
        if (!with_frames || strstr(err, " block_here+0x"))
            return;
    }
}

EDO_TEST_PLAIN(the_report_names_the_task_its_spawn_and_where_it_is)
{
    if (test_is_emulated()) /* no thread can be asked, or its frames are the emulator's */
        EDO_SKIP("emulated");
    static char err[16384];
    bool is_asked = !HAS_TSAN && !sanitizer_is_valgrind();

    for (int kind = 0; kind < 2; kind++) {
        get_report((edo_runtime_kind)kind, is_asked, err, sizeof err);
        assert_non_null(strstr(err, " (spawned at "));
        assert_non_null(strstr(err, "relief_test.c:"));
        assert_non_null(strstr(err, "has blocked its worker"));
        if (!is_asked)
            continue;
        assert_non_null(strstr(err, "\"careless\""));
        assert_non_null(strstr(err, " block_here+0x"));
        assert_non_null(strstr(err, " block_named+0x"));
    }
}
