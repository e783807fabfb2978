/*
 * process/child.h: the handle of a child.
 *
 * Who may touch   Under its lock: src, ended, failure, status, and the streams. The rest is as it was made,
 *   what          but for `known` and `next`, which are their lists'.
 * The number      means this child as long as it was not waited for, which only happens under the lock.
 */
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include <edo/process.h>

#include "base/lock.h"
#include "base/macros.h"
#include "driver/driver.h"
#include "process/known.h"

struct edo_process {
    lock lock;
    bool ended;
    bool has_pidfd; /* fd is that, and no stand-in */
    bool leads_group, kills;
    int failure; /* why there is no status, once it has ended */
    edo_exit_status status;
    int fd;      /* its pidfd, or a stand-in */
    source *src; /* of fd, from the first wait on; NULL */
    edo_pipe_sender *in;
    edo_pipe_receiver *out, *err;
    known_child known; /* and its number */
    edo_process *next; /* of the orphans */
};

/* A handle that is nobody's yet; NULL: no memory. */
edo_process *child_new(void);
/* Closes its streams and frees it. */
void child_free(edo_process *child);
/* The process has begun. On failure it is gone again. `pidfd`: -1 for a stand-in. */
int child_begin(edo_process *child, int pidfd);
/* Lock held: takes the status if it has ended. Whether it has. */
bool child_reap(edo_process *child);
/* Lock held: 0; a negative errno. */
int child_send(edo_process *child, int signo);
/* Closes the end of its input, if that is still here. */
void child_close_stdin(edo_process *child);
/* As edo_command_spawn; `collects`: the defaults are those of edo_command_output. */
int command_spawn(const edo_command *command, bool collects, edo_process **ret_child);

#endif
