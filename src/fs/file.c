/* file.c: handles of open files: adopting a descriptor, sharing it, closing it. */
#include "fs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "sched/current.h"

/* Terminals, pipes, sockets: of these the driver tells when there is something. */
static bool can_be_waited_for(int fd, mode_t mode)
{
    return S_ISFIFO(mode) || S_ISSOCK(mode) || (S_ISCHR(mode) && sys_is_terminal(fd));
}

/* Without a runtime there is no driver, and its reads block whoever makes them. */
static int watch(edo_file *file)
{
    driver *d;

    if (!current_has_driver())
        return 0;
    int rc = current_driver(&d);
    int flags = rc < 0 ? rc : sys_fcntl_getfl(file->fd);
    if (flags < 0)
        return flags;
    if (!(flags & O_NONBLOCK) && (rc = sys_fcntl_setfl(file->fd, flags | O_NONBLOCK)) < 0)
        return rc;
    rc = source_open(d, file->fd, true, &file->src);
    if (rc < 0 && !(flags & O_NONBLOCK))
        sys_fcntl_setfl(file->fd, flags); /* as it was, since it is the caller's still */
    return rc;
}

static int add_cursor(edo_file *file, int64_t position)
{
    if (position < 0)
        position = sys_file_seek(file->fd, 0, SEEK_CUR);
    if (position < 0)
        return 0;
    file_cursor *cursor = malloc(sizeof *cursor);
    if (!cursor)
        return -ENOMEM;
    *cursor = (file_cursor){.refs = 1, .turn = EDO_PERMITS_INIT(1), .position = position};
    file->cursor = cursor;
    return 0;
}

static int add_way(edo_file *file, int64_t position)
{
    struct stat about;
    int rc = sys_file_stat(file->fd, &about);

    if (rc < 0)
        return rc;
    if (can_be_waited_for(file->fd, about.st_mode))
        return watch(file);
    return S_ISCHR(about.st_mode) ? 0 : add_cursor(file, position);
}

static int new_file(int fd, edo_file **ret)
{
    int flags = fd < 0 ? -EBADF : sys_fcntl_getfl(fd);

    if (flags < 0)
        return flags;
    edo_file *file = malloc(sizeof *file);
    if (!file)
        return -ENOMEM;
    *file = (edo_file){.fd = fd,
                       .refs = 1,
                       .uses = EDO_PERMITS_INIT(FILE_USES),
                       .max_buf = FILE_MAX_BUF,
                       .appends = flags & O_APPEND};
    *ret = file;
    return 0;
}

int file_adopt(int fd, int64_t position, edo_file **ret)
{
    edo_file *file;
    int rc = new_file(fd, &file);

    if (rc < 0)
        return rc;
    if ((rc = add_way(file, position)) < 0)
        free(file);
    else
        *ret = file;
    return rc;
}

edo_file *file_ref(edo_file *file)
{
    a_fetch_add(&file->refs, 1, relaxed); /* the caller has one */
    return file;
}

static void cursor_unref(file_cursor *cursor)
{
    /* acq_rel: whoever frees it sees what all others did to it. */
    if (cursor && a_fetch_sub(&cursor->refs, 1, acq_rel) == 1)
        free(cursor);
}

int file_unref(edo_file *file)
{
    /* acq_rel: as above. */
    if (a_fetch_sub(&file->refs, 1, acq_rel) != 1)
        return 0;
    int rc = 0;
    if (file->src)
        source_close(file->src);
    else if (file->fd >= 0)
        rc = sys_close(file->fd);
    cursor_unref(file->cursor);
    free(file);
    return rc == -EINTR ? 0 : rc; /* it is closed */
}

int edo_file_from_fd(int fd, edo_file **ret_file)
{
    return ret_file ? file_adopt(fd, -1, ret_file) : -EINVAL;
}

int edo_file_close(edo_file *file)
{
    return file ? file_unref(file) : -EINVAL;
}

int edo_file_fd(const edo_file *file)
{
    return file ? file->fd : -EINVAL;
}

int64_t edo_file_position(const edo_file *file)
{
    if (!file)
        return -EINVAL;
    /* relaxed: it may be old when it is read. */
    return file->cursor ? a_load(&file->cursor->position, relaxed) : -ESPIPE;
}

size_t edo_file_max_buf_size(const edo_file *file)
{
    return file ? file->max_buf : 0;
}

int edo_file_set_max_buf_size(edo_file *file, size_t size)
{
    if (!file || !size)
        return -EINVAL;
    file->max_buf = size;
    return 0;
}

static void share_cursor(edo_file *clone, file_cursor *cursor)
{
    cursor_unref(clone->cursor);
    clone->cursor = cursor;
    if (cursor)
        a_fetch_add(&cursor->refs, 1, relaxed); /* the file has one */
}

int edo_file_try_clone(edo_file *file, edo_file **ret_file)
{
    edo_file *clone;

    if (!file || !ret_file)
        return -EINVAL;
    int fd = sys_file_dup(file->fd);
    if (fd < 0)
        return fd;
    int rc = file_adopt(fd, 0, &clone);
    if (rc < 0) {
        sys_close(fd);
        return rc;
    }
    share_cursor(clone, file->cursor);
    clone->max_buf = file->max_buf;
    *ret_file = clone;
    return 0;
}
