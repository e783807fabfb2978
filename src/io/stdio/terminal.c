/*
 * terminal.c: terminals: their size, raw mode, and what they were before.
 *
 * A fork   copies the list, and its child's exit leaves to the parent what the parent has made raw.
 */
#include <edo/stdio.h>

#include <errno.h>
#include <stdlib.h>
#include <termios.h>

#include "base/fork.h"
#include "base/lock.h"
#include "base/sys.h"

typedef struct raw_terminal {
    struct raw_terminal *next;
    int fd;
    uint32_t forks; /* which process has made it raw */
    struct termios before;
} raw_terminal;

static lock terminals_lock; /* guards the rest */
static raw_terminal *terminals;
static bool at_exit;

bool edo_is_terminal(int fd)
{
    return sys_is_terminal(fd);
}

int edo_terminal_get_size(int fd, edo_terminal_size *ret_size)
{
    edo_terminal_size size;
    int rc = ret_size ? sys_terminal_size(fd, &size.rows, &size.columns) : -EINVAL;

    if (rc == 0)
        *ret_size = size;
    return rc;
}

/* Lock held. Where the one of this descriptor hangs; *link is NULL: it isn't raw. */
static raw_terminal **find(int fd)
{
    raw_terminal **link = &terminals;

    while (*link && (*link)->fd != fd)
        link = &(*link)->next;
    return link;
}

static void restore_all(void)
{
    lock_take(&terminals_lock);
    for (raw_terminal *one = terminals; one; one = one->next)
        if (one->forks == fork_count())
            sys_terminal_set(one->fd, &one->before);
    lock_drop(&terminals_lock);
}

/* Lock held. */
static int make_raw(raw_terminal *fresh, int fd)
{
    int rc = sys_terminal_get(fd, &fresh->before);

    if (rc == 0 && !at_exit)
        rc = sys_at_exit(restore_all);
    if (rc < 0)
        return rc;
    at_exit = true;
    struct termios mode = fresh->before;
    sys_terminal_make_raw(&mode);
    if ((rc = sys_terminal_set(fd, &mode)) < 0)
        return rc;
    fresh->fd = fd;
    fresh->forks = fork_count();
    fresh->next = terminals;
    terminals = fresh;
    return 0;
}

int edo_terminal_set_raw(int fd)
{
    raw_terminal *fresh = malloc(sizeof *fresh);
    int rc = -EALREADY;

    if (!fresh)
        return -ENOMEM;
    fork_guard(&terminals_lock);
    lock_take(&terminals_lock);
    if (!*find(fd))
        rc = make_raw(fresh, fd);
    lock_drop(&terminals_lock);
    if (rc < 0)
        free(fresh);
    return rc == -EALREADY ? 0 : rc;
}

int edo_terminal_restore(int fd)
{
    int rc = -EINVAL;

    lock_take(&terminals_lock);
    raw_terminal **link = find(fd), *one = *link;
    if (one) {
        rc = sys_terminal_set(fd, &one->before);
        *link = one->next;
        free(one);
    }
    lock_drop(&terminals_lock);
    return rc;
}
