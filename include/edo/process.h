/*
 * edo/process.h: other programs as child processes: starting them, their streams, waiting for their ends.
 *
 *     edo_command command = {.program = "sort", .args = EDO_ARGS("-r"), .in = EDO_STDIO_PIPE};
 *     edo_process *child;
 *
 *     rc = edo_command_spawn(&command, &child);
 *
 * Only the child itself is ever waited for, by its descriptor: what a program does about children of its own,
 * and about SIGCHLD, is left alone. (But a program that ignores SIGCHLD, or waits for any child, takes the
 * status away from everybody: then it is -ECHILD.)
 */
#ifndef EDO_PROCESS_H
#define EDO_PROCESS_H

#include <edo/buf.h>
#include <edo/op.h>
#include <edo/pipe.h>
#include <edo/pty.h>
#include <edo/read.h>
#include <edo/signal.h>
#include <edo/time.h>

EDO_BEGIN_DECLS

typedef enum edo_stdio_kind {
    EDO_STDIO_IS_DEFAULT, /**< its terminal, or the caller's; with edo_command_output: nothing, and pipes */
    EDO_STDIO_IS_INHERITED,
    EDO_STDIO_IS_NULL,
    EDO_STDIO_IS_PIPE,
    EDO_STDIO_IS_FD,
    EDO_STDIO_IS_PATH,
    EDO_STDIO_IS_APPENDED,
} edo_stdio_kind;

/** What a standard stream of a child is. Zeros are the default. */
typedef struct edo_stdio {
    edo_stdio_kind kind;
    int fd;           /**< of EDO_STDIO_IS_FD */
    const char *path; /**< of EDO_STDIO_IS_PATH and _APPENDED */
} edo_stdio;

/** The caller's own, whatever that is. */
#define EDO_STDIO_INHERIT                                                                          \
    {                                                                                              \
        EDO_STDIO_IS_INHERITED, 0, NULL                                                            \
    }
/** Nothing: reads find the end, and what is written is gone. */
#define EDO_STDIO_NULL                                                                             \
    {                                                                                              \
        EDO_STDIO_IS_NULL, 0, NULL                                                                 \
    }
/** A pipe, of which the child's handle has the other end. */
#define EDO_STDIO_PIPE                                                                             \
    {                                                                                              \
        EDO_STDIO_IS_PIPE, 0, NULL                                                                 \
    }
/** A descriptor of the caller's, who goes on to own it. */
#define EDO_STDIO_FD(number)                                                                       \
    {                                                                                              \
        EDO_STDIO_IS_FD, (number), NULL                                                            \
    }
/** A file, by a path as the caller sees it: to be read, or made and emptied. It should not be a FIFO, as
 * the thread would wait for somebody at its other end. */
#define EDO_STDIO_PATH(path)                                                                       \
    {                                                                                              \
        EDO_STDIO_IS_PATH, 0, (path)                                                               \
    }
/** The same, but written behind what is there. */
#define EDO_STDIO_APPEND(path)                                                                     \
    {                                                                                              \
        EDO_STDIO_IS_APPENDED, 0, (path)                                                           \
    }

/** A descriptor of the caller's that the child has under the number `as`, 3 or more. */
typedef struct edo_command_fd {
    int fd, as;
} edo_command_fd;

/** Texts, as edo_command.args and .env take them. */
#define EDO_ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/** What is to be started, and how. Zeros are the defaults; all of it stays the caller's. */
typedef struct edo_command {
    /** With a slash: a path, as seen from the child's directory. Without: searched in the PATH that `env`
     * sets, else in the caller's. */
    const char *program;
    const char *const *args; /**< what comes after its name, up to a NULL; NULL: none */
    const char *arg0;        /**< the name that it is told; NULL: `program` */
    /** Up to a NULL: "NAME=value" sets a variable of the child's, "NAME" takes it away. The last one holds. */
    const char *const *env;
    bool env_clear;  /**< it has no other variables than these */
    const char *cwd; /**< its directory; NULL: the caller's */
    edo_stdio in, out, err;
    const edo_command_fd *fds; /**< `fd_count` further descriptors */
    size_t fd_count;
    bool keep_fds; /**< it also gets those of the caller's that are not close-on-exec */
    const uid_t *
        uid; /**< who it is; NULL: as the caller. With a uid alone root's other groups are dropped */
    const gid_t *gid;
    const gid_t *groups; /**< `group_count` of them, instead of the caller's; NULL: see uid */
    size_t group_count;
    bool leads_group; /**< it is the first of a process group: edo_process_kill_group */
    pid_t group;      /**< it joins this process group; 0: none */
    bool
        detached; /**< it leads a session of its own, without a terminal (setsid(2)); and so a group */
    edo_pty
        *terminal; /**< it is the terminal of its session, and its streams by default; NULL: none */
    /**
     * Is called in the child at last, before the program: 0, or a negative errno, which is then what the
     * spawn says. It shares the caller's memory and may do what a signal handler may, and no more.
     */
    int (*pre_exec)(void *arg);
    void *pre_exec_arg;
    bool kills_on_release; /**< edo_process_release kills it, if it still runs */
} edo_command;

