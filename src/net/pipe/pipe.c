/* pipe.c: the ends of pipes: making, opening, adopting them, and giving them back. */
#include "net/pipe/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "io/async_fd.h"
#include "sched/current.h"

/* The descriptor is the end's on success only. */
static int adopt(int fd, pipe_end **ret)
{
    driver *d;
    int rc = current_driver(&d);

    if (rc < 0)
        return rc;
    pipe_end *end = malloc(sizeof *end);
    if (!end)
        return -ENOMEM;
    end->fd = fd;
    if ((rc = source_open(d, fd, true, &end->src)) < 0)
        free(end);
    else
        *ret = end;
    return rc;
}

static int close_end(pipe_end *end)
{
    if (!end)
        return -EINVAL;
    source_close(end->src);
    free(end);
    return 0;
}

/* The same of a descriptor that is ours in any case. */
static int adopt_or_close(int fd, pipe_end **ret)
{
    int rc = adopt(fd, ret);

    if (rc < 0)
        sys_close(fd);
    return rc;
}

int edo_pipe_pair(edo_pipe_sender **ret_sender, edo_pipe_receiver **ret_receiver)
{
    int fds[2];
    pipe_end *receiver, *sender;

    if (!ret_sender || !ret_receiver)
        return -EINVAL;
    int rc = sys_pipe2(fds, O_NONBLOCK | O_CLOEXEC);
    if (rc < 0)
        return rc;
    if ((rc = adopt_or_close(fds[0], &receiver)) < 0) {
        sys_close(fds[1]);
        return rc;
    }
    if ((rc = adopt_or_close(fds[1], &sender)) < 0) {
        close_end(receiver);
        return rc;
    }
    *ret_sender = (edo_pipe_sender *)sender;
    *ret_receiver = (edo_pipe_receiver *)receiver;
    return 0;
}

static int check_fifo(int fd)
{
    mode_t mode;
    int rc = fd < 0 ? -EBADF : sys_file_type(fd, &mode);

    if (rc < 0)
        return rc;
    return S_ISFIFO(mode) ? 0 : -EINVAL;
}

static int open_fifo(const char *path, const edo_fifo_opts *opts, int mode, pipe_end **ret)
{
    if (!path)
        return -EINVAL;
    int fd = sys_open(path, (opts && opts->read_write ? O_RDWR : mode) | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return fd;
    int rc = check_fifo(fd);
    if (rc == 0)
        return adopt_or_close(fd, ret);
    sys_close(fd);
    return rc;
}

int edo_fifo_open_sender(const char *path, const edo_fifo_opts *opts, edo_pipe_sender **ret_sender)
{
    return ret_sender ? open_fifo(path, opts, O_WRONLY, (pipe_end **)ret_sender) : -EINVAL;
}

int edo_fifo_open_receiver(const char *path, const edo_fifo_opts *opts,
                           edo_pipe_receiver **ret_receiver)
{
    return ret_receiver ? open_fifo(path, opts, O_RDONLY, (pipe_end **)ret_receiver) : -EINVAL;
}

/* `unfit`: the mode in which it would be of no use. */
static int from_fd(int fd, int unfit, pipe_end **ret)
{
    int rc = check_fifo(fd);

    if (rc < 0)
        return rc;
    int flags = sys_fcntl_getfl(fd);
    if (flags < 0)
        return flags;
    if ((flags & O_ACCMODE) == unfit)
        return -EINVAL;
    if (!(flags & O_NONBLOCK) && (rc = sys_fcntl_setfl(fd, flags | O_NONBLOCK)) < 0)
        return rc;
    rc = adopt(fd, ret);
    if (rc < 0 && !(flags & O_NONBLOCK))
        sys_fcntl_setfl(fd, flags); /* as it was, since it is the caller's still */
    return rc;
}

int edo_pipe_sender_from_fd(int fd, edo_pipe_sender **ret_sender)
{
    return ret_sender ? from_fd(fd, O_RDONLY, (pipe_end **)ret_sender) : -EINVAL;
}

int edo_pipe_receiver_from_fd(int fd, edo_pipe_receiver **ret_receiver)
{
    return ret_receiver ? from_fd(fd, O_WRONLY, (pipe_end **)ret_receiver) : -EINVAL;
}

static int into_fd(pipe_end *end, bool blocking, int *ret_fd)
{
    int fd;
    int rc = end && ret_fd ? source_release(end->src, &fd) : -EINVAL;

    if (rc < 0)
        return rc;
    free(end);
    *ret_fd = fd;
    return blocking ? sys_fcntl_setfl(fd, sys_fcntl_getfl(fd) & ~O_NONBLOCK) : 0;
}

int edo_pipe_sender_into_blocking_fd(edo_pipe_sender *sender, int *ret_fd)
{
    return into_fd((pipe_end *)sender, true, ret_fd);
}

int edo_pipe_receiver_into_blocking_fd(edo_pipe_receiver *receiver, int *ret_fd)
{
    return into_fd((pipe_end *)receiver, true, ret_fd);
}

int edo_pipe_sender_into_nonblocking_fd(edo_pipe_sender *sender, int *ret_fd)
{
    return into_fd((pipe_end *)sender, false, ret_fd);
}

int edo_pipe_receiver_into_nonblocking_fd(edo_pipe_receiver *receiver, int *ret_fd)
{
    return into_fd((pipe_end *)receiver, false, ret_fd);
}

int edo_pipe_sender_fd(const edo_pipe_sender *sender)
{
    return sender ? sender->end.fd : -EINVAL;
}

int edo_pipe_receiver_fd(const edo_pipe_receiver *receiver)
{
    return receiver ? receiver->end.fd : -EINVAL;
}

int edo_pipe_sender_close(edo_pipe_sender *sender)
{
    return close_end((pipe_end *)sender);
}

int edo_pipe_receiver_close(edo_pipe_receiver *receiver)
{
    return close_end((pipe_end *)receiver);
}

int64_t pipe_try_io(const pipe_end *end, unsigned interest, edo_fd_call *call, void *arg)
{
    edo_async_fd_wait wait = known_wait(call ? pipe_source(end) : NULL, interest);

    if (!wait.op.src)
        return wait.op.result;
    int flags = known_try(&wait);
    return flags < 0 ? flags : known_call(&wait, call, arg);
}
