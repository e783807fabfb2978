/* interrupt_test.c: signals that come amid calls of the system. */
#include "support/edo_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/tcp.h"

static bool over;     /* atomic */
static unsigned sent; /* atomic */

static void signal_each_thread(void)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;

    assert_non_null(tasks);
    while ((entry = readdir(tasks))) {
        int tid = atoi(entry->d_name);
        if (tid > 0 && tid != syscall(SYS_gettid))
            __atomic_fetch_add(&sent, syscall(SYS_tgkill, getpid(), tid, SIGUSR1) == 0,
                               __ATOMIC_RELAXED);
    }
    closedir(tasks);
}

static void *interrupt_all(void *arg)
{
    sigset_t usr1;

    (void)arg;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, NULL);
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        signal_each_thread();
        block_thread_for(1); /* who is hit gets on, too */
    }
    return NULL;
}

static int echo_some(void *arg)
{
    edo_tcp_stream *stream = arg;
    char buf[64];
    ssize_t n;

    while ((n = edo_tcp_read(stream, buf, sizeof buf)) > 0)
        if ((n = edo_tcp_write_all(stream, buf, (size_t)n)) < 0)
            break;
    edo_tcp_close(stream);
    return (int)n;
}

/* A connection, made, accepted and used. */
static void check_connection(edo_tcp_listener *listener)
{
    edo_tcp_stream *near, *far;
    edo_task echo;
    edo_addr at;
    char byte = 0;
    int rc;

    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_connect_addr(&at, &near));
    assert_ok(edo_tcp_accept(listener, &far));
    assert_ok(edo_spawn(echo_some, far, &echo));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(edo_tcp_write(near, "x", 1), 1);
        assert_int_equal(edo_tcp_read(near, &byte, 1), 1);
    }
    edo_tcp_close(near);
    assert_ok(edo_join(echo, &rc));
    assert_int_equal(rc, 0);
}

static void check_file(const char *path)
{
    edo_buf buf = {0};

    assert_ok(edo_fs_write(path, "some bytes", 10, NULL));
    assert_ok(edo_fs_read(path, &buf, NULL));
    assert_int_equal(buf.len, 10);
    edo_buf_fini(&buf);
    assert_ok(edo_fs_remove_file(path));
}

/* Comes when the writer has been waiting for it, and hit, for long. */
static void *read_fifo(void *path)
{
    unsigned before = __atomic_load_n(&sent, __ATOMIC_RELAXED);
    char byte = 0;

    wait_until(__atomic_load_n(&sent, __ATOMIC_RELAXED) > before + 100);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
    return NULL;
}

/* The open of a FIFO waits in the system for the other side. */
static void check_fifo(char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
    pthread_t reader = start_thread(read_fifo, path);
    assert_ok(edo_fs_write(path, "x", 1, NULL));
    join_thread(reader);
    assert_int_equal(unlink(path), 0);
}

EDO_TEST_MT(calls_that_a_signal_interrupts_begin_anew) /* signal-016 */
{
    unsigned port;
    char path[] = "/tmp/edo-signal-XXXXXX";
    edo_signal *listener;
    edo_tcp_listener *connections = listen_here(&port);
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    signal(SIGUSR1, SIG_IGN); /* one may still be on its way when the listener is closed */
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    pthread_t thread = start_thread(interrupt_all, NULL);
    for (unsigned i = 0; i < test_count(30); i++) {
        check_connection(connections);
        check_file(path);
        assert_ok(edo_sleep(EDO_MILLIS(1)));
    }
    check_fifo(path);
    assert_ok(edo_signal_recv(listener));
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    join_thread(thread);
    edo_signal_close(listener);
    edo_tcp_listener_close(connections);
}
