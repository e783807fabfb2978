/* digest.c: FILE...: adds each file's bytes up on threads that may block, while a task says how it goes. */
#include <stdio.h>
#include <stdlib.h>

#include <edo.h>

enum { AT_ONCE = 4 }; /* files that are read at a time; the others wait in the pool's queue */

typedef struct digest {
    const char *path;
    unsigned long bytes, sum;
    edo_task call;
} digest;

/* Plain blocking code. It can't be cancelled, but it can ask whether its work is still wanted. */
static int add_up(void *arg)
{
    digest *d = arg;
    unsigned char buf[65536];
    FILE *file = fopen(d->path, "rb");
    size_t n;

    if (!file)
        return -errno;
    while (!edo_task_self_is_canceled() && (n = fread(buf, 1, sizeof buf, file)) > 0) {
        d->bytes += n;
        for (size_t i = 0; i < n; i++)
            d->sum += buf[i];
    }
    int rc = ferror(file) ? -EIO : edo_task_self_is_canceled() ? -ECANCELED : 0;
    fclose(file);
    return rc;
}

/* In the place of a call that was still in the queue when it was aborted. */
static void skip(void *arg)
{
    fprintf(stderr, "%s: not read\n", ((digest *)arg)->path);
}

/* Runs beside the calls on the one worker, which none of them blocks. */
static int tell_time(void *arg)
{
    (void)arg;
    while (edo_sleep(EDO_SECONDS(1)) == 0)
        fprintf(stderr, "still reading\n");
    return 0;
}

/* A failure stops what has not been read yet. */
static int collect(digest *all, int count)
{
    int first = 0;

    for (int i = 0; i < count; i++) {
        int result = 0, rc = edo_join(all[i].call, &result);
        if (rc == 0 && result == 0) {
            printf("%lu bytes, sum %lu: %s\n", all[i].bytes, all[i].sum, all[i].path);
            continue;
        }
        fprintf(stderr, "%s: %s\n", all[i].path, edo_strerror(rc < 0 ? rc : result));
        first = first ? first : rc < 0 ? rc : result;
        for (int k = i + 1; k < count; k++)
            edo_task_abort(all[k].call);
    }
    return first;
}

/* Starts a call for each file, and collects them; also those before one that could not be started. */
static int digest_all(digest *all, char **paths, int count)
{
    int made = 0, rc = 0;

    while (made < count && rc == 0) {
        digest *d = &all[made];
        d->path = paths[made];
        rc = edo_spawn_blocking_with(EDO_OPTS(blocking, .release = skip), add_up, d, &d->call);
        made += rc == 0;
    }
    int result = collect(all, made);
    return rc < 0 ? rc : result;
}

static int app(int argc, char **argv)
{
    digest *all = calloc((size_t)argc, sizeof *all);
    edo_task clock;
    int rc = all ? edo_spawn(tell_time, NULL, &clock) : -ENOMEM;

    if (rc == 0) {
        rc = digest_all(all, argv + 1, argc - 1);
        edo_task_abort(clock);
        edo_join(clock, NULL);
    }
    free(all);
    return rc;
}

EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .max_blocking_threads = AT_ONCE));
