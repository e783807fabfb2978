/*
 * sync_io.c: the direct forms park a thread that is in no task; what they lack there is a runtime for what a
 * reader begins on its way (a timer, a source), which the bridge enters for the time of each call.
 */
#include <edo/sync_io.h>

#include <edo/errno.h>
#include <edo/error.h>
#include <edo/runtime.h>

#include "io/transfer.h"
#include "sched/current.h"

int edo_sync_io_init(edo_sync_io *bridge, edo_io io)
{
    edo_handle *runtime;

    if (!bridge || (!reader_is_good(io.reader) && !writer_is_good(io.writer)))
        return -EINVAL;
    int rc = edo_handle_current(&runtime);
    if (rc < 0)
        return rc;
    *bridge = (edo_sync_io){.io = io, .runtime = runtime};
    return 0;
}

void edo_sync_io_fini(edo_sync_io *bridge)
{
    if (!bridge)
        return;
    edo_handle_unref(bridge->runtime);
    *bridge = (edo_sync_io){0};
}

static int enter(edo_sync_io *bridge, edo_enter_guard *guard)
{
    if (!bridge || !bridge->runtime)
        return -EINVAL;
    if (thread_self()->task)
        return -EDEADLK;
    return edo_enter(bridge->runtime, guard);
}

/* Its result, once the runtime that was entered for it has been left. */
static int64_t leave(edo_enter_guard *guard, int64_t result)
{
    edo_leave(guard);
    return result;
}

ssize_t edo_sync_read(edo_sync_io *bridge, void *buf, size_t len)
{
    edo_enter_guard guard;
    int rc = enter(bridge, &guard);

    return rc < 0 ? rc : (ssize_t)leave(&guard, edo_read(bridge->io.reader, buf, len));
}

ssize_t edo_sync_write(edo_sync_io *bridge, const void *buf, size_t len)
{
    edo_enter_guard guard;
    int rc = enter(bridge, &guard);

    return rc < 0 ? rc : (ssize_t)leave(&guard, edo_write(bridge->io.writer, buf, len));
}

int edo_sync_write_all(edo_sync_io *bridge, const void *buf, size_t len)
{
    const char *from = buf;

    while (len > 0) {
        ssize_t n = edo_sync_write(bridge, from, len);
        if (n <= 0)
            return n < 0 ? (int)n : -EDO_EWRITEZERO;
        from += n;
        len -= (size_t)n;
    }
    return 0;
}

int edo_sync_flush(edo_sync_io *bridge)
{
    edo_enter_guard guard;
    int rc = enter(bridge, &guard);

    return rc < 0 ? rc : (int)leave(&guard, edo_flush(bridge->io.writer));
}

int edo_sync_shutdown(edo_sync_io *bridge)
{
    edo_enter_guard guard;
    int rc = enter(bridge, &guard);

    return rc < 0 ? rc : (int)leave(&guard, edo_shutdown(bridge->io.writer));
}

/* As a FILE. */

static ssize_t file_read(void *cookie, char *buf, size_t len)
{
    ssize_t n = edo_sync_read(cookie, buf, len);

    if (n < 0)
        errno = (int)-n;
    return n < 0 ? -1 : n;
}

/* fopencookie(3) wants 0 for a failure. */
static ssize_t file_write(void *cookie, const char *buf, size_t len)
{
    int rc = edo_sync_write_all(cookie, buf, len);

    if (rc < 0)
        errno = -rc;
    return rc < 0 ? 0 : (ssize_t)len;
}

int edo_sync_io_open(edo_sync_io *bridge, const char *mode, FILE **ret_file)
{
    const cookie_io_functions_t functions = {.read = file_read, .write = file_write};

    if (!bridge || !bridge->runtime || !mode || !ret_file)
        return -EINVAL;
    FILE *file = fopencookie(bridge, mode, functions);
    if (!file)
        return errno == EINVAL ? -EINVAL : -ENOMEM;
    *ret_file = file;
    return 0;
}
