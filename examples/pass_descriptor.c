/*
 * pass_descriptor.c: a file opened by one process is read by another, which could not open it: its descriptor
 * travels over a Unix socket.
 *
 *     pass_descriptor serve PATH FILE     hands FILE to whoever connects, until Ctrl-C
 *     pass_descriptor fetch PATH          prints the file that it is handed
 */
#include <edo.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Descriptors travel with at least one byte. */
static int send_fd(edo_unix_stream *conn, int fd)
{
    struct iovec byte = {"", 1};
    edo_unix_control *control;
    int rc = edo_unix_control_new(1, &control);

    if (rc < 0)
        return rc;
    if ((rc = edo_unix_control_add_fd(control, fd)) == 0)
        rc = (int)edo_unix_sendmsg(conn, &byte, 1, control);
    edo_unix_control_free(control);
    return rc < 0 ? rc : 0;
}

static int receive_fd(edo_unix_stream *conn)
{
    char byte;
    struct iovec room = {&byte, 1};
    edo_unix_control *control;
    int fd = -1, rc = edo_unix_control_new(1, &control);

    if (rc < 0)
        return rc;
    if ((rc = (int)edo_unix_recvmsg(conn, &room, 1, control)) > 0)
        rc = edo_unix_control_take_fd(control,
                                      &fd); /* ours now; what is left goes with the control */
    edo_unix_control_free(control);
    return rc < 0 ? rc : fd;
}

static int serve_all(void *arg)
{
    edo_unix_listener *listener = ((void **)arg)[0];
    const char *file = ((void **)arg)[1];
    edo_unix_stream *conn;
    int rc, fd;

    while ((rc = edo_unix_accept(listener, &conn)) == 0) {
        fd = open(file, O_RDONLY | O_CLOEXEC); /* a position of its own for each reader */
        if (fd >= 0) {
            send_fd(conn, fd); /* who went away meanwhile gets none */
            close(fd);
        }
        edo_unix_close(conn);
    }
    return rc;
}

static int serve(const char *path, char *file)
{
    edo_unix_listener *listener;
    edo_unix_addr addr;
    edo_task server;
    int end, rc = edo_unix_addr_from_path(path, &addr);

    if (rc == 0)
        rc = edo_unix_listen_with(&addr, EDO_OPTS(unix_listen, .unlink_on_close = true), &listener);
    if (rc < 0)
        return rc;
    void *both[] = {listener, file};
    if ((rc = edo_spawn(serve_all, both, &server)) == 0) {
        rc = edo_termination();
        edo_task_abort(server);
        edo_join(server, &end);
    }
    edo_unix_listener_close(listener);
    return rc < 0 ? rc : 0;
}

static int fetch(const char *path)
{
    edo_unix_stream *conn;
    char buf[4096];
    ssize_t n;
    int fd, rc = edo_unix_connect(path, &conn);

    if (rc < 0)
        return rc;
    fd = receive_fd(conn);
    edo_unix_close(conn);
    if (fd < 0)
        return fd;
    while ((n = read(fd, buf, sizeof buf)) > 0) /* a file of a disk: no socket to wait for */
        if (write(STDOUT_FILENO, buf, (size_t)n) != n)
            break;
    close(fd);
    return n == 0 ? 0 : -EIO;
}

static int app(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "serve") == 0)
        return serve(argv[2], argv[3]);
    return argc == 3 && strcmp(argv[1], "fetch") == 0 ? fetch(argv[2]) : -EINVAL;
}

EDO_MAIN(app);
