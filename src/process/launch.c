/* launch.c: makes a command ready: one block has its lists, its paths, and the child's stack. */
#include "process/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/clone.h"
#include "base/macros.h"
#include "base/raw.h"
#include "base/sys.h"
#include "base/sys_process.h"
#include "process/dumpable.h"
#include "process/pidfd.h"

/* The child's own part needs some hundred bytes; what a hook needs is its own affair. */
#define STACK_SIZE 8192
#define HOOK_STACK_SIZE 65536
#define STACK_ALIGNMENT 16

extern char **environ;

static size_t length_of(const char *const *list)
{
    size_t n = 0;

    while (list && list[n])
        n++;
    return n;
}

/* Variables. */

static size_t name_length(const char *entry)
{
    const char *end = strchr(entry, '=');

    return end ? (size_t)(end - entry) : strlen(entry);
}

static bool is_same_variable(const char *a, const char *b)
{
    size_t len = name_length(a);

    return len == name_length(b) && strncmp(a, b, len) == 0;
}

static bool is_named_in(const char *const *list, const char *entry)
{
    for (; list && *list; list++)
        if (is_same_variable(*list, entry))
            return true;
    return false;
}

/* `most` of the caller's, as there may be more by now. */
static const char **add_environment(const launch *l, const char **to, size_t most)
{
    const char *const *own = l->command->env;

    for (char **entry = environ; !l->command->env_clear && most > 0 && *entry; entry++, most--)
        if (!is_named_in(own, *entry))
            *to++ = *entry;
    for (; own && *own; own++)
        if (strchr(*own, '=') && !is_named_in(own + 1, *own))
            *to++ = *own;
    *to++ = NULL;
    return to;
}

/* Where programs are searched: of the last PATH that the command sets, or the caller's. */
static const char *search_path(const edo_command *command)
{
    const char *found = NULL;

    for (const char *const *entry = command->env; entry && *entry; entry++)
        if (is_same_variable(*entry, "PATH"))
            found = strchr(*entry, '=') ? *entry + strlen("PATH=") : NULL;
    if (!found)
        found = getenv("PATH");
    return found ? found : "/bin:/usr/bin";
}

static bool is_searched(const char *program)
{
    return *program && !strchr(program, '/');
}

static size_t count_dirs(const char *search)
{
    size_t n = 1;

    for (; (search = strchr(search, ':')); search++)
        n++;
    return n;
}

/* "dir/program" for each; an empty one is the child's own. */
static void add_paths(const char *program, const char *search, const char **to, char *text)
{
    size_t len = strlen(program) + 1;

    for (const char *end; search; search = *end ? end + 1 : NULL) {
        end = strchr(search, ':');
        if (!end)
            end = search + strlen(search);
        *to++ = text;
        memcpy(text, search, (size_t)(end - search));
        text += end - search;
        if (end > search)
            *text++ = '/';
        memcpy(text, program, len);
        text += len;
    }
    *to = NULL;
}

/* Descriptors. */

