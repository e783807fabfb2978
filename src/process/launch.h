/*
 * process/launch.h: a command made ready, so that the child has nothing left to do that a process which shares
 * its parent's memory may not do.
 */
#ifndef PROCESS_LAUNCH_H
#define PROCESS_LAUNCH_H

#include <edo/process.h>

/* A descriptor of the child's, and where it is from. */
typedef struct launch_fd {
    int to;
    int from;         /* -1: a path */
    const char *path; /* opened by the child, as it is the caller's path */
    int flags;
} launch_fd;

typedef struct launch {
    const edo_command *command;
    const char **argv, **envp; /* up to a NULL */
    const char **paths;        /* where the program may be; up to a NULL */
    launch_fd *fds;
    size_t fd_count;
    int low; /* above every number that is given to the child */
    bool drops_groups;
    const char *terminal; /* of its session; NULL: none */
    unsigned most_fds;
    pid_t *
        own_number; /* atomic; the child puts it there before its end can be known, then its parent does */
    int error;   /* why it couldn't become the program; written by the child */
    void *block; /* what all of this lies in; freed by launch_fini */
    char *stack_top;
} launch;

/* Makes it ready: what each standard stream is, `streams`, has been decided, and pipes are descriptors by now.
 * 0; -EINVAL, -EBADF, -ENOMEM. */
int launch_init(launch *l, const edo_command *command, const edo_stdio streams[3]);
void launch_fini(launch *l);
/* The child's part, by clone_sharing: doesn't return if it has become the program. */
int launch_in_child(void *arg);
/* Does it: the child's number, or why there is none. *ret_pidfd is -1 where there are no such descriptors. */
pid_t launch_start(launch *l, int *ret_pidfd);

#endif
