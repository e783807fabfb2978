/* child.c: the handle of a child: its number, its streams, its status, signals to it. */
#include "process/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/sys.h"
#include "base/sys_process.h"
#include "process/orphans.h"
#include "process/pidfd.h"
#include "sched/current.h"

edo_process *child_new(void)
{
    edo_process *child = calloc(1, sizeof *child);

    if (!child)
        return NULL;
    child->fd = -1;
    known_add(&child->known);
    return child;
}

static void close_streams(edo_process *child)
{
    edo_pipe_sender_close(child->in);
    edo_pipe_receiver_close(child->out);
    edo_pipe_receiver_close(child->err);
    child->in = NULL;
    child->out = child->err = NULL;
}

void child_free(edo_process *child)
{
    close_streams(child);
    known_remove(&child->known);
    if (child->fd >= 0)
        sys_close(child->fd);
    free(child);
}

static pid_t number_of(const edo_process *child)
{
    return a_load(&child->known.pid, relaxed); /* it has begun long since */
}

/* As long as it is a child of ours the number is its own: somebody else may have waited for it, or the system if
 * SIGCHLD is ignored. And no number is ever sent to that means many. */
static int send_by_number(const edo_process *child, int signo, bool to_group)
{
    pid_t pid = number_of(child);

    if (pid <= 1 || sys_is_child(pid) < 0)
        return -ESRCH;
    return sys_kill(to_group ? -pid : pid, signo);
}

int child_begin(edo_process *child, int pidfd)
{
    sys_exit how;

    child->has_pidfd = pidfd >= 0;
    child->fd = pidfd >= 0 ? pidfd : pidfd_stand_in(number_of(child));
    if (child->fd >= 0)
        return 0;
    send_by_number(child, SIGKILL, false);
    if (sys_await_child(number_of(child)) == 0)
        sys_reap(-1, number_of(child), &how);
    return child->fd;
}

bool child_reap(edo_process *child)
{
    sys_exit how;

    if (child->ended)
        return true;
    int rc = sys_reap(child->has_pidfd ? child->fd : -1, number_of(child), &how);
    if (rc == 0)
        return false;
    child->ended = true;
    child->failure = rc < 0 ? rc : 0;
    child->status = (edo_exit_status){.code = -1};
    if (rc > 0 && how.code == CLD_EXITED)
        child->status.code = how.status;
    else if (rc > 0)
        child->status.signal = how.status;
    child->status.dumped_core = rc > 0 && how.code == CLD_DUMPED;
    return true;
}

/* By its number only where the other way isn't known or not allowed. */
int child_send(edo_process *child, int signo)
{
    if (signo < 0 || signo > SIGRTMAX)
        return -EINVAL;
    if (child->ended)
        return -ESRCH;
    int rc = child->has_pidfd ? sys_pidfd_signal(child->fd, signo) : -ENOSYS;
    return rc == -ENOSYS || rc == -EPERM ? send_by_number(child, signo, false) : rc;
}

/* Its descriptor leaves the driver, for which somebody waits against the rules, or nobody. */
static void leave_driver(edo_process *child)
{
    int fd;

    if (!child->src)
        return;
    if (source_release(child->src, &fd) < 0) {
        child->fd = sys_duplicate(child->fd);
        source_close(child->src);
    }
    child->src = NULL;
}

void edo_process_release(edo_process *child)
{
    if (!child)
        return;
    close_streams(child);
    lock_take(&child->lock);
    bool ended = child_reap(child);
    if (!ended && child->kills)
        child_send(child, SIGKILL);
    leave_driver(child);
    lock_drop(&child->lock);
    if (ended)
        child_free(child);
    else
        orphans_take(child);
}

int edo_process_adopt(pid_t pid, edo_process **ret_child)
{
    struct driver *d;
    int rc = ret_child && pid > 0 ? current_driver(&d) : -EINVAL;

    if (rc < 0 || (rc = sys_is_child(pid)) < 0)
        return rc;
    edo_process *child = child_new();
    if (!child)
        return -ENOMEM;
    a_store(&child->known.pid, pid, relaxed); /* nobody else cares for it */
    int pidfd = pidfd_is_known() ? sys_pidfd_open(pid) : -1;
    child->has_pidfd = pidfd >= 0;
    child->fd = pidfd_is_known() ? pidfd : pidfd_stand_in(pid);
    if ((rc = child->fd) < 0)
        child_free(child);
    else
        *ret_child = child;
    return rc < 0 ? rc : 0;
}

pid_t edo_process_id(edo_process *child)
{
    if (!child)
        return -EINVAL;
    lock_take(&child->lock);
    pid_t pid = child->ended ? -ESRCH : number_of(child);
    lock_drop(&child->lock);
    return pid;
}

/* Streams. */

static void *stream_of(edo_process *child, void *place, bool takes)
{
    void **stream = place, *found;

    lock_take(&child->lock);
    found = *stream;
    if (takes)
        *stream = NULL;
    lock_drop(&child->lock);
    return found;
}

edo_pipe_sender *edo_process_stdin(edo_process *child)
{
    return child ? stream_of(child, &child->in, false) : NULL;
}

edo_pipe_receiver *edo_process_stdout(edo_process *child)
{
    return child ? stream_of(child, &child->out, false) : NULL;
}

edo_pipe_receiver *edo_process_stderr(edo_process *child)
{
    return child ? stream_of(child, &child->err, false) : NULL;
}

edo_pipe_sender *edo_process_take_stdin(edo_process *child)
{
    return child ? stream_of(child, &child->in, true) : NULL;
}

edo_pipe_receiver *edo_process_take_stdout(edo_process *child)
{
    return child ? stream_of(child, &child->out, true) : NULL;
}

edo_pipe_receiver *edo_process_take_stderr(edo_process *child)
{
    return child ? stream_of(child, &child->err, true) : NULL;
}

void child_close_stdin(edo_process *child)
{
    edo_pipe_sender_close(edo_process_take_stdin(child));
}

/* Signals. */

int edo_process_signal(edo_process *child, int signo)
{
    if (!child)
        return -EINVAL;
    lock_take(&child->lock);
    int rc = child_send(child, signo);
    lock_drop(&child->lock);
    return rc;
}

int edo_process_start_kill(edo_process *child)
{
    int rc = edo_process_signal(child, SIGKILL);

    return rc == -ESRCH ? 0 : rc;
}

/* The descriptor means the group also when nothing is left of the child but that. */
static int send_to_group(edo_process *child, int signo)
{
    int rc = child->has_pidfd ? sys_pidfd_signal_group(child->fd, signo) : -EINVAL;

    if (rc != -EINVAL && rc != -ENOSYS)
        return rc;
    return child->ended ? -ESRCH : send_by_number(child, signo, true);
}

int edo_process_kill_group(edo_process *child, int signo)
{
    if (!child || !child->leads_group || signo < 0 || signo > SIGRTMAX)
        return -EINVAL;
    lock_take(&child->lock);
    int rc = send_to_group(child, signo);
    lock_drop(&child->lock);
    return rc;
}
