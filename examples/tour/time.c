/* time.c: sleeping, ticking, and a limit, on a clock that stands still while nothing waits. */
#include <stdio.h>

#include <edo.h>

static unsigned long long minutes_since(edo_instant begin)
{
    return (unsigned long long)(edo_elapsed(begin).ns / 60000000000);
}

static int app(int argc, char **argv)
{
    edo_instant begin = edo_now();
    edo_interval every;
    int rc = edo_interval_init(&every, EDO_SECONDS(20 * 60));

    (void)argc, (void)argv;
    /* The first tick is due at once; none is late because the work before it took long. */
    for (int i = 0; i < 4 && rc == 0; i++) {
        if ((rc = edo_interval_tick(&every, NULL)) == 0)
            rc = edo_sleep(EDO_SECONDS(7 * 60)); /* the work */
        printf("a tick, and its work was done after %llu minutes\n", minutes_since(begin));
    }
    if (rc < 0)
        return rc;
    /* A day is too long: */
    edo_sleep_future day = edo_sleep_async(EDO_SECONDS(24 * 3600));
    int64_t limited = edo_timeout(&day.base, EDO_SECONDS(3600));
    printf("%s after %llu minutes\n", edo_err_name((int)limited), minutes_since(begin));
    return limited == -ETIMEDOUT ? 0 : (int)limited;
}

/* Time moves only when every task waits for it: tests of hours run in no time. */
EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
