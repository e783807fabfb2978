/* select.c: the first of several waits, and all of several. */
#include <stdio.h>

#include <edo.h>

static int first_of_two(void)
{
    edo_sleep_future tortoise = edo_sleep_async(EDO_SECONDS(60));
    edo_sleep_future hare = edo_sleep_async(EDO_MILLIS(10));

    switch (edo_select(&tortoise.base, &hare.base)) {
    case 0:
        puts("the tortoise won");
        break;
    case 1:
        printf("the hare won; the tortoise says %s\n", edo_err_name((int)tortoise.base.result));
        break;
    default:
        return -ECANCELED; /* this task was aborted meanwhile */
    }
    return 0;
}

static int all_of_three(void)
{
    edo_instant begin = edo_now();
    edo_sleep_future a = edo_sleep_async(EDO_MILLIS(30));
    edo_sleep_future b = edo_sleep_async(EDO_MILLIS(30));
    edo_sleep_future c = edo_sleep_async(EDO_MILLIS(30));
    int rc = edo_join_all(&a.base, &b.base, &c.base);

    if (rc == 0 && edo_instant_since(edo_now(), begin).ns >= EDO_MILLIS(30).ns)
        puts("three sleeps at once");
    return rc;
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    int rc = first_of_two();

    return rc < 0 ? rc : all_of_three();
}

EDO_MAIN(app);
