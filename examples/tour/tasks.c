/* tasks.c: tasks are spawned with an argument, and joined for a result. */
#include <stdio.h>

#include <edo.h>

enum { TASKS = 1000 };

struct range {
    int from, to;
};

static int sum(void *arg)
{
    const struct range *r = arg; /* a copy of its own, until it returns */
    int total = 0;

    for (int i = r->from; i < r->to; i++)
        total += i;
    return total;
}

static int app(int argc, char **argv)
{
    edo_task tasks[TASKS];
    int total = 0, started = 0, rc = 0;

    (void)argc, (void)argv;
    for (; started < TASKS && rc == 0; started++) {
        struct range r = {.from = started * 10, .to = started * 10 + 10};
        rc = edo_spawn_copy(sum, &r, sizeof r, &tasks[started]);
    }
    if (rc < 0)
        started--; /* that one is no task */
    for (int i = 0; i < started; i++) {
        int part, joined = edo_join(tasks[i], &part);
        if (joined < 0)
            rc = joined;
        else
            total += part;
    }
    if (rc == 0)
        printf("%d tasks say %d\n", started, total);
    return rc;
}

EDO_MAIN(app);
