/*
 * dump_signal.c: a dump by a signal: the handler adds to an eventfd, and a thread of its own that
 * sleeps on it writes the dump, whatever the workers are stuck in.
 *
 * The thread is the process's, one, and is never joined: it sleeps until the process ends.
 */
#include <edo/dump.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include <edo/error.h>

#include <edo/errno.h>

#include "base/clock.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/report.h"
#include "base/sys.h"
#include "base/thread.h"
#include "sched/asleep.h"
#include "signal/registry.h"

static lock setup_lock;
static int listens_to; /* a signal; 0: none. Under the lock */
static int event = -1; /* set before the thread starts */

static void write_dump(void)
{
    int fd = STDERR_FILENO;

    report("a dump of every task:");
    int rc = edo_dump_write(NULL, edo_text_to_fd, &fd);
    if (rc < 0)
        report("the dump could not be written: %s", edo_err_name(rc));
    else
        report("the dump's end");
}

static void *serve(void *arg)
{
    uint64_t count;

    (void)arg;
    thread_detach_self();
    for (;;)
        if (sys_read(event, &count, sizeof count) == sizeof count)
            write_dump();
        else
            thread_nap(10 * NS_PER_MS);
    return NULL;
}

/* Its parent's thread is not there, and the eventfd is shared with it. */
static void forget(void)
{
    setup_lock = (lock){0};
    listens_to = 0;
    event = -1;
    asleep_harmless_threads = 0;
}

static int start(int signo)
{
    pthread_t server;
    uint32_t slot;
    int rc = event = sys_eventfd(0, EFD_CLOEXEC);

    if (rc < 0)
        return rc;
    if ((rc = signal_register(signo, event, &slot)) < 0)
        goto no_entry;
    if ((rc = thread_start(&server, serve, NULL, "edo-dump")) < 0)
        goto no_thread;
    a_fetch_add(&asleep_harmless_threads, 1, relaxed);
    return 0;
no_thread:
    signal_unregister(signo, slot);
no_entry:
    sys_close(event);
    return rc;
}

int edo_dump_on_signal(int signo)
{
    int rc = 0;

    if (!signal_can_listen(signo))
        return -EINVAL;
    fork_in_child(forget);
    lock_take(&setup_lock);
    if (listens_to && listens_to != signo)
        rc = -EBUSY;
    else if (!listens_to && (rc = start(signo)) == 0)
        listens_to = signo;
    lock_drop(&setup_lock);
    return rc;
}
