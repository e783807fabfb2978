/* watch_folder.c: edo_async_fd: tells what happens in a folder, by calls of inotify's own; until Ctrl-C. */
#include <edo.h>

#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

typedef struct events {
    char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
} events;

/* A call that doesn't wait, as edo_async_fd_io wants it. */
static int64_t read_events(int fd, void *arg)
{
    ssize_t n = read(fd, arg, sizeof(events));

    return n < 0 ? -errno : n;
}

/* A line for each: + it is there now, - it isn't any more. */
static int tell(const events *got, size_t len)
{
    for (size_t at = 0; at < len;) {
        const struct inotify_event *event = (const void *)(got->bytes + at);
        char line[300];
        int n = snprintf(line, sizeof line, "%c %s\n",
                         event->mask & (IN_DELETE | IN_MOVED_FROM) ? '-' : '+', event->name);
        int rc = edo_write_all(edo_stdout(), line, (size_t)n, NULL);
        if (rc < 0)
            return rc;
        at += sizeof *event + event->len;
    }
    return 0;
}

static int watch(void *arg)
{
    edo_async_fd *folder = arg;
    events got;

    for (;;) {
        int64_t n = edo_async_fd_io(folder, EDO_READABLE, read_events, &got);
        int rc = n < 0 ? (int)n : tell(&got, (size_t)n);
        if (rc < 0)
            return rc;
    }
}

static int close_folder(void *arg)
{
    return edo_async_fd_close(arg);
}

static int app(int argc, char **argv)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), end = 0;
    edo_async_fd *folder;
    edo_task watcher;

    if (fd < 0)
        return -errno;
    int rc = edo_async_fd_new(fd, &folder);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    if (inotify_add_watch(fd, argc > 1 ? argv[1] : ".", IN_CREATE | IN_DELETE | IN_MOVE) < 0)
        rc = -errno;
    if (rc == 0 && (rc = edo_spawn(watch, folder, &watcher)) == 0) {
        rc = edo_termination();
        edo_task_abort(watcher);
        edo_join(watcher, &end);
    }
    edo_block_in_place(close_folder, folder); /* of inotify, the system takes 10 ms for it */
    if (end < 0 && end != -ECANCELED)
        return end;
    return rc < 0 ? rc : 0;
}

EDO_MAIN(app);