/** How a child has ended. */
typedef struct edo_exit_status {
    int code;         /**< what it has returned, 0 to 255; -1: it was killed */
    int signal;       /**< by which it was killed; 0: by none */
    bool dumped_core; /**< and left a core */
} edo_exit_status;

/** Whether it has returned 0. */
static inline bool edo_exit_is_success(edo_exit_status status)
{
    return status.code == 0;
}

/** A child process. All of its functions may be called by any task or thread, but release is the last. */
typedef struct edo_process edo_process;

/**
 * Starts a program. All signals have their defaults in it and none is blocked; of the caller's descriptors it
 * has the standard ones and those that it is given. The caller's thread waits until the program has begun or can't.
 *
 * Returns   0; -EINVAL; -ENOENT, -EACCES and what else execve(2) says of the program, chdir(2) of its
 *           directory, open(2) of a stream; -EPERM for who it may not be; -EBADF; what `pre_exec` said; -EAGAIN,
 *           -ENOMEM, -EMFILE; -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN, -EDO_EFORKED. Then there is no child.
 * Owns      the caller, until edo_process_release.
 */
EDO_API_PROCESS int edo_command_spawn(const edo_command *command, edo_process **ret_child);

/**
 * Makes a handle of a child that the program has started by other means. From now on nobody else may wait
 * for it.
 *
 * Returns   0; -EINVAL; -ECHILD when there is no such child; -ENOMEM, -EMFILE; what edo_command_spawn says of
 *           the runtime.
 * Owns      the caller, until edo_process_release.
 */
EDO_API_PROCESS int edo_process_adopt(pid_t pid, edo_process **ret_child);

/**
 * Gives the handle up, and closes the streams that were not taken. A child that still runs goes on, or is
 * killed if its command said so; when it has ended it is waited for, whatever has become of the runtime. Nobody
 * waits for it by this handle. Never waits. NULL is fine.
 */
EDO_API_PROCESS void edo_process_release(edo_process *child);

/** Its number; -ESRCH once it has been waited for, as the number may be another's then; -EINVAL. */
EDO_API_PROCESS pid_t edo_process_id(edo_process *child);

/** The other ends of its pipes, which stay the child's; NULL: there is none, or it was taken. */
EDO_API_PROCESS edo_pipe_sender *edo_process_stdin(edo_process *child);
EDO_API_PROCESS edo_pipe_receiver *edo_process_stdout(edo_process *child);
EDO_API_PROCESS edo_pipe_receiver *edo_process_stderr(edo_process *child);
/** The same, but from now on it is the caller's, to be closed. */
EDO_API_PROCESS edo_pipe_sender *edo_process_take_stdin(edo_process *child);
EDO_API_PROCESS edo_pipe_receiver *edo_process_take_stdout(edo_process *child);
EDO_API_PROCESS edo_pipe_receiver *edo_process_take_stderr(edo_process *child);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_process_wait_future {
    edo_future base;
    edo_process *child;
    edo_exit_status *ret_status;
    uint8_t phase;
    bool kills, owns_source;
    uint16_t vain; /* how often it was told of an end that was none */
    union {
        edo_op op;
        edo_sleep_future pause;
    } at;
} edo_process_wait_future;

/**
 * Waits until it has ended. First its standard input is closed, unless that was taken. `ret_status` may be NULL.
 * Any number of waits may be under way, and may come later: each is told the same.
 *
 * Returns   0; -EINVAL; -ECHILD: somebody else has waited for it; -ENOMEM, -EMFILE; -EDO_ENORUNTIME, -EDO_ENOIO;
 *           -EDO_ENOTIME for one that is traced; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN.
 * Suspends  unless it has ended.
 * Cancel    takes nothing: the status is there for the next wait.
 */
EDO_API_PROCESS int edo_process_wait(edo_process *child, edo_exit_status *ret_status);
EDO_API_PROCESS edo_process_wait_future edo_process_wait_async(edo_process *child,
                                                               edo_exit_status *ret_status);
/** Without waiting, and without closing its input: -EAGAIN while it runs. */
EDO_API_PROCESS int edo_process_try_wait(edo_process *child, edo_exit_status *ret_status);

/**
 * Sends SIGKILL, and waits for its end. One that has ended already is no error.
 *
 * Returns   as edo_process_wait; -EPERM.
 * Suspends  unless it has ended.
 * Cancel    takes nothing: the signal was sent at the first poll.
 */
