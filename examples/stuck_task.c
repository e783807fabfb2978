/* stuck_task.c: a task that blocks its worker is named, its neighbours go on; then a dump of all. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <edo.h>

/* What one shouldn't do in a task: sleep(3) blocks the thread, and edo can't see why. */
static int careless(void *arg)
{
    struct timespec half = {.tv_nsec = 500000000};

    (void)arg;
    return nanosleep(&half, NULL);
}

/* Ticks every 20 ms, and tells how late it was at the worst. */
static int ticker(void *arg)
{
    long *worst_ms = arg;

    for (int i = 0; i < 25; i++) {
        edo_instant due = edo_instant_add(edo_now(), EDO_MILLIS(20));
        int rc = edo_sleep_until(due);
        if (rc < 0)
            return rc;
        long late = (long)(edo_instant_since(edo_now(), due).ns / 1000000);
        *worst_ms = late > *worst_ms ? late : *worst_ms;
    }
    return 0;
}

static int app(int argc, char **argv)
{
    edo_task blocker, clock;
    long worst_ms = 0;
    int fd = STDOUT_FILENO;

    (void)argc, (void)argv;
    int rc = edo_spawn_with(EDO_OPTS(spawn, .name = "clock"), ticker, &worst_ms, &clock);
    if (rc < 0)
        return rc;
    rc = edo_spawn_with(EDO_OPTS(spawn, .name = "careless"), careless, NULL, &blocker);
    if (rc < 0) {
        edo_task_abort(clock);
        edo_join(clock, NULL); /* it writes to what lies here */
        return rc;
    }
    edo_sleep(EDO_MILLIS(100));
    rc = edo_dump_write(NULL, edo_text_to_fd, &fd); /* meanwhile: where is everybody? */
    edo_join(clock, NULL);
    edo_join(blocker, NULL);
    printf("the clock was %s\n", worst_ms <= 100 ? "hardly late" : "late");
    return rc;
}

/* One worker: without relief, everybody would wait for the careless one. With the monitor asked for,
 * a release build names it, too. */
static const edo_runtime_opts opts = {.workers = 1, .monitor = EDO_MONITOR_ON};

EDO_MAIN_WITH(app, &opts);
