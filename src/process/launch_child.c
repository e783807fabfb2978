/*
 * launch_child.c: what a child does between its beginning and its program.
 *
 * Memory      It shares its parent's, and the thread-local variables of the thread that stands still for it:
 *             errno, the thread itself. So it calls nothing of libc, no sanitizer is in here (CMakeLists.txt),
 *             and the only thing that it writes outside of its stack is the launch's.
 * Signals     All are blocked until just before exec; and by then none has a handler, which would run in the
 *             parent's memory. A new program has neither ignored nor blocked signals.
 * Numbers     Whatever is given is first of all moved above the numbers that are given, then to its own:
 *             so streams may be swapped, and the parent may lack standard ones.
 */
#include "process/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "base/atomic.h"
#include "base/raw.h"

#define ALL_FDS (~0U)
#define SETS_CLOSE_ON_EXEC 4 /* CLOSE_RANGE_CLOEXEC, of Linux 5.11 */
#define MASK_SIZE 8          /* of the kernel's */
#define SIGNALS 64
#define FDS_BY_ONE 65536

static long pointer(const void *p)
{
    return (long)(intptr_t)p;
}

static void reset_signals(void)
{
    static const unsigned long by_default[8]; /* the kernel's struct sigaction: SIG_DFL */

    for (int signo = 1; signo <= SIGNALS; signo++)
        if (signo != SIGKILL && signo != SIGSTOP)
            raw_call(SYS_rt_sigaction, signo, pointer(by_default), 0, MASK_SIZE);
}

static void close_on_exec(int fd)
{
    if (fd >= 3)
        raw_call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC, 0);
}

/* An entry of a directory, as getdents64 has it. */
typedef struct entry {
    uint64_t inode, offset;
    uint16_t size;
    uint8_t type;
    char name[];
} entry;

static int number_in(const char *name)
{
    int n = *name >= '0' && *name <= '9' ? 0 : -1; /* "." and ".." */

    for (; n >= 0 && *name; name++)
        n = 10 * n + (*name - '0');
    return n;
}

/* Those that /proc lists. False: it isn't there. */
static bool close_listed_on_exec(void)
{
    _Alignas(entry) char room[1024];
    int list = (int)raw_call(SYS_openat, AT_FDCWD, pointer("/proc/self/fd"),
                             O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    long n;

    if (list < 0)
        return false;
    while ((n = raw_call(SYS_getdents64, list, pointer(room), sizeof room, 0)) > 0)
        for (long at = 0; at < n; at += ((entry *)(void *)(room + at))->size)
            close_on_exec(number_in(((entry *)(void *)(room + at))->name));
    raw_call(SYS_close, list, 0, 0, 0);
    return n == 0;
}

static void close_others_on_exec(const launch *l)
{
    if (raw_call(SYS_close_range, 3, ALL_FDS, SETS_CLOSE_ON_EXEC, 0) == 0 || close_listed_on_exec())
        return;
    for (int fd = 3; fd < (int)l->most_fds && fd < FDS_BY_ONE; fd++)
        close_on_exec(fd);
}

/* Its source, above the numbers that are given; a negative errno. */
static int fetch(const launch *l, const launch_fd *given)
{
    long fd = given->from;

    if (given->path)
        fd = raw_call(SYS_openat, AT_FDCWD, pointer(given->path), given->flags | O_CLOEXEC, 0666);
    if (fd < 0 || fd >= l->low)
        return (int)fd;
    return (int)raw_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, l->low, 0);
}

static int give_fds(launch *l)
{
    for (size_t i = 0; i < l->fd_count; i++)
        if ((l->fds[i].from = fetch(l, &l->fds[i])) < 0)
            return l->fds[i].from;
    for (size_t i = 0; i < l->fd_count; i++) {
        int rc = (int)raw_call(SYS_dup3, l->fds[i].from, l->fds[i].to, 0, 0);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* The first terminal that a session's leader opens is the session's. */
static int take_terminal(const char *path)
{
    int fd = (int)raw_call(SYS_openat, AT_FDCWD, pointer(path), O_RDWR | O_CLOEXEC, 0);

    if (fd >= 0)
        raw_call(SYS_close, fd, 0, 0, 0);
    return fd < 0 ? fd : 0;
}

static int join_group(const launch *l)
{
    const edo_command *command = l->command;

    if (command->detached || l->terminal) {
        int rc = (int)raw_call(SYS_setsid, 0, 0, 0, 0);
        return rc >= 0 && l->terminal ? take_terminal(l->terminal) : rc;
    }
    if (command->leads_group || command->group)
        return (int)raw_call(SYS_setpgid, 0, command->leads_group ? 0 : command->group, 0, 0);
    return 0;
}

/* Groups first, as who it is then may not change them. */
static int become_user(const launch *l)
{
    const edo_command *command = l->command;
    long rc = 0;

    if (command->groups || l->drops_groups)
        rc = raw_call(SYS_setgroups, command->groups ? (long)command->group_count : 0,
                      pointer(command->groups), 0, 0);
    if (rc == 0 && command->gid)
        rc = raw_call(SYS_setgid, *command->gid, 0, 0, 0);
    if (rc == 0 && command->uid)
        rc = raw_call(SYS_setuid, *command->uid, 0, 0, 0);
    return (int)rc;
}

static int prepare(launch *l)
{
    const edo_command *command = l->command;
    int rc;

    reset_signals();
    if (!command->keep_fds)
        close_others_on_exec(l);
    if ((rc = give_fds(l)) < 0 || (rc = join_group(l)) < 0 || (rc = become_user(l)) < 0)
        return rc;
    if (command->cwd && (rc = (int)raw_call(SYS_chdir, pointer(command->cwd), 0, 0, 0)) < 0)
        return rc;
    rc = command->pre_exec ? command->pre_exec(command->pre_exec_arg) : 0;
    return rc > 0 ? -EINVAL : rc;
}

/* Whether it may be in another directory. */
static bool is_elsewhere(long rc)
{
    return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES || rc == -ESTALE || rc == -ENODEV ||
           rc == -ETIMEDOUT;
}

/* Returns why it couldn't. One that was there but may not be run is the better reason. */
static int become_program(const launch *l)
{
    static const uint64_t none;
    long why = -ENOENT;

    raw_call(SYS_rt_sigprocmask, SIG_SETMASK, pointer(&none), 0, MASK_SIZE);
    for (const char **path = l->paths; *path; path++) {
        long rc = raw_call(SYS_execve, pointer(*path), pointer(l->argv), pointer(l->envp), 0);
        if (!is_elsewhere(rc))
            return (int)rc;
        if (rc == -EACCES || !l->paths[1])
            why = rc;
    }
    return (int)why;
}

int launch_in_child(void *arg)
{
    launch *l = arg;

    /* relaxed: the parent's thread stands still, and who else reads it does so after a system call that
     * has told of this child. */
    a_store(l->own_number, (pid_t)raw_call(SYS_getpid, 0, 0, 0, 0), relaxed);
    l->error = prepare(l);
    if (l->error == 0)
        l->error = become_program(l);
    return 127;
}