EDO_API_PROCESS int edo_process_kill(edo_process *child);
EDO_API_PROCESS edo_process_wait_future edo_process_kill_async(edo_process *child);
/** Sends SIGKILL without waiting. 0, also when it has ended; -EINVAL; -EPERM. */
EDO_API_PROCESS int edo_process_start_kill(edo_process *child);
/** Sends a signal; 0 only looks whether it is there. 0; -ESRCH once it was waited for; -EINVAL, -EPERM. */
EDO_API_PROCESS int edo_process_signal(edo_process *child, int signo);
/**
 * Sends a signal to the process group that the child leads: to its descendants too, also after its own end.
 *
 * Returns   0; -ESRCH: nobody is left, or that can't be known on this system once the child was waited for;
 *           -EINVAL, also when it leads none; -EPERM.
 */
EDO_API_PROCESS int edo_process_kill_group(edo_process *child, int signo);

/** What a program has written, and how it has ended. Zeros are an empty one. */
typedef struct edo_output {
    edo_buf out, err;
    edo_exit_status status;
} edo_output;

/** Frees what it holds, and leaves it empty. NULL is fine. */
EDO_API_PROCESS void edo_output_fini(edo_output *output);

/** A wait with what is written meanwhile. Its fields are private; don't move it once it has been polled. */
typedef struct edo_process_output_future {
    edo_future base;
    edo_process *child;
    edo_output *output;
    bool begun, turn;
    int64_t failure;
    edo_read_to_end_future streams[2];
    edo_process_wait_future wait;
} edo_process_output_future;

/**
 * Closes its standard input, reads its standard output and error to their ends, as far as they are pipes and
 * were not taken, behind what `output` holds, and waits for its end.
 *
 * Returns   0; -EINVAL; -ENOMEM, -EDO_ETOOLONG at a limit of the buffers; what edo_process_wait says. Then what was
 *           read is in `output`, and the next call goes on.
 * Owns      `output` is written until it is READY.
 * Suspends  unless all has ended.
 * Cancel    says how much it took: it is in `output`.
 */
EDO_API_PROCESS int edo_process_wait_with_output(edo_process *child, edo_output *output);
EDO_API_PROCESS edo_process_output_future edo_process_wait_with_output_async(edo_process *child,
                                                                             edo_output *output);

/** A program being run. Its fields are private; don't move it once it has been polled. */
typedef struct edo_command_status_future {
    edo_future base;
    const edo_command *command;
    edo_process *child;
    edo_process_wait_future wait;
} edo_command_status_future;

/**
 * Starts a program, closes its pipes, and waits for its end.
 *
 * Returns   0; what edo_command_spawn and edo_process_wait say.
 * Owns      the command is read at the first poll.
 * Suspends  until it has ended.
 * Cancel    leaves an orphan: the program goes on, unless the command kills it on release.
 */
EDO_API_PROCESS int edo_command_status(const edo_command *command, edo_exit_status *ret_status);
EDO_API_PROCESS edo_command_status_future edo_command_status_async(const edo_command *command,
                                                                   edo_exit_status *ret_status);

/** A program being run for its output. Its fields are private; don't move it once it has been polled. */
typedef struct edo_command_output_future {
    edo_future base;
    const edo_command *command;
    edo_process *child;
    edo_process_output_future all;
} edo_command_output_future;

/**
 * Starts a program and waits for what it writes and its end. Where the command doesn't say otherwise it reads
 * nothing, and its output and error are collected behind what `output` holds.
 *
 * Returns   0; what edo_command_spawn and edo_process_wait_with_output say.
 * Owns      the command is read at the first poll, `output` is written until it is READY.
 * Suspends  until it has ended.
 * Cancel    leaves an orphan: the program goes on, unless the command kills it on release. What it wrote so far
 *           is in `output`.
 */
EDO_API_PROCESS int edo_command_output(const edo_command *command, edo_output *output);
EDO_API_PROCESS edo_command_output_future edo_command_output_async(const edo_command *command,
                                                                   edo_output *output);

/** A reaper at work. Its fields are private; don't move it once it has been polled. */
typedef struct edo_reaper_future {
    edo_future base;
    uint64_t done; /**< how many it has waited for */
    edo_signal *listener;
    edo_signal_recv_future next;
} edo_reaper_future;

/**
 * Waits for those whose parents have ended, as the first process of a container has to, or one that asked for it by
 * prctl(PR_SET_CHILD_SUBREAPER): each child that has ended and is no child of edo's, until it is cancelled. A child that
 * the program has forked itself is one of these, unless it was adopted before its end. While it works it listens to
 * SIGCHLD, so the program's handler for that isn't called.
 *
 * Returns   what edo_signal_open says; -ENOENT where /proc doesn't tell a process its children; -ENOMEM; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  always.
 * Cancel    says how many it has waited for, in `done`.
 */
EDO_API_PROCESS int edo_reaper(uint64_t *ret_done);
EDO_API_PROCESS edo_reaper_future edo_reaper_async(void);

EDO_END_DECLS

#endif
