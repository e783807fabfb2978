/* unix_peers_test.c: Unix sockets with a program that nobody here wrote at the other end: socat. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES 200000

extern char **environ;

/* Runs a command by the shell, which ends with the command; its process. */
static pid_t run(const char *format, const char *first, const char *second, const char *third)
{
    char command[512];
    pid_t pid;

    snprintf(command, sizeof command, format, first, second, third);
    char *argv[] = {"sh", "-c", command, NULL};
    assert_int_equal(posix_spawnp(&pid, "sh", NULL, NULL, argv, environ), 0);
    return pid;
}

static bool has_ended(pid_t pid, int *ret_status)
{
    return waitpid(pid, ret_status, WNOHANG) == pid;
}

static void ends_well(pid_t pid)
{
    int status = -1;

    task_wait_until(has_ended(pid, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* For good: what a peer does to end by itself is its own affair, and its own mistakes. */
static void stop(pid_t pid)
{
    int status;

    kill(pid, SIGKILL);
    task_wait_until(has_ended(pid, &status));
}

static char *some_bytes(void)
{
    char *bytes = malloc(BYTES);

    assert_non_null(bytes);
    for (int i = 0; i < BYTES; i++)
        bytes[i] = (char)(i * 31 + i / 256);
    return bytes;
}

static void write_file(const char *path, const char *bytes)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, BYTES, file), BYTES);
    assert_int_equal(fclose(file), 0);
}

static void assert_file_has(const char *path, const char *bytes)
{
    char *found = malloc(BYTES + 1);
    FILE *file = fopen(path, "re");

    assert_true(found && file);
    assert_int_equal(fread(found, 1, BYTES + 1, file), BYTES);
    assert_memory_equal(found, bytes, BYTES);
    fclose(file);
    free(found);
}

static int echo(void *arg)
{
    edo_unix_stream *stream = arg;
    char buf[8192];
    ssize_t n;

    while ((n = edo_unix_read(stream, buf, sizeof buf)) > 0)
        assert_ok(edo_unix_write_all(stream, buf, (size_t)n));
    assert_int_equal(n, 0);
    return edo_unix_close(stream);
}

/* socat connects, sends a file, and gets it back. */
static void check_echo_to_socat(edo_unix_listener *listener, const char *format, const char *name)
{
    const char *in = unix_path("in"), *out = unix_path("out");
    char *bytes = some_bytes();
    edo_unix_stream *stream;

    write_file(in, bytes);
    pid_t socat = run(format, name, in, out);
    assert_ok(edo_unix_accept(listener, &stream));
    assert_ok(echo(stream));
    ends_well(socat);
    assert_file_has(out, bytes);
    edo_unix_listener_close(listener);
    free(bytes);
}

EDO_TEST_MT(socat_connects_by_a_path)
{
    const char *path = unix_path("echo");
    edo_unix_listener *listener;

    assert_ok(edo_unix_listen(path, &listener));
    check_echo_to_socat(listener, "exec socat -t 20 - UNIX-CONNECT:%s <%s >%s", path);
}

EDO_TEST_MT(socat_connects_by_an_abstract_name)
{
    edo_unix_addr addr = unix_name("echo");
    edo_unix_listener *listener;

    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    check_echo_to_socat(listener, "exec socat -t 20 - ABSTRACT-CONNECT:%s <%s >%s",
                        edo_unix_addr_name(&addr, NULL));
}

static int write_bytes(void *arg)
{
    edo_unix_stream *stream = ((void **)arg)[0];

    assert_ok(edo_unix_write_all(stream, ((void **)arg)[1], BYTES));
    return edo_unix_shutdown(stream, EDO_WRITE_HALF);
}

