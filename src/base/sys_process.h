/* base/sys_process.h: system calls about child processes, as of base/sys.h. */
#ifndef BASE_SYS_PROCESS_H
#define BASE_SYS_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* How a child has ended: as in siginfo_t. */
typedef struct sys_exit {
    int code;   /* CLD_EXITED, CLD_KILLED, CLD_DUMPED */
    int status; /* what it returned, or the signal */
} sys_exit;

/* A descriptor of a process, close-on-exec. */
int sys_pidfd_open(pid_t pid);
/* A signal, to a process by its descriptor, or to a group by that of its leader. */
int sys_pidfd_signal(int pidfd, int signo);
int sys_pidfd_signal_group(int pidfd, int signo);
int sys_kill(pid_t pid, int signo);
/* Waits for the child without waiting: 1, and it is gone; 0: it has not ended; -ECHILD. By `pidfd`, or if that
 * is negative, or the system can't, by its number. */
int sys_reap(int pidfd, pid_t pid, sys_exit *ret);
/* Waits until the child has ended, and leaves it as it is. 0; -ECHILD. */
int sys_await_child(pid_t pid);
/* Whether it is a child of ours that nobody has waited for: 0; -ECHILD. */
int sys_is_child(pid_t pid);
typedef struct sys_children {
    pid_t *pids;
    size_t count, room;
} sys_children;
/* The children of this process, ended or not: 0; -ENOENT where /proc can't tell; -ENOMEM. In any case `pids` is the
 * caller's to free. */
int sys_children_list(sys_children *ret);
/* A pseudo-terminal: its own side, non-blocking, and the path of the other. */
#define SYS_PTY_PATH 32
int sys_pty_open(char path[SYS_PTY_PATH]);
int sys_terminal_set_size(int fd, unsigned rows, unsigned columns);
/* A second descriptor of the same, close-on-exec. */
int sys_duplicate(int fd);
/* Whether it may be traced and have a core, by its users; and that it may. */
bool sys_is_dumpable(void);
void sys_make_dumpable(void);
/* The most descriptors that this process may have. */
unsigned sys_most_fds(void);

#endif
