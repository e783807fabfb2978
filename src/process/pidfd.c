/*
 * pidfd.c: whether there are descriptors of processes, and what stands in for one where there are none.
 *
 * Stand-in    An eventfd, to which a thread adds that does nothing but wait for the child, leaving its status
 *             where it is. The thread has a descriptor of its own, so it touches nothing that may be gone; and
 *             no handler of SIGCHLD is needed, which is the program's.
 */
#include "process/pidfd.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "base/sys_process.h"
#include "base/thread.h"

#define STACK_SIZE (64 * 1024)

typedef struct pidfd_watch {
    pid_t pid;
    int event;
} pidfd_watch;

bool pidfd_is_known(void)
{
    static uint32_t known;                     /* atomic; 0: not asked yet; 1: no; 2: yes */
    uint32_t answer = a_load(&known, relaxed); /* whoever asks learns the same */

    if (!answer) {
        int fd = sys_pidfd_open(sys_getpid());
        if (fd >= 0)
            sys_close(fd);
        if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM) /* there are, but not now */
            return true;
        answer = fd >= 0 ? 2 : 1;
        a_store(&known, answer, relaxed);
    }
    return answer == 2;
}

static void *pidfd_watch_main(void *arg)
{
    pidfd_watch w = *(pidfd_watch *)arg;
    uint64_t one = 1;

    free(arg);
    thread_detach_self();
    sys_await_child(w.pid); /* -ECHILD: it was waited for meanwhile */
    sys_write(w.event, &one, sizeof one);
    sys_close(w.event);
    return NULL;
}

static int start(pid_t pid, int event)
{
    pthread_t id;
    pidfd_watch *w = malloc(sizeof *w);

    if (!w)
        return -ENOMEM;
    *w = (pidfd_watch){.pid = pid, .event = sys_duplicate(event)};
    int rc = w->event < 0 ? w->event
                          : thread_start_sized(&id, pidfd_watch_main, w, "edo-child", STACK_SIZE);
    if (rc == 0)
        return 0;
    if (w->event >= 0)
        sys_close(w->event);
    free(w);
    return rc;
}

int pidfd_stand_in(pid_t pid)
{
    int event = sys_eventfd(0, EFD_NONBLOCK);
    int rc = event < 0 ? event : start(pid, event);

    if (rc < 0 && event >= 0)
        sys_close(event);
    return rc < 0 ? rc : event;
}