static int add_stream(const launch *l, launch_fd *to, int number, const edo_stdio *stream)
{
    int writes = O_WRONLY | O_CREAT;

    *to = (launch_fd){.to = number, .from = -1, .path = stream->path};
    switch (stream->kind) {
    case EDO_STDIO_IS_DEFAULT:
        to->path = edo_pty_path(l->command->terminal);
        to->flags = O_RDWR | O_NOCTTY;
        return to->path ? 0 : -EINVAL;
    case EDO_STDIO_IS_NULL:
        to->path = "/dev/null";
        to->flags = O_RDWR;
        return 0;
    case EDO_STDIO_IS_FD:
        to->from = stream->fd;
        to->path = NULL;
        return stream->fd < 0 ? -EBADF : 0;
    case EDO_STDIO_IS_PATH:
        to->flags = number == 0 ? O_RDONLY : writes | O_TRUNC;
        return stream->path ? 0 : -EINVAL;
    case EDO_STDIO_IS_APPENDED:
        to->flags = number == 0 ? O_RDONLY : writes | O_APPEND;
        return stream->path ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int add_fds(launch *l, const edo_stdio streams[3])
{
    const edo_command *command = l->command;
    int rc;

    l->low = 3;
    for (int i = 0; i < 3; i++)
        if (streams[i].kind != EDO_STDIO_IS_INHERITED &&
            (rc = add_stream(l, &l->fds[l->fd_count++], i, &streams[i])) < 0)
            return rc;
    for (size_t i = 0; i < command->fd_count; i++) {
        const edo_command_fd *given = &command->fds[i];
        if (given->as < 3 || given->as == INT_MAX)
            return -EINVAL;
        if (given->fd < 0)
            return -EBADF;
        l->fds[l->fd_count++] = (launch_fd){.to = given->as, .from = given->fd};
        l->low = given->as < l->low ? l->low : given->as + 1;
    }
    return 0;
}

/* All in one. */

static size_t stack_size(const edo_command *command)
{
    return command->pre_exec ? HOOK_STACK_SIZE : STACK_SIZE;
}

static int lay_out(launch *l, const char *search)
{
    const edo_command *command = l->command;
    bool searched = is_searched(command->program);
    size_t dirs = searched ? count_dirs(search) : 1, args = length_of(command->args) + 2;
    size_t callers = length_of((const char *const *)environ);
    size_t variables = callers + length_of(command->env) + 1;
    size_t lists = (args + variables + dirs + 1) * sizeof(char *);
    size_t fds = (3 + command->fd_count) * sizeof(launch_fd);
    size_t text = searched ? strlen(search) + dirs * (strlen(command->program) + 2) : 0;

    l->block = malloc(lists + fds + text + stack_size(command) + STACK_ALIGNMENT);
    if (!l->block)
        return -ENOMEM;
    l->argv = l->block;
    l->envp = l->argv + args;
    l->paths = add_environment(l, l->envp, callers);
    l->fds = (launch_fd *)((char *)l->block + lists);
    l->stack_top = (char *)l->fds + fds + text + stack_size(command) + STACK_ALIGNMENT;
    l->stack_top -= (uintptr_t)l->stack_top % STACK_ALIGNMENT;
    if (searched) {
        add_paths(command->program, search, l->paths, (char *)l->fds + fds);
    } else {
        l->paths[0] = command->program;
        l->paths[1] = NULL;
    }
    return 0;
}

static void add_args(const launch *l)
{
    const edo_command *command = l->command;
    size_t n = length_of(command->args);

    l->argv[0] = command->arg0 ? command->arg0 : command->program;
    for (size_t i = 0; i < n; i++)
        l->argv[i + 1] = command->args[i];
    l->argv[n + 1] = NULL;
}

int launch_init(launch *l, const edo_command *command, const edo_stdio streams[3])
{
    *l = (launch){.command = command,
                  .drops_groups = command->uid && !command->groups && sys_geteuid() == 0,
                  .terminal = edo_pty_path(command->terminal),
                  .most_fds = sys_most_fds()};
    if ((command->fd_count && !command->fds) || (command->group_count && !command->groups))
        return -EINVAL;
    int rc = lay_out(l, search_path(command));
    if (rc < 0)
        return rc;
    add_args(l);
    if ((rc = add_fds(l, streams)) < 0)
        launch_fini(l);
    return rc;
}

void launch_fini(launch *l)
{
    free(l->block);
    l->block = NULL;
}

/* Starts it with no signal let through, so that no handler runs in a child that shares our memory. The mask is
 * set without libc, which would leave out its own signals. */
static pid_t clone_blocked(launch *l, int *pidfd)
{
    static const uint64_t all = UINT64_MAX; /* as the kernel has it */
    uint64_t before;

    raw_call(SYS_rt_sigprocmask, SIG_BLOCK, (long)(intptr_t)&all, (long)(intptr_t)&before,
             sizeof all);
    pid_t pid = clone_sharing(launch_in_child, l, l->stack_top, pidfd);
    raw_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)(intptr_t)&before, 0, sizeof all);
    return pid;
}

static void bury(pid_t pid, int pidfd)
{
    sys_exit how;

    if (sys_await_child(pid) == 0)
        sys_reap(pidfd, pid, &how);
    if (pidfd >= 0)
        sys_close(pidfd);
}

static pid_t start(launch *l, int *pidfd)
{
    const edo_command *command = l->command;
    bool changes_user = command->uid || command->gid || command->pre_exec;

    if (changes_user)
        dumpable_lend();
    pid_t pid = clone_blocked(l, pidfd);
    if (changes_user)
        dumpable_take_back();
    return pid;
}

pid_t launch_start(launch *l, int *ret_pidfd)
{
    int pidfd = -1;
    pid_t pid = start(l, pidfd_is_known() ? &pidfd : NULL);

    if (pid < 0)
        return pid;
    if (l->error < 0) {
        bury(pid, pidfd);
        return l->error;
    }
    /* In a PID namespace of its own it knows another. relaxed: as in the child. */
    a_store(l->own_number, pid, relaxed);
    *ret_pidfd = pidfd;
    return pid;
}
