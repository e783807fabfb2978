/* pty.c: the master's side of a pseudo-terminal, as a reader and writer. */
#include <edo/pty.h>

#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/sys_process.h"
#include "io/fd_io.h"
#include "sched/current.h"

struct edo_pty {
    source *src;
    int fd;
    char path[SYS_PTY_PATH];
};

static int open_source(edo_pty *pty)
{
    driver *d;
    int rc = current_driver(&d);

    if (rc < 0 || (rc = pty->fd = sys_pty_open(pty->path)) < 0)
        return rc;
    if ((rc = source_open(d, pty->fd, false, &pty->src)) < 0)
        sys_close(pty->fd);
    return rc;
}

int edo_pty_open(const edo_terminal_size *size, edo_pty **ret_pty)
{
    if (!ret_pty)
        return -EINVAL;
    edo_pty *pty = malloc(sizeof *pty);
    if (!pty)
        return -ENOMEM;
    int rc = open_source(pty);
    if (rc < 0) {
        free(pty);
        return rc;
    }
    if (size && (rc = edo_pty_resize(pty, *size)) < 0) {
        edo_pty_close(pty);
        return rc;
    }
    *ret_pty = pty;
    return 0;
}

int edo_pty_close(edo_pty *pty)
{
    if (!pty)
        return -EINVAL;
    source_close(pty->src);
    free(pty);
    return 0;
}

int edo_pty_resize(edo_pty *pty, edo_terminal_size size)
{
    return pty ? sys_terminal_set_size(pty->fd, size.rows, size.columns) : -EINVAL;
}

const char *edo_pty_path(const edo_pty *pty)
{
    return pty ? pty->path : NULL;
}

/* The interfaces. */

static inline source *source_of(void *self, const edo_transfer *t)
{
    return FD_TRANSFER_SOURCE(t, ((edo_pty *)self)->src);
}

/* Nobody has the other side open any more: the end. */
static edo_poll ended(edo_poll poll, edo_transfer *t)
{
    if (poll == EDO_READY && t->result == -EIO)
        t->result = 0;
    return poll;
}

static edo_poll pty_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return ended(fd_transfer_read(source_of(self, t), OP_READ, t, waker), t);
}

static edo_poll pty_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    return ended(fd_transfer_read(source_of(self, t), OP_READV, t, waker), t);
}

static edo_poll pty_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(source_of(self, t), OP_WRITE, t, waker);
}

static edo_poll pty_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(source_of(self, t), OP_WRITEV, t, waker);
}

static void cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

static int put_back(void *self, edo_transfer *t)
{
    (void)self;
    return fd_transfer_put_back(t);
}

static const edo_reader_ops reader_ops = {
    .read = pty_read, .readv = pty_readv, .cancel = cancel, .put_back = put_back, .name = "pty"};
static const edo_writer_ops writer_ops = {
    .write = pty_write, .writev = pty_writev, .cancel = cancel, .name = "pty"};

edo_io edo_pty_io(edo_pty *pty)
{
    return (edo_io){.reader = {pty ? &reader_ops : NULL, pty},
                    .writer = {pty ? &writer_ops : NULL, pty}};
}
