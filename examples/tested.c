/* tested.c: code that waits for a day, tested in milliseconds, and cancelled at each of its steps. */
#include <limits.h>
#include <stdio.h>

#include <edo.h>
#include <edo/testing_cancel.h>

/* The program: a line that is dialled until somebody answers, by one caller at a time. */

typedef struct line {
    edo_semaphore free;
    int busy_for; /* so many calls find it busy */
    int calls;
} line;

static int call(line *l)
{
    int rc = edo_sleep(EDO_MILLIS(20)); /* in place of a connect */

    l->calls++;
    if (rc < 0)
        return rc;
    return l->calls <= l->busy_for ? -ECONNREFUSED : 0;
}

/* After a second, two, four …, up to an hour; for a day. */
static int dial(void *arg)
{
    line *l = arg;
    edo_duration pause = EDO_SECONDS(1);
    int rc = edo_semaphore_acquire(&l->free, NULL);

    if (rc < 0)
        return rc;
    edo_instant end = edo_instant_add(edo_now(), EDO_SECONDS(24 * 3600));
    while ((rc = call(l)) == -ECONNREFUSED && edo_now().ns < end.ns) {
        if ((rc = edo_sleep(pause)) < 0)
            break;
        if (pause.ns < EDO_SECONDS(3600).ns)
            pause = edo_duration_mul(pause, 2);
    }
    edo_semaphore_add(&l->free, 1);
    return rc;
}

/* Its tests. */

static int failures;

static void expect(bool holds, const char *what)
{
    if (!holds)
        failures++;
    printf("%s  %s\n", holds ? "ok  " : "FAIL", what);
}

static line new_line(int busy_for)
{
    return (line){.free = EDO_SEMAPHORE_INIT(1), .busy_for = busy_for};
}

/* In a task of a runtime whose time is paused: it moves when nobody can run. */
static int test_times(void *arg)
{
    line l = new_line(3);
    edo_instant begin = edo_now();
    (void)arg;

    expect(dial(&l) == 0 && l.calls == 4, "the fourth call gets through");
    uint64_t ms = edo_elapsed(begin).ns / 1000000;
    expect(ms >= 7080 && ms <= 7090, "after 1 + 2 + 4 s, and four times 20 ms");
    l = new_line(INT_MAX);
    begin = edo_now();
    expect(dial(&l) == -ECONNREFUSED, "it gives up");
    uint64_t hours = edo_elapsed(begin).ns / EDO_SECONDS(3600).ns;
    expect(hours == 24 || hours == 25, "after a day");
    return 0;
}

static int cancels;

/* Called after each run of `dial`, which was aborted after `step` steps. */
static void check_line(void *arg, unsigned step)
{
    line *l = arg;
    (void)step;

    if (edo_semaphore_available(&l->free) != 1)
        cancels = INT_MIN;
    cancels++;
    l->calls = 0;
}

int main(void)
{
    edo_runtime *runtime;
    line l = new_line(3);
    int rc = edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true),
                             &runtime);

    if (rc == 0) {
        rc = edo_block_on(runtime, test_times, NULL);
        edo_runtime_free(runtime);
    }
    if (rc == 0)
        rc = edo_test_cancel_everywhere(dial, check_line, &l);
    expect(rc >= 7 && cancels == rc + 1, "cancelled at any of its steps, it leaves the line free");
    return rc < 0 || failures > 0;
}
