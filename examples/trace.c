/* trace.c: FILE: what two workers did: tasks that compute and sleep, and one that blocks. */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <edo.h>

enum { TASKS = 6, ROUNDS = 8 };

/* A few hundred microseconds of work. */
static void compute(int n)
{
    for (volatile int i = 0; i < n; i++)
        ;
}

static int work(void *arg)
{
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        compute(200000 * (1 + *(int *)arg % 3));
        rc = i % 2 ? edo_sleep(EDO_MILLIS(2)) : edo_yield();
    }
    return rc;
}

static int block(void *arg)
{
    struct timespec long_time = {.tv_nsec = 30000000};

    (void)arg;
    return nanosleep(&long_time, NULL);
}

/* All of them in a group: it waits for the last. */
static int run(void)
{
    edo_group *group;
    int rc = edo_group_new(NULL, &group);

    if (rc < 0)
        return rc;
    for (int i = 0; i < TASKS && rc == 0; i++)
        rc = edo_group_spawn_with(group, EDO_OPTS(spawn, .copy_size = sizeof i), work, &i);
    if (rc == 0)
        rc = edo_group_spawn(group, block, NULL);
    int waited = edo_group_wait(group, NULL);
    edo_group_free(group);
    return rc < 0 ? rc : waited;
}

static int write_trace(const char *path)
{
    edo_handle *handle = edo_handle_try_current();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int rc = fd < 0 ? -errno : edo_handle_write_trace(handle, edo_text_to_fd, &fd);

    if (fd >= 0)
        close(fd);
    edo_handle_unref(handle);
    return rc;
}

static int app(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE, to be opened at https://ui.perfetto.dev\n", argv[0]);
        return -EINVAL;
    }
    int rc = run();
    return rc < 0 ? rc : write_trace(argv[1]);
}

static const edo_runtime_opts opts = {.workers = 2, .flight_recorder = 10000};

EDO_MAIN_WITH(app, &opts);