/* We connect to a socat that echoes. */
static void check_is_echoed(edo_unix_stream *stream)
{
    char *bytes = some_bytes(), *got = malloc(BYTES + 1);
    void *both[] = {stream, bytes};
    edo_task writer;

    assert_ok(edo_spawn(write_bytes, both, &writer));
    assert_int_equal(unix_read_some_all(stream, got, BYTES + 1), BYTES);
    assert_memory_equal(got, bytes, BYTES);
    assert_ok(edo_join(writer, NULL));
    edo_unix_close(stream);
    free(bytes);
    free(got);
}

/* Until it listens. */
static bool connects(const edo_unix_addr *addr, edo_unix_stream **ret)
{
    int rc = edo_unix_connect_addr(addr, ret);

    assert_true(rc == 0 || rc == -ENOENT || rc == -ECONNREFUSED);
    return rc == 0;
}

EDO_TEST_MT(a_socat_that_listens_on_a_path_echoes)
{
    const char *path = unix_path("socat");
    edo_unix_stream *stream;
    edo_unix_addr addr;
    edo_unix_cred cred;

    assert_ok(edo_unix_addr_from_path(path, &addr));
    pid_t socat = run("exec socat -t 20 UNIX-LISTEN:%s EXEC:cat", path, "", "");
    task_wait_until(connects(&addr, &stream));
    assert_ok(edo_unix_peer_cred(stream, &cred));
    assert_int_equal(cred.pid, socat);
    check_is_echoed(stream);
    ends_well(socat);
}

EDO_TEST_MT(a_socat_that_listens_on_an_abstract_name_echoes)
{
    edo_unix_addr addr = unix_name("socat");
    edo_unix_stream *stream;

    pid_t socat = run("exec socat -t 20 ABSTRACT-LISTEN:%s EXEC:cat",
                      edo_unix_addr_name(&addr, NULL), "", "");
    task_wait_until(connects(&addr, &stream));
    check_is_echoed(stream);
    ends_well(socat);
}

static bool connects_records(const char *path, edo_unix_seqpacket **ret)
{
    int rc = edo_unix_seqpacket_connect(path, ret);

    assert_true(rc == 0 || rc == -ENOENT || rc == -ECONNREFUSED);
    return rc == 0;
}

EDO_TEST_MT(a_socat_of_records_echoes)
{
    const char *path = unix_path("records");
    edo_unix_seqpacket *conn;
    char buf[64];

    pid_t socat = run("exec socat -t 20 UNIX-LISTEN:%s,socktype=5 EXEC:cat", path, "", "");
    task_wait_until(connects_records(path, &conn));
    for (int i = 1; i <= 20; i++) {
        assert_int_equal(edo_unix_seqpacket_send(conn, "12345678901234567890", (size_t)i), i);
        assert_int_equal(edo_unix_seqpacket_recv(conn, buf, sizeof buf), i);
        assert_memory_equal(buf, "12345678901234567890", (size_t)i);
    }
    edo_unix_seqpacket_close(conn);
    ends_well(socat);
}

static bool sends_to(edo_unix_datagram *datagram, const edo_unix_addr *to)
{
    ssize_t rc = edo_unix_datagram_send_to(datagram, "datagram", 8, to);

    assert_true(rc == 8 || rc == -ENOENT || rc == -ECONNREFUSED);
    return rc == 8;
}

EDO_TEST_MT(a_socat_of_datagrams_answers)
{
    const char *path = unix_path("answers"), *own = unix_path("asks");
    edo_unix_datagram *datagram;
    edo_unix_addr to, from;
    char buf[64];

    assert_ok(edo_unix_datagram_bind(own, &datagram));
    assert_ok(edo_unix_addr_from_path(path, &to));
    pid_t socat = run("exec socat -t 20 UNIX-RECVFROM:%s,fork EXEC:cat", path, "", "");
    task_wait_until(sends_to(datagram, &to));
    assert_int_equal(edo_unix_datagram_recv_from(datagram, buf, sizeof buf, &from), 8);
    assert_memory_equal(buf, "datagram", 8);
    assert_string_equal(edo_unix_addr_path(&from), path);
    stop(socat);
    edo_unix_datagram_close(datagram);
}
