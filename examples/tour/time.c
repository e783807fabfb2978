/* time.c: sleeping, ticking, and a limit, on a clock that stands still while nothing waits. */
#include <stdio.h>

#include <edo.h>

static unsigned long long minutes_since(edo_instant begin)
{
    return (unsigned long long)(edo_instant_since(edo_now(), begin).ns / 60000000000);
}

static int app(int argc, char **argv)
{
    edo_instant begin = edo_now(), tick = begin;
    int rc;

    (void)argc, (void)argv;
    /* From one point of time to the next, so that delays don't add up. */
    for (int i = 0; i < 3; i++) {
        tick = edo_instant_add(tick, EDO_SECONDS(20 * 60));
        if ((rc = edo_sleep_until(tick)) < 0)
            return rc;
        printf("after %llu minutes\n", minutes_since(begin));
    }
    /* A day is too long: */
    edo_sleep_future day = edo_sleep_async(EDO_SECONDS(24 * 3600));
    int64_t limited = edo_timeout(&day.base, EDO_SECONDS(3600));
    printf("%s after %llu minutes\n", edo_err_name((int)limited), minutes_since(begin));
    return limited == -ETIMEDOUT ? 0 : (int)limited;
}

/* Time moves only when every task waits for it: tests of hours run in no time. */
EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
