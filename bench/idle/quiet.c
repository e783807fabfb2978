/*
 * quiet.c: a runtime with nothing to do, for strace to count what it asks of the system.
 *
 *     edo-quiet [workers=64] [ms=1000]
 *
 * Every worker has had work, a connection waits for the next client and a task for a timer an hour
 * away; then nothing happens for `ms`. Two runs that differ in ms alone differ by what an idle
 * runtime does.
 */
#include <stdio.h>
#include <time.h>

#include <edo.h>

enum { TASKS = 10000 };

static int give_way(void *arg)
{
    (void)arg;
    return edo_yield();
}

static int accept_one(void *arg)
{
    edo_tcp_stream *conn;

    return edo_tcp_accept(arg, &conn);
}

static int sleep_long(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_SECONDS(3600));
}

static int work(void *arg)
{
    static edo_task tasks[TASKS];
    edo_tcp_listener **listener = arg;
    int rc = edo_tcp_listen("127.0.0.1:0", listener);

    if (rc == 0)
        rc = edo_spawn(accept_one, *listener, NULL);
    if (rc == 0)
        rc = edo_spawn(sleep_long, NULL, NULL);
    for (int i = 0; rc == 0 && i < TASKS; i++)
        rc = edo_spawn(give_way, NULL, &tasks[i]);
    for (int i = 0; rc == 0 && i < TASKS; i++)
        rc = edo_join(tasks[i], NULL);
    return rc;
}

int main(int argc, char **argv)
{
    edo_runtime *runtime;
    edo_tcp_listener *listener = NULL;
    unsigned workers = 64, ms = 1000;

    for (int i = 1; i < argc; i++)
        if (sscanf(argv[i], "workers=%u", &workers) != 1 && sscanf(argv[i], "ms=%u", &ms) != 1)
            return fprintf(stderr, "usage: edo-quiet [workers=64] [ms=1000]\n"), 64;
    int rc = edo_runtime_new(EDO_OPTS(runtime, .workers = (int)workers), &runtime);
    if (rc == 0) {
        rc = edo_block_on(runtime, work, &listener);
        /* One call whatever its length; the workers find their way to sleep meanwhile. */
        struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
        nanosleep(&span, NULL);
        int freed = edo_runtime_free(runtime);
        rc = rc ? rc : freed;
    }
    if (rc < 0)
        fprintf(stderr, "edo-quiet: %s\n", edo_err_name(rc));
    return rc < 0;
}
