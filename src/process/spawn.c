/* spawn.c: from a command to the handle of its child. */
#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"
#include "process/child.h"
#include "process/launch.h"
#include "process/orphans.h"
#include "sched/current.h"

/* The ends that are the child's, and are closed when it has them; -1: none. */
typedef struct their_ends {
    int fds[3];
} their_ends;

static edo_stdio choose(const edo_command *command, edo_stdio asked, bool collects, int number)
{
    if (asked.kind != EDO_STDIO_IS_DEFAULT)
        return asked;
    if (command->terminal)
        return asked; /* which it then is */
    if (!collects)
        return (edo_stdio)EDO_STDIO_INHERIT;
    return number == 0 ? (edo_stdio)EDO_STDIO_NULL : (edo_stdio)EDO_STDIO_PIPE;
}

static int adopt_end(edo_process *child, int number, int fd)
{
    if (number == 0)
        return edo_pipe_sender_from_fd(fd, &child->in);
    return edo_pipe_receiver_from_fd(fd, number == 1 ? &child->out : &child->err);
}

/* Only our end is non-blocking: programs don't expect it of theirs. */
static int make_pipe(edo_process *child, int number, int *ret_theirs)
{
    int fds[2];
    int rc = sys_pipe2(fds, 0);

    if (rc < 0)
        return rc;
    int ours = fds[number == 0], theirs = fds[number != 0];
    if ((rc = adopt_end(child, number, ours)) < 0) {
        sys_close(ours);
        sys_close(theirs);
        return rc;
    }
    *ret_theirs = theirs;
    return 0;
}

static int make_streams(edo_process *child, edo_stdio streams[3], their_ends *theirs)
{
    for (int i = 0; i < 3; i++) {
        if (streams[i].kind != EDO_STDIO_IS_PIPE)
            continue;
        int rc = make_pipe(child, i, &theirs->fds[i]);
        if (rc < 0)
            return rc;
        streams[i] = (edo_stdio)EDO_STDIO_FD(theirs->fds[i]);
    }
    return 0;
}

static void close_theirs(const their_ends *theirs)
{
    for (int i = 0; i < 3; i++)
        if (theirs->fds[i] >= 0)
            sys_close(theirs->fds[i]);
}

static int start(edo_process *child, const edo_command *command, edo_stdio streams[3])
{
    launch l;
    int pidfd;
    int rc = launch_init(&l, command, streams);

    if (rc < 0)
        return rc;
    l.own_number = &child->known.pid;
    rc = launch_start(&l, &pidfd);
    launch_fini(&l);
    return rc < 0 ? rc : child_begin(child, pidfd);
}

static int check(const edo_command *command, edo_process **ret_child)
{
    struct driver *d;

    if (!command || !command->program || !ret_child)
        return -EINVAL;
    return current_driver(&d);
}

int command_spawn(const edo_command *command, bool collects, edo_process **ret_child)
{
    their_ends theirs = {{-1, -1, -1}};
    int rc = check(command, ret_child);

    if (rc < 0)
        return rc;
    edo_stdio streams[3] = {choose(command, command->in, collects, 0),
                            choose(command, command->out, collects, 1),
                            choose(command, command->err, collects, 2)};
    edo_process *child = child_new();
    if (!child)
        return -ENOMEM;
    child->kills = command->kills_on_release;
    child->leads_group = command->leads_group || command->detached || command->terminal;
    if ((rc = make_streams(child, streams, &theirs)) == 0)
        rc = start(child, command, streams);
    close_theirs(&theirs);
    if (rc < 0)
        child_free(child);
    else
        *ret_child = child;
    return rc;
}

int edo_command_spawn(const edo_command *command, edo_process **ret_child)
{
    return command_spawn(command, false, ret_child);
}
